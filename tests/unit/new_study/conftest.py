"""A folder in which studies are made from sheets."""

import pandas as pd
import pytest
import xlsxwriter
import yaml

from oxymilk.faults import FaultsError
from oxymilk.new_study.answers import Answers, parse_named
from oxymilk.new_study.check import check_study
from oxymilk.new_study.new import new_study

WARD = """No,Inisial,Kelompok,Umur,Produksi ASI sebelum,Produksi ASI sesudah
1,QX,P,24,Kurang,Cukup
2,WZ,P,31,kurang ,CUKUP
3,QV,K,28,Kurang,Kurang
4,XJ,K,35,Kurang,tdk cukup
"""
WARD_GROUPS = "Pijat=P,Kontrol=K"
HEAD, ROW = ["No", "Sebelum", "Sesudah"], [1, "Kurang", "Cukup"]


def answers(groups="Intervensi,Kontrol", levels="kurang,cukup", **more):
    more = {"program": "spss", "outcome": "Produksi ASI"} | more
    return Answers(groups=parse_named(groups, "group"), levels=parse_named(levels, "level"), **more)


def spoil(path, *changes):
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


class Folder:
    """The sheets of a ward, and the study melati, or one of another name, that is made from them."""

    def __init__(self, path):
        self.path = path

    def sheet(self, content, name="sheet.csv", encoding="utf-8"):
        """Write a text file, or a workbook: its rows by worksheet."""
        path = self.path / name
        if isinstance(content, str):
            path.write_bytes(content.encode(encoding))
            return path
        path = path.with_suffix(".xlsx")
        with xlsxwriter.Workbook(path) as book:
            for title, rows in content.items():
                page = book.add_worksheet(title)
                for at, row in enumerate(rows):
                    page.write_row(at, 0, row)
        return path

    def make(self, said, *sheets, name="melati", **more):
        """Return study.yaml as text; a sheet is a file, or its content."""
        paths = [self.sheet(sheet) if isinstance(sheet, str | dict) else sheet for sheet in sheets]
        made = new_study(name, paths, said, data=self.path, **more)
        return (made.folder / "study.yaml").read_text(encoding="utf-8")

    def tree(self, said, *sheets, **more):
        """Return study.yaml as read, and its first sheet."""
        tree = yaml.safe_load(self.make(said, *sheets, **more))
        return tree, tree["sheets"][0]

    def refused(self, *sheets, **more):
        """Return the fault for which a study is not made."""
        with pytest.raises(FaultsError) as caught:
            self.make(answers(WARD_GROUPS), *sheets, **more)
        return caught.value.faults[0].code

    def decide(self, *changes, name="melati"):
        """Write the decisions that a user takes in study.yaml: what is open, what is in its place."""
        spoil(self.path / name / "study.yaml", *changes)

    def ready(self, name="melati"):
        check = check_study(name, self.path)
        assert check.ready, check.faults
        return check

    def observations(self, name="melati") -> pd.DataFrame:
        return self.ready(name).observations.frame("observations")

    def to_correct(self, name="melati"):
        return [fault for fault in check_study(name, self.path).faults if fault.kind == "fault"]


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)
