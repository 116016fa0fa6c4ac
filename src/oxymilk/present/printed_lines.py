"""What the paper prints for a row of a table: each printed form once, with its places and its verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oxymilk.present.table_model import Cell, Notes, Row
from oxymilk.texts import NO_VALUE, Labels, to_decimal

if TYPE_CHECKING:
    import pandas as pd

    from oxymilk.study import Study

_OPERATORS = {"": "", "=": "", "<": "<", ">": ">", "<=": "≤", ">=": "≥", "~": "≈"}
# verdicts in the order in which their meanings are explained
_VERDICTS = ("reproduced", "reproduced_after_rounding", "differs", "not_checkable")


@dataclass(frozen=True)
class Line:
    """A printed form of a number: as printed, where, and what became of it."""

    printed: Cell
    where: str
    verdict: Cell
    claim: Mapping[str, str]


NO_LINE = Line(Cell(NO_VALUE), "", Cell(NO_VALUE), {})


def records(frame: pd.DataFrame) -> list[dict[str, str]]:
    """Return the rows of a result table as text cells, missing as the empty string.

    Parameters
    ----------
    frame : DataFrame
        As `oxymilk.files.read_csv` gives it, or with numbers, booleans and missing values.

    Returns
    -------
    list of dict
        One a row; booleans as "true" and "false", floats with ten significant digits.
    """
    return [{str(key): _text(value) for key, value in row.items()} for row in frame.to_dict("records")]


class Claims:
    """The verdicts of a study, to be asked for what was printed about a row of a table."""

    def __init__(self, study: Study, verdicts: Iterable[Mapping[str, str]], t: Labels) -> None:
        self._study = study
        self.t = t
        # a number of a cited study may carry the name of our test, but is not about our data
        self._claims = [claim for claim in verdicts if claim["check"] != "cited"]
        self.seen: dict[str, None] = {}  # verdicts shown so far

    def select(self, *quantities: str, variable: str = "", **match: str) -> list[Mapping[str, str]]:
        """Return the claims of these quantities whose columns equal `match`, in the order of the file.

        `variable` is the id of a characteristic; without it claims about the outcome are meant, whether they name it
        or not.
        """
        about = (variable,) if variable else ("", self._study.outcome.id)
        return [
            claim
            for claim in self._claims
            if claim["quantity"] in quantities
            and claim["variable"] in about
            and all(claim[column] == value for column, value in match.items())
        ]

    def lines(self, claims: Iterable[Mapping[str, str]], notes: Notes) -> list[Line]:
        """Merge claims that print the same form with the same verdict; never empty, see `NO_LINE`."""
        merged: dict[tuple[str, ...], list[Mapping[str, str]]] = {}
        for claim in claims:
            key = (claim["operator"], claim["printed"], claim["verdict"], claim["reason"], claim["decision"])
            merged.setdefault(key, []).append(claim)
        return [self._line(same, notes) for same in merged.values()] or [NO_LINE]

    def meanings(self, kind: str) -> list[str]:
        """Explain the verdicts that the lines so far have shown; `kind` is the table's."""
        section = "tables.meaning" if kind == "characteristics" else "verdicts.meaning"
        return [
            self.t(
                f"{section}.{verdict}"
                if self.t.has(f"{section}.{verdict}")
                else f"verdicts.meaning.{verdict}"
            )
            for verdict in _VERDICTS
            if verdict in self.seen
        ]

    def _line(self, same: list[Mapping[str, str]], notes: Notes) -> Line:
        claim, t = same[0], self.t
        printed = claim["printed"]
        if claim["quantity"] == "decision":
            printed = decision_words(printed, t)
        verdict = claim["verdict"]
        self.seen[verdict] = None
        word = Cell(
            t(f"verdicts.{verdict}"), notes.mark(self._verdict_note(claim)), strong=verdict == "differs"
        )
        printed = _OPERATORS.get(claim["operator"], claim["operator"]) + printed
        return Line(Cell(printed), places([each["where"] for each in same], t), word, claim)

    def _verdict_note(self, claim: Mapping[str, str]) -> str:
        t = self.t
        if claim["verdict"] == "not_checkable" and t.has(f"verdicts.reason.{claim['reason']}"):
            return t("tables.note.not_checkable", reason=t(f"verdicts.reason.{claim['reason']}"))
        if claim["verdict"] != "differs":
            return ""
        if claim["quantity"] == "percent" and claim["check"] == "arithmetic":
            return t(
                "tables.note.whole_number",
                n=claim["n"],
                printed=claim["printed"],
                count=t.number(whole_number(claim)),
                percent=t.number(claim["computed"], 1),
            )
        if claim["quantity"] != "p_value":
            return ""
        text = t("tables.note.differs_p", computed=t.significant(claim["computed"], 3))
        if not claim["decision"]:
            return text
        printed, computed = (
            decision_words(claim[column], t) for column in ("decision_printed", "decision_computed")
        )
        key = f"tables.note.differs_decision_{claim['decision']}"
        alpha = t.number(self._study.alpha)
        return f"{text} {t(key, printed=printed, computed=computed, alpha=alpha)}"


def checked_rows(cells: tuple[Cell, ...], lines: list[Line]) -> list[Row]:
    """Return a row of `cells` with its first printed form, and a row more for each further one."""
    rows = []
    for line in lines:
        start = (Cell(),) * len(cells) if rows else cells
        kind = "more" if rows else "body"
        rows.append(Row((*start, line.printed, Cell(line.where), line.verdict), kind))
    return rows


def places(where: Iterable[str], t: Labels) -> str:
    """Join place names; what a name shares with the one before is not repeated.

    Examples
    --------
    >>> from oxymilk.texts import labels
    >>> places(["abstract", "results table 2", "results table 4"], labels("en"))
    'abstract; results table 2, 4'
    """
    text, before = "", []
    for place in dict.fromkeys(where):
        words = t.place(place).split(" ")
        if not text:
            text = " ".join(words)
        elif len(words) > 1 and before[:-1] == words[:-1]:
            text += f", {words[-1]}"
        elif before[:1] == words[:1] and len(words) > 1:
            text += f", {' '.join(words[1:])}"
        else:
            text += t("common.list_separator") + " ".join(words)
        before = words
    return text


def whole_number(claim: Mapping[str, str]) -> str:
    """Return the whole number of participants that a percentage, checked by arithmetic, stands for."""
    percent, n = to_decimal(claim["computed"]), claim["n"]
    if percent is None or not n.isdecimal():
        return ""
    return str(round(percent * int(n) / 100))


def decision_words(decision: str, t: Labels) -> str:
    """Translate "significant" and "not significant"."""
    key = f"verdicts.decision.{decision.replace(' ', '_')}"
    return t(key) if t.has(key) else decision


def _text(value: object) -> str:
    if value is None or value != value:  # NaN is not equal to itself
        return ""
    item = getattr(value, "item", None)  # numpy's numbers are not Python's
    value = item() if callable(item) else value
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.10g}" if isinstance(value, float) else str(value)
