"""Every pair of counts after treatment, by the test on the participants themselves."""

import pytest

from oxymilk.explain.outcomes import OUTCOME_COLUMNS, outcome_table
from oxymilk.explain.readings import readings_of
from oxymilk.explain.records import Records, count_records
from oxymilk.stats import rank_sum_test

BETWEEN = {"test": "rank_sum"}
CODES = ({"a": (0, 1), "b": (0, 0), "c": (2, 1), "d": (1, 2)}, {"e": (0, 0), "f": (1, 1)})


def test_every_pair_of_counts(make_study, claim_text):
    """Who has no score before still counts after; who has none after does not."""
    study = make_study(2, method="asymptotic", continuity=True)
    records = Records(study, count_records(CODES, 2), CODES)
    true = {}
    for a in range(4):
        for b in range(3):
            x, y = [1] * a + [0] * (3 - a), [1] * b + [0] * (2 - b)
            true[a, b] = float(rank_sum_test(x, y, study.procedure.rank_sum).p_value)
    printed = f"{true[3, 0]:.3f}", f"{true[3, 0]:.2f}"
    claims = [
        claim_text("fine", printed[0], "p_value", **BETWEEN),
        claim_text("u", "3", "u", **BETWEEN),
        claim_text("own", printed[0], "p_value", test="signed_rank", group="control"),
        claim_text("coarse", printed[1], "p_value", **BETWEEN),
    ]
    table = outcome_table(records, readings_of(records, claims))
    assert tuple(table.columns) == OUTCOME_COLUMNS
    rows = []
    for (a, b), p in true.items():
        fits = [name for name, one in (("fine", 3), ("coarse", 2)) if f"{p:.{one}f}" == printed[3 - one]]
        rows.append(
            (str(a), str(b), "3", "2", f"{p:.10g}", " ".join(fits), "true" if (a, b) == (2, 1) else "false")
        )
    assert list(table.itertuples(index=False, name=None)) == rows
    assert sum(row[5] == "fine coarse" for row in rows) >= 1


@pytest.mark.parametrize("design", ["three levels", "one group", "changes", "nobody"])
def test_other_designs_have_no_map(design, make_study):
    study = make_study(3 if design == "three levels" else 2, groups=1 if design == "one group" else 2)
    codes = CODES
    if design == "one group":
        codes = CODES[:1]
    if design == "nobody":
        codes = (CODES[0], {"e": (0, 2)})
    if design == "changes":
        study = study.model_copy(update={"between": "change"})
    levels = 3 if design == "three levels" else 2
    table = outcome_table(Records(study, count_records(codes, levels), codes), [])
    assert table.empty
    assert tuple(table.columns) == OUTCOME_COLUMNS


def test_of_more_groups_the_first_two(make_study):
    study = make_study(2)
    third = study.groups[1].model_copy(update={"id": "third"})
    study = study.model_copy(update={"groups": (*study.groups, third)})
    codes = (*CODES, {"g": (0, 0)})
    assert len(outcome_table(Records(study, count_records(codes, 2), codes), [])) == 4 * 3
