"""A hit: one way to make a differing claim come true, and its wording in both languages."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from oxymilk.stats.procedure import CHOICES, Procedure

if TYPE_CHECKING:
    import pandas as pd

    from oxymilk.audit.claims import Claim
    from oxymilk.study import Study

KINDS = ("notation", "procedure", "finer_scale", "departure", "none")
LANGUAGES = ("en", "id")
_NUMBER = re.compile(r"-?\d+\.\d+(e-?\d+)?")
_SWITCH_ORDER = tuple(CHOICES)


@dataclass(frozen=True)
class Hit:
    """One way to make a claim come true.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    code : str
        A key of texts.yaml.
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
        For a code or language that texts.yaml does not have.
    """
    texts = _texts()
    return _fill(texts["codes"][code][language], params, language)


def _fill(template: str, params: dict[str, Any], language: str) -> str:
    return template.format_map({name: _word(name, value, language) for name, value in params.items()})


def _word(name: str, value: object, language: str) -> str:
    words = _texts()["words"]
    if name == "procedure":
        return procedure_words(value, language)
    if name == "switches":
        return ", ".join(words[f"switch_{one}"][language] for one in value) or words["no_switch"][language]
    if name in ("other_test", "statistic"):
        return words[f"{name}_{value}"][language]
    if name == "changes":
        return "; ".join(_fill(words["change"][language], change, language) for change in value)
    if name == "searched":
        return "; ".join(_searched(one, language) for one in value)
    if name in ("elsewhere", "others"):
        listed = "; ".join(_in_language(one, language) for one in value)
        return words[name][language].format(list=listed) if value else ""
    if isinstance(value, list):
        return (", " if language == "en" else "; ").join(_in_language(one, language) for one in value)
    return _in_language(value, language, decimal=name in ("value", "low", "high", "source"))


def _searched(one: str, language: str) -> str:
    """Say a search; "departure_2" went up to two participants."""
    words = _texts()["words"]
    space, _, number = one.rpartition("_")
    if space == "departure" and one != "departure_0":
        return words["searched_departure"][language].format(n=number)
    return words[f"searched_{one}"][language]


def _in_language(value: object, language: str, *, decimal: bool = True) -> str:
    """Say a plain value; our own numbers take the language's decimal mark, what is printed stays as printed."""
    if isinstance(value, dict) and set(value) == set(LANGUAGES):
        return value[language]
    text = str(value)
    return text.replace(".", ",") if decimal and language == "id" and _NUMBER.fullmatch(text) else text


def procedure_words(procedure: dict[str, Any], language: str) -> str:
    """Say a procedure from its switches: {"test": ..., and those that it uses}."""
    words = _texts()["procedure"]
    parts = []
    for name in _SWITCH_ORDER:
        if name not in procedure or (name == "zero_method" and procedure["test"] == "rank_sum"):
            continue
        if name == "alternative" and "two_sided" in procedure and procedure["alternative"] == "two-sided":
            continue
        value = procedure[name]
        key = f"{name}_{str(value).lower()}" if isinstance(value, bool) else f"{name}_{value}"
        if text := words[key][language]:
            parts.append(text)
    if procedure.get("tail"):
        parts.append(words["tail_smaller"][language])
    return ", ".join(parts)


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
    words = _texts()["words"]
    label = {}
    for language in LANGUAGES:
        parts = [claim.where] if claim.check == "cited" else []
        if claim.test:
            parts.append(words[f"test_{claim.test}"][language])
        if claim.group:
            parts.append(study.group(claim.group).label[language])
        if claim.timepoint in study.timepoint_ids and not claim.test:
            parts.append(study.timepoint(claim.timepoint).label[language])
        levels = {level.id: level.label[language] for level in study.outcome.levels}
        if claim.level in levels:
            parts.append(levels[claim.level])
        kind = words[f"quantity_{claim.quantity}"][language]
        label[language] = f"{', '.join(parts)}: {kind} {claim.printed}"
    return label


def statistic_label(name: str) -> dict[str, str]:
    """Name a statistic in both languages."""
    return dict(_texts()["words"][f"statistic_name_{name}"])


def sorted_text(params: object) -> str:
    """Return params as JSON with sorted keys: the column `params`."""
    return json.dumps(params, sort_keys=True, ensure_ascii=False)


@cache
def _texts() -> dict[str, Any]:
    import yaml

    text = resources.files("oxymilk.audit.explain").joinpath("texts.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)
