"""What must hold between the keys of a study.yaml, checked on the file as written.

These checks run whether or not the single keys are right, so that one report holds all faults;
whatever has the wrong shape is passed over here, since the models report it.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, get_args

from oxymilk.faults import Fault
from oxymilk.words import fold, nearest
from oxymilk.yaml_lines import KeyPath, Scalar, Tree, written_path

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

ID_PATTERN = re.compile(r"[a-z][a-z0-9_]*")
# name in study.yaml -> Python codec; a closed list, since Python also calls zip and rot13 encodings
ENCODINGS = {
    "utf-8": "utf-8-sig",
    "utf-16": "utf-16",
    "windows-1252": "cp1252",
    "iso-8859-1": "latin-1",
    "iso-8859-15": "iso8859-15",
    "ascii": "ascii",
}
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


def encoding_codec(name: str) -> str | None:
    """Return the Python codec of an encoding that study.yaml may name, or None."""
    if name.strip().lower() in ENCODINGS:
        return ENCODINGS[name.strip().lower()]
    try:
        canonical = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    known = {codecs.lookup(codec).name: codec for codec in ENCODINGS.values()}
    return "utf-8-sig" if canonical == "utf-8" else known.get(canonical)


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
        elif written is None:
            code = "value_missing"
        elif kind == "literal_error":
            legal = re.findall(r"'([^']*)'", context["expected"])
            code, params = "value_unknown", {"legal": legal, "nearest": nearest(value, legal)}
        elif kind in ("id_boolean", "id_illegal"):
            code = kind
        elif kind in ("greater_than", "less_than"):
            code, params = "value_wrong_kind", {"expected": "zero_to_one"}
        elif kind in ("too_short", "too_long"):
            code, params = (
                "list_length",
                {"least": _bound(context, "min_length"), "most": _bound(context, "max_length")},
            )
        else:
            code, params = "value_wrong_kind", {"expected": _EXPECTED.get(kind.split("_")[0], "text")}
        faults.append(_fault(code, tree, path, file, value, **params))
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
    checks = (_check_ids, _check_timepoints, _check_procedure, _check_references, _check_sheets)
    return [fault for check in checks for fault in check(tree, path)]


def _fault(code: str, tree: Tree, path: KeyPath, file: str, value: str = "", **params: Any) -> Fault:
    return Fault(code, file, row=tree.line(path), column=written_path(path), value=value, params=params)


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


def _at(tree: Tree, *path: Any) -> Any:
    """Return what is at a path, None when anything on the way is missing or of another shape."""
    current = tree.data
    for step in path:
        if isinstance(current, dict):
            current = current.get(step)
        elif isinstance(current, list) and isinstance(step, int) and step < len(current):
            current = current[step]
        else:
            return None
    return current


def _each(tree: Tree, *path: Any) -> Iterator[tuple[KeyPath, Any]]:
    """Yield path and value of the entries of a list or mapping; nothing for another shape."""
    found = _at(tree, *path)
    if isinstance(found, dict):
        yield from (((*path, key), value) for key, value in found.items())
    elif isinstance(found, list):
        yield from (((*path, at), value) for at, value in enumerate(found))


def _ids(tree: Tree, *path: Any) -> list[str]:
    return [str(item["id"]) for _, item in _each(tree, *path) if isinstance(item, dict) and item.get("id")]


def _check_ids(tree: Tree, path: Path) -> Iterator[Fault]:
    folder = path.absolute().parent.name
    study_id = _at(tree, "id")
    if isinstance(study_id, str) and ID_PATTERN.fullmatch(study_id) and study_id != folder:
        yield _fault("id_not_folder", tree, ("id",), path.name, str(study_id), folder=folder)
    lists: list[KeyPath] = [("groups",), ("timepoints",), ("outcome", "levels"), ("characteristics",)]
    lists += [(*where, "levels") for where, _ in _each(tree, "characteristics")]
    for where in lists:
        yield from _duplicates(tree, where, path.name)
    outcome = _at(tree, "outcome", "id")
    for where, item in _each(tree, "characteristics"):
        if isinstance(item, dict) and outcome and item.get("id") == outcome:
            first = tree.line(("outcome", "id"))
            yield _fault("id_duplicate", tree, (*where, "id"), path.name, str(outcome), first=first)


def _duplicates(tree: Tree, where: KeyPath, file: str) -> Iterator[Fault]:
    seen: dict[str, int | None] = {}
    for at, item in _each(tree, *where):
        one = item.get("id") if isinstance(item, dict) else None
        if not isinstance(one, str):
            continue
        if one in seen:
            yield _fault("id_duplicate", tree, (*at, "id"), file, str(one), first=seen[one])
        seen.setdefault(one, tree.line((*at, "id")))


def _check_timepoints(tree: Tree, path: Path) -> Iterator[Fault]:
    known = _ids(tree, "timepoints")
    compare = _at(tree, "compare")
    if compare is None:
        if len(known) > 2:
            yield _fault("timepoints_compared", tree, ("timepoints",), path.name, legal=known)
    elif isinstance(compare, list):
        chosen = [str(one) for one in compare if isinstance(one, str)]
        if len(chosen) != 2 or chosen[0] == chosen[1]:
            yield _fault("timepoints_compared", tree, ("compare",), path.name, legal=known)
        yield from _unknown(tree, ("compare",), known, "timepoint", path.name)
        order = [known.index(one) for one in chosen if one in known]
        if order != sorted(order):
            yield _fault("timepoints_order", tree, ("compare",), path.name, ", ".join(chosen))


def _check_procedure(tree: Tree, path: Path) -> Iterator[Fault]:
    basis, reason = _at(tree, "procedure", "basis"), _at(tree, "procedure", "reason")
    if basis == "inferred" and reason is None:
        yield _fault("reason_missing", tree, ("procedure",), path.name)
    groups = _at(tree, "groups")
    procedure = _at(tree, "procedure")
    two_groups = isinstance(groups, list) and len(groups) > 1
    if two_groups and isinstance(procedure, dict) and procedure.get("rank_sum") is None:
        yield _fault("key_missing", tree, ("procedure",), path.name, key="rank_sum")
    for test in ("signed_rank", "rank_sum"):
        method = _at(tree, "procedure", test, "method")
        for where, value in _each(tree, "procedure", test):
            switch = str(where[-1])
            methods = _SWITCHES_OF_METHOD.get(switch)
            known = method in ("asymptotic", "exact", "exact_untied")
            if known and methods and method not in methods and value is not None:
                yield _fault("switch_illegal", tree, where, path.name, str(value), switch=switch,
                             method=str(method), legal=methods)  # fmt: skip


def _unknown(tree: Tree, where: KeyPath, legal: list[str], what: str, file: str) -> Iterator[Fault]:
    """Yield a fault for each value under `where` that is no legal id."""
    for at, value in _each(tree, *where):
        boolean = isinstance(value, Scalar) and value.yaml_type == "bool"
        if isinstance(value, str) and not boolean and ID_PATTERN.fullmatch(value) and value not in legal:
            yield _fault("reference_unknown", tree, at, file, str(value), what=what, legal=legal,
                         nearest=nearest(value, legal))  # fmt: skip


def _check_references(tree: Tree, path: Path) -> Iterator[Fault]:
    groups, timepoints = _ids(tree, "groups"), _ids(tree, "timepoints")
    levels = _ids(tree, "outcome", "levels")
    for sheet, _ in _each(tree, "sheets"):
        yield from _codes(tree, (*sheet, "group", "codes"), groups, "group", path.name)
        yield from _codes(tree, (*sheet, "timepoint", "codes"), timepoints, "timepoint", path.name)
        yield from _codes(tree, (*sheet, "codes"), levels, "level", path.name)
        for at, _ in _each(tree, *sheet, "scores"):
            if ID_PATTERN.fullmatch(str(at[-1])) and at[-1] not in timepoints:
                yield _fault("reference_unknown", tree, at, path.name, str(at[-1]), what="timepoint",
                             legal=timepoints, nearest=nearest(str(at[-1]), timepoints))  # fmt: skip


def _codes(tree: Tree, where: KeyPath, legal: list[str], what: str, file: str) -> Iterator[Fault]:
    yield from _unknown(tree, where, legal, what, file)
    seen: dict[str, Any] = {}
    for at, value in _each(tree, *where):
        word = fold(str(at[-1]))
        if word in seen and seen[word] != value:
            yield _fault("codes_collide", tree, at, file, str(at[-1]))
        seen.setdefault(word, value)


def _check_sheets(tree: Tree, path: Path) -> Iterator[Fault]:
    timepoints = _ids(tree, "timepoints")
    compare = _at(tree, "compare")
    due = [one for one in timepoints if not isinstance(compare, list) or one in compare]
    for sheet, entry in _each(tree, "sheets"):
        if not isinstance(entry, dict):
            continue
        file = entry.get("file")
        if isinstance(file, str) and not _inside(path.parent, file):
            yield _fault("path_outside", tree, (*sheet, "file"), path.name, str(file))
        encoding = entry.get("encoding")
        if isinstance(encoding, str) and encoding_codec(encoding) is None:
            yield _fault("value_unknown", tree, (*sheet, "encoding"), path.name, str(encoding),
                         legal=list(ENCODINGS), nearest=nearest(encoding, ENCODINGS))  # fmt: skip
        delimiter = entry.get("delimiter")
        if isinstance(delimiter, str) and delimiter not in (",", ";", "|", "\t", "tab"):
            yield _fault("value_unknown", tree, (*sheet, "delimiter"), path.name, str(delimiter),
                         legal=[",", ";", "|", "tab"])  # fmt: skip
        keys = {"wide": ["scores"], "long": ["timepoint", "score"]}.get(str(entry.get("layout")), [])
        for key in keys:
            if entry.get(key) is None:
                yield _fault("key_missing", tree, sheet, path.name, key=key)
        if "scores" in keys and isinstance(entry.get("scores"), dict):
            for one in due:
                if one not in entry["scores"]:
                    yield _fault("key_missing", tree, (*sheet, "scores"), path.name, key=one)
            yield from _columns_twice(tree, (*sheet, "scores"), path.name)


def _columns_twice(tree: Tree, where: KeyPath, file: str) -> Iterator[Fault]:
    """Yield a fault for each column that is the score of two timepoints: copied, and not changed."""
    seen: set[str] = set()
    for at, value in _each(tree, *where):
        if isinstance(value, str):
            if fold(value) in seen:
                yield _fault("column_twice", tree, at, file, str(value))
            seen.add(fold(value))


def _inside(folder: Path, file: str) -> bool:
    """Say whether a sheet's path stays in the study's folder, links followed."""
    pure = PurePosixPath(file)
    if pure.is_absolute() or ".." in pure.parts or "\\" in file or ":" in file or "\0" in file:
        return False
    return (folder / pure).resolve().is_relative_to(folder.resolve())
