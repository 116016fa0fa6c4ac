"""The words by which a draft of claims recognises what a number states: ours, and those of a study."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from oxymilk.audit.printed import EITHER_MARK, Notation
from oxymilk.study import Study

Pattern = re.Pattern[str]
# what must follow words of some kinds: "kurang dari 34" names no level; "at least" comes two words before its number
_BEHIND = {"levels": r"(?!\s+{no_level})", "operators": r"(?:\s+[^\W\d]+){0,2}\s*\Z"}


@dataclass(frozen=True)
class Words:
    """Our words with those of one study.

    Attributes
    ----------
    study : Study or None
        The study whose ids are proposed.
    ids : dict of str to dict
        "groups", "heads" (a group's name alone, as a column is headed), "timepoints", "levels" and each other kind of
        words.yaml that has ids, as id -> pattern. A level's id is "variable/level"; without a study the variable is "".
    notation : Notation
        The decimal marks of the study, both without one, and how its printed numbers were rounded.
    outcome, between : str
        The id of the outcome, "" without a study; the timepoint, or "change", at which the groups are compared.
    """

    study: Study | None
    ids: dict[str, dict[str, Pattern]]
    notation: Notation = EITHER_MARK
    outcome: str = ""
    between: str = "post"


def load_words(study: Study | None = None) -> Words:
    """Compile the words.

    Parameters
    ----------
    study : Study, optional
        Its ids are proposed, and its labels in both languages are known besides our words. Without one the groups are
        "intervention" and "control", the timepoints "pre" and "post", the levels "low", "middle" and "high".
    """
    ours = {kind: words for kind, words in load("words").items() if isinstance(words, dict)}
    kinds, own = dict(ours), {}
    if study:
        kinds |= {"groups": {}, "heads": {}}
        treatment = "|".join(_labels(study.groups[0]))
        entries = (ours[kind].values() for kind in ("groups", "heads", "given"))
        for group, words, heads, given in zip(study.groups, *entries, strict=False):
            labels = _labels(group)
            # "oxytocin massage" alone is what a group was given, not who
            who = [rf"(?:(?:kelompok|grup) {label}|{label} (?:group|arm)s?)" for label in labels]
            kinds["groups"][group.id] = [*who, *words, rf"(?:{'|'.join(given)}) (?:{treatment})s?"]
            kinds["heads"][group.id] = [*labels, *heads]
        points = zip(study.compared, ours["timepoints"].values(), strict=False)
        kinds["timepoints"] = {point.id: [*_labels(point), *words] for point, words in points}
        kinds["timepoints"][""] = ours["timepoints"][""]
        scales = (study.outcome, *study.characteristics)
        levels = {f"{scale.id}/{level.id}": level for scale in scales for level in scale.levels}
        kinds["levels"] = {key: [*_labels(level), re.escape(level.id)] for key, level in levels.items()}
        between = study.compared[1].id if study.between == "post" else study.between
        notation = Notation(study.decimal_mark, study.rounding)
        own = {"notation": notation, "outcome": study.outcome.id, "between": between}
    ids = {
        kind: {key: regex(_whole_words(words) + _BEHIND.get(kind, "")) for key, words in entries.items()}
        for kind, entries in kinds.items()
    }
    ids["every_test"] = {**ids["tests"], **ids["other_tests"]}
    return Words(study, ids, **own)


@cache
def load(name: str) -> Any:
    """Return words.yaml, patterns.yaml or rules.yaml as it is."""
    # ten times as fast where libyaml is there
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(files("oxymilk.draft").joinpath(f"{name}.yaml").read_bytes(), loader)


@cache
def regex(pattern: str) -> Pattern:
    r"""Compile a pattern without regard to case.

    "{name}" in it is a pattern of patterns.yaml or a list of words.yaml, "{statistics.u}" the words for one id.

    Examples
    --------
    >>> regex(r"{people}\s+slept").search("10 Women slept")[0]
    'Women slept'
    """
    for name in re.findall(r"\{([a-z][\w.-]*)\}", pattern):
        if name in load("patterns"):
            expanded = regex(load("patterns")[name]).pattern
        else:
            kind, _, key = name.partition(".")
            words = load("words")[kind]
            lists = [words[key]] if key else words.values() if isinstance(words, dict) else [words]
            expanded = f"(?:{'|'.join(map(_whole_words, lists))})"
        pattern = pattern.replace(f"{{{name}}}", expanded)
    return re.compile(pattern, re.IGNORECASE)


def _labels(item: Any) -> list[str]:
    """Return the labels of an item as patterns; what they have in brackets is left out."""
    found = {re.sub(r"\s*\(.*?\)", "", name).strip() for name in item.label.words}
    # a hyphen may be any dash, and a line may end after it
    escaped = (re.escape(label) for label in sorted(found) if label)
    return [label.replace(r"\ ", " ").replace(r"\-", r"[-–—]\s*") for label in escaped]


def _whole_words(patterns: Sequence[str]) -> str:
    """Return one pattern of whole words; a blank is any white space."""
    spaced = (pattern.replace(" ?", r"\s*").replace(" ", r"\s+") for pattern in patterns)
    # the longest first, so that "lebih dari setengah" is not cut to "lebih dari"
    return rf"(?<!\w)(?:{'|'.join(sorted(spaced, key=len, reverse=True))})(?!\w)"
