"""One group and no sheet: the cited studies run through the same pipeline."""

import pytest

pytestmark = pytest.mark.workflow

STUDIES = ("muayah2023", "anggraeni2021")


@pytest.fixture(scope="module")
def cited(build_once):
    return build_once("cited", _keep_cited_studies)


def _keep_cited_studies(made):
    made.keep_studies(*STUDIES)


@pytest.mark.parametrize("study", STUDIES)
def test_every_output_is_made_and_every_verdict_is_the_expected_one(cited, study):
    folder = cited.folder / "results" / study
    for name in ("observations", "frequencies", "tests", "procedures", "effects", "verdicts", "explanations"):
        assert (folder / f"{name}.csv").stat().st_size > 0
    report = (folder / "en" / "report.html").read_text(encoding="utf-8")
    assert "Nothing differs" in report
    assert "Every verdict is the expected one" in cited.run("oxymilk", "verify", study)


def test_without_a_sheet_nothing_is_drawn_or_counted(cited):
    with_sheet, without = (cited.folder / "results" / study / "en" for study in STUDIES)
    assert (with_sheet / "tables" / "table_2.csv").is_file()
    assert (with_sheet / "figures" / "before_after.svg").is_file()
    assert list((without / "tables").glob("table_*")) == []
    assert list((without / "figures").glob("*.svg")) == []
    report = (without / "report.html").read_text(encoding="utf-8")
    assert "No observation sheet is at hand" in report
    assert "<svg" not in report


def test_sample_sizes_that_fit_are_in_the_report(cited):
    report = (cited.folder / "results/anggraeni2021/en/report.html").read_text(encoding="utf-8")
    assert "n = 15, 30, 45, 60, 75, 86, 90" in report


def test_one_group_has_a_test_within_and_none_between(cited):
    tests = (cited.folder / "results/muayah2023/tests.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[0] for line in tests] == ["test", "signed_rank", "signed_rank"]
    none = (cited.folder / "results/anggraeni2021/tests.csv").read_text(encoding="utf-8").splitlines()
    assert len(none) == 1
