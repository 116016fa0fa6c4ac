"""The figures of a study: before and after, printed p-values among those of programs, effects, a map of outcomes.

Each is a module with `draw(view, width)`: a `Drawing` of a width in inches, None where there is nothing to show.
Nothing is imported here that draws, so that the report can place the files of figures without matplotlib.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from oxymilk.files import write_bytes, write_text
from oxymilk.present.view import View

# in the order of the report; the last one only when a p-value between the groups differs
NAMES = ("before_after", "p_values", "effects", "explanation_map")
# slopes that are drawn of a group: more take seconds a thousand, and nobody sees them
MOST_LINES = 2_000
# the report takes the svg, the documents take the png
ALWAYS = ("svg", "png")
FORMATS = (*ALWAYS, "pdf")


def caption(view: View, name: str) -> str:
    """Return the words under a figure: what its marks mean."""
    if name == "before_after" and view.study.outcome.scale == "score":
        name = "slopes"
    if name == "p_values" and not any(test.printed for test in view.printed_tests):
        name = "p_values_without_printed"
    pre, post = map(view.label, view.study.compared)
    text = view.t(f"figures.caption.{name}", outcome=view.label(view.study.outcome), pre=pre, post=post)
    if name == "slopes" and any(
        int(row["n"] or 0) > MOST_LINES for row in view.rows("tests") if row["group"]
    ):
        text += " " + view.t("figures.caption.most_lines", most=view.t.number(MOST_LINES))
    return text


def plot_figures(view: View, folder: Path, formats: Sequence[str] = (), width: int = 170) -> list[Path]:
    """Write every figure that has something to show as svg, png and the formats asked for, and its caption as text.

    Parameters
    ----------
    view : View
    folder : Path
        Where to write <name>.<format>, each file whole or not at all; made when missing, so that it is there for a
        study without a figure too.
    formats : sequence of {"svg", "png", "pdf"}
        What to write besides svg and png.
    width : {170, 85}
        Of the figures, in millimetres: two columns of a journal, or one.

    Returns
    -------
    list of Path
        The files written, in the order of `NAMES`; none without observations.

    Raises
    ------
    ValueError
        When a format is unknown; nothing is written then.
    """
    chosen = dict.fromkeys((*ALWAYS, *formats))
    for unknown in chosen.keys() - {*FORMATS}:
        raise ValueError(f"unknown figure format {unknown!r}; use one of {', '.join(FORMATS)}")
    folder.mkdir(parents=True, exist_ok=True)
    if not view.rows("observations"):
        return []
    from oxymilk.present.figures import before_after, effects, outcome_map, p_values, style

    written = []
    with style.plain_style():
        for module in (before_after, p_values, effects, outcome_map):
            drawing = module.draw(view, width / 25.4)
            for form in chosen if drawing else ():
                written.append(folder / f"{drawing.name}.{form}")
                write_bytes(written[-1], style.render(drawing, form, view.language))
            if drawing:
                written.append(folder / f"{drawing.name}.txt")
                write_text(written[-1], f"{drawing.title}. {caption(view, drawing.name)}\n")
    return written
