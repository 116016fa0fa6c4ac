"""Write the figures of a study: before and after, the printed p-values among those of programs, effects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from oxymilk.files import write_bytes
from oxymilk.present.figure_before_after import before_after_figure, describe_before_after
from oxymilk.present.figure_effects import describe_effects, effects_figure
from oxymilk.present.figure_p_values import describe_p_values, p_values_figure
from oxymilk.present.figure_style import FORMATS, inline, render

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from oxymilk.study import Study

NAMES = ("before_after", "p_values", "effects")


class Drawing(NamedTuple):
    """A figure with the words that stand in for it."""

    name: str
    figure: Figure
    title: str
    description: str


def draw(
    study: Study,
    observations: pd.DataFrame,
    tests: pd.DataFrame,
    procedures: pd.DataFrame,
    verdicts: pd.DataFrame,
    effects: pd.DataFrame,
    language: str,
) -> Iterator[Drawing]:
    """Yield each figure of a study, `NAMES` in order; parameters as for `plot_figures`."""
    yield Drawing(
        "before_after",
        before_after_figure(study, observations, language),
        *describe_before_after(study, observations, language),
    )
    found = (study, tests, procedures, verdicts, language)
    yield Drawing("p_values", p_values_figure(*found), *describe_p_values(*found))
    yield Drawing(
        "effects", effects_figure(study, effects, language), *describe_effects(study, effects, language)
    )


def plot_figures(
    study: Study,
    observations: pd.DataFrame,
    tests: pd.DataFrame,
    procedures: pd.DataFrame,
    verdicts: pd.DataFrame,
    effects: pd.DataFrame,
    language: str,
    folder: Path,
    formats: Sequence[str] = FORMATS,
) -> list[Path]:
    """Write every figure in every format, each file whole or not at all.

    Parameters
    ----------
    study : Study
        The study.
    observations, tests, procedures, verdicts, effects : DataFrame
        The CSVs of results/<study>/, all cells text (`oxymilk.files.read_csv`).
    language : str
        "en" or "id".
    folder : Path
        Where to write <name>.<format>; made when missing.
    formats : sequence of str
        Some of "svg", "png", "pdf".

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    ValueError
        When a format or the language is unknown.
    """
    written = []
    for drawing in draw(study, observations, tests, procedures, verdicts, effects, language):
        for form in formats:
            path = Path(folder) / f"{drawing.name}.{form}"
            write_bytes(path, _render(drawing, form, language))
            written.append(path)
    return written


def inline_figures(
    study: Study,
    observations: pd.DataFrame,
    tests: pd.DataFrame,
    procedures: pd.DataFrame,
    verdicts: pd.DataFrame,
    effects: pd.DataFrame,
    language: str,
) -> dict[str, str]:
    """Return each figure by name as SVG text for an HTML page; parameters as for `plot_figures`."""
    return {
        drawing.name: inline(_render(drawing, "svg", language))
        for drawing in draw(study, observations, tests, procedures, verdicts, effects, language)
    }


def _render(drawing: Drawing, form: str, language: str) -> bytes:
    return render(
        drawing.figure,
        form,
        name=drawing.name,
        title=drawing.title,
        description=drawing.description,
        language=language,
    )
