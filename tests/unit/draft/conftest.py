"""An invented study of foot baths, and what tests change of it; rows of CSV files; the accounting for numbers."""

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from oxymilk.draft.read import find_tokens
from oxymilk.study import Label, load_study

DATA = Path(__file__).parents[2] / "data" / "draft"


def unaccounted(text, claims, exclusions):
    """The numbers that a text has more or less often than rows list them: number, times of both, lines of the text."""
    lines, listed = defaultdict(list), Counter()
    for token in find_tokens(text):
        lines[token.text].append(text.count("\n", 0, token.start) + 1)
    for row in claims:
        # the others say something about numbers that have rows of their own
        if row["quantity"] not in ("comparison", "decision", "sum"):
            listed.update(token.text for token in find_tokens(row["printed"]))
    for row in exclusions:
        # "V" alone is a letter; an exclusion may still name it
        (token,) = find_tokens(row["token"]) or find_tokens(f"ke-{row['token']}")
        listed[token.text] += int(row["occurrences"])
    counts = [(name, len(lines[name]), listed[name], lines[name]) for name in sorted({*lines, *listed})]
    return [count for count in counts if count[1] != count[2]]


@pytest.fixture(scope="session")
def studies():
    """The study (groups bath and usual, times start and end, sleep bad or fine, ages) and others that differ."""
    bath = load_study(DATA / "study.yaml")
    bad, fine = bath.outcome.levels

    def levels(*changed):
        return {"outcome": bath.outcome.model_copy(update={"levels": changed})}

    dose = bath.groups[0].model_copy(update={"label": Label(en="10 mg", id="10 mg")})
    greater = bath.procedure.rank_sum_switches.model_copy(update={"alternative": "greater"})
    one_sided = bath.procedure.model_copy(update={"rank_sum_switches": greater})
    often = fine.model_copy(update={"label": Label(en="poor at times", id="baik")})
    changes = {
        "bath": {},
        "one group": {"groups": bath.groups[:1]},
        "10 mg": {"groups": (dose, bath.groups[1])},
        "change": {"between": "change"},
        "one-sided": {"procedure": one_sided},
        "truncated": {"rounding": "truncate"},
        "alpha 0.025": {"alpha": 0.025},
        "Bad -  one": levels(bad.model_copy(update={"id": "Bad -  one"}), fine),
        "poor at times": levels(bad, often),
    }
    return {"": None, **{name: bath.model_copy(update=change) for name, change in changes.items()}}
