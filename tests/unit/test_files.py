"""Files are whole or not there, and the same bytes every time."""

import numpy as np
import pandas as pd
import pytest

from oxymilk import files


def test_csv_is_plain_and_stable(tmp_path):
    frame = pd.DataFrame({"word": ['ibu, "A"', None, "é"], "number": [1 / 3, np.nan, 1e-12], "count": [1, 2, 3],
                          "flag": [True, False, pd.NA], "numpy": np.array([True, False, True])})  # fmt: skip
    files.write_csv(frame, tmp_path / "new" / "one.csv")
    rows = ['"ibu, ""A""",0.3333333333,1,true,true', ",,2,false,false", "é,1e-12,3,,true"]
    expected = "\n".join(["word,number,count,flag,numpy", *rows, ""])
    assert (tmp_path / "new" / "one.csv").read_bytes() == expected.encode()
    back = files.read_csv(tmp_path / "new" / "one.csv")
    assert back.loc[1, "word"] == ""
    assert list(back["count"]) == ["1", "2", "3"]


def test_no_cell_is_a_formula_and_numbers_stay():
    for formula in ("=cmd|'/C calc'!A0", "@SUM(A1)", "+62 812", "-HYPERLINK()", "\t=1", "-16/29+1"):
        assert files.defuse(formula) == "'" + formula
    for text in ("-2.24", "-2,24", "+5%", "-1e-05", "-16/29", "a=b", ""):
        assert files.defuse(text) == text


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "one.txt"
    files.write_text(path, "old")

    def fail(handle):
        raise OSError("disk full")

    monkeypatch.setattr(files.os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        files.write_text(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_run_left_is_overwritten(tmp_path):
    (tmp_path / ".one.txt.part").write_text("half")
    files.write_text(tmp_path / "one.txt", "whole\n")
    assert [p.name for p in tmp_path.iterdir()] == ["one.txt"]
