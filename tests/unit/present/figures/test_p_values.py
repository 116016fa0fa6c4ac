"""The figure of p-values: bands, dots, diamonds and small marks at their places, in both panels."""

from math import isnan

import pytest

from oxymilk.present.figures.p_values import LANES
from oxymilk.present.figures.style import PAPER
from oxymilk.texts import NO_VALUE

ROWS = (1, 2, 3)


@pytest.fixture(scope="module")
def drawn(changed, seen):
    return seen(changed(), "p_values")


@pytest.fixture
def with_tests(results, changed, seen):
    """Return view and figure with other cells of tables: (table, rows by their cells, cells)."""

    def make(*changes):
        tables = {name: results[name].copy() for name in ("tests", "procedures", "verdicts")}
        for name, where, cells in changes:
            rows = (tables[name][list(where)] == list(where.values())).all(axis=1)
            tables[name].loc[rows, list(cells)] = list(cells.values())
        view = changed(**tables)
        return view, seen(view, "p_values")

    return make


@pytest.mark.parametrize(("row", "inside"), [(1, True), (2, True), (3, False)])
@pytest.mark.parametrize("panel", ["", "close_up_"])
def test_the_first_two_bands_hold_the_declared_dot_and_the_third_does_not(drawn, row, inside, panel):
    band, dot = (drawn.by_gid[f"{panel}{name}"] for name in (f"band-{row}", f"recomputed-{row}-declared"))
    (x,) = dot.get_xdata()
    assert (band.get_x() <= x < band.get_x() + band.get_width()) == inside
    # and so it looks: the dot's centre in pixels, within the band's edges or clear of them by its own radius
    box = band.get_window_extent()
    centre = dot.axes.transData.transform((x, 0))[0]
    radius = dot.get_markersize() / 2 * drawn.figure.dpi / 72
    assert (box.x0 <= centre <= box.x1) if inside else not box.x0 - radius < centre < box.x1 + radius


def test_every_number_has_its_mark_and_every_mark_its_words(drawn, changed):
    recomputed = [(0.0015654023, 0.001953125), (0.0832645167, 0.25), (0.0013811705, 1 / 323)]
    for row, test, expected in zip(ROWS, changed().printed_tests, recomputed, strict=True):
        kinds = [drawn.by_gid[f"recomputed-{row}-{kind}"] for kind in ("declared", "exact")]
        assert [mark.get_xdata()[0] for mark in kinds] == pytest.approx(expected, rel=1e-7)
        there = {}
        for value in test.programs:
            there.setdefault((LANES[value.lane], value.p_value), []).append(value)
        marks = drawn.artists(f"mark-{row}-").values()
        assert len(marks) == len(there)
        for mark in marks:
            values = there[mark.get_ydata()[0], mark.get_xdata()[0]]
            assert mark.get_marker() == ("^" if values[0].lane == "other_test" else "o")
            assert (mark.get_markerfacecolor() != PAPER) == all(value.by_default for value in values)
            outputs = [f"{value.program} ({value.versions}): {value.output}" for value in values]
            assert mark.get_label().split("\n")[1:] == outputs


def test_the_band_is_the_printed_interval_alpha_a_line_and_nothing_below_zero(drawn):
    band = drawn.by_gid["band-2"]
    assert (band.get_x(), band.get_x() + band.get_width()) == pytest.approx((0.0825, 0.0835))
    assert any(list(line.get_xdata()) == [0.05, 0.05] for line in drawn.by_gid["overview-3"].lines)
    for row in ROWS:
        axes, band = drawn.by_gid[f"close_up-{row}"], drawn.by_gid[f"close_up_band-{row}"]
        assert band.get_x() + band.get_width() / 2 == pytest.approx(sum(axes.get_xlim()) / 2)
        assert axes.spines["bottom"].get_bounds()[0] >= 0
    # an exact p beyond the panel is an arrow at its edge
    assert drawn.by_gid["close_up_recomputed-2-exact"].get_marker() == ">"


def test_words_that_stand_in_for_the_figure_and_the_decimal_comma_of_indonesian(changed, seen, drawn):
    gives = "The declared procedure gives"
    assert f"Control: printed 0.083, reproduced. {gives} 0.0833, which prints as that" in drawn.description
    assert f"printed 0.004, differs. {gives} 0.00138, which does not print as that" in drawn.description
    drawn = seen(changed("id"), "p_values")
    words = [*drawn.texts, *(label.get_text() for label in drawn.ticks)]
    assert {"tercetak 0,083", "α = 0,05", "0,001"} <= set(words)
    assert "0." not in " ".join([*words, drawn.description])


def test_an_inequality_a_tiny_p_and_a_p_of_a_program_beyond_the_scale(with_tests):
    tiny, of_test = {"p_value": "1e-80"}, {"test": "rank_sum"}
    stated = {"printed": "0,001", "operator": "<", "verdict": "reproduced"}
    view, drawn = with_tests(
        ("tests", of_test, {"p_value": "2.3e-08"}), ("verdicts", of_test | {"quantity": "p_value"}, stated),
        ("tests", {"test": "signed_rank"}, tiny), ("procedures", {"id": "spss_wilcoxon"}, tiny),
    )  # fmt: skip
    band, dot = drawn.by_gid["band-3"], drawn.by_gid["recomputed-3-declared"]
    left, right = band.axes.get_xlim()
    assert (band.get_x(), band.get_x() + band.get_width()) == pytest.approx((left, 0.001))
    assert left < dot.get_xdata()[0] < right
    assert "printed < 0.001" in drawn.texts
    assert any(text.startswith("declared, exact 2.3 × 10⁻⁸; ") for text in drawn.texts)
    for row, test in zip(ROWS, view.printed_tests, strict=True):
        marks, near = (drawn.artists(f"{start}mark-{row}-").values() for start in ("", "close_up_"))
        # an arrow at the edge
        assert [mark.get_marker() for mark in marks].count("<") == (test.test == "signed_rank")
        assert all(1e-12 <= mark.get_xdata()[0] <= 1.15 for mark in marks)
        assert "<" not in [mark.get_marker() for mark in near]
    # so long a scale has a word at every second power of ten
    words = [label.get_text() for label in drawn.by_gid["overview-3"].get_xticklabels()]
    assert words[::-1][:4] == ["1", "", "0.01", ""]


def test_without_an_exact_p_there_is_no_diamond(with_tests):
    view, drawn = with_tests(("tests", {"test": "signed_rank", "role": "exact"}, {"p_value": ""}))
    for row, test in zip(ROWS, view.printed_tests, strict=True):
        assert isnan(test.exact) == (test.test == "signed_rank")
        kinds = {gid.rpartition("-")[2] for gid in drawn.artists(f"recomputed-{row}-")}
        assert kinds == ({"declared"} if isnan(test.exact) else {"declared", "exact"})
    assert f"the exact conditional p is {NO_VALUE}." in drawn.description


def test_a_test_without_a_printed_p_value_has_a_row_without_a_band(changed, results, seen, drawn):
    none = seen(changed(verdicts=results["verdicts"][:0]), "p_values")
    assert "recomputed-1-declared" in none.by_gid
    assert none.artists("band") == none.artists("close_up") == {}
    # no heading over nothing
    assert "close-up of the band" in drawn.texts
    assert "close-up of the band" not in none.texts
    assert "the declared procedure gives 0.00157" in none.description
    assert "print" not in none.title
    assert seen(changed(tests=results["tests"].assign(p_value="")), "p_values") is None
