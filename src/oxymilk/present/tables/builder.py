"""What the tables of a study share: their order, their notes, and what the paper prints for a row."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import product
from string import ascii_lowercase
from typing import TYPE_CHECKING

from oxymilk.present.formats import TEMPLATES
from oxymilk.present.lines import VERDICT_SIGNS
from oxymilk.present.tables.model import Cell, Column, Note, Panel, Row, Table, row
from oxymilk.present.view import with_operator
from oxymilk.texts import NO_VALUE, read_yaml, to_decimal

if TYPE_CHECKING:
    from oxymilk.present.lines import Row as Record
    from oxymilk.present.view import View
    from oxymilk.study import Group

TESTS = ("signed_rank", "rank_sum")


@cache
def _layouts() -> dict[str, dict[str, dict]]:
    """Return the columns of every table."""
    return read_yaml(TEMPLATES / "columns.yaml")


def planned(view: View) -> list[tuple[str, Group | None]]:
    """Return kind and group of each table of a study, in their order.

    Characteristics, if there is a sheet or the paper prints some; the summary, if the tests run on scores; frequencies,
    one a group; signed-rank tests, one a group; the rank-sum test, if there is one; effects, if a test had data; the
    other scale; explanations.
    """
    study = view.study
    tests = {(test["test"], test["group"]) for test in view.rows("tests")}
    within = [group for group in study.groups if ("signed_rank", group.id) in tests]
    # without levels there is nothing to count
    counted = study.groups if study.outcome.levels and study.sheets else ()
    single = {
        "characteristics": study.sheets or study.characteristics or view.rows("baseline"),
        "summary": study.outcome.scale == "score" and view.rows("summaries"),
        "rank_sum": ("rank_sum", "") in tests,
        "effects": view.rows("effects"),
        "sensitivity": view.rows("sensitivity"),
        "explanations": any(claim.explanations for claim in view.explained),
    }
    plan = [(kind, None) for kind, wanted in single.items() if wanted]
    plan += [("frequencies", group) for group in counted] + [("signed_rank", group) for group in within]
    order = ("characteristics", "summary", "frequencies", *TESTS, "effects", "sensitivity", "explanations")
    return sorted(plan, key=lambda table: order.index(table[0]))


def numbers_of_tests(view: View) -> tuple[int, int]:
    """Return the numbers of the first and the last table that hold a test; (0, 0) when there is none."""
    numbers = [number for number, (kind, _) in enumerate(planned(view), start=1) if kind in TESTS]
    return (numbers[0], numbers[-1]) if numbers else (0, 0)


def results_of(view: View, test: str, group: str = "") -> tuple[Record, Record | None]:
    """Return the declared and the exact row of a test; None for the exact one where it is the declared one."""
    roles = {row["role"]: row for row in view.rows("tests") if (row["test"], row["group"]) == (test, group)}
    declared, exact = roles["declared"], roles.get("exact")
    return declared, None if exact and exact["procedure"] == declared["procedure"] else exact


def decision_of(view: View, test: Record) -> str:
    """Say the decision of a row of tests.csv; a dash without a p-value."""
    p_value = to_decimal(test["p_value"])
    if p_value is None:
        return NO_VALUE
    below = p_value < to_decimal(view.study.alpha)
    return view.decision("significant" if below else "not significant")


def named_group(view: View, group: Group) -> str:
    """Return the label of a group with the word for group, unless the label has it."""
    label = view.label(group)
    has_word = view.t("common.group").casefold() in label.casefold().split()
    return label if has_word else view.t("common.named_group", group=label)


def scale_words(view: View, scale: str = "") -> str:
    """Say what the tests run on, "level" or "score" (with its unit); the outcome's own scale unless given."""
    outcome = view.study.outcome
    key = "score_unit" if outcome.unit else "score"
    if (scale or outcome.scale) == "level":
        key = "level"
    return view.t(f"tables.scale.{key}", unit=view.unit(outcome))


def scale_note(view: View) -> str:
    """Name the scale that the tests run on, where the outcome could have two; else the empty string."""
    return "" if view.study.outcome.kind == "levels" else view.t("tables.note.scale", scale=scale_words(view))


def left_out_note(view: View, test: Record) -> str:
    """Say on how many participants a test rests, and list by code who was left out."""
    if not int(test["n_left_out"] or 0):
        return view.t("tables.note.none_left_out", n=test["n"])
    codes = ", ".join(test["left_out"].split())
    return view.t("tables.note.left_out", n=test["n"], count=test["n_left_out"], codes=codes)


def whole_number(claim: Record) -> str:
    """Return the number of participants that a percentage, checked by arithmetic, makes; "" where it makes none."""
    percent, n = to_decimal(claim["computed"]), claim["n"]
    return str(round(percent * int(n) / 100)) if percent is not None and n.isdecimal() else ""


@dataclass(frozen=True)
class PrintedForm:
    """A printed form of a number: as printed, in which places, and what became of it; `claim` is its first place."""

    printed: Cell
    where: str
    verdict: Cell
    claim: Record

    @property
    def cells(self) -> dict[str, Cell]:
        """Its cells, by the keys of the columns "checked"."""
        return {"printed": self.printed, "where": Cell(self.where), "verdict": self.verdict}


class TableBuilder:
    """A table in the making: its notes, and the verdicts it has shown so far.

    Parameters
    ----------
    view : View
        The study.
    kind : str
        The kind of the table.
    number : int
        Its number, from 1.
    """

    def __init__(self, view: View, kind: str, number: int) -> None:
        self.view, self.t = view, view.t
        self.kind, self.number = kind, number
        self.verdicts: set[str] = set()
        # a number of a cited study may carry the name of our test, but is not about our data
        self._claims = [claim for claim in view.rows("verdicts") if claim["check"] != "cited"]
        self._general: dict[str, None] = {}
        self._marked: dict[str, str] = {}
        self._letters = map("".join, (*product(ascii_lowercase), *product(ascii_lowercase, repeat=2)))

    def note(self, *texts: str) -> None:
        """Add notes about the whole table; an empty text, or one that is there already, adds none."""
        self._general |= dict.fromkeys(filter(None, texts))

    def mark(self, text: str) -> tuple[str, ...]:
        """Return the letter of a note about a cell, as the `marks` of that cell; none for an empty text."""
        if text and text not in self._marked:
            self._marked[text] = next(self._letters)
        return (self._marked[text],) if text else ()

    def columns(
        self, layout: str, *, of_group: str = "", hidden: Collection[str] = (), **spanners: str
    ) -> tuple[Column, ...]:
        """Return the columns of a layout of columns.yaml.

        Parameters
        ----------
        layout : str
            Its name there.
        of_group : str, optional
            The id of the group that the columns are about; their keys end in it.
        hidden : collection of str
            Columns that only the CSV file is to have.
        **spanners : str
            The spanners that the table fills in.
        """
        t, columns = self.view.t, {}
        for key, form in _layouts()[layout].items():
            label, full = form.get("label", f"tables.column.{key}"), form.get("full")
            spanner = form.get("spanner", "")
            columns[key] = Column(
                key=f"{key}_{of_group}" if of_group else key,
                label=t("tables.column.full", column=columns[full].label) if full else t(label),
                spanner=spanners.get(spanner) or (t(spanner) if spanner else ""),
                align=form.get("align", "right"),
                width=form.get("width", 1.0),
                only_csv=bool(full) or form.get("csv", False) or key in hidden,
            )
        return tuple(columns.values())

    def select(self, *quantities: str, variable: str = "", **match: str) -> list[Record]:
        """Return the claims of these quantities whose columns equal `match`, in the order of the file.

        `variable` is the id of a characteristic; without it claims about the outcome are meant, whether they name it
        or not.
        """
        about = (variable,) if variable else ("", self.view.study.outcome.id)
        return [
            claim
            for claim in self._claims
            if claim["quantity"] in quantities
            and claim["variable"] in about
            and all(claim[column] == value for column, value in match.items())
        ]

    def forms(self, claims: Iterable[Record]) -> list[PrintedForm]:
        """Merge claims that print the same form with the same verdict; one form of dashes when there is none."""
        merged: dict[tuple[str, ...], list[Record]] = {}
        for claim in claims:
            key = (claim["operator"], claim["printed"], claim["verdict"], claim["reason"], claim["decision"])
            merged.setdefault(key, []).append(claim)
        forms = []
        for same in merged.values():
            claim = same[0]
            verdict, decided = claim["verdict"], claim["quantity"] == "decision"
            self.verdicts.add(verdict)
            printed = self.view.decision(claim["printed"]) if decided else with_operator(claim)
            marks = self.mark(self._verdict_note(claim))
            word = Cell(self.t(f"verdicts.{verdict}"), marks, strong=verdict == "differs")
            forms.append(PrintedForm(Cell(printed), self._places(same), word, claim))
        return forms or [PrintedForm(Cell(NO_VALUE), "", Cell(NO_VALUE), {})]

    def checked(self, claims: Iterable[Record], **cells: Cell | str) -> list[Row]:
        """Return a row of `cells` with its first printed form, and a row more for each further one."""
        first, *more = self.forms(claims)
        return [row(**cells, **first.cells), *(Row(form.cells, "more") for form in more)]

    def finish(self, title: str, *panels: Panel) -> Table:
        """Add the notes that every table has (basis, origin of the data, meaning of the verdicts) and close it."""
        t, study = self.view.t, self.view.study
        first, last = numbers_of_tests(self.view)
        if self.kind not in TESTS and study.procedure.basis == "inferred" and last:
            key = "basis_elsewhere" if first < last else "basis_elsewhere_one"
            self.note(t(f"tables.note.{key}", first=first, last=last))
        if study.reconstructed and self.kind != "characteristics":
            self.note(t("tables.note.reconstructed"))
        meanings = t.section("verdicts.meaning")
        if self.kind == "characteristics":
            meanings = {**meanings, **t.section("tables.meaning")}
        self.note(*(meanings[verdict] for verdict in VERDICT_SIGNS if verdict in self.verdicts))
        cells = {cell for panel in panels for row in panel.rows for cell in panel.shown_cells(row)}
        # the table of effects says itself what the dash means in it
        if self.kind != "effects" and Cell(NO_VALUE) in cells:
            self.note(t("tables.note.no_value"))
        return self.close(title, *panels)

    def close(self, title: str, *panels: Panel) -> Table:
        """Return the table with the notes so far."""
        marked = (Note(text, letter) for text, letter in self._marked.items())
        notes = (*map(Note, self._general), *marked)
        return Table(self.kind, self.number, self.view.language, title, panels, notes)

    def _places(self, claims: list[Record]) -> str:
        """Join place names; what a name shares with the one before is not repeated: "results table 2, 4"."""
        text, before = "", []
        for place in dict.fromkeys(claim["where"] for claim in claims):
            words = self.t.place(place).split(" ")
            # how many words they share: all but the last, or the first
            shared = len(words) - 1 if before[:-1] == words[:-1] else int(before[:1] == words[:1])
            separator = ", " if shared and len(words) > 1 else self.t("common.list_separator")
            text += (separator if text else "") + " ".join(words[shared:] or words)
            before = words
        return text

    def _verdict_note(self, claim: Record) -> str:
        """Say why a number is not checkable, or what the data give where it differs."""
        t, alpha = self.view.t, self.view.study.alpha
        if claim["verdict"] == "not_checkable":
            reason = t.section("verdicts.reason").get(claim["reason"])
            return t("tables.note.not_checkable", reason=reason) if reason else ""
        if claim["verdict"] != "differs":
            return ""
        if claim["quantity"] == "percent" and claim["check"] == "arithmetic":
            count, percent = t.number(whole_number(claim)), t.number(claim["computed"], 1)
            values = {"n": claim["n"], "printed": claim["printed"], "count": count, "percent": percent}
            return t("tables.note.whole_number", **values)
        if claim["quantity"] != "p_value":
            return ""
        text = t("tables.note.differs_p", computed=t.significant(claim["computed"], 3))
        if not claim["decision"]:
            return text
        printed, computed = (self.view.decision(claim[f"decision_{by}"]) for by in ("printed", "computed"))
        key = f"tables.note.differs_decision_{claim['decision']}"
        return f"{text} {t(key, printed=printed, computed=computed, alpha=t.number(alpha))}"
