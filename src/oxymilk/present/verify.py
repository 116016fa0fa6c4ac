"""Hold the results of a run against the claims, for a terminal, a CI server or a program."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from oxymilk.audit.claims import VERDICTS, load_claims
from oxymilk.audit.verdicts import audit_claims
from oxymilk.faults import Fault, FaultsError
from oxymilk.files import read_csv
from oxymilk.texts import Labels, labels

if TYPE_CHECKING:
    import pandas as pd


def configured_studies(path: Path) -> list[str]:
    """Return the studies that a config.yaml names."""
    import yaml

    if not path.is_file():
        raise FaultsError([Fault("config_missing", path.name)])
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    return list(config["studies"])


def audit_results(data: Path, results: Path) -> pd.DataFrame:
    """Audit the result tables of one study anew, so that an old verdicts.csv cannot pass for today's.

    Parameters
    ----------
    data, results : Path
        The folder of the study and of its results.

    Returns
    -------
    DataFrame
        See `oxymilk.audit.verdicts.audit_claims`.

    Raises
    ------
    FaultsError
        When the study or its claims have faults, or a result table is not there.
    """
    from oxymilk.study import load_study

    study = load_study(data / "study.yaml")
    tables = [results / "frequencies.csv", results / "tests.csv"]
    missing = [Fault("results_missing", str(path)) for path in tables if not path.is_file()]
    if missing:
        raise FaultsError(missing)
    return audit_claims(study, load_claims(data / "claims.csv", study), *map(read_csv, tables))


def print_verdicts(verdicts: dict[str, pd.DataFrame], *, every: bool, language: str) -> None:
    """Print what holds and what does not.

    Parameters
    ----------
    verdicts : dict of DataFrame
        The audited claims of each study.
    every : bool
        List every claim; otherwise the p-values, what differs and what is not as expected.
    language : {'en', 'id'}
        The language of the words.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    words = labels(language)
    console = Console()
    for name, frame in verdicts.items():
        heading = f"{name}: {_summary(frame, words)}"
        table = Table(title=heading, title_justify="left")
        for column in ("claim", "printed", "prints_as", "computed", "verdict", "decision", "as_expected"):
            # a header of two words takes two lines, so that the numbers below it have room on one
            table.add_column(words(f"verify.{column}").replace(" ", "\n"), overflow="fold")
        shown = frame if every else frame[_worth_a_look(frame)]
        for row in shown.to_dict("records"):
            wrong = row["as_expected"] != "true"
            cells = [
                row["id"],
                _statement(row),
                row["prints_as"],
                row["computed"],
                _verdict(row, words),
                words(f"verify.{row['decision']}") if row["decision"] else "",
                words("verify.no", expected=words(f"verdicts.{row['expect']}"))
                if wrong
                else words("verify.yes"),
            ]
            # Text, not str: a cell is data and no markup of the terminal
            table.add_row(*map(Text, cells), style="bold red" if wrong else "")
        console.print(table if table.rows else Text(heading))
        unexpected = int((frame["as_expected"] != "true").sum())
        key = "verify.unexpected" if unexpected else "verify.all_expected"
        console.print(Text(words(key, count=unexpected) if unexpected else words(key)))


def as_junit(verdicts: dict[str, pd.DataFrame]) -> str:
    """Return the verdicts as JUnit XML: a suite a study, a case a claim, a failure where not as expected."""
    suites = ElementTree.Element("testsuites", name="oxymilk")
    for name, frame in verdicts.items():
        rows = frame.to_dict("records")
        suite = ElementTree.SubElement(
            suites,
            "testsuite",
            name=name,
            tests=str(len(rows)),
            failures=str(sum(row["as_expected"] != "true" for row in rows)),
            skipped=str(
                sum(row["as_expected"] == "true" and row["verdict"] == "not_checkable" for row in rows)
            ),
        )
        for row in rows:
            case = ElementTree.SubElement(suite, "testcase", classname=name, name=row["id"])
            said = f"printed {_statement(row)}, computed {row['computed'] or '-'}: {row['verdict']}"
            if row["as_expected"] != "true":
                failure = ElementTree.SubElement(case, "failure", message=f"{said}, expected {row['expect']}")
                failure.text = row["note"]
            elif row["verdict"] == "not_checkable":
                ElementTree.SubElement(case, "skipped", message=row["reason"])
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def as_json(verdicts: dict[str, pd.DataFrame]) -> str:
    """Return the verdicts as JSON: for each study its counts and its claims."""
    content = {
        name: {
            "claims": len(frame),
            "as_expected": bool((frame["as_expected"] == "true").all()),
            "verdicts": {verdict: int((frame["verdict"] == verdict).sum()) for verdict in VERDICTS},
            "rows": [
                {**row, "as_expected": row["as_expected"] == "true"} for row in frame.to_dict("records")
            ],
        }
        for name, frame in verdicts.items()
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _worth_a_look(frame: pd.DataFrame) -> pd.Series:
    recomputed_p = (frame["quantity"] == "p_value") & (frame["check"] == "recompute")
    return recomputed_p | (frame["verdict"] == "differs") | (frame["as_expected"] != "true")


def _statement(row: dict[str, str]) -> str:
    if row["quantity"] == "comparison":
        return f"{row['printed']} {row['operator'] or '='} {row['n']}"
    return row["operator"] + row["printed"]


def _verdict(row: dict[str, str], words: Labels) -> str:
    reason = f" ({words('verdicts.reason.' + row['reason'])})" if row["reason"] else ""
    return words(f"verdicts.{row['verdict']}") + reason


def _summary(frame: pd.DataFrame, words: Labels) -> str:
    counts = [(verdict, int((frame["verdict"] == verdict).sum())) for verdict in VERDICTS]
    parts = [f"{count} {words(f'verdicts.{verdict}')}" for verdict, count in counts if count]
    return words("verify.summary", claims=len(frame), verdicts=", ".join(parts))
