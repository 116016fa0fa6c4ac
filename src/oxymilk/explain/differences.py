"""A number as programs print it that take differences the other way: of doubles, or of decimals as written."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from oxymilk.audit.claims import OF_A_TEST
from oxymilk.audit.recompute import Tables
from oxymilk.audit.verdicts import check_claim
from oxymilk.explain.coincidence import DifferingClaim, Explanation, printable_of
from oxymilk.stats.programs import load_programs


def search_differences(differing: DifferingClaim, tests: list[dict[str, str]]) -> list[Explanation]:
    """Return the declared procedure on differences taken the other way, if that gives a claim's printed number.

    tests : rows of tests.csv, their role "declared", as they would be if the declared program took differences so
    """
    claim, study = differing.claim, differing.records.study
    about = claim.test, claim.group
    ways = [row["differences"].removeprefix("if_") for row in tests if (row["test"], row["group"]) == about]
    if not ways or claim.check != "recompute" or claim.quantity not in OF_A_TEST:
        return []
    verdict = check_claim(claim, Tables(Fraction(str(study.alpha)), [], tests))
    if verdict.verdict != "reproduced":
        return []
    value, declared = float(verdict.computed), getattr(study.procedure, claim.test)
    line_of = claim.test, ways[0], (declared, "", "")
    lines = [line for line in load_programs() if (line.test, line.differences, line.calculation) == line_of]
    programs = "; ".join(program.line for program in lines)
    printable = printable_of(claim, study, 10.0 ** len(str(int(value))) - 1)
    share, params = printable.share(printable.covered(np.array([value]))), {"switches": [], "effort": 1}
    return [
        Explanation(
            "procedure", f"differences_{ways[0]}", params, value, ways=max(1, len(lines)), programs=programs,
            others=differing.others_as_is, coincidence=share,
        )
    ]  # fmt: skip
