"""Faults: what is wrong in a study's files, where, and what to do, in each language of the texts."""

from __future__ import annotations

import errno
import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from oxymilk.texts import LANGUAGES, labels
from oxymilk.words import look_alikes

PLACE_COLUMNS = ("kind", "code", "file", "worksheet", "cell", "row", "column", "value")
# in place of a value that is not shown since it may identify a person
HIDDEN = "***"
# what the system refuses -> a phrase of the texts; a limit on the size of files is a full disk to who meets it
_PROBLEMS = {
    errno.ENOENT: "missing", errno.EISDIR: "no_file", **dict.fromkeys((errno.EEXIST, errno.ENOTDIR), "no_folder"),
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.ENOMEM), "full"),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), "not_allowed"),
}  # fmt: skip
# Longer values are cut: a fault is one line that a person reads.
_VALUE_LENGTH = 60
_LISTED = 12  # places of like faults


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong (or, for a warning, worth knowing), and its place.

    Attributes
    ----------
    code : str
        A key of the texts, below `faults` or `warnings`.
    file : str
        The file, as study.yaml names it.
    sheet : str
        The worksheet of a workbook, else empty.
    row : int or None
        The row as the person sees it (header of a plain sheet is row 1); the line of a YAML file.
    column : str
        The header as written; the key path of a YAML file, list items counted from 1.
    value : str
        What is there. Empty for values that identify a person.
    params : dict
        Further words of the text. `nearest` adds "Did you mean ...?"; lists are joined by commas.
    cell : str
        The address of the cell ("B7"), when it has one.
    """

    code: str
    file: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    cell: str = ""

    @property
    def kind(self) -> str:
        """`fault`, or `warning` when the study can be used all the same."""
        return "warning" if f"warnings.{self.code}.wrong" in labels("en") else "fault"


class FaultsError(Exception):
    """All faults found at once; `faults` is the list of them."""

    def __init__(self, faults: Iterable[Fault]):
        self.faults = list(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        return "\n".join(map(describe, self.faults))


def describe(fault: Fault, language: str = "en") -> str:
    """Return one line: the place, what is wrong, what to do; KeyError for a code that the texts do not have.

    For example: observations.csv, row 7, column "Kelompok", cell C7: "Kontorl" is no group. ...
    """
    words = labels(language).section("fault_place")
    row, column = ("line", "key") if fault.file.endswith((".yaml", ".yml")) else ("row", "column")
    parts = {"worksheet": fault.sheet, row: fault.row, column: _shorten(fault.column), "cell": fault.cell}
    place = [words[part].format(value) for part, value in parts.items() if value not in (None, "")]
    also = fault.params.get("also", ())
    shown = ", ".join([*also[:_LISTED], *["..."] * (len(also) > _LISTED)])
    texts = [*_wrong_and_do(fault, language), *[words["also"].format(len(also), shown)] * bool(also)]
    return f"{', '.join(filter(None, [fault.file, *place]))}: {' '.join(texts)}"


def together(faults: Iterable[Fault]) -> list[Fault]:
    """Return faults of sheets that are alike but for their place as one, whose param `also` are the other places."""
    lines: dict[tuple, list[Fault]] = {}
    for fault in faults:
        in_yaml = fault.file.endswith((".yaml", ".yml")) and fault.row
        same = fault.value, *map(fault.params.get, ("nearest", "key"))
        about = fault.code, fault.file, fault.sheet, same, in_yaml
        lines.setdefault(about, []).append(fault)
    told = []
    for first, *more in lines.values():
        in_one_row = all(fault.row == first.row for fault in more)
        also = [fault.column if in_one_row else fault.cell or f"{fault.column} {fault.row}" for fault in more]
        told.append(replace(first, params=first.params | {"also": also}))
    return told


def faults_of(error: BaseException) -> list[Fault]:
    """Return what ended a step as faults: those of the input, what the system refuses, or a mistake of oxymilk.

    Of a mistake of oxymilk the place in the code is named and no value: a value may be a person's name.
    """
    if isinstance(error, FaultsError):
        return error.faults
    if isinstance(error, MemoryError | OSError):
        code = getattr(error, "errno", errno.ENOMEM)
        params = {"problem": _PROBLEMS.get(code, getattr(error, "strerror", None) or str(error))}
        return [Fault("system_refused", str(getattr(error, "filename", None) or "oxymilk"), params=params)]
    frames = traceback.extract_tb(error.__traceback__)
    own = [f"{Path(at.filename).name}:{at.lineno}" for at in frames if "oxymilk" in Path(at.filename).parts]
    return [Fault("system_unexpected", own[-1] if own else "oxymilk", value=type(error).__name__)]


def fault_lines(faults: Iterable[Fault]) -> list[str]:
    """Return each fault in every language, one below the other: a sheet is mended by who keeps it."""
    return ["\n    ".join(describe(fault, language) for language in LANGUAGES) for fault in together(faults)]


def fault_rows(faults: Iterable[Fault]) -> tuple[list[str], list[tuple[str, ...]]]:
    """Return the columns and the rows of faults.csv, one row a fault, faults before warnings.

    Columns: kind (fault or warning), code, file, worksheet, cell, row, column, value, and in each language what is
    wrong and what to do (wrong_en, do_en, ...); all are text, empty when not applicable.
    """
    columns = [*PLACE_COLUMNS, *(f"{part}_{language}" for language in LANGUAGES for part in ("wrong", "do"))]
    rows = []
    for fault in sorted(faults, key=lambda fault: fault.kind):
        row = "" if fault.row is None else str(fault.row)
        place = (fault.kind, fault.code, fault.file, fault.sheet, fault.cell, row, fault.column)
        texts = [text for language in LANGUAGES for text in _wrong_and_do(fault, language)]
        rows.append((*place, _shorten(fault.value), *texts))
    return columns, rows


def _wrong_and_do(fault: Fault, language: str) -> tuple[str, str]:
    """Return what is wrong and what to do, without the place."""
    t = labels(language)
    phrases = t.section("fault_phrase")
    row = "" if fault.row is None else fault.row
    values = {**vars(fault), "row": row, "value": _shorten(fault.value)}
    for name, value in fault.params.items():
        text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        # a parameter may name a phrase of the texts
        values[name] = phrases.get(f"{name}_{text}", text)
    wrong, do = (t(f"{fault.kind}s.{fault.code}.{part}", **values) for part in ("wrong", "do"))
    if fault.value == HIDDEN:
        do = f"{do} {t('fault_place.hidden')}"
    if fault.params.get("nearest"):
        near = fault.params["nearest"]
        if letters := look_alikes(fault.value or fault.column, near):
            do = f"{t('fault_place.look_alike', letters=letters)} {do}"
        do = f"{t('fault_place.did_you_mean', nearest=near)} {do}"
    return wrong, do


def _shorten(text: str) -> str:
    """Return `text` on one line, control characters shown, cut when long."""
    visible = "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )
    return visible if len(visible) <= _VALUE_LENGTH else visible[: _VALUE_LENGTH - 3] + "..."
