"""Explanations as records in the reader's language, for the table, the figures and the report."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from oxymilk.present.p_value_rows import localised
from oxymilk.present.report_claims import ClaimLine, claim_line
from oxymilk.texts import NO_VALUE, Labels, to_decimal

if TYPE_CHECKING:
    import pandas as pd

    from oxymilk.study import Study

NONE = "none"


@dataclass(frozen=True)
class Explanation:
    """One way to make a claim come true.

    Attributes
    ----------
    kind : str
        "notation", "procedure", "finer_scale" or "departure".
    rank : int
        1 is the first.
    description, programs, p_value, prints_as, ways, witness : str
        As in explanations.csv, the description in the language; "" where it does not apply.
    kept, contradicted : tuple of str
        Ids of the other claims about the data that hold, or do not, under this explanation.
    coincidence : float or None
        Share of the numbers that could have been printed which the same search would explain as well.
    informative : bool
        Whether that is at most one half.
    """

    kind: str
    rank: int
    description: str
    programs: str
    p_value: str
    prints_as: str
    ways: str
    witness: str
    kept: tuple[str, ...]
    contradicted: tuple[str, ...]
    coincidence: float | None
    informative: bool


@dataclass(frozen=True)
class ExplainedClaim:
    """A claim that differs, and what would explain it.

    Attributes
    ----------
    ids : tuple of str
        All places where it is printed.
    claim : mapping
        Its row of verdicts.csv, in the first place.
    line : ClaimLine
        The claim in words.
    places : tuple of str
        Where it is printed, in words.
    explanations : tuple of Explanation
        In their ranking; may be empty.
    without : str
        Why there is none, in words; "" where there is one.
    searched : bool
        Whether any search applies to the claim.
    """

    ids: tuple[str, ...]
    claim: Mapping[str, str]
    line: ClaimLine
    places: tuple[str, ...]
    explanations: tuple[Explanation, ...]
    without: str
    searched: bool

    @property
    def title(self) -> str:
        """What the claim states, without its number."""
        return ", ".join(filter(None, (self.line.quantity, self.line.about)))


def explained_claims(
    study: Study, explanations: pd.DataFrame, verdicts: pd.DataFrame, t: Labels
) -> list[ExplainedClaim]:
    """Gather the rows of explanations.csv by claim, in their order.

    Parameters
    ----------
    study : Study
        The study, for its labels.
    explanations, verdicts : DataFrame
        explanations.csv and verdicts.csv, all cells text.
    t : Labels
        The texts of the language.

    Returns
    -------
    list of ExplainedClaim
        Empty when nothing differs.
    """
    from oxymilk.explain import describe_explanation

    claims = {claim["id"]: claim for claim in verdicts.to_dict("records")}
    result = []
    for _, group in groupby(explanations.to_dict("records"), key=lambda row: row["claim_id"]):
        rows = list(group)
        ids = tuple(rows[0]["claim_ids"].split())
        said = [describe_explanation(row["code"], _params(study, row, t), t.language) for row in rows]
        hits = [_explanation(row, text) for row, text in zip(rows, said, strict=True) if row["kind"] != NONE]
        without = [text for row, text in zip(rows, said, strict=True) if row["kind"] == NONE]
        claim = claims[ids[0]]
        result.append(
            ExplainedClaim(
                ids=ids,
                claim=claim,
                line=claim_line(study, claim, t),
                places=tuple(t.place(claims[each]["where"]) for each in ids),
                explanations=tuple(hits),
                without="" if hits else " ".join(without),
                searched=rows[0]["code"] != "no_search",
            )
        )
    return result


def claim_words(study: Study, claim: Mapping[str, str], t: Labels) -> str:
    """Say a claim in a few words: what it states, of whom, and the printed number."""
    line = claim_line(study, claim, t)
    about = ", ".join(filter(None, (line.quantity, line.about)))
    return t("explanations.claim", about=about, printed=localised(line.printed, study, t.language))


def percent(share: float | None, t: Labels) -> str:
    """Write a share in whole percent; what is not nothing is not written as 0%, what is not all not as 100%."""
    if share is None:
        return NO_VALUE
    whole = t.number(100 * to_decimal(share), 0)
    if whole == "0" and share > 0:
        return "<1%"
    if whole == "100" and share < 1:
        return ">99%"
    return f"{whole}%"


def contradicts(hit: Explanation, t: Labels) -> str:
    """Say how many of the other claims about the data an explanation contradicts."""
    total = len(hit.kept) + len(hit.contradicted)
    return t("explanations.of", n=len(hit.contradicted), total=total) if total else NO_VALUE


def _params(study: Study, row: Mapping[str, str], t: Labels) -> dict[str, object]:
    """Return the words of a hit; what is printed takes the reader's decimal mark, as everywhere in the report."""
    params = json.loads(row["params"])
    printed = {
        name: localised(params[name], study, t.language)
        for name in ("printed", "prints_as")
        if name in params
    }
    return params | printed


def _explanation(row: Mapping[str, str], description: str) -> Explanation:
    return Explanation(
        kind=row["kind"],
        rank=int(row["rank"]),
        description=description,
        **{name: row[name] for name in ("programs", "p_value", "prints_as", "ways", "witness")},
        kept=tuple(row["claims_kept"].split()),
        contradicted=tuple(row["claims_contradicted"].split()),
        coincidence=float(row["coincidence"]) if row["coincidence"] else None,
        informative=row["informative"] == "true",
    )
