"""Where words go in a figure, so that none covers another."""

from __future__ import annotations

from collections.abc import Sequence


def beside(marks: Sequence[float], widths: Sequence[float], clear: float, panel: float) -> list[float]:
    """Put a text beside each of one or two marks: off the marks, off the other text, inside the panel.

    Parameters
    ----------
    marks : sequence of float
        Places of the marks on a line, ascending; one or two.
    widths : sequence of float
        Width of each mark's text.
    clear : float
        Distance between a mark's centre and its text.
    panel : float
        Width of the panel; a text may stand out a little on its right.

    Returns
    -------
    list of float
        Left edge of each text. Of two marks the left one has its text on its left and the right one on its right,
        where that fits; else the sides that cover least.
    """
    # for each mark: is the text on its right?
    choices = ((0, 1), (1, 1), (0, 0), (1, 0)) if len(marks) == 2 else ((1,), (0,))

    def lefts(choice: tuple[int, ...]) -> list[float]:
        triples = zip(choice, marks, widths, strict=True)
        return [mark + clear if right else mark - clear - width for right, mark, width in triples]

    def covered(choice: tuple[int, ...]) -> float:
        texts = [(left, left + width) for left, width in zip(lefts(choice), widths, strict=True)]
        dots = [(mark - clear / 2, mark + clear / 2) for mark in marks]
        outside = sum(max(0.0, -low) + max(0.0, high - panel - 0.2) for low, high in texts)
        # the two marks may touch each other: only texts count against them
        pairs = [(text, dot) for text in texts for dot in dots]
        pairs += [(texts[0], texts[1])] if len(texts) == 2 else []
        return outside + sum(max(0.0, min(one[1], two[1]) - max(one[0], two[0])) for one, two in pairs)

    return lefts(min(choices, key=covered))


def spread(places: list[float], least: float) -> list[float]:
    """Move places apart until neighbours are `least` from each other, each as little as possible.

    Parameters
    ----------
    places : list of float
        Where each text would like to be, in any order.
    least : float
        Least distance.

    Returns
    -------
    list of float
        In the order of `places`. Blocks of texts that touch are centred on the mean of their wishes
        (pooling of adjacent violators).
    """
    order = sorted(range(len(places)), key=lambda index: (places[index], index))
    blocks: list[list[float]] = []  # wish of the block's first text (mean), number of texts
    for index in order:
        blocks.append([places[index], 1])
        while len(blocks) > 1 and blocks[-2][0] + least * blocks[-2][1] > blocks[-1][0]:
            wish, size = blocks.pop()
            first, before = blocks[-1]
            blocks[-1] = [(first * before + (wish - least * before) * size) / (before + size), before + size]
    moved = iter([first + least * step for first, size in blocks for step in range(int(size))])
    result = [0.0] * len(places)
    for index in order:
        result[index] = next(moved)
    return result
