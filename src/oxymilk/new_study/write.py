"""Write the study.yaml and the example claims.csv of a new study: YAML that a person will edit, with comments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml
from pydantic import BaseModel

from oxymilk.ingest.privacy import identifies
from oxymilk.new_study.answers import Answers
from oxymilk.new_study.lexicon import WORDS, classes, label, ordered, say, slug
from oxymilk.new_study.profile import Column
from oxymilk.numbers import most_decimals
from oxymilk.study import Study
from oxymilk.study.checks import SWITCHES_OF_METHOD
from oxymilk.study.outcome import Outcome
from oxymilk.study.yaml_lines import UNDECIDED
from oxymilk.texts import LANGUAGES, labels
from oxymilk.words import fold, same_unit

if TYPE_CHECKING:
    import pandas as pd

_WIDTH = 108
_MOST_CATEGORIES = 8
_PLAIN = re.compile(r"[^\W\d_][\w ./()+-]*|\d+")
_NUMBER = re.compile(r"\d+(\.\d+)?")


class Noted(NamedTuple):
    """A value and what is to be said of it: behind it on its line, and above its key."""

    value: Any
    behind: str = ""
    above: str = ""


@dataclass
class ProposedStudy:
    """What study.yaml will say of the sheets, and what the rest of it needs to know."""

    # as study.yaml holds them, values with comments
    sheets: list[dict[str, Any]] = field(default_factory=list)
    characteristics: list[dict[str, Any]] = field(default_factory=list)
    # ids in time order
    timepoints: list[str] = field(default_factory=lambda: ["pre", "post"])
    # what was measured, as the headers name it; empty when they do not
    outcome: str = ""
    # the items of a checklist, as the headers write them, and yes and no, or points, as the cells do
    items: list[str] = field(default_factory=list)
    answers_seen: dict[str, Any] = field(default_factory=dict)
    # the numbers, as the cells hold them, and their unit; the words of levels
    numbers: set[str] = field(default_factory=set)
    unit: str = ""
    unclear: str = ""  # a number whose mark may divide thousands
    words: list[str] = field(default_factory=list)
    # ("group" or "level", word) for words whose meaning is open
    undecided: list[tuple[str, str]] = field(default_factory=list)


def compose(tree: dict[str, Any]) -> str:
    r"""Return a mapping as YAML text.

    It holds dicts, lists, texts, true and false; each may be a `Noted`. A tuple is written on one line, None is left
    out. A text is in quotation marks when it would not read back as that text else.

    Examples
    --------
    >>> print(compose({"alpha": Noted("0.05", "seen: nothing", "The threshold."), "No": ("a b", "5:12")}), end="")
    # The threshold.
    alpha: 0.05  # seen: nothing
    "No": [a b, "5:12"]
    """
    return "\n".join(map(_printable, _lines(tree, ""))) + "\n"


def _lines(tree: dict[str, Any] | list[Any], indent: str) -> Iterator[str]:
    """Yield the lines of a mapping or list in block style; what fits on a line is written on one."""
    is_list = isinstance(tree, list)
    for key, part in enumerate(tree) if is_list else tree.items():
        if part is None:
            continue
        value, behind, above = part if isinstance(part, Noted) else Noted(part)
        yield from (f"{indent}# {line}" if line else "" for line in above.splitlines())
        start = f"{indent}-" if is_list else f"{indent}{_on_one_line(str(key))}:"
        comment = f"  # {behind}" if behind else ""
        if line := _on_one_line(value):
            yield f"{start} {line}{comment}"
            continue
        lines = list(_lines(value, indent + "  "))
        if is_list:
            # the first key is on the line of the hyphen, below what is said above it
            first = next(at for at, line in enumerate(lines) if not line.lstrip().startswith("#"))
            lines[first] = f"{start} {lines[first].lstrip()}"
        else:
            yield start + comment
        yield from lines


def _on_one_line(value: Any) -> str:
    """Return a value on one line; the empty string when it is too long for one, or something is said of its parts."""
    if isinstance(value, dict):
        parts = {_on_one_line(str(key)): _on_one_line(part) for key, part in value.items()}
        line = "{" + ", ".join(f"{key}: {part}" for key, part in parts.items()) + "}"
        deep = sum(isinstance(part, dict) for part in value.values())
        return line if deep < 2 and all(parts.values()) and len(line) <= _WIDTH else ""
    if isinstance(value, Noted | list):
        return ""
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_on_one_line, value)) + "]"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    is_plain = _PLAIN.fullmatch(text) and text == text.strip() and yaml.safe_load(text) == text
    if is_plain or _NUMBER.fullmatch(text) or isinstance(value, bool):
        return text
    return json.dumps(_printable(text), ensure_ascii=False)


def _printable(text: str) -> str:
    """Return the text without characters that YAML does not allow."""
    return "".join(character if character.isprintable() else " " for character in text)


def _about(model: type[BaseModel], key: str, language: str) -> str:
    """Return the description of a key of study.yaml."""
    return labels(language)(model.model_fields[key].description, undecided=UNDECIDED).strip()


def characteristic_of(column: Column, known: dict[str, Any], language: str) -> dict[str, Any]:
    """Return the keys of a characteristic of Table 1, and its `source`; none when its cells do not say.

    Numbers are proposed as numbers, words as levels in their usual order, else as they were met. Codes whose words
    the file does not tell are left alone: what they mean, only the user can say.
    """
    if "numbers" in known and not column.labels and column.number_share == 1:
        units = {number[2] for number in column.numbers if number[2]}
        # the sheet's own unit, unless it is a spelling of the usual one, whose name is known in both languages
        own = units.pop() if len(units) == 1 else ""
        unit = own if own and not same_unit(own, known["unit"][language]) else known["unit"]
        keys = {"kind": "number", "unit": unit, "source": column.name}
        keys |= {bound: known[bound] for bound in ("minimum", "maximum") if unit is known["unit"]}
        decimals = most_decimals(number[1] for number in column.numbers)
        if decimals is not None:
            keys["decimals"] = Noted(str(decimals), say("seen.characteristic_number", language))
        return keys
    words = {word: column.labels.get(word, word) for word in column.counts}
    usual = [fold(name) for name in ordered(words.values()) or classes(words.values())]
    if usual:
        words = dict(sorted(words.items(), key=lambda entry: usual.index(fold(entry[1]))))
    ids = {word: slug(name, f"{known['id']}_{at}") for at, (word, name) in enumerate(words.items(), start=1)}
    are_codes = any(word.replace(".", "").isdecimal() for word in words.values())
    are_levels = 0 < len(set(ids.values())) == len(ids) <= _MOST_CATEGORIES
    if are_codes or not are_levels or any(map(identifies, words.values())):
        return {}
    levels = [{"id": ids[word], "label": label(name)} for word, name in words.items()]
    seen = say("seen.characteristic_ordered" if usual else "seen.characteristic_levels", language)
    return {"levels": Noted(levels, seen), "source": {"column": column.name, "codes": ids}}


def timepoint_label(timepoint: str) -> dict[str, str]:
    """Return the label of a timepoint in every language: of day_3 Day 3, of day_3_pagi Day 3 morning."""
    counted = {visit["id"]: visit["label"] for visit in WORDS["visits"]}
    words = [counted.get(word) or label(word) for word in timepoint.split("_")]
    return {language: " ".join(word[language] for word in words) for language in LANGUAGES}


def study_text(name: str, files: list[str], answers: Answers, proposed: ProposedStudy, language: str) -> str:
    """Return study.yaml, each key below its description in the language.

    Parameters
    ----------
    name, files : str and list of str
        The names of the study and of its files.
    answers : Answers
        What the user said.
    proposed : ProposedStudy
        What was seen in the sheets.
    language : {'en', 'id'}
        The language of the comments.

    Returns
    -------
    str
        YAML that `load_study` reads once every `???` is replaced.
    """
    from oxymilk.stats.programs import load_programs

    # the procedures of the program that the user named, with the switches that its methods have
    program = WORDS["programs"][answers.program]
    known = {line.id: line.procedure for line in load_programs()}
    named = Noted(program["name"], say("seen.program", language))
    procedure: dict[str, Any] = {"basis": "chosen", "program": named}
    for test in ("signed_rank", "rank_sum")[: len(answers.groups) or 1]:
        values = asdict(known[program[test]])
        own = [switch for switch, methods in SWITCHES_OF_METHOD.items() if values["method"] in methods]
        names = ["method", "alternative", *own]
        names += ["zero_method"] if test == "signed_rank" else []
        procedure[test] = {name: values[name] for name in names}
    which = say("seen.compare_open", language, legal=", ".join(proposed.timepoints))
    compare = Noted(answers.compare or (UNDECIDED,) * 2, which)
    content = {
        "id": name,
        "title": _label(answers.title or name.replace("_", " "), language),
        "decimal_mark": (",", "."),
        "rounding": "half_up",
        "alpha": "0.05",
        "groups": [{"id": group.id, "label": _label(group.name, language)} for group in answers.groups],
        "timepoints": [{"id": when, "label": timepoint_label(when)} for when in proposed.timepoints],
        "compare": compare if len(proposed.timepoints) > 2 else None,
        "outcome": _outcome(answers, proposed, language),
        "characteristics": proposed.characteristics or None,
        "sheets": proposed.sheets,
        "reconstructed": any("crosstab" in sheet for sheet in proposed.sheets) or None,
        "procedure": procedure,
        "between": "post" if len(answers.groups) > 1 else None,
    }
    return commented(content, say("comments.top", language, name=name, files=", ".join(files)), language)


def commented(content: dict[str, Any], top: str, language: str) -> str:
    """Return the content of a study.yaml as text, each key below its description; None is left out."""
    tree = {
        key: (value if isinstance(value, Noted) else Noted(value))._replace(above=f"\n{_about(Study, key, language)}")
        for key, value in content.items() if value is not None
    }  # fmt: skip
    return "".join(f"# {line}\n" for line in top.splitlines()) + compose(tree)


def example_claims(language: str) -> pd.DataFrame:
    """Return a claims.csv with one example row, which counts for none: the level of significance."""
    import pandas as pd

    from oxymilk.audit.claims import COLUMNS

    row = {"id": "example_alpha", "where": say("claims.where", language), "printed": "0.05", "quantity": "alpha",
           "check": "recompute", "expect": "reproduced", "note": say("claims.note", language)}  # fmt: skip
    return pd.DataFrame([row], columns=list(COLUMNS), dtype=object).fillna("")


def _label(name: str, language: str, seen: str = "") -> Any:
    """Return the label in both languages; that it was `seen`, and that it must still be translated, is noted."""
    both = label(name)
    is_same = len(set(both.values())) == 1 and name != UNDECIDED
    note = "; ".join(filter(None, (seen, say("seen.translate", language) if is_same else "")))
    return Noted(both, note) if note else both


def _outcome(answers: Answers, proposed: ProposedStudy, language: str) -> dict[str, Any]:
    """Return the outcome with its levels, the items of a checklist, or the unit of a number."""
    kind, name = answers.measured, answers.outcome or proposed.outcome or UNDECIDED
    seen = say("seen.outcome" if proposed.outcome else "seen.outcome_open", language)
    both = _label(name, language, "" if answers.outcome else seen)
    tree: dict[str, Any] = {"id": slug(label(name)["en"], "outcome"), "label": both, "kind": kind}
    if kind == "number":
        bounds = {bound for level in answers.levels for bound in level.bounds.values()}
        decimals = most_decimals(proposed.numbers | bounds)
        no_decimals = say("seen.no_decimals", language) if decimals is None else ""
        unit = label(answers.unit)
        tree["unit"] = Noted(unit if len(set(unit.values())) > 1 else answers.unit or UNDECIDED, no_decimals)
        if decimals is not None:
            tree["decimals"] = Noted(str(decimals), say("seen.decimals", language))
        # where each level has a bound on a side, the outermost is that of all numbers
        sides = {"minimum": ("at_least", "above", min), "maximum": ("at_most", "below", max)}
        for key, (name, other, end) in sides.items() if answers.levels else ():
            ends = [level.bounds.get(name, level.bounds.get(other)) for level in answers.levels]
            tree[key] = None if None in ends else end(ends, key=float)
        tree["scale"] = Noted("score", above=_about(Outcome, "scale", language))
    is_cut, no_cutoff = kind != "levels", {"at_least": Noted(UNDECIDED, say("seen.cutoff_open", language))}
    levels = [{"id": level.id, "label": _label(level.name, language)} for level in answers.levels]
    for level, named in zip(levels, answers.levels if is_cut else (), strict=is_cut):
        level |= named.bounds or no_cutoff
    if levels:
        tree["levels"] = Noted(levels, above=_about(Outcome, "levels", language) if is_cut else "")
    elif kind == "checklist":
        tree["scale"] = "score"
    elif kind != "number":
        tree["levels"] = Noted(UNDECIDED, say("seen.level_open", language))
    if kind == "checklist":
        numbered = enumerate(proposed.items, start=1)
        items = [{"id": f"item_{n}", "column": item, "label": _label(item, language)} for n, item in numbered]
        seen = proposed.answers_seen
        words = {what: seen.get(what) or (UNDECIDED,) for what in ("yes", "no")}
        if "points" in seen:
            other = ", ".join(f"{word}: {points}" for word, points in seen.get("other", {}).items())
            note = say("seen.points", language, other=other) if other else ""
            words = {"points": Noted(seen["points"], note)}
        above = _about(Outcome, "checklist", language)
        tree["checklist"] = Noted(words | {"items": items or UNDECIDED}, above=above)
    return tree
