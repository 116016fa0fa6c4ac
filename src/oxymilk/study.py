"""study.yaml as typed, frozen models; every fault of the file is reported at once, with its line.

`load_study` is the door. Attribute names are the keys of the file.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import PydanticCustomError

from oxymilk.faults import Fault, FaultsError
from oxymilk.study_checks import ID_PATTERN, cross_check, faults_of_validation
from oxymilk.yaml_lines import Scalar, read_tree

if TYPE_CHECKING:
    from oxymilk.stats import Procedure as StatsProcedure


def _text(value: object) -> object:
    """Take a scalar as written: `No` as a column name is the word No."""
    return str(value) if isinstance(value, Scalar) else value


def _id(value: object) -> object:
    if isinstance(value, Scalar) and value.yaml_type == "bool":
        raise PydanticCustomError("id_boolean", "id_boolean", {"value": str(value)})
    if isinstance(value, str) and not ID_PATTERN.fullmatch(value):
        raise PydanticCustomError("id_illegal", "id_illegal", {"value": str(value)})
    return _text(value)


def _one_or_more(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_text), StringConstraints(strip_whitespace=True, min_length=1)]
Id = Annotated[str, BeforeValidator(_id)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_one_or_more)]
DecimalMarks = Annotated[
    tuple[Literal[",", "."], ...], BeforeValidator(_one_or_more), Field(min_length=1, max_length=2)
]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Label(_Model):
    """A name in both languages; `label["id"]` is the Indonesian one."""

    en: Text
    id: Text

    def __getitem__(self, language: str) -> str:
        if language not in ("en", "id"):
            raise KeyError(language)
        return getattr(self, language)


class Citation(_Model):
    """The paper, as printed; empty when unknown or when there is none."""

    authors: Texts = ()
    year: int | None = None
    title: Text | None = None
    journal: Text | None = None
    volume: Text | None = None
    issue: Text | None = None
    pages: Text | None = None
    doi: Text | None = None
    url: Text | None = None


class Group(_Model):
    """An arm of the study."""

    id: Id
    label: Label


class Timepoint(_Model):
    """A time of measurement."""

    id: Id
    label: Label


class Level(_Model):
    """An ordered category of an outcome or characteristic."""

    id: Id
    label: Label


class Outcome(_Model):
    """What is measured; its levels are in order, the worst first."""

    id: Id
    label: Label
    levels: tuple[Level, ...] = Field(min_length=2)

    @property
    def level_ids(self) -> tuple[str, ...]:
        """The ids of the levels in order."""
        return tuple(level.id for level in self.levels)


class Characteristic(_Model):
    """A row block of Table 1, with the levels that are known."""

    id: Id
    label: Label
    levels: tuple[Level, ...] = ()


def _column_mapping(value: object) -> object:
    """Let `participant: Kode` stand for `participant: {column: Kode}`."""
    return {"column": value} if isinstance(value, str) else value


class ParticipantColumn(_Model):
    """The column that tells participants apart; identifying values are replaced by P01, P02, ..."""

    column: Text
    identifying: bool = False


class CodedColumn(_Model):
    """A column and what its words mean; without codes its words are the ids themselves."""

    column: Text
    codes: dict[Text, Id] = Field(default_factory=dict)


class Sheet(_Model):
    """One observation sheet and how to read it."""

    file: Text
    layout: Literal["wide", "long"]
    worksheet: Text | None = None
    encoding: Text = "utf-8"
    delimiter: Text | None = None
    participant: Annotated[ParticipantColumn, BeforeValidator(_column_mapping)]
    group: Annotated[CodedColumn, BeforeValidator(_column_mapping)]
    timepoint: Annotated[CodedColumn | None, BeforeValidator(_column_mapping)] = None
    scores: dict[Id, Text] = Field(default_factory=dict)
    score: Text | None = None
    codes: dict[Text, Id] = Field(default_factory=dict)
    missing: Texts = ()
    ignore: Texts = ()


class SignedRankSwitches(_Model):
    """The switches of a signed-rank procedure, as written; what is not written has its default."""

    method: Literal["asymptotic", "exact", "exact_untied"]
    alternative: Literal["two-sided", "greater", "less"] = "two-sided"
    tie_correction: bool = True
    continuity: bool = False
    zero_method: Literal["drop", "pratt", "split"] = "drop"
    two_sided: Literal["distance", "doubled", "likelihood"] = "distance"
    mid_p: bool = False
    half_integer: Literal["natural", "conservative"] = "natural"


class RankSumSwitches(_Model):
    """The switches of a rank-sum procedure; zeros are a matter of the signed-rank test only."""

    method: Literal["asymptotic", "exact", "exact_untied"]
    alternative: Literal["two-sided", "greater", "less"] = "two-sided"
    tie_correction: bool = True
    continuity: bool = False
    two_sided: Literal["distance", "doubled", "likelihood"] = "distance"
    mid_p: bool = False
    half_integer: Literal["natural", "conservative"] = "natural"


class StudyProcedure(_Model):
    """The procedure that the paper states or that was inferred, with the reason."""

    basis: Literal["stated", "inferred"]
    program: Text | None = None
    reason: Label | None = None
    signed_rank_switches: SignedRankSwitches = Field(alias="signed_rank")
    rank_sum_switches: RankSumSwitches | None = Field(alias="rank_sum", default=None)

    @property
    def signed_rank(self) -> StatsProcedure:
        """The procedure of the tests within groups."""
        return _procedure(self.signed_rank_switches)

    @property
    def rank_sum(self) -> StatsProcedure | None:
        """The procedure of the test between groups; None for a study of one group."""
        return None if self.rank_sum_switches is None else _procedure(self.rank_sum_switches)


class Study(_Model):
    """A study: groups, timepoints, outcome, sheets, and the procedure of its tests."""

    id: Id
    title: Label
    citation: Citation = Citation()
    decimal_mark: DecimalMarks
    rounding: Literal["half_up", "half_even", "truncate"] = "half_up"
    alpha: float = Field(gt=0, lt=1)
    groups: tuple[Group, ...] = Field(min_length=1, max_length=2)
    timepoints: tuple[Timepoint, ...] = Field(min_length=2)
    compare: tuple[Id, ...] = ()
    outcome: Outcome
    characteristics: tuple[Characteristic, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    reconstructed: bool = False
    procedure: StudyProcedure
    between: Literal["post", "change"] = "post"

    @property
    def group_ids(self) -> tuple[str, ...]:
        """The ids of the groups in table order."""
        return tuple(group.id for group in self.groups)

    @property
    def timepoint_ids(self) -> tuple[str, ...]:
        """The ids of all timepoints in time order."""
        return tuple(timepoint.id for timepoint in self.timepoints)

    @property
    def compared(self) -> tuple[Timepoint, Timepoint]:
        """The two timepoints that the tests compare, in time order."""
        chosen = self.compare or self.timepoint_ids
        first, second = (timepoint for timepoint in self.timepoints if timepoint.id in chosen)
        return first, second

    def group(self, group_id: str) -> Group:
        """Return the group of that id; KeyError when there is none."""
        return {group.id: group for group in self.groups}[group_id]

    def timepoint(self, timepoint_id: str) -> Timepoint:
        """Return the timepoint of that id; KeyError when there is none."""
        return {timepoint.id: timepoint for timepoint in self.timepoints}[timepoint_id]


def load_study(path: Path) -> Study:
    """Read study.yaml.

    Parameters
    ----------
    path : Path
        The file, or the study's folder that holds it.

    Returns
    -------
    Study
        The study; its sheets are not read.

    Raises
    ------
    FaultsError
        With every fault of the file at once, in the order of its lines.
    """
    path = Path(path)
    if path.is_dir():
        path = path / "study.yaml"
    tree = read_tree(path)
    faults = list(tree.faults)
    study = None
    if isinstance(tree.data, dict):
        try:
            study = Study.model_validate(tree.data)
        except ValidationError as error:
            faults += faults_of_validation(error, Study, tree, path.name)
        faults += cross_check(tree, path)
    if faults or study is None:
        raise FaultsError(sorted(_distinct(faults), key=lambda fault: (fault.row or 0, fault.column)))
    return study


def _distinct(faults: list[Fault]) -> list[Fault]:
    return list({(fault.code, fault.row, fault.column, fault.value): fault for fault in faults}.values())


def _procedure(switches: SignedRankSwitches | RankSumSwitches) -> StatsProcedure:
    from oxymilk.stats import Procedure

    # only what was written: a default spelled out (continuity with exact, say) may be no legal combination
    return Procedure(**switches.model_dump(exclude_unset=True))
