"""All figures: nothing written covers another, files of the same bytes, SVG that a screen reader reads."""

import itertools
import os
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from oxymilk.present import figures
from oxymilk.present.figures import before_after, style
from oxymilk.texts import LANGUAGES

SVG = "{http://www.w3.org/2000/svg}"
# in full each language in each width
SEEN = (
    list(itertools.product(LANGUAGES, style.WIDTHS))
    if os.environ.get("OXYMILK_FULL")
    else [("en", 170), ("id", 85)]
)
# moves with much to write about them: name of the study -> (group, scores)
CROWDED = {
    "visited_volumes": [("intervention", "5", "9", "4"), ("control", "4", "", "5.5"), *5 * [("control", "5", "7", "")]],
    "visits": [
        ("intervention", "kurang", "cukup", "kurang"), ("control", "cukup", "cukup", "kurang"),
        *5 * [("control", "kurang", "cukup", "")],
    ],
    "five": [
        *(("intervention", f"l{k % 5}", f"l{k * 3 % 5}") for k in range(30)),
        *(("control", f"l{k % 4}", f"l{k % 5}") for k in range(23)), *7 * [("control", "l0", "")],
    ],
}  # fmt: skip


@pytest.mark.parametrize(("language", "width"), SEEN)
@pytest.mark.parametrize("name", [*CROWDED, *figures.NAMES[1:]])
def test_nothing_written_covers_another_or_leaves_the_figure_and_letters_can_be_read(
    changed, results, studies, moves_seen, seen, name, language, width
):
    wide, after_rounding = results["effects"].copy(), results["verdicts"].copy()
    shifts = wide["effect"] == "hodges_lehmann_shift"
    wide.loc[shifts, ["estimate", "low", "high"]] = ["-1250.25", "-20000", "inf"]
    after_rounding.loc[after_rounding["test"] == "signed_rank", "verdict"] = "reproduced_after_rounding"
    if name in CROWDED:
        drawn = moves_seen(getattr(studies, name), CROWDED[name], language, width)
    else:
        drawn = seen(changed(language, effects=wide, verdicts=after_rounding), name, width)
    drawn.figure.draw_without_rendering()
    whole = drawn.figure.bbox.padded(1)
    assert drawn.figure.get_figwidth() == width / 25.4
    assert min(text.get_fontsize() for text in [*drawn.written, *drawn.ticks]) >= 7
    boxes = [(text.get_text(), text.get_window_extent()) for text in drawn.written]
    for words, box in boxes:
        assert whole.x0 <= box.x0 <= box.x1 <= whole.x1, words
        assert whole.y0 <= box.y0 <= box.y1 <= whole.y1, words
    for (words, box), (others, other) in itertools.combinations(boxes, 2):
        shared = min(box.x1, other.x1) - max(box.x0, other.x0), min(box.y1, other.y1) - max(box.y0, other.y0)
        assert min(shared) <= 2, (words, others)


@pytest.mark.parametrize(
    ("first", "second", "least"),  # the dot on its band; the flows
    [(style.AMBER, style.BLUE, 3), (style.GRID, style.SKY, 1.4), (style.SKY, style.VERMILION, 2.5)],
)
def test_colours_differ_in_grey(first, second, least):
    def grey(colour):
        red, green, blue = (part / 255 for part in bytes.fromhex(colour[1:]))
        return 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2 + 0.05

    assert grey(first) / grey(second) > least


def test_figures_are_svg_and_png_and_what_is_asked_for(changed, results, explained, drawn_folder, tmp_path):
    names = [f"{name}.{form}" for name in figures.NAMES for form in ("svg", "png", "txt")]
    assert sorted(path.name for path in drawn_folder.iterdir()) == sorted(names)
    # of a study without p-values, effects and a map
    tables = {"effects": results["effects"][:0], "outcomes": explained["outcomes"][:0]}
    view = changed("id", tests=results["tests"].assign(p_value=""), **tables)
    written = figures.plot_figures(view, tmp_path / "new", ["pdf"])
    assert [path.name for path in written] == [
        f"before_after.{form}" for form in ("svg", "png", "pdf", "txt")
    ]
    assert sorted((tmp_path / "new").iterdir()) == sorted(written)
    with style.plain_style():  # whatever the time
        again = style.render(before_after.draw(view, 170 / 25.4), "pdf", "id")
    assert b"/Title" in again
    assert again == (tmp_path / "new" / "before_after.pdf").read_bytes()


def test_an_unknown_format_is_refused_before_anything_is_written(changed, tmp_path):
    with pytest.raises(ValueError, match="gif"):
        figures.plot_figures(changed(), tmp_path / "other", ["gif"])
    assert not (tmp_path / "other").exists()


def test_svg_is_text_with_title_and_description_and_ids_of_its_own(drawn_folder):
    ids, texts, hovers = [], {}, {}
    for name in figures.NAMES:
        root = ElementTree.fromstring((drawn_folder / f"{name}.svg").read_bytes())
        assert (root.get("role"), root.get("lang")) == ("img", "id")
        title, description = list(root)[:2]
        assert (title.tag, description.tag) == (f"{SVG}title", f"{SVG}desc")
        assert root.get("aria-labelledby").split() == [title.get("id"), description.get("id")]
        assert all(part.text for part in (title, description))
        assert not root.findall(f".//{SVG}style")
        own = [element.get("id") for element in root.iter() if element.get("id")]
        assert all(gid.startswith(f"{name}-") for gid in own)
        links = re.findall(r'(?:href="|url\()#([^")]+)', ElementTree.tostring(root, encoding="unicode"))
        assert set(links) <= set(own)
        ids += own
        texts[name] = ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]
        hovers[name] = [tip.text for tip in root.iter(f"{SVG}title")]
    assert len(ids) == len(set(ids))
    assert "tercetak 0,083" in texts["p_values"]
    assert "kurang → kurang: 7" in hovers["before_after"]
    assert any("SPSS" in words for words in hovers["p_values"])


def test_hostile_labels_stay_text(changed, bontang, tmp_path, monkeypatch):
    monkeypatch.setattr(figures, "ALWAYS", ("svg",))
    words = '<script>alert("1")</script> $x$ & id="a" url(#b)'
    label = bontang.groups[0].label.model_copy(update={"en": words})
    group = bontang.groups[0].model_copy(update={"label": label})
    study = bontang.model_copy(update={"groups": (group, *bontang.groups[1:])})
    figures.plot_figures(changed(study=study), tmp_path)
    for path in tmp_path.glob("*.svg"):
        svg = path.read_text("utf-8")
        assert "<script" not in svg
        texts = ElementTree.fromstring(svg).iter(f"{SVG}text")
        assert any(words in "".join(text.itertext()) for text in texts)


def test_names_need_nothing_that_draws():
    code = "import sys; from oxymilk.present.figures import NAMES; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
