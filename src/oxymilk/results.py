"""A study's folder of results: its tables, each read when it is first asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from oxymilk.faults import Fault, FaultsError
from oxymilk.files import read_csv

if TYPE_CHECKING:
    import pandas as pd

TABLES = (
    "observations", "other_scale", "characteristics", "frequencies", "summaries", "tests", "sensitivity",
    "procedures", "effects", "alternatives", "baseline",
)  # fmt: skip
TABLES_OF_THE_AUDIT = ("verdicts", "explanations", "datasets", "contradictions", "outcomes")


class Results:
    """The result tables of a study: `results.tests` is tests.csv, every cell text, missing as the empty string.

    Parameters
    ----------
    folder : Path
        results/<study>/.
    audited : bool
        Whether the study has a claims.csv. Without one the tables of the audit are empty whatever the folder holds:
        what an earlier run left there is not shown.
    """

    def __init__(self, folder: Path, *, audited: bool = True) -> None:
        self.folder = Path(folder)
        self.audited = audited

    def __getattr__(self, name: str) -> pd.DataFrame:
        """Read a table, once; FaultsError when it is not there."""
        if name not in (*TABLES, *TABLES_OF_THE_AUDIT):
            raise AttributeError(name)
        path = self.folder / f"{name}.csv"
        if name in TABLES_OF_THE_AUDIT and not self.audited:
            import pandas as pd

            table = pd.DataFrame()
        else:
            try:
                table = read_csv(path)
            except (OSError, ValueError):  # not there, or no table any more
                raise FaultsError([Fault("results_missing", str(path))]) from None
        setattr(self, name, table)
        return table
