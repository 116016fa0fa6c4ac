"""What a claim says about tables of counts: its values against tests on the records, and whether it holds."""

from itertools import product

import numpy as np
import pytest

from oxymilk.explain.readings import change_margin, claim_key, feature_of, margin, readings_of
from oxymilk.explain.records import Records, count_records
from oxymilk.stats import rank_sum_test, signed_rank_test

OWN = {"test": "signed_rank", "group": "control"}
BETWEEN = {"test": "rank_sum"}
CODES = (
    {"a": (0, 0), "b": (0, 2), "c": (1, 2), "d": (2, 1), "e": (3, 2), "f": (1, 3)},
    {"g": (0, 1), "h": (0, 0), "i": (2, 0), "j": (1, 1), "k": (0, 1), "l": (3, 0), "m": (2, 3)},
)


@pytest.fixture
def records(make_study):
    """Three levels, 3 for a score that is missing."""
    return Records(make_study(3), count_records(CODES, 3), CODES)


def one(records, claim):
    (reading,) = readings_of(records, [claim])
    return reading


def values_of(records, reading, procedure=None):
    return reading.values(feature_of(reading, records.tables, records.study), procedure).tolist()


def scores(codes, timepoint):
    return [record[timepoint] for record in codes.values() if record[timepoint] < 3]


def complete(codes):
    pairs = [record for record in codes.values() if max(record) < 3]
    return [pre for pre, _ in pairs], [post for _, post in pairs]


def test_margins_count_also_records_without_the_other_score(records):
    for g, codes in enumerate(CODES):
        for timepoint, place in (("pre", 0), ("post", 1)):
            expected = np.bincount(scores(codes, place), minlength=3)
            assert margin(records.tables[g], timepoint).tolist() == expected.tolist()
        pre, post = complete(codes)
        changes = [b - a for a, b in zip(pre, post, strict=True)]
        expected = [changes.count(change) for change in range(-2, 3)]
        assert change_margin(records.tables[g]).tolist() == expected
    both = np.stack([records.tables, records.tables])
    assert margin(both, "post").shape == (2, 2, 3)
    assert change_margin(both).shape == (2, 2, 5)


@pytest.mark.parametrize("group", ["", "control"])
@pytest.mark.parametrize(("timepoint", "place"), [("pre", 0), ("post", 1)])
def test_counts_of_a_level(group, timepoint, place, records, claim_text):
    seen = [score for codes in (CODES[1:] if group else CODES) for score in scores(codes, place)]
    for level in range(3):
        cell = {"group": group, "timepoint": timepoint, "level": f"level{level}"}
        count = seen.count(level)
        share = f"{100 * count / len(seen):.1f}%"
        for printed, quantity, value in (
            (count, "count", count),
            (share, "percent", 100 * count / len(seen)),
        ):
            reading = one(records, claim_text("a", printed, quantity, **cell))
            assert (reading.sees, reading.groups) == (timepoint, (1,) if group else (0, 1))
            assert values_of(records, reading) == [pytest.approx(value)]
            assert len(reading.counts) == len(reading.allowed) == len(seen) + 1
            assert np.flatnonzero(reading.allowed).tolist() == [count]
            assert reading.holds(feature_of(reading, records.tables, records.study))
            assert reading.printable.last == (1000 if quantity == "percent" else len(seen))
        wrong = one(records, claim_text("a", count + 1, "count", **cell))
        assert not wrong.holds(feature_of(wrong, records.tables, records.study))


@pytest.mark.parametrize(("direction", "sign"), [("up", 1), ("down", -1), ("unchanged", 0)])
def test_counts_of_changes(direction, sign, records, claim_text):
    for group, codes in zip(("intervention", "control"), CODES, strict=True):
        pre, post = complete(codes)
        count = sum(np.sign(b - a) == sign for a, b in zip(pre, post, strict=True))
        reading = one(records, claim_text("a", count, f"count_{direction}", group=group))
        assert (reading.sees, reading.groups) == ("difference", (("intervention", "control").index(group),))
        assert values_of(records, reading) == [count]
        assert len(reading.counts) == len(pre) + 1
        percent = f"{100 * count / len(pre):.2f}%"
        reading = one(records, claim_text("a", percent, f"percent_{direction}", group=group))
        assert values_of(records, reading) == [pytest.approx(100 * count / len(pre))]
        assert reading.holds(feature_of(reading, records.tables, records.study))
        assert reading.printable.last == 10_000


@pytest.mark.parametrize("between", ["post", "change"])
def test_numbers_of_a_test_are_those_of_its_records(between, records, claim_text):
    study = records.study.model_copy(update={"between": between})
    made = Records(study, records.tables, records.codes)
    within = signed_rank_test(*complete(CODES[1]), study.procedure.signed_rank)
    if between == "post":
        samples = [scores(codes, 1) for codes in CODES]
    else:
        samples = [[b - a for a, b in zip(*complete(codes), strict=True)] for codes in CODES]
    joint = rank_sum_test(*samples, study.procedure.rank_sum)
    n, sizes = len(complete(CODES[1])[0]), [len(sample) for sample in samples]
    every = sum(sizes)
    # the numbers that may be printed, and the largest of its kind in this design
    expected = {
        ("p_value", "signed_rank"): ([within.p_value], None),
        ("threshold", "signed_rank"): ([within.p_value], None),
        ("decision", "signed_rank"): ([within.p_value], None),
        ("z", "signed_rank"): ([abs(within.z)], np.sqrt(n)),
        ("w", "signed_rank"): ([within.w_plus, within.w_minus], n * (n + 1) / 2),
        ("p_value", "rank_sum"): ([joint.p_value], None),
        ("z", "rank_sum"): ([abs(joint.z)], np.sqrt(every - 1)),
        ("u", "rank_sum"): ([joint.u1, joint.u2], sizes[0] * sizes[1]),
        ("w", "rank_sum"): ([joint.rank_sum1, joint.rank_sum2], every * (every + 1) / 2),
    }
    for (quantity, test), (values, largest) in expected.items():
        printed = "significant" if quantity == "decision" else "0.05"
        reading = one(made, claim_text("a", printed, quantity, **(OWN if test == "signed_rank" else BETWEEN)))
        assert (reading.sees, reading.groups) == (
            ("difference", (1,)) if test == "signed_rank" else ("rank_sum", (0, 1))
        )
        assert values_of(made, reading) == pytest.approx(values)
        if largest is not None:
            assert reading.printable.last == int(np.ceil(largest * 100))
        other = getattr(study.procedure, test).with_alternative("less")
        if quantity == "p_value":
            again = (
                signed_rank_test(*complete(CODES[1]), other)
                if test == "signed_rank"
                else rank_sum_test(*samples, other)
            )
            assert values_of(made, reading, other) == [pytest.approx(again.p_value)]
            feature = feature_of(reading, made.tables, study)
            told = one(
                made,
                claim_text(
                    "a", f"{again.p_value:.6f}", "p_value", **(OWN if test == "signed_rank" else BETWEEN)
                ),
            )
            assert (bool(told.holds(feature)), bool(told.holds(feature, other))) == (False, True)


def test_many_datasets_at_once(records, claim_text):
    many = np.stack([records.tables, records.tables[::-1], records.tables])
    claims = [
        claim_text("a", "1", "count", timepoint="pre", level="level0"),
        claim_text("b", "1", "count_up", group="control"),
        claim_text("e", "1", "count_down", group="control"),
        claim_text("f", "0.05", "threshold", operator="<", **OWN),
        claim_text("c", "0.5", "p_value", **OWN),
        claim_text("d", "0.5", "u", **BETWEEN),
    ]
    for reading in readings_of(records, claims):
        feature = feature_of(reading, many, records.study)
        values = reading.values(feature)
        for i, tables in enumerate(many):
            assert values[i].tolist() == reading.values(feature_of(reading, tables, records.study)).tolist()
        alone = [bool(reading.holds(feature_of(reading, tables, records.study))) for tables in many]
        assert reading.holds(feature).tolist() == alone


def test_claims_that_no_table_makes_true_or_false(records, claim_text):
    cell = {"group": "control", "timepoint": "pre", "level": "level0"}
    no_reading = [
        claim_text("size", "7", "sample_size", group="control"),
        claim_text("size of a test", "7", "sample_size", **OWN),
        claim_text("alpha", "0.05", "alpha"),
        claim_text("alpha of a test", "0.05", "alpha", **OWN),
        claim_text("untested", "0.05", "p_value"),
        claim_text("moment", "1", "count", **(cell | {"timepoint": "change"})),
        claim_text("other", "1", "count", variable="age", **cell),
        claim_text("all changes", "1", "count_up"),
        claim_text("cited", "1", "count", **cell)._replace(check="cited"),
    ]
    assert readings_of(records, no_reading) == []
    named = claim_text("named", "1", "count", variable=records.study.outcome.id, **cell)
    places = [claim_text("again", "1,0", "count", **cell)._replace(printed="1"), named, *no_reading]
    (reading,) = readings_of(records, places)
    assert (reading.ids, reading.id, reading.claim) == (("again", "named"), "again", places[0])
    empty = Records(records.study, np.zeros_like(records.tables), ({}, {}))
    claims = [claim_text("n", "1", "count", **cell), claim_text("p", "0.5", "p_value", **OWN)]
    claims.append(claim_text("u", "0.5", "u", **BETWEEN))
    assert readings_of(empty, claims) == []
    alone = Records(
        records.study.model_copy(update={"groups": records.study.groups[:1]}), records.tables[:1], CODES[:1]
    )
    assert readings_of(alone, claims[2:]) == []
    half = records.tables.copy()
    half[0] = 0
    claims.append(claim_text("m", "1", "count", timepoint="post", level="level0"))
    found = readings_of(Records(records.study, half, ({}, CODES[1])), claims)
    assert [each.id for each in found] == ["n", "p", "m"]


@pytest.mark.parametrize(
    ("printed", "operator", "quantity", "true", "false"),
    [
        ("0.05", "", "p_value", (0.045, 0.0549), (0.0449, 0.055, np.nan)),
        ("0.05", "<", "threshold", (0.0, 0.0499), (0.05, 0.2, np.nan)),
        ("0.05", "<=", "threshold", (0.0, 0.05), (0.0501, np.nan)),
        ("0.05", ">", "threshold", (0.0501, 1.0), (0.05, 0.0, np.nan)),
        ("0.05", ">=", "threshold", (0.05, 1.0), (0.0499, np.nan)),
    ],
)
def test_values_that_make_a_claim_true(printed, operator, quantity, true, false, records, claim_text):
    reading = one(records, claim_text("a", printed, quantity, operator=operator, **OWN))
    values = np.array([*true, *false])[:, None]
    assert reading.true_of(values).tolist() == [True] * len(true) + [False] * len(false)
    # one of several is enough
    either = np.array([list(pair) for pair in product((true[0], false[0]), repeat=2)])
    assert reading.true_of(either).tolist() == [True, True, True, False]


def test_what_claims_share(make_study, claim_text):
    study = make_study(2)
    claim = claim_text("a", "0.50", "p_value", **OWN)

    def key(**changed):
        return claim_key(claim._replace(**changed), study)

    same = key()
    assert key(id="b", printed="0,50", operator="=") == key(operator="~", timepoint="post") == same
    assert key(variable=study.outcome.id, where="abstract", n="10") == same
    other = (
        {"printed": "0.5"}, {"printed": "0.51"}, {"operator": "<"}, {"group": "intervention"}, {"test": "rank_sum"},
        {"quantity": "z"}, {"level": "level0"}, {"variable": "age"}, {"check": "arithmetic"}, {"check": "cited"},
    )  # fmt: skip
    keys = [same, *(key(**changed) for changed in other)]
    assert len(set(keys)) == len(keys)
    # of printed numbers the others count, and where no test is named the time
    assert key(check="arithmetic", printed="0,50") == key(check="arithmetic")
    assert key(check="arithmetic", n="1+2") != key(check="arithmetic", n="1+3")
    assert key(test="", timepoint="pre") != key(test="", timepoint="post")
    assert key(check="cited", printed="fifty")[8] == "fifty"
    assert key(quantity="decision", printed="significant") != key(
        quantity="decision", printed="not significant"
    )
