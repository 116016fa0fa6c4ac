"""Hold the results of a run against the claims, for a terminal, a CI server or a program."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from oxymilk.audit.claims import VERDICTS, load_claims
from oxymilk.audit.verdicts import audit_claims
from oxymilk.faults import Fault, FaultsError
from oxymilk.present.terminal import print_line, print_rows
from oxymilk.present.view import with_operator
from oxymilk.study import load_study
from oxymilk.texts import labels, read_yaml

if TYPE_CHECKING:
    import pandas as pd

    from oxymilk.present.lines import Row
    from oxymilk.results import Results

COLUMNS = ("claim", "printed", "prints_as", "computed", "verdict", "decision", "as_expected")


def configured_studies(path: Path) -> list[str]:
    """Return the studies that a config.yaml names; FaultsError when it is not there."""
    if not path.is_file():
        raise FaultsError([Fault("config_missing", path.name)])
    return list(read_yaml(path)["studies"])


def audit_results(study: Path, results: Results) -> pd.DataFrame:
    """Audit the result tables of a study anew, so that an old verdicts.csv cannot pass for today's.

    Parameters
    ----------
    study : Path
        The folder of the study.
    results : Results
        Its results.

    Returns
    -------
    DataFrame
        See `oxymilk.audit.verdicts.audit_claims`.

    Raises
    ------
    FaultsError
        When the study or its claims have faults, or a result table is not there.
    """
    loaded = load_study(study)
    tables = results.frequencies, results.tests
    return audit_claims(loaded, load_claims(study / "claims.csv", loaded), *tables)


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
    t = labels(language)
    for name, frame in verdicts.items():
        rows = frame.to_dict("records")
        listed = [
            row
            for row in rows
            if every
            or (row["quantity"], row["check"]) == ("p_value", "recompute")
            or row["verdict"] == "differs"
            or not _as_expected(row)
        ]
        cells = []
        for row in listed:
            reason = f" ({t('verdicts.reason.' + row['reason'])})" if row["reason"] else ""
            verdict = t(f"verdicts.{row['verdict']}") + reason
            decision = t(f"verify.{row['decision']}") if row["decision"] else ""
            expected = "verify.yes" if _as_expected(row) else "verify.no"
            answer = t(expected, expected=t(f"verdicts.{row['expect']}"))
            cells.append(
                (row["id"], with_operator(row), row["prints_as"], row["computed"], verdict, decision, answer)
            )
        counts = ", ".join(f"{n} {t(f'verdicts.{verdict}')}" for verdict, n in _counts(rows).items() if n)
        print_rows(
            cells,
            # a header of two words takes two lines, so that the numbers below it have room on one
            (t(f"verify.{column}").replace(" ", "\n") for column in COLUMNS),
            title=f"{name}: {t('verify.summary', claims=len(rows), verdicts=counts)}",
            styles=["" if _as_expected(row) else "bold red" for row in listed],
        )
        unexpected = sum(not _as_expected(row) for row in rows)
        print_line(t("verify.unexpected" if unexpected else "verify.all_expected", count=unexpected))


def as_junit(verdicts: dict[str, pd.DataFrame]) -> str:
    """Return the verdicts as JUnit XML: a suite a study, a case a claim, a failure where not as expected."""
    suites = ElementTree.Element("testsuites", name="oxymilk")
    for name, frame in verdicts.items():
        suite = ElementTree.SubElement(suites, "testsuite", name=name)
        for row in frame.to_dict("records"):
            case = ElementTree.SubElement(suite, "testcase", classname=name, name=row["id"])
            if not _as_expected(row):
                message = f"printed {with_operator(row)}, computed {row['computed'] or '-'}: {row['verdict']}"
                failure = ElementTree.SubElement(
                    case, "failure", message=f"{message}, expected {row['expect']}"
                )
                failure.text = row["note"]
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
        rows = frame.to_dict("records")
        content[name] = {
            "claims": len(rows),
            "as_expected": all(map(_as_expected, rows)),
            "verdicts": _counts(rows),
            "rows": [{**row, "as_expected": _as_expected(row)} for row in rows],
        }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _as_expected(row: Row) -> bool:
    return row["as_expected"] == "true"


def _counts(rows: list[Row]) -> dict[str, int]:
    given = [row["verdict"] for row in rows]
    return {verdict: given.count(verdict) for verdict in VERDICTS}
