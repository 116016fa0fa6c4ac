"""Read `claims.csv`, the numbers a paper printed, and say all that is wrong with it at once."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from oxymilk.audit.grim import parse_sizes
from oxymilk.audit.printed import OPERATORS, parse_printed
from oxymilk.faults import Fault, FaultsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from oxymilk.study import Study

COLUMNS = (
    "id",
    "where",
    "printed",
    "operator",
    "quantity",
    "test",
    "group",
    "timepoint",
    "variable",
    "level",
    "n",
    "check",
    "expect",
    "note",
)
TESTS = ("signed_rank", "rank_sum")
# quantities that the data of the study give
RECOMPUTED = (
    "sample_size",
    "count",
    "percent",
    "count_up",
    "count_down",
    "count_unchanged",
    "percent_up",
    "percent_down",
    "percent_unchanged",
    "p_value",
    "z",
    "u",
    "w",
    "alpha",
    "threshold",
    "decision",
)
# quantities that other printed numbers give; `n` holds those numbers
GRIM = ("grim_percent", "grim_mean")
ARITHMETIC = ("comparison", "ratio_percent", "between", "percent", "sum", *GRIM)
FIGURES = ("figure",)
REASONS = ("cited", "no_data", "undefined", "ambiguous")
CHECKS = ("recompute", "arithmetic", *REASONS)
VERDICTS = ("reproduced", "reproduced_after_rounding", "differs", "not_checkable")
DECISIONS = ("significant", "not significant")
OF_A_TEST = ("p_value", "z", "u", "w", "threshold", "decision")
OF_A_CELL = ("count", "percent")
OF_A_CHANGE = ("count_up", "count_down", "count_unchanged", "percent_up", "percent_down", "percent_unchanged")

_SEPARATORS = {"ratio_percent": "/", "between": ";", "sum": "+", "grim_mean": ";"}


class Claim(NamedTuple):
    """One number as printed, in one place; see docs/claims.md for the columns."""

    id: str
    where: str
    printed: str
    operator: str
    quantity: str
    test: str
    group: str
    timepoint: str
    variable: str
    level: str
    n: str
    check: str
    expect: str
    note: str

    @property
    def others(self) -> tuple[str, ...]:
        """The other printed numbers that an arithmetic check rests on."""
        return tuple(part.strip() for part in re.split("[/;+]", self.n)) if self.n else ()


def load_claims(path: Path, study: Study) -> list[Claim]:
    """Read a study's claims.

    Parameters
    ----------
    path : Path
        A `claims.csv`.
    study : Study
        The study whose groups, timepoints, variables and levels the claims name.

    Returns
    -------
    list of Claim
        In the order of the file.

    Raises
    ------
    FaultsError
        With every fault of the file, each with its row.
    """
    path = Path(path)
    header, rows = read_claims(path)
    at = [header.index(column) for column in COLUMNS]
    claims = [(number, Claim(*(cells[place].strip() for place in at))) for number, cells in rows]
    faults = [fault for row, claim in claims for fault in _faults(claim, row, path.name, study)]
    first_row: dict[str, int] = {}
    for row, claim in claims:
        if claim.id in first_row:
            faults.append(
                Fault(
                    "claims_id_twice",
                    path.name,
                    row=row,
                    column="id",
                    value=claim.id,
                    params={"first": first_row[claim.id]},
                )
            )
        first_row.setdefault(claim.id, row)
    if faults:
        raise FaultsError(sorted(faults, key=lambda fault: fault.row or 0))
    return [claim for _, claim in claims]


def read_claims(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Read the cells of a claims.csv; what they say is not checked.

    Parameters
    ----------
    path : Path
        The file: UTF-8, its cells parted by commas, or by semicolons as spreadsheet programs save it where the decimal
        mark is a comma.

    Returns
    -------
    tuple of list of str, list of tuple
        The header; and for each row that is not blank its number, the header being 1, and as many cells as the
        header has.

    Raises
    ------
    FaultsError
        When the file is missing or no CSV, lacks a column or has others, or a row has more cells than
        the header.
    """
    path = Path(path)
    if not path.is_file():
        raise FaultsError([Fault("claims_missing", path.name)])
    try:
        text = path.read_bytes().decode("utf-8-sig")
        first = text.partition("\n")[0]
        delimiter = ";" if first.count(";") > first.count(",") else ","
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except UnicodeDecodeError:
        raise FaultsError([Fault("encoding_wrong", path.name, params={"encoding": "UTF-8"})]) from None
    except (csv.Error, OSError) as error:
        raise FaultsError([Fault("sheet_unreadable", path.name, params={"problem": str(error)})]) from None
    header = table[0] if table else []
    faults = [Fault("claims_column_missing", path.name, column=one) for one in COLUMNS if one not in header]
    faults += [
        Fault("claims_column_unknown", path.name, column=one)
        for at, one in enumerate(header)
        if one not in COLUMNS or one in header[:at]
    ]
    if faults:
        raise FaultsError(faults)
    filled = [(at, cells) for at, cells in enumerate(table[1:], start=2) if any(map(str.strip, cells))]
    faults = [
        Fault("claims_row_long", path.name, row=at, value=cells[0],
              params={"count": len(cells), "due": len(header)})
        for at, cells in filled
        if len(cells) > len(header)
    ]  # fmt: skip
    if faults:
        raise FaultsError(faults)
    rows = [(at, cells + [""] * (len(header) - len(cells))) for at, cells in filled]
    return header, rows


def _faults(claim: Claim, row: int, file: str, study: Study) -> list[Fault]:
    faults: list[Fault] = []

    def wrong(code: str, column: str, legal: tuple[str, ...] = ()) -> None:
        value = getattr(claim, column)
        faults.append(
            Fault(code, file, row=row, column=column, value=value, params={"legal": ", ".join(legal)})
        )

    def one_of(column: str, legal: tuple[str, ...], *, required: bool = True) -> None:
        value = getattr(claim, column)
        if value not in legal and (required or value):
            wrong("claims_value", column, legal)

    one_of("operator", OPERATORS)
    one_of("quantity", _possible_quantities(claim.check))
    one_of("check", CHECKS)
    one_of("expect", VERDICTS)
    one_of("test", TESTS, required=claim.check == "recompute" and claim.quantity in OF_A_TEST)
    one_of("group", tuple(group.id for group in study.groups), required=_needs_group(claim))
    moments = (*(timepoint.id for timepoint in study.timepoints), "change")
    one_of("timepoint", moments, required=claim.check == "recompute" and claim.quantity in OF_A_CELL)
    variables = {study.outcome.id: study.outcome, **{item.id: item for item in study.characteristics}}
    one_of("variable", tuple(variables), required=False)
    variable = variables.get(claim.variable or study.outcome.id)
    if variable is not None:
        levels = tuple(level.id for level in variable.levels)
        one_of("level", levels, required=claim.check == "recompute" and claim.quantity in OF_A_CELL)
    for column in ("id", "where", "printed"):
        if not getattr(claim, column):
            wrong("claims_empty", column)
    if claim.check in REASONS and claim.expect != "not_checkable":
        wrong("claims_value", "expect", ("not_checkable",))
    if claim.expect == "differs" and not claim.note:
        wrong("claims_note", "note")
    faults.extend(_number_faults(claim, row, file, study))
    return faults


def _possible_quantities(check: str) -> tuple[str, ...]:
    every = tuple(dict.fromkeys((*RECOMPUTED, *ARITHMETIC, *FIGURES)))
    return {"recompute": RECOMPUTED, "arithmetic": ARITHMETIC}.get(check, every)


def _needs_group(claim: Claim) -> bool:
    of_a_group = claim.quantity in OF_A_CHANGE or claim.test == "signed_rank"
    return claim.check == "recompute" and of_a_group


def _number_faults(claim: Claim, row: int, file: str, study: Study) -> list[Fault]:
    if claim.check not in ("recompute", "arithmetic"):
        return []
    faults: list[Fault] = []
    marks = study.decimal_mark

    def printed(text: str) -> object:
        return parse_printed(text, marks)

    def number(column: str, text: str, parse: Callable[[str], object] = printed) -> None:
        try:
            parse(text)
        except ValueError:
            faults.append(
                Fault(
                    "claims_number",
                    file,
                    row=row,
                    column=column,
                    value=text,
                    params={"marks": " ".join(marks)},
                )
            )

    if claim.quantity == "decision":
        if claim.printed not in DECISIONS:
            legal = ", ".join(DECISIONS)
            faults.append(
                Fault(
                    "claims_value",
                    file,
                    row=row,
                    column="printed",
                    value=claim.printed,
                    params={"legal": legal},
                )
            )
    elif claim.printed:
        number("printed", claim.printed)
        if claim.quantity == "p_value" and claim.printed.endswith("%"):
            faults.append(Fault("claims_p_percent", file, row=row, column="printed", value=claim.printed))
    if claim.check == "arithmetic":
        separator = _SEPARATORS.get(claim.quantity)
        if not claim.n or (separator and separator not in claim.n):
            faults.append(
                Fault(
                    "claims_arithmetic",
                    file,
                    row=row,
                    column="n",
                    value=claim.n,
                    params={"quantity": claim.quantity},
                )
            )
        for position, part in enumerate(claim.others):
            number("n", part, parse_sizes if claim.quantity in GRIM and not position else printed)
    return faults
