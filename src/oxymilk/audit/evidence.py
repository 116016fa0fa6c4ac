"""What is printed of a test, read: its p-value, and the counts, ranks, statistic or means beside it.

The same words name the options of `oxymilk check` and the columns of its table; `FIELDS` lists them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from oxymilk.audit.printed import (
    LARGEST_SAMPLE,
    OPERATORS,
    ROUNDINGS,
    Interval,
    PrintedNumber,
    in_ascii,
    parse_printed,
    split_operator,
)
from oxymilk.faults import Fault, FaultsError

TESTS = (
    "wilcoxon", "mann-whitney", "mcnemar", "chi-square", "fisher", "linear",
    "t-paired", "t-independent", "z", "f", "pearson", "spearman",
)  # fmt: skip
PAIRED = ("wilcoxon", "mcnemar", "t-paired")
# the statistics that a test is printed with; chi-square of Kruskal-Wallis with mann-whitney
STATISTICS = {
    "wilcoxon": ("z", "w"), "mann-whitney": ("z", "u", "w", "chi2"), "mcnemar": ("chi2", "z"),
    "chi-square": ("chi2", "z"), "fisher": ("chi2",), "linear": ("chi2", "z"), "t-paired": ("t",),
    "t-independent": ("t", "f"), "z": ("z",), "f": ("f",), "pearson": ("r", "t"), "spearman": ("r", "t"),
}  # fmt: skip
DECISIONS = ("significant", "not significant")
FIELDS = (
    "test", "n", "counts", "margins", "statistic", "value", "df", "rank_sums", "mean_ranks", "means", "sds", "ses",
    "intervals", "medians", "quartiles", "scale", "p", "operator", "tails", "alpha", "decision", "program", "rounding",
    "decimal_mark",
)  # fmt: skip
# one number a group; what they count or mean is in docs/checking-a-test.md
_LISTS = ("rank_sums", "mean_ranks", "means", "sds", "ses", "intervals", "medians", "quartiles")
_STARS = {"*": "0.05", "**": "0.01", "***": "0.001", "****": "0.0001"}
_POWER = re.compile(r"(?P<digits>.+?)(?:[eE]|\s*[x×*]\s*10\^?)(?P<power>[-+]?[0-9]+)")
_PERCENT = re.compile(r"\s*([0-9]+(?:[.,][0-9]+)?)\s*%\s*[,;]?")
_SCALE = re.compile(r"\s*(-?[0-9]+)\s*\.\.\s*(-?[0-9]+)\s*")
# where one place of a list of numbers ends: 239.5,355.5 or 239,5;355,5
Table = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Evidence:
    """What is printed of one test; a field that is not printed is empty.

    * test : One of `TESTS`; `p` : the p-value as printed, `operator` what precedes it, `number` its digits.
    * n : One number a group; pairs; or of a Wilcoxon test falls and rises, or falls, rises and unchanged.
    * counts : Rows of counts: groups by levels, or before by after. `margins` : row totals and column totals.
    * percents : counts or margins are percentages, the same shape; `n` is that of their rows.
    * statistic, value, df : Its name, its printed value, degrees of freedom.
    * rank_sums, mean_ranks, means, sds, ses, intervals, medians, quartiles : Printed numbers, one or two a group.
    * scale : Smallest and largest score, whole numbers.
    * tails, alpha, decision, program, rounding : 1, 2, or 0 where that is not said; the level; what the paper decides; whose lines; how numbers
      are shortened, "" where that is not known.
    """

    test: str
    p: str
    operator: str
    number: PrintedNumber
    n: tuple[int, ...] = ()
    counts: Table = ()
    margins: Table = ()
    percents: tuple[tuple[PrintedNumber, ...], ...] = ()
    statistic: str = ""
    value: PrintedNumber | None = None
    df: tuple[PrintedNumber, ...] = ()
    rank_sums: tuple[PrintedNumber, ...] = ()
    mean_ranks: tuple[PrintedNumber, ...] = ()
    means: tuple[PrintedNumber, ...] = ()
    sds: tuple[PrintedNumber, ...] = ()
    ses: tuple[PrintedNumber, ...] = ()
    intervals: tuple[PrintedNumber, ...] = ()
    medians: tuple[PrintedNumber, ...] = ()
    quartiles: tuple[PrintedNumber, ...] = ()
    scale: tuple[int, int] | tuple[()] = ()
    tails: int = 0
    alpha: Fraction = Fraction(1, 20)
    decision: str = ""
    program: str = ""
    rounding: str = ""

    def stated(self, *, cut: bool = False) -> Interval:
        """Return the set of p-values that print as the printed one, rounded (either way at a half) or cut."""
        return self.set_of(self.number, cut=cut, operator=self.operator).clipped(0, 1)

    def set_of(self, number: PrintedNumber, *, cut: bool = False, operator: str = "") -> Interval:
        """Return the set that a printed number states; without a declared rounding a half may go either way."""
        rounding = "truncate" if cut else self.rounding
        if rounding:
            return number.interval(rounding, operator)
        up, even = (number.interval(way, operator) for way in ("half_up", "half_even"))
        ends = zip(up[2:], even[2:], strict=True)
        return Interval(up.low, up.high, *(either or other for either, other in ends))


class _Wrong(Exception):  # noqa: N818 - becomes a fault
    """A field is faulty: the code of the fault and the words of its text."""


def read_evidence(cells: Mapping[str, str], file: str = "check", row: int | None = None) -> Evidence:
    """Read what is printed of a test.

    Parameters
    ----------
    cells : mapping
        Text under the names of `FIELDS`, as options or a row of a table have it; what is not printed is empty.
    file, row : str, int
        The place that a fault names.

    Returns
    -------
    Evidence

    Raises
    ------
    FaultsError
        With all faults of the fields, or else with what is missing.
    """
    given = {name: str(cells.get(name) or "").strip() for name in FIELDS}
    faults: list[Fault] = []
    read: dict[str, Any] = {}

    @contextmanager
    def field(name: str) -> Iterator[str]:
        try:
            yield given[name]
        except _Wrong as wrong:
            code, words = wrong.args
            faults.append(Fault(code, file, row=row, column=name, value=given[name], params=words))
        except ValueError:
            faults.append(Fault("check_number", file, row=row, column=name, value=given[name]))

    marks = (".", ",")
    with field("decimal_mark") as text:
        marks = (_one_of(text, (".", ",")),) if text else marks
    with field("test") as text:
        read["test"] = _one_of(text.lower().replace("_", "-"), TESTS)
    with field("alpha") as text:
        read["alpha"] = alpha = parse_printed(text or "0.05", (".", ",")).value
        if not 0 < alpha < 1:
            raise ValueError
    with field("operator") as text:
        sign = {"≤": "<=", "≥": ">="}.get(text, text)
        operator = _one_of(sign, OPERATORS) if sign else ""
    with field("p") as text:
        read["p"] = text
        read["operator"], read["number"] = _p_value(f"{operator}{text}", marks, read["alpha"])
    for name, legal in (("rounding", ROUNDINGS), ("decision", DECISIONS), ("tails", ("1", "2"))):
        with field(name) as text:
            if text:
                read[name] = int(_one_of(text, legal)) if name == "tails" else _one_of(text, legal)
    read["program"] = given["program"]
    with field("n") as text:
        read["n"] = tuple(_whole(part) for part in re.split("[,;]", text) if text)
    with field("df") as text:
        read["df"] = tuple(parse_printed(part, (".",)) for part in re.split("[,;]", text) if text)
    for name in ("counts", "margins"):
        with field(name) as text:
            if "%" in text:
                read["percents"] = _percentages(text)
                read[name] = ((),)  # which of the two the percentages are
            elif text:
                read[name] = _table(text, rectangle=name == "counts")
    with field("statistic") as text:
        legal = STATISTICS.get(read.get("test", ""), ())
        read["statistic"] = _one_of(text.lower(), legal) if text and legal else ""
    with field("value") as text:
        read["value"] = parse_printed(text, marks) if text else None
    for name in _LISTS:
        with field(name) as text:
            read[name] = _numbers(text, marks)
    with field("scale") as text:
        if text:
            low, high = (
                map(int, _SCALE.fullmatch(in_ascii(text)).groups()) if _SCALE.fullmatch(text) else (0, 0)
            )
            if low >= high:
                raise ValueError
            read["scale"] = low, high
    if not faults:
        evidence = Evidence(**read)
        for name in ("n", *_LISTS):
            with field(name) as text:
                _fit(evidence, name, text)
    if not faults:
        return evidence
    raise FaultsError(faults)


def _one_of(text: str, legal: tuple[str, ...]) -> str:
    if text not in legal:
        raise _Wrong("check_legal", {"legal": ", ".join(filter(None, legal))})
    return text


def _whole(text: str) -> int:
    number = int(in_ascii(text.strip()))
    if not 0 <= number <= LARGEST_SAMPLE:
        raise ValueError(text)
    return number


def _p_value(text: str, marks: tuple[str, ...], alpha: Fraction) -> tuple[str, PrintedNumber]:
    """Read a p-value as printed: operator, comma or point, power of ten, stars, "ns"; _Wrong where no p prints so."""
    text = text.strip()
    if text.lower().strip(".()") in ("ns", "n.s"):
        return ">=", parse_printed(str(float(alpha)))
    if text in _STARS:
        return "<", parse_printed(_STARS[text])
    operator, digits = split_operator(re.sub(r"(?i)^p(?=\s*[<>=≤≥~≈])", "", text).strip().rstrip("*"))
    power = _POWER.fullmatch(digits.strip())
    number = parse_printed(power["digits"] if power else digits, marks)
    if power:
        shift = int(power["power"])
        if abs(shift) > 400:
            raise ValueError(text)
        number = number._replace(value=number.value * Fraction(10) ** shift, decimals=number.decimals - shift)
    if number.percent or number.decimals < 0:
        raise ValueError(text)
    smallest, largest = number.value < 0 or number.negative, number.value > 1
    below_zero = operator == "<" and number.value == 0
    if smallest or largest or below_zero or (operator == ">" and number.value == 1):
        raise _Wrong("check_impossible", {})
    return operator, number


def _table(text: str, *, rectangle: bool) -> Table:
    rows = tuple(tuple(_whole(cell) for cell in row.split(",")) for row in text.strip(" ;").split(";"))
    if rectangle and len({len(row) for row in rows}) > 1:
        raise _Wrong("check_rows", {})
    if not any(map(any, rows)):
        raise ValueError(text)
    return rows


def _percentages(text: str) -> tuple[tuple[PrintedNumber, ...], ...]:
    rows = []
    for row in text.strip(" ;").split(";"):
        cells = _PERCENT.findall(row)
        if "".join(_PERCENT.split(row)[::2]).strip():
            raise ValueError(text)
        rows.append(tuple(parse_printed(cell, (".", ",")) for cell in cells))
    return tuple(rows)


def _numbers(text: str, marks: tuple[str, ...]) -> tuple[PrintedNumber, ...]:
    """Read a list: where a semicolon occurs, or a comma is declared as decimal mark, it parts; else a comma does."""
    if not text:
        return ()
    by_semicolon = ";" in text or marks == (",",)
    # a semicolon at the end says that the one number has a decimal comma
    parts = [part for part in text.split(";") if part.strip()] if by_semicolon else text.split(",")
    return tuple(parse_printed(part, (".", ",") if by_semicolon else (".",)) for part in parts)


def _fit(evidence: Evidence, name: str, text: str) -> None:
    """Raise _Wrong where a list has not as many numbers as the test has groups."""
    numbers, test = getattr(evidence, name), evidence.test
    two = test in ("mann-whitney", "t-independent")
    sizes: tuple[int, ...] = (1, 2)
    if name == "n":
        # a Wilcoxon test: pairs; falls and rises; and those unchanged
        sizes = (1, 2, 3) if test == "wilcoxon" else (2,) if two else (1,) if test == "t-paired" else (1, 2)
        # z and chi-square need no group sizes, and may come with the total
        sizes = (1, 2) if two and evidence.statistic in ("z", "chi2", "t", "f") else sizes
        sizes = tuple(range(1, 11)) if evidence.percents or test == "chi-square" else sizes
    elif name in ("intervals", "quartiles"):
        sizes = (2, 4)
    elif test == "mann-whitney":
        sizes = (2,)
    if numbers and len(numbers) not in sizes:
        other = text.replace(";", ",") if ";" in text else text.replace(",", ";")
        words = {"count": len(numbers), "wanted": " / ".join(map(str, sizes)), "other": other}
        raise _Wrong("check_length", words)
