"""The words by which a draft of claims recognises what a number states: ours, and those of a study."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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
    """

    study: Study | None
    ids: dict[str, dict[str, Pattern]]

    def __getitem__(self, name: str) -> Pattern:
        """Return a list of words.yaml or a pattern of rules.yaml."""
        return compiled(f"{{{name}}}")

    @property
    def marks(self) -> tuple[str, ...]:
        """The decimal marks of the study, both without one."""
        return self.study.decimal_mark if self.study else (".", ",")

    @property
    def rounding(self) -> str:
        """How the study's printed numbers were rounded."""
        return self.study.rounding if self.study else "half_up"

    @property
    def between(self) -> str:
        """The timepoint, or "change", at which the groups are compared."""
        if self.study is None:
            return "post"
        return self.study.compared[1].id if self.study.between == "post" else self.study.between

    @property
    def outcome(self) -> str:
        """The id of the study's outcome, "" without a study."""
        return self.study.outcome.id if self.study else ""


def load_words(study: Study | None = None) -> Words:
    """Compile the words.

    Parameters
    ----------
    study : Study, optional
        Its ids are proposed, and its labels in both languages are known besides our words. Without one the groups are
        "intervention" and "control", the timepoints "pre" and "post", the levels "low", "middle" and "high".

    Returns
    -------
    Words
    """
    ours = {kind: ids for kind, ids in word_lists().items() if isinstance(ids, dict)}
    kinds = {**ours, **(_of_study(study, ours) if study else {})}
    return Words(
        study,
        {
            kind: {key: compiled(_whole_words(found) + _BEHIND.get(kind, "")) for key, found in ids.items()}
            for kind, ids in kinds.items()
            if kind not in ("sections", "number_words")
        },
    )


@cache
def word_lists() -> dict[str, Any]:
    """Return words.yaml as it is: lists of words, and kinds of words with ids."""
    return yaml.safe_load(files("oxymilk.draft").joinpath("words.yaml").read_bytes())


@cache
def section_names() -> dict[str, str]:
    """Return our short name of a section for each of its heads, in lower case."""
    return {head: name for name, heads in word_lists()["sections"].items() for head in heads}


@cache
def rules_file() -> dict[str, Any]:
    """Return rules.yaml as it is: named patterns, and the rules."""
    return yaml.safe_load(files("oxymilk.draft").joinpath("rules.yaml").read_bytes())


@cache
def compiled(pattern: str) -> Pattern:
    r"""Compile a pattern without regard to case.

    "{name}" in it is a list of words.yaml or a pattern of rules.yaml, "{statistics.u}" the words for one id.

    Examples
    --------
    >>> compiled(r"{people}\s+slept").search("10 Women slept")[0]
    'Women slept'
    """
    return re.compile(re.sub(r"\{([a-z_.]+)\}", lambda name: _expanded(name[1]), pattern), re.IGNORECASE)


@cache
def _expanded(name: str) -> str:
    """Return the pattern that a name stands for; of a kind of words with ids, all of them."""
    if name in rules_file()["patterns"]:
        return compiled(rules_file()["patterns"][name]).pattern
    kind, _, key = name.partition(".")
    words = word_lists()[kind][key] if key else word_lists()[kind]
    return _whole_words(words) if isinstance(words, list) else "|".join(map(_whole_words, words.values()))


def _of_study(study: Study, ours: Mapping[str, Any]) -> dict[str, dict[str, list[str]]]:
    """Return the kinds of words for which a study has ids, and its labels beside our words."""
    groups = [
        (group, _labels(group), *words)
        for group, *words in zip(
            study.groups, *(ours[kind].values() for kind in ("groups", "heads", "given")), strict=False
        )
    ]
    treatment = "|".join(_labels(study.groups[0]))
    return {
        # "oxytocin massage" alone is what a group was given, not who
        "groups": {
            group.id: [
                *(rf"(?:(?:kelompok|grup) {label}|{label} (?:group|arm)s?)" for label in labels),
                *words,
                rf"(?:{'|'.join(given)}) (?:{treatment})s?",
            ]
            for group, labels, words, _, given in groups
        },
        "heads": {group.id: [*labels, *heads] for group, labels, _, heads, _ in groups},
        "timepoints": {
            **{
                point.id: [*_labels(point), *words]
                for point, words in zip(study.compared, ours["timepoints"].values(), strict=False)
            },
            "": ours["timepoints"][""],
        },
        "levels": {
            f"{scale.id}/{level.id}": [*_labels(level), re.escape(level.id)]
            for scale in (study.outcome, *study.characteristics)
            for level in scale.levels
        },
    }


def _labels(item: Any) -> list[str]:
    """Return the labels of an item as patterns; what they have in brackets is left out."""
    found = {re.sub(r"\s*\(.*?\)", "", item.label[language]).strip() for language in ("en", "id")}
    # a hyphen may be any dash, and a line may end after it
    return [
        re.escape(label).replace(r"\ ", " ").replace(r"\-", "[-–—]\\s*") for label in sorted(found) if label
    ]


def _whole_words(patterns: Iterable[str]) -> str:
    """Return one pattern of whole words; a blank is any white space."""
    # the longest first, so that "lebih dari setengah" is not cut to "lebih dari"
    ordered = sorted(map(_spaced, patterns), key=len, reverse=True)
    return rf"(?<!\w)(?:{'|'.join(ordered)})(?!\w)"


def _spaced(pattern: str) -> str:
    """Let blanks be any white space; in a lookbehind, whose width is fixed, one."""
    parts = re.split(r"(\(\?<![^)]*\))", pattern)
    return "".join(
        part.replace(" ", r"\s")
        if part.startswith("(?<!")
        else part.replace(" ?", r"\s*").replace(" ", r"\s+")
        for part in parts
    )
