"""Faults of study.yaml: those that pydantic finds in single values, and what must hold between keys.

The checks between keys run on the file as written, whether or not the single values are right, so that one
report holds all faults; whatever has the wrong shape is passed over here, since the models report it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, get_args

from oxymilk.faults import Fault
from oxymilk.study.base import is_id
from oxymilk.study.sheet import SCORE_KEYS
from oxymilk.study.yaml_lines import KeyPath, Tree
from oxymilk.texts import labels
from oxymilk.words import fold, nearest, same_unit

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

SWITCHES_OF_METHOD = {
    "tie_correction": ("asymptotic",),
    "continuity": ("asymptotic",),
    "two_sided": ("exact",),
    "mid_p": ("exact",),
    "half_integer": ("exact_untied",),
}
_METHODS = ("asymptotic", "exact", "exact_untied")
# the lists whose entries must have different ids
_LISTS: tuple[KeyPath, ...] = (
    ("groups",),
    ("timepoints",),
    ("outcome", "levels"),
    ("outcome", "checklist", "items"),
    ("characteristics",),
    ("characteristics", "*", "levels"),
)
# pydantic's error types -> the kind of value that was due, a phrase of the texts
_EXPECTED = {
    "string": "text", "bool": "true_false", "int": "whole_number", "float": "number", "decimal": "number",
    "finite": "number", "tuple": "list", "dict": "keys", "model": "keys", "string_pattern_mismatch": "column_range",
}  # fmt: skip


def known_ids(tree: Tree) -> dict[str, list[str]]:
    """Return the ids that other parts of the file may refer to, by what they are of."""
    lists = {"group": ("groups",), "timepoint": ("timepoints",), "level": ("outcome", "levels")}
    return {
        what: tree.ids(*path) for what, path in (lists | {"characteristic": ("characteristics",)}).items()
    }


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
        path: KeyPath = tuple(step for step in problem["loc"] if step != "[key]")
        kind, context, written = problem["type"], problem.get("ctx", {}), problem["input"]
        value = str(written) if isinstance(written, str) else ""
        code, params = "value_wrong_kind", {}
        if kind == "missing":
            code, params, path = "key_missing", {"key": str(path[-1])}, path[:-1]
        elif kind == "extra_forbidden":
            code, value, legal = "key_unknown", str(path[-1]), _legal_keys(model, path[:-1])
            params = {"legal": legal, "nearest": nearest(value, legal)}
        elif written is None or kind == "string_too_short":
            code = "value_missing"
        elif kind == "literal_error":
            legal = re.findall(r"'([^']*)'", context["expected"])
            code, params = "value_unknown", {"legal": legal, "nearest": nearest(value, legal)}
        elif kind in ("too_short", "too_long"):
            if kind == "too_short" and len(written) >= context["min_length"]:
                continue  # entries that are faults themselves are not counted
            least, most = (str(context.get(bound, "-")) for bound in ("min_length", "max_length"))
            code, params = "list_length", {"least": least, "most": most}
        elif kind.startswith(("greater_than", "less_than")):
            params = {"expected": "zero_to_one" if path[-1] == "alpha" else "in_range"}
        elif labels("en").has(f"faults.{kind}.wrong"):
            code, params = kind, context
        else:
            params = {"expected": _EXPECTED.get(kind) or _EXPECTED.get(kind.split("_")[0], "text")}
        yield tree.fault(code, path, value, **params)


def _legal_keys(model: type[BaseModel], path: KeyPath) -> list[str]:
    """Return the keys that the model at `path` knows."""
    for step in path:
        fields = {field.alias or name: field for name, field in model.model_fields.items()}
        if not isinstance(step, int):
            model = _model_within(fields[step].annotation) if step in fields else None
            if model is None:
                return []
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_within(annotation: Any) -> Any:
    """Return the first model that a type is made of, or None."""
    if hasattr(annotation, "model_fields"):
        return annotation
    return next((model for part in get_args(annotation) if (model := _model_within(part))), None)


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
    for where in (path for pattern in _LISTS for path, _ in tree.entries(*pattern)):
        yield from _twice(tree, [path for path, _ in tree.entries(*where, "*", "id")])
    for path, _ in tree.entries("characteristics", "*", "id"):
        yield from _twice(tree, [("outcome", "id"), path])
    yield from _timepoint_faults(tree)
    yield from _procedure_faults(tree)
    for where, sheet in tree.entries("sheets", "*"):
        if isinstance(sheet, dict):
            yield from _layout_faults(tree, where, sheet)
            yield from _column_faults(tree, where, sheet)
            yield from _code_faults(tree, where)
    yield from _unread_timepoints(tree)


def _twice(tree: Tree, paths: list[KeyPath]) -> Iterator[Fault]:
    """Yield a fault for each id that is written at an earlier path too."""
    first: dict[str, KeyPath] = {}
    for path in paths:
        name = tree.at(*path)
        if isinstance(name, str) and name in first:
            yield tree.fault("id_duplicate", path, str(name), first=tree.line(first[name]))
        elif isinstance(name, str):
            first[name] = path


def _timepoint_faults(tree: Tree) -> Iterator[Fault]:
    """Yield a fault when the two timepoints that are compared are not two, or not in time order."""
    known, compare = tree.ids("timepoints"), tree.at("compare")
    if compare is None and len(known) > 2:
        yield tree.fault("timepoints_compared", ("timepoints",), legal=known)
    if isinstance(compare, list):
        chosen = [str(timepoint) for timepoint in compare if isinstance(timepoint, str)]
        if len(chosen) != 2 or chosen[0] == chosen[1]:
            yield tree.fault("timepoints_compared", ("compare",), legal=known)
        order = [known.index(timepoint) for timepoint in chosen if timepoint in known]
        if order != sorted(order):
            yield tree.fault("timepoints_order", ("compare",), ", ".join(chosen))


def _procedure_faults(tree: Tree) -> Iterator[Fault]:
    """Yield a fault for a reason or a test that is missing, and for switches without meaning for the method."""
    procedure, groups = tree.at("procedure"), tree.at("groups")
    if tree.at("procedure", "basis") == "inferred" and tree.at("procedure", "reason") is None:
        yield tree.fault("reason_missing", ("procedure",))
    two_groups = isinstance(groups, list) and len(groups) > 1
    if two_groups and isinstance(procedure, dict) and procedure.get("rank_sum") is None:
        yield tree.fault("key_missing", ("procedure",), key="rank_sum")
    for test in ("signed_rank", "rank_sum"):
        method = tree.at("procedure", test, "method")
        for path, value in tree.entries("procedure", test, "*"):
            legal = SWITCHES_OF_METHOD.get(path[-1], _METHODS)
            if method in _METHODS and method not in legal and value is not None:
                params = {"switch": path[-1], "method": str(method), "legal": legal}
                yield tree.fault("switch_illegal", path, str(value), **params)


def _layout_faults(tree: Tree, where: KeyPath, sheet: dict[str, Any]) -> Iterator[Fault]:
    """Yield a fault for each key that the layout of a sheet needs and has not, or has and does not use."""
    layout = sheet.get("layout")
    if not isinstance(layout, str) or layout not in SCORE_KEYS:
        return
    needed, possible = SCORE_KEYS[layout]
    participant, timepoint = sheet.get("participant"), sheet.get("timepoint")
    blocks = [block for _, block in tree.entries(*where, "blocks", "*") if isinstance(block, dict)]
    # the keys that each block has of its own
    of_blocks = set.intersection(*map(set, blocks)) if blocks else set()
    missing: list[KeyPath] = [(key,) for key in needed if sheet.get(key) is None]
    if layout == "side_by_side" and blocks and "scores" not in (*sheet, *of_blocks):
        missing.append(("scores",))
    if layout != "one_timepoint" and len(tree.ids("groups")) > 1 and "group" not in (*sheet, *of_blocks):
        missing.append(("group",))
    if layout != "crosstab" and participant is None and "participant" not in of_blocks:
        missing.append(("participant",))
    if isinstance(participant, dict) and not participant.get("column") and not participant.get("by_row"):
        missing.append(("participant", "column"))
    if layout == "titled" and not tree.at(*where, "group", "titles"):
        missing.append(("group", "titles"))
    if layout == "one_timepoint" and timepoint is not None and not tree.at(*where, "timepoint", "only"):
        missing.append(("timepoint", "only"))
    for *parents, key in missing:
        yield tree.fault("key_missing", (*where, *parents), key=key)
    for key in {key for keys in SCORE_KEYS.values() for part in keys for key in part}:
        if sheet.get(key) is not None and key not in needed + possible:
            yield tree.fault("key_without_use", (*where, key), key, why=f"layout: {layout}")


def _column_faults(tree: Tree, where: KeyPath, sheet: dict[str, Any]) -> Iterator[Fault]:
    """Yield the faults of the score columns: placeholders, columns named twice, how numbers are written."""
    kind, unit = tree.at("outcome", "kind"), tree.at("outcome", "unit")
    due = {"{item}": kind == "checklist", "{visit}": sheet.get("layout") == "visits"}
    columns = [((*where, "score"), sheet.get("score")), *tree.entries(*where, "scores", "*")]
    for path, column in (*columns, *tree.entries(*where, "blocks", "*", "scores", "*")):
        for word, is_due in due.items():
            if is_due and isinstance(column, str) and word not in column:
                yield tree.fault("placeholder_missing", path, str(column), word=word)
    named: set[str] = set()
    for path, column in tree.entries(*where, "scores", "*"):
        if isinstance(column, str) and fold(column) in named:
            yield tree.fault("column_twice", path, str(column))
        named.add(fold(str(column)))
    units = [str(word) for word in unit.values()] if isinstance(unit, dict) and unit else [str(unit or "-")]
    if sheet.get("time_format") is not None and kind != "number":
        why = f"kind: {kind or 'levels'}"
        yield tree.fault("key_without_use", (*where, "time_format"), "time_format", why=why)
    elif sheet.get("time_format") is not None and unit is not None:
        other_units = (word for word in units if not same_unit(word, "menit"))
        yield from (tree.fault("time_unit", ("outcome", "unit"), word) for word in other_units)
    fractions = str(sheet.get("fractions")).lower() not in ("none", "false", "no", "off")
    if (
        fractions
        and str(sheet.get("layout")) in SCORE_KEYS
        and not all(same_unit(word, "%") for word in units)
    ):
        yield tree.fault("key_without_use", (*where, "fractions"), "fractions", why=f"unit: {units[0]}")


def _code_faults(tree: Tree, where: KeyPath) -> Iterator[Fault]:
    """Yield a fault for each word of a sheet that has two meanings, and for unknown levels of characteristics."""
    sources = [path for path, _ in tree.entries(*where, "characteristics", "*")]
    codes = [("group", "codes"), ("group", "titles"), ("timepoint", "codes"), ("timepoint", "titles"), ("codes",),
             ("visits",), ("crosstab", "before", "codes"), ("crosstab", "after")]  # fmt: skip
    for path in [(*where, *keys) for keys in codes] + [(*source, "codes") for source in sources]:
        meanings: dict[str, Any] = {}
        for word_path, meaning in tree.entries(*path, "*"):
            word = str(word_path[-1])
            if meanings.setdefault(fold(word), meaning) != meaning:
                yield tree.fault("codes_collide", word_path, word)
    written = tree.at(*where, "missing")
    missing = {fold(str(word)) for word in (written if isinstance(written, list) else [written or ""])}
    for path, _ in tree.entries(*where, "codes", "*"):
        if fold(str(path[-1])) in missing:
            yield tree.fault("codes_collide", path, str(path[-1]))
    # id of a characteristic -> the ids of its levels
    levels = {
        str(name): tree.ids(*path[:-1], "levels") for path, name in tree.entries("characteristics", "*", "id")
    }
    for source in sources:
        legal = levels.get(source[-1])
        for path, level in tree.entries(*source, "codes", "*"):
            if legal is not None and is_id(level) and level not in legal:
                params = {"what": "level", "legal": legal, "nearest": nearest(level, legal)}
                yield tree.fault("reference_unknown", path, str(level), **params)


def _unread_timepoints(tree: Tree) -> Iterator[Fault]:
    """Yield a fault for each timepoint to be compared of which no sheet can have scores."""
    known, compare = tree.ids("timepoints"), tree.at("compare")
    compared = compare if isinstance(compare, list) else known if len(known) <= 2 or compare else []
    read = {path[-1] for path, _ in tree.entries("sheets", "*", "scores", "*")}
    read |= {path[-1] for path, _ in tree.entries("sheets", "*", "blocks", "*", "scores", "*")}
    read |= {str(timepoint) for _, timepoint in tree.entries("sheets", "*", "visits", "*")}
    for where, sheet in tree.entries("sheets", "*"):
        source = sheet.get("timepoint") if isinstance(sheet, dict) else None
        if isinstance(source, dict) and source.get("only"):
            read.add(str(source["only"]))
        elif isinstance(source, dict) and isinstance(source.get("codes"), dict):
            read |= {str(timepoint) for timepoint in source["codes"].values()}
        elif source is not None or tree.at(*where, "crosstab") is not None:
            read |= set(known)
    for timepoint in known if read else ():
        if timepoint in compared and timepoint not in read:
            yield tree.fault("timepoint_not_read", ("sheets",), timepoint)
