"""A table before it has a format, and what the tables of a study share: columns, notes, what is printed for a row."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, groupby, product
from string import ascii_lowercase
from typing import TYPE_CHECKING, Literal

from oxymilk.present.formats import TEMPLATES
from oxymilk.present.view import VERDICT_SIGNS, with_operator
from oxymilk.texts import NO_VALUE, read_yaml, to_decimal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from oxymilk.present.view import Row as Record
    from oxymilk.present.view import View
    from oxymilk.study import Group

TESTS = ("signed_rank", "rank_sum")
# the columns of every table
_LAYOUTS = read_yaml(TEMPLATES / "columns.yaml")


@dataclass(frozen=True)
class Column:
    """A column of a panel.

    * key : names the column across panels and languages; "row" is the stub.
    * label, spanner : its header, and the one above it and its neighbours of the same spanner, empty for none.
    * width : share of the table's width, in any unit; the writers scale them to the whole.
    * only_csv : true for a column that only the CSV file has.
    * full : key of the column whose cells it shows with ten digits; empty for a column with cells of its own.
    """

    key: str
    label: str
    spanner: str = ""
    align: Literal["left", "right", "center"] = "right"
    width: float = 1.0
    only_csv: bool = False
    full: str = ""


@dataclass(frozen=True)
class Cell:
    """Text of a cell, the letters of its notes, whether it is in bold (a verdict that differs), its ten digits."""

    text: str = ""
    marks: tuple[str, ...] = ()
    strong: bool = False
    digits: str = ""


class Row:
    """A row: its cells, or their texts, by the key of their column, the others empty.

    Its kind is "body", "more", "section" or "total". A section has only its stub. A row of kind "more" continues the
    row above it: its stub is empty, since another printed form of the same number follows.
    """

    def __init__(self, kind: str = "body", /, **cells: Cell | str) -> None:
        self.kind = kind
        self.cells = {key: cell if isinstance(cell, Cell) else Cell(cell) for key, cell in cells.items()}

    def cell(self, key: str) -> Cell:
        """Return the cell of a column."""
        return self.cells.get(key, Cell())


@dataclass(frozen=True)
class Panel:
    """A header and the rows below it; `label` names the panel in the CSV file."""

    label: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def shown_columns(self) -> tuple[Column, ...]:
        """The columns that are not only for the CSV file."""
        return tuple(column for column in self.columns if not column.only_csv)

    def spanners(self) -> tuple[tuple[str, int], ...]:
        """Return each spanner and the number of columns below it, from left to right; ("", k) for none."""
        runs = groupby(column.spanner for column in self.shown_columns)
        return tuple((spanner, len(list(run))) for spanner, run in runs)

    def widths(self, whole: int = 0) -> tuple[float, ...]:
        """Return the shown columns' shares of the table's width, which sum to 1; or, of a `whole`, whole units."""
        total = sum(column.width for column in self.shown_columns)
        shares = tuple(column.width / total for column in self.shown_columns)
        return tuple(round(share * whole) for share in shares) if whole else shares


def made_count(claim: Record) -> str:
    """Return the number of participants that a printed count or percentage makes; "" where it makes none."""
    if claim["quantity"] == "count":
        return claim["computed"]
    percent, n = to_decimal(claim["computed"]), claim["n"]
    return str(round(percent * int(n) / 100)) if percent is not None and n.isdecimal() else ""


class Table:
    """A numbered table of a view, about the study or a group; made by what `oxymilk.present.tables` names for its kind.

    Attributes
    ----------
    title : str
        What it shows, without its number.
    panels : tuple of Panel
        One below the other, of equal total width.
    notes : list of str
        Sentences about the whole table; while it is made, an empty text, or one that is there already, makes none.
    footnotes : dict
        Sentences about single cells, by the letter that marks those.
    group_name : str
        The group's label with the word for group, unless the label has it.
    first, last : int
        The numbers of the first and the last table that hold a rank test, 0 when there is none.
    scale_note : str
        Names the scale that the tests run on, where the outcome could have two; else the empty string.
    """

    title: str
    panels: tuple[Panel, ...]
    footnotes: Mapping[str, str]

    def __init__(self, view: View, kind: str, group: Group | None, number: int, tests: Sequence[int]) -> None:
        self.view, self.kind, self.group, self.number = view, kind, group, number
        self.language, self.t, t = view.language, view.t, view.t
        self.first, self.last = (tests[0], tests[-1]) if tests else (0, 0)
        self.group_name = view.label(group) if group else ""
        if group and t("common.group").casefold() not in self.group_name.casefold().split():
            self.group_name = t("common.named_group", group=self.group_name)
        one_scale = view.study.outcome.kind == "levels"
        self.scale_note = "" if one_scale else t("tables.note.scale", scale=self.scale())
        # those that it has shown so far
        self.verdicts: set[str] = set()
        # a number of a cited study may carry the name of our test, but is not about our data
        self._claims = [claim for claim in view.rows("verdicts") if claim["check"] != "cited"]
        self.notes: list[str] = []
        self._letters: dict[str, str] = {}
        self._free_letters = chain(ascii_lowercase, map("".join, product(ascii_lowercase, repeat=2)))

    # ---------------------------------------------------------------- tests

    def results(self, test: str, group: str = "") -> tuple[Record, Record | None]:
        """Return the declared and the exact row of a test; None for the exact one where it is the declared one."""
        rows = [row for row in self.view.rows("tests") if (row["test"], row["group"]) == (test, group)]
        declared, exact = map({row["role"]: row for row in rows}.get, ("declared", "exact"))
        same = exact and exact["procedure"] == declared["procedure"] and declared["differences"] != "binary"
        return declared, None if same else exact

    def decision(self, test: Record) -> str:
        """Say the decision of a row of tests.csv; a dash without a p-value."""
        if not test["p_value"]:
            return NO_VALUE
        below = to_decimal(test["p_value"]) < to_decimal(self.view.study.alpha)
        return self.view.decision("significant" if below else "not significant")

    def scale(self, scale: str = "") -> str:
        """Say what the tests run on, "level" or "score" (with its unit); the outcome's own scale unless given."""
        outcome = self.view.study.outcome
        key = "level" if (scale or outcome.scale) == "level" else "score_unit" if outcome.unit else "score"
        return self.t(f"tables.scale.{key}", unit=self.view.unit(outcome))

    def left_out(self, test: Record) -> str:
        """Say on how many participants a test rests, and list by code who was left out."""
        key = "left_out" if int(test["n_left_out"] or 0) else "none_left_out"
        codes = ", ".join(test["left_out"].split())
        return self.t(f"tables.note.{key}", n=test["n"], count=test["n_left_out"], codes=codes)

    # ---------------------------------------------------------------- cells and columns

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
            label = names.get(name) or t(name, column=full and columns[full].label)
            above = names.get(spanner) or (spanner and t(spanner))
            only_csv = bool(full) or form.get("csv", False) or key in hidden
            look = (form.get("align", "right"), form.get("width", 1.0))
            columns[key] = Column(key + end, label, above, *look, only_csv, full and full + end)
        return tuple(columns.values())

    # ---------------------------------------------------------------- what is printed

    def select(self, *quantities: str, variable: str = "", **match: str) -> list[Record]:
        """Return the claims of these quantities whose columns equal `match`, in the order of the file.

        `variable` is the id of a characteristic; without it claims about the outcome are meant, whether they name it
        or not.
        """
        about = (variable,) if variable else ("", self.view.study.outcome.id)
        of_them = (c for c in self._claims if c["quantity"] in quantities and c["variable"] in about)
        return [claim for claim in of_them if match.items() <= claim.items()]

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
            verdict = self.t(f"verdicts.{claim['verdict']}")
            cells = {
                "printed": self.view.decision(claim["printed"]) if decided else with_operator(claim),
                "where": self._places(places),
                "verdict": Cell(verdict, self.mark(self._about_verdict(claim)), strong),
            }
            forms.append((cells, claim))
        return forms or [({"printed": NO_VALUE, "where": "", "verdict": NO_VALUE}, {})]

    def checked(self, claims: Iterable[Record], **cells: Cell | str) -> list[Row]:
        """Return a row of `cells` with its first printed form, and a row more for each further one."""
        (first, _), *more = self.forms(claims)
        return [Row(**cells, **first), *(Row("more", **form) for form, _ in more)]

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

    def _about_verdict(self, claim: Record) -> str:
        """Say why a number is not checkable, what the data give where it differs, or what W is; "" otherwise."""
        t, quantity = self.t, claim["quantity"]
        if claim["verdict"] == "not_checkable":
            reason = t.section("verdicts.reason").get(claim["reason"])
            return t("tables.note.not_checkable", reason=reason) if reason else ""
        if claim["convention"]:
            text = t(f"verdicts.convention.{claim['convention']}")
            return f"{text[0].upper()}{text[1:]}."
        if claim["verdict"] == "differs" and (quantity, claim["check"]) == ("percent", "arithmetic"):
            count, percent = t.number(made_count(claim)), t.number(claim["computed"], 1)
            values = {"n": claim["n"], "printed": claim["printed"], "count": count, "percent": percent}
            return t("tables.note.whole_number", **values)
        if claim["verdict"] != "differs" or quantity != "p_value":
            return ""
        text = t("tables.note.differs_p", computed=t.significant(claim["computed"], 3))
        if claim["decision"]:
            said = {by: self.view.decision(claim[f"decision_{by}"]) for by in ("printed", "computed")}
            key = f"tables.note.differs_decision_{claim['decision']}"
            text += " " + t(key, alpha=t.number(self.view.study.alpha), **said)
        return text

    # ---------------------------------------------------------------- the whole

    def finish(self, title: str, *panels: Panel) -> Table:
        """Return it whole; all but that of explanations have notes on basis, origin of the data, what signs mean."""
        t, study, of_participants = self.t, self.view.study, self.kind == "characteristics"
        inferred = self.kind not in TESTS and study.procedure.basis == "inferred" and self.last
        basis = "basis_elsewhere" if self.first < self.last else "basis_elsewhere_one"
        meanings = t.section("verdicts.meaning") | (t.section("tables.meaning") if of_participants else {})
        columns = [(panel, column.key) for panel in panels for column in panel.shown_columns]
        dash = any(row.cell(key) == Cell(NO_VALUE) for panel, key in columns for row in panel.rows)
        if self.kind != "explanations":
            self.notes += (
                t(f"tables.note.{basis}", first=self.first, last=self.last) if inferred else "",
                t("tables.note.reconstructed") if study.reconstructed and not of_participants else "",
                *(meanings[verdict] for verdict in VERDICT_SIGNS if verdict in self.verdicts),
                # the table of effects says itself what the dash means in it
                t("tables.note.no_value") if dash and self.kind != "effects" else "",
            )
        self.title, self.panels, self.notes = title, panels, list(dict.fromkeys(filter(None, self.notes)))
        self.footnotes = {letter: text for text, letter in self._letters.items()}
        return self
