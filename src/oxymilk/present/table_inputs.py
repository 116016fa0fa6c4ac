"""What every table of a study is made from, and the words and notes that several tables share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oxymilk.present.printed_lines import Claims
from oxymilk.present.table_model import Cell, Column, Notes, Panel, Table
from oxymilk.texts import NO_VALUE, Labels, procedure_words

if TYPE_CHECKING:
    from oxymilk.study import Group, Study

Record = Mapping[str, str]
_WORDS = ("alternative", "zero_method", "two_sided", "half_integer")
_ON_OFF = ("tie_correction", "continuity", "mid_p")


@dataclass(frozen=True)
class Inputs:
    """A study, the rows of its result tables as text, and the language of the tables.

    Attributes
    ----------
    study : Study
        The study.
    frequencies, tests, verdicts : list of dict
        Rows of the result tables of the same names, every cell text.
    t : Labels
        The texts of the language.
    test_numbers : tuple of int
        First and last number of the tables that hold a test; (0, 0) when there is none.
    """

    study: Study
    frequencies: list[dict[str, str]]
    tests: list[dict[str, str]]
    verdicts: list[dict[str, str]]
    t: Labels
    test_numbers: tuple[int, int]

    def claims(self) -> Claims:
        """Return the verdicts for a new table."""
        return Claims(self.study, self.verdicts, self.t)

    def size(self, group: str) -> int:
        """Return the number of participants of a group, those with a missing score too."""
        mine = [row for row in self.frequencies if row["group"] == group]
        return max((int(row["total"]) + int(row["missing"] or 0) for row in mine), default=0)

    def of_test(self, test: str, group: str = "") -> tuple[dict[str, str], dict[str, str] | None]:
        """Return the declared and the exact row of a test; None for the exact one where it is the declared one."""
        rows = {row["role"]: row for row in self.tests if row["test"] == test and row["group"] == group}
        declared, exact = rows["declared"], rows.get("exact")
        same = exact is not None and exact["procedure"] == declared["procedure"]
        return declared, None if same else exact

    def has_test(self, test: str, group: str = "") -> bool:
        """Tell whether a test was run."""
        return any(row["test"] == test and row["group"] == group for row in self.tests)

    def named(self, group: Group) -> str:
        """Return the group's label with the word for group, unless the label has it."""
        label = group.label[self.t.language]
        has_word = self.t("common.group").casefold() in label.casefold().split()
        return label if has_word else self.t("common.named_group", group=label)

    def procedure(self, row: Record) -> str:
        """Say the procedure of a test in words."""
        switches = {name: row[name] for name in _WORDS if row[name]}
        switches |= {name: row[name] == "true" for name in _ON_OFF if row[name]}
        return procedure_words({"method": row["method"], **switches}, row["test"], self.t.language)

    def scale(self, scale: str = "") -> str:
        """Say what the tests run on, "level" or "score" (with its unit); the outcome's own scale unless given."""
        outcome = self.study.outcome
        if (scale or outcome.scale) == "level":
            return self.t("tables.scale.level")
        return (
            self.t("tables.scale.score_unit", unit=outcome.unit[self.t.language])
            if outcome.unit
            else self.t("tables.scale.score")
        )

    def scale_note(self) -> str:
        """Name the scale that the tests run on, where the outcome could have two; else the empty string."""
        return "" if self.study.outcome.kind == "levels" else self.t("tables.note.scale", scale=self.scale())

    def left_out(self, row: Record) -> str:
        """Say on how many participants a test rests, and list by code who was left out."""
        if not int(row["n_left_out"] or 0):
            return self.t("tables.note.none_left_out", n=row["n"])
        codes = ", ".join(row["left_out"].split())
        return self.t("tables.note.left_out", n=row["n"], count=row["n_left_out"], codes=codes)


def checked_columns(t: Labels) -> tuple[Column, ...]:
    """Return the columns of what the paper prints: the form, the places, the verdict."""
    spanner = t("tables.spanner.paper")
    return (
        Column("printed", t("tables.column.printed"), spanner, "center", 1.2),
        Column("where", t("tables.column.where"), spanner, "left", 2.5),
        Column("verdict", t("tables.column.verdict"), "", "left", 1.5),
    )


def finish_table(
    inputs: Inputs,
    kind: str,
    number: int,
    title: str,
    panels: tuple[Panel, ...],
    notes: Notes,
    claims: Claims,
) -> Table:
    """Add the notes that every table has (origin of the data, basis, meaning of the verdicts) and close it."""
    t, study = inputs.t, inputs.study
    first, last = inputs.test_numbers
    if kind not in ("signed_rank", "rank_sum") and study.procedure.basis == "inferred" and last:
        key = "basis_elsewhere" if first < last else "basis_elsewhere_one"
        notes.add(t(f"tables.note.{key}", first=first, last=last))
    if study.reconstructed and kind != "characteristics":
        notes.add(t("tables.note.reconstructed"))
    notes.add(*claims.meanings(kind))
    # the table of effects says itself what the dash means in it
    if kind != "effects" and any(
        Cell(NO_VALUE) in panel.shown_cells(row) for panel in panels for row in panel.rows
    ):
        notes.add(t("tables.note.no_value"))
    return Table(kind, number, t.language, title, panels, notes.finish())
