"""A second opinion: the p-values of a study computed once more by other programs, with the calls of engines.yaml."""

from __future__ import annotations

import math
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pandas as pd

import oxymilk.stats
from oxymilk.analysis.samples import Sample, samples
from oxymilk.results import Results
from oxymilk.stats import Procedure, load_programs
from oxymilk.stats.procedure import CHOICES
from oxymilk.study import Study
from oxymilk.texts import read_yaml

TOLERANCE = 1e-8  # relative to our p; result tables have ten significant digits
COLUMNS = (
    "test", "group", "timepoint", "number", "engine", "version", "call", "p_value", "p_engine", "difference",
    "status", "fault", "source",
)  # fmt: skip
LINES = {program.id: program for program in load_programs()}
ENGINES = read_yaml(Path(oxymilk.stats.__file__).with_name("engines.yaml"))
# when each fault of engines.yaml explains a difference, from the question and `ours` and `theirs`, its p-values
_EXPLAINS: dict[str, Callable[[SimpleNamespace], bool]] = {
    "nothing_varies": lambda q: not q.varies and q.ours == 1 and math.isnan(q.theirs),
    "r_one_column": lambda q: not q.varies and "chisq.test" in q.call,
    "r_fifteen_digits": lambda q: (
        q.engine == "R" and ("table(" in q.call or "kruskal" in q.call)
        and max(map(len, q.rows.replace(",", " ").split())) > 16
    ),
    "untied_table": lambda q: q.ties and (
        'method="exact"' in q.call or ('else "exact"' in q.call and q.rows.count("\n") >= 13)
    ),
    "scipy_26026": lambda q: q.ours < 1e-7 and "wilcoxon" in q.call and q.engine in ("scipy", "pingouin"),
    "pspp_exact_wilcoxon": lambda q: (q.changed > 30 or not q.changed) and "/METHOD=EXACT" in q.call,
    "pspp_twice_a_tail": lambda q: q.theirs > 1 and q.ours == 1 and q.engine == "PSPP",
    "pspp_fisher": lambda q: q.number == "spss_fisher" and q.engine == "PSPP",
    "pspp_no_chi_square": lambda q: math.isnan(q.theirs) and q.ours == 1 and "CROSSTABS" in q.call,
}  # fmt: skip


class Number(NamedTuple):
    """A p-value of ours: its data, the id of a program's line or the role in tests.csv, and how it was computed."""

    sample: Sample
    name: str
    p_value: float
    procedure: Procedure | None
    differences: str

    def computed_by(self, call: dict[str, Any]) -> bool:
        """Whether a call of engines.yaml prints this line, or covers the procedure of this row of tests.csv."""
        if self.name in LINES:
            return self.name in call.get("lines", ())
        covers = call.get("covers", {}) if call["test"] == self.sample.test else {}
        return bool(covers) and all(getattr(self.procedure, key) in values for key, values in covers.items())

    def asked(self, call: dict[str, Any]) -> dict[str, Any]:
        """Return the call with its switches and numbers filled in, and what conditions of faults look at."""
        sample, line = self.sample, LINES.get(self.name)
        binary = self.differences != "if_decimal" if line else "binary" in self.differences
        lists = sample.doubles if binary else (sample.first, sample.second)
        # a program subtracts whole numbers as decimals are subtracted
        unit = 1 if binary else math.lcm(*(score.denominator for score in (*lists[0], *lists[1])))
        first, second = ([float(score * unit) for score in scores] for scores in lists)
        rows, ranked = [*((x, 1) for x in first), *((y, 2) for y in second)], [*first, *second]
        if paired := sample.test == "signed_rank":
            rows = [*zip(first, second, strict=True)]
            ranked = [abs(post - pre) for pre, post in rows if pre != post]
        words = ENGINES["words"].get(call["engine"], {})
        switches = vars(self.procedure).items() if self.procedure else ()
        return call | {"versions": line.versions if line else call.get("versions", "")} | {
            "group": sample.group, "timepoint": sample.timepoint, "number": self.name, "p_value": self.p_value,
            "call": call["call"].format(**{name: words.get(str(value), value) for name, value in switches}),
            "rows": "\n".join(f"{a!r},{b!r}" for a, b in rows),
            "changed": len(ranked), "ties": len({*ranked}) < len(ranked), "varies": len({*ranked}) > (not paired),
        }  # fmt: skip


def ask(program: dict[str, Any], questions: list[dict[str, Any]]) -> tuple[dict[str, str], list[str]]:
    """Ask a program of engines.yaml all questions (`test`, `call`, `rows`, `answer`) in one run.

    Returns the versions of the installed engines, by small letters, and the answers as printed, "" without one.
    """
    name, *options = program["command"]
    command = sys.executable if name == "python" else shutil.which(name)
    if not command or not questions:
        return {}, [""] * len(questions)
    parts = [program["start"], *(program[question["test"]].format(**question) for question in questions)]
    run = subprocess.run(
        [command, *options], input="".join(parts), capture_output=True, text=True, check=False
    )
    head, *parts = re.split(r'(?m)^"?next question"?\s*$', run.stdout)
    if len(parts) != len(questions):
        raise subprocess.SubprocessError(f"{name}: {run.stderr or run.stdout}")
    versions = {name.lower(): version for name, version in re.findall(r"(\w+) (\d[\d.]*\d)", head)}
    patterns = [question.get("answer", r"^\s*([-+.e\d]+)\s*$") for question in questions]
    answers = [re.findall(pattern, part, re.M) for pattern, part in zip(patterns, parts, strict=True)]
    return versions, [answer[0] if answer else "" for answer in answers]


def compare(numbers: Iterable[Number]) -> pd.DataFrame:
    """Ask every engine for p-values of ours.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`, a row for a number and each call that computes it. `status` is "agrees" (within `TOLERANCE`,
        of PSPP within the digits printed), "known_fault" (of the engine, with its source), "differs", "not_installed".
    """
    rows = [number.asked(call) for number in numbers for call in filter(number.computed_by, ENGINES["calls"])]
    for program in ENGINES["programs"]:
        questions = [row for row in rows if row["engine"] in program["engines"]]
        versions, answers = ask(program, questions)
        for row, answer in zip(questions, answers, strict=True):
            row["version"] = versions.get(row["engine"].lower(), "")
            row |= _verdict(row, answer) if row["version"] else {"status": "not_installed"}
    return pd.DataFrame(filter(_of_version, rows), columns=list(COLUMNS))


def _of_version(row: dict[str, Any]) -> bool:
    """Whether the engine is one "before 4.6", or "4.6 or later"; true of other words, and where it is not installed."""
    bound = re.match(r"(before )?[\d.]*", row["versions"])
    version, limit = ([*map(int, re.findall(r"\d+", text))] for text in (row["version"], bound[0]))
    return not version or not limit or (version < limit) == bool(bound[1])


def _verdict(row: dict[str, Any], answer: str) -> dict[str, Any]:
    """Compare our p-value with an engine's; the first known fault that holds explains a difference."""
    ours, theirs, rounded = row["p_value"], float(answer or math.nan), row["engine"] == "PSPP"
    allowed = 0.50001 * 10 ** -len(answer.partition(".")[2]) if rounded else TOLERANCE * ours
    verdict = {"p_engine": answer if rounded else theirs, "difference": f"{abs(theirs - ours):.1e}"}
    if abs(theirs - ours) <= allowed:
        return verdict | {"status": "agrees"}
    question = SimpleNamespace(**row, ours=ours, theirs=theirs)
    for fault in ENGINES["faults"]:
        if _EXPLAINS[fault["id"]](question):
            return verdict | {"status": "known_fault", "fault": fault["id"], "source": fault["source"]}
    return verdict | {"status": "differs"}


def crosscheck_table(study: Study, results: Results) -> pd.DataFrame:
    """Compare the p-values of a study's tests.csv and procedures.csv that engines compute; see `compare`."""
    numbers, known = [], {"true": True, "false": False}
    rows = [*results.tests.to_dict("records"), *results.procedures.to_dict("records")]
    for sample, row in product(samples(study, results.observations), rows):
        name = row.get("role") or row["id"]
        unasked = row.get("printed_by_default") != "false" or LINES[name].rule == "on_request"
        of_sample = all(row[key] == getattr(sample, key) for key in ("test", "group", "timepoint"))
        if row["p_value"] and unasked and of_sample:
            switches = {key: known.get(row[key], row[key]) for key in CHOICES if row.get(key)}
            procedure = LINES[name].procedure if name in LINES else Procedure(**switches)
            numbers.append(Number(sample, name, float(row["p_value"]), procedure, row["differences"]))
    return compare(numbers)
