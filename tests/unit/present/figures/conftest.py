"""Figures to look at: the first study, two examples, and variants of them."""

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from oxymilk.ingest import ingest_observations
from oxymilk.present.figures import NAMES, before_after, effects, outcome_map, p_values
from oxymilk.present.view import View
from oxymilk.results import Results
from oxymilk.study import load_study

EXAMPLES = Path(__file__).parents[4] / "data" / "examples"


def view_of(study, tables, language="en"):
    """Return a view of result tables; those that are not given are empty."""
    results = Results(Path("nowhere"))
    names = (name for name in vars(Results) if name not in ("read", "nothing"))
    vars(results).update({name: pd.DataFrame() for name in names} | tables)
    return View(study, results, language)


def observed(study, paths):
    """Return observations of (group, score at each timepoint), participants numbered."""
    columns = ["participant", "group", "timepoint", "outcome", "score"]
    rows = [
        (f"P{number:02d}", group, timepoint, study.outcome.id, score)
        for number, (group, *scores) in enumerate(paths, start=1)
        for timepoint, score in zip(study.timepoint_ids, scores, strict=True)
    ]
    return pd.DataFrame(rows, columns=columns)


class Drawn:
    """A drawing to ask for its artists by gid and its texts."""

    def __init__(self, drawing):
        self.drawing, self.figure = drawing, drawing.figure

    def artist(self, gid):
        (artist,) = self.figure.findobj(lambda artist: artist.get_gid() == gid)
        return artist

    def artists(self, start):
        named = self.figure.findobj(lambda artist: str(artist.get_gid() or "").startswith(start))
        return {artist.get_gid(): artist for artist in named}

    @property
    def written(self):
        """The texts that are drawn, but the labels of ticks."""
        panels = [
            text for axes in self.figure.axes for text in (*axes.texts, axes.xaxis.label, axes.yaxis.label)
        ]
        keys = [text for legend in self.figure.legends for text in (*legend.get_texts(), legend.get_title())]
        return [text for text in (*self.figure.texts, *panels, *keys) if text.get_text()]

    @property
    def texts(self):
        return [text.get_text() for text in self.written]


@pytest.fixture(scope="session")
def changed(bontang, results, explained):
    """Return a view of the first study, explained, with some of its tables or parts of the study replaced."""

    def make(language="en", study=None, **tables):
        return view_of(study or bontang, {**results, **explained, **tables}, language)

    return make


@pytest.fixture(scope="session")
def seen():
    """Return the figure of a name that a view has."""

    def make(view, name):
        modules = (before_after, p_values, effects, outcome_map)
        return Drawn(dict(zip(NAMES, modules, strict=True))[name].draw(view))

    return make


@pytest.fixture(scope="session")
def moves_seen(seen):
    """Return the figure before and after of (group, scores) in a study."""

    def make(study, paths, language="en"):
        return seen(view_of(study, {"observations": observed(study, paths)}, language), "before_after")

    return make


@pytest.fixture(scope="session")
def studies(bontang):
    """The studies by what their outcome is: two levels, more levels, numbers; at two timepoints and at three."""
    volumes, visits = (load_study(EXAMPLES / name) for name in ("long", "visits"))
    level = bontang.outcome.levels[0]
    names = [level.label.model_copy(update={"en": f"L{k}", "id": f"T{k}"}) for k in range(5)]
    five = tuple(level.model_copy(update={"id": f"l{k}", "label": name}) for k, name in enumerate(names))
    outcome = bontang.outcome.model_copy(update={"levels": five})
    timed = {"timepoints": visits.timepoints, "compare": visits.compare}
    return SimpleNamespace(
        levels=bontang,
        five=bontang.model_copy(update={"outcome": outcome}),
        volumes=volumes,
        visits=visits,
        visited_volumes=volumes.model_copy(update=timed),
    )


@pytest.fixture(scope="session")
def example():
    """Return a view of the observations of an example."""

    def make(name, language="en"):
        study = load_study(EXAMPLES / name)
        table = ingest_observations(study, EXAMPLES / name).table
        return view_of(study, {"observations": table}, language)

    return make
