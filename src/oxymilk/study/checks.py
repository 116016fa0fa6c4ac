"""What must hold between the keys of a study.yaml, checked on the file as written.

These checks run whether or not the single keys are right, so that one report holds all faults;
whatever has the wrong shape is passed over here, since the models report it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from oxymilk.faults import Fault
from oxymilk.study.base import ID_PATTERN
from oxymilk.study.lookup import each, fault_in, ids, unknown_id, value_at
from oxymilk.study.outcome_checks import check_outcomes
from oxymilk.study.sheet_checks import check_sheets
from oxymilk.study.tree import KeyPath, Tree
from oxymilk.words import nearest

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

_SWITCHES_OF_METHOD = {
    "tie_correction": ("asymptotic",),
    "continuity": ("asymptotic",),
    "two_sided": ("exact",),
    "mid_p": ("exact",),
    "half_integer": ("exact_untied",),
}
# pydantic's error types -> the kind of value that was due, a phrase of faults.yaml
_EXPECTED = {
    "string": "text", "bool": "true_false", "int": "whole_number", "float": "number", "decimal": "number",
    "tuple": "list", "list": "list", "dict": "keys", "model": "keys",
}  # fmt: skip


def faults_of_validation(
    error: ValidationError, model: type[BaseModel], tree: Tree, file: str
) -> list[Fault]:
    """Turn pydantic's errors into faults with their lines.

    Parameters
    ----------
    error : ValidationError
        From validating `tree.data`.
    model : type
        The model that was validated, to suggest the nearest legal key.
    tree : Tree
        The file as written.
    file : str
        Its name.
    """
    faults = []
    for one in error.errors(include_url=False):
        path: KeyPath = tuple(step for step in one["loc"] if step != "[key]")
        kind, context, written = one["type"], one.get("ctx", {}), one["input"]
        value = str(written) if isinstance(written, str) else ""
        params: dict[str, Any] = {}
        if kind == "too_short" and len(written) >= context["min_length"]:
            continue  # entries that are faults themselves are not counted
        if kind == "missing":
            code, params["key"], path = "key_missing", str(path[-1]), path[:-1]
        elif kind == "extra_forbidden":
            legal = _legal_keys(model, path[:-1])
            code, value = "key_unknown", str(path[-1])
            params = {"legal": legal, "nearest": nearest(value, legal)}
        elif written is None or kind == "string_too_short":
            code = "value_missing"
        elif kind == "literal_error":
            legal = re.findall(r"'([^']*)'", context["expected"])
            code, params = "value_unknown", {"legal": legal, "nearest": nearest(value, legal)}
        elif kind in ("id_boolean", "id_illegal"):
            code = kind
        elif kind.startswith(("greater_than", "less_than")):
            expected = "zero_to_one" if path[-1] == "alpha" else "in_range"
            code, params = "value_wrong_kind", {"expected": expected}
        elif kind == "string_pattern_mismatch":
            code, params = "value_wrong_kind", {"expected": "column_range"}
        elif kind in ("too_short", "too_long"):
            code, params = (
                "list_length",
                {"least": _bound(context, "min_length"), "most": _bound(context, "max_length")},
            )
        else:
            code, params = "value_wrong_kind", {"expected": _EXPECTED.get(kind.split("_")[0], "text")}
        faults.append(fault_in(code, tree, path, file, value, **params))
    return faults


def cross_check(tree: Tree, path: Path) -> list[Fault]:
    """Return the faults between the keys of a study.yaml.

    Parameters
    ----------
    tree : Tree
        The file as written.
    path : Path
        Where it is: its folder names the study and bounds its sheets.
    """
    path = Path(path)
    checks = (_check_ids, _check_timepoints, _check_procedure, check_outcomes, check_sheets)
    return [fault for check in checks for fault in check(tree, path)]


def _bound(context: dict[str, Any], name: str) -> str:
    return str(context.get(name, "-"))


def _legal_keys(model: type[BaseModel], path: KeyPath) -> list[str]:
    """Return the keys that the model at `path` knows."""
    current: Any = model
    for step in path:
        if isinstance(step, int):
            continue
        field = next((one for name, one in current.model_fields.items() if (one.alias or name) == step), None)
        inner = _model_within(field.annotation) if field else None
        if inner is None:
            return []
        current = inner
    return [field.alias or name for name, field in current.model_fields.items()]


def _model_within(annotation: Any) -> Any:
    if hasattr(annotation, "model_fields"):
        return annotation
    return next((found for one in get_args(annotation) if (found := _model_within(one))), None)


def _check_ids(tree: Tree, path: Path) -> Iterator[Fault]:
    folder = path.absolute().parent.name
    study_id = value_at(tree, "id")
    if isinstance(study_id, str) and ID_PATTERN.fullmatch(study_id) and study_id != folder:
        yield fault_in("id_not_folder", tree, ("id",), path.name, str(study_id), folder=folder)
    lists: list[KeyPath] = [("groups",), ("timepoints",), ("outcome", "levels"), ("characteristics",)]
    lists += [(*where, "levels") for where, _ in each(tree, "characteristics")]
    for where in lists:
        yield from _duplicates(tree, where, path.name)
    outcome = value_at(tree, "outcome", "id")
    for where, item in each(tree, "characteristics"):
        if isinstance(item, dict) and outcome and item.get("id") == outcome:
            first = tree.line(("outcome", "id"))
            yield fault_in("id_duplicate", tree, (*where, "id"), path.name, str(outcome), first=first)


def _duplicates(tree: Tree, where: KeyPath, file: str) -> Iterator[Fault]:
    seen: dict[str, int | None] = {}
    for at, item in each(tree, *where):
        one = item.get("id") if isinstance(item, dict) else None
        if not isinstance(one, str):
            continue
        if one in seen:
            yield fault_in("id_duplicate", tree, (*at, "id"), file, str(one), first=seen[one])
        seen.setdefault(one, tree.line((*at, "id")))


def _check_timepoints(tree: Tree, path: Path) -> Iterator[Fault]:
    known = ids(tree, "timepoints")
    compare = value_at(tree, "compare")
    if compare is None:
        if len(known) > 2:
            yield fault_in("timepoints_compared", tree, ("timepoints",), path.name, legal=known)
    elif isinstance(compare, list):
        chosen = [str(one) for one in compare if isinstance(one, str)]
        if len(chosen) != 2 or chosen[0] == chosen[1]:
            yield fault_in("timepoints_compared", tree, ("compare",), path.name, legal=known)
        for where, value in each(tree, "compare"):
            yield from unknown_id(tree, where, value, known, "timepoint", path.name)
        order = [known.index(one) for one in chosen if one in known]
        if order != sorted(order):
            yield fault_in("timepoints_order", tree, ("compare",), path.name, ", ".join(chosen))


def _check_procedure(tree: Tree, path: Path) -> Iterator[Fault]:
    basis, reason = value_at(tree, "procedure", "basis"), value_at(tree, "procedure", "reason")
    if basis == "inferred" and reason is None:
        yield fault_in("reason_missing", tree, ("procedure",), path.name)
    groups = value_at(tree, "groups")
    procedure = value_at(tree, "procedure")
    two_groups = isinstance(groups, list) and len(groups) > 1
    if two_groups and isinstance(procedure, dict) and procedure.get("rank_sum") is None:
        yield fault_in("key_missing", tree, ("procedure",), path.name, key="rank_sum")
    for test in ("signed_rank", "rank_sum"):
        method = value_at(tree, "procedure", test, "method")
        for where, value in each(tree, "procedure", test):
            switch = str(where[-1])
            methods = _SWITCHES_OF_METHOD.get(switch)
            known = method in ("asymptotic", "exact", "exact_untied")
            if known and methods and method not in methods and value is not None:
                yield fault_in("switch_illegal", tree, where, path.name, str(value), switch=switch,
                             method=str(method), legal=methods)  # fmt: skip
