import copy
from pathlib import Path

import pytest
import yaml

from oxymilk.faults import FaultsError
from oxymilk.ingest import ingest_observations
from oxymilk.study import load_study

BASE = {
    "title": {"en": "A study", "id": "Sebuah studi"},
    "decimal_mark": ",",
    "alpha": 0.05,
    "groups": [
        {"id": "intervention", "label": {"en": "Massage", "id": "Pijat"}},
        {"id": "control", "label": {"en": "Control", "id": "Kontrol"}},
    ],
    "timepoints": [
        {"id": "pre", "label": {"en": "Before", "id": "Sebelum"}},
        {"id": "post", "label": {"en": "After", "id": "Sesudah"}},
    ],
    "outcome": {
        "id": "milk",
        "label": {"en": "Milk", "id": "ASI"},
        "levels": [
            {"id": "kurang", "label": {"en": "insufficient", "id": "kurang"}},
            {"id": "cukup", "label": {"en": "sufficient", "id": "cukup"}},
        ],
    },
    "procedure": {
        "basis": "stated",
        "signed_rank": {"method": "asymptotic"},
        "rank_sum": {"method": "asymptotic"},
    },
}
WIDE = {
    "file": "sheet.csv",
    "layout": "wide",
    "participant": "Kode",
    "group": {"column": "Kelompok", "codes": {"Intervensi": "intervention", "Kontrol": "control"}},
    "scores": {"pre": "Sebelum", "post": "Sesudah"},
    "codes": {"Kurang": "kurang", "Cukup": "cukup"},
}
LONG = {
    "file": "sheet.csv",
    "layout": "long",
    "participant": "Kode",
    "group": WIDE["group"],
    "timepoint": {"column": "Waktu", "codes": {"Pre": "pre", "Post": "post"}},
    "score": "ASI",
    "codes": WIDE["codes"],
}


class _WithoutAliases(yaml.SafeDumper):
    def ignore_aliases(self, data):  # noqa: ARG002
        return True


class Bench:
    """A study folder to write sheets into and to ingest."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.folder.mkdir()

    def declare(self, sheets=None, **changes):
        declared = copy.deepcopy(BASE) | {"id": self.folder.name} | copy.deepcopy(changes)
        declared["sheets"] = copy.deepcopy(sheets)
        text = yaml.dump(declared, Dumper=_WithoutAliases, sort_keys=False, allow_unicode=True)
        (self.folder / "study.yaml").write_text(text, encoding="utf-8")

    def wide(self, content=None, *, changes=None, **keys):
        """Ingest one wide sheet; `content` is text, bytes, or None when the file was written before."""
        return self.sheets([WIDE | keys], content, changes=changes)

    def long(self, content=None, *, changes=None, **keys):
        return self.sheets([LONG | keys], content, changes=changes)

    def sheets(self, sheets, content=None, *, changes=None):
        self.declare(sheets, **(changes or {}))
        if content is not None:
            data = content if isinstance(content, bytes) else content.encode("utf-8")
            (self.folder / sheets[0]["file"]).write_bytes(data)
        return ingest_observations(load_study(self.folder), self.folder)

    def faults(self, how, *arguments, **keywords):
        """Return the faults (warnings too) of a call that must fail."""
        with pytest.raises(FaultsError) as caught:
            how(*arguments, **keywords)
        return caught.value.faults


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path / "ward")


@pytest.fixture
def good():
    return "Kode,Kelompok,Sebelum,Sesudah\nR01,Intervensi,Kurang,Cukup\nK01,Kontrol,Kurang,Kurang\n"
