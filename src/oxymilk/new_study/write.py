"""Write the study.yaml and the first claims.csv of a new study: YAML that a person will edit, with comments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from oxymilk.new_study.answers import Answers
from oxymilk.new_study.lexicon import label, lexicon, say, slug
from oxymilk.study import Study
from oxymilk.study.outcome import Outcome
from oxymilk.study.yaml_lines import UNDECIDED
from oxymilk.texts import labels

if TYPE_CHECKING:
    import pandas as pd
    from pydantic import BaseModel

_WIDTH = 108
_PLAIN = re.compile(r"[^\W\d_][\w ./()+-]*|\d+")
_TIMEPOINTS = {"pre": {"en": "Before", "id": "Sebelum"}, "post": {"en": "After", "id": "Sesudah"}}


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
    # the items of a checklist, as the headers write them, and yes and no as the cells do
    items: list[str] = field(default_factory=list)
    answers_seen: dict[str, list[str]] = field(default_factory=dict)
    # the most decimals of the numbers
    decimals: int = 0
    # the participants that there seem to be: (group, participant), the group only where their numbers start anew
    people: set[tuple[str, str]] = field(default_factory=set)
    # ("group" or "level", word) for words whose meaning is open
    undecided: list[tuple[str, str]] = field(default_factory=list)
    # whether the sheet is a printed table
    reconstructed: bool = False


def compose(tree: dict[str, Any]) -> str:
    r"""Return a mapping as YAML text.

    Parameters
    ----------
    tree : dict
        Nested dicts, lists, texts, true and false; each may be a `Noted`. A tuple is written on one line.

    Examples
    --------
    >>> print(compose({"alpha": Noted("0.05", "seen: nothing", "The threshold.")}), end="")
    # The threshold.
    alpha: 0.05  # seen: nothing
    """
    return "\n".join(map(_printable, _lines(tree, 0))) + "\n"


def scalar(text: str) -> str:
    """Return a text as a YAML scalar that reads back as that text, in quotation marks when it must.

    Examples
    --------
    >>> scalar("Produksi ASI"), scalar("No"), scalar("5:12")
    ('Produksi ASI', '"No"', '"5:12"')
    """
    number = re.fullmatch(r"\d+(\.\d+)?", text)
    if number or (_PLAIN.fullmatch(text) and text == text.strip() and yaml.safe_load(text) == text):
        return text
    return json.dumps(_printable(text), ensure_ascii=False)


def _lines(tree: dict[str, Any] | list[Any], indent: int) -> Iterator[str]:
    """Yield the lines of a mapping or list in block style; what fits on a line is written on one."""
    pad = " " * indent
    is_list = isinstance(tree, list)
    for key, part in enumerate(tree) if is_list else tree.items():
        value, behind, above = part if isinstance(part, Noted) else Noted(part)
        yield from (f"{pad}# {line}" if line else "" for line in above.splitlines())
        start = f"{pad}-" if is_list else f"{pad}{scalar(str(key))}:"
        comment = f"  # {behind}" if behind else ""
        if not _is_block(value):
            yield f"{start} {_flow(value)}{comment}"
            continue
        lines = list(_lines(value, indent + 2))
        if is_list:
            # the first key is on the line of the hyphen, below what is said above it
            first = next(at for at, line in enumerate(lines) if not line.lstrip().startswith("#"))
            lines[first] = f"{start} {lines[first].lstrip()}"
        else:
            yield start + comment
        yield from lines


def _is_block(value: Any) -> bool:
    """Say whether a list or mapping takes several lines: it is too long for one, or something is said of its parts."""
    if isinstance(value, Noted | list):
        return value != []
    if not isinstance(value, dict):
        return False
    deep = [part for part in value.values() if isinstance(part, dict)]
    return len(deep) > 1 or any(map(_is_block, value.values())) or len(_flow(value)) > _WIDTH


def _flow(value: Any) -> str:
    """Return a value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(str(key))}: {_flow(part)}" for key, part in value.items()) + "}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return scalar(str(value))


def _printable(text: str) -> str:
    """Return the text without characters that YAML does not allow."""
    return "".join(character if character.isprintable() else " " for character in text)


def _about(model: type[BaseModel], key: str, language: str) -> str:
    """Return the description of a key of study.yaml."""
    return labels(language)(model.model_fields[key].description, undecided=UNDECIDED).strip()


def study_text(name: str, files: list[str], answers: Answers, proposed: ProposedStudy, language: str) -> str:
    """Return study.yaml, each key below its description.

    Parameters
    ----------
    name : str
        The study.
    files : list of str
        The names of its files.
    answers : Answers
        What the user said.
    proposed : ProposedStudy
        What was seen.
    language : {'en', 'id'}
        The language of the comments.

    Returns
    -------
    str
        YAML that `load_study` reads once every `???` is replaced.
    """
    visits = {visit["id"]: visit["label"] for visit in lexicon()["visits"]}
    timepoints = []
    for timepoint in proposed.timepoints:
        # the label of day_3 is Day 3
        counted, _, number = timepoint.partition("_")
        both = _TIMEPOINTS.get(timepoint) or {
            key: f"{word} {number}" for key, word in visits[counted].items()
        }
        timepoints.append({"id": timepoint, "label": both})
    which = say("seen.compare_open", language, legal=", ".join(proposed.timepoints))
    content = {
        "id": name,
        "title": _label(answers.title or name.replace("_", " "), language),
        "decimal_mark": (",", "."),
        "rounding": "half_up",
        "alpha": "0.05",
        "groups": [{"id": group.id, "label": _label(group.name, language)} for group in answers.groups],
        "timepoints": timepoints,
        "compare": Noted((UNDECIDED, UNDECIDED), which) if len(timepoints) > 2 else None,
        "outcome": _outcome(answers, proposed, language),
        "characteristics": proposed.characteristics or None,
        "sheets": proposed.sheets,
        "reconstructed": proposed.reconstructed or None,
        "procedure": _procedure(answers, language),
        "between": "post" if len(answers.groups) > 1 else None,
    }
    tree = {
        key: (value if isinstance(value, Noted) else Noted(value))._replace(
            above="\n" + _about(Study, key, language)
        )
        for key, value in content.items()
        if value is not None
    }
    top = say("comments.top", language, name=name, files=", ".join(files))
    return "".join(f"# {line}\n" for line in top.splitlines()) + compose(tree)


def first_claims(proposed: ProposedStudy, language: str) -> pd.DataFrame:
    """Return claims.csv with one example row, the number of participants."""
    import pandas as pd

    from oxymilk.audit.claims import COLUMNS

    row = dict.fromkeys(COLUMNS, "")
    row |= {
        "id": "example_sample_size",
        "where": say("claims.where", language),
        "printed": str(len(proposed.people)),
        "quantity": "sample_size",
        "check": "recompute",
        "expect": "reproduced",
        "note": say("claims.note", language),
    }
    return pd.DataFrame([row], columns=list(COLUMNS), dtype=str)


def _label(name: str, language: str) -> Any:
    """Return the label in both languages; what must still be translated is noted."""
    both, known = label(name)
    return both if known else Noted(both, say("seen.translate", language))


def _outcome(answers: Answers, proposed: ProposedStudy, language: str) -> dict[str, Any]:
    """Return the outcome with its levels, the items of a checklist, or the unit of a number."""
    kind, name = answers.measured, answers.outcome or proposed.outcome
    both, known = label(name or UNDECIDED)
    seen = "" if answers.outcome else say("seen.outcome" if name else "seen.outcome_open", language)
    translate = "" if known or not name else say("seen.translate", language)
    tree: dict[str, Any] = {
        "id": slug(both["en"], "outcome"),
        "label": Noted(both, "; ".join(filter(None, (seen, translate)))) if seen or translate else both,
        "kind": kind,
    }
    if kind == "number":
        bounds = [bound for level in answers.levels for bound in level.bounds.values()]
        decimals = max([proposed.decimals, *(len(bound.partition(".")[2]) for bound in bounds)])
        tree["unit"] = answers.unit or UNDECIDED
        tree["decimals"] = Noted(str(decimals), say("seen.decimals", language))
        tree["scale"] = Noted("score", above=_about(Outcome, "scale", language))
    no_cutoff = {"at_least": Noted(UNDECIDED, say("seen.cutoff_open", language))}
    levels = [
        {
            "id": level.id,
            "label": _label(level.name, language),
            **({} if kind == "levels" else level.bounds or no_cutoff),
        }
        for level in answers.levels
    ]
    if levels:
        tree["levels"] = Noted(levels, above="" if kind == "levels" else _about(Outcome, "levels", language))
    elif kind != "number":
        tree["levels"] = Noted(UNDECIDED, say("seen.level_open", language))
    if kind == "checklist":
        items = [
            {"id": f"item_{number}", "column": item, "label": _label(item, language)}
            for number, item in enumerate(proposed.items, start=1)
        ]
        words = {what: tuple(proposed.answers_seen.get(what) or [UNDECIDED]) for what in ("yes", "no")}
        tree["checklist"] = Noted(
            {**words, "items": items or UNDECIDED}, above=_about(Outcome, "checklist", language)
        )
    return tree


def _procedure(answers: Answers, language: str) -> dict[str, Any]:
    """Return the procedures of the program that the user named."""
    from oxymilk.stats.programs import load_programs

    program = lexicon()["programs"][answers.program]
    known = {line.id: line.procedure for line in load_programs()}
    # the switches that have a meaning for a method
    switches = {"asymptotic": ("tie_correction", "continuity"), "exact": ("two_sided", "mid_p")}
    tests: dict[str, dict[str, Any]] = {}
    for test in ("signed_rank", "rank_sum") if len(answers.groups) > 1 else ("signed_rank",):
        values = asdict(known[program[test]])
        zeros = ("zero_method",) if test == "signed_rank" else ()
        tests[test] = {
            name: values[name] for name in ("method", "alternative", *switches[values["method"]], *zeros)
        }
    seen = Noted(program["name"], say("seen.program", language))
    return {"basis": "stated", "program": seen, **tests}
