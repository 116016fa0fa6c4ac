"""What a judgement says beside its verdict: the decision, what would decide, notes; sets of p-values times a factor."""

from fractions import Fraction

import pytest

from oxymilk.audit.evidence import read_evidence
from oxymilk.audit.p_sets import times
from oxymilk.audit.printed import Interval
from oxymilk.audit.printed_test import judge
from oxymilk.faults import FaultsError

Z = "test=z statistic=z value=2.5 p=0.012"
PAIRED = "test=t-paired sds=1,1 n=10 p=0.05 means=2,1"
TABLE = "test=chi-square counts=3,7;9,1 p=0.5"


@pytest.mark.parametrize(
    ("words", "due"),
    [
        (f"{Z} decision=significant", {"decision": "agrees", "decided": "significant"}),
        (f"{Z} decision=not_significant", {"decision": "flips", "decided": "significant"}),
        (f"{Z} alpha=0.01", {"decision": "agrees", "decided": "not significant"}),
        # a level of significance is at most one half
        ("test=z statistic=z value=1.0 p=0.317 alpha=0.4", {"decided": "significant"}),
        # the sizes beside a statistic are those of groups, or of all
        ("test=mann-whitney statistic=z value=-2.0 n=10,12 p=0.046", {"verdict": "reproduced"}),
        ("test=chi-square statistic=chi2 value=4.0 df=1 n=40 p=0.046", {"verdict": "reproduced"}),
        # two means and their spreads leave the correlation open, one mean of differences nothing
        (PAIRED, {"verdict": "possible", "decides": "differences", "notes": ["correlation"]}),
        (f"{PAIRED} means=1.00 sds=1.00", {"verdict": "differs", "decides": "digits", "notes": []}),
        # counts leave the program open, unless it is named
        (TABLE, {"decides": "program", "notes": ["odds_ratio", "risk_ratio"]}),
        (f"{TABLE} program=R", {"decides": ""}),
        # R's exact p of three pairs: one order of six, or its mirror image
        ("test=spearman statistic=r value=1.0 n=3 p=0.333", {"verdict": "reproduced"}),
        ("test=spearman statistic=r value=0.5 n=3 p=1.000", {"verdict": "reproduced"}),
    ],
)
def test_what_is_said_beside_the_verdict(words, due):
    parts = (word.partition("=") for word in words.split())
    cells = {name: text.replace("_", " ") for name, _, text in parts}
    judgement = judge(read_evidence(cells))
    said = judgement._asdict() | {"notes": [code for code, _ in judgement.notes]}
    assert {name: said[name] for name in due} == due


def test_times_a_factor_a_set_keeps_which_ends_it_has():
    for closed in ((False, True), (True, False)):
        half = times(Interval(Fraction(1, 10), Fraction(1, 5), *closed), Fraction(1, 2))
        assert half == (Fraction(1, 20), Fraction(1, 10), *closed)
    assert times(Interval.point(Fraction(3, 5)), Fraction(2)).high == 1


def test_a_test_has_one_statistic():
    for more in ({"z": "2", "t": "3"}, {"z": "2", "statistic": "t", "value": "3"}):
        with pytest.raises(FaultsError) as caught:
            read_evidence({"test": "z", "p": "0.04", **more})
        assert [fault.code for fault in caught.value.faults] == ["check_one_statistic"]
    assert read_evidence({"test": "z", "p": "0.04", "z": "2.05"}).statistic == "z"
