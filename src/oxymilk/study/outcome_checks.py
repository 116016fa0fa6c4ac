"""What must hold in the declaration of an outcome or characteristic: levels, cut-offs, checklist items."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from oxymilk.faults import Fault
from oxymilk.study.lookup import each, fault_in, value_at
from oxymilk.study.outcome import (
    BOUNDS,
    Characteristic,
    Outcome,
    Span,
    cutoff_decimals,
    span_of,
    uncovered,
)
from oxymilk.study.tree import KeyPath, Tree
from oxymilk.words import fold


def check_outcomes(tree: Tree, path: Path) -> Iterator[Fault]:
    """Yield the faults of the outcome and the characteristics; parts of the wrong shape are passed over."""
    file = path.name
    outcome = _built(tree, ("outcome",), Outcome)
    if outcome is not None:
        yield from _check_kind(tree, outcome, file)
        yield from _check_cutoffs(tree, ("outcome",), outcome, file)
        if outcome.checklist is not None:
            yield from _check_items(tree, outcome, file)
    for where, _ in each(tree, "characteristics"):
        characteristic = _built(tree, where, Characteristic)
        if characteristic is not None:
            yield from _check_cutoffs(tree, where, characteristic, file)


def _built(tree: Tree, where: KeyPath, model: type[Any]) -> Any:
    found = value_at(tree, *where)
    if not isinstance(found, dict):
        return None
    try:
        return model.model_validate(found)
    except ValidationError:
        return None  # reported with its own fault


def _check_kind(tree: Tree, outcome: Outcome, file: str) -> Iterator[Fault]:
    if outcome.kind == "checklist" and outcome.checklist is None:
        yield fault_in("key_missing", tree, ("outcome",), file, key="checklist")
    if outcome.kind != "checklist" and outcome.checklist is not None:
        why = f"kind: {outcome.kind}"
        yield fault_in("key_without_use", tree, ("outcome", "checklist"), file, "checklist", why=why)
    if outcome.kind == "number" and outcome.unit is None:
        yield fault_in("key_missing", tree, ("outcome",), file, key="unit")
    if outcome.kind == "levels" and outcome.scale == "score":
        why = f"kind: {outcome.kind}"
        yield fault_in("key_without_use", tree, ("outcome", "scale"), file, "scale: score", why=why)
    if outcome.scale == "level" and len(outcome.levels) < 2:
        yield fault_in("list_length", tree, ("outcome", "levels"), file, least=2, most="-")


def _check_cutoffs(tree: Tree, where: KeyPath, scale: Outcome | Characteristic, file: str) -> Iterator[Fault]:
    """Yield the faults of bounds: they must cover every possible number exactly once."""
    levels = [(*where, "levels", at) for at in range(len(scale.levels))]
    for path, level in zip(levels, scale.levels, strict=True):
        if level.bounded and scale.kind == "levels":
            yield fault_in("key_without_use", tree, path, file, level.id, why="kind: levels")
        if scale.kind != "levels" and not level.bounded:
            yield fault_in("key_missing", tree, path, file, key="at_least")
    if scale.kind == "levels" or not scale.levels or not all(level.bounded for level in scale.levels):
        return
    decimals = cutoff_decimals(scale)
    checklist = getattr(scale, "checklist", None)
    in_percent = checklist is not None and checklist.cutoffs_in == "percent"
    unit = (
        f"/ {checklist.most.normalize():f}"
        if in_percent
        else " / ".join(scale.unit.words)
        if scale.unit
        else ""
    )
    fine = False
    for path, level in zip(levels, scale.levels, strict=True):
        for bound in BOUNDS:
            value = getattr(level, bound)
            if value is not None and not in_percent and value != round(value, decimals):
                fine = True
                yield fault_in("cutoff_too_fine", tree, (*path, bound), file, str(value), decimals=decimals)
    if fine:
        return
    spans = [span_of(level, decimals, scale.score_range) for level in scale.cutoffs]
    for path, (low, high) in zip(levels, spans, strict=True):
        if low is not None and high is not None and low > high:
            yield fault_in("cutoff_empty", tree, path, file, _shown((low, high)))
            return
    gaps, overlaps = uncovered(spans, scale.score_range, decimals)
    for gap in gaps:
        yield fault_in("cutoff_gap", tree, (*where, "levels"), file, _shown(gap), unit=unit)
    for overlap in overlaps:
        yield fault_in("cutoff_overlap", tree, (*where, "levels"), file, _shown(overlap), unit=unit)


def _check_items(tree: Tree, outcome: Outcome, file: str) -> Iterator[Fault]:
    checklist, where = outcome.checklist, ("outcome", "checklist")
    for at, key in enumerate(("yes", "no")):
        if any(item.kind == "yes_no" and not checklist.words(item)[at] for item in checklist.items):
            yield fault_in("key_missing", tree, where, file, key=key)
    seen: dict[str, int | None] = {}
    for at, item in enumerate(checklist.items):
        path: KeyPath = (*where, "items", at)
        if item.id in seen:
            yield fault_in("id_duplicate", tree, (*path, "id"), file, item.id, first=seen[item.id])
        seen.setdefault(item.id, tree.line((*path, "id")))
        bounded = item.at_least is not None or item.at_most is not None
        if item.kind == "count" and not bounded:
            yield fault_in("key_missing", tree, path, file, key="at_least")
        if item.kind == "yes_no" and bounded:
            yield fault_in("key_without_use", tree, path, file, "at_least/at_most", why="kind: yes_no")
        for key in ("unit",) if item.kind == "yes_no" else ("yes", "no"):
            if getattr(item, key):
                yield fault_in("key_without_use", tree, (*path, key), file, key, why=f"kind: {item.kind}")
        yes, no = (set(map(fold, words)) for words in checklist.words(item))
        for word in sorted(yes & no) if item.kind == "yes_no" else ():
            yield fault_in("codes_collide", tree, path, file, word)


def _shown(span: Span) -> str:
    """Return a range of numbers as people write it."""
    low, high = (None if one is None else format(Decimal(one).normalize(), "f") for one in span)
    if low == high:
        return str(low)
    if low is None or high is None:
        return f"<= {high}" if low is None else f">= {low}"
    return f"{low}-{high}"
