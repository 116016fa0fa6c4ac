from dataclasses import FrozenInstanceError, fields

import pytest

from oxymilk.stats import Procedure
from oxymilk.stats.procedure import CHOICES


def test_defaults_are_the_first_choices():
    defaults = {field.name: field.default for field in fields(Procedure) if field.name != "method"}
    assert defaults == {name: choices[0] for name, choices in CHOICES.items() if name != "method"}


@pytest.mark.parametrize(
    ("switches", "named"),
    [
        ({"method": "asymptotic", "two_sided": "doubled"}, "two_sided"),
        ({"method": "asymptotic", "mid_p": True}, "mid_p"),
        ({"method": "asymptotic", "half_integer": "conservative"}, "half_integer"),
        ({"method": "exact", "continuity": True}, "continuity"),
        ({"method": "exact", "tie_correction": False}, "tie_correction"),
        ({"method": "exact", "half_integer": "conservative"}, "half_integer"),
        ({"method": "exact", "alternative": "less", "two_sided": "likelihood"}, "two_sided"),
        ({"method": "exact_untied", "continuity": True}, "continuity"),
        ({"method": "exact_untied", "tie_correction": False}, "tie_correction"),
        ({"method": "exact_untied", "two_sided": "doubled"}, "two_sided"),
        ({"method": "exact_untied", "mid_p": True}, "mid_p"),
    ],
)
def test_meaningless_combinations(switches, named):
    with pytest.raises(ValueError, match=f"{named}=.* means nothing"):
        Procedure(**switches)


@pytest.mark.parametrize(
    "switches",
    [
        {"method": "auto"},
        {"method": "exact", "alternative": "both"},
        {"method": "exact", "alternative": None},
        {"method": "asymptotic", "tie_correction": 1},
        {"method": "asymptotic", "continuity": "yes"},
        {"method": "exact", "zero_method": "wilcox"},
        {"method": "exact", "two_sided": "minlike"},
        {"method": "exact", "mid_p": 0},
        {"method": "exact_untied", "half_integer": "up"},
    ],
)
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


def test_words_tell_procedures_apart(every_procedure):
    for test, procedures in every_procedure.items():
        assert len({procedure.words_for(test) for procedure in procedures}) == len(procedures)
    with pytest.raises(ValueError, match=r"^test must be one of signed_rank, rank_sum; not 't_test'$"):
        Procedure("exact").words_for("t_test")


def test_with_alternative():
    doubled = Procedure("exact", two_sided="doubled", mid_p=True)
    assert doubled.with_alternative("less") == Procedure("exact", "less", mid_p=True)
    assert doubled.with_alternative("two-sided") == doubled
    continuity = Procedure("asymptotic", continuity=True)
    assert continuity.with_alternative("greater") == Procedure("asymptotic", "greater", continuity=True)


def test_frozen_and_hashable():
    procedure = Procedure("exact")
    with pytest.raises(FrozenInstanceError):
        procedure.mid_p = True
    assert {procedure: 1}[Procedure("exact")] == 1
