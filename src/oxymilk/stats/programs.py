"""What every program prints on the same data: programs.yaml, read and evaluated; and its choice of lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

import numpy as np

from oxymilk.stats.datasets import Data, Groups, Pairs, Situation, smaller_tail
from oxymilk.stats.null import TooLargeError
from oxymilk.stats.other_tests import OTHER
from oxymilk.stats.procedure import Procedure, check_test
from oxymilk.stats.ranks import DIFFERENCES, exact_numbers
from oxymilk.texts import labels, read_yaml

# names under which papers know programs whose lines begin with another
_ALSO_CALLED = {"pasw": "spss", "python": "scipy", "rstudio": "r"}
Rule = Callable[[Situation], np.ndarray]

# When a program prints a line unasked; programs.yaml names these rules and gives the source of each.
# First exact lines; under the same stem with _asymptotic the line that is printed otherwise.
_EXACT: dict[str, Rule] = {
    # pairs
    "r_signed_rank": lambda s: (s.n_used < 50) & (s.n_used == s.n) & ~s.ties,  # before 4.6
    "r_4_6_signed_rank": lambda s: s.n < 50,  # zeros count, ties do not matter
    "exactranktests_signed_rank": lambda s: s.n_used < 50,
    "scipy_1_5_wilcoxon": lambda s: (s.n <= 25) & (s.n_used == s.n),  # ties are not looked at
    "scipy_1_9_wilcoxon": lambda s: (s.n <= 50) & (s.n_used == s.n),
    "prism_3_wilcoxon": lambda s: s.n_used < 15,  # ties are not looked at
    "prism_5_wilcoxon": lambda s: (s.n_used < 15) & ~s.ties,
    "prism_wilcoxon": lambda s: s.n < 200,
    "minitab_sign": lambda s: s.n_used <= 50,
    # two groups
    "r_rank_sum": lambda s: (s.n1 < 50) & (s.n2 < 50) & ~s.ties,  # before 4.6
    "r_4_6_rank_sum": lambda s: (s.n1 < 50) & (s.n2 < 50),
    "exactranktests_rank_sum": lambda s: (s.n1 < 50) & (s.n2 < 50),
    "scipy_1_7_mannwhitneyu": lambda s: ~s.ties & (np.minimum(s.n1, s.n2) <= 8),
    "prism_mann_whitney": lambda s: np.minimum(s.n1, s.n2) <= 100,
}
RULES: dict[str, Rule] = {
    "always": lambda s: np.ones(s.n.shape, dtype=bool),
    "on_request": lambda s: np.zeros(s.n.shape, dtype=bool),
    **{f"{stem}_exact": rule for stem, rule in _EXACT.items()},
    **{f"{stem}_asymptotic": lambda s, rule=rule: ~rule(s) for stem, rule in _EXACT.items()},
    # from 1.15 a third way: zeros or ties and up to 13 pairs, the zeros counted (2^13 < 9999 resamples)
    "scipy_1_15_wilcoxon_exact": lambda s: (s.n <= 50) & (s.n_used == s.n) & ~s.ties,
    "scipy_1_15_wilcoxon_permutation": lambda s: (s.n <= 13) & ((s.n_used < s.n) | s.ties),
    "scipy_1_15_wilcoxon_asymptotic": lambda s: (
        ~RULES["scipy_1_15_wilcoxon_exact"](s) & ~RULES["scipy_1_15_wilcoxon_permutation"](s)
    ),
    "stata_signrank_exact": lambda s: s.n <= 200,  # from 16.1
    "stata_ranksum_exact": lambda s: s.n <= 200,
    "sas_univariate_exact": lambda s: s.n_used <= 20,
    "sas_univariate_t": lambda s: s.n_used > 20,
    "spss_binomial": lambda s: s.n_used <= 25,  # McNemar and sign test
    "spss_asymptotic": lambda s: s.n_used > 25,
    # n1 n2 <= 400 and n1 n2 / 2 + min(n1, n2) <= 220: the first makes the second true
    "spss_mann_whitney_exact": lambda s: s.n1 * s.n2 <= 400,
    # otherwise a normal approximation, whose correction is not documented
    "medcalc_mann_whitney_small": lambda s: (np.maximum(s.n1, s.n2) <= 20) & ~s.ties,
}


@dataclass(frozen=True)
class Program:
    """One output line of one program; the fields are those of programs.yaml.

    * kind : "rank" (a Procedure stands behind the line) or "other"
    * procedure : the Procedure, or None
    * tail : "smaller" if the program prints the smaller of the two one-sided p-values, else ""
    * other : the name of the calculation of kind "other", else ""
    * differences : one of `DIFFERENCES`, or "" where it is not known or of no matter
    * seen : version looked at ("not stated"), date, and how: run, source or documentation (read)
    """

    id: str
    program: str
    versions: str
    output: str
    test: str
    rule: str
    kind: str = "other"
    procedure: Procedure | None = None
    tail: str = ""
    other: str = ""
    differences: str = ""
    seen: tuple[str, ...] = ()
    source: str = ""

    @property
    def calculation(self) -> tuple[Procedure | None, str, str]:
        """What is computed: lines with equal calculations show equal numbers."""
        return self.procedure, self.tail, self.other

    @property
    def line(self) -> str:
        """The program, its versions, and the words beside the number in its output."""
        words = f"({self.versions}): {self.output}" if self.output else "program"
        return f"{self.program} {words}"

    @property
    def family(self) -> str:
        """The word by which a paper names the program: "spss", "r"."""
        return re.match("[a-z]+", self.program.lower())[0]

    @property
    def name(self) -> str:
        """The program as people name it, with its versions where R changed its way."""
        package = re.match(r"R (\w+)::", self.program)
        word = package[1] if package else re.split(r"[ .(]", self.program.replace("GraphPad ", ""))[0]
        return f"{word} {self.versions}" if word == "R" and self.versions != "all" else word

    @property
    def one_sided(self) -> bool:
        """Whether the line shows the smaller tail."""
        return bool(self.tail) or self.other in ("fisher_one_sided", "rank_sum_half_corrected")

    @property
    def is_exact(self) -> bool:
        """Whether an exact null distribution of ranks stands behind the line, whose work is bounded."""
        return bool(self.procedure) and self.procedure.method != "asymptotic"

    @property
    def words(self) -> str:
        """The procedure, or the other calculation, in English."""
        if self.procedure is None:
            return labels("en")(f"explain.words.other_test_{self.other}")
        if not self.tail:
            return self.procedure.words_for(self.test)
        words = self.procedure.with_alternative("greater").words_for(self.test)
        return words.replace("one-sided (greater)", "smaller of the two one-sided")


@dataclass(frozen=True)
class ProgramResult:
    """What one program's line shows for one dataset.

    * z : the statistic behind it where there is one, positive when post (the first group) tends to be larger
    * printed_by_default : would the program print this line, unasked, for data of this size, ties and zeros
    * differences : how they were taken, where that makes a difference to this line: one of `DIFFERENCES`, or with "if_"
      before it where the way of the program is not known: it prints one of two lines
    * reason : why p_value is nan: "too_large", more memory or steps than an exact distribution may take; else ""
    """

    entry: Program
    p_value: float
    z: float | None
    printed_by_default: bool
    differences: str = ""
    reason: str = ""


@cache
def load_programs() -> tuple[Program, ...]:
    """Read programs.yaml, in its order; the tests hold each entry against what this module knows.

    >>> load_programs()[0].output
    'Asymp. Sig. (2-tailed)'
    """
    programs = []
    for test, entries in read_yaml(Path(__file__).with_name("programs.yaml")).items():
        for entry in entries:
            switches = dict(entry.get("procedure", ()))
            known = {"test": test, "differences": switches.pop("differences", ""), **entry}
            procedure = Procedure(**switches) if switches else None
            kind, seen = "rank" if procedure else "other", tuple(map(str, entry["seen"]))
            programs.append(Program(**known | {"kind": kind, "procedure": procedure, "seen": seen}))
    return tuple(programs)


def named_in(program: str | None) -> set[str]:
    """Return the words of a program as a paper names it, each as the lines of programs.yaml begin: PASW is spss."""
    words = re.findall("[a-z]+", (program or "").lower())
    return {_ALSO_CALLED.get(word, word) for word in words}


def differences_of(program: str | None, test: str) -> str:
    """Return how a program takes the differences of a test, one of `DIFFERENCES`; "" where that is not known.

    program : as a paper names it, "IBM SPSS Statistics 25"; "" too for two programs that do not subtract alike

    >>> differences_of("IBM SPSS Statistics 25", "signed_rank"), differences_of("R 4.2.2 (RStudio)", "signed_rank")
    ('decimal', 'binary')
    """
    named = named_in(program)
    lines = [line for line in load_programs() if line.test == test and line.kind == "rank"]
    ways = {line.differences for line in lines if line.family in named}
    return ways.pop() if len(ways) == 1 else ""


def evaluate_programs(
    test: str, first: Iterable, second: Iterable, binary: tuple[Iterable, Iterable] | None = None
) -> list[ProgramResult]:
    """Evaluate every program's line for one dataset.

    Parameters
    ----------
    test : {"signed_rank", "rank_sum"}
        Pairs, or two groups.
    first, second : iterable of numbers
        pre and post (equal length), or the two groups; levels as 0, 1, ..., or measurements.
    binary : pair of iterables of numbers, optional
        The same where the program subtracts doubles: two groups of changes as doubles give them; pairs whose values are
        other doubles than their decimals (75% held as 0.75).

    Returns
    -------
    list of ProgramResult
        In the order of programs.yaml; two for a line whose way to take differences matters and is not known. A line is
        left out where the program has no p-value to print: McNemar's, Yates' and Fisher's tests of more than two
        levels, a t-test without variance. ValueError for values that are not numbers, no values, or pairs that are
        not pairs.

    Examples
    --------
    >>> line = evaluate_programs("signed_rank", [0] * 10, [1] * 10)[0]
    >>> line.entry.id, round(line.p_value, 7)
    ('spss_wilcoxon', 0.0015654)
    """
    check_test(test)
    paired = test == "signed_rank"
    values = tuple(map(exact_numbers, (first, second), ("pre", "post") if paired else ("x", "y")))
    data = {"decimal": (Pairs if paired else Groups).of_values(*values)}
    doubles = (
        Pairs.of_values(*(binary or values), "binary") if paired else Groups.of_values(*(binary or values))
    )
    counts = [name for name in vars(doubles) if name not in ("sizes", "scores")]
    if not all(np.array_equal(getattr(doubles, name), getattr(data["decimal"], name)) for name in counts):
        data["binary"] = doubles  # never for whole numbers: these are not computed twice
    calculate = {way: cache(partial(_calculate, of_way)) for way, of_way in data.items()}
    results = []
    for program in (program for program in load_programs() if program.test == test):
        lines = {}
        for way, of_way in data.items():
            p_value, z, reason = calculate[way](*program.calculation)
            printed = bool(RULES[program.rule](of_way.situation)[0])
            z = None if z is None else float(z[0])
            lines[way] = ProgramResult(program, float(p_value[0]), z, printed, reason=reason)
        # to ten digits: the doubles of a t-test are no two lines
        alike = len({(f"{line.p_value:.10g}", line.printed_by_default) for line in lines.values()}) == 1
        for way in ["decimal"] if alike else [program.differences] if program.differences else DIFFERENCES:
            said = "" if alike else program.differences or f"if_{way}"
            if lines[way].reason or not np.isnan(lines[way].p_value):
                results.append(replace(lines[way], differences=said))
    return results


def evaluate_programs_counts(
    test: str, counts: np.ndarray, *, ids: Iterable[str] | None = None
) -> dict[str, np.ndarray]:
    """Evaluate every program's line for whole arrays of tables of counts.

    Parameters
    ----------
    test : {"signed_rank", "rank_sum"}
        Pairs, or two groups.
    counts : array of int
        Pairs: tables of pre by post, shape (..., K, K). Two groups: shape (..., 2, K). Levels are 0, ..., K - 1, and
        these are their numbers for the t-tests.
    ids : iterable of str, optional
        Only these entries of programs.yaml.

    Returns
    -------
    dict of str to ndarray of float, shape (...)
        id: p-values, not to be written to; nan where `evaluate_programs` would leave the line out. ValueError for
        broken counts, an unknown id, or a dataset without pairs or with an empty group.

    Notes
    -----
    Each distinct table is computed once: all 81,796 datasets of two groups of ten with two levels hold only 286
    tables of pairs and 121 tables of groups.
    """
    check_test(test)
    programs = {program.id: program for program in load_programs() if program.test == test}
    wanted = set(programs if ids is None else ids)
    if wanted - programs.keys():
        raise ValueError(f"no such program for {test}: {', '.join(sorted(wanted - programs.keys()))}")
    data, places = (Pairs if test == "signed_rank" else Groups).of_tables(counts)
    by_calculation: dict[tuple, np.ndarray] = {}
    for calculation in {programs[name].calculation for name in wanted}:
        # one array for all lines that share a calculation
        by_calculation[calculation] = _calculate(data, *calculation)[0][places]
        by_calculation[calculation].setflags(write=False)
    return {name: by_calculation[programs[name].calculation] for name in programs if name in wanted}


def _calculate(data: Data, procedure: Procedure | None, tail: str, other: str) -> tuple:
    """Return p-values, shape (D,), z where the line prints one, and the reason where they are nan for their size."""
    try:
        if procedure is None:
            return OTHER[other](data), None, ""
        if tail:
            return smaller_tail(data, procedure), None, ""
        result = data.rank(procedure)
    except TooLargeError:
        return np.full(data.situation.n.shape, np.nan), None, "too_large"
    return result.p_value, result.z if procedure.method == "asymptotic" else None, ""
