"""How a sheet is read: its file, its layout, and which column or cell means what."""

from __future__ import annotations

import codecs
import contextlib
from pathlib import Path, PurePosixPath
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import Field

from oxymilk.study.base import Id, Model, OneOrMore, Text, Texts, TimepointId, legal, reference, short_for
from oxymilk.words import fold

# name in study.yaml -> Python codec; a closed list, since Python also calls zip and rot13 encodings
ENCODINGS = {
    "utf-8": "utf-8-sig", "utf-16": "utf-16", "windows-1252": "cp1252",
    "iso-8859-1": "latin-1", "iso-8859-15": "iso8859-15", "ascii": "ascii",
}  # fmt: skip
DELIMITERS = (",", ";", "|", "tab")
# layout -> the keys that say where its scores are: those it needs, those it may have; all other keys fit every layout
SCORE_KEYS = {
    "wide": (("scores",), ()), "long": (("timepoint", "score"), ()),
    "one_timepoint": (("timepoint", "score"), ()), "visits": (("visits", "score"), ()),
    "side_by_side": (("blocks",), ("scores",)), "titled": (("scores",), ()),
    "transposed": (("scores",), ()), "crosstab": (("crosstab",), ()),
}  # fmt: skip

GroupId = Annotated[Id, reference("group")]
LevelId = Annotated[Id, reference("level")]
CharacteristicId = Annotated[Id, reference("characteristic")]
Column = short_for(lambda word: {"column": word})
ALL = ""  # where one column, or a pattern of the layout visits, has the totals of all timepoints
Totals = Annotated[
    dict[Annotated[str, reference("timepoint", ALL)], Text], short_for(lambda word: {ALL: word})
]
LEFT_OUT = "-"  # in the place of the id of a group that is left out
Row = Annotated[int, Field(ge=1, le=1_048_576)]
IdOf = TypeVar("IdOf", bound=str)
_Encoding = legal(lambda name, _: encoding_codec(name), "value_unknown", legal=list(ENCODINGS))
_Delimiter = legal(lambda mark, _: mark in DELIMITERS, "value_unknown", legal=" ".join(DELIMITERS))
# the context of a validation without a folder is None
_File = legal(lambda file, context: not context or is_inside(context["folder"], file), "path_outside")


def encoding_codec(name: str) -> str | None:
    """Return the Python codec of an encoding that study.yaml may name, or None."""
    known = {codecs.lookup(encoding).name: codec for encoding, codec in ENCODINGS.items()}
    with contextlib.suppress(LookupError, ValueError):
        return known.get(codecs.lookup(name.strip()).name.removesuffix("-sig"))
    return None


def is_inside(folder: Path, file: str) -> bool:
    """Say whether a sheet's path is within the study's folder, links followed."""
    pure = PurePosixPath(file)
    if pure.is_absolute() or ".." in pure.parts or "\\" in file or ":" in file or "\0" in file:
        return False
    with contextlib.suppress(OSError, RuntimeError):  # a name that is too long, a link to itself
        return (folder / pure).resolve().is_relative_to(folder.resolve())
    return False


class ParticipantSource(Model):
    """What tells participants apart: a column, or the row when nothing is written.

    `identifying` values (names, initials, record numbers) are replaced by P01, P02, ...; when it is not
    declared, they are unless all are plain codes and the header or variable label tells of no person.
    """

    column: Text | None = None
    by_row: bool = False
    per_group: bool = False
    identifying: bool | None = None


class CodedSource(Model, Generic[IdOf]):
    """A column and what its words mean; without codes its words are the ids themselves."""

    column: Text | None = None
    codes: dict[Text, IdOf] = Field(default_factory=dict)
    only: IdOf | None = None
    titles: dict[Text, IdOf] = Field(default_factory=dict)


class GroupSource(CodedSource[GroupId]):
    """The column of the groups; rows with a word of `leave_out` belong to no group of the study."""

    prefix: bool = False
    leave_out: Texts = ()

    @property
    def parts(self) -> dict[str, str]:
        """The group of each title, in the form in which words are compared; of one left out `LEFT_OUT`."""
        left_out = dict.fromkeys(map(fold, self.leave_out), LEFT_OUT)
        return {fold(word): group for word, group in self.titles.items()} | left_out


class TimepointSource(CodedSource[TimepointId]):
    """The column of the timepoints, and that of the session within one, whose words are joined as "1 > Pagi"."""

    session: Text | None = None


class CharacteristicSource(Model):
    """The column of a characteristic and what its words mean."""

    column: Text
    codes: dict[Text, Id] = Field(default_factory=dict)


Characteristics = dict[CharacteristicId, Annotated[CharacteristicSource, Column]]


class Block(Model):
    """One of several blocks side by side: a range of columns, or columns of its own."""

    columns: Annotated[str, Field(pattern=r"^\s*[A-Za-z]{1,3}\s*:\s*[A-Za-z]{1,3}\s*$")] | None = None
    group: GroupId | None = None
    participant: Text | None = None
    scores: dict[TimepointId, Text] = Field(default_factory=dict)


class Crosstab(Model):
    """A printed cross-tabulation: level before by row, level after by column, cells are participants."""

    before: Annotated[CodedSource[LevelId], Column]
    after: dict[Text, LevelId] = Field(min_length=1)
    total: Text | None = None


class Sheet(Model):
    """One observation sheet and how to read it.

    A column name may hold `{item}` (checklists) and, in the layout visits, `{visit}`; "Jumlah [2]" is the
    second column headed Jumlah; two header rows are joined as "Pre Test > Jumlah".
    """

    file: Annotated[Text, _File]
    layout: Literal[tuple(SCORE_KEYS)]
    worksheet: Text | None = None
    encoding: Annotated[Text, _Encoding] = "utf-8"
    delimiter: Annotated[Text, _Delimiter] | None = None
    decimal_mark: Literal[",", "."] | None = None
    thousands_mark: Literal[",", "."] | None = None
    header_row: Annotated[tuple[Row, ...], OneOrMore, Field(min_length=1)] = (1,)
    last_row: int | None = Field(default=None, ge=2)
    participant: Annotated[ParticipantSource | None, Column] = None
    group: Annotated[GroupSource | None, Column] = None
    timepoint: Annotated[TimepointSource | None, Column] = None
    scores: dict[TimepointId, Text] = Field(default_factory=dict)
    score: Text | None = None
    visits: dict[Text, TimepointId] = Field(default_factory=dict)
    blocks: tuple[Block, ...] = ()
    crosstab: Crosstab | None = None
    total: Totals = Field(default_factory=dict)
    codes: dict[Text, LevelId] = Field(default_factory=dict)
    time_format: Literal["hours_minutes"] | None = None
    fractions: bool = False
    missing: Texts = ()
    skip: Texts = ()
    ignore: Texts = ()
    characteristics: Characteristics = Field(default_factory=dict)

    @property
    def columns(self) -> list[str]:
        """The names of the columns that it declares, those of blocks and cross-tabulations left out."""
        sources = (self.participant, self.group, self.timepoint, *self.characteristics.values())
        declared = [source.column for source in sources if source is not None]
        declared += [self.timepoint.session] if self.timepoint else []
        return [name for name in (*declared, *self.scores.values(), self.score, *self.total.values()) if name]
