"""The figures: their data, where their marks stand, and that their bytes do not change."""

import itertools
import os
import subprocess
import sys
import textwrap
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

from oxymilk.files import write_csv
from oxymilk.present import figure_layout, figure_style
from oxymilk.present.figure_before_after import before_after_figure, describe_before_after, flows
from oxymilk.present.figure_p_values import p_values_figure
from oxymilk.present.figure_p_values_marks import LANES, distinct_marks
from oxymilk.present.figures import inline_figures, plot_figures
from oxymilk.present.p_value_rows import localised, p_value_rows
from oxymilk.texts import labels

STUDY = Path(__file__).parents[3] / "data" / "bontang2023"
INPUTS = ("observations", "tests", "procedures", "verdicts", "effects")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def study(bontang):
    return bontang


@pytest.fixture(scope="module")
def frames(results):
    return {name: results[name] for name in INPUTS}


@pytest.fixture(scope="module")
def rows(study, frames):
    return p_value_rows(study, *(frames[name] for name in ("tests", "procedures", "verdicts")))


@pytest.fixture(scope="module")
def p_figure(study, frames):
    return p_values_figure(study, *(frames[name] for name in ("tests", "procedures", "verdicts")), "en")


def artist(figure, gid):
    (found,) = figure.findobj(lambda each: each.get_gid() == gid)
    return found


def texts(figure):
    return [text.get_text() for text in figure.findobj(lambda each: hasattr(each, "get_text"))]


def with_study(study, **changes):
    """Return the study with other values of its fields."""
    return study.model_copy(update=changes)


def levels(study, count):
    """Return the study with `count` levels l0, l1, ..."""
    level = study.outcome.levels[0]
    new = tuple(
        level.model_copy(
            update={"id": f"l{k}", "label": level.label.model_copy(update={"en": f"L{k}", "id": f"T{k}"})}
        )
        for k in range(count)
    )
    return with_study(study, outcome=study.outcome.model_copy(update={"levels": new}))


def observed(pairs):
    """Return observations of (group, score before, score after), participants numbered."""
    records = [
        (f"P{number:02d}", group, timepoint, "milk_production", score)
        for number, (group, *scores) in enumerate(pairs, start=1)
        for timepoint, score in zip(("pre", "post"), scores, strict=True)
    ]
    return pd.DataFrame(records, columns=["participant", "group", "timepoint", "outcome", "score"])


# ---------------------------------------------------------------- flows before and after


def test_flows_of_the_study(study, frames):
    intervention, control = flows(study, frames["observations"])
    assert intervention.counts == {(0, 1): 10}
    assert control.counts == {(0, 0): 7, (0, 1): 3}
    assert [control.moved(each) for each in ("up", "unchanged", "down")] == [3, 7, 0]


def test_a_missing_score_is_left_out_and_said(study):
    table = observed(
        [("intervention", "kurang", ""), ("intervention", "kurang", "cukup"), ("control", "", "cukup")]
    )
    intervention, control = flows(study, table)
    assert (intervention.n, intervention.left_out) == (1, ("P01",))
    assert (control.n, control.left_out) == (0, ("P03",))
    shown = texts(before_after_figure(study, table, "en"))
    assert "n = 1 of 2" in shown
    assert any("P01" in text for text in shown)


def test_width_of_a_ribbon_is_its_count(study, frames):
    figure = before_after_figure(study, frames["observations"], "en")

    def width(gid):
        vertices = artist(figure, gid).get_path().vertices
        # up the right end of the ribbon
        return vertices[4][1] - vertices[3][1]

    one = width("flow-control-0-1") / 3
    assert width("flow-control-0-0") == pytest.approx(7 * one)
    assert width("flow-intervention-0-1") == pytest.approx(10 * one)
    assert artist(figure, "bar-control-1-0").get_height() == pytest.approx(7 * one)
    assert artist(figure, "bar-control-1-1").get_height() == pytest.approx(3 * one)
    assert artist(figure, "bar-intervention-0-1").get_height() == 0


def test_ribbons_tile_their_bars(study):
    five = levels(study, 5)
    pairs = [("control", f"l{k % 5}", f"l{(k * k + 1) % 5}") for k in range(40)]
    figure = before_after_figure(five, observed([*pairs, ("intervention", "l0", "l4")]), "en")
    ribbons = figure.findobj(lambda each: str(each.get_gid()).startswith("flow-control-"))
    for side, (low, high) in {0: (0, 7), 1: (3, 4)}.items():
        for level in range(5):
            bar = artist(figure, f"bar-control-{side}-{level}")
            mine = [each for each in ribbons if each.get_gid().split("-")[2 + side] == str(level)]
            ends = sorted(
                (each.get_path().vertices[low][1], each.get_path().vertices[high][1]) for each in mine
            )
            edges = [bar.get_y(), *(top for _, top in ends)]
            assert edges[:-1] == pytest.approx([bottom for bottom, _ in ends])
            assert edges[-1] == pytest.approx(bar.get_y() + bar.get_height())


@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_every_flow_is_labelled_with_its_count(study, count):
    pairs = [("intervention", f"l{k % count}", f"l{k * 2 % count}") for k in range(3 * count)]
    pairs += [("control", "l0", f"l{count - 1}")] * 2 + [("control", f"l{count - 1}", "l0")]
    table = observed(pairs)
    many = levels(study, count)
    figure = before_after_figure(many, table, "en")
    for axes, group in zip(figure.axes, flows(many, table), strict=True):
        shown = [text.get_text().split(" ")[0] for text in axes.texts if text.get_bbox_patch() is not None]
        assert sorted(shown) == sorted(str(n) for n in group.counts.values())


def test_no_text_of_the_flows_covers_another(study):
    table = observed(
        [("intervention", f"l{k % 5}", f"l{k * 3 % 5}") for k in range(30)]
        + [("control", f"l{k % 4}", f"l{k % 5}") for k in range(23)]
    )
    figure = before_after_figure(levels(study, 5), table, "id")
    for axes in figure.axes:
        boxes = [text.get_window_extent() for text in axes.texts if text.get_text()]
        inside = figure.bbox.padded(1)
        assert all(inside.containsx(box.x0) and inside.containsx(box.x1) for box in boxes)
        clashes = [
            (axes.texts[i].get_text(), axes.texts[j].get_text())
            for i, one in enumerate(boxes)
            for j, two in enumerate(boxes[:i])
            if min(one.x1, two.x1) - max(one.x0, two.x0) > 1 and min(one.y1, two.y1) - max(one.y0, two.y0) > 2
        ]
        assert clashes == []


def test_words_that_stand_in_for_the_flows(study, frames):
    title, description = describe_before_after(study, frames["observations"], "id")
    assert title == "Produksi ASI sebelum dan sesudah, menurut kelompok"
    assert "Kontrol (n = 10): kurang → kurang: 7; kurang → cukup: 3." in description


def test_spread_moves_texts_apart_and_no_further():
    assert figure_layout.spread([5.0, 1.0], 1.0) == [5.0, 1.0]
    assert figure_layout.spread([1.0, 1.0, 1.0], 1.0) == [0.0, 1.0, 2.0]
    moved = figure_layout.spread([0.0, 0.5, 0.6, 9.0], 1.0)
    gaps = [after - before for before, after in itertools.pairwise(moved)]
    assert min(gaps) >= 1 - 1e-12
    assert moved[3] == 9.0


# ---------------------------------------------------------------- p-values


def test_a_row_for_each_printed_p_value(rows):
    assert [(row.test, row.group, row.printed, len(row.places), row.verdict) for row in rows] == [
        ("signed_rank", "intervention", "0.002", 3, "reproduced"),
        ("signed_rank", "control", "0.083", 3, "reproduced"),
        ("rank_sum", "", "0.004", 3, "differs"),
    ]
    assert rows[1].interval[:2] == (Fraction("0.0825"), Fraction("0.0835"))
    assert rows[1].unit == Fraction("0.001")


def test_programs_are_read_as_the_table_says(rows, frames):
    table = frames["procedures"]
    for row in rows:
        mine = table[(table["test"] == row.test) & (table["group"] == row.group) & (table["p_value"] != "")]
        assert len(row.programs) == len(mine)
        assert sum(each.by_default for each in row.programs) == (mine["printed_by_default"] == "true").sum()
        assert sum(each.other_test for each in row.programs) == (mine["kind"] == "other").sum()
        spss = [
            each
            for each in row.programs
            if each.output == "Asymp. Sig. (2-tailed)" and "NPAR" in each.program
        ]
        assert any(each.by_default and each.p_value == row.declared and not each.other_test for each in spss)


@pytest.mark.parametrize(("row", "inside"), [(1, True), (2, True), (3, False)])
@pytest.mark.parametrize("panel", ["", "close_up_"])
def test_the_first_two_bands_hold_the_declared_dot_and_the_third_does_not(p_figure, row, inside, panel):
    band = artist(p_figure, f"{panel}band-{row}")
    dot = artist(p_figure, f"{panel}recomputed-{row}-declared")
    (x,) = dot.get_xdata()
    assert bool(band.get_x() <= x < band.get_x() + band.get_width()) is inside
    # and so it looks: the dot's centre in pixels, within the band's edges or clear of them by its own radius
    box = band.get_window_extent()
    centre = dot.axes.transData.transform((x, 0))[0]
    radius = dot.get_markersize() / 2 * p_figure.dpi / 72
    assert (box.x0 <= centre <= box.x1) if inside else not box.x0 - radius < centre < box.x1 + radius


def test_marks_stand_at_their_p_values(p_figure, rows):
    expected = [(0.0015654023, 0.001953125), (0.0832645167, 0.25), (0.0013811705, 1 / 323)]
    for number, (row, (declared, exact)) in enumerate(zip(rows, expected, strict=True), start=1):
        for kind, value in (("declared", declared), ("exact", exact)):
            (x,) = artist(p_figure, f"recomputed-{number}-{kind}").get_xdata()
            assert x == pytest.approx(value, rel=1e-7)
        drawn = p_figure.findobj(lambda each, n=number: str(each.get_gid()).startswith(f"mark-{n}-"))
        shown = sorted((mark.get_ydata()[0], mark.get_xdata()[0], mark.get_marker()) for mark in drawn)
        wanted = {
            (LANES[lane], each.p_value, "^" if each.other_test else "o")
            for each in row.programs
            for lane in [
                "other_test" if each.other_test else "by_default" if each.by_default else "on_request"
            ]
        }
        assert shown == sorted(wanted)


def test_marks_are_filled_where_a_program_prints_by_default(p_figure, rows):
    for number, row in enumerate(rows, start=1):
        for place, (_, _, outputs) in enumerate(distinct_marks(row.programs), start=1):
            mark = artist(p_figure, f"mark-{number}-{place}")
            filled = mark.get_markerfacecolor() != figure_style.PAPER
            assert filled == all(each.by_default for each in outputs)
            assert all(each.program in mark.get_label() for each in outputs)


def test_band_edges_are_the_printed_interval(p_figure):
    band = artist(p_figure, "band-2")
    assert (band.get_x(), band.get_x() + band.get_width()) == pytest.approx((0.0825, 0.0835))


def test_alpha_is_a_line(p_figure, study):
    axes = artist(p_figure, "overview-3")
    assert any(list(line.get_xdata()) == [study.alpha, study.alpha] for line in axes.lines)


@pytest.mark.parametrize("language", ["en", "id"])
def test_no_words_beside_the_marks_cover_each_other(study, frames, language):
    figure = p_values_figure(study, *(frames[name] for name in ("tests", "procedures", "verdicts")), language)
    boxes = [
        (text, text.get_window_extent()) for text in figure.findobj(lambda e: hasattr(e, "get_bbox_patch"))
    ]
    boxes = [(text.get_text(), box) for text, box in boxes if text.get_text() and box.width > 0]
    for i, (name, one) in enumerate(boxes):
        assert one.x0 >= -1
        assert one.x1 <= figure.bbox.x1 + 1, name
        for other, two in boxes[:i]:
            over = min(one.x1, two.x1) - max(one.x0, two.x0), min(one.y1, two.y1) - max(one.y0, two.y0)
            assert min(over) <= 2, (name, other)


def test_indonesian_has_the_decimal_comma(study, frames):
    figure = p_values_figure(study, *(frames[name] for name in ("tests", "procedures", "verdicts")), "id")
    shown = " ".join(texts(figure))
    assert "tercetak 0,083" in shown
    assert "α = 0,05" in shown
    assert "0.0" not in shown


def test_an_inequality_and_a_tiny_p(study, frames):
    tests, verdicts = frames["tests"].copy(), frames["verdicts"].copy()
    tests.loc[(tests["test"] == "rank_sum"), "p_value"] = "2.3e-08"
    claimed = (verdicts["quantity"] == "p_value") & (verdicts["test"] == "rank_sum")
    verdicts.loc[claimed, ["printed", "operator", "verdict"]] = ["0,001", "<", "reproduced"]
    row = p_value_rows(study, tests, frames["procedures"], verdicts)[2]
    assert row.printed == "< 0,001"
    figure = p_values_figure(study, tests, frames["procedures"], verdicts, "en")
    band, dot = artist(figure, "band-3"), artist(figure, "recomputed-3-declared")
    left, right = band.axes.get_xlim()
    assert band.get_x() == left
    assert band.get_x() + band.get_width() == pytest.approx(0.001)
    assert left < dot.get_xdata()[0] < right
    assert "declared, exact 2.3 × 10⁻⁸" in texts(figure)


def test_a_test_without_a_printed_p_value_has_a_row_without_a_band(study, frames):
    none = frames["verdicts"].iloc[:0]
    figure = p_values_figure(study, frames["tests"], frames["procedures"], none, "en")
    assert artist(figure, "recomputed-1-declared")
    assert not figure.findobj(lambda each: str(each.get_gid()).startswith(("band", "close_up")))
    # no heading over nothing
    assert "close-up of the band" not in texts(figure)
    whole = p_values_figure(study, frames["tests"], frames["procedures"], frames["verdicts"], "en")
    assert "close-up of the band" in texts(whole)


def test_a_test_without_a_p_value_has_no_row(study, frames):
    tests = frames["tests"].copy()
    tests["p_value"] = ""
    assert p_value_rows(study, tests, frames["procedures"], frames["verdicts"]) == []
    figure = p_values_figure(study, tests, frames["procedures"], frames["verdicts"], "en")
    assert texts(figure) == [labels("en")("figures.no_rows")]


def test_a_printed_number_takes_the_mark_of_the_reader(study):
    assert localised("0.083", study, "id") == "0,083"
    assert localised("< 0,001", study, "en") == "< 0.001"
    assert localised("50% > 50%", study, "id") == "50% > 50%"


def test_words_beside_marks_keep_off_each_other():
    # far apart: outer sides; at the left margin: both on the right where that is free
    assert figure_layout.beside([1.0, 3.0], [0.5, 0.5], 0.1, 4.0) == pytest.approx([0.4, 3.1])
    assert figure_layout.beside([0.2, 3.0], [0.5, 0.5], 0.1, 4.0) == pytest.approx([0.3, 3.1])
    assert figure_layout.beside([2.0], [0.5], 0.1, 4.0) == pytest.approx([2.1])
    assert figure_layout.beside([3.9], [0.5], 0.1, 4.0) == pytest.approx([3.3])


@pytest.mark.parametrize(
    ("value", "language", "text"),
    [
        (0.0015654, "en", "0.00157"),
        (0.25, "id", "0,25"),
        (1.0, "en", "1"),
        (2.1e-7, "id", "2,1 × 10⁻⁷"),
        (0.000123, "en", "0.000123"),
    ],
)
def test_numbers_in_words(value, language, text):
    assert figure_style.format_number(value, language) == text


# ---------------------------------------------------------------- files


def test_colours_differ_in_grey():
    def grey(colour):
        red, green, blue = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
        return 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2

    contrast = (grey(figure_style.AMBER) + 0.05) / (grey(figure_style.BLUE) + 0.05)
    assert contrast > 3  # the dot on its band
    assert (grey(figure_style.GRID) + 0.05) / (grey(figure_style.SKY) + 0.05) > 1.4
    assert (grey(figure_style.SKY) + 0.05) / (grey(figure_style.VERMILION) + 0.05) > 2.5


def test_svg_is_text_with_title_and_description_and_ids_of_its_own(study, frames):
    drawings = {
        name: ElementTree.fromstring(svg)
        for name, svg in inline_figures(study, **frames, language="id").items()
    }
    assert list(drawings) == ["before_after", "p_values", "effects"]
    ids = []
    for name, root in drawings.items():
        assert root.get("role") == "img"
        assert root.get("lang") == "id"
        first, second = list(root)[:2]
        assert (first.tag, second.tag) == (f"{SVG}title", f"{SVG}desc")
        assert root.get("aria-labelledby").split() == [first.get("id"), second.get("id")]
        assert not root.findall(f".//{SVG}style")
        ids += [element.get("id") for element in root.iter() if element.get("id")]
        assert all(each.startswith(f"{name}-") for each in ids if name in each)
        source = ElementTree.tostring(root, encoding="unicode")
        for link in source.split('href="#')[1:] + source.split("url(#")[1:]:
            assert link.split('"')[0].split(")")[0] in ids
    assert len(ids) == len(set(ids))
    words = ["".join(text.itertext()) for text in drawings["p_values"].iter(f"{SVG}text")]
    assert "tercetak 0,083" in words
    tips = [tip.text for tip in drawings["p_values"].iter(f"{SVG}title")]
    assert any("SPSS" in tip for tip in tips)


def test_hostile_labels_stay_text(study, frames):
    label = study.groups[0].label.model_copy(update={"en": '<script>alert("1")</script> $x$ & id="a"'})
    group = study.groups[0].model_copy(update={"label": label})
    drawn = inline_figures(with_study(study, groups=(group, *study.groups[1:])), **frames, language="en")
    for svg in drawn.values():
        assert "<script" not in svg
        words = ["".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]
        assert any(label.en in each for each in words)


def test_unknown_format_is_an_error(study, frames, tmp_path):
    with pytest.raises(ValueError, match="gif"):
        plot_figures(study, **frames, language="en", folder=tmp_path, formats=("gif",))
    assert list(tmp_path.iterdir()) == []


def test_formats_are_chosen(study, frames, tmp_path):
    written = plot_figures(study, **frames, language="en", folder=tmp_path / "new", formats=("png",))
    assert [path.name for path in written] == ["before_after.png", "p_values.png", "effects.png"]
    assert sorted((tmp_path / "new").iterdir()) == sorted(written)


def test_same_bytes_whatever_hash_seed_time_zone_locale_and_settings(study, frames, explained, tmp_path):
    here, folder = tmp_path / "here", tmp_path / "results"
    more = {name: explained[name] for name in ("explanations", "outcomes")}
    for name, frame in {**frames, **more}.items():
        write_csv(frame, folder / f"{name}.csv")
    plot_figures(study, **frames, language="id", folder=here, **more)
    settings = tmp_path / "settings"
    settings.mkdir()
    (settings / "matplotlibrc").write_text(
        "font.size: 20\naxes.grid: True\nsavefig.bbox: tight\nsvg.fonttype: path\n"
    )
    code = f"""
        from pathlib import Path
        from oxymilk.files import read_csv
        from oxymilk.present.figures import plot_figures
        from oxymilk.study import load_study

        names = (*{INPUTS!r}, "explanations", "outcomes")
        frames = {{name: read_csv(Path({str(folder)!r}) / (name + ".csv")) for name in names}}
        study, there = load_study(Path({str(STUDY)!r})), Path({str(tmp_path / "there")!r})
        plot_figures(study, **frames, language="id", folder=there)
    """
    strange = {
        "PYTHONHASHSEED": "4711",
        "TZ": "Asia/Makassar",
        "LC_ALL": "C",
        "MATPLOTLIBRC": str(settings),
        "SOURCE_DATE_EPOCH": "1",
    }
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(code)]
    subprocess.run(command, check=True, cwd=settings, env={**os.environ, **strange})
    files = sorted(path.name for path in here.iterdir())
    assert len(files) == 15
    for name in files:
        assert (here / name).read_bytes() == (tmp_path / "there" / name).read_bytes(), name
