"""Run the searches for each claim that differs, rank what they find, and lay it out as tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from oxymilk.audit.claims import Claim
from oxymilk.audit.printed import parse_printed, print_like
from oxymilk.audit.stated import print_style, scale_of
from oxymilk.explain import departures, notation, procedures, scales
from oxymilk.explain.hits import Hit, claim_label, describe_hit, sorted_text, statistic_label
from oxymilk.explain.printable import Printable, print_units, printable_of
from oxymilk.explain.readings import OF_P, Reading, claim_key, feature_of, readings_of
from oxymilk.explain.records import Records
from oxymilk.stats import rank_sum_counts, signed_rank_counts

if TYPE_CHECKING:
    import pandas as pd

    from oxymilk.stats import Procedure
    from oxymilk.study import Study

EXPLANATION_COLUMNS = (
    "claim_id",
    "claim_ids",
    "kind",
    "rank",
    "description",
    "programs",
    "p_value",
    "prints_as",
    "participants_changed",
    "switches_moved",
    "ways",
    "claims_kept",
    "claims_contradicted",
    "coincidence",
    "informative",
    "witness",
    "code",
    "params",
)
_EQUAL = ("", "=", "~")


@dataclass(frozen=True)
class Case:
    """A claim that differs, and all that the searches need to know of the study.

    Attributes
    ----------
    claim : Claim
        Where it is printed first.
    ids : tuple of str
        All places.
    records : Records
        What is on disk.
    reading : Reading or None
        The claim as a function of data; None for a claim about other printed numbers.
    others : list of Reading
        The other claims about the data.
    claims : list of Claim
        All claims of the paper.
    computed : str
        What the verdict computed.
    """

    claim: Claim
    ids: tuple[str, ...]
    records: Records
    reading: Reading | None
    others: list[Reading]
    claims: list[Claim] = field(repr=False)
    computed: str

    @property
    def study(self) -> Study:
        """The study."""
        return self.records.study

    @property
    def declared(self) -> Procedure:
        """The declared procedure of the claim's test."""
        return getattr(self.study.procedure, self.claim.test)

    def feature(self, reading: Reading) -> object:
        """Return what a reading sees of the data as they are."""
        return feature_of(reading, self.records.tables, self.study)


def cases_of(
    records: Records, claims: list[Claim], verdicts: pd.DataFrame, only: Iterable[str] | None = None
) -> list[Case]:
    """Return the distinct claims that differ.

    Parameters
    ----------
    records : Records
        What is on disk.
    claims : list of Claim
        All claims.
    verdicts : DataFrame
        verdicts.csv, all cells text.
    only : iterable of str, optional
        Explain these claims, whether they differ or not.

    Returns
    -------
    list of Case
        In the order of their first places.
    """
    study = records.study
    row_of = {row["id"]: row for row in verdicts.to_dict("records")}
    chosen = (
        set(only) if only is not None else {i for i, row in row_of.items() if row["verdict"] == "differs"}
    )
    readings = readings_of(records, claims)
    same: dict[tuple, list[Claim]] = {}
    for claim in claims:
        if claim.check in ("recompute", "arithmetic"):
            same.setdefault(claim_key(claim, study), []).append(claim)
    cases = []
    for places in same.values():
        if not any(claim.id in chosen for claim in places):
            continue
        ids = tuple(claim.id for claim in places)
        reading = next((each for each in readings if places[0].id in each.ids), None)
        others = [each for each in readings if each is not reading]
        cases.append(Case(places[0], ids, records, reading, others, claims, row_of[ids[0]]["computed"]))
    return cases


def explain_case(
    case: Case, participants: int = departures.ALWAYS, budget: int = departures.BUDGET, most: int = 5
) -> list[Hit]:
    """Search all spaces for one claim.

    Parameters
    ----------
    case : Case
        The claim.
    participants : int
        How many changed participants to search up to while nothing is found; two in any case.
    budget : int
        Most departures.
    most : int
        Most departures to report.

    Returns
    -------
    list of Hit
        Ranked: first those whose coincidence is at most one half; then by claims contradicted, by participants
        changed or switches moved (1 for a slip or a finer scale), by coincidence.
    """
    hits: list[Hit] = []
    searched: list[str] = []
    as_is = {each.id: bool(each.holds(case.feature(each))) for each in case.others}
    kept, contradicted = _standing(as_is)
    true = _true_value(case)
    if true is not None:
        searched.append("notation")
        slips = _notation(case, true)
        hits = [replace(hit, kept=kept, contradicted=contradicted) for hit in slips]
    reading, quantity = case.reading, case.claim.quantity
    if reading is not None:
        if quantity in (*OF_P, "z") or (quantity, case.claim.test) == ("w", "signed_rank"):
            searched.append("procedure")
            hits += _procedures(case, reading, as_is)
        if quantity in OF_P:
            searched.append("finer_scale")
            finer = scales.search_scales(case.records, reading, case.feature(reading), case.declared)
            hits += [replace(hit, kept=kept, contradicted=contradicted) for hit in finer]
        found, depth = departures.search_departures(
            case.records, reading, case.others, participants, budget, most
        )
        searched.append(f"departure_{depth}")
        hits += found
    if not any(hit.kind != "none" for hit in hits):
        of_data = case.claim.check == "recompute"
        code = "nothing_found" if searched else "number_outcome" if of_data else "no_search"
        hits.append(Hit("none", code, {"searched": searched}))
    return sorted((_finish(case, hit) for hit in hits), key=lambda hit: (hit.kind == "none", hit.order))


def _standing(holding: dict[str, bool]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    kept = tuple(one for one, holds in holding.items() if holds)
    return kept, tuple(one for one, holds in holding.items() if not holds)


# ---- slips -------------------------------------------------------------------------------------------------


def _true_value(case: Case) -> Fraction | None:
    """Return the number that should have been printed, or None where the claim states none."""
    claim = case.claim
    if claim.quantity in ("decision", "threshold", "between"):
        return None
    if claim.quantity == "comparison":
        equal = claim.operator in _EQUAL
        return abs(parse_printed(claim.n, case.study.decimal_mark).value) if equal else None
    if case.reading is not None:
        values = case.reading.values(case.feature(case.reading)).ravel()
        return Fraction(repr(float(values[0])))
    return abs(Fraction(case.computed)) if case.computed else None


def _notation(case: Case, true: Fraction) -> list[Hit]:
    claim, study = case.claim, case.study
    is_p = claim.quantity == "p_value"
    printable = case.reading.printable if case.reading else _printable(claim, study, true)
    copies = _copies(case) if case.reading else []
    statistics, printed_z = [], []
    if is_p and case.reading:
        statistics = _statistics(case)
        place = (claim.test, claim.group)
        beside = [each for each in case.others if (each.claim.test, each.claim.group) == place]
        printed_z = [
            each.stated
            for each in beside
            if each.claim.quantity == "z" and None not in (each.stated.low, each.stated.high)
        ]
    return notation.search_notation(
        true,
        printable,
        is_p=is_p,
        rounding=study.rounding,
        copies=copies,
        statistics=statistics,
        printed_z=printed_z,
    )


def _copies(case: Case) -> list[notation.Other]:
    """Return the numbers of the same kind that are printed for something else, each once for a place."""
    claim, study = case.claim, case.study
    mine = (False, *_place(claim, study))
    copies = {}
    for other in case.claims:
        if other.quantity != claim.quantity or other.operator not in _EQUAL:
            continue
        if other.check not in ("recompute", "cited"):
            continue
        place = (other.check == "cited", *_place(other, study))
        value = _parsed(other.printed, study)
        # the same place printed otherwise is no other place
        if place != mine and value is not None:
            copies.setdefault((place, value), notation.Other(claim_label(other, study), value, other.id))
    return list(copies.values())


def _place(claim: Claim, study: Study) -> tuple[str, ...]:
    """Return what two claims share that are about the same thing: test, group, timepoint, variable and level."""
    return claim_key(claim, study)[2:7]


def _parsed(printed: str, study: Study) -> Fraction | None:
    try:
        return abs(parse_printed(printed, study.decimal_mark).value)
    except ValueError:
        return None


def _printable(claim: Claim, study: Study, true: Fraction) -> Printable:
    """Return the strings for a claim about other printed numbers: all with as many digits as the longer number."""
    number = parse_printed(claim.printed, study.decimal_mark)
    digits = len(str(int(max(abs(number.value), true))))
    most = 100 if claim.quantity in ("percent", "ratio_percent") else 10**digits - 1
    return printable_of(claim._replace(operator=""), study, most)


def _statistics(case: Case) -> list[notation.Other]:
    """Return the numbers that a program prints beside the p-value."""
    claim = case.claim
    feature = case.feature(case.reading)
    if claim.test == "signed_rank":
        result = signed_rank_counts(*feature, case.declared)
        names = ("z", "w_plus", "w_minus")
    else:
        result = rank_sum_counts(feature, case.declared)
        names = ("z", "u1", "u2", "rank_sum1", "rank_sum2")
    return [
        notation.Other(statistic_label(name), Fraction(repr(abs(float(getattr(result, name))))))
        for name in names
    ]


# ---- procedures --------------------------------------------------------------------------------------------


def _procedures(case: Case, reading: Reading, as_is: dict[str, bool]) -> list[Hit]:
    feature = case.feature(reading)
    counts = case.records.pairs[reading.groups[0]] if reading.sees == "difference" else feature
    of_p = case.claim.quantity in OF_P
    place = (case.claim.test, case.claim.group)

    def elsewhere(procedure: Procedure) -> list[dict[str, str]]:
        against = []
        for other in case.others:
            claim = other.claim
            if claim.quantity != "p_value" or (claim.test, claim.group) == place:
                continue
            theirs = getattr(case.study.procedure, claim.test)
            moved = replace(procedure, zero_method=theirs.zero_method)
            if as_is[other.id] and not other.holds(case.feature(other), moved):
                against.append(claim_label(claim, case.study))
        return against

    hits = []
    for hit in procedures.search_procedures(reading, counts, feature, case.declared, elsewhere):
        holding = dict(as_is)
        for other in case.others:
            same_test = (other.claim.test, other.claim.group) == place
            if same_test and of_p and other.claim.quantity in OF_P:
                holding[other.id] = bool(other.true_of(np.array([hit.value])))
            elif same_test and hit.procedure is not None and other.claim.quantity in (*OF_P, "z"):
                holding[other.id] = bool(other.holds(case.feature(other), hit.procedure))
        kept, contradicted = _standing(holding)
        hits.append(replace(hit, kept=kept, contradicted=contradicted))
    return hits


# ---- tables ------------------------------------------------------------------------------------------------


def _finish(case: Case, hit: Hit) -> Hit:
    """Add to a hit what its text needs: the claim's printed string, the value, how that prints."""
    printed = case.claim.printed
    prints_as = ""
    if hit.kind == "notation":
        prints_as = printed
    elif hit.value is not None and case.claim.quantity == "decision":
        prints_as = "significant" if hit.value < case.study.alpha else "not significant"
    elif hit.value is not None:
        prints_as = _print_value(case, hit)
    value = "" if hit.value is None else f"{hit.value:.4g}"
    params = hit.params | {"printed": printed, "prints_as": prints_as, "value": value}
    return replace(hit, params=params, prints_as=prints_as)


def _print_value(case: Case, hit: Hit) -> str:
    study, rounding = case.study, case.study.rounding
    if hit.code.endswith("_truncated"):
        rounding = "truncate"
    like = print_style(case.claim, study)
    decimals = parse_printed(like, study.decimal_mark).decimals
    units = int(print_units(np.array(scale_of(case.claim, study) * hit.value), decimals, rounding))
    return print_like(Fraction(units, 10**decimals), like, study.decimal_mark)


def explanation_rows(case: Case, hits: list[Hit]) -> tuple[list[tuple[str, ...]], dict[str, pd.DataFrame]]:
    """Lay the hits of one claim out as rows of explanations.csv, all text, and their witnesses by file name."""
    rows, witnesses = [], {}
    for rank, hit in enumerate(hits, start=1):
        name = ""
        if hit.witness is not None:
            name = f"{case.ids[0]}_{rank}.csv"
            witnesses[name] = hit.witness
        of_p = case.claim.quantity in OF_P
        rows.append(
            (
                case.ids[0],
                " ".join(case.ids),
                hit.kind,
                str(rank),
                describe_hit(hit.code, hit.params),
                hit.programs,
                f"{hit.value:.10g}" if of_p and hit.value is not None else "",
                hit.prints_as,
                str(hit.participants_changed) if hit.kind == "departure" else "",
                str(hit.switches_moved) if hit.kind == "procedure" else "",
                str(hit.ways) if hit.kind != "none" else "",
                " ".join(hit.kept),
                " ".join(hit.contradicted),
                "" if hit.coincidence is None else f"{hit.coincidence:.10g}",
                "true" if hit.informative else "false",
                name,
                hit.code,
                sorted_text(hit.params),
            )
        )
    return rows, witnesses
