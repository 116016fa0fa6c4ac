"""The tables of a study: what is recomputed beside what is printed, in every format that authors ask for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from oxymilk.files import write_bytes, write_csv, write_text
from oxymilk.present import formats
from oxymilk.present.tables.builder import TableBuilder, planned
from oxymilk.present.tables.described import characteristics_table, frequency_table, summary_table
from oxymilk.present.tables.tested import (
    effects_table,
    explanation_table,
    rank_sum_table,
    sensitivity_table,
    signed_rank_table,
)

if TYPE_CHECKING:
    from oxymilk.present.tables.model import Table
    from oxymilk.present.view import View

# how each kind of table is made, from its builder and, where there is one a group, the group
_MAKERS = {
    "characteristics": characteristics_table,
    "summary": summary_table,
    "frequencies": frequency_table,
    "signed_rank": signed_rank_table,
    "rank_sum": rank_sum_table,
    "effects": effects_table,
    "sensitivity": sensitivity_table,
    "explanations": explanation_table,
}


def build_tables(view: View) -> tuple[Table, ...]:
    """Make the tables of a study.

    Parameters
    ----------
    view : View
        The study, its results and the language.

    Returns
    -------
    tuple of Table
        Those of `oxymilk.present.tables.builder.planned`, numbered from 1.
    """
    return tuple(
        _MAKERS[kind](TableBuilder(view, kind, number), *([group] if group else []))
        for number, (kind, group) in enumerate(planned(view), start=1)
    )


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
        write_csv(formats.csv_frame(table), folder / f"{name}.csv")
        write_text(folder / f"{name}.md", formats.markdown(table))
        write_text(folder / f"{name}.html", formats.html_page(table))
        write_text(folder / f"{name}.tex", formats.latex(table))
        write_bytes(folder / f"{name}.docx", formats.word_document([table]))
    write_text(folder / "tables.tex", formats.latex_document(tables))
    write_bytes(folder / "tables.docx", formats.word_document(tables))
