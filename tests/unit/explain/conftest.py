"""The paper's study, made-up studies of any design, and claims that print their results."""

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from oxymilk.analysis.tables import frequency_table, rank_test_table
from oxymilk.audit.claims import Claim, load_claims
from oxymilk.audit.verdicts import audit_claims
from oxymilk.explain.claims_on_counts import Records, claims_on_counts, records_from_counts
from oxymilk.explain.coincidence import DifferingClaim
from oxymilk.explain.departures import sheet_of
from oxymilk.files import read_csv, write_csv
from oxymilk.ingest import ingest_observations
from oxymilk.stats import difference_counts, rank_sum_counts, signed_rank_counts
from oxymilk.study import Study, load_study

DATA = Path(__file__).parents[3] / "data" / "bontang2023"


def text_claim(name, printed, quantity, **cells):
    return Claim(**{"id": name, "printed": str(printed), "quantity": quantity, "check": "recompute", **cells})


def decimal(value, digits):
    # 0.34374999999999994 is 11 of 32, which prints as 0.3438
    return str(Decimal(f"{float(value):.14g}").quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


@pytest.fixture(scope="session")
def as_text(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")

    def through_file(frame):
        write_csv(frame, folder / "table.csv")
        return read_csv(folder / "table.csv")

    return through_file


@pytest.fixture(scope="session")
def audit(as_text):
    def verdicts(study, claims, observations):
        tables = frequency_table(study, observations), rank_test_table(study, observations)
        return audit_claims(study, claims, *(as_text(table) for table in tables))

    return verdicts


@pytest.fixture(scope="session")
def paper(audit, as_text):
    study = load_study(DATA)
    claims = load_claims(DATA / "claims.csv", study)
    observations = ingest_observations(study, DATA).frame("observations")
    verdicts = audit(study, claims, observations)
    tests = as_text(rank_test_table(study, observations))
    arguments = study, claims, verdicts, observations, [tests]
    return SimpleNamespace(study=study, claims=claims, verdicts=verdicts, arguments=arguments)


@pytest.fixture(scope="session")
def make_study():
    base = load_study(DATA).model_dump(by_alias=True)

    def make(levels, groups=2, sheets=(), **switches):
        changed = dict(base)
        names = [f"level{k}" for k in range(levels)]
        changed["outcome"] = base["outcome"] | {
            "levels": [{"id": name, "label": {"en": name, "id": name}} for name in names]
        }
        changed["groups"] = base["groups"][:groups]
        changed["characteristics"] = []
        changed["sheets"] = list(sheets)
        for test in ("signed_rank", "rank_sum"):
            own = {k: v for k, v in switches.items() if k != "zero_method" or test == "signed_rank"}
            if own:
                changed["procedure"] = changed["procedure"] | {test: own}
        return Study.model_validate(changed)

    return make


@pytest.fixture(scope="session")
def print_all():
    """Claims that print every result of a dataset, as a paper would."""

    def claims_of(study, pairs, digits=3):
        claims = []
        for g, group in enumerate(study.group_ids):
            changes = difference_counts(pairs[g])
            p_value = signed_rank_counts(*changes, study.procedure.signed_rank).p_value
            own = {"test": "signed_rank", "group": group}
            claims.append(text_claim(f"p_{group}", decimal(p_value, digits), "p_value", **own))
            levels = study.outcome.level_ids
            for timepoint, axis in (("pre", 1), ("post", 0)):
                for level, n in zip(levels, pairs[g].sum(axis=axis).tolist(), strict=True):
                    cell = {"group": group, "timepoint": timepoint, "level": level}
                    claims.append(text_claim(f"n_{group}_{timepoint}_{level}", n, "count", **cell))
            claims.append(text_claim(f"up_{group}", int(changes[1].sum()), "count_up", group=group))
        if len(pairs) > 1:
            p_value = rank_sum_counts(pairs[:2].sum(axis=1), study.procedure.rank_sum).p_value
            claims.append(text_claim("p_between", decimal(p_value, digits), "p_value", test="rank_sum"))
        return claims

    return claims_of


@pytest.fixture(scope="session")
def random_pairs():
    """Random tables of pre by post for some groups, sparse enough for ties and zeros."""

    def make(rng, levels, sizes):
        tables = [
            rng.multinomial(n, rng.dirichlet(np.full(levels**2, 0.5))).reshape(levels, levels) for n in sizes
        ]
        return np.array(tables)

    return make


@pytest.fixture(scope="session")
def every_table():
    """All ways to put n participants into some cells, one by one."""

    def ways(n, cells):
        if cells == 1:
            return [(n,)]
        return [(first, *rest) for first in range(n + 1) for rest in ways(n - first, cells - 1)]

    return ways


@pytest.fixture(scope="session")
def claim_text():
    return text_claim


@pytest.fixture(scope="session")
def decimals():
    return decimal


@pytest.fixture(scope="session")
def differing_claim(make_study):
    """The first of some claims as the searches take it, the others beside it."""

    def make(claims, pairs, study=None, computed=""):
        records = pairs
        if not isinstance(pairs, Records):
            records = records_from_counts(study or make_study(len(pairs[0])), np.array(pairs))
        on_counts = claims_on_counts(records, claims)
        own = [claim for claim in on_counts if claim.id == claims[0].id]
        others = [claim for claim in on_counts if claim not in own]
        return DifferingClaim(claims[0], records, (own or [None])[0], others, claims, computed)

    return make


@pytest.fixture(scope="session")
def made_up(make_study, print_all, audit, as_text):
    """A study from tables of pre by post that prints its results, but for what is `misprinted`."""

    def make(pairs, misprinted, more=(), between="post", digits=3, **switches):
        pairs = np.array(pairs)
        study = make_study(pairs.shape[1], groups=len(pairs), **switches)
        study = study.model_copy(update={"between": between})
        claims = [*print_all(study, pairs, digits), *(text_claim(*cells[:3], **cells[3]) for cells in more)]
        claims = [claim.printed_as(misprinted.get(claim.id, claim.printed)) for claim in claims]
        observations = sheet_of(records_from_counts(study, pairs))
        tests = as_text(rank_test_table(study, observations))
        return study, claims, audit(study, claims, observations), observations, [tests]

    return make


@pytest.fixture(scope="session")
def numbers(make_study):
    """A study of twelve, two groups, whose scores are numbers with ties and zeros, and its observations."""
    numbers = {"kind": "number", "scale": "score", "decimals": 0, "levels": ()}
    outcome = make_study(2).outcome.model_copy(update=numbers)
    study = make_study(2).model_copy(update={"outcome": outcome})
    scores = zip((3, 5, 4, 8, 2, 6, 1, 7, 4, 6, 9, 3), (4, 7, 7, 12, 7, 12, 8, 15, 4, 7, 12, 2), strict=True)
    rows = [
        (f"p{i}", study.group_ids[i % 2], timepoint, outcome.id, str(score))
        for i, both in enumerate(scores)
        for timepoint, score in zip(("pre", "post"), both, strict=True)
    ]
    columns = ["participant", "group", "timepoint", "outcome", "score"]
    observations = pd.DataFrame(rows, columns=columns, dtype=str)
    return study, observations
