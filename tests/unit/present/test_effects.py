"""What else the data say: the words of every effect, the table of effects, the forest figure."""

import ast
import itertools
from math import inf
from pathlib import Path

import pytest

from oxymilk.present.effect_rows import (
    SAID_ELSEWHERE,
    confidence_of,
    effect_numbers,
    effects_by_test,
    parts_of,
)
from oxymilk.present.figure_effects import NO_EFFECT, PANELS, describe_effects, effects_figure
from oxymilk.present.table_formats import csv_frame
from oxymilk.present.tables import build_tables
from oxymilk.stats import Procedure, effects
from oxymilk.stats.effects import between_effects, within_effects
from oxymilk.study.base import Label
from oxymilk.texts import LANGUAGES, NO_VALUE, key_of, labels

OWN_NOTES = {
    "direction_signed_rank", "direction_rank_sum", "risks", "interval", "r", "shift_levels", "shift_numbers",
    "shift_unit", "p_value", "p_values", "holm", "least",
}  # fmt: skip


def row(**cells):
    columns = (
        "test",
        "group",
        "timepoint",
        "effect",
        "estimate",
        "low",
        "high",
        "confidence",
        "method",
        "note",
    )
    return dict.fromkeys(columns, "") | cells


@pytest.fixture(scope="module")
def emitted():
    """Every effect that the statistics give: small data of all kinds, and data too large for the exact interval."""
    few = list(itertools.product(range(3), repeat=2))
    pairs = [([a, b, 0], [c, d, 1]) for (a, b), (c, d) in itertools.product(few, few)]
    samples = [(list(first), list(second)) for first, second in itertools.product(few, few)][::4]
    pairs = pairs[::9]
    pairs += [
        ([0] * 10, [1] * 10),
        ([0, 0, 0], [1, 1, 1]),
        ([0, 0], [0, 0]),
        ([0] * 3, [1, -2, 3]),
        ([0] * 4, [1, -2, 3, 4]),
    ]
    pairs.append(([0] * 64, [3**k for k in range(64)]))
    samples += [([1, 1], [0, 1, 1, 0]), ([0, 0], [1, 1]), ([0, 1], [0, 1])]
    samples.append(([k * 101 for k in range(50)], list(range(50))))
    found = []
    for zero_method in ("drop", "pratt", "split"):
        procedure = Procedure("asymptotic", zero_method=zero_method)
        few_pairs = pairs if zero_method == "drop" else pairs[::9]
        found += [
            ("signed_rank", each) for pre, post in few_pairs for each in within_effects(pre, post, procedure)
        ]
    procedure = Procedure("asymptotic")
    for success in (None, 0, 3):
        few_samples = samples if success is None else [([0, 1], [0, 1])]
        found += [
            ("rank_sum", each)
            for x, y in few_samples
            for each in between_effects(x, y, procedure, success=success)
        ]
    return found


@pytest.fixture(scope="module")
def table(bontang, bontang_frames):
    return build_tables(bontang, *bontang_frames, "en")[6]


def values(panel, stub, section=None):
    """Shown cells of the row with this stub, in this section."""
    here = section is None
    for line in panel.rows:
        if line.kind == "section":
            here = section is None or line.cells[0].text == section
        elif here and line.cells[0].text == stub:
            return tuple(cell.text for cell in panel.shown_cells(line))[1:]
    raise AssertionError(stub)


def artist(figure, gid):
    (found,) = figure.findobj(lambda each: each.get_gid() == gid)
    return found


# ---------------------------------------------------------------- words


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_method_and_note_of_the_statistics_has_its_words(emitted, language):
    t = labels(language)
    for test, effect in emitted:
        assert t.has(f"effects.name.{test}.{effect.name}")
        for section in ("method", "note"):
            for part in parts_of(getattr(effect, section)):
                assert t.has(f"effects.{section}.{key_of(part)}"), part


def test_no_words_are_kept_for_what_the_statistics_never_say(emitted):
    t = labels("en")
    for section, own in (("method", set()), ("note", OWN_NOTES)):
        said = {key_of(part) for _, effect in emitted for part in parts_of(getattr(effect, section))}
        assert set(t.section(f"effects.{section}")) - own == said
    named = {f"{test}.{effect.name}" for test, effect in emitted}
    assert set(t.section("effects.name")) == named
    notes = {part for _, effect in emitted for part in effect.note.split("; ")}
    assert set(SAID_ELSEWHERE) <= notes


def test_the_data_above_bring_out_every_text_of_the_statistics(emitted):
    # every text in the code that stands where an effect is made, so that a new one cannot stay without words
    said = {text for _, effect in emitted for text in (effect.method, effect.note)}
    tree = ast.parse(Path(effects.__file__).read_text(encoding="utf-8"))
    raised = {id(each) for node in ast.walk(tree) if isinstance(node, ast.Raise) for each in ast.walk(node)}
    documented = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and isinstance(node.body[0], ast.Expr)
    }
    texts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and " " in node.value.strip()
        and id(node) not in raised | documented
    ]
    assert len(texts) > 15
    assert [text for text in texts if not any(text in each for each in said)] == []


def test_a_text_without_words_is_shown_as_it_stands():
    rows = [row(test="rank_sum", effect="r_z", estimate="0.5", note="something new")]
    assert effects_by_test(rows, labels("id"))[0].effects[0].note == "Something new."


@pytest.mark.parametrize(
    ("numbers", "english", "indonesian"),
    [
        (("0.7", "-0.06079263982", "0.9"), ("0.70", "−0.06", "0.90"), ("0,70", "−0,06", "0,90")),
        (("inf", "2.241521475", "inf"), ("∞", "2.24", "∞"), ("∞", "2,24", "∞")),
        (("-inf", "-inf", "-3.456"), ("−∞", "−∞", "−3.46"), ("−∞", "−∞", "−3,46")),
        (("1", "", ""), ("1.00", NO_VALUE, NO_VALUE), ("1,00", NO_VALUE, NO_VALUE)),
        (("0.0123", "-0.004", "0.0345"), ("0.012", "−0.004", "0.035"), ("0,012", "−0,004", "0,035")),
        (("0", "-0.004", "250"), ("0.00", "0.00", "250.00"), ("0,00", "0,00", "250,00")),
    ],
)
def test_numbers_of_an_effect_share_their_decimals(numbers, english, indonesian):
    for language, expected in (("en", english), ("id", indonesian)):
        t = labels(language)
        cells = dict(zip(("estimate", "low", "high"), numbers, strict=True))
        (test,) = effects_by_test([row(test="rank_sum", effect="r_z", **cells)], t)
        assert effect_numbers(test.effects[0], t) == expected


def test_confidence_in_percent():
    assert confidence_of([row(), row(confidence="0.95")], labels("en")) == "95"
    assert confidence_of([row(confidence="0.975")], labels("id")) == "97,5"
    assert confidence_of([row(confidence="0.9")], labels("en")) == "90"
    assert confidence_of([], labels("en")) == ""


# ---------------------------------------------------------------- table


def test_effects_of_the_study(table):
    sizes, _ = table.panels
    control = "Wilcoxon signed-rank test: Control"
    assert values(sizes, "Share that rose less share that fell", control) == ("0.30", "−0.06", "0.60")
    assert values(sizes, "Odds: those that rose for each that fell", control) == ("∞", "0.41", "∞")
    assert values(sizes, "r = z/√N, N pairs", control) == ("0.55", NO_VALUE, NO_VALUE)
    assert values(sizes, "Rank-biserial correlation (Cliff's delta)") == ("0.70", "0.19", "0.90")
    assert values(sizes, "Number needed to treat") == ("1.43", "1.12", "3.46")
    assert [spanner for spanner, _ in sizes.spanners()] == ["", "95% interval"]


def test_p_values_adjusted_and_least(table):
    _, p_values = table.panels
    assert values(p_values, "Mann-Whitney U test: After (day 15)") == (
        *("0.001", "0.004", "0.001"),
        *("0.003", "0.006", "0.003"),
    )
    assert values(p_values, "Wilcoxon signed-rank test: Control") == ("0.083",) * 3 + ("0.250",) * 3


def test_methods_and_notes_are_footnotes(table):
    sizes, _ = table.panels
    texts = {note.mark: note.text for note in table.marked_notes}
    line = next(line for line in sizes.rows if line.cells[0].text == "Ratio of shares (risk ratio)")
    (mark,) = line.cells[3].marks
    assert texts[mark] == "Interval: score (Miettinen and Nurminen 1985)."
    # where there is no interval there is no method of one
    assert all(
        not each.cells[3].marks
        for each in sizes.rows
        if each.kind == "body" and each.cells[3].text == NO_VALUE
    )
    general = " ".join(table.general_notes)
    assert "scores rise from Before to After (day 15)" in general
    assert "p: as in Tables 4 to 6." in general
    assert "has no interval of its own" in general
    assert "in steps from one level to the next" in general


def test_no_english_in_the_indonesian_table(bontang, bontang_frames):
    table = build_tables(bontang, *bontang_frames, "id")[6]
    english = {text for text in labels("en").section("effects").values() if len(text.split()) > 3}
    texts = [cell.text for panel in table.panels for line in panel.rows for cell in line.cells]
    assert english.isdisjoint([*texts, *(note.text for note in table.notes)])


def test_csv_has_ten_digits_method_and_note(table):
    frame = csv_frame(table)
    odds = frame[frame["Row"] == "Odds ratio (conditional estimate)"].iloc[0]
    assert (odds["Estimate"], odds["Estimate (10 digits)"]) == ("∞", "inf")
    assert odds["lower limit (10 digits)"] == "2.575544765"
    assert odds["Method"] == "Interval: exact conditional (Fisher)."
    tested = frame[frame["Part"] == "p-values"].iloc[2]
    assert tested["Exact conditional: p (10 digits)"] == "0.003095975232"


def test_exact_procedure_declared_has_one_set_of_p_values(bontang, table_frames):
    from oxymilk.study import RankSumSwitches, SignedRankSwitches

    switches = {
        "signed_rank_switches": SignedRankSwitches(method="exact"),
        "rank_sum_switches": RankSumSwitches(method="exact"),
    }
    study = bontang.model_copy(update={"procedure": bontang.procedure.model_copy(update=switches)})
    table = build_tables(study, *table_frames(study, []), "en")[6]
    assert [spanner for spanner, _ in table.panels[1].spanners()] == ["", "Declared procedure"]


def test_without_data_there_is_no_table_of_effects(bontang, table_frames):
    records = {"intervention": ["k-", "k-"], "control": ["-k"]}
    tables = build_tables(bontang, *table_frames(bontang, [], records), "en")
    assert [table.kind for table in tables][-1] == "rank_sum"


def test_one_group_has_nothing_between_groups(bontang, table_frames):
    study = bontang.model_copy(update={"groups": bontang.groups[:1]})
    table = build_tables(study, *table_frames(study, [], {"intervention": ["kc"] * 10}), "en")[-1]
    assert "Between groups" not in " ".join(table.general_notes)
    assert "p: as in Table 3." in table.general_notes


# ---------------------------------------------------------------- figure


@pytest.fixture(scope="module")
def figure(bontang, results):
    return effects_figure(bontang, results["effects"], "en")


def test_each_estimate_and_interval_stands_at_its_value(figure, results):
    frame = results["effects"]
    for panel, names in PANELS.items():
        place = {name: order for order, name in enumerate(names)}
        expected = [
            tuple(float(line[column]) for column in ("estimate", "low", "high"))
            for _, block in frame.groupby(["test", "group"], sort=False)
            for line in sorted(
                (each for each in block.to_dict("records") if each["effect"] in place),
                key=lambda each: place[each["effect"]],
            )
        ]
        assert expected
        left, right = artist(figure, f"panel-{panel}").get_xlim()
        for number, (estimate, low, high) in enumerate(expected, start=1):
            mark = artist(figure, f"estimate-{panel}-{number}")
            whisker = artist(figure, f"interval-{panel}-{number}")
            assert list(whisker.get_xdata()) == [max(low, left), min(high, right)]
            assert mark.get_xdata()[0] == min(estimate, right)
            assert mark.get_marker() == (">" if estimate == inf else "o")
            arrows = figure.findobj(lambda each, n=number, p=panel: each.get_gid() == f"beyond-high-{p}-{n}")
            assert bool(arrows) == (high == inf)


def test_no_effect_is_a_line_in_each_panel(figure):
    for panel, value in NO_EFFECT.items():
        axes = artist(figure, f"panel-{panel}")
        assert any(list(line.get_xdata()) == [value, value] for line in axes.lines)
        left, right = axes.get_xlim()
        assert left < value < right


def test_numbers_stand_at_the_right_of_their_line(figure):
    shown = {text.get_text(): text for text in figure.texts}
    height = figure.get_figheight()
    mark = artist(figure, "estimate-ratio-3")
    y = mark.axes.transData.transform((1, mark.get_ydata()[0]))[1] / figure.dpi
    assert shown["3.33 (1.64 to 9.52)"].get_position()[1] * height == pytest.approx(y, abs=0.01)
    assert "estimate (95% interval)" in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_written_covers_another_or_leaves_the_figure(bontang, results, language):
    frame = results["effects"].copy()
    frame.loc[frame["effect"] == "hodges_lehmann_shift", ["estimate", "low", "high"]] = [
        "-1250.25",
        "-20000",
        "inf",
    ]
    figure = effects_figure(bontang, frame, language)
    boxes = [text.get_window_extent() for text in figure.texts]
    assert all(
        box.x0 >= 0 and box.x1 <= figure.bbox.x1 and box.y0 >= 0 and box.y1 <= figure.bbox.y1 for box in boxes
    )
    for one, two in itertools.combinations(boxes, 2):
        assert (
            min(one.x1, two.x1) - max(one.x0, two.x0) <= 1 or min(one.y1, two.y1) - max(one.y0, two.y0) <= 1
        )


def test_without_an_interval_the_dot_is_open_and_what_is_not_defined_has_no_line(bontang, results):
    frame = results["effects"].copy()
    frame.loc[frame["effect"] == "rank_biserial", ["low", "high"]] = ""
    frame.loc[frame["effect"] == "odds_ratio", ["estimate", "low", "high"]] = ["", "0", "inf"]
    figure = effects_figure(bontang, frame, "en")
    assert artist(figure, "estimate-size-5").get_markerfacecolor() == "#FFFFFF"
    assert not figure.findobj(lambda each: each.get_gid() in ("interval-size-5", "estimate-ratio-4"))
    shown = [text.get_text() for text in figure.texts]
    assert "0.70 (no interval)" in shown
    assert "Odds ratio (conditional estimate)" not in shown


def test_ratios_far_beyond_the_scale_are_arrows(bontang, results):
    frame = results["effects"].copy()
    frame.loc[frame["effect"] == "risk_ratio", ["estimate", "low", "high"]] = ["0", "0", "1e+12"]
    figure = effects_figure(bontang, frame, "en")
    assert artist(figure, "estimate-ratio-3").get_marker() == "<"
    assert artist(figure, "beyond-high-ratio-3").get_marker() == ">"
    assert artist(figure, "panel-ratio").get_xlim()[1] < 1e5


def test_words_that_stand_in_for_the_figure(bontang, results):
    title, description = describe_effects(bontang, results["effects"], "id")
    assert title == "Seberapa besar efeknya, dan seberapa pasti"
    assert "Selisih proporsi (risk difference): 0,70 (0,29; 0,89)" in description
    nothing = results["effects"].iloc[:0]
    assert describe_effects(bontang, nothing, "en")[1] == "No test has data."
    assert [text.get_text() for text in effects_figure(bontang, nothing, "en").texts] == ["No test has data."]


def test_a_unit_is_named(bontang, results):
    study = bontang.model_copy(
        update={"outcome": bontang.outcome.model_copy(update={"unit": Label(en="ml", id="cc")})}
    )
    for language, shift in (("en", "shift (ml)"), ("id", "pergeseran (cc)")):
        figure = effects_figure(study, results["effects"], language)
        assert shift in [text.get_text() for text in figure.texts]
