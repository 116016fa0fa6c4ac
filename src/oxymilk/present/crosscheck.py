"""A second opinion in words: what crosscheck.csv says of the p-values of a study."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from oxymilk.present.view import TEST, test_of
from oxymilk.texts import labels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oxymilk.present.view import Row, View


def second_opinion(view: View) -> tuple[str, list[Row]]:
    """Return what other programs say of the p-values, in one line, and the rows of crosscheck.csv; none without it.

    Of a crosscheck.csv that was made from other results than these only that is said.
    """
    rows = view.rows("crosscheck")
    if not rows:
        return "", []
    if not _is_of_these(view, rows):
        return view.t("crosscheck.stale"), []
    return crosscheck_lines(rows, view.language)[0], rows


def _is_of_these(view: View, rows: Sequence[Row]) -> bool:
    """Whether a crosscheck.csv is of the p-values that tests.csv and procedures.csv hold now, of each test."""
    here = [*view.rows("tests"), *view.rows("procedures")]
    numbers = {(*test_of(row), row.get("role") or row["id"], row["p_value"]) for row in here}
    tests = {test_of(row) for row in here if row.get("role") and row["p_value"]}
    checked = {tuple(row.get(name) for name in (*TEST, "number", "p_value")) for row in rows}
    return checked <= numbers and tests <= {number[:3] for number in checked}


def crosscheck_lines(rows: Sequence[Row], language: str) -> list[str]:
    """Say a crosscheck.csv: the line of a report, then a line for each p-value that differs unexplained."""
    counts = Counter(row["status"] for row in rows)
    said = {status: counts[status] for status in ("agrees", "known_fault", "differs")}
    engines = {f"{row['engine']} {row['version']}": None for row in rows if row["status"] != "not_installed"}
    missing = {row["engine"]: None for row in rows if row["status"] == "not_installed"}
    said |= {
        "n": len(rows) - counts["not_installed"],
        "engines": ", ".join(engines),
        "missing": ", ".join(missing),
    }
    line = labels(language)("crosscheck.summary_without" if missing else "crosscheck.summary", **said)
    differing = (row for row in rows if row["status"] == "differs")
    return [line, *(labels(language)("crosscheck.difference", **row) for row in differing)]
