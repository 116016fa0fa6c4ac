"""The words by which a draft of claims recognises what a number states: ours, and those of a study."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from oxymilk.study import Study

Pattern = re.Pattern[str]
_LISTS = (
    "people", "units", "sample", "studied", "per_group", "out_of", "up", "down", "unchanged", "everyone", "rest",
    "most", "fewer", "highest", "between", "ratio", "contrast", "joins", "improvement", "other_tests", "evidence",
    "alpha", "p_value", "percent", "criteria", "criteria_after", "other_statistics", "labels", "documents", "software",
    "anatomy", "idioms", "first", "both_times", "between_groups",
)  # fmt: skip


@dataclass(frozen=True)
class Words:
    """Compiled words.

    Attributes
    ----------
    sections : dict
        Head of a section, in lower case -> our short name of it.
    groups, timepoints, levels, tests, operators, statistics, decisions, hypotheses : dict
        Id -> pattern. A level's id is "variable/level"; the outcome without a study has the variable "".
    lists : dict
        The other lists of words.yaml by name -> pattern.
    heads : dict
        Group id -> pattern of its name alone, as a column of a table is headed.
    citations : Pattern
        What shows that a sentence reports other people's numbers; capitals count.
    study : Study or None
        The study whose ids are proposed.
    """

    sections: dict[str, str]
    groups: dict[str, Pattern]
    timepoints: dict[str, Pattern]
    levels: dict[str, Pattern]
    tests: dict[str, Pattern]
    operators: dict[str, Pattern]
    statistics: dict[str, Pattern]
    decisions: dict[str, Pattern]
    hypotheses: dict[str, Pattern]
    citations: Pattern
    heads: dict[str, Pattern]
    lists: dict[str, Pattern] = field(repr=False)
    study: Study | None = None

    def __getitem__(self, name: str) -> Pattern:
        return self.lists[name]

    @property
    def marks(self) -> tuple[str, ...]:
        """The decimal marks of the study, both without one."""
        return self.study.decimal_mark if self.study else (".", ",")

    @property
    def rounding(self) -> str:
        """How the study's printed numbers were rounded."""
        return self.study.rounding if self.study else "half_up"


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
    raw = _raw()
    known = {
        name: {key: list(found) for key, found in raw[name].items()} for name in ("groups", "timepoints")
    }
    levels = {f"/{key}": list(found) for key, found in raw["levels"].items()}
    if study is not None:
        known["groups"] = {
            group.id: [*(_named(label) for label in _labels(group)), *ours]
            for group, ours in zip(study.groups, known["groups"].values(), strict=False)
        }
        given = "|".join(_labels(study.groups[0]))
        for group, words in zip(study.group_ids, raw["given"].values(), strict=False):
            known["groups"][group].append(rf"(?:{'|'.join(words)}) (?:{given})s?")
        known["timepoints"] = {
            point.id: [*_labels(point), *ours]
            for point, ours in zip(study.compared, known["timepoints"].values(), strict=True)
        }
        levels = {
            f"{scale.id}/{level.id}": [*_labels(level), re.escape(level.id)]
            for scale in (study.outcome, *study.characteristics)
            for level in scale.levels
        }
    after = _whole_words(raw["no_level"])
    return Words(
        sections={head: name for name, heads in raw["sections"].items() for head in heads},
        groups=_compiled(known["groups"]),
        timepoints=_compiled(known["timepoints"]),
        levels={
            key: re.compile(_whole_words(found) + rf"(?!\s+{after})", re.IGNORECASE)
            for key, found in levels.items()
        },
        tests=_compiled(raw["tests"]),
        operators={
            key: re.compile(_whole_words(found) + r"(?:\s+[^\W\d]+){0,2}\s*$", re.IGNORECASE)
            for key, found in raw["operators"].items()
        },
        statistics=_compiled(raw["statistics"]),
        decisions=_compiled(raw["decisions"]),
        # "Ha" is a hypothesis, "ha" is not; what became of it is written anyhow
        hypotheses={
            key: re.compile(_whole_words(found), 0 if key in ("alternative", "null") else re.IGNORECASE)
            for key, found in raw["hypotheses"].items()
        },
        citations=re.compile("|".join(_spaced(each) for each in raw["citations"])),
        heads=_heads(study, raw["heads"]),
        lists={name: re.compile(_whole_words(raw[name]), re.IGNORECASE) for name in _LISTS},
        study=study,
    )


def _labels(item: Any) -> list[str]:
    """Return the labels of an item as patterns; what stands in brackets is left out."""
    found = {re.sub(r"\s*\(.*?\)", "", item.label[language]).strip() for language in ("en", "id")}
    # a hyphen may be any dash, and a line may end after it
    return [
        re.escape(label).replace(r"\ ", " ").replace(r"\-", "[-–—]\\s*") for label in sorted(found) if label
    ]


def _named(label: str) -> str:
    """Return a group's label as a group: "oxytocin massage" alone is what it was given, not who."""
    return rf"(?:(?:kelompok|grup) {label}|{label} (?:group|arm)s?)"


def _heads(study: Study | None, ours: dict[str, list[str]]) -> dict[str, Pattern]:
    if study is None:
        return _compiled(ours)
    both = zip(study.groups, ours.values(), strict=False)
    return _compiled({group.id: [*_labels(group), *names] for group, names in both})


def _compiled(lists: dict[str, list[str]]) -> dict[str, Pattern]:
    return {key: re.compile(_whole_words(found), re.IGNORECASE) for key, found in lists.items()}


def _whole_words(patterns: Iterable[str]) -> str:
    # the longest first, so that "lebih dari setengah" is not cut to "lebih dari"
    ordered = sorted((_spaced(each) for each in patterns), key=len, reverse=True)
    return rf"(?<!\w)(?:{'|'.join(ordered)})(?!\w)"


def _spaced(pattern: str) -> str:
    # a lookbehind has a fixed width: one white space
    parts = re.split(r"(\(\?<![^)]*\))", pattern)
    return "".join(
        part.replace(" ", r"\s")
        if part.startswith("(?<!")
        else re.sub(r" (\?)?", lambda match: r"\s*" if match[1] else r"\s+", part)
        for part in parts
    )


@cache
def _raw() -> dict[str, Any]:
    import yaml

    return yaml.safe_load(files("oxymilk.draft").joinpath("words.yaml").read_bytes())
