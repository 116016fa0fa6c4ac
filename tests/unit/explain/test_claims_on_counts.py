"""Records counted from observations; what a claim makes of tables, against tests on the records themselves."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.cases import cases

from oxymilk.explain.claims_on_counts import (
    Records,
    claims_on_counts,
    margin,
    records_from_counts,
    records_of,
)
from oxymilk.stats import rank_sum_test, signed_rank_test

OWN = {"test": "signed_rank", "group": "control"}
BETWEEN = {"test": "rank_sum"}
CELL = {"group": "control", "timepoint": "pre", "level": "level0"}
COLUMNS = ["participant", "group", "timepoint", "score"]
# three levels, 3 for a score that is missing
CODES = (
    {"a": (0, 0), "b": (0, 2), "c": (1, 2), "d": (2, 1), "e": (3, 2), "f": (1, 3)},
    {"g": (0, 1), "h": (0, 0), "i": (2, 0), "j": (1, 1), "k": (0, 1), "l": (3, 0), "m": (2, 3)},
)


@pytest.fixture
def records(make_study):
    return Records(make_study(3), CODES, 3)


@pytest.fixture
def on_counts(records, claim_text):
    """A claim on these records, and what it sees of them."""

    def make(printed, quantity, known=records, **cells):
        (claim,) = claims_on_counts(known, [claim_text("a", printed, quantity, **cells)])
        return claim, claim.feature(known.tables)

    return make


def scores(codes, timepoint):
    return [record[timepoint] for record in codes.values() if record[timepoint] < 3]


def complete(codes):
    return zip(*(record for record in codes.values() if max(record) < 3), strict=True)


def changes(codes):
    return [after - before for before, after in zip(*complete(codes), strict=True)]


def test_records_are_counted_with_what_is_missing(make_study):
    rows = [
        ("b", "control", "pre", "level0"), ("b", "control", "post", "level2"),
        ("a", "intervention", "post", "level1"), ("c", "control", "post", ""), ("c", "control", "later", "level1"),
        ("c", "control", "pre", "level1"), ("a", "intervention", "pre", "level1"),
        ("d", "intervention", "pre", "level2"), ("e", "intervention", "later", "level2")
    ]  # fmt: skip
    records = records_of(make_study(3), pd.DataFrame(rows, columns=COLUMNS, dtype=str))
    # in the order of the observations; 3 is missing
    assert records.codes == ({"a": (1, 1), "d": (2, 3)}, {"b": (0, 2), "c": (1, 3)})
    assert list(records.codes[1]) == ["b", "c"]
    assert (records.levels, records.tables.shape, records.pairs.shape) == (3, (2, 4, 4), (2, 3, 3))
    assert np.argwhere(records.tables == 1).tolist() == [[0, 1, 1], [0, 2, 3], [1, 0, 2], [1, 1, 3]]
    assert records.tables.sum() == 4


@pytest.mark.parametrize("change", [{"scale": "score"}, {"scale": "level", "levels": ()}])
def test_tests_on_numbers_have_no_records(change, make_study):
    base = make_study(2)
    study = base.model_copy(update={"outcome": base.outcome.model_copy(update=change)})
    rows = [("a", "intervention", "pre", "3")]
    records = records_of(study, pd.DataFrame(rows, columns=COLUMNS, dtype=str))
    assert (records.levels, records.codes, records.tables.shape) == (0, ({}, {}), (2, 1, 1))


def test_made_up_codes_go_by_level(make_study):
    pairs = np.array([[[1, 2], [0, 1]], [[0, 0], [100, 0]]])
    records = records_from_counts(make_study(2), pairs)
    assert records.codes[0] == {"1-01": (0, 0), "1-02": (0, 1), "1-03": (0, 1), "1-04": (1, 1)}
    assert list(records.codes[1])[::99] == ["2-001", "2-100"]
    assert records.pairs.tolist() == pairs.tolist()


def test_margins_count_also_records_without_the_other_score(records):
    for g, codes in enumerate(CODES):
        for place, timepoint in enumerate(("pre", "post")):
            expected = np.bincount(scores(codes, place), minlength=3)
            assert margin(records.tables[g], timepoint).tolist() == expected.tolist()
        expected = [changes(codes).count(change) for change in range(-2, 3)]
        assert margin(records.tables[g], "change").tolist() == expected


@pytest.mark.parametrize("group", ["", "control"])
@pytest.mark.parametrize(("timepoint", "place"), [("pre", 0), ("post", 1)])
def test_counts_of_a_level(group, timepoint, place, on_counts):
    seen = [score for codes in (CODES[1:] if group else CODES) for score in scores(codes, place)]
    for level in range(3):
        cell = {"group": group, "timepoint": timepoint, "level": f"level{level}"}
        count, share = seen.count(level), 100 * seen.count(level) / len(seen)
        for printed, quantity, value in ((count, "count", count), (f"{share:.1f}%", "percent", share)):
            claim, feature = on_counts(printed, quantity, **cell)
            assert (claim.moment, claim.groups, claim.test) == (timepoint, (1,) if group else (0, 1), "")
            assert claim.values(feature).tolist() == [pytest.approx(value)]
            assert np.flatnonzero(claim.true_of(claim.counts[:, None])).tolist() == [count]
            assert claim.holds(feature)
            assert claim.printable.last == (1000 if quantity == "percent" else len(seen))
        wrong, feature = on_counts(count + 1, "count", **cell)
        assert not wrong.holds(feature)


@pytest.mark.parametrize(("direction", "sign"), [("up", 1), ("down", -1), ("unchanged", 0)])
def test_counts_of_changes(direction, sign, on_counts):
    for g, group in enumerate(("intervention", "control")):
        count = sum(np.sign(change) == sign for change in changes(CODES[g]))
        share = 100 * count / len(changes(CODES[g]))
        for printed, quantity, value in ((count, "count", count), (f"{share:.2f}%", "percent", share)):
            claim, feature = on_counts(printed, f"{quantity}_{direction}", group=group)
            assert (claim.moment, claim.groups, claim.test) == ("change", (g,), "")
            assert claim.values(feature).tolist() == [pytest.approx(value)]
            assert claim.holds(feature)


@pytest.mark.parametrize("between", ["post", "change"])
def test_numbers_of_a_test_are_those_of_its_records(between, records, on_counts):
    study = records.study.model_copy(update={"between": between})
    known = replace(records, study=study)
    samples = [scores(codes, 1) if between == "post" else changes(codes) for codes in CODES]
    pairs = list(complete(CODES[1]))
    within = signed_rank_test(*pairs, study.procedure.signed_rank)
    zeros_ranked = signed_rank_test(*pairs, replace(study.procedure.signed_rank, zero_method="pratt"))
    joint = rank_sum_test(*samples, study.procedure.rank_sum)
    n, sizes = len(pairs[0]), [len(sample) for sample in samples]
    every = sum(sizes)
    # the numbers that may be printed, and the largest of its kind in this design
    expected = [
        ("p_value", OWN, [within.p_value], None), ("threshold", OWN, [within.p_value], None),
        ("decision", OWN, [within.p_value], None), ("z", OWN, [abs(within.z)], np.sqrt(n)),
        ("w", OWN, [within.w_plus, within.w_minus, within.w_plus - within.w_minus,
                    (within.w_plus - within.w_minus) / 2, zeros_ranked.w_plus, zeros_ranked.w_minus],
             n * (n + 1) / 2),
        ("mean_rank", OWN, [within.mean_rank_plus, within.mean_rank_minus], n),
        ("p_value", BETWEEN, [joint.p_value], None), ("z", BETWEEN, [abs(joint.z)], np.sqrt(every - 1)),
        ("u", BETWEEN, [joint.u1, joint.u2], sizes[0] * sizes[1]),
        ("w", BETWEEN, [joint.rank_sum1, joint.rank_sum2, joint.u1, joint.u2], every * (every + 1) / 2),
        ("mean_rank", BETWEEN, [joint.mean_rank1, joint.mean_rank2], every),
    ]  # fmt: skip
    for quantity, place, values, largest in expected:
        claim, feature = on_counts(
            "significant" if quantity == "decision" else "0.05", quantity, known, **place
        )
        assert claim.test == place["test"]
        assert (claim.moment, claim.groups) == (("change", (1,)) if place is OWN else (between, (0, 1)))
        assert claim.values(feature).tolist() == pytest.approx(values)
        if largest is not None:
            assert claim.printable.last == int(np.ceil(largest * 100))
    for place, test, data in ((OWN, signed_rank_test, pairs), (BETWEEN, rank_sum_test, samples)):
        other = getattr(study.procedure, place["test"]).with_alternative("less")
        p_value = test(*data, other).p_value
        claim, feature = on_counts(f"{p_value:.6f}", "p_value", known, **place)
        assert claim.values(feature, other).tolist() == [pytest.approx(p_value)]
        assert (bool(claim.holds(feature)), bool(claim.holds(feature, other))) == (False, True)


def test_claims_that_no_table_makes_true_or_false(records, claim_text):
    others = [
        claim_text("size", "7", "sample_size", group="control"),
        claim_text("size of a test", "7", "sample_size", **OWN),
        claim_text("alpha of a test", "0.05", "alpha", **OWN),
        claim_text("moment", "1", "count", **(CELL | {"timepoint": "change"})),
        claim_text("other", "1", "count", variable="age", **CELL),
        claim_text("all changes", "1", "count_up"),
        claim_text("cited", "1", "count", **(CELL | {"check": "cited"})),
    ]
    assert claims_on_counts(records, others) == []
    named = claim_text("named", "1", "count", variable=records.study.outcome.id, **CELL)
    (claim,) = claims_on_counts(records, [claim_text("again", "1", "count", **CELL), named, *others])
    assert claim.id == "again"
    # groups without a record, and a study of one group
    claims = [
        claim_text("n", "1", "count", **CELL),
        claim_text("p", "0.5", "p_value", **OWN),
        claim_text("u", "0.5", "u", **BETWEEN),
        claim_text("m", "1", "count", timepoint="post", level="level0"),
    ]
    alone = records.study.model_copy(update={"groups": records.study.groups[1:]})
    for study, codes, expected in (
        (records.study, ({}, {}), ""),
        (records.study, ({}, CODES[1]), "npm"),
        (alone, CODES[1:], "npm"),
    ):
        assert "".join(claim.id for claim in claims_on_counts(Records(study, codes, 3), claims)) == expected


@cases
def test_values_that_make_a_claim_true(printed, operator, quantity, true, false, on_counts):
    claim, _ = on_counts(printed, quantity, operator=operator, **OWN)
    values = np.array([*true, *false])[:, None]
    assert claim.true_of(values).tolist() == [True] * len(true) + [False] * len(false)
    # one of several is enough
    assert claim.true_of(np.array([[true[0], false[0]], [false[0], false[-1]]])).tolist() == [True, False]
