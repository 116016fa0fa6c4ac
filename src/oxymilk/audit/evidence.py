"""What is printed of a test, read: its p-value, and the counts, ranks, statistic or means beside it.

The same words name the options of `oxymilk check` and the columns of its table; `FIELDS` lists them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from oxymilk.audit.printed import (
    OPERATORS,
    P_NAME,
    ROUNDINGS,
    Interval,
    PrintedNumber,
    in_ascii,
    parse_printed,
    split_operator,
    without_name,
)
from oxymilk.faults import Fault, FaultsError
from oxymilk.numbers import MOST_PARTICIPANTS

PAIRED = ("wilcoxon", "mcnemar", "t-paired")
# the tests, and the statistics that each is printed with; chi-square of Kruskal-Wallis with mann-whitney
STATISTICS = {
    "wilcoxon": ("z", "w"), "mann-whitney": ("z", "u", "w", "chi2"), "mcnemar": ("chi2", "z"),
    "chi-square": ("chi2", "z"), "fisher": ("chi2",), "linear": ("chi2", "z"), "t-paired": ("t",),
    "t-independent": ("t", "f"), "z": ("z",), "f": ("f",), "pearson": ("r", "t"), "spearman": ("r", "t"),
}  # fmt: skip
# the words by which options and evidence name a statistic, and the lists whose word is not that of their column
STATISTIC_WORDS = ("z", "chi2", "t", "f", "r", "u", "w")
_LIST_WORDS = {"mean": "means", "sd": "sds", "se": "ses", "interval": "intervals", "median": "medians"}
# the rank tests as claims.csv and as options name them
RANK_TESTS = {"signed_rank": "wilcoxon", "rank_sum": "mann-whitney"}
_IN_CLAIMS = {name.replace("-", "_"): test for test, name in RANK_TESTS.items()}
_LISTS = ("rank_sums", "mean_ranks", "means", "sds", "ses", "intervals", "medians", "quartiles")
FIELDS = (
    "test", "n", "counts", "margins", "statistic", "value", "df", *_LISTS, "scale", "p", "operator", "tails",
    "alpha", "decision", "program", "rounding", "decimal_mark",
)  # fmt: skip
# what evidence in words can name: the p-value and its test have places of their own
_IN_WORDS = (*STATISTIC_WORDS, *FIELDS[1:4], "df", *_LISTS, "scale", *FIELDS[FIELDS.index("tails") :])
STARS = {"*": "0.05", "**": "0.01", "***": "0.001", "****": "0.0001"}
_PERCENT = re.compile(r"\s*([0-9]+(?:[.,][0-9]+)?)\s*%\s*,?")
# a percentage beside its count, "12 (60%)"; what parts the ends of "1-3" and "-4.0 to -1.0"; "5.6 ± 1.1", "5.6 (1.1)"
_BESIDE = re.compile(r"\s*\([0-9.,\s]+%\s*\)")
_DASH = re.compile(r"(?<=[0-9])(?:\s*[-\u2010-\u2015]\s*|\s+(?:to|sampai|s/?d)\s+)(?=[-\u2212]?[0-9.,])")
_WITH_SPREAD = re.compile(r"\s*(?:±|\+/-|\()\s*")
_EITHER = (".", ",")
Numbers = tuple[PrintedNumber, ...]


@dataclass(frozen=True)
class Evidence:
    """What is printed of one test; a field that is not printed is empty.

    * test : A key of `STATISTICS`; `p` : the p-value as printed, `operator` what precedes it, `number` its digits.
    * n : Sizes of the groups; pairs; or of a Wilcoxon test falls and rises, or falls, rises and unchanged.
    * counts, margins : Rows of counts, groups by levels or before by after; row totals and column totals. In their
      place `percents`, which are of n.
    * statistic, value, df : Its name, its printed value, degrees of freedom.
    * rank_sums, mean_ranks, means, sds, ses, medians : One number a group; intervals, quartiles : two.
    * scale : Smallest and largest score, whole numbers.
    * tails : 1, 2, or 0 where that is not said. `alpha` : the level; `decision` : what the paper decides.
    * program, rounding : Whose lines, and how numbers are shortened; "" where that is not known.
    """

    test: str
    p: str
    operator: str
    number: PrintedNumber
    n: tuple[int, ...] = ()
    counts: tuple[tuple[int, ...], ...] = ()
    margins: tuple[tuple[int, ...], ...] = ()
    percents: tuple[Numbers, ...] = ()
    statistic: str = ""
    value: PrintedNumber | None = None
    df: Numbers = ()
    rank_sums: Numbers = ()
    mean_ranks: Numbers = ()
    means: Numbers = ()
    sds: Numbers = ()
    ses: Numbers = ()
    intervals: Numbers = ()
    medians: Numbers = ()
    quartiles: Numbers = ()
    scale: tuple[int, ...] = ()
    tails: int = 0
    alpha: Fraction = field(default=Fraction(1, 20))
    decision: str = ""
    program: str = ""
    rounding: str = ""

    @property
    def cut(self) -> Evidence:
        """The same with all digits cut, not rounded."""
        return replace(self, rounding="truncate")

    @property
    def ways(self) -> Iterator[Evidence]:
        """It as it is and, where it is not declared how numbers are shortened, with digits cut."""
        yield self
        if not self.rounding:
            yield self.cut

    def stated(self) -> Interval:
        """Return the set of p-values that print as the printed one."""
        return self.set_of(self.number, self.operator).clipped(0, 1)

    def set_of(self, number: PrintedNumber, operator: str = "") -> Interval:
        """Return the set that a printed number states; without a declared rounding a half may go either way."""
        if self.rounding:
            return number.interval(self.rounding, operator)
        up, even = (number.interval(way, operator) for way in ("half_up", "half_even"))
        return Interval(up.low, up.high, up.closed_low or even.closed_low, up.closed_high or even.closed_high)


class _FieldError(ValueError):
    """A field is faulty: the code of the fault and the words of its text."""


def name_in_claims(test: str) -> str:
    """Return the name that claims.csv has for a test: "wilcoxon" is "signed_rank"."""
    name = field_of(test)
    return _IN_CLAIMS.get(name, name)


def field_of(word: str) -> str:
    """Return the field that a word of options, evidence or a header names: "mean" and "Means" are `means`."""
    name = re.sub(r"[-_\s]+", "_", word.strip().lower())
    return _LIST_WORDS.get(name, name)


def word_of(field: str) -> str:
    """Return the word by which options and evidence name a field: "sd" is that of `sds`."""
    return {name: word for word, name in _LIST_WORDS.items()}.get(field, field)


def fault(code: str, evidence: Evidence, column: str, value: object = "", **params: object) -> FaultsError:
    """Return the fault of a field of the evidence."""
    words = {"test": evidence.test, "word": word_of(column), **params}
    return FaultsError([Fault(file="check", code=code, column=column, value=str(value), params=words)])


def cells_of(words: str) -> dict[str, str]:
    """Return the cells of evidence in words, "n=10,10 u=15", its names those of the options of `oxymilk check`.

    FaultsError, column `evidence`, with each part that is no such name with a value, and each second of one.
    """
    before, *parts = re.split(r"(?:^|(?<=\s))-{0,2}([A-Za-z][\w-]*)\s*=", words)
    cells, wrong = {}, [before] if before.strip() else []
    for word, value in zip(parts[::2], parts[1::2], strict=True):
        name = field_of(word)
        added = {"statistic": name, "value": value} if name in STATISTIC_WORDS else {name: value}
        if name not in _IN_WORDS or not value.strip() or cells.keys() & added.keys():
            wrong.append(f"{word}={value}")
        cells |= added
    if wrong:
        known = {"file": "", "column": "evidence", "params": {"legal": ", ".join(map(word_of, _IN_WORDS))}}
        raise FaultsError([Fault("check_words", value=part.strip(), **known) for part in wrong])
    return cells


def read_evidence(cells: Mapping[str, str], file: str = "check", row: int | None = None) -> Evidence:
    """Read what is printed of a test.

    Parameters
    ----------
    cells : mapping
        Text under the names of `FIELDS`, as options or a row of a table have it; what is not printed is empty. A
        statistic may be named by its option, `z`, in place of `statistic` and `value`.
    file, row : str, int
        The place that a fault names.

    Returns
    -------
    Evidence
        FaultsError with all faults of the fields.
    """
    given = {name: str(cells.get(name) or "").strip() for name in FIELDS}
    named = {name: text for name in STATISTIC_WORDS if (text := str(cells.get(name) or "").strip())}
    if len(named) + bool(given["value"]) > 1:
        words = {"names": ", ".join([*named, *[given["statistic"]] * bool(given["value"])])}
        raise FaultsError([Fault("check_one_statistic", file, row=row, params=words)])
    if named:
        ((given["statistic"], given["value"]),) = named.items()
    given["counts"] = _BESIDE.sub("", given["counts"])
    for middle, spread in (("means", "sds"), ("medians", "quartiles")):
        for mark in (";", ",") * bool(given[middle]):
            parts = (part.strip(" )") for part in given[middle].split(mark) if part.strip())
            both = [*map(_WITH_SPREAD.split, parts)]
            if {*map(len, both)} == {2} and not given[spread]:
                given[middle], given[spread] = (";".join([*of, ""]) for of in zip(*both, strict=True))
    for name in ("intervals", "quartiles"):
        ends = re.sub(r"[()\[\]]", "", given[name])
        # a comma parts the numbers where there is one between any two ranges, and no semicolon
        by_comma = ";" not in ends and ends.count(",") == len(_DASH.findall(ends)) - 1
        given[name] = _DASH.sub("," if by_comma else ";", ends)
    given["operator"] = {"≤": "<=", "≥": ">="}.get(given["operator"], given["operator"])
    test = name_in_claims(given["test"])
    given["test"] = RANK_TESTS.get(test, test.replace("_", "-"))
    if given["test"] == "wilcoxon" and given["statistic"].lower() == "t":
        given["statistic"] = "w"  # T is a rank sum
    marks = (given["decimal_mark"],) if given["decimal_mark"] in _EITHER else _EITHER
    read: dict[str, Any] = {"program": given["program"]}
    readers: dict[str, Callable[[str], Any]] = {
        "decimal_mark": lambda text: _one_of(text, _EITHER),
        "test": lambda text: _one_of(text, tuple(STATISTICS)),
        "alpha": _alpha,
        "operator": lambda text: _one_of(text, OPERATORS),
        "p": lambda text: _p_value(text, given["operator"], marks, read.get("alpha", Evidence.alpha)),
        "rounding": lambda text: _one_of(text, ROUNDINGS),
        "decision": lambda text: _one_of(text, ("significant", "not significant")),
        "tails": lambda text: int(_one_of(text, ("1", "2"))),
        "n": lambda text: tuple(map(_whole, re.split("[,;]", text))),
        "df": lambda text: tuple(parse_printed(part, (".",)) for part in re.split("[,;]", text)),
        "counts": _table,
        "margins": _table,
        "statistic": lambda text: _one_of(text.lower(), STATISTICS.get(read.get("test"), (text.lower(),))),
        "value": lambda text: parse_printed(text.rstrip("; "), marks),
        **dict.fromkeys(_LISTS, lambda text: _numbers(text, marks)),
        "scale": _scale,
    }
    faults = []
    for name, reader in readers.items():
        try:
            if given[name] or name in ("test", "p"):
                read[name] = reader(given[name])
            if name in ("n", "df", *_LISTS) and name in read and not faults:
                _fit(name, read, given)
        except ValueError as error:
            unread = "check_alpha" if name == "alpha" else "check_number"
            code, words = error.args if isinstance(error, _FieldError) else (unread, {})
            faults.append(Fault(code, file, row=row, column=name, value=given[name], params=words))
    if faults:
        raise FaultsError(faults)
    read.pop("decimal_mark", None)
    (operator, number), percents = read.pop("p"), ()
    for name in ("counts", "margins"):
        if "%" in given[name]:
            percents, read[name] = read[name], ((),) * (name == "margins")
    return Evidence(**{**read, "operator": operator}, p=given["p"], number=number, percents=percents)


def _one_of(text: str, legal: tuple[str, ...]) -> str:
    if text not in legal:
        raise _FieldError("check_legal", {"legal": ", ".join(filter(None, legal))})
    return text


def _alpha(text: str) -> Fraction:
    """Read a level of significance, 0.05 or 5%."""
    number = parse_printed(text, _EITHER)
    alpha = number.value / (100 if number.percent else 1)
    if not 0 < alpha <= Fraction(1, 2):
        raise ValueError
    return alpha


def _whole(text: str) -> int:
    number = int(in_ascii(text.strip()))
    if not 0 <= number <= MOST_PARTICIPANTS:
        raise _FieldError("check_whole", {"most": MOST_PARTICIPANTS})
    return number


def _scale(text: str) -> tuple[int, int]:
    low, high = map(int, in_ascii(_DASH.sub("..", text)).split(".."))
    if not low < high:
        raise ValueError
    return low, high


def _p_value(text: str, before: str, marks: tuple[str, ...], alpha: Fraction) -> tuple[str, PrintedNumber]:
    """Read a p-value: operator, comma or point, power of ten, stars, "ns"; _FieldError where no p prints so."""
    if text.lower().strip(" .()") in ("ns", "n.s"):
        return ">=", parse_printed(str(float(alpha)))
    if text.strip() in STARS:
        return "<", parse_printed(STARS[text.strip()])
    operator, digits = split_operator(without_name(text, P_NAME))
    operator, number = operator or before, parse_printed(digits, marks)
    if number.percent:
        raise ValueError
    none_below = operator == "<" and number.value == 0
    if number.negative or number.value > 1 or none_below or (operator == ">" and number.value == 1):
        raise _FieldError("check_impossible", {})
    return operator, number


def _table(text: str) -> tuple[tuple, ...]:
    """Read rows of counts, or of percentages."""
    rows = text.strip(" ;").split(";")
    if "%" not in text:
        counts = tuple(tuple(map(_whole, row.split(","))) for row in rows)
        if not any(map(any, counts)):
            raise ValueError
        return counts
    if any("".join(_PERCENT.split(row)[::2]).strip() for row in rows):
        raise ValueError
    return tuple(tuple(parse_printed(cell, _EITHER) for cell in _PERCENT.findall(row)) for row in rows)


def _numbers(text: str, marks: tuple[str, ...]) -> Numbers:
    """Read a list: where a semicolon occurs, or a comma is declared as decimal mark, it parts; else a comma does."""
    if ";" in text or marks == (",",):
        return tuple(parse_printed(part, _EITHER) for part in text.split(";") if part.strip())
    return tuple(parse_printed(part, (".",)) for part in text.split(","))


def _fit(name: str, read: dict[str, Any], given: dict[str, str]) -> None:
    """Raise _FieldError where a list has not as many numbers as the test has groups."""
    test, sizes = read.get("test"), (2, 4) if name in ("intervals", "quartiles") else (1, 2)
    if test == "mann-whitney" and name != "df":
        sizes = sizes if name == "n" and given["statistic"] in ("z", "chi2") else sizes[1:]
    elif test == "wilcoxon" and name in ("n", "rank_sums"):
        sizes = (1, 2, 3)  # falls, rises and unchanged
    elif name == "df":
        of_f = (1, 2) if test == "t-independent" else (2,)
        sizes = {"f": of_f, "z": sizes}.get(given["statistic"].lower(), (1,))
    elif name == "n":
        sizes = (1,) if test == "t-paired" else tuple(range(1, 20))  # rows of percentages
    if len(read[name]) not in sizes:
        text = given[name]
        # 239,5,355,5 may be 239,5;355,5; and 34,72 of a test with one df 34.72
        pairs = text.replace(",", ".") if name == "df" else re.sub("(,[^,]*)(,|$)", r"\1;", text)
        other = text.replace(";", ",") if ";" in text else pairs
        words = {"count": len(read[name]), "wanted": " / ".join(map(str, sizes[:3])), "other": other}
        raise _FieldError("check_length", words)
