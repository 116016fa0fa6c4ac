"""The manuscript of a study: a Word document with the sentences, tables and figure of a paper, and its appendix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oxymilk.present.formats import Figure, Section, word_document
from oxymilk.present.tables import build_tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from oxymilk.present.view import View


def manuscript(view: View, figures: Path, texts: Mapping[str, Sequence[str]] | None = None) -> bytes:
    """Return the manuscript of a study as a Word document.

    Parameters
    ----------
    view : View
    figures : Path
        The folder of the figures that were drawn before; Figure 1 is before_after.png, where it is there.
    texts : mapping, optional
        Paragraphs of the sections "methods" and "results".

    Returns
    -------
    bytes
        The same results give the same bytes.
    """
    t, study, texts = view.t, view.study, texts or {}
    path, figure = figures / "before_after.png", None
    if path.is_file():
        key = "slopes" if study.outcome.scale == "score" else "before_after"
        names = {"outcome": view.label(study.outcome)}
        names |= dict(zip(("pre", "post"), map(view.label, study.compared), strict=True))
        figure = Figure(path.read_bytes(), t(f"report.caption.{key}", **names))
    sections = [
        Section(t("manuscript.methods"), paragraphs=texts.get("methods", ())),
        Section(t("manuscript.results"), texts.get("results", ()), build_tables(view, ""), figure),
        Section(t("manuscript.appendix"), tables=build_tables(view, "A"), new_page=True),
    ]
    filled = [part for part in sections if part.paragraphs or part.tables or part.figure]
    filled = filled or [Section(paragraphs=[t("report.no_sheet")])]
    return word_document(study.title[view.language], filled, view.language)
