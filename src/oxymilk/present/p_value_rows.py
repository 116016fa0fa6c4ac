"""What the figure and the report say of each printed p-value, as plain records."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from oxymilk.audit.printed import parse_printed, printed_interval
from oxymilk.texts import labels

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from oxymilk.audit.printed import Interval
    from oxymilk.study import Study

_KEY = ("test", "group", "timepoint")


@dataclass(frozen=True)
class ProgramValue:
    """A p-value that one line of one program's output gives.

    Attributes
    ----------
    p_value : float
        As in procedures.csv.
    program, versions, output, procedure, source : str
        Where it is printed and how it is computed.
    by_default : bool
        Whether the program prints the line without being asked.
    other_test : bool
        Whether it is not the study's rank test but another one (McNemar, chi-square, t).
    prints : bool
        Whether the value prints as the printed string.
    """

    p_value: float
    program: str
    versions: str
    output: str
    procedure: str
    source: str
    by_default: bool
    other_test: bool
    prints: bool


@dataclass(frozen=True)
class PValueRow:
    """One test with one p-value that the paper prints for it, in however many places.

    Attributes
    ----------
    test, group, timepoint : str
        As in tests.csv.
    printed : str
        The string with its operator, in the first place where it stands; "" when the paper prints none.
    places : tuple of str
        Where it is printed.
    interval : Interval or None
        The p-values that print as this string.
    unit : Fraction or None
        One unit of the last printed digit.
    declared, exact : float
        The recomputed p of the declared procedure and the exact conditional one; nan where that would need too much
        memory.
    programs : tuple of ProgramValue
        What programs give on the same data, smallest p first.
    verdict, prints_as, decision, decision_printed, decision_computed, note : str
        As in verdicts.csv; "" when the paper prints none.
    """

    test: str
    group: str
    timepoint: str
    printed: str
    places: tuple[str, ...]
    interval: Interval | None
    unit: Fraction | None
    declared: float
    exact: float
    programs: tuple[ProgramValue, ...]
    verdict: str = ""
    prints_as: str = ""
    decision: str = ""
    decision_printed: str = ""
    decision_computed: str = ""
    note: str = ""

    @property
    def printing(self) -> tuple[ProgramValue, ...]:
        """The program outputs that print as the printed string."""
        return tuple(each for each in self.programs if each.prints)


def p_value_rows(
    study: Study, tests: pd.DataFrame, procedures: pd.DataFrame, verdicts: pd.DataFrame
) -> list[PValueRow]:
    """Gather, for each test, the printed p-values and all that is known of them.

    Parameters
    ----------
    study : Study
        The study, for its decimal marks and its mode of rounding.
    tests, procedures, verdicts : DataFrame
        tests.csv, procedures.csv and verdicts.csv of the study, all cells text.

    Returns
    -------
    list of PValueRow
        In the order of tests.csv. The same number printed in several places, with either decimal mark, is one row; a
        test without a printed p-value has a row without one; a test without a recomputed p-value has no row.
    """
    rows = []
    for key, roles in _by_test(tests).items():
        if not roles["declared"]["p_value"]:
            # nobody has the scores that the test needs
            continue
        declared, exact = (float(roles[role]["p_value"] or "nan") for role in ("declared", "exact"))
        claims = [
            claim
            for claim in _records(verdicts)
            if claim["quantity"] == "p_value" and claim["verdict"] != "not_checkable" and _same(claim, key)
        ]
        printed: dict[tuple[Interval, Fraction], list[dict[str, str]]] = {}
        for claim in claims:
            printed.setdefault(_stated(study, claim), []).append(claim)
        for (interval, unit), same in printed.items() or [((None, None), [])]:
            first = same[0] if same else {}
            rows.append(
                PValueRow(
                    *key,
                    printed=f"{_sign(first)}{first['printed']}" if first else "",
                    places=tuple(claim["where"] for claim in same),
                    interval=interval,
                    unit=unit,
                    declared=declared,
                    exact=exact,
                    programs=_programs(procedures, key, interval),
                    **{
                        name: first.get(name, "")
                        for name in (
                            "verdict",
                            "prints_as",
                            "decision",
                            "decision_printed",
                            "decision_computed",
                            "note",
                        )
                    },
                )
            )
    return rows


def test_name(study: Study, row: PValueRow, language: str) -> str:
    """Return the name of a row's test and of what it compares."""
    t = labels(language)
    name = t(f"figures.test.{row.test}")
    if row.test == "signed_rank":
        return t("figures.test_of", test=name, what=study.group(row.group).label[language])
    what = (
        t("figures.change") if row.timepoint == "change" else study.timepoint(row.timepoint).label[language]
    )
    return t("figures.test_of", test=name, what=what)


def localised(printed: str, study: Study, language: str) -> str:
    """Return a printed number with the decimal mark of the reader's language; "0.002" and "0,002" are one number."""
    mark = labels(language)("common.decimal_mark")
    number = printed.lstrip("<>=~ ")
    if not number:
        return printed
    sign = printed.removesuffix(number)
    try:
        used = parse_printed(number, study.decimal_mark).mark
    except ValueError:
        return printed
    return sign + (number.replace(used, mark) if used else number)


def _by_test(tests: pd.DataFrame) -> dict[tuple[str, str, str], dict[str, dict[str, str]]]:
    result: dict[tuple[str, str, str], dict[str, dict[str, str]]] = {}
    for row in _records(tests):
        result.setdefault(tuple(row[name] for name in _KEY), {})[row["role"]] = row
    return result


def _same(claim: dict[str, str], key: tuple[str, str, str]) -> bool:
    test, group, _ = key
    # the timepoint of a rank-sum test is fixed by the study; a claim need not repeat it
    return claim["test"] == test and claim["group"] in (group, "" if test == "rank_sum" else group)


def _stated(study: Study, claim: dict[str, str]) -> tuple[Interval, Fraction]:
    interval = printed_interval(
        claim["printed"],
        study.decimal_mark,
        study.rounding,
        claim["operator"],
        domain=(Fraction(0), Fraction(1)),
    )
    return interval, Fraction(1, 10 ** parse_printed(claim["printed"], study.decimal_mark).decimals)


def _sign(claim: dict[str, str]) -> str:
    return "" if claim["operator"] in ("", "=") else f"{claim['operator']} "


def _programs(
    procedures: pd.DataFrame, key: tuple[str, str, str], interval: Interval | None
) -> tuple[ProgramValue, ...]:
    values = [
        ProgramValue(
            p_value=float(row["p_value"]),
            **{name: row[name] for name in ("program", "versions", "output", "procedure", "source")},
            by_default=row["printed_by_default"] == "true",
            other_test=row["kind"] == "other",
            prints=interval is not None and interval.contains(Fraction(row["p_value"])),
        )
        for row in _records(procedures)
        if tuple(row[name] for name in _KEY) == key and row["p_value"]
    ]
    return tuple(sorted(values, key=lambda each: each.p_value))


def _records(frame: pd.DataFrame) -> Iterable[dict[str, str]]:
    return frame.to_dict("records")
