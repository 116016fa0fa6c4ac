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

    import pandas as pd

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


def read_claims_table(path: Path) -> pd.DataFrame:
    """Read the cells of a claims.csv, not yet what they mean.

    Parameters
    ----------
    path : Path
        A `claims.csv`, its cells parted by commas, or by semicolons as spreadsheet programs save it where the decimal
        mark is a comma.

    Returns
    -------
    DataFrame
        A row each claim, every cell text; rows without any text are left out.

    Raises
    ------
    FaultsError
        When it is not there, is not UTF-8, a row has more cells than the header, or its columns are others.
    """
    import pandas as pd

    if not path.is_file():
        raise FaultsError([Fault("claims_missing", path.name)])
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise FaultsError([Fault("encoding_wrong", path.name, params={"encoding": "UTF-8"})]) from None
    first = text.partition("\n")[0]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ","
    )
    rows = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    columns = rows[0][1] if rows else []
    faults = [Fault("claims_column_missing", path.name, column=one) for one in COLUMNS if one not in columns]
    faults += [
        Fault("claims_column_unknown", path.name, column=one)
        for at, one in enumerate(columns)
        if one not in COLUMNS or one in columns[:at]
    ]
    if faults:
        raise FaultsError(faults)
    too_long = [
        Fault(
            "claims_row_long",
            path.name,
            row=line,
            value=cells[0],
            params={"count": len(cells), "due": len(columns)},
        )
        for line, cells in rows[1:]
        if len(cells) > len(columns)
    ]
    if too_long:
        raise FaultsError(too_long)
    filled = [cells + [""] * (len(columns) - len(cells)) for _, cells in rows[1:]]
    return pd.DataFrame(filled, columns=columns, dtype=str)


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
    frame = read_claims_table(Path(path))
    claims = [Claim(*(cell.strip() for cell in row)) for row in frame[list(COLUMNS)].itertuples(index=False)]
    faults = [
        fault for row, claim in enumerate(claims, start=2) for fault in _faults(claim, row, path.name, study)
    ]
    first_row: dict[str, int] = {}
    for row, claim in enumerate(claims, start=2):
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
    return claims


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
