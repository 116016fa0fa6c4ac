"""An invented study of foot baths, and what tests change of it."""

from pathlib import Path

import pytest

from oxymilk.study import Label, load_study

DATA = Path(__file__).parents[2] / "data" / "draft"


@pytest.fixture(scope="session")
def studies():
    """The study (groups bath and usual, times start and end, sleep bad or fine, ages) and others that differ."""
    bath = load_study(DATA / "study.yaml")
    bad, fine = bath.outcome.levels

    def levels(*changed):
        return {"outcome": bath.outcome.model_copy(update={"levels": changed})}

    dose = bath.groups[0].model_copy(update={"label": Label(en="10 mg", id="10 mg")})
    often = fine.model_copy(update={"label": Label(en="poor at times", id="baik")})
    changes = {
        "bath": {},
        "one group": {"groups": bath.groups[:1]},
        "10 mg": {"groups": (dose, bath.groups[1])},
        "change": {"between": "change"},
        "truncated": {"rounding": "truncate"},
        "alpha 0.025": {"alpha": 0.025},
        "Bad -  one": levels(bad.model_copy(update={"id": "Bad -  one"}), fine),
        "poor at times": levels(bad, often),
    }
    return {"": None, **{name: bath.model_copy(update=change) for name, change in changes.items()}}
