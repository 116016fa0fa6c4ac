"""Files are whole or not there, and the same bytes every time."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oxymilk import files

CELLS = (
    st.text(st.characters(exclude_categories=("Cs",)), max_size=6)
    | st.text("=+-@＝'\t\r\n ,;\"#0a\ufeff\x1a", max_size=6)
    | st.sampled_from(["nan", "NA", "-1/3", "'=", "''=1", "+5%", "1e400"])
)
TABLES = st.integers(1, 3).flatmap(
    lambda width: st.lists(st.tuples(*[CELLS] * width), min_size=1, max_size=40)
)


def test_csv_is_plain_and_stable(tmp_path):
    frame = pd.DataFrame({
        "word": ['ibu, "A"', None, "é"], "number": [1 / 3, np.nan, 1e-12], "count": [1, 2, 3],
        "flag": [True, False, pd.NA], "numpy": np.array([True, False, True]),
    })  # fmt: skip
    files.write_csv(frame, tmp_path / "new" / "one.csv")
    rows = ['"ibu, ""A""",0.3333333333,1,true,true', ",,2,false,false", "é,1e-12,3,,true"]
    expected = "\n".join(["word,number,count,flag,numpy", *rows, ""])
    assert (tmp_path / "new" / "one.csv").read_bytes() == expected.encode()
    back = files.read_csv(tmp_path / "new" / "one.csv")
    assert back.loc[1, "word"] == ""
    assert list(back["count"]) == ["1", "2", "3"]


FORMULAS = ("=cmd|'/C calc'!A0", "@SUM(A1)", "+62 812", "-HYPERLINK()", "\t=1", "-16/29+1", "'=1", "＝1")
NO_FORMULAS = ("-2.24", "-2,24", "+5%", "-1e-05", "-16/29", "a=b", "")


@pytest.mark.parametrize("text", FORMULAS + NO_FORMULAS)
def test_no_cell_is_a_formula_and_numbers_stay(text):
    assert files.defuse(text) == ("'" + text if text in FORMULAS else text)


# each example is a file on disk
@settings(max_examples=25)
@given(TABLES)
def test_a_table_reads_back_as_it_was_written(tmp_path_factory, rows):
    path, frame = (
        tmp_path_factory.getbasetemp() / "table.csv",
        pd.DataFrame(rows, dtype=str).rename(columns=str),
    )
    files.write_csv(frame, path)
    assert files.read_csv(path).equals(frame)
    assert files.as_read(frame).equals(frame)


def test_a_failed_write_leaves_the_old_file_and_what_a_killed_one_left_is_overwritten(tmp_path, monkeypatch):
    path = tmp_path / "one.txt"
    (tmp_path / ".one.txt.9999999.part").write_text("half")  # no process has this number
    files.write_text(path, "old")
    assert list(tmp_path.iterdir()) == [path]

    def fail(handle):
        raise OSError("disk full")

    monkeypatch.setattr(files.os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        files.write_text(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
