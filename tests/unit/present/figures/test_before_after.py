"""Before and after: flows between levels, slopes of numbers, what is left out, all timepoints."""

import pytest

from oxymilk.present.figures import caption
from oxymilk.texts import LANGUAGES, labels


def test_flows_and_bars_are_as_high_as_their_counts(changed, seen):
    drawn = seen(changed("id"), "before_after")
    heights = {gid: bar.get_height() for gid, bar in drawn.artists("bar-").items()}
    for gid, ribbon in drawn.artists("flow-").items():
        # the right end of a ribbon goes from its fourth point to its fifth
        points = ribbon.get_path().vertices
        heights[gid] = points[4][1] - points[3][1]
    expected = {"flow-control-0-0": 7, "flow-control-0-1": 3, "flow-intervention-0-1": 10}
    for group, counts in {"control": (10, 0, 7, 3), "intervention": (10, 0, 0, 10)}.items():
        expected |= {f"bar-{group}-{k // 2}-{k % 2}": n for k, n in enumerate(counts)}
    one = heights["flow-control-0-1"] / 3
    assert {gid: height / one for gid, height in heights.items()} == pytest.approx(expected)
    assert drawn.title == "Produksi ASI sebelum dan sesudah, menurut kelompok"
    assert "Kontrol (n = 10): kurang → kurang: 7; kurang → cukup: 3." in drawn.description


def test_flows_tile_their_bars_and_have_their_counts_where_there_is_room(studies, moves_seen):
    paths = [("control", f"l{k % 5}", f"l{(k * k + 1) % 5}") for k in range(40)]
    paths += [("control", "l1", "l0"), ("intervention", "l0", "l4")]
    drawn = moves_seen(studies.five, paths)
    ribbons = {gid[-3:]: line.get_path().vertices for gid, line in drawn.artists("flow-control-").items()}
    # a ribbon leaves between its points 0 and 7 and arrives between 3 and 4
    for side, (low, high) in {0: (0, 7), 1: (3, 4)}.items():
        for level in "01234":
            bar = drawn.by_gid[f"bar-control-{side}-{level}"]
            mine = [points for pair, points in ribbons.items() if pair.split("-")[side] == level]
            ends = sorted((points[low][1], points[high][1]) for points in mine)
            edges = [bar.get_y(), *(top for _, top in ends)]
            assert [*(bottom for bottom, _ in ends), bar.get_y() + bar.get_height()] == pytest.approx(edges)
    # a flow is wide enough for its number, or has none
    written = {gid.replace("count", "flow"): text.get_text() for gid, text in drawn.artists("count-").items()}
    moved = {gid: n for gid, n in drawn.labels("flow-").items() if "control" in gid}
    assert written == {gid: n for gid, n in moved.items() if int(n) > 1}
    assert len(written) < len(moved)


def test_flows_lead_from_each_timepoint_to_the_next(studies, moves_seen):
    paths = [
        ("intervention", "kurang", "cukup", "cukup"),
        ("intervention", "kurang", "", "cukup"),  # a score between the compared ones may be missing
        ("intervention", "kurang", "cukup", ""),
        ("control", "cukup", "kurang", "cukup"),
    ]
    drawn = moves_seen(studies.visits, paths)
    steps = ("intervention-0-0-1", "intervention-1-1-1", "control-0-1-0", "control-1-0-1")
    assert drawn.labels("flow-") == {f"flow-{step}": "1" for step in steps}
    bars = drawn.labels("bar-intervention-")
    assert [bars[f"bar-intervention-{k // 2}-{k % 2}"] for k in range(6)] == list("200102")
    assert "First visit → Day 7 (n = 1): insufficient → sufficient: 1." in drawn.description
    assert {"n = 2 of 3", "2 up", "1 not drawn, a score is missing: P03"} <= set(drawn.texts)


def test_a_line_for_each_pair_all_on_one_scale_and_cuts_named_once(make_example, seen):
    view = make_example("long", "id")
    drawn = seen(view, "before_after")
    rows = {}
    for row in view.rows("observations"):
        rows.setdefault((row["group"], row["participant"]), []).append(float(row["score"]))
    for group in ("intervention", "control"):
        slopes = sorted(list(line.get_ydata()) for line in drawn.artists(f"slope-{group}-").values())
        assert slopes == sorted(scores for (of, _), scores in rows.items() if of == group)
    axes = drawn.figure.axes
    assert len({panel.get_ylim() for panel in axes}) == 1
    assert all(any(list(line.get_ydata()) == [10.0, 10.0] for line in panel.lines) for panel in axes)
    assert [text.get_text() for panel in axes for text in panel.texts] == ["kurang", "cukup"]
    assert axes[0].get_ylabel() == "Volume ASI perah (ml)"
    assert drawn.title == "Volume ASI perah sebelum dan sesudah, menurut kelompok"


def test_of_very_many_lines_those_of_the_most_participants_are_drawn_and_the_caption_says_so(
    studies, moves_seen, make_example, monkeypatch
):
    paths = [("control", "1", "2"), ("control", "3", "4")] + [("control", "5", "8")] * 2
    view = make_example("long", "id")
    assert "paling banyak" not in caption(view, "before_after")
    monkeypatch.setattr("oxymilk.present.figures.MOST_LINES", 2)
    monkeypatch.setattr("oxymilk.present.figures.before_after.MOST_LINES", 2)
    first, second = moves_seen(studies.volumes, paths).artists("slope-control-").values()
    assert [list(line.get_ydata()) for line in (first, second)] == [[5, 8], [1, 2]]
    assert "paling banyak 2 garis" in caption(view, "before_after")


def test_equal_pairs_share_a_thicker_line_many_lines_are_finer_directions_need_no_colour(studies, moves_seen):
    paths = [("control", "5", "8")] * 3 + [("control", "8", "5"), ("control", "0.30", "0.3")]
    rising, falling, level = moves_seen(studies.volumes, paths).artists("slope-control-").values()
    assert rising.get_linewidth() > falling.get_linewidth() == level.get_linewidth()
    assert rising.get_label() == "5 → 8: 3"
    assert len({str(line._dash_pattern[1] and line._dash_pattern) for line in (rising, falling, level)}) == 3
    sizes = {}
    for count in (1, 100, 400):
        paths = [("control", f"{5 + 0.001 * n:.3f}", "8") for n in range(count)]
        lines = moves_seen(studies.volumes, paths).artists("slope-control-").values()
        assert len(lines) == count
        (sizes[count],) = {(line.get_linewidth(), line.get_markersize()) for line in lines}
    assert sizes[1] == sizes[100] == tuple(2 * size for size in sizes[400])


def test_a_slope_goes_through_all_scores_and_its_direction_is_that_of_the_compared(studies, moves_seen):
    paths = [("intervention", "5", "9", "4.5"), ("intervention", "5", "", "8"), ("control", "6", "7", "")]
    drawn = moves_seen(studies.visited_volumes, [*paths, *[("control", "6", "7", "8")] * 2])
    falling, rising = drawn.artists("slope-intervention-").values()
    assert (list(falling.get_xdata()), list(falling.get_ydata())) == ([0, 1, 2], [5, 9, 4.5])
    assert list(rising.get_xdata()) == [0, 2]
    assert falling.get_color() != rising.get_color()
    assert drawn.by_gid["slope-control-1"].get_label() == "6 → 7 → 8: 2"
    assert "(n = 2): 1 up, 0 unchanged, 1 down." in drawn.description


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "score"), [("visits", "kurang"), ("visited_volumes", "4")])
def test_who_has_no_pair_is_left_out_and_named_the_compared_timepoints_are_bold(
    studies, moves_seen, name, score, language
):
    study = getattr(studies, name)
    paths = [("control", "", score, score), ("control", score, score, "")]
    drawn = moves_seen(study, paths, language)
    assert drawn.artists("slope-control-") == drawn.artists("flow-control-") == {}
    assert labels(language)("figures.n_of", n=0, total=2) in drawn.texts
    assert "P01, P02" in " ".join(drawn.texts)
    weights = {text.get_text(): text.get_fontweight() for text in (*drawn.written, *drawn.ticks)}
    written = [weights[timepoint.label[language]] for timepoint in study.timepoints]
    assert written == ["bold", "normal", "bold"]
    assert labels(language)("figures.compared") in " ".join(drawn.texts)
