"""A study's folder of results: its tables, each read when it is first asked for."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from oxymilk.faults import Fault, FaultsError
from oxymilk.files import read_csv

if TYPE_CHECKING:
    import pandas as pd


def _table(name: str, *, audit: bool = False) -> cached_property:
    """Make the attribute that reads `name`.csv; a table of the audit is empty where nothing was audited."""

    def read(results: Results) -> pd.DataFrame:
        return results.read(name) if results.audited or not audit else results.nothing()

    read.__doc__ = f"{name}.csv, every cell text."
    return cached_property(read)


class Results:
    """The result tables of a study.

    Parameters
    ----------
    folder : Path
        results/<study>/.
    audited : bool
        Whether the study has a claims.csv. Without one the tables of the audit are empty whatever the folder holds:
        what an earlier run left there is not shown.

    Attributes
    ----------
    observations, tests, verdicts, ... : DataFrame
        Every cell text, missing as the empty string.
    """

    observations = _table("observations")
    other_scale = _table("other_scale")
    characteristics = _table("characteristics")
    frequencies = _table("frequencies")
    summaries = _table("summaries")
    tests = _table("tests")
    sensitivity = _table("sensitivity")
    procedures = _table("procedures")
    effects = _table("effects")
    baseline = _table("baseline")
    verdicts = _table("verdicts", audit=True)
    explanations = _table("explanations", audit=True)
    datasets = _table("datasets", audit=True)
    contradictions = _table("contradictions", audit=True)
    outcomes = _table("outcomes", audit=True)

    def __init__(self, folder: Path, *, audited: bool = True) -> None:
        self.folder = Path(folder)
        self.audited = audited

    def read(self, name: str) -> pd.DataFrame:
        """Read a table of the folder; FaultsError when it is not there."""
        path = self.folder / f"{name}.csv"
        if not path.is_file():
            raise FaultsError([Fault("results_missing", str(path))])
        return read_csv(path)

    @staticmethod
    def nothing() -> pd.DataFrame:
        """Return a table without rows."""
        import pandas as pd

        return pd.DataFrame()
