"""Say what a study still lacks: study.yaml, its sheets, its claims, all at once; nothing is written."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from oxymilk.audit.claims import EXAMPLE, Claim, load_claims, lost_claims, read_claims
from oxymilk.faults import Fault, FaultsError, describe, together
from oxymilk.ingest.grid import find_columns, read_header
from oxymilk.ingest.observations import Observations, ingest_observations
from oxymilk.ingest.privacy import declared_words, masked
from oxymilk.ingest.sheets import read_grid
from oxymilk.new_study.lexicon import say
from oxymilk.numbers import read_number
from oxymilk.study import Study, load_study
from oxymilk.study.base import ID_PATTERN
from oxymilk.study.config import load_config
from oxymilk.study.sheet import Sheet, is_inside
from oxymilk.study.yaml_lines import UNDECIDED, read_tree
from oxymilk.texts import labels


@dataclass(frozen=True)
class Check:
    """What was found of a study: what must be corrected, and the warnings after it.

    Study, observations and claims are None where they could not be read; a study without claims.csv has no claims.
    `listed` is whether config.yaml names the study.
    """

    name: str
    faults: list[Fault]
    study: Study | None = None
    observations: Observations | None = None
    claims: list[Claim] | None = None
    listed: bool = False

    @property
    def ready(self) -> bool:
        """Whether the study can run."""
        return not any(fault.kind == "fault" for fault in self.faults)

    def report(self, languages: Sequence[str], *, is_last: bool = True) -> Iterator[str]:
        """Yield the lines that a person reads: what to correct, what to know, what was read, the next step if any."""
        for kind, faults in itertools.groupby(self.faults, key=lambda fault: fault.kind):
            heading = "to_correct" if kind == "fault" else "to_know"
            yield " / ".join(say(f"messages.{heading}", language) for language in languages)
            for fault in together(faults):
                yield "  " + "\n    ".join(describe(fault, language) for language in languages)
        for language in languages:
            if lines := list(self._understood(language)):
                yield say("messages.understood", language)
                yield from (f"  {line}" for line in lines)
        is_missing = any(fault.code == "study_missing" for fault in self.faults)
        key = "next_run" if self.listed else "next_config"
        key = key if self.ready else "next_new" if is_missing else "next_correct"
        count = sum(fault.kind == "fault" for fault in self.faults)
        for language in languages if is_last else ():
            yield say(f"messages.{key}", language, name=self.name, count=count)

    def _understood(self, language: str) -> Iterator[str]:
        """Yield what was read, to compare with what is known: participants, scores at each timepoint, claims."""
        if self.observations is not None:
            outcome, (_, rows) = self.study.outcome, self.observations.tables["observations"]
            unit = outcome.unit[language] if outcome.unit else ""
            for group in self.study.groups:
                members = [row for row in rows if row[1] == group.id]
                count = len({code for code, *_ in members})
                yield say("messages.participants", language, label=group.label[language], count=count)
                for timepoint in self.study.timepoints:
                    scores = [score for *_, at, _, score in members if at == timepoint.id and score]
                    counts = (f"{level.label[language]} {scores.count(level.id)}" for level in outcome.levels)
                    values = ", ".join(counts)
                    if outcome.scale == "score":
                        numbers = [float(read_number(score)) for score in scores] or [0.0]
                        ends = (labels(language).number(end) for end in (min(numbers), max(numbers)))
                        values = f"{' - '.join(ends)} {unit}".strip()
                    missing = len(members) // len(self.study.timepoints) - len(scores)
                    label = timepoint.label[language]
                    yield "  " + say("messages.scores", language, label=label, values=values, missing=missing)
        if claims := [claim for claim in self.claims or () if not claim.id.startswith(EXAMPLE)]:
            yield say("messages.claims", language, count=len(claims))


def check_study(name: str, data: Path, config: Path = Path("config.yaml")) -> Check:
    """Check a study without writing anything.

    Parameters
    ----------
    name : str
        The study.
    data : Path
        The folder of the studies.
    config : Path
        Where the studies that `snakemake` makes are listed; it need not be there.

    Returns
    -------
    Check
        With every fault of study.yaml, the sheets and claims.csv, which need not be there. Of a study.yaml that is
        faulty, the sheets are checked as far as they are declared: whether they can be read and have the declared
        columns.
    """
    folder = Path(data) / name
    if not folder.is_dir():
        if not ID_PATTERN.fullmatch(name):  # no study can be made of this name
            return Check(name, [Fault("id_illegal", str(data), value=name)])
        return Check(name, [Fault("study_missing", str(folder), value=name)])
    try:
        is_listed = name in load_config(config).studies
    except FaultsError:
        is_listed = False
    return replace(check_files(folder / "study.yaml"), listed=is_listed)


def check_files(path: Path) -> Check:
    """Check a study.yaml, the sheets beside it, and claims.csv when there is one; see `check_study`."""
    folder = path.parent
    study, observations, claims = None, None, None
    faults: list[Fault] = []
    try:
        study = load_study(path)
        observations = ingest_observations(study, folder)
        faults += observations.warnings
    except FaultsError as error:
        faults += error.faults
        if study is None:
            faults += _faults_of_sheets(path)
    if (folder / "claims.csv").exists():
        try:
            if study is None:  # without a study the cells cannot be checked
                read_claims(folder / "claims.csv")
            else:
                claims = load_claims(folder / "claims.csv", study, faults)
        except FaultsError as error:
            faults += error.faults
    faults += lost_claims(study.procedure.basis, folder) if study else []
    files = [path, folder / "claims.csv", *(folder / sheet.file for sheet in (study.sheets if study else ()))]
    # its results would be older than it, at which snakemake stops
    late = (file for file in files if file.is_file() and file.stat().st_mtime > time.time() + 1)
    faults += [Fault("file_from_future", file.name) for file in late]
    faults.sort(key=lambda fault: fault.kind)
    return Check(folder.name, faults, study, observations, claims)


def _faults_of_sheets(path: Path) -> list[Fault]:
    """Return what is wrong with the sheets that a faulty study.yaml declares well enough to look at them."""
    faults: list[Fault] = []
    for _, entry in read_tree(path).entries("sheets", "*"):
        try:
            sheet = Sheet.model_validate(_decided(entry))
        except ValueError:
            continue  # reported as a fault of study.yaml
        if not is_inside(path.parent, sheet.file):
            continue  # reported as well; such a file is not opened
        grid, of_file = read_grid(path.parent, sheet)
        columns = [name for name in sheet.columns if "{" not in name]
        if grid is not None and sheet.layout != "side_by_side" and columns:
            grid = grid.transpose() if sheet.layout == "transposed" else grid
            of_file = [*of_file, *find_columns(grid, read_header(grid, sheet), columns)[1]]
        faults += masked(of_file, declared_words(sheet))
    return faults


def _decided(value: Any) -> Any:
    """Return a declaration without the places that are still open."""
    if isinstance(value, dict):
        parts = {key: _decided(part) for key, part in value.items() if UNDECIDED not in (key, part)}
        return {key: part for key, part in parts.items() if part != {} or not value[key]}
    if isinstance(value, list):
        return [_decided(part) for part in value if part != UNDECIDED]
    return value
