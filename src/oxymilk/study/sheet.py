"""How a sheet is read: its file, its layout, and which column or cell means what."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from oxymilk.study.base import Id, Model, Text, Texts, one_or_more

Layout = Literal[
    "wide",
    "long",
    "one_timepoint",
    "visits",
    "side_by_side",
    "titled",
    "transposed",
    "app_export",
    "crosstab",
]

Row = Annotated[int, Field(ge=1, le=1_048_576)]


def _column(value: object) -> object:
    """Let `participant: Kode` stand for `participant: {column: Kode}`."""
    return {"column": value} if isinstance(value, str) else value


class ParticipantSource(Model):
    """What tells participants apart: a column, or the row when nothing is written.

    `identifying` values (names, initials, record numbers) are replaced by P01, P02, ...; when it is not
    declared, they are unless all are plain codes and the header or variable label tells of no person.
    `per_group` numbers start anew in each group.
    """

    column: Text | None = None
    by_row: bool = False
    per_group: bool = False
    identifying: bool | None = None


class CodedSource(Model):
    """A column and what its words mean; without codes its words are the ids themselves.

    `only` says it for the whole sheet; `titles` gives the words of the rows that head each part of it.
    """

    column: Text | None = None
    codes: dict[Text, Id] = Field(default_factory=dict)
    only: Id | None = None
    titles: dict[Text, Id] = Field(default_factory=dict)


class CharacteristicSource(Model):
    """The column of a characteristic and what its words mean."""

    column: Text
    codes: dict[Text, Id] = Field(default_factory=dict)


class Block(Model):
    """One of several blocks that stand side by side: a range of columns, or columns of its own."""

    columns: Annotated[str, Field(pattern=r"^\s*[A-Za-z]{1,3}\s*:\s*[A-Za-z]{1,3}\s*$")] | None = None
    group: Id | None = None
    participant: Text | None = None
    scores: dict[Id, Text] = Field(default_factory=dict)


class Crosstab(Model):
    """A printed cross-tabulation: level before by row, level after by column, cells are participants."""

    before: Annotated[CodedSource, BeforeValidator(_column)]
    after: dict[Text, Id] = Field(min_length=1)
    total: Text | None = None


class Sheet(Model):
    """One observation sheet and how to read it.

    A column name may hold `{item}` (checklists) and, in the layout visits, `{visit}`; "Jumlah [2]" is the
    second column headed Jumlah; two header rows are joined as "Pre Test > Jumlah". With `fractions`, 0.75 is 75 %.
    """

    file: Text
    layout: Layout
    worksheet: Text | None = None
    encoding: Text = "utf-8"
    delimiter: Text | None = None
    decimal_mark: Literal[",", "."] | None = None
    header_row: Annotated[tuple[Row, ...], BeforeValidator(one_or_more), Field(min_length=1)] = (1,)
    last_row: int | None = Field(default=None, ge=2)
    participant: Annotated[ParticipantSource | None, BeforeValidator(_column)] = None
    group: Annotated[CodedSource | None, BeforeValidator(_column)] = None
    timepoint: Annotated[CodedSource | None, BeforeValidator(_column)] = None
    scores: dict[Id, Text] = Field(default_factory=dict)
    score: Text | None = None
    visits: dict[Text, Id] = Field(default_factory=dict)
    blocks: tuple[Block, ...] = ()
    crosstab: Crosstab | None = None
    codes: dict[Text, Id] = Field(default_factory=dict)
    time_format: Literal["hours_minutes"] | None = None
    fractions: bool = False
    missing: Texts = ()
    skip: Texts = ()
    ignore: Texts = ()
    characteristics: dict[Id, Annotated[CharacteristicSource, BeforeValidator(_column)]] = Field(
        default_factory=dict
    )
