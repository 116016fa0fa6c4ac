"""Tables for a terminal, and what of them is for a CI server or a program.

What holds of the printed numbers, what programs print, why a claim differs, which data printed counts allow.
"""

from __future__ import annotations

import json
from collections import defaultdict
from itertools import zip_longest
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from rich.console import Console
from rich.table import Table
from rich.text import Text
from typer import echo

from oxymilk.audit.printed import VERDICT_SIGNS, with_operator
from oxymilk.texts import labels, procedure_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from oxymilk.explain.reconstruct import Reconstruction
    from oxymilk.stats import ProgramResult

# of the table of verdicts
COLUMNS = ("claim", "printed", "prints_as", "computed", "verdict", "decision", "as_expected")


def print_rows(
    rows: Iterable[Sequence[str]], headers: Iterable[str], title: str = "", styles: Iterable[str] = ()
) -> None:
    """Print a table, or its title alone where it has no row; `styles` are those of the rows."""
    table = Table(title=title or None, title_justify="left")
    for header in headers:
        table.add_column(header, overflow="fold")
    for row, style in zip_longest(rows, styles):
        # Text, not str: a cell is data and no markup of the terminal
        table.add_row(*map(Text, row), style=style)
    Console().print(table if table.rows or not title else Text(title))


def print_programs(results: Iterable[ProgramResult], language: str) -> None:
    """Print each p-value and its procedure, and below it the output lines that show it, what is unasked starred."""
    t, by_value = labels(language), defaultdict(list)
    for result in results:
        entry, star, reason = result.entry, "*" if result.printed_by_default else " ", result.reason
        words = t.section("explain.words").get(f"other_test_{entry.other}")
        if not words:
            tail = {"tail": entry.tail, "alternative": "", "two_sided": ""} if entry.tail else {}
            words = procedure_words(entry.procedure.switches() | tail, entry.test, language)
        program = entry.program + (f" ({entry.versions})" if entry.versions != "all" else "")
        line = f"  {star} {t.versions(program)}: {t.output(entry.output, result.differences)}"
        value = t(f"advice.reason.{reason}") if reason else f"p = {t.number(f'{result.p_value:.10g}')}"
        by_value[f"{value.rstrip('.')}: {words}"].append(line)
    for heading, lines in by_value.items():
        echo("\n".join((heading, *lines)))
    echo(t("terminal.by_default"))


def print_explanations(explanations: pd.DataFrame, language: str) -> None:
    """Print the rows of explanations.csv, best first."""
    t, rows = labels(language), []
    for row in explanations.to_dict("records"):
        words = t.explanation(row["code"], json.loads(row["params"]))
        coincidence = t.number(row["coincidence"]) if row["coincidence"] else ""
        informative = t("terminal.yes" if row["informative"] == "true" else "terminal.no")
        rows.append((row["rank"], words, t.programs(row["programs"]), coincidence, informative))
    names = ("rank", "explanation", "programs", "coincidence", "informative")
    print_rows(rows, (t(f"terminal.{name}") for name in names))


def print_reconstruction(reconstruction: Reconstruction, language: str) -> None:
    """Print how many datasets the printed counts allow and, where there are several, the range of every result."""
    t = labels(language)
    if reconstruction.unknown:
        echo(t("terminal.size_unknown", groups=", ".join(reconstruction.unknown)))
    elif reconstruction.not_searched:
        beyond = f"terminal.beyond.{reconstruction.not_searched}"
        echo(t("terminal.not_searched", what=t(beyond, n=t.number(reconstruction.needed))))
    else:
        counts = {"count": reconstruction.number, "with_p": reconstruction.with_p_values}
        echo(t("terminal.datasets", **counts))
        for frame in (reconstruction.datasets, reconstruction.ranges, reconstruction.contradictions):
            if frame is not None and len(frame):
                print_rows(frame.astype(str).itertuples(index=False), frame.columns)


# ---------------------------------------------------------------- results held against the claims


def print_verdicts(verdicts: dict[str, pd.DataFrame], *, every: bool, language: str) -> None:
    """Print which claims hold and which do not.

    Parameters
    ----------
    verdicts : dict of DataFrame
        The audited claims of each study.
    every : bool
        List every claim; otherwise the p-values, what differs and what is not as expected.
    language : str
        One of `oxymilk.texts.LANGUAGES`.
    """
    t, mark = labels(language), labels(language)("common.decimal_mark")
    for name, frame in verdicts.items():
        rows, styles, given = [], [], list(frame["verdict"])
        for row in frame.to_dict("records"):
            expected = row["as_expected"] == "true"
            is_p_value = row["quantity"] == "p_value" and row["check"] in ("recompute", "printed_test")
            if not (every or is_p_value or row["verdict"] == "differs" or not expected):
                continue
            verdict = t(f"verdicts.{row['verdict']}")
            for column in ("reason", "convention"):
                verdict += f" ({t(f'verdicts.{column}.{row[column]}')})" if row[column] else ""
            decision = t(f"verify.{row['decision']}") if row["decision"] else ""
            answer = t(f"verify.{'yes' if expected else 'no'}", expected=t(f"verdicts.{row['expect']}"))
            numbers = (with_operator(row), row["prints_as"], row["computed"].replace(".", mark))
            rows.append((row["id"], *numbers, verdict, decision, answer))
            styles.append("" if expected else "bold red")
        counts = ", ".join(f"{given.count(v)} {t(f'verdicts.{v}')}" for v in VERDICT_SIGNS if v in given)
        title = f"{name}: {t('verify.summary', claims=len(frame), verdicts=counts)}"
        # a header of two words takes two lines, so that the numbers below it have room on one
        print_rows(rows, (t(f"verify.{column}").replace(" ", "\n") for column in COLUMNS), title, styles)
        unexpected = int((frame["as_expected"] != "true").sum())
        echo(t("verify.unexpected" if unexpected else "verify.all_expected", count=unexpected))


def as_junit(verdicts: dict[str, pd.DataFrame]) -> str:
    """Return the verdicts as JUnit XML: a suite a study, a case a claim, a failure where not as expected."""
    suites = ElementTree.Element("testsuites", name="oxymilk")
    for name, frame in verdicts.items():
        suite = ElementTree.SubElement(suites, "testsuite", name=name)
        for row in frame.to_dict("records"):
            case = ElementTree.SubElement(suite, "testcase", classname=name, name=row["id"])
            if row["as_expected"] != "true":
                message = f"printed {with_operator(row)}, computed {row['computed'] or '-'}: {row['verdict']}"
                message += f", expected {row['expect']}"
                ElementTree.SubElement(case, "failure", message=message).text = row["note"]
            elif row["verdict"] == "not_checkable":
                ElementTree.SubElement(case, "skipped", message=row["reason"])
        for key, path in (("tests", "testcase"), ("failures", ".//failure"), ("skipped", ".//skipped")):
            suite.set(key, str(len(suite.findall(path))))
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def as_json(verdicts: dict[str, pd.DataFrame]) -> str:
    """Return the verdicts as JSON: for each study its counts and its claims."""
    content = {}
    for name, frame in verdicts.items():
        given, frame = list(frame["verdict"]), frame.assign(as_expected=frame["as_expected"] == "true")
        content[name] = {
            "claims": len(frame), "as_expected": bool(frame["as_expected"].all()),
            "verdicts": {verdict: given.count(verdict) for verdict in VERDICT_SIGNS}, "rows": frame.to_dict("records"),
        }  # fmt: skip
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
