"""Records counted from observations, changed as little as possible, and written as the study's own sheet."""

import numpy as np
import pandas as pd
import pytest

from oxymilk.explain.records import (
    Records,
    change_records,
    count_records,
    records_from_counts,
    records_of,
    sheet_of,
)
from oxymilk.study.sheet import CharacteristicSource, CodedSource, Sheet

COLUMNS = ["participant", "group", "timepoint", "outcome", "score"]
WIDE = {
    "file": "wide.csv",
    "layout": "wide",
    "participant": "Kode",
    "group": {"column": "Kelompok", "codes": {"Int": "intervention", "Kon": "control"}},
    "scores": {"pre": "Sebelum", "post": "Sesudah"},
    "codes": {"sedikit": "level0", "kurang": "level0", "banyak": "level1"},
}
LONG = {
    **{key: value for key, value in WIDE.items() if key not in ("file", "layout", "scores")},
    "file": "long.csv",
    "layout": "long",
    "timepoint": {"column": "Waktu", "codes": {"sblm": "pre", "ssdh": "post"}},
    "score": "ASI",
}


def observations(*rows):
    return pd.DataFrame([(*row[:3], "milk_production", row[3]) for row in rows], columns=COLUMNS, dtype=str)


def test_records_are_counted_with_what_is_missing(make_study):
    frame = observations(
        ("b", "control", "pre", "level0"),
        ("b", "control", "post", "level2"),
        ("a", "intervention", "post", "level1"),
        ("c", "control", "post", ""),
        ("c", "control", "later", "level1"),
        ("c", "control", "pre", "level1"),
        ("a", "intervention", "pre", "level1"),
        ("d", "intervention", "pre", "level2"),
        ("e", "intervention", "later", "level2"),
    )
    study = make_study(3)
    records = records_of(study, frame)
    assert records.study is study
    # in the order of the observations; 3 is missing
    assert records.codes == ({"a": (1, 1), "d": (2, 3)}, {"b": (0, 2), "c": (1, 3)})
    assert list(records.codes[1]) == ["b", "c"]
    assert records.levels == 3
    assert records.tables.shape == (2, 4, 4)
    assert {tuple(cell) for cell in np.argwhere(records.tables).tolist()} == {
        (0, 1, 1),
        (0, 2, 3),
        (1, 0, 2),
        (1, 1, 3),
    }
    assert records.pairs.tolist() == records.tables[:, :3, :3].tolist()
    assert records.tables.sum() == 4


@pytest.mark.parametrize("change", [{"scale": "score"}, {"scale": "level", "levels": ()}])
def test_tests_on_numbers_have_no_records(change, make_study):
    base = make_study(2)
    study = base.model_copy(update={"outcome": base.outcome.model_copy(update=change)})
    records = records_of(study, observations(("a", "intervention", "pre", "3")))
    assert (records.levels, records.codes, records.tables.shape) == (0, ({}, {}), (2, 1, 1))
    assert records.study is study


def test_made_up_codes_go_by_level(make_study):
    study = make_study(2)
    pairs = np.array([[[1, 2], [0, 1]], [[0, 0], [100, 0]]])
    records = records_from_counts(study, pairs)
    assert records.study is study
    assert records.codes[0] == {"1-01": (0, 0), "1-02": (0, 1), "1-03": (0, 1), "1-04": (1, 1)}
    assert list(records.codes[1])[::99] == ["2-001", "2-100"]
    assert records.pairs.tolist() == pairs.tolist()
    assert records.tables.dtype == np.int64
    assert records_from_counts(study, pairs.tolist()).codes == records.codes


def test_tables_are_counts_of_records():
    codes = ({"a": (0, 0), "b": (0, 0), "c": (2, 1)}, {})
    tables = count_records(codes, 2)
    assert tables.tolist() == [[[2, 0, 0], [0, 0, 0], [0, 1, 0]], [[0] * 3] * 3]
    assert tables.dtype == np.int64
    assert count_records(({}, {}), 0).tolist() == [[[0]], [[0]]]


def test_the_first_of_equal_records_change(make_study):
    codes = ({"a": (0, 0), "b": (0, 0), "c": (0, 0), "d": (1, 1)}, {"e": (0, 1), "f": (0, 1)})
    records = Records(make_study(2), count_records(codes, 2), codes)
    wanted = ({"a": (0, 1), "b": (1, 1), "c": (0, 0), "d": (1, 1)}, {"e": (1, 0), "f": (0, 1)})
    changed, changes = change_records(records, count_records(wanted, 2))
    assert changed.codes == wanted
    assert (changed.tables == count_records(wanted, 2)).all()
    assert changes == [(0, "a", (0, 0), (0, 1)), (0, "b", (0, 0), (1, 1)), (1, "e", (0, 1), (1, 0))]
    assert changed.study is records.study
    # what was there is not touched
    assert records.codes == codes
    same, none = change_records(records, records.tables)
    assert (same.codes, none) == (codes, [])
    # nobody changes twice: who came to a record does not leave it
    swapped = ({"a": (1, 1), "b": (0, 0), "c": (0, 0), "d": (1, 1)}, {"e": (0, 1), "f": (0, 1)})
    changed, changes = change_records(records, count_records(swapped, 2))
    assert (changed.codes, len(changes)) == (swapped, 1)
    with pytest.raises(ValueError, match="shorter"):
        change_records(records, records.tables - 1)


CODES = ({"a": (0, 1), "b": (1, 2)}, {"c": (0, 0)})


def sheet_from(make_study, *sheets):
    study = make_study(2, sheets=sheets)
    return sheet_of(Records(study, count_records(CODES, 2), CODES)).to_dict("records")


def test_a_wide_sheet(make_study):
    """The first word of each level; a missing score is an empty cell."""
    assert sheet_from(make_study, WIDE) == [
        {"Kode": "a", "Kelompok": "Int", "Sebelum": "sedikit", "Sesudah": "banyak"},
        {"Kode": "b", "Kelompok": "Int", "Sebelum": "banyak", "Sesudah": ""},
        {"Kode": "c", "Kelompok": "Kon", "Sebelum": "sedikit", "Sesudah": "sedikit"},
    ]


def test_a_long_sheet(make_study):
    expected = [
        {"Kode": "a", "Kelompok": "Int", "Waktu": "sblm", "ASI": "sedikit"},
        {"Kode": "a", "Kelompok": "Int", "Waktu": "ssdh", "ASI": "banyak"},
        {"Kode": "b", "Kelompok": "Int", "Waktu": "sblm", "ASI": "banyak"},
        {"Kode": "b", "Kelompok": "Int", "Waktu": "ssdh", "ASI": ""},
        {"Kode": "c", "Kelompok": "Kon", "Waktu": "sblm", "ASI": "sedikit"},
        {"Kode": "c", "Kelompok": "Kon", "Waktu": "ssdh", "ASI": "sedikit"},
    ]
    assert sheet_from(make_study, LONG) == expected


def test_a_sheet_without_codes_has_ids_and_empty_characteristics(make_study):
    plain = {
        "file": "wide.csv",
        "layout": "wide",
        "participant": "id",
        "group": "arm",
        "scores": {"post": "after"},
    }
    study = make_study(2, sheets=[plain])
    (sheet,) = study.sheets
    sheet = sheet.model_copy(update={"characteristics": {"age": CharacteristicSource(column="Umur")}})
    study = study.model_copy(update={"sheets": (sheet,)})
    rows = sheet_of(Records(study, count_records(CODES, 2), CODES)).to_dict("records")
    assert rows[:2] == [
        {"id": "a", "arm": "intervention", "after": "level1", "Umur": ""},
        {"id": "b", "arm": "intervention", "after": "", "Umur": ""},
    ]
    # a column for a time that is not compared is empty
    later = sheet.model_copy(update={"scores": {"post": "after", "later": "then"}})
    study = study.model_copy(update={"sheets": (later,)})
    rows = sheet_of(Records(study, count_records(CODES, 2), CODES)).to_dict("records")
    assert rows[0] == {"id": "a", "arm": "intervention", "after": "level1", "then": "", "Umur": ""}
    long = sheet.model_copy(
        update={"layout": "long", "timepoint": CodedSource(column="when"), "score": "milk", "scores": {}}
    )
    study = study.model_copy(update={"sheets": (long,)})
    rows = sheet_of(Records(study, count_records(CODES, 2), CODES)).to_dict("records")
    assert rows[1] == {"id": "a", "arm": "intervention", "when": "post", "milk": "level1", "Umur": ""}


TIDY = [
    ("a", "intervention", "pre", "level0"),
    ("a", "intervention", "post", "level1"),
    ("b", "intervention", "pre", "level1"),
    ("b", "intervention", "post", ""),
    ("c", "control", "pre", "level0"),
    ("c", "control", "post", "level0"),
]


@pytest.mark.parametrize(
    "sheets",
    [
        (),
        (WIDE, {**WIDE, "file": "again.csv"}),
        ({**WIDE, "header_row": [1, 2]},),
        ({**WIDE, "header_row": [2]},),
        ({**WIDE, "participant": {"by_row": True}},),
        ({**WIDE, "group": {"only": "control"}},),
        ({**WIDE, "layout": "visits", "visits": {"1": "pre", "2": "post"}},),
    ],
)
def test_other_sheets_are_written_as_tidy_observations(sheets, make_study):
    """Also where there is none, or more than one, or its columns have no simple names."""
    base = make_study(2)
    made = tuple(Sheet.model_validate(sheet) for sheet in sheets)
    study = base.model_copy(update={"sheets": made})
    rows = sheet_of(Records(study, count_records(CODES, 2), CODES))
    assert rows.to_dict("records") == observations(*TIDY).to_dict("records")


@pytest.mark.parametrize("missing", ["participant", "group"])
def test_a_sheet_without_a_participant_or_group_is_written_as_tidy(missing, make_study):
    sheet = Sheet.model_validate(WIDE).model_copy(update={missing: None})
    study = make_study(2).model_copy(update={"sheets": (sheet,)})
    rows = sheet_of(Records(study, count_records(CODES, 2), CODES))
    assert rows.to_dict("records") == observations(*TIDY).to_dict("records")


def test_numbers_cut_into_levels_are_written_as_tidy(make_study):
    base = make_study(2, sheets=[WIDE])
    study = base.model_copy(update={"outcome": base.outcome.model_copy(update={"kind": "number"})})
    rows = sheet_of(Records(study, count_records(CODES, 2), CODES))
    assert rows.to_dict("records") == observations(*TIDY).to_dict("records")
