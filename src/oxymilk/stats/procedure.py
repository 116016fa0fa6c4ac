"""One way to compute a p-value, every switch stated; and how such a way is said in words."""

from __future__ import annotations

from dataclasses import dataclass, replace

from oxymilk.texts import procedure_words

CHOICES: dict[str, tuple[str | bool, ...]] = {
    "method": ("asymptotic", "exact", "exact_untied"),
    "alternative": ("two-sided", "greater", "less"),
    "tie_correction": (True, False),
    "continuity": (False, True),
    "zero_method": ("drop", "pratt", "split"),
    "two_sided": ("distance", "doubled", "likelihood"),
    "mid_p": (False, True),
    "half_integer": ("natural", "conservative"),
}
TESTS = ("signed_rank", "rank_sum")
# the switches that a method has no use for
_UNUSED = {
    "asymptotic": ("two_sided", "mid_p", "half_integer"),
    "exact": ("tie_correction", "continuity", "half_integer"),
    "exact_untied": ("tie_correction", "continuity", "two_sided", "mid_p"),
}


def check_test(test: str) -> None:
    """Raise ValueError unless there is such a rank test."""
    if test not in TESTS:
        raise ValueError(f"test must be one of {', '.join(TESTS)}; not {test!r}")


@dataclass(frozen=True)
class Procedure:
    """Every switch of a rank test's p-value.

    A switch that the method does not use must keep its default, so that equal procedures compare equal and
    nothing is silently ignored.

    Parameters
    ----------
    method : {"asymptotic", "exact", "exact_untied"}
        Normal approximation; exact distribution given the observed ties and zeros; or the table for untied
        ranks, looked up at the observed mid-rank statistic whether or not there are ties.
    alternative : {"two-sided", "greater", "less"}
        "greater": post tends to be larger than pre; the first sample tends to be larger than the second.
    tie_correction : bool
        Asymptotic only: variance given the ties (True) or as if there were none.
    continuity : bool
        Asymptotic only: the numerator moved by one half towards its mean (two-sided: never past it).
    zero_method : {"drop", "pratt", "split"}
        Signed-rank only: zero differences dropped; ranked and then left out (Pratt 1959,
        doi:10.1080/01621459.1959.10501526); or ranked, half of their rank sum given to either sign.
    two_sided : {"distance", "doubled", "likelihood"}
        Exact and two-sided only: all values at least as far from the mean; twice the smaller tail, at most 1;
        all values at most as likely.
    mid_p : bool
        Exact only: values as extreme as the observed count half (Lancaster 1961,
        doi:10.1080/01621459.1961.10482105).
    half_integer : {"natural", "conservative"}
        Exact_untied only: at a statistic t that is not whole, P(T <= floor t) and P(T >= ceil t) (natural),
        or P(T <= ceil t) and P(T >= floor t) (conservative).

    Raises
    ------
    ValueError
        For a value that is not listed, or a switch that the method does not use.

    Examples
    --------
    >>> Procedure("exact").words_for("rank_sum")
    'exact (conditional on the observed ties), two-sided by distance from the expected value'
    """

    method: str
    alternative: str = "two-sided"
    tie_correction: bool = True
    continuity: bool = False
    zero_method: str = "drop"
    two_sided: str = "distance"
    mid_p: bool = False
    half_integer: str = "natural"

    def __post_init__(self) -> None:
        for name, choices in CHOICES.items():
            value = getattr(self, name)
            # 1 == True, but a count is no switch
            if not any(type(value) is type(choice) and value == choice for choice in choices):
                listed = ", ".join(map(str, choices))
                raise ValueError(f"{name} must be one of {listed}; not {value!r}")
        for name in [name for name in CHOICES if name not in self.switches()]:
            default = CHOICES[name][0]
            if getattr(self, name) != default:
                raise ValueError(
                    f"{name}={getattr(self, name)!r} means nothing with method={self.method!r} and "
                    f"alternative={self.alternative!r}; leave it at {default!r}"
                )

    def with_alternative(self, alternative: str) -> Procedure:
        """Return the same procedure for another alternative; the two-sided rule goes where it has no use."""
        keep = alternative == "two-sided"
        return replace(self, alternative=alternative, two_sided=self.two_sided if keep else "distance")

    def words_for(self, test: str) -> str:
        """Say the procedure in English, with only the switches that `test` has (the rank-sum test has no zeros)."""
        check_test(test)
        return procedure_words(self.switches(), test)

    def switches(self) -> dict[str, str | bool]:
        """Return the switches that this procedure uses, in the order of the fields."""
        unused = {*_UNUSED[self.method], *(() if self.alternative == "two-sided" else ("two_sided",))}
        return {name: getattr(self, name) for name in CHOICES if name not in unused}
