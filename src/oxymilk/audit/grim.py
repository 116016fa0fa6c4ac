"""Which sample sizes allow a printed percentage or mean: the GRIM test, asked the other way round.

A percentage of n participants is a whole number of them, and the mean of n scores that are whole multiples of a step
is a whole multiple of the step divided by n. So a printed value is possible for some sample sizes and impossible for
others (Brown and Heathers 2017, doi:10.1177/1948550616673876).
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from oxymilk.audit.printed import Interval

# the largest sample size that may be asked for: the report lists those that fit
LARGEST = 10_000
_SIZES = re.compile(r"(\d+)(?:\s*\.\.\s*(\d+))?")


def parse_sizes(text: str) -> range:
    """Read a sample size, "15", or a range of them, "1..100".

    Raises
    ------
    ValueError
        When the text is neither, or the range is empty, begins below 1 or ends above `LARGEST`.
    """
    match = _SIZES.fullmatch(text.strip())
    if match:
        first, last = int(match[1]), int(match[2] or match[1])
        if 1 <= first <= last <= LARGEST:
            return range(first, last + 1)
    raise ValueError(f"{text!r} is no sample size from 1 to {LARGEST} and no range such as 1..100")


def sizes_that_allow(stated: Interval, sizes: Iterable[int], unit: Fraction) -> list[int]:
    """Return the sample sizes n of which some whole multiple of unit / n lies in a set.

    Parameters
    ----------
    stated : Interval
        What the printed number can have been.
    sizes : iterable of int
        The sample sizes to try.
    unit : Fraction
        100 for percentages; for means the step of the scores, 1 for whole grams.

    Returns
    -------
    list of int
        Those that fit, in their order.
    """
    return [n for n in sizes if _some_multiple(stated, unit / n)]


def _some_multiple(stated: Interval, step: Fraction) -> bool:
    if stated.low is None or stated.high is None:
        return True
    # the multiples next to the lower end: one of them is the smallest inside, if any is
    first = (stated.low / step).__ceil__()
    return any(stated.contains(multiple * step) for multiple in (first, first + 1))


def as_runs(sizes: Iterable[int]) -> str:
    """Write sample sizes, runs of them as ranges: "13, 20, 26-27"."""
    runs: list[list[int]] = []
    for size in sizes:
        if runs and size == runs[-1][1] + 1:
            runs[-1][1] = size
        else:
            runs.append([size, size])
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in runs)
