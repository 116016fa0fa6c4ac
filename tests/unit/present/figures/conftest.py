"""Figures to look at: the first study, examples, and variants of them."""

from itertools import chain
from types import SimpleNamespace

import pandas as pd
import pytest

from oxymilk.present.figures import NAMES, before_after, effects, outcome_map, p_values, style
from oxymilk.study import load_study

MODULES = dict(zip(NAMES, (before_after, p_values, effects, outcome_map), strict=True))


class Drawn:
    """A figure to ask for its artists by how their gid begins, and for its texts."""

    def __init__(self, drawing):
        vars(self).update(vars(drawing))
        named = self.figure.findobj(lambda artist: artist.get_gid())
        self.by_gid = {artist.get_gid(): artist for artist in named}
        axes, keys = self.figure.axes, self.figure.legends
        self.ticks = [label for panel in axes for label in panel.get_xticklabels()]
        # what is written, but the labels of ticks
        panels = [(*panel.texts, panel.xaxis.label, panel.yaxis.label) for panel in axes]
        keys = [(*key.get_texts(), key.get_title()) for key in keys]
        self.written = [text for text in chain(self.figure.texts, *panels, *keys) if text.get_text()]
        self.texts = [" ".join(text.get_text().split()) for text in self.written]

    def artists(self, start):
        return {gid: artist for gid, artist in self.by_gid.items() if gid.startswith(start)}

    def labels(self, start):
        """Return what follows the colon in the label of each, such as a count."""
        return {gid: artist.get_label().split(": ")[1] for gid, artist in self.artists(start).items()}


@pytest.fixture(scope="session")
def seen():
    """Return the figure of a name that a view has, or None."""

    def see(view, name, width=170):
        with style.plain_style():
            drawing = MODULES[name].draw(view, width / 25.4)
        return drawing and Drawn(drawing)

    return see


@pytest.fixture(scope="session")
def moves_seen(changed, seen):
    """Return the figure before and after of (group, score at each timepoint) in a study, participants numbered."""

    def make(study, paths, language="en", width=170):
        rows = [
            (f"P{number:02d}", group, timepoint, score)
            for number, (group, *scores) in enumerate(paths, start=1)
            for timepoint, score in zip(study.timepoint_ids, scores, strict=True)
        ]
        table = pd.DataFrame(rows, columns=["participant", "group", "timepoint", "score"])
        return seen(changed(language, study, observations=table), "before_after", width)

    return make


@pytest.fixture(scope="session")
def studies(bontang, bontang_folder):
    """The studies by what their outcome is: two levels, more levels, numbers; at two timepoints and at three."""
    volumes, visits = (load_study(bontang_folder.parent / "examples" / name) for name in ("long", "visits"))
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
