"""What the tables of a study share: their columns and notes, and what the paper prints for a row."""

from __future__ import annotations

from itertools import chain, product
from string import ascii_lowercase
from typing import TYPE_CHECKING

from oxymilk.present.formats import TEMPLATES
from oxymilk.present.lines import VERDICT_SIGNS
from oxymilk.present.tables.model import Cell, Column, Panel, Row, Table
from oxymilk.present.view import with_operator
from oxymilk.texts import NO_VALUE, read_yaml, to_decimal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from oxymilk.present.lines import Row as Record
    from oxymilk.present.view import View
    from oxymilk.study import Group

TESTS = ("signed_rank", "rank_sum")
# the columns of every table
_LAYOUTS = read_yaml(TEMPLATES / "columns.yaml")


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


def scale_words(view: View, scale: str = "") -> str:
    """Say what the tests run on, "level" or "score" (with its unit); the outcome's own scale unless given."""
    outcome = view.study.outcome
    key = "score_unit" if outcome.unit else "score"
    if (scale or outcome.scale) == "level":
        key = "level"
    return view.t(f"tables.scale.{key}", unit=view.unit(outcome))


def left_out_note(view: View, test: Record) -> str:
    """Say on how many participants a test rests, and list by code who was left out."""
    key = "left_out" if int(test["n_left_out"] or 0) else "none_left_out"
    codes = ", ".join(test["left_out"].split())
    return view.t(f"tables.note.{key}", n=test["n"], count=test["n_left_out"], codes=codes)


def whole_number(claim: Record) -> str:
    """Return the number of participants that a percentage, checked by arithmetic, makes; "" where it makes none."""
    percent, n = to_decimal(claim["computed"]), claim["n"]
    return str(round(percent * int(n) / 100)) if percent is not None and n.isdecimal() else ""


class TableBuilder:
    """A table in the making: its notes, and the verdicts it has shown so far.

    Parameters
    ----------
    view : View
        The study.
    kind : str
        The kind of the table.
    group : Group or None
        The group it is about, if it is about one.
    number : int
        Its number, from 1.
    tests : sequence of int
        The numbers of the tables that hold a rank test.

    Attributes
    ----------
    group_name : str
        The group's label with the word for group, unless the label has it.
    notes : list of str
        Those about the whole table; an empty text, or one that is there already, makes none.
    first, last : int
        The numbers of the first and the last table that hold a rank test, 0 when there is none.
    scale_note : str
        Names the scale that the tests run on, where the outcome could have two; else the empty string.
    """

    def __init__(self, view: View, kind: str, group: Group | None, number: int, tests: Sequence[int]) -> None:
        self.view, self.kind, self.group, self.number = view, kind, group, number
        self.t = t = view.t
        self.first, self.last = (tests[0], tests[-1]) if tests else (0, 0)
        self.group_name = view.label(group) if group else ""
        if group and t("common.group").casefold() not in self.group_name.casefold().split():
            self.group_name = t("common.named_group", group=self.group_name)
        one_scale = view.study.outcome.kind == "levels"
        self.scale_note = "" if one_scale else t("tables.note.scale", scale=scale_words(view))
        self.verdicts: set[str] = set()
        # a number of a cited study may carry the name of our test, but is not about our data
        self._claims = [claim for claim in view.rows("verdicts") if claim["check"] != "cited"]
        self.notes: list[str] = []
        self._letters: dict[str, str] = {}
        self._free_letters = chain(ascii_lowercase, map("".join, product(ascii_lowercase, repeat=2)))

    def mark(self, text: str) -> tuple[str, ...]:
        """Return the letter of a note about a cell, as the `marks` of that cell; none for an empty text."""
        if text and text not in self._letters:
            self._letters[text] = next(self._free_letters)
        return (self._letters[text],) if text else ()

    def number_cell(self, value: str, decimals: int | None = None, note: str = "") -> Cell:
        """Write a number of the results, without `decimals` as a p-value; the cell keeps its ten digits."""
        as_p = decimals is None
        text = self.t.p_value(value, self.view.study.alpha) if as_p else self.t.number(value, decimals)
        return Cell(text, self.mark(note), digits=value)

    def columns(
        self, *layouts: str, of_group: str = "", hidden: Collection[str] = (), **names: str
    ) -> tuple[Column, ...]:
        """Return the columns of layouts of columns.yaml, from left to right.

        Parameters
        ----------
        *layouts : str
            Their names there.
        of_group : str, optional
            The id of the group that the columns are about; their keys end in it.
        hidden : collection of str
            Columns that only the CSV file is to have.
        **names : str
            The labels and spanners that the table fills in.
        """
        t, end, columns = self.t, f"_{of_group}" if of_group else "", {}
        for key, form in chain.from_iterable(_LAYOUTS[layout].items() for layout in layouts):
            full, spanner = form.get("full", ""), form.get("spanner", "")
            name = form.get("label", f"tables.column.{'full' if full else key}")
            columns[key] = Column(
                key=key + end,
                label=names.get(name) or t(name, column=full and columns[full].label),
                spanner=names.get(spanner) or (spanner and t(spanner)),
                align=form.get("align", "right"),
                width=form.get("width", 1.0),
                only_csv=bool(full) or form.get("csv", False) or key in hidden,
                full=full and full + end,
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

    def forms(self, claims: Iterable[Record]) -> list[tuple[dict[str, Cell | str], Record]]:
        """Return each printed form of a number: its cells, by the columns "checked", and the claim of its first place.

        Claims that print the same form with the same verdict are one; without a claim there is one form of dashes.
        """
        merged: dict[tuple[str, ...], list[Record]] = {}
        for claim in claims:
            same = ("operator", "printed", "verdict", "reason", "decision")
            merged.setdefault(tuple(claim[column] for column in same), []).append(claim)
        forms = []
        for places in merged.values():
            claim = places[0]
            self.verdicts.add(claim["verdict"])
            decided, strong = claim["quantity"] == "decision", claim["verdict"] == "differs"
            cells = {
                "printed": self.view.decision(claim["printed"]) if decided else with_operator(claim),
                "where": self._places(places),
                "verdict": Cell(self.t(f"verdicts.{claim['verdict']}"), self._verdict_marks(claim), strong),
            }
            forms.append((cells, claim))
        return forms or [({"printed": NO_VALUE, "where": "", "verdict": NO_VALUE}, {})]

    def checked(self, claims: Iterable[Record], **cells: Cell | str) -> list[Row]:
        """Return a row of `cells` with its first printed form, and a row more for each further one."""
        (first, _), *more = self.forms(claims)
        return [Row(**cells, **first), *(Row("more", **form) for form, _ in more)]

    def finish(self, title: str, *panels: Panel, common: bool = True) -> Table:
        """Return the table, with the notes that tables have in `common`: basis, origin of the data, what signs mean."""
        t, study, of_participants = self.t, self.view.study, self.kind == "characteristics"
        inferred = self.kind not in TESTS and study.procedure.basis == "inferred" and self.last
        key = "basis_elsewhere" if self.first < self.last else "basis_elsewhere_one"
        meanings = {
            **t.section("verdicts.meaning"),
            **(t.section("tables.meaning") if of_participants else {}),
        }
        columns = [(panel, column.key) for panel in panels for column in panel.shown_columns]
        dash = any(row.cell(key) == Cell(NO_VALUE) for panel, key in columns for row in panel.rows)
        if common:
            self.notes += (
                t(f"tables.note.{key}", first=self.first, last=self.last) if inferred else "",
                t("tables.note.reconstructed") if study.reconstructed and not of_participants else "",
                *(meanings[verdict] for verdict in VERDICT_SIGNS if verdict in self.verdicts),
                # the table of effects says itself what the dash means in it
                t("tables.note.no_value") if dash and self.kind != "effects" else "",
            )
        footnotes = {letter: text for text, letter in self._letters.items()}
        language, notes = self.view.language, tuple(dict.fromkeys(filter(None, self.notes)))
        return Table(self.kind, self.number, language, title, panels, notes, footnotes)

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

    def _verdict_marks(self, claim: Record) -> tuple[str, ...]:
        """Mark a verdict with why a number is not checkable, what the data give where it differs, or what W is."""
        t, quantity, text = self.t, claim["quantity"], ""
        if claim["verdict"] == "not_checkable":
            reason = t.section("verdicts.reason").get(claim["reason"])
            text = t("tables.note.not_checkable", reason=reason) if reason else ""
        elif claim["convention"]:
            text = t(f"verdicts.convention.{claim['convention']}")
            text = f"{text[0].upper()}{text[1:]}."
        elif claim["verdict"] == "differs" and (quantity, claim["check"]) == ("percent", "arithmetic"):
            count, percent = t.number(whole_number(claim)), t.number(claim["computed"], 1)
            values = {"n": claim["n"], "printed": claim["printed"], "count": count, "percent": percent}
            text = t("tables.note.whole_number", **values)
        elif claim["verdict"] == "differs" and quantity == "p_value":
            text = t("tables.note.differs_p", computed=t.significant(claim["computed"], 3))
            if claim["decision"]:
                said = {by: self.view.decision(claim[f"decision_{by}"]) for by in ("printed", "computed")}
                key = f"tables.note.differs_decision_{claim['decision']}"
                text += " " + t(key, alpha=t.number(self.view.study.alpha), **said)
        return self.mark(text)
