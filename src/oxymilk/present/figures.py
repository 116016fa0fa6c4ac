"""Write the figures of a study: before and after, printed p-values among those of programs, effects, explanations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from oxymilk.files import write_bytes
from oxymilk.present.figure_before_after import before_after_figure, describe_before_after
from oxymilk.present.figure_effects import describe_effects, effects_figure
from oxymilk.present.figure_explanation_map import describe_explanation_map, explanation_map_figure
from oxymilk.present.figure_explanation_rank import describe_explanation_rank, explanation_rank_figure
from oxymilk.present.figure_p_values import describe_p_values, p_values_figure
from oxymilk.present.figure_slopes import describe_slopes, slopes_figure
from oxymilk.present.figure_style import FORMATS, inline, render

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from oxymilk.study import Study

# the last two only when a number differs
NAMES = ("before_after", "p_values", "effects", "explanation_rank", "explanation_map")


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
    explanations: pd.DataFrame | None = None,
    outcomes: pd.DataFrame | None = None,
) -> Iterator[Drawing]:
    """Yield each figure of a study that has something to show, `NAMES` in order; parameters as for `plot_figures`."""
    of_scores = (study, observations, language)
    if observations.empty:
        pass
    elif on_numbers(study):
        yield Drawing("before_after", slopes_figure(*of_scores), *describe_slopes(*of_scores))
    else:
        yield Drawing("before_after", before_after_figure(*of_scores), *describe_before_after(*of_scores))
    found = (study, tests, procedures, verdicts, language)
    if len(tests):
        yield Drawing("p_values", p_values_figure(*found), *describe_p_values(*found))
    if len(effects):
        sizes = (study, effects, language)
        yield Drawing("effects", effects_figure(*sizes), *describe_effects(*sizes))
    if explanations is None:
        return
    of_claims = (study, explanations, verdicts, language)
    if ranked := explanation_rank_figure(*of_claims):
        yield Drawing("explanation_rank", ranked, *describe_explanation_rank(*of_claims))
    if outcomes is not None and differs_between_groups(explanations, verdicts):
        of_outcomes = (study, outcomes, verdicts, language)
        if mapped := explanation_map_figure(*of_outcomes):
            yield Drawing("explanation_map", mapped, *describe_explanation_map(*of_outcomes))


def on_numbers(study: Study) -> bool:
    """Tell whether the tests run on scores that are numbers: then there are slopes, else flows between levels."""
    return study.outcome.scale == "score"


def differs_between_groups(explanations: pd.DataFrame, verdicts: pd.DataFrame) -> bool:
    """Tell whether a p-value of the test between the groups is among the explained claims."""
    explained = set(explanations["claim_id"])
    return any(
        row["id"] in explained and (row["quantity"], row["test"]) == ("p_value", "rank_sum")
        for row in verdicts.to_dict("records")
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
    explanations: pd.DataFrame | None = None,
    outcomes: pd.DataFrame | None = None,
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
    explanations, outcomes : DataFrame, optional
        The CSVs of the same names; without them, or when nothing differs, there are no figures of explanations.

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
    # a study without a sheet has no figure, but the folder says that they were looked for
    Path(folder).mkdir(parents=True, exist_ok=True)
    drawings = draw(
        study, observations, tests, procedures, verdicts, effects, language, explanations, outcomes
    )
    for drawing in drawings:
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
    explanations: pd.DataFrame | None = None,
    outcomes: pd.DataFrame | None = None,
) -> dict[str, str]:
    """Return each figure by name as SVG text for an HTML page; parameters as for `plot_figures`."""
    drawings = draw(
        study, observations, tests, procedures, verdicts, effects, language, explanations, outcomes
    )
    return {drawing.name: inline(_render(drawing, "svg", language)) for drawing in drawings}


def _render(drawing: Drawing, form: str, language: str) -> bytes:
    return render(
        drawing.figure,
        form,
        name=drawing.name,
        title=drawing.title,
        description=drawing.description,
        language=language,
    )
