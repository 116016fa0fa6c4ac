"""Write the tables of a study in every format; apart from `tables`, so that the report needs no Word."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from oxymilk.files import write_bytes, write_csv, write_text
from oxymilk.present import table_formats
from oxymilk.present.word import word_document

if TYPE_CHECKING:
    from oxymilk.present.table_model import Table


def write_tables(tables: tuple[Table, ...], folder: Path) -> None:
    """Write table_<number>.{csv,md,html,tex,docx}, tables.docx and tables.tex into `folder`.

    Parameters
    ----------
    tables : tuple of Table
        Tables of one language.
    folder : Path
        Where to write; made when missing. Every file is written whole or not at all.
    """
    folder = Path(folder)
    for table in tables:
        name = f"table_{table.number}"
        write_csv(table_formats.csv_frame(table), folder / f"{name}.csv")
        write_text(folder / f"{name}.md", table_formats.markdown(table))
        write_text(folder / f"{name}.html", table_formats.html_page(table))
        write_text(folder / f"{name}.tex", table_formats.latex(table))
        write_bytes(folder / f"{name}.docx", word_document((table,)))
    write_text(folder / "tables.tex", table_formats.latex_document(tables))
    write_bytes(folder / "tables.docx", word_document(tables))
