"""A hit: one way to make a differing claim come true, and its wording in both languages."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from oxymilk.stats.procedure import Procedure
from oxymilk.texts import LANGUAGES, labels, procedure_words

if TYPE_CHECKING:
    import pandas as pd

    from oxymilk.audit.claims import Claim
    from oxymilk.study import Study

KINDS = ("notation", "procedure", "finer_scale", "departure", "none")
_NUMBER = re.compile(r"-?\d+\.\d+(e-?\d+)?")


@dataclass(frozen=True)
class Hit:
    """One way to make a claim come true.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    code : str
        A key of the texts, below `explain.codes`.
    params : dict
        The words of the text; plain values, lists and dicts.
    value : float or None
        The number that the explanation gives.
    prints_as : str
        That number in the claim's style.
    effort : int
        How many steps away: switches moved, participants changed, 1 for a slip or a finer scale.
    participants_changed, switches_moved : int
        The two, where they apply.
    ways : int
        In how many ways the same can come about.
    programs : str
        Programs with versions and output lines.
    kept, contradicted : tuple of str
        Ids of the other claims that hold, or do not, under this explanation.
    coincidence : float or None
        Share of the strings that could have been printed which this search would explain too.
    witness : DataFrame or None
        One dataset that shows the explanation to be possible.
    procedure : Procedure or None
        The procedure, where the explanation is one.
    """

    kind: str
    code: str
    params: dict[str, Any]
    value: float | None = None
    prints_as: str = ""
    effort: int = 1
    participants_changed: int = 0
    switches_moved: int = 0
    ways: int = 1
    programs: str = ""
    kept: tuple[str, ...] = ()
    contradicted: tuple[str, ...] = ()
    coincidence: float | None = None
    witness: pd.DataFrame | None = field(default=None, compare=False)
    procedure: Procedure | None = None

    @property
    def informative(self) -> bool:
        """Whether at most half of the strings that could have been printed would be explained as well."""
        return self.coincidence is not None and self.coincidence <= 0.5

    @property
    def order(self) -> tuple:
        """Key of the ranking: informative first, claims contradicted, steps, coincidence; the rest keeps it stable."""
        share = 2.0 if self.coincidence is None else self.coincidence
        return (
            not self.informative,
            len(self.contradicted),
            self.effort,
            round(share, 12),
            KINDS.index(self.kind),
            self.code,
            sorted_text(self.params),
        )


def describe_hit(code: str, params: dict[str, Any], language: str = "en") -> str:
    """Say a hit in words.

    Parameters
    ----------
    code : str
        The column `code` of explanations.csv.
    params : dict
        The column `params`, read as JSON.
    language : {"en", "id"}

    Returns
    -------
    str
        One or two sentences.

    Raises
    ------
    KeyError
        For a code or language that the texts do not have.
    """
    return _fill(f"codes.{code}", params, language)


def _fill(key: str, params: dict[str, Any], language: str) -> str:
    words = {name: _word(name, value, language) for name, value in params.items()}
    return labels(language)(f"explain.{key}", **words)


def _word(name: str, value: object, language: str) -> str:
    words = labels(language).section("explain.words")
    if name == "procedure":
        return procedure_words(value, value["test"], language)
    if name == "switches":
        return ", ".join(words[f"switch_{one}"] for one in value) or words["no_switch"]
    if name in ("other_test", "statistic"):
        return words[f"{name}_{value}"]
    if name == "changes":
        return "; ".join(_fill("words.change", change, language) for change in value)
    if name == "searched":
        return "; ".join(_searched(one, language) for one in value)
    if name in ("elsewhere", "others"):
        listed = "; ".join(_in_language(one, language) for one in value)
        return words[name].format(list=listed) if value else ""
    if isinstance(value, list):
        return (", " if language == "en" else "; ").join(_in_language(one, language) for one in value)
    return _in_language(value, language, decimal=name in ("value", "low", "high", "source"))


def _searched(one: str, language: str) -> str:
    """Say a search; "departure_2" went up to two participants."""
    words = labels(language).section("explain.words")
    space, _, number = one.rpartition("_")
    if space == "departure" and one != "departure_0":
        return words["searched_departure"].format(n=number)
    return words[f"searched_{one}"]


def _in_language(value: object, language: str, *, decimal: bool = True) -> str:
    """Say a plain value; our own numbers take the language's decimal mark, what is printed stays as printed."""
    if isinstance(value, dict) and set(value) == set(LANGUAGES):
        return value[language]
    text = str(value)
    return text.replace(".", ",") if decimal and language == "id" and _NUMBER.fullmatch(text) else text


def procedure_params(procedure: Procedure, test: str, tail: str = "") -> dict[str, Any]:
    """Return a procedure as params of a hit."""
    switches = procedure.switches()
    if tail:
        switches |= {"tail": tail}
        for name in ("alternative", "two_sided"):
            switches.pop(name, None)
    if test == "rank_sum":
        switches.pop("zero_method", None)
    return {"test": test, **switches}


def claim_label(claim: Claim, study: Study) -> dict[str, str]:
    """Name the place of a claim in both languages: its test, group, timepoint, level and printed number."""
    label = {}
    for language in LANGUAGES:
        words = labels(language).section("explain.words")
        parts = [claim.where] if claim.check == "cited" else []
        if claim.test:
            parts.append(words[f"test_{claim.test}"])
        if claim.group:
            parts.append(study.group(claim.group).label[language])
        if claim.timepoint in study.timepoint_ids and not claim.test:
            parts.append(study.timepoint(claim.timepoint).label[language])
        levels = {level.id: level.label[language] for level in study.outcome.levels}
        if claim.level in levels:
            parts.append(levels[claim.level])
        kind = words[f"quantity_{claim.quantity}"]
        label[language] = f"{', '.join(parts)}: {kind} {claim.printed}"
    return label


def statistic_label(name: str) -> dict[str, str]:
    """Name a statistic in both languages."""
    return {language: labels(language)(f"explain.words.statistic_name_{name}") for language in LANGUAGES}


def sorted_text(params: object) -> str:
    """Return params as JSON with sorted keys: the column `params`."""
    return json.dumps(params, sort_keys=True, ensure_ascii=False)
