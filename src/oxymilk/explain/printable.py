"""The strings that could stand in a claim's place, and which of them a set of values would print as.

Coincidence is computed here, in one way for every search: with all else held fixed, the values that the search
could have reached cover some of the strings that could have been printed; their share is the coincidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from oxymilk.audit.printed import parse_printed, round_units
from oxymilk.audit.stated import scale_of

if TYPE_CHECKING:
    from oxymilk.audit.claims import Claim
    from oxymilk.study import Study

P_LIKE = ("p_value", "threshold")
UPPER = ("<", "<=")
LOWER = (">", ">=")


@dataclass(frozen=True)
class Printable:
    """The strings that could stand in a claim's place, as whole numbers of the last printed place ("units").

    Attributes
    ----------
    first, last : int
        The smallest and the largest of them. For a p-value all strings with the claim's decimals on its side of
        alpha; for a statistic, a count or a percentage all that the design allows.
    claimed : int
        The unit that is printed; -2 when nothing can print so.
    decimals : int
        Digits after the decimal mark.
    operator : str
        "" (equal), "<", "<=", ">" or ">=".
    rounding : str
        How numbers are shortened.
    alpha : float
        For decisions: 0 is significant, 1 is not.
    """

    first: int
    last: int
    claimed: int
    decimals: int
    operator: str
    rounding: str
    alpha: float | None = None

    @property
    def size(self) -> int:
        """How many strings there are."""
        return max(0, self.last - self.first + 1)

    def units(self, values: np.ndarray) -> np.ndarray:
        """Return the unit that each value prints as; nan as -1.

        Parameters
        ----------
        values : array of float
            Not negative.

        Returns
        -------
        ndarray of int, same shape
        """
        if self.alpha is not None:
            return np.where(np.isnan(values), -1, values >= self.alpha).astype(np.int64)
        return print_units(values, self.decimals, self.rounding)

    def covered(self, values: np.ndarray) -> np.ndarray:
        """Return which strings some of the values would make true.

        Parameters
        ----------
        values : array of float
            What a search reached; nan is nothing.

        Returns
        -------
        ndarray of bool, shape (size,)
            One element for each string, from `first` to `last`.
        """
        values = np.asarray(values, dtype=float).ravel()
        values = values[~np.isnan(values)]
        mask = np.zeros(self.size, dtype=bool)
        if not len(values):
            return mask
        if self.operator in (*UPPER, *LOWER):
            strings = np.array([k / 10**self.decimals for k in range(self.first, self.last + 1)])
            reached = values.min() if self.operator in UPPER else values.max()
            return {"<": strings > reached, "<=": strings >= reached, ">": strings < reached,
                    ">=": strings <= reached}[self.operator]  # fmt: skip
        return self.mark(mask, self.units(values))

    def mark(self, mask: np.ndarray, units: np.ndarray) -> np.ndarray:
        """Set the elements of a mask of strings that belong to some units, and return it."""
        units = np.asarray(units, dtype=np.int64).ravel()
        mask[units[(units >= self.first) & (units <= self.last)] - self.first] = True
        return mask

    def share(self, mask: np.ndarray) -> float:
        """Return the share of strings that a mask of `covered` marks; nan when there are none."""
        return float(np.count_nonzero(mask) / self.size) if self.size else float("nan")


def print_units(values: np.ndarray, decimals: int, rounding: str) -> np.ndarray:
    """Print values with some decimals, as whole numbers of the last place.

    Parameters
    ----------
    values : array of float
        Not negative; nan gives -1.
    decimals : int
        Digits after the decimal mark.
    rounding : {"half_up", "half_even", "truncate"}
        How they are shortened.

    Returns
    -------
    ndarray of int, same shape
        A value nearer to a boundary than floating point can tell is taken as its shortest decimal: 0.0625 is that.
    """
    shape = np.shape(values)
    flat = np.asarray(values, dtype=float).ravel()
    scaled = np.where(np.isnan(flat), 0.0, flat) * 10.0**decimals
    step = 0.0 if rounding == "truncate" else 0.5
    units = np.floor(scaled + step).astype(np.int64)
    near = np.abs(scaled + step - np.rint(scaled + step)) < 1e-9 * np.maximum(1.0, scaled)
    distinct, place = np.unique(flat[near & ~np.isnan(flat)], return_inverse=True)
    exact = [round_units(Fraction(repr(value)), decimals, rounding) for value in distinct.tolist()]
    units[near & ~np.isnan(flat)] = np.array(exact, dtype=np.int64)[place]
    return np.where(np.isnan(flat), -1, units).reshape(shape)


def printable_of(claim: Claim, study: Study, most: float) -> Printable:
    """Return the strings that could stand in a claim's place.

    Parameters
    ----------
    claim : Claim
        The claim.
    study : Study
        For its alpha, decimal marks and rounding.
    most : float
        The largest value that the quantity can take; not used for p-values and decisions.

    Returns
    -------
    Printable
    """
    if claim.quantity == "decision":
        return Printable(0, 1, int(claim.printed != "significant"), 0, "", study.rounding, study.alpha)
    number = parse_printed(claim.printed, study.decimal_mark)
    if scale_of(claim, study) == 100:
        number = number._replace(value=number.value / 100, decimals=number.decimals + 2)
    scale = 10**number.decimals
    # a negative number prints no magnitude but that of Z, whose sign programs choose
    claimed = int(abs(number.value) * scale) if number.value >= 0 or claim.quantity == "z" else -2
    operator = claim.operator if claim.operator in (*UPPER, *LOWER) else ""
    first, last = 0, int(np.ceil(most * scale))
    if claim.quantity in P_LIKE:
        alpha = Fraction(str(study.alpha)) * scale
        below = int(np.ceil(alpha)) - 1  # the last string below alpha
        at_most = int(np.floor(alpha))
        if operator in UPPER:
            first, last = (1, at_most) if claimed <= alpha else (at_most + 1, scale)
        elif operator in LOWER:
            first, last = (0, below) if claimed < alpha else (below + 1, scale - 1)
        else:
            first, last = (0, below) if claimed < alpha else (below + 1, scale)
    return Printable(first, last, claimed, number.decimals, operator, study.rounding)
