"""A study's folder of results: its tables, each read when it is first asked for, whole or not at all."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from oxymilk.faults import Fault, FaultsError
from oxymilk.files import read_bytes, read_csv, read_rows, rows_of, write_bytes, write_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

TABLES = (
    "observations", "other_scale", "characteristics", "frequencies", "summaries", "tests", "sensitivity",
    "procedures", "effects", "comparisons", "alternatives", "baseline",
)  # fmt: skip
TABLES_OF_THE_AUDIT = ("verdicts", "explanations", "datasets", "contradictions", "outcomes")
# made on request; empty until then
ON_REQUEST = ("crosscheck",)
# a role of tests.csv: the declared procedure once more, where taking differences the other way makes a difference
OTHER_DIFFERENCES = "other_differences"


def first_to_open(made: Path) -> Path | None:
    """Return what to open first of what was made in a language, results/<study>/<language>/; None for nothing."""
    return next(filter(Path.is_file, (made / name for name in ("manuscript.docx", "report.html"))), None)


class Results:
    """The result tables of a study: `results.tests` is tests.csv, every cell text, missing as the empty string.

    Beside each table its SHA-256 is kept, in `.sums`, so that a table that was cut or edited is noticed.

    Parameters
    ----------
    folder : Path
        results/<study>/.
    audited : bool
        Whether the study has claims. Without them the tables of the audit are empty whatever the folder holds:
        what an earlier run left there is not shown.
    """

    def __init__(self, folder: Path, *, audited: bool = True) -> None:
        self.folder = Path(folder)
        self.audited = audited

    def __getattr__(self, name: str) -> pd.DataFrame:
        """Read a table, once; FaultsError when it is not there or not as it was written."""
        path = self._checked(name)
        if path is None:
            import pandas as pd

            table = pd.DataFrame()
        else:
            table = read_csv(path)
        setattr(self, name, table)
        return table

    def rows(self, name: str) -> list[dict[str, str]]:
        """Return a table as its rows, without the time that importing pandas takes; faults as above."""
        if name in vars(self):
            return vars(self)[name].to_dict("records")
        path = self._checked(name)
        columns, rows = read_rows(path) if path else ([], [])
        return [dict(zip(columns, row, strict=True)) for row in rows]

    def _checked(self, name: str) -> Path | None:
        """Return the file of a table once it is seen to be as it was written; None where there is to be none."""
        if name not in (*TABLES, *TABLES_OF_THE_AUDIT, *ON_REQUEST):
            raise AttributeError(name)
        path, written = self.folder / f"{name}.csv", self._sum_of(name)
        if (name in TABLES_OF_THE_AUDIT and not self.audited) or (name in ON_REQUEST and not path.exists()):
            return None
        if not path.exists():
            raise FaultsError([Fault("results_missing", str(path))])
        if not written.is_file() or read_bytes(written) != _sum(path):
            raise FaultsError([Fault("results_garbled", str(path))])
        return path

    def write(self, name: str, table: pd.DataFrame) -> None:
        """Write a table; see `write_rows`."""
        self.write_rows(name, *rows_of(table))

    def write_rows(self, name: str, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
        """Write a table by its rows, and the sum that tells whether it is still the same when it is read."""
        path = self.folder / f"{name}.csv"
        self._sum_of(name).unlink(missing_ok=True)  # no sum of the old table beside the new one
        write_rows(columns, rows, path)
        write_bytes(self._sum_of(name), _sum(path))

    def _sum_of(self, name: str) -> Path:
        return self.folder / ".sums" / name


def _sum(path: Path) -> bytes:
    return hashlib.sha256(read_bytes(path)).hexdigest().encode()
