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
    claims = load_claims(study / "claims.csv", loaded)
    return audit_claims(loaded, claims, results.frequencies, results.tests)


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
        rows, styles, given = [], [], list(frame["verdict"])
        for row in frame.to_dict("records"):
            expected = row["as_expected"] == "true"
            is_p_value = (row["quantity"], row["check"]) == ("p_value", "recompute")
            if not (every or is_p_value or row["verdict"] == "differs" or not expected):
                continue
            verdict = t(f"verdicts.{row['verdict']}")
            for column in ("reason", "convention"):
                verdict += f" ({t(f'verdicts.{column}.{row[column]}')})" if row[column] else ""
            decision = t(f"verify.{row['decision']}") if row["decision"] else ""
            key = "verify.yes" if expected else "verify.no"
            answer = t(key, expected=t(f"verdicts.{row['expect']}"))
            numbers = (with_operator(row), row["prints_as"], row["computed"])
            rows.append((row["id"], *numbers, verdict, decision, answer))
            styles.append("" if expected else "bold red")
        counts = ", ".join(f"{given.count(v)} {t(f'verdicts.{v}')}" for v in VERDICTS if v in given)
        title = f"{name}: {t('verify.summary', claims=len(frame), verdicts=counts)}"
        # a header of two words takes two lines, so that the numbers below it have room on one
        print_rows(rows, (t(f"verify.{column}").replace(" ", "\n") for column in COLUMNS), title, styles)
        unexpected = int((frame["as_expected"] != "true").sum())
        print_line(t("verify.unexpected" if unexpected else "verify.all_expected", count=unexpected))


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
        given = list(frame["verdict"])
        frame = frame.assign(as_expected=frame["as_expected"] == "true")
        content[name] = {
            "claims": len(frame),
            "as_expected": bool(frame["as_expected"].all()),
            "verdicts": {verdict: given.count(verdict) for verdict in VERDICTS},
            "rows": frame.to_dict("records"),
        }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
