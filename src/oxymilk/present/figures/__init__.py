"""The figures of a study: before and after, printed p-values among those of programs, effects, a map of outcomes.

Nothing is imported here that draws, so that the report can place the files of figures without matplotlib.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from oxymilk.files import write_bytes
from oxymilk.present.view import View

if TYPE_CHECKING:
    from oxymilk.present.figures.style import Drawing

# in the order of the report; the last one only when a p-value between the groups differs
NAMES = ("before_after", "p_values", "effects", "explanation_map")
# the report takes the svg, the documents take the png
ALWAYS = ("svg", "png")


def draw(view: View) -> Iterator[Drawing]:
    """Yield each figure of a study that has something to show, in the order of `NAMES`.

    Parameters
    ----------
    view : View

    Yields
    ------
    Drawing
        The figure, its name, and the words that stand in for it.
    """
    from oxymilk.present.figures import before_after, effects, outcome_map, p_values

    drawings = (module.draw(view) for module in (before_after, p_values, effects, outcome_map))
    return filter(None, drawings)


def plot_figures(view: View, folder: Path, formats: Sequence[str] = ()) -> list[Path]:
    """Write every figure as svg, png and the formats asked for, each file whole or not at all.

    Parameters
    ----------
    view : View
    folder : Path
        Where to write <name>.<format>; made when missing, so that it is there for a study without a figure too.
    formats : sequence of {"svg", "png", "pdf"}
        What to write besides svg and png.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    ValueError
        When a format is unknown; nothing is written then.
    """
    from oxymilk.present.figures.style import METADATA, render

    chosen = dict.fromkeys((*ALWAYS, *formats))
    for unknown in chosen.keys() - METADATA.keys():
        raise ValueError(f"unknown figure format {unknown!r}; use one of {', '.join(METADATA)}")
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for drawing in draw(view):
        for form in chosen:
            path = folder / f"{drawing.name}.{form}"
            write_bytes(path, render(drawing, form, view.language))
            written.append(path)
    return written
