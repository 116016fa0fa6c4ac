"""What the tests of a study say of themselves, for its tables: their two results, their scale, who was left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oxymilk.results import OTHER_DIFFERENCES

if TYPE_CHECKING:
    from oxymilk.present.view import Row, View


def results(view: View, test: str, group: str = "") -> tuple[Row, Row | None]:
    """Return the declared and the exact row of a test; None for the exact one where it is the declared one."""
    rows = {row["role"]: row for row in view.rows("tests") if (row["test"], row["group"]) == (test, group)}
    declared, exact = rows["declared"], rows.get("exact")
    same = exact and exact["procedure"] == declared["procedure"] and declared["differences"] != "binary"
    return declared, None if same else exact


def declared_tests(view: View) -> list[Row]:
    """Return each test of the study as its declared procedure gives it."""
    return [row for row in view.rows("tests") if row["role"] == "declared"]


def scale_words(view: View, scale: str = "") -> str:
    """Say what the tests run on, "level" or "score" (with its unit); the outcome's own scale unless given."""
    outcome = view.study.outcome
    key = "level" if (scale or outcome.scale) == "level" else "score_unit" if outcome.unit else "score"
    return view.t(f"tables.scale.{key}", unit=view.unit(outcome))


def sizes_note(view: View) -> str:
    """Say on how many participants each test rests; "" where none was left out."""
    declared = declared_tests(view)
    if not any(int(row["n_left_out"] or 0) for row in declared):
        return ""
    parts = (f"{view.name_of_test(row)}, {row['n']}" for row in declared)
    return view.t("tables.note.tested", tests=view.t("common.list_separator").join(parts))


def differences_notes(view: View, *, known: bool) -> list[str]:
    """Say what each declared procedure gives with differences taken the other way, where that is another result.

    Either those of a program whose own way is `known`, or those of a paper whose program is not.
    """
    declared = {(row["test"], row["group"]): row for row in declared_tests(view)}
    notes = []
    for row in view.rows("tests"):
        how = declared[row["test"], row["group"]]["differences"]
        if row["role"] == OTHER_DIFFERENCES and how.startswith("if_") != known:
            values = {"z": view.t.number(row["z"], 3), "p": view.t.significant(row["p_value"], 3)}
            values |= {"test": view.name_of_test(row), "program": view.study.procedure.program}
            notes.append(view.t(f"tables.note.differences_{how}", **values))
    return notes
