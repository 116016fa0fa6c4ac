"""Claims: the numbers that a paper prints, as `claims.csv` lists them, and every fault of that file at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from functools import cached_property, partial
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oxymilk.audit.evidence import STARS, name_in_claims
from oxymilk.audit.printed import (
    EITHER_MARK,
    LOWER,
    OPERATORS,
    P_NAME,
    UPPER,
    VERDICTS,
    Interval,
    Notation,
    PrintedNumber,
    parse_printed,
    parse_sizes,
    split_operator,
    without_name,
)
from oxymilk.faults import Fault, FaultsError, faults_of
from oxymilk.files import csv_rows, refuse_device
from oxymilk.study.base import CONTROL
from oxymilk.texts import LANGUAGES

if TYPE_CHECKING:
    from oxymilk.study import Study

TESTS = ("signed_rank", "rank_sum")
# tests that data of the study give, judged as printed tests; and those that printed evidence gives
OF_PAIRS = ("mcnemar", "t_paired")
OTHER_TESTS = ("chi_square", "fisher", "t_independent", *OF_PAIRS)
PRINTED_TESTS = (*TESTS, *OTHER_TESTS, "linear", "z", "f", "pearson", "spearman")
OF_A_CELL = ("count", "percent")
OF_A_CHANGE = ("count_up", "count_down", "count_unchanged", "percent_up", "percent_down", "percent_unchanged")
OF_A_TEST = ("p_value", "z", "u", "w", "mean_rank", "threshold", "decision")
OF_P = ("p_value", "threshold", "decision")
EXAMPLE = "example_"  # how the ids of rows begin that a new study has as an example
_COUNTED = ("sample_size", *OF_A_CELL, *OF_A_CHANGE)
# quantities that the data of the study give, of a test and of any
_OF_T, _OF_COUNTS = (*OF_P, "t", "df"), (*OF_P, "chi2", "df", "z")
_QUANTITIES = dict.fromkeys(TESTS, (*_COUNTED, *OF_A_TEST, "alpha"))
_QUANTITIES |= {test: _OF_T if test.startswith("t_") else _OF_COUNTS for test in OTHER_TESTS}
RECOMPUTED = (*_COUNTED, *OF_A_TEST, "chi2", "t", "df", "alpha")
# quantities that other printed numbers give; `n` holds those numbers
GRIM = ("grim_percent", "grim_mean")
ARITHMETIC = ("comparison", "ratio_percent", "between", "percent", "sum", *GRIM)
FIGURES = ("figure",)
REASONS = ("cited", "no_data", "undefined", "ambiguous", "no_number")
CHECKS = ("recompute", "arithmetic", "printed_test", *REASONS)
DECISIONS = ("significant", "not significant")

# what may be printed in one cell with the number: its name, by quantity; and words in the place of a p-value
_NAMES = dict.fromkeys(_COUNTED, "n") | dict.fromkeys(("p_value", "threshold"), P_NAME)
_NAMES |= {"z": "z", "u": "u", "w": "[wtvs]", "t": "t", "df": r"d\.?f\.?|d[bk]"}
_NAMES["chi2"] = "(?:χ|x|chi)[- ]?(?:2|²|square)"
_WORDED = re.compile(r"(?i)(n\.?\s?s\.?|(?:(?:not|non|tidak|tdk)[- ]?)?(?=sig|berm))(?:sig\w*\.?|bermakna)?")
# an id names files and is a word of lists: no blank, no comma, no path
_ID = re.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")
_SEPARATORS = {"ratio_percent": "/", "between": ";", "sum": "+", "grim_mean": ";"}
_DOMAINS = {"p_value": (0, 1)}
_DOMAINS |= dict.fromkeys(("percent", "percent_up", "percent_down", "grim_percent"), (0, 100))


@dataclass(frozen=True)
class Claim:
    """One number as printed, in one place.

    Its columns are those of claims.csv, all text (docs/claims.md); `notes` are those of `NOTES`, `notation` is how its
    paper prints numbers. What the printed string means under that notation is worked out once, when first asked for.
    """

    id: str = ""
    where: str = ""
    printed: str = ""
    operator: str = ""
    quantity: str = ""
    test: str = ""
    group: str = ""
    timepoint: str = ""
    variable: str = ""
    level: str = ""
    n: str = ""
    check: str = ""
    expect: str = ""
    note: str = ""
    tails: str = ""
    evidence: str = ""
    notes: tuple[str, ...] = ("",) * len(LANGUAGES)
    notation: Notation = EITHER_MARK

    @property
    def cells(self) -> dict[str, str]:
        """The row of claims.csv."""
        return {column: getattr(self, column) for column in COLUMNS}

    @property
    def is_judged(self) -> bool:
        """Whether it is judged as a printed test is: by its evidence, or by that which the study's data give."""
        of_data = self.test in OTHER_TESTS and self.quantity in OF_P
        return self.check == "printed_test" or (self.check == "recompute" and of_data)

    @cached_property
    def number(self) -> PrintedNumber | None:
        """The printed number taken apart; None for a decision, and where the printed string is no number."""
        try:
            return parse_printed(self.printed, self.notation.decimal_mark)
        except ValueError:
            return None

    @property
    def others(self) -> tuple[str, ...]:
        """The other printed numbers that an arithmetic check rests on, as text."""
        return tuple(part.strip() for part in re.split("[/;+]", self.n)) if self.n else ()

    @cached_property
    def rests_on(self) -> tuple[PrintedNumber, ...]:
        """The numbers of `others`, without the sample sizes of a GRIM check; ValueError where one is no number."""
        parts = self.others[self.quantity in GRIM :]
        return tuple(parse_printed(part, self.notation.decimal_mark) for part in parts)

    @property
    def scale(self) -> int:
        """100 where a level of significance is printed in percent ("α = 5%"), else 1."""
        return 100 if self.quantity in ("threshold", "alpha") and self.number and self.number.percent else 1

    @property
    def is_unsigned(self) -> bool:
        """Whether programs print either sign, by the order of pre and post: of Z, t, and the sums of signed ranks."""
        return self.quantity in ("z", "t") or (self.quantity, self.test) == ("w", "signed_rank")

    def of_other_tails(self, alternative: str) -> bool:
        """Whether the claim says that its p has another number of tails than an alternative."""
        return bool(self.tails) and (self.tails == "two") != (alternative == "two-sided")

    @cached_property
    def stated(self) -> Interval | None:
        """The set of values under which the claim is true; None for a decision, and where there is no number.

        Operator, rounding, percent and the bounds of the quantity are taken in. A comparison and "between" are about
        the printed numbers as they are, alpha is a number as it is; `is_unsigned` numbers are taken without their sign.
        """
        number, quantity = self.number, self.quantity
        if quantity == "comparison":
            (other,) = self.rests_on
            is_inequality = self.operator in (*UPPER, *LOWER)
            return other.interval(operator=self.operator) if is_inequality else Interval.point(other.value)
        if quantity == "between":
            low, high = sorted(number.value for number in self.rests_on)
            return Interval(low, high, closed_high=True)
        if number is None:
            return None
        if self.scale == 100:
            number = number._replace(value=number.value / 100, decimals=number.decimals + 2)
        if quantity == "alpha" or (quantity == "threshold" and not self.operator):
            return Interval.point(number.value)
        stated = number.interval(self.notation.rounding, self.operator, _DOMAINS.get(quantity, (None, None)))
        return stated.magnitude() if self.is_unsigned else stated

    @cached_property
    def style(self) -> PrintedNumber | None:
        """The number in whose style a computed one is printed; "p < 0.05" is no reason to print p as 0.00."""
        inequality = self.operator in (*UPPER, *LOWER) and self.quantity in ("threshold", "p_value")
        if inequality and self.number and self.number.mark:
            return self.number._replace(decimals=max(3, self.number.decimals))
        return self.number

    def write(self, value: Fraction, rounding: str | None = None) -> str:
        """Print a value of the claim's quantity as the paper would; cut or rounded otherwise if so asked."""
        return self.style.write(self.scale * value, rounding or self.notation.rounding)

    def printed_as(self, printed: str) -> Claim:
        """Return the claim with another printed string."""
        return replace(self, printed=printed)


COLUMNS = tuple(field.name for field in fields(Claim) if field.name not in ("notes", "notation"))
# the note in each language, beside or in place of `note`
NOTES = tuple(f"note.{language}" for language in LANGUAGES)


def claim_of(row: Mapping[str, str], study: Study) -> Claim:
    """Return the claim of a row of claims.csv or verdicts.csv, under the notation of a study's paper.

    Name and operator are taken out of the cell of the number: "p<.001". "n.s." is the decision that it states.
    """
    cells = {column: row.get(column, "") for column in COLUMNS}
    notes = tuple(row.get(column, "") for column in NOTES)
    cells["note"] = cells["note"] or next(filter(None, notes), "")
    quantity = cells["quantity"]
    operator, number = split_operator(without_name(cells["printed"], _NAMES.get(quantity, "(?!)")))
    if number and cells["operator"] in ("", operator):
        cells |= {"operator": operator, "printed": number}
    if quantity in ("p_value", "decision") and number and (worded := _WORDED.fullmatch(number.strip())):
        cells |= {"quantity": "decision", "operator": "", "printed": DECISIONS[bool(worded[1])]}
    if cells["check"] == "printed_test":
        cells["test"] = name_in_claims(cells["test"])
        if bound := STARS.get(cells["printed"]):
            cells |= {"operator": "<", "printed": bound}
    cells["tails"] = {"1": "one", "2": "two"}.get(cells["tails"][:1], cells["tails"])
    return Claim(**cells, notes=notes, notation=Notation(study.decimal_mark, study.rounding))


def load_claims(path: Path, study: Study, warnings: list[Fault] | None = None) -> list[Claim]:
    """Read a study's claims in the order of the file; FaultsError with every fault of it, each with its row.

    Parameters
    ----------
    path : Path
        A `claims.csv`.
    study : Study
        The study whose groups, timepoints, variables and levels the claims name.
    warnings : list of Fault, optional
        Gets those for numbers that cannot be read; the check of such a claim is "no_number".
    """
    path = Path(path)
    claims = {row: claim_of(cells, study) for row, cells in read_claims(path)}
    faults: list[Fault] = []
    first_row: dict[str, int] = {}
    for row, claim in claims.items():
        own = list(_faults(claim, row, path.name, study))
        faults += own
        if any(fault.kind == "warning" for fault in own):
            claims[row] = replace(claim, check="no_number")
        # some file systems hold Claim and claim for one name
        first = first_row.setdefault(claim.id.casefold(), row)
        if first != row:
            faults.append(_fault("claims_id_twice", path.name, row, "id", claim.id, first=first))
    if any(fault.kind == "fault" for fault in faults):
        raise FaultsError(sorted(faults, key=lambda fault: fault.kind))
    if warnings is not None:
        warnings += faults
    return list(claims.values())


def has_claims(folder: Path) -> bool:
    """Say whether a study has printed numbers to check: rows beside the example of a new one, or a faulty file."""
    try:
        return any(not cells["id"].startswith(EXAMPLE) for _, cells in read_claims(folder / "claims.csv"))
    except FaultsError:
        return (folder / "claims.csv").exists()


def lost_claims(basis: str, folder: Path) -> list[Fault]:
    """Return the fault of a study whose procedure has a paper as its basis and which has no claims of it."""
    return [] if basis == "chosen" or has_claims(folder) else [Fault("claims_missing", "claims.csv")]


def read_claims(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Read the cells of a claims.csv; what they say is not checked.

    Parameters
    ----------
    path : Path
        The file: UTF-8, its cells parted by commas, or by semicolons as spreadsheet programs save it where the decimal
        mark is a comma.

    Returns
    -------
    list of tuple
        For each row that is not blank its number, the header being 1, and its cells by column. FaultsError when the
        file is missing or no CSV, lacks a column or has others, or a row has more cells than the header.
    """
    fault = partial(_fault, file=path.name)
    if not path.exists():
        raise FaultsError([fault("claims_missing")])
    try:
        refuse_device(path)
        table = list(csv_rows(path))
    except OSError as error:
        raise FaultsError(faults_of(error)) from None
    header = table[0][1] if table else []
    # a note in some language stands for `note`
    given = (*header, "tails", "evidence", *(["note"] if set(NOTES) & set(header) else []))
    missing = [column for column in COLUMNS if column not in given]
    legal = (*COLUMNS, *NOTES)
    unknown = [name for at, name in enumerate(header) if name not in legal or name in header[:at]]
    filled = [(row, cells) for row, cells in table[1:] if any(cells)]
    faults = [fault("claims_column_missing", column=column) for column in missing]
    faults += [fault("claims_column_unknown", column=name) for name in unknown]
    due = len(header)
    long = [(row, {"value": cells[0], "count": len(cells)}) for row, cells in filled if len(cells) > due]
    if faults := faults or [fault("claims_row_long", row=row, due=due, **words) for row, words in long]:
        raise FaultsError(faults)
    return [(row, dict(zip_longest(header, cells, fillvalue=""))) for row, cells in filled]


def _faults(claim: Claim, row: int, file: str, study: Study) -> Iterator[Fault]:
    """Yield the faults of one row, in the order in which they are reported."""
    at = partial(_fault, file=file, row=row)
    for column, (legal, required) in _vocabularies(claim, study).items():
        cell = getattr(claim, column)
        if cell not in legal and (required or cell):
            yield at("claims_value", column=column, value=cell, legal=", ".join(legal))
    empty = (column for column in ("id", "where", "printed") if not getattr(claim, column))
    yield from (at("claims_empty", column=column) for column in empty)
    if claim.id and not _ID.fullmatch(claim.id):
        yield at("claims_id_illegal", column="id", value=claim.id)
    cells = claim.cells.items()
    yield from (at("claims_control", column=name, value=cell) for name, cell in cells if CONTROL.search(cell))
    if claim.check in REASONS and claim.expect != "not_checkable":
        yield at("claims_value", column="expect", value=claim.expect, legal="not_checkable")
    if claim.expect == "differs" and not claim.note:
        yield at("claims_note", column="note")
    if claim.check in REASONS:
        return

    printed, marks = {"column": "printed", "value": claim.printed}, " ".join(study.decimal_mark)
    if claim.quantity == "decision":
        if claim.printed not in DECISIONS:
            yield at("claims_value", **printed, legal=", ".join(DECISIONS))
    elif claim.printed and claim.number is None:
        yield at("claims_number", **printed, marks=marks)
    if claim.quantity == "p_value" and claim.number and claim.number.percent:
        yield at("claims_p_percent", **printed)
    legal = claim.test in PRINTED_TESTS and claim.quantity in OF_P
    if claim.is_judged and legal and (claim.number or claim.printed in DECISIONS):
        from oxymilk.audit.claimed_tests import faults_of_evidence

        yield from faults_of_evidence(claim, study, file, row)
    of_participants = claim.check == "recompute" and claim.quantity in (*OF_A_CELL, *OF_A_CHANGE)
    if of_participants and not re.fullmatch("|0*[1-9][0-9]*", claim.n):
        yield at("claims_participants", column="n", value=claim.n)
    if claim.check == "arithmetic":
        # a sum has two numbers or more
        surplus = len(claim.others) - (2 if claim.quantity in _SEPARATORS else 1)
        separator = _SEPARATORS.get(claim.quantity, "")
        if not claim.n or separator not in claim.n or surplus < 0 or (surplus and claim.quantity != "sum"):
            yield at("claims_arithmetic", column="n", value=claim.n, quantity=claim.quantity)
        for position, part in enumerate(claim.others):
            try:
                is_size = claim.quantity in GRIM and position == 0
                parse_sizes(part) if is_size else parse_printed(part, study.decimal_mark)
            except ValueError:
                yield at("claims_number", column="n", value=part, marks=marks)


def _vocabularies(claim: Claim, study: Study) -> dict[str, tuple[tuple[str, ...], bool]]:
    """Return for each column with a vocabulary its words, and whether the claim needs one of them."""
    every = tuple(dict.fromkeys((*RECOMPUTED, *ARITHMETIC, *FIGURES)))
    of_check = {"recompute": RECOMPUTED, "arithmetic": ARITHMETIC, "printed_test": ("p_value", "decision")}
    recomputed, of_outcome = claim.check == "recompute", claim.variable in ("", study.outcome.id)
    other = recomputed and claim.test in OTHER_TESTS
    quantities = (_QUANTITIES.get(claim.test) if recomputed else ()) or of_check.get(claim.check, every)
    tests = PRINTED_TESTS if claim.check == "printed_test" else (*TESTS, *OTHER_TESTS)
    of_test = recomputed and claim.quantity in (*OF_A_TEST, "chi2", "t", "df")
    of_cell = recomputed and claim.quantity in OF_A_CELL
    of_group = recomputed and (claim.quantity in OF_A_CHANGE or claim.test in ("signed_rank", *OF_PAIRS))
    of_moment = other and of_outcome and claim.test not in OF_PAIRS
    has_changes = claim.test not in ("chi_square", "fisher")
    levels = {variable.id: variable.level_ids for variable in (study.outcome, *study.characteristics)}
    return {
        "operator": (OPERATORS, True), "quantity": (quantities, True),
        "check": (CHECKS, True), "expect": (VERDICTS, True),
        "tails": (("one", "two"), False),
        "test": (tests, of_test or claim.check == "printed_test"),
        "group": (study.group_ids, of_group),
        "timepoint": ((*study.timepoint_ids, *["change"] * has_changes), of_cell or of_moment),
        "variable": ((study.outcome.id,) if other and claim.test in OF_PAIRS else tuple(levels), False),
        # of a variable that the study does not have, any level is legal
        "level": (levels.get(claim.variable or study.outcome.id, (claim.level,)), of_cell),
    }  # fmt: skip


def _fault(
    code: str, file: str, row: int | None = None, column: str = "", value: str = "", **params: Any
) -> Fault:
    """Return a fault of the file, the words of its text as keywords."""
    return Fault(code, file, row=row, column=column, value=value, params=params)
