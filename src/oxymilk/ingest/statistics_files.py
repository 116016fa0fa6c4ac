"""Read the file of a statistics program: SPSS .sav, Stata .dta; values, value labels, missing codes."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

from oxymilk.faults import Fault
from oxymilk.ingest.grid import Grid, split_kinds
from oxymilk.ingest.reader_process import ReaderError, read_foreign

if TYPE_CHECKING:
    from oxymilk.study.sheet import Sheet


def read_statistics_file(path: Path, sheet: Sheet) -> tuple[Grid | None, list[Fault]]:
    """Read a .sav, .zsav or .dta file; the first row of the grid has the names of the variables.

    Parameters
    ----------
    path : Path
        The file.
    sheet : Sheet
        The declaration.

    Returns
    -------
    tuple of Grid or None, list of Fault
        The grid, None when the file cannot be read. Values that the file declares as missing have the kind
        `missing`.
    """
    if importlib.util.find_spec("pyreadstat") is None:
        return None, [Fault("reader_missing", sheet.file, value="pyreadstat")]
    try:
        found = read_foreign("dta" if path.suffix.lower() == ".dta" else "sav", path)
    except ReaderError as error:
        return None, [Fault("sheet_unreadable", sheet.file, params={"problem": str(error)})]
    rows, kinds = split_kinds([found["names"], *found["rows"]])
    labels = {int(column): words for column, words in found["labels"].items()}
    titles = {int(column): title for column, title in found["titles"].items()}
    return Grid(sheet.file, "", rows, kinds, {}, labels, titles, cases=True), []
