from dataclasses import fields

import pytest
from tests.cases import cases

from oxymilk.stats import Procedure
from oxymilk.stats.procedure import CHOICES


def test_defaults_are_the_first_choices():
    defaults = {field.name: field.default for field in fields(Procedure) if field.name != "method"}
    assert defaults == {name: choices[0] for name, choices in CHOICES.items() if name != "method"}


@cases
def test_meaningless_combinations(method, unused):
    for name in unused:
        with pytest.raises(ValueError, match=f"{name}=.* means nothing with method='{method}'"):
            Procedure(method, **{name: CHOICES[name][1]})
    with pytest.raises(ValueError, match=r"two_sided=.* means nothing"):
        Procedure("exact", "less", two_sided="likelihood")


@cases
def test_unknown_values(switches):
    name = list(switches)[-1]
    listed = ", ".join(map(str, CHOICES[name]))
    with pytest.raises(ValueError, match=f"^{name} must be one of {listed}; not {switches[name]!r}$"):
        Procedure(**switches)


def test_meaningful_combinations(every_procedure):
    procedures = every_procedure["signed_rank"]
    # asymptotic 3 x 2 x 2 x 3; exact 3 zero rules x (3 two-sided rules + 2 tails) x mid-p; untied 3 x 3 x 2
    assert len(set(procedures)) == len(procedures) == 36 + 30 + 18
    assert [Procedure(**procedure.switches()) for procedure in procedures] == list(procedures)


def test_words_are_of_a_test():
    # that no two procedures have the same is asked for in test_texts
    with pytest.raises(ValueError, match=r"^test must be one of signed_rank, rank_sum; not 't_test'$"):
        Procedure("exact").words_for("t_test")


def test_with_alternative():
    doubled = Procedure("exact", two_sided="doubled", mid_p=True)
    assert doubled.with_alternative("less") == Procedure("exact", "less", mid_p=True)
    assert doubled.with_alternative("two-sided") == doubled
    continuity = Procedure("asymptotic", continuity=True)
    assert continuity.with_alternative("greater") == Procedure("asymptotic", "greater", continuity=True)
