"""Tables of counts as observations."""

import pytest

from oxymilk.stats.ranks import expand_counts


def test_counts_stand_for_observations():
    assert expand_counts("rank_sum", [[0, 2], [1, 1]]) == ([1, 1], [0, 1])
    assert expand_counts("signed_rank", [["1", "2"], ["1", "0"]]) == ([0, 0, 0, 1], [0, 1, 1, 0])


@pytest.mark.parametrize(
    ("test", "table", "message"),
    [
        ("rank_sum", [[1, 2]], "two rows"),
        ("rank_sum", [[1, 2], [1]], "one length"),
        ("rank_sum", [[1, -2], [1, 1]], "negative"),
        ("signed_rank", [[1, 2]], "as many rows"),
        ("signed_rank", [["1", "x"], ["0", "0"]], "whole number"),
        ("sign", [[1]], "signed_rank"),
        ("rank_sum", [], "negative"),
    ],
)
def test_other_tables_are_refused(test, table, message):
    with pytest.raises(ValueError, match=message):
        expand_counts(test, table)
