"""Make a new study from its sheets: ask, look, propose, write."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from oxymilk.faults import HIDDEN, Fault, FaultsError
from oxymilk.files import write_csv, write_text
from oxymilk.ingest.privacy import identifies
from oxymilk.new_study.answers import Answers, parse_named
from oxymilk.new_study.columns import find_group, find_scores, score_column
from oxymilk.new_study.lexicon import is_word_of, lexicon, moment, ordered
from oxymilk.new_study.look import Table, look
from oxymilk.new_study.proposal import Proposal
from oxymilk.new_study.propose import propose
from oxymilk.new_study.shapes import titles_of
from oxymilk.new_study.study_file import first_claims, study_text
from oxymilk.new_study.texts import say
from oxymilk.study.base import ID_PATTERN
from oxymilk.study.yaml_lines import UNDECIDED
from oxymilk.words import fold

if TYPE_CHECKING:
    # question, default -> answer
    Ask = Callable[[str, str], str]

KINDS = ("levels", "number", "checklist")
ALL_WORKSHEETS = "all"
# what stands before the name of a group: "A. Kelompok Pijat" is Pijat
_GROUP_WORD = re.compile(r".*?\b(?:kelompok|grup|group)\b[\s.:]*(?=[^\W\d_]{2})", re.IGNORECASE)


class MissingFlagsError(Exception):
    """There is nobody to ask; `flags` are those that must be given, with their values where few are legal."""

    def __init__(self, flags: list[str]):
        self.flags = flags
        super().__init__(" ".join(flags))


@dataclass(frozen=True)
class NewStudy:
    """What was made: the folder, its files, and how many places the user must decide."""

    folder: Path
    files: tuple[str, ...]
    undecided: int


def new_study(
    name: str, sheets: list[Path], answers: Answers, *, data: Path, language: str = "en",
    ask: Ask | None = None, tell: Callable[[str], None] | None = None,
) -> NewStudy:  # fmt: skip
    """Make the folder of a new study.

    Parameters
    ----------
    name : str
        Its name: small letters, digits, underscores.
    sheets : list of Path
        The files with the observations; they are copied.
    answers : Answers
        What is known already.
    data : Path
        The folder of the studies.
    language : {'en', 'id'}
        Of questions and comments.
    ask : callable, optional
        Asks a question with a default and returns the answer; None when there is nobody to ask.
    tell : callable
        Shows a line of what was seen.

    Returns
    -------
    NewStudy
        The folder holds study.yaml, claims.csv and the sheets. It is written whole or not at all.

    Raises
    ------
    FaultsError
        When the name cannot be used, the study exists, or a sheet is not there or cannot be read.
    MissingFlagsError
        When something must be asked and `ask` is None; all of it is named at once.
    """
    folder = Path(data) / name
    _check_name(name, folder)
    asker = _Asker(ask, language, tell or (lambda _: None))
    if not sheets and ask is None:
        raise MissingFlagsError(["--sheet", *_missing(answers)])
    sheets = sheets or asker.sheets()
    names = [_safe_name(path) for path in sheets]
    if len(set(names)) < len(names):
        raise FaultsError([Fault("sheet_name_twice", names[0])])
    answers, tables = _look_at(sheets, answers, asker)
    missing = _missing(answers)
    if missing and ask is None:
        raise MissingFlagsError(missing)
    for table in tables:
        asker.show(table)
    if ask is not None:
        answers = asker.answers(answers, tables)
    proposal = propose(tables, answers, language)
    while proposal.undecided and ask is not None:
        more = asker.meanings(answers, proposal)
        if more == answers:
            break
        answers, before = more, proposal.undecided
        proposal = propose(tables, answers, language)
        if proposal.undecided == before:
            break
    text = study_text(name, names, answers, proposal, language)
    _write(folder, text, proposal, sheets, names, language)
    return NewStudy(folder, ("study.yaml", "claims.csv", *names), _marks(text))


def _marks(text: str) -> int:
    lines = [line.partition("  # ")[0] for line in text.splitlines() if not line.lstrip().startswith("#")]
    return sum(UNDECIDED in line for line in lines)


def _check_name(name: str, folder: Path) -> None:
    if not ID_PATTERN.fullmatch(name):
        raise FaultsError([Fault("id_illegal", str(folder.parent), value=name)])
    if folder.exists():
        raise FaultsError([Fault("study_exists", str(folder), value=name)])


def _safe_name(path: Path) -> str:
    """Return the name of a sheet's copy: study.yaml takes no colon or backslash in it."""
    return path.name.replace(":", "_").replace("\\", "_")


def _missing(answers: Answers) -> list[str]:
    """Return the flags without which nothing can be proposed."""
    flags = [] if answers.groups else ["--groups"]
    if answers.measured == "number":
        flags += [] if answers.unit else ["--unit"]
    elif not answers.levels:
        flags.append("--levels" if answers.kind else "--levels or --unit")
    return flags if answers.program else [*flags, f"--program ({', '.join(lexicon()['programs'])})"]


def _look_at(sheets: list[Path], answers: Answers, asker: _Asker) -> tuple[Answers, list[Table]]:
    """Look at all sheets; ask for the delimiter or worksheet when a file leaves it open."""
    tables: list[Table] = []
    for path in sheets:
        if not path.is_file():
            raise FaultsError([Fault("sheet_not_there", str(path))])
        worksheet = "" if fold(answers.worksheet) == ALL_WORKSHEETS else answers.worksheet
        try:
            found = look(path.parent, path.name, worksheet=worksheet, delimiter=answers.delimiter)
        except FaultsError as error:
            fault = error.faults[0]
            if fault.code != "delimiter_ambiguous":
                raise
            legal = fault.params["legal"]
            answers = replace(answers, delimiter=asker.choice("delimiter", legal.split(), _missing(answers)))
            found = look(path.parent, path.name, delimiter=answers.delimiter)
        if len(found) > 1 and not answers.worksheet and not _told_apart(found, answers):
            legal = [table.worksheet for table in found]
            alike = {tuple(column.header for column in table.columns) for table in found}
            likely = ALL_WORKSHEETS if len(alike) == 1 else ""
            chosen = asker.choice("worksheet", [*legal, ALL_WORKSHEETS], _missing(answers), likely)
            answers = replace(answers, worksheet=chosen)
            found = [one for one in found if chosen in (one.worksheet, ALL_WORKSHEETS)]
        tables += [replace(table, file=_safe_name(path)) for table in found]
    return answers, tables


def _told_apart(tables: list[Table], answers: Answers) -> bool:
    """Say whether the names of worksheets tell timepoints or groups."""
    if {moment(table.worksheet) for table in tables} == {"pre", "post"}:
        return True
    return bool(answers.groups) and all(
        any(
            word in fold(table.worksheet) for one in answers.groups for word in one.written() if len(word) > 2
        )
        for table in tables
    )


def _write(
    folder: Path, text: str, proposal: Proposal, sheets: list[Path], names: list[str], language: str
) -> None:
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        write_text(part / "study.yaml", text)
        write_csv(first_claims(proposal, language), part / "claims.csv")
        for path, name in zip(sheets, names, strict=True):
            shutil.copyfile(path, part / name)
        part.rename(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


@dataclass
class _Asker:
    ask: Ask | None
    language: str
    tell: Callable[[str], None]

    def sheets(self) -> list[Path]:
        while True:
            paths = [
                Path(one.strip()).expanduser() for one in self._question("sheet").split(";") if one.strip()
            ]
            absent = [str(path) for path in paths if not path.is_file()]
            if paths and not absent:
                return paths
            self._again(", ".join(absent) or "-")

    def choice(self, key: str, legal: list[str], others: list[str], default: str = "") -> str:
        """Ask for one of a few answers; without a terminal its flag is missing, as `others` are."""
        if self.ask is None:
            raise MissingFlagsError([f"--{key} ({', '.join(legal)})", *others])
        while True:
            answer = self._question(key, default, legal=", ".join(legal))
            found = next((one for one in legal if fold(one) == fold(answer)), None)
            if found is not None:
                return found
            self._again(answer)

    def show(self, table: Table) -> None:
        """Tell what a table holds: its rows and the names of its columns."""
        file = f"{table.file} / {table.worksheet}" if table.worksheet else table.file
        rows = max((len(column.cells) for column in table.columns), default=0)
        columns = ", ".join(
            HIDDEN if identifies(column.header, header=True) else column.name for column in table.columns
        )
        self.tell(say("messages.seen_table", self.language, file=file, rows=rows, columns=columns))

    def answers(self, answers: Answers, tables: list[Table]) -> Answers:
        """Ask for what is not known yet, with what was seen as defaults."""
        if not answers.groups:
            answers = replace(answers, groups=self._named("groups", "group", _groups_seen(tables, answers)))
        if not answers.kind and not answers.unit and not answers.levels:
            answers = replace(answers, kind=self.choice("kind", list(KINDS), [], "levels"))
        if answers.measured == "number":
            if not answers.unit:
                answers = replace(answers, unit=self._question("unit"))
            if not answers.levels:
                answers = replace(answers, levels=self._named("cutoffs", "level", "", needed=False))
        elif not answers.levels:
            answers = replace(answers, levels=self._named("levels", "level", _levels_seen(tables, answers)))
        if not answers.outcome:
            seen = propose(tables, answers, self.language).outcome
            answers = replace(answers, outcome=self._question("outcome", seen))
        if not answers.program:
            answers = replace(
                answers, program=self.choice("program", list(lexicon()["programs"]), [], "spss")
            )
        return answers

    def meanings(self, answers: Answers, proposal: Proposal) -> Answers:
        """Ask what each word means whose meaning is open; no answer leaves it open."""
        for what, word in dict.fromkeys(proposal.undecided):
            legal = [one.id for one in (answers.groups if what == "group" else answers.levels)]
            answer = self._question(what, word=word, legal=", ".join(legal))
            meaning = next((one for one in legal if fold(one) == fold(answer)), "") or answers.meaning(
                what, answer
            )
            if meaning:
                answers = answers.with_word(what, meaning, word)
        return answers

    def _named(self, key: str, what: str, default: str, *, needed: bool = True) -> tuple:
        while True:
            answer = self._question(key, default)
            try:
                found = parse_named(answer, what)
            except ValueError as error:
                self._again(str(error))
                continue
            if (what == "group" and not 1 <= len(found) <= 2) or (
                needed and what == "level" and len(found) < 2
            ):
                self._again(answer)
            else:
                return found

    def _question(self, key: str, default: str = "", **values: str) -> str:
        return self.ask(say(f"questions.{key}", self.language, **values), default).strip()

    def _again(self, problem: str) -> None:
        self.tell(say("messages.try_again", self.language, problem=problem))


def _groups_seen(tables: list[Table], answers: Answers) -> str:
    """Return the groups as an answer: the words of their column, the titles or the worksheets that name them."""
    column = next(filter(None, (find_group(table, answers) for table in tables)), None)
    if column is not None:
        seen = [column.labels().get(word, word) for word in column.counts()]
    else:
        seen = [title for table in tables for title in titles_of(table, answers)]
    if not seen and not any(moment(table.worksheet) for table in tables):
        seen = [table.worksheet for table in tables if table.worksheet]
    if any(mark in word for word in seen for mark in ",=|"):
        return ""
    named = {word: _GROUP_WORD.sub("", word).strip() or word for word in seen}
    return ",".join(word if word == name else f"{name}={word}" for word, name in named.items())


def _levels_seen(tables: list[Table], answers: Answers) -> str:
    """Return the words of the score columns as an answer, when their order is known."""
    for table in tables:
        columns = [one for one in find_scores(table, answers).columns if one]
        columns = columns or [one for one in [score_column(table, answers, set())] if one]
        words: dict[str, str] = {}
        for column in columns:
            for word in column.labels().values() or column.counts():
                if not is_word_of(word, "missing"):
                    words.setdefault(fold(word), word)
        found = ordered(list(words.values()), part=True)
        if found:
            return ",".join(found)
    return ""
