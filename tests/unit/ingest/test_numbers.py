"""Numbers that are no decimals: what their digits mean, from every kind of file to the tests and back."""

import datetime
import struct
from fractions import Fraction

import pandas as pd
import pytest
from tests.cases import cases
from tests.unit.ingest.conftest import at, ods, statistics, text, xls, xlsx
from tests.unit.ingest.test_scores import MINUTES, PERCENT, VOLUME

from oxymilk.analysis.tables import rank_test_table, summary_table
from oxymilk.files import read_csv, write_csv
from oxymilk.numbers import as_meant, read_number, write_number
from oxymilk.study import load_study


@cases
def test_what_digits_mean(written, meant):
    number = as_meant(written)
    assert ("" if number is None else write_number(number)) == meant
    assert not meant or read_number(meant) == number


def test_every_fraction_is_known_by_its_double_and_by_the_fifteen_digits_of_a_spreadsheet():
    for parts in range(1, 1001, 7):
        for count in range(1, 40 * parts, 11 * parts + 3):
            fraction, double = Fraction(count, parts), count / parts
            assert as_meant(repr(double)) == as_meant(f"{double:.15g}") == fraction


# thirds of ml: the differences are -1/3, -2/3, 2/3, -1 1/3, ...; 2/3 is there with either sign
BEFORE, AFTER = (30, 29, 32, 31, 35, 40), (29, 31, 30, 27, 40, 47)
ROWS = [["Kode", "Kelompok", "Sebelum", "Sesudah"], ["K1", "Kontrol", 5, 5.5]]
ROWS += [[f"R{n}", "Intervensi", a / 3, b / 3] for n, (a, b) in enumerate(zip(BEFORE, AFTER, strict=True))]
SCORES = ["10", "29/3", "29/3", "31/3", "32/3", "10", "31/3", "9", "35/3", "40/3", "40/3", "47/3"]


def of_statistics(suffix, kind):
    def content(folder):
        columns = dict(zip(ROWS[0], zip(*ROWS[1:], strict=True), strict=True))
        frame = pd.DataFrame(columns).astype({"Sebelum": kind, "Sesudah": kind})
        return statistics(folder / f"written{suffix}", frame)

    return content


def in_ods(value):
    cell = f'<table:table-cell office:value-type="float" office:value="{value!r}"><text:p>9</text:p></table:table-cell>'
    return value if isinstance(value, str) else cell


@pytest.mark.parametrize(
    ("file", "content"),
    [("s.csv", lambda _: text(ROWS)), ("s.xlsx", lambda _: xlsx(ROWS)), ("s.xls", lambda _: xls(ROWS)),
     ("s.csv", lambda _: text([[f"{v:.15g}" if isinstance(v, float) else v for v in row] for row in ROWS])),
     ("s.ods", lambda _: ods([list(map(in_ods, row)) for row in ROWS])), ("s.sav", of_statistics(".sav", "float64")),
     ("s.dta", of_statistics(".dta", "float64")), ("s.dta", of_statistics(".dta", "float32"))],
)  # fmt: skip
def test_ties_of_thirds_are_ties_in_every_kind_of_file(bench, tmp_path, file, content):
    outcome = {key: value for key, value in VOLUME.items() if key != "decimals"}
    observations = bench.wide(content(tmp_path), file=file, changes={"outcome": outcome}, codes={})
    divided = [fault for fault in observations.warnings if fault.code == "numbers_divided"]
    assert [(fault.params["count"], fault.params["number"]) for fault in divided] == [(9, "29/3")]
    path = tmp_path / "observations.csv"
    write_csv(observations.frame("observations"), path)
    table, study = read_csv(path), load_study(bench.folder)
    assert [score.removesuffix(".0") for score in table["score"]] == [*SCORES, "5", "5.5"]
    tests = rank_test_table(study, table).set_index("group")
    # 3 |d| = 1, 2, 2, 4, 5, 7: the ranks of the sixths up are 2.5, 5, 6
    own = tests.loc["intervention"].iloc[0]
    assert (own["w_plus"], own["w_minus"], round(own["p_value"], 4)) == (13.5, 7.5, 0.5282)
    assert summary_table(study, table)["mean"].iloc[0] == pytest.approx(sum(BEFORE) / 18)


def test_shares_times_and_characteristics_may_be_fractions_too(bench):
    keys = {"file": "s.xlsx", "codes": {}}
    rows = at("C2", 1 / 3, at("D2", 2 / 3, at("C3", 0.07, at("D3", 0.5, at("C4", 0, at("D4", 1))))))
    shares = bench.wide(xlsx(rows), fractions=True, changes={"outcome": PERCENT | {"levels": []}}, **keys)
    assert shares.frame("observations")["score"].tolist()[:4] == ["100/3", "200/3", "7", "50"]
    # the mean of 5:12, 5:13 and 5:13 is shown as 5:12, as a time of the day or as a duration
    clock, hours = (datetime.time(5, 12, 40), datetime.timedelta(hours=26, seconds=30))
    rows = at("C2", clock, at("D2", hours, at("C3", 312.5 / 1440, at("D3", 0.25, at("C4", 0, at("D4", 0))))))

    def times(book, worksheet):
        style = book.add_format({"num_format": "[h]:mm"})
        for row, column in ((1, 2), (1, 3), (2, 2), (2, 3), (3, 2), (3, 3)):
            value = rows[row][column]
            write = worksheet.write_number if isinstance(value, float | int) else worksheet.write_datetime
            write(row, column, value, style)

    minutes = {"outcome": {key: value for key, value in MINUTES.items() if key != "decimals"}}
    observations = bench.wide(xlsx(rows[:1] + [row[:2] for row in rows[1:]], times), time_format="hours_minutes",
                              changes=minutes, **keys)  # fmt: skip
    assert observations.frame("observations")["score"].tolist() == [
        "938/3",
        "1560.5",
        "312.5",
        "360",
        "0",
        "0",
    ]
    age = {"id": "age", "label": {"en": "Age", "id": "Umur"}, "kind": "number", "unit": "tahun"}
    content = "Kode,Kelompok,Sebelum,Sesudah,Umur\nR1,Intervensi,Kurang,Cukup,24.3333333333333 thn\n"
    content += "K1,Kontrol,Kurang,Cukup,27\n"
    people = bench.wide(content, changes={"characteristics": [age]}, characteristics={"age": "Umur"})
    assert people.frame("characteristics")["value"].tolist() == ["73/3", "27"]


@pytest.mark.parametrize(
    ("value", "code", "outcome"),
    [(2**0.5, "number_too_long", {}), (31 / 3, "score_too_fine", {"decimals": 2}),
     (1000 + 1 / 3, "score_out_of_range", {})],
)  # fmt: skip
def test_what_is_no_fraction_or_not_allowed_is_refused(bench, value, code, outcome):
    declared = {key: own for key, own in VOLUME.items() if key != "decimals"} | outcome
    rows = at("C3", value, at("C2", 4.5, at("D2", 5, at("D3", 5, at("C4", 6, at("D4", 6))))))
    assert bench.codes(xlsx(rows), file="s.xlsx", codes={}, changes={"outcome": declared}) == [(code, "C3")]


def test_levels_are_cut_from_fractions(bench):
    outcome = {key: own for key, own in VOLUME.items() if key != "decimals"}
    rows = at("C3", 2399 / 3, at("C2", 2401 / 3, at("D2", 5, at("D3", 5, at("C4", 6, at("D4", 6))))))
    observations = bench.wide(xlsx(rows), file="s.xlsx", codes={}, changes={"outcome": outcome})
    assert observations.frame("other_scale")["score"].tolist()[::2][:2] == ["cukup", "kurang"]


@pytest.mark.parametrize(
    "value",
    [10.3, 31 / 3, 25 / 3, 1 / 7, 2533.3, 7600 / 3, 1234.567, 12345.67, 65504.3, 99999.9, 0.1, 36.7, -4.8],
)
def test_a_number_of_single_precision_is_what_it_was_rounded_from(bench, value):
    single = struct.unpack("<f", struct.pack("<f", value))[0]
    outcome = {
        key: own for key, own in VOLUME.items() if key not in ("decimals", "levels", "minimum", "maximum")
    }
    rows = at("C2", single, at("D2", 123456.78125, at("C3", 1, at("D3", 1, at("C4", 1, at("D4", 1))))))
    observations = bench.wide(xlsx(rows), file="s.xlsx", codes={}, changes={"outcome": outcome})
    exact, dyadic = observations.frame("observations")["score"][:2]
    assert (float(read_number(exact)), dyadic) == (value, "123456.78125")
