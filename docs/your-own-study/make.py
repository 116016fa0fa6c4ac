"""Make melati.xlsx, the ward's file of the walk-through; every value is invented.

Run in the project's folder: python docs/your-own-study/make.py
"""

from __future__ import annotations

import csv
import datetime
from pathlib import Path

import xlsxwriter

HERE = Path(__file__).parent
WIDTHS = (5, 9, 8, 7, 12, 10, 22, 22)


def make(target: Path) -> None:
    """Write the workbook to `target` from melati.csv; the same bytes every time."""
    with (HERE / "melati.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    with xlsxwriter.Workbook(target) as book:
        book.set_properties({"created": datetime.datetime(2024, 1, 1), "author": ""})
        title = book.add_format({"bold": True, "font_size": 13})
        head = book.add_format({"bold": True, "border": 1, "bg_color": "#E2EFDA"})
        cell = book.add_format({"border": 1})
        page = book.add_worksheet("Observasi")
        page.set_landscape()
        page.fit_to_pages(1, 1)
        page.write(0, 0, "LEMBAR OBSERVASI PRODUKSI ASI - RUANG MELATI", title)
        page.write(1, 0, "Pengamatan hari ke-1 dan hari ke-7")
        for at, width in enumerate(WIDTHS):
            page.set_column(at, at, width)
        for at, row in enumerate(rows, start=3):
            for column, text in enumerate(row):
                number = at > 3 and text.isdigit() and column != 2  # record numbers keep their zeros
                page.write(at, column, int(text) if number else text, head if at == 3 else cell)


if __name__ == "__main__":
    make(HERE / "melati.xlsx")
