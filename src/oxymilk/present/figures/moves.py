"""Who moved from where to where in each group, and the words that the figures of flows and of slopes share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING

from matplotlib.artist import Artist

from oxymilk.present.figures.style import HEADING, KEY, QUIET, SMALLEST, Drawing, Sheet

if TYPE_CHECKING:
    from oxymilk.present.view import View

DIRECTIONS = ("up", "unchanged", "down")
LINE = 0.17  # inches; least distance between two lines of text
_MOST_CODES, _CHARACTERS = 5, 44  # of those left out, and in a line


@dataclass(frozen=True)
class Moves:
    """The scores of the participants of one group.

    Attributes
    ----------
    group : str
        Group id.
    paths : tuple of tuple
        For each participant with both compared scores the scores at all timepoints of the study, None where there is
        none; positions of levels (0 = worst) or numbers as written.
    compared : (int, int)
        Positions of the compared timepoints in a path.
    left_out : tuple of str
        Codes of the participants without a score at one of the compared timepoints; they are not drawn.
    """

    group: str
    paths: tuple[tuple, ...]
    compared: tuple[int, int]
    left_out: tuple[str, ...]

    def direction(self, path: tuple) -> str:
        """Return where a path leads between the compared timepoints."""
        return direction_of(*(path[timepoint] for timepoint in self.compared))

    def moved(self, direction: str) -> int:
        """Count the participants who went up, down or stayed."""
        return sum(self.direction(path) == direction for path in self.paths)


def direction_of(before: object, after: object) -> str:
    """Return "up", "down" or "unchanged" for a move between two levels or scores."""
    return "unchanged" if before == after else ("up" if after > before else "down")


def moves_of(view: View, read: Callable[[str], object]) -> list[Moves]:
    """Gather the scores of each group, in the order of the study's groups; `read` makes a score of its text."""
    study = view.study
    compared = tuple(study.timepoint_ids.index(timepoint.id) for timepoint in study.compared)
    scores: dict[str, dict[str, dict[str, object]]] = {group.id: {} for group in study.groups}
    for row in view.rows("observations"):
        participant = scores[row["group"]].setdefault(row["participant"], {})
        participant[row["timepoint"]] = read(row["score"]) if row["score"] else None
    gathered = []
    for group, participants in scores.items():
        drawn, left_out = [], []
        for code, by_timepoint in participants.items():
            path = tuple(by_timepoint.get(timepoint) for timepoint in study.timepoint_ids)
            if None in (path[timepoint] for timepoint in compared):
                left_out.append(code)
            else:
                drawn.append(path)
        gathered.append(Moves(group, tuple(drawn), compared, tuple(left_out)))
    return gathered


def drawing(view: View, sheet: Sheet, description: str) -> Drawing:
    """Return the figure before and after with its title."""
    title = view.t("figures.before_after_title", outcome=view.label(view.study.outcome))
    return Drawing("before_after", sheet.figure, title, description)


def count_words(view: View, moves: Moves) -> list[str]:
    """Say how many moved in each of `DIRECTIONS`."""
    return [view.t(f"figures.count_{direction}", n=moves.moved(direction)) for direction in DIRECTIONS]


def notes_of(view: View, moves: Moves) -> list[str]:
    """Return the lines under the counts: what is bold, and who is left out."""
    notes = [view.t("figures.compared")] if len(view.study.timepoints) > 2 else []
    if moves.left_out:
        more = ", ..." if len(moves.left_out) > _MOST_CODES else ""
        codes = ", ".join(moves.left_out[:_MOST_CODES]) + more
        words = view.t("figures.left_out", n=len(moves.left_out), codes=codes)
        notes += wrap(words, _CHARACTERS)
    return notes


def write_words(
    sheet: Sheet, view: View, moves: Moves, centre: float, head: float, foot: float, key: Sequence[Artist]
) -> None:
    """Write over a panel its group and n; under it the key, a mark a direction with its count, and the notes.

    `head` and `foot` are the heights of the upper lines, inches.
    """
    n, total = len(moves.paths), len(moves.paths) + len(moves.left_out)
    words = f"n = {n}" if n == total else view.t("figures.n_of", n=n, total=total)
    sheet.write(centre, head, view.group(moves.group), ha="center", **HEADING)
    sheet.write(centre, head - 0.18, words, ha="center", color=QUIET)
    sheet.figure.legend(
        key,
        count_words(view, moves),
        **KEY,
        loc="lower center",
        bbox_to_anchor=(centre, foot),
        bbox_transform=sheet.inches,
        ncols=len(DIRECTIONS),
        fontsize=SMALLEST,
        handlelength=1.8,
        handletextpad=0.5,
        columnspacing=1.4,
    )
    for line, note in enumerate(notes_of(view, moves), start=1):
        sheet.write(centre, foot - line * LINE, note, ha="center", fontsize=SMALLEST, color=QUIET)
