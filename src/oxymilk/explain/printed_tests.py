"""What would explain a claim that is judged as a printed test: the explanations that its judgement has."""

from __future__ import annotations

from math import isnan

from oxymilk.audit.claimed_tests import evidence_of
from oxymilk.audit.printed_test import MOST_DECIMALS, judge
from oxymilk.explain.coincidence import DifferingClaim, Explanation
from oxymilk.texts import LANGUAGES, labels

_KINDS = {"adjusted": "adjustment", "digit_lost": "notation", "digit_mistyped": "notation"}


def search_printed_test(differing: DifferingClaim) -> tuple[dict[str, list[Explanation]], list[str]]:
    """Return the explanations of a judgement by the kind of search, and what was not searched.

    Their code is a key of the texts of `oxymilk check`. Searches there are another program's line, another test, half
    and twice the p, adjustments for several tests, slips of the hand.
    """
    evidence = evidence_of(differing.claim, differing.records.study)
    if evidence.number.decimals > MOST_DECIMALS:
        return {}, ["decimals_or_tails"]
    # behind an operator no digit is slipped
    kinds = ("procedure",) if evidence.operator else ("procedure", "adjustment", "notation")
    found: dict[str, list[Explanation]] = {kind: [] for kind in kinds}
    for way in judge(evidence).explanations:
        params, lines = {**way.params, "p": f"{way.p:.3g}"}, ()
        if p_set := params.pop("set", None):
            lines = p_set.lines
            params["words"] = {language: p_set.words(labels(language)) for language in LANGUAGES}
        if "source" in params:
            params["source"] = params["source"].replace(",", ".")
        said = f"check.explanations.{way.code}", params, way.p
        worth = {"coincidence": None if isnan(way.coincidence) else way.coincidence}
        kind = _KINDS.get(way.code, "procedure")
        programs = "; ".join(dict.fromkeys(line.line for line in lines))
        found[kind].append(Explanation(kind, *said, programs=programs, **worth))
    return found, []
