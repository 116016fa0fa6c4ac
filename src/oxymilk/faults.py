"""Faults: what is wrong in a study's files, where, and what to do, in English and Indonesian."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from oxymilk.texts import labels

if TYPE_CHECKING:
    import pandas as pd

TABLE_COLUMNS = (
    "kind", "code", "file", "worksheet", "cell", "row", "column", "value",
    "wrong_en", "do_en", "wrong_id", "do_id",
)  # fmt: skip
# stands for a value that is not shown since it may identify a person
HIDDEN = "***"
# Longer values are cut: a fault is one line that a person reads.
_VALUE_LENGTH = 60


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
        return "warning" if labels("en").has(f"warnings.{self.code}.wrong") else "fault"


class FaultsError(Exception):
    """All faults found at once; `faults` is the list of them."""

    def __init__(self, faults: Iterable[Fault]):
        self.faults = list(faults)
        super().__init__("\n".join(describe(fault) for fault in self.faults))


def describe(fault: Fault, language: str = "en") -> str:
    """Return one line: the place, what is wrong, what to do.

    Parameters
    ----------
    fault : Fault
        The fault or warning.
    language : {'en', 'id'}
        The language of the text.

    Returns
    -------
    str
        For example: observations.csv, row 7, column "Kelompok", cell C7: ...

    Raises
    ------
    KeyError
        For a code or language that the texts do not have.
    """
    wrong, do = explain(fault, language)
    return f"{place(fault, language)}: {wrong} {do}"


def explain(fault: Fault, language: str = "en") -> tuple[str, str]:
    """Return what is wrong and what to do, without the place; see `describe`."""
    t = labels(language)
    phrases = t.section("fault_phrase")
    values: dict[str, str] = {
        "file": fault.file,
        "sheet": fault.sheet,
        "row": "" if fault.row is None else str(fault.row),
        "column": fault.column,
        "value": _shorten(fault.value),
        "cell": fault.cell,
    }
    for name, value in fault.params.items():
        joined = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        # a parameter may name a phrase that the texts have in both languages
        values[name] = phrases.get(f"{name}_{joined}", joined)
    wrong, do = (t(f"{fault.kind}s.{fault.code}.{part}", **values) for part in ("wrong", "do"))
    if fault.value == HIDDEN:
        do = f"{do} {t('fault_place.hidden')}"
    if fault.params.get("nearest"):
        do = f"{t('fault_place.did_you_mean', nearest=fault.params['nearest'])} {do}"
    return wrong, do


def place(fault: Fault, language: str = "en") -> str:
    """Return where the fault is: file, worksheet, row or line, column or key, cell."""
    words = labels(language).section("fault_place")
    yaml = fault.file.endswith((".yaml", ".yml"))
    parts = [fault.file]
    if fault.sheet:
        parts.append(words["worksheet"].format(fault.sheet))
    if fault.row is not None:
        parts.append(words["line" if yaml else "row"].format(fault.row))
    if fault.column:
        parts.append(words["key" if yaml else "column"].format(_shorten(fault.column)))
    if fault.cell:
        parts.append(words["cell"].format(fault.cell))
    return ", ".join(part for part in parts if part)


def faults_table(faults: Iterable[Fault]) -> pd.DataFrame:
    """Return the faults as the table of faults.csv, one row each, faults before warnings.

    Returns
    -------
    DataFrame
        Columns: kind (fault or warning), code, file, worksheet, cell, row, column, value,
        wrong_en, do_en, wrong_id, do_id; every one text, empty when not applicable.
    """
    import pandas as pd

    rows = []
    for fault in sorted(faults, key=lambda one: one.kind):
        wrong_en, do_en = explain(fault, "en")
        wrong_id, do_id = explain(fault, "id")
        row = "" if fault.row is None else str(fault.row)
        rows.append(
            (fault.kind, fault.code, fault.file, fault.sheet, fault.cell, row, fault.column,
             _shorten(fault.value), wrong_en, do_en, wrong_id, do_id)
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(TABLE_COLUMNS), dtype=str)


def codes() -> tuple[str, ...]:
    """Return every fault and warning code, in the order of the texts."""
    t = labels("en")
    keys = (key for kind in ("faults", "warnings") for key in t.section(kind))
    return tuple(dict.fromkeys(key.partition(".")[0] for key in keys))


def _shorten(text: str) -> str:
    """Return `text` on one line, control characters shown, cut when long."""
    visible = "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)
    return visible if len(visible) <= _VALUE_LENGTH else visible[: _VALUE_LENGTH - 3] + "..."
