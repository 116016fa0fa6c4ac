"""The manuscript of a study: a Word document with the sentences, tables and figure of a paper, and its appendix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oxymilk.present.figures import caption
from oxymilk.present.formats import Figure, Section, word_document
from oxymilk.present.sentences import methods, results
from oxymilk.present.tables import build_tables

if TYPE_CHECKING:
    from pathlib import Path

    from oxymilk.present.view import View


def manuscript(view: View, figures: Path) -> bytes:
    """Return the manuscript of a study as a Word document.

    Parameters
    ----------
    view : View
    figures : Path
        The folder of the figures that were drawn before; Figure 1 is before_after.png, where it is there.

    Returns
    -------
    bytes
        The same results give the same bytes.
    """
    t, path, figure = view.t, figures / "before_after.png", None
    if path.is_file():
        figure = Figure(path.read_bytes(), caption(view, "before_after"))
    sections = [
        Section(t("manuscript.methods"), paragraphs=methods(view)),
        Section(t("manuscript.results"), results(view), build_tables(view, ""), figure),
        Section(t("manuscript.appendix"), tables=build_tables(view, "A"), new_page=True),
    ]
    filled = [part for part in sections if part.paragraphs or part.tables or part.figure]
    filled = filled or [Section(paragraphs=[t("report.no_sheet")])]
    return word_document(view.study.title[view.language], filled, view.language)
