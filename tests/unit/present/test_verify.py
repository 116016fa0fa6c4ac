"""oxymilk verify: what is listed at the terminal."""

import pandas as pd
import pytest

from oxymilk.present.verify import print_verdicts

ROW = {
    "id": "size", "printed": "20", "operator": "", "quantity": "sample_size", "check": "recompute", "prints_as": "20",
    "computed": "20", "convention": "",
    "verdict": "reproduced", "reason": "", "decision": "", "expect": "reproduced", "as_expected": "true",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "every", "listed"),
    [
        ({}, False, False),
        ({}, True, True),
        ({"quantity": "p_value", "id": "p"}, False, True),
        ({"verdict": "differs", "as_expected": "false"}, False, True),
    ],
)
def test_a_table_is_printed_when_it_has_a_row(changes, every, listed, capsys):
    frame = pd.DataFrame([ROW | changes], dtype=str)
    print_verdicts({"ward": frame}, every=every, language="en")
    printed = capsys.readouterr().out
    assert printed.startswith("ward: 1 printed numbers: ")
    assert ("│" in printed) == listed
