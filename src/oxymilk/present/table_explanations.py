"""The table of explanations: ways to make the claims that differ come true, ranked, with what each is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oxymilk.present.explanation_rows import Explanation, claim_words, contradicts, explained_claims, percent
from oxymilk.present.table_model import Cell, Column, Notes, Panel, Row, Table
from oxymilk.texts import labels

if TYPE_CHECKING:
    import pandas as pd

    from oxymilk.study import Study
    from oxymilk.texts import Labels


def build_explanation_table(
    study: Study, explanations: pd.DataFrame, verdicts: pd.DataFrame, language: str, number: int
) -> Table | None:
    """Make the table of explanations.

    Parameters
    ----------
    study : Study
        The study.
    explanations, verdicts : DataFrame
        explanations.csv and verdicts.csv, all cells text.
    language : str
        "en" or "id".
    number : int
        Number of the table.

    Returns
    -------
    Table or None
        A section for each claim that has an explanation; None when none has.
    """
    t, notes = labels(language), Notes()
    claims = explained_claims(study, explanations, verdicts, t)
    rows = []
    for claim in claims:
        if claim.explanations:
            rows.append(Row((Cell(claim_words(study, claim.claim, t)),), "section"))
            rows += [_row(hit, notes, t) for hit in claim.explanations]
    if not rows:
        return None
    notes.add(
        t("explanations.note.order"),
        t("explanations.note.contradicts"),
        t("explanations.note.coincidence", alpha=t.number(study.alpha)),
        t("explanations.note.possible"),
    )
    without = [claim_words(study, claim.claim, t) for claim in claims if not claim.explanations]
    if without:
        notes.add(t("explanations.note.without", claims=t("common.list_separator").join(without)))
    columns = (
        Column("row", t("explanations.column.rank"), "", "left", 1.0),
        Column("explanation", t("explanations.column.explanation"), "", "left", 5.2),
        Column("kind", t("explanations.column.kind"), "", "left", 1.75),
        Column("contradicts", t("explanations.column.contradicts"), "", "right", 1.6),
        Column("coincidence", t("explanations.column.coincidence"), "", "right", 1.3),
        *(
            Column(name, t(f"explanations.column.{name}"), only_csv=True)
            for name in ("p_value", "prints_as", "programs", "ways", "contradicted", "witness")
        ),
    )
    panel = Panel(t("explanations.column.explanation"), columns, tuple(rows))
    return Table("explanations", number, language, t("tables.title.explanations"), (panel,), notes.finish())


def _row(hit: Explanation, notes: Notes, t: Labels) -> Row:
    printed_by = t("explanations.note.programs", programs=hit.programs) if hit.programs else ""
    uninformative = "" if hit.informative else t("explanations.note.uninformative")
    return Row(
        (
            Cell(str(hit.rank)),
            Cell(hit.description, notes.mark(printed_by)),
            Cell(t(f"explanations.kind.{hit.kind}")),
            Cell(contradicts(hit, t)),
            Cell(percent(hit.coincidence, t), notes.mark(uninformative)),
            *map(
                Cell,
                (hit.p_value, hit.prints_as, hit.programs, hit.ways, " ".join(hit.contradicted), hit.witness),
            ),
        )
    )
