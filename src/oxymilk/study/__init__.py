"""study.yaml as typed, frozen models; every fault of the file is reported at once, with its line.

`load_study` is the door. Attribute names are the keys of the file.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field, ValidationError

from oxymilk.faults import FaultsError
from oxymilk.study.base import DecimalMarks, Id, Label, Labelled, Model, Shown, Text, Texts, TimepointId
from oxymilk.study.checks import faults_between_keys, faults_of_validation
from oxymilk.study.outcome import Characteristic, Outcome
from oxymilk.study.sheet import Sheet
from oxymilk.study.yaml_lines import read_tree

if TYPE_CHECKING:
    from oxymilk.stats import Procedure as StatsProcedure


class Citation(Model):
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


class Group(Labelled):
    """An arm of the study."""


class Timepoint(Labelled):
    """A time of measurement."""


class RankSumSwitches(Model):
    """The switches of a rank-sum procedure, as written; what is not written has its default."""

    method: Literal["asymptotic", "exact", "exact_untied"]
    alternative: Literal["two-sided", "greater", "less"] = "two-sided"
    tie_correction: bool = True
    continuity: bool = False
    two_sided: Literal["distance", "doubled", "likelihood"] = "distance"
    mid_p: bool = False
    half_integer: Literal["natural", "conservative"] = "natural"

    @property
    def procedure(self) -> StatsProcedure:
        """The procedure of the statistics that these switches say."""
        from oxymilk.stats.procedure import Procedure

        # only what was written: a default spelled out (continuity with exact, say) may be no legal combination
        return Procedure(**self.model_dump(exclude_unset=True))


class SignedRankSwitches(RankSumSwitches):
    """The switches of a signed-rank procedure: zeros are a matter of this test only."""

    zero_method: Literal["drop", "pratt", "split"] = "drop"


class StudyProcedure(Model):
    """The procedure that the paper states, that was inferred, with the reason, or that the researcher chose."""

    basis: Literal["stated", "inferred", "chosen"]
    program: Shown | None = None
    reason: Label | None = None
    signed_rank_switches: SignedRankSwitches = Field(alias="signed_rank")
    rank_sum_switches: RankSumSwitches | None = Field(alias="rank_sum", default=None)

    @property
    def signed_rank(self) -> StatsProcedure:
        """The procedure of the tests within groups."""
        return self.signed_rank_switches.procedure

    @property
    def rank_sum(self) -> StatsProcedure | None:
        """The procedure of the test between groups; None for a study of one group."""
        return self.rank_sum_switches and self.rank_sum_switches.procedure


class Study(Model):
    """A study: groups, timepoints, outcome, sheets, and the procedure of its tests."""

    id: Id
    title: Label
    citation: Citation = Citation()
    decimal_mark: DecimalMarks
    rounding: Literal["half_up", "half_even", "truncate"] = "half_up"
    alpha: float = Field(gt=0, lt=1)
    groups: tuple[Group, ...] = Field(min_length=1, max_length=2)
    timepoints: tuple[Timepoint, ...] = Field(min_length=2)
    compare: tuple[TimepointId, ...] = ()
    outcome: Outcome
    characteristics: tuple[Characteristic, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    reconstructed: bool = False
    procedure: StudyProcedure
    between: Literal["post", "change"] = "post"
    baseline_tests: bool = False

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
    if path.suffix not in (".yaml", ".yml"):
        path = path / "study.yaml"
    tree = read_tree(path)
    faults = list(tree.faults)
    study = None
    if tree.data is not None:
        try:
            study = Study.model_validate(tree.data, context={"folder": path.parent, "tree": tree})
        except ValidationError as error:
            faults += faults_of_validation(error, Study, tree)
        faults += faults_between_keys(tree, path.absolute().parent.name)
    still_open = tree.undecided()
    # what is still open is no other fault besides; the models and the checks between keys may find the same fault
    lines, distinct = {fault.row for fault in still_open}, {}
    for fault in still_open + [fault for fault in faults if fault.row not in lines]:
        distinct[fault.code, fault.row, fault.column, fault.value, fault.params.get("key")] = fault
    if distinct or study is None:
        raise FaultsError(sorted(distinct.values(), key=lambda fault: (fault.row or 0, fault.column)))
    return study
