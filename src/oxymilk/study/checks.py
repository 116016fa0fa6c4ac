"""Faults of study.yaml: those that pydantic finds in single values, and what must hold between keys.

The checks between keys run on the file as written, whether or not the single values are right, so that one
report holds all faults; whatever has the wrong shape is passed over here, since the models report it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from oxymilk.faults import Fault
from oxymilk.study.base import DECLARED_IN, is_id
from oxymilk.study.sheet import SCORE_KEYS
from oxymilk.study.yaml_lines import KeyPath, Tree
from oxymilk.texts import labels
from oxymilk.words import fold, nearest, same_unit

# switch of a rank test -> the methods for which it has a meaning; the other switches fit every method
SWITCHES_OF_METHOD = {
    "tie_correction": ("asymptotic",), "continuity": ("asymptotic",),
    "two_sided": ("exact",), "mid_p": ("exact",), "half_integer": ("exact_untied",),
}  # fmt: skip
_METHODS = ("asymptotic", "exact", "exact_untied")
# the lists whose entries must have different ids
_LISTS = (*DECLARED_IN.values(), ("outcome", "checklist", "items"), ("characteristics", "*", "levels"))
# where a sheet says what its words mean, which columns its scores are in, and which timepoints it has
_CODES = (
    ("group", "codes"), ("group", "titles"), ("timepoint", "codes"), ("timepoint", "titles"), ("codes",),
    ("visits",), ("crosstab", "before", "codes"), ("crosstab", "after"), ("characteristics", "*", "codes"),
)  # fmt: skip
_OTHER_WORDS = {("codes",): ("missing",), **dict.fromkeys(_CODES[:2], ("group", "leave_out"))}
_COLUMNS_BY_TIMEPOINT = (("scores", "*"), ("blocks", "*", "scores", "*"))
_TIMEPOINTS = (("visits", "*"), ("timepoint", "only"), ("timepoint", "codes", "*"))
# a layout that once had a name of its own -> the one that reads the same
FORMER_LAYOUTS = {"app_export": "wide"}
# pydantic's error types -> the kind of value that was due, a phrase of the texts
_EXPECTED = {
    "string": "text", "bool": "true_false", "int": "whole_number", "float": "number", "decimal": "number",
    "finite": "number", "tuple": "list", "dict": "keys", "model": "keys", "string_pattern_mismatch": "column_range",
}  # fmt: skip


def faults_of_validation(error: ValidationError, model: type[BaseModel], tree: Tree) -> Iterator[Fault]:
    """Yield pydantic's errors as faults with their lines.

    Parameters
    ----------
    error : ValidationError
        From validating `tree.data`; an error type that is a code of a fault has its params as context.
    model : type
        The model that was validated, to suggest the nearest legal key.
    tree : Tree
        The file as written.
    """
    for problem in error.errors(include_url=False):
        *parents, key = path = tuple(step for step in problem["loc"] if step != "[key]")
        kind, context, written = problem["type"], problem.get("ctx", {}), problem["input"]
        value = str(written) if isinstance(written, str | float | int) else ""
        code, params = "value_wrong_kind", {}
        if kind == "missing":
            code, params, path = "key_missing", {"key": str(key)}, tuple(parents)
        elif kind == "extra_forbidden":
            code, value, legal = "key_unknown", str(key), _legal_keys(model, tuple(parents))
            params = {"legal": legal, "nearest": nearest(value, legal)}
        elif written is None or kind == "string_too_short":
            code = "value_missing"
        elif kind == "literal_error":
            code, legal = "value_unknown", re.findall(r"'([^']*)'", context["expected"])
            params = {"legal": legal, "nearest": FORMER_LAYOUTS.get(value) or nearest(value, legal)}
        elif kind == "too_short" and len(written) >= context["min_length"]:
            continue  # entries that are faults themselves are not counted
        elif kind in ("too_short", "too_long"):
            least, most = (str(context.get(bound, "-")) for bound in ("min_length", "max_length"))
            code, params = "list_length", {"least": least, "most": most}
        elif kind.startswith(("greater_than", "less_than")):
            bound = f">= {context['ge']}" if "ge" in context else "in_range"
            params = {"expected": "zero_to_one" if key in ("alpha", "confidence") else bound}
        elif f"faults.{kind}.wrong" in labels("en"):
            code, params = kind, context
        else:
            params = {"expected": _EXPECTED.get(kind) or _EXPECTED.get(kind.split("_")[0], "text")}
        yield tree.fault(code, path, value, **params)


def _legal_keys(kind: Any, path: KeyPath) -> list[str]:
    """Return the keys that the model at `path` within a type knows."""
    if hasattr(kind, "model_fields"):
        fields = {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
        return _legal_keys(fields.get(path[0]), path[1:]) if path else list(fields)
    # a list and a dict are one step; of alternatives the first that is a model counts
    within = path[1:] if get_origin(kind) in (tuple, dict) else path
    return next(filter(None, (_legal_keys(part, within) for part in get_args(kind))), [])


def faults_between_keys(tree: Tree, folder: str) -> Iterator[Fault]:
    """Yield the faults between the keys of a study.yaml.

    Parameters
    ----------
    tree : Tree
        The file as written.
    folder : str
        The name of the study's folder.
    """
    study_id = tree.at("id")
    if is_id(study_id) and study_id != folder:
        yield tree.fault("id_not_folder", ("id",), str(study_id), folder=folder)
    lists = [tree.entries(*where, "*", "id") for pattern in _LISTS for where, _ in tree.entries(*pattern)]
    # no characteristic has the id of the outcome
    lists += [[*tree.entries("outcome", "id"), entry] for entry in tree.entries("characteristics", "*", "id")]
    for entries in lists:
        first: dict[str, KeyPath] = {}
        for path, name in entries:
            if isinstance(name, str) and first.setdefault(name, path) != path:
                yield tree.fault("id_duplicate", path, str(name), first=tree.line(first[name]))
    yield from _timepoint_faults(tree)
    yield from _procedure_faults(tree)
    for where, sheet in tree.entries("sheets", "*"):
        if isinstance(sheet, dict):
            yield from _layout_faults(tree, where, sheet)
            yield from _column_faults(tree, where, sheet)
            yield from _code_faults(tree, where)


def _timepoint_faults(tree: Tree) -> Iterator[Fault]:
    """Yield a fault when the compared timepoints are not two, not in time order, or in no sheet."""
    known, compare = tree.ids("timepoints"), tree.at("compare")
    compared = known if len(known) <= 2 or compare else []
    if compare is None and len(known) > 2:
        yield tree.fault("timepoints_compared", ("timepoints",), legal=known)
    if isinstance(compare, list):
        compared = [str(timepoint) for timepoint in compare if isinstance(timepoint, str)]
        if len(compared) != 2 or compared[0] == compared[1]:
            yield tree.fault("timepoints_compared", ("compare",), legal=known)
        order = [known.index(timepoint) for timepoint in compared if timepoint in known]
        if order != sorted(order):
            yield tree.fault("timepoints_order", ("compare",), ", ".join(compared))
    read = {path[-1] for keys in _COLUMNS_BY_TIMEPOINT for path, _ in tree.entries("sheets", "*", *keys)}
    read |= {str(timepoint) for keys in _TIMEPOINTS for _, timepoint in tree.entries("sheets", "*", *keys)}
    for where, _ in tree.entries("sheets", "*"):
        source = tree.at(*where, "timepoint")
        named = isinstance(source, dict) and (source.get("only") or isinstance(source.get("codes"), dict))
        if not named and (source is not None or tree.at(*where, "crosstab") is not None):
            read |= set(known)  # the ids are the words of the sheet
    not_read = [timepoint for timepoint in known if timepoint in compared and timepoint not in read]
    yield from (tree.fault("timepoint_not_read", ("sheets",), timepoint) for timepoint in not_read if read)


def _procedure_faults(tree: Tree) -> Iterator[Fault]:
    """Yield a fault for a reason or a test that is missing, and for switches without meaning for the method."""
    if tree.at("procedure", "basis") == "inferred" and tree.at("procedure", "reason") is None:
        yield tree.fault("reason_missing", ("procedure",))
    groups, procedure = tree.at("groups"), tree.at("procedure")
    two_groups = isinstance(groups, list) and len(groups) > 1
    if two_groups and isinstance(procedure, dict) and procedure.get("rank_sum") is None:
        yield tree.fault("key_missing", ("procedure",), key="rank_sum")
    for test in ("signed_rank", "rank_sum"):
        method, side = tree.at("procedure", test, "method"), tree.at("procedure", test, "alternative")
        for path, value in tree.entries("procedure", test, "*"):
            legal, said = SWITCHES_OF_METHOD.get(path[-1], _METHODS), str(method)
            if path[-1] == "two_sided" and value != "distance" and side in ("greater", "less"):
                legal, said = ("two-sided",), f"{method}, {side}"
            if method in _METHODS and said not in legal and value is not None:
                params = {"switch": path[-1], "method": said, "legal": legal}
                yield tree.fault("switch_illegal", path, str(value), **params)


def _layout_faults(tree: Tree, where: KeyPath, sheet: dict[str, Any]) -> Iterator[Fault]:
    """Yield a fault for each key that the layout of a sheet needs and has not, or has and does not use."""
    layout = sheet.get("layout")
    if not isinstance(layout, str) or layout not in SCORE_KEYS:
        return
    needed, possible = SCORE_KEYS[layout]
    participant, timepoint = sheet.get("participant"), sheet.get("timepoint")
    blocks = [set(block) for _, block in tree.entries(*where, "blocks", "*") if isinstance(block, dict)]
    # the keys that each block has of its own
    of_blocks = set.intersection(*blocks) if blocks else set()
    written = {*sheet, *of_blocks}
    no_column = isinstance(participant, dict) and not (participant.get("column") or participant.get("by_row"))
    missing: dict[KeyPath, bool] = {
        ("scores",): layout == "side_by_side" and bool(blocks) and "scores" not in written,
        ("group",): layout != "one_timepoint" and len(tree.ids("groups")) > 1 and "group" not in written,
        ("participant",): layout != "crosstab" and participant is None and "participant" not in of_blocks,
        ("participant", "column"): no_column,
        ("group", "titles"): layout == "titled" and not tree.at(*where, "group", "titles"),
        ("timepoint", "only"): layout == "one_timepoint" and timepoint is not None
        and not tree.at(*where, "timepoint", "only"),
    } | {(key,): sheet.get(key) is None for key in needed}  # fmt: skip
    for *parents, key in (path for path, is_missing in missing.items() if is_missing):
        yield tree.fault("key_missing", (*where, *parents), key=key)
    for key in {*chain(*chain(*SCORE_KEYS.values()))} - {*needed, *possible}:
        if sheet.get(key) is not None:
            yield tree.fault("key_without_use", (*where, key), key, why=f"layout: {layout}")


def _column_faults(tree: Tree, where: KeyPath, sheet: dict[str, Any]) -> Iterator[Fault]:
    """Yield the faults of the score columns: placeholders, columns named twice, how numbers are written."""
    kind, unit, layout = tree.at("outcome", "kind"), tree.at("outcome", "unit"), str(sheet.get("layout"))
    placeholders = {"{item}": kind == "checklist", "{visit}": layout == "visits"}
    for keys in (("score",), *_COLUMNS_BY_TIMEPOINT):
        for path, column in tree.entries(*where, *keys):
            for word, is_due in placeholders.items():
                if is_due and isinstance(column, str) and word not in column:
                    yield tree.fault("placeholder_missing", path, str(column), word=word)
    total, time_format, why = sheet.get("total"), sheet.get("time_format"), f"kind: {kind or 'levels'}"
    if total is not None and kind != "checklist":
        yield tree.fault("key_without_use", (*where, "total"), "total", why=why)
    elif total and isinstance(total, str) != ("score" in SCORE_KEYS.get(layout, ((),))[0]):
        expected = "keys" if isinstance(total, str) else "text"
        yield tree.fault("value_wrong_kind", (*where, "total"), expected=expected)
    first: dict[str, KeyPath] = {}
    for path, column in tree.entries(*where, "scores", "*"):
        if first.setdefault(fold(str(column)), path) != path and isinstance(column, str):
            yield tree.fault("column_twice", path, str(column))
    units = [str(word) for word in unit.values()] if isinstance(unit, dict) and unit else [str(unit or "-")]
    if time_format is not None and kind != "number":
        yield tree.fault("key_without_use", (*where, "time_format"), "time_format", why=why)
    elif time_format is not None and unit is not None:
        other_units = (word for word in units if not same_unit(word, "menit"))
        yield from (tree.fault("time_unit", ("outcome", "unit"), word) for word in other_units)
    fractions = str(sheet.get("fractions")).lower() not in ("none", "false", "no", "off")
    if fractions and layout in SCORE_KEYS and not all(same_unit(word, "%") for word in units):
        yield tree.fault("key_without_use", (*where, "fractions"), "fractions", why=f"unit: {units[0]}")


def _code_faults(tree: Tree, where: KeyPath) -> Iterator[Fault]:
    """Yield a fault for each word of a sheet that has two meanings, and for unknown levels of characteristics."""
    for keys in _CODES:
        # a score that is written as "no value" has this meaning already, and so has a group that is left out
        words = tree.at(*where, *_OTHER_WORDS.get(keys, ("",)))
        words = [fold(str(word)) for word in (words if isinstance(words, list) else [words or ""])]
        for codes, _ in tree.entries(*where, *keys):
            meanings: dict[str, Any] = dict.fromkeys(words, ())
            for path, meaning in tree.entries(*codes, "*"):
                if meanings.setdefault(fold(str(path[-1])), meaning) != meaning:
                    yield tree.fault("codes_collide", path, str(path[-1]))
    mark = tree.at(*where, "thousands_mark")
    if mark is not None and mark == tree.at(*where, "decimal_mark"):
        yield tree.fault("codes_collide", (*where, "thousands_mark"), str(mark))
    for declared, name in tree.entries("characteristics", "*", "id"):
        legal = tree.ids(*declared[:-1], "levels")
        for path, level in tree.entries(*where, "characteristics", name, "codes", "*"):
            if is_id(level) and level not in legal:
                params = {"what": "level", "legal": legal, "nearest": nearest(level, legal)}
                yield tree.fault("reference_unknown", path, str(level), **params)
