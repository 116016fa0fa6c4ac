"""Make a new study from its sheets: ask, look, propose, write."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oxymilk.faults import HIDDEN, Fault, FaultsError
from oxymilk.files import write_csv, write_text
from oxymilk.ingest.privacy import identifies
from oxymilk.new_study.answers import KINDS, Answers, Named, parse_named
from oxymilk.new_study.columns import TIMES, find_group, find_scores, find_titles
from oxymilk.new_study.lexicon import is_word_of, lexicon, moment, ordered, say
from oxymilk.new_study.profile import Table, look
from oxymilk.new_study.propose import propose
from oxymilk.new_study.write import ProposedStudy, first_claims, study_text
from oxymilk.study.base import ID_PATTERN
from oxymilk.study.yaml_lines import UNDECIDED
from oxymilk.words import fold

if TYPE_CHECKING:
    # question, default -> answer
    Ask = Callable[[str, str], str]

ALL_WORKSHEETS = "all"
# what is before the name of a group: "A. Kelompok Pijat" is Pijat
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
    if not ID_PATTERN.fullmatch(name):
        raise FaultsError([Fault("id_illegal", str(folder.parent), value=name)])
    if folder.exists():
        raise FaultsError([Fault("study_exists", str(folder), value=name)])
    dialogue = _Dialogue(ask, language, tell or (lambda _: None))
    if not sheets and ask is None:
        raise MissingFlagsError(["--sheet", *_missing(answers)])
    sheets = sheets or dialogue.until(_sheets, "sheet")
    # study.yaml takes no colon or backslash in the name of a sheet
    names = [path.name.replace(":", "_").replace("\\", "_") for path in sheets]
    if len(set(names)) < len(names):
        raise FaultsError([Fault("sheet_name_twice", names[0])])
    tables: list[Table] = []
    for path, copy in zip(sheets, names, strict=True):
        answers, of_file = _look_at(path, answers, dialogue)
        tables += [replace(table, file=copy) for table in of_file]
    missing = _missing(answers)
    if missing and ask is None:
        raise MissingFlagsError(missing)
    for table in tables:
        file = f"{table.file} / {table.worksheet}" if table.worksheet else table.file
        rows = max((len(column.cells) for column in table.columns), default=0)
        columns = ", ".join(
            HIDDEN if identifies(column.header, header=True) else column.name for column in table.columns
        )
        dialogue.tell(say("messages.seen_table", language, file=file, rows=rows, columns=columns))
    if ask is not None:
        answers = dialogue.answers(answers, tables)
    proposed = propose(tables, answers, language)
    before: list[tuple[str, str]] = []
    # an answer may show another column, whose words are open
    while ask is not None and proposed.undecided != before:
        before = proposed.undecided
        answers = dialogue.meanings(answers, proposed)
        proposed = propose(tables, answers, language)
    text = study_text(name, names, answers, proposed, language)
    part = folder.with_name(f".{name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        write_text(part / "study.yaml", text)
        write_csv(first_claims(proposed, language), part / "claims.csv")
        for path, copy in zip(sheets, names, strict=True):
            shutil.copyfile(path, part / copy)
        part.rename(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    lines = [line.partition("  # ")[0] for line in text.splitlines() if not line.lstrip().startswith("#")]
    return NewStudy(folder, ("study.yaml", "claims.csv", *names), sum(UNDECIDED in line for line in lines))


def _missing(answers: Answers) -> list[str]:
    """Return the flags without which nothing can be proposed."""
    flags = [] if answers.groups else ["--groups"]
    if answers.measured == "number":
        flags += [] if answers.unit else ["--unit"]
    elif not answers.levels:
        flags.append("--levels" if answers.kind else "--levels or --unit")
    return flags if answers.program else [*flags, f"--program ({', '.join(lexicon()['programs'])})"]


def _look_at(path: Path, answers: Answers, dialogue: _Dialogue) -> tuple[Answers, list[Table]]:
    """Look at all sheets of a file; ask for the delimiter or worksheet when it leaves it open."""
    if not path.is_file():
        raise FaultsError([Fault("sheet_not_there", str(path))])
    worksheet = "" if fold(answers.worksheet) == ALL_WORKSHEETS else answers.worksheet
    try:
        tables = look(path.parent, path.name, worksheet=worksheet, delimiter=answers.delimiter)
    except FaultsError as error:
        fault = error.faults[0]
        if fault.code != "delimiter_ambiguous":
            raise
        legal = fault.params["legal"].split()
        answers = replace(answers, delimiter=dialogue.choice("delimiter", legal, others=_missing(answers)))
        tables = look(path.parent, path.name, delimiter=answers.delimiter)
    if len(tables) == 1 or answers.worksheet:
        return answers, tables
    # names of worksheets that tell timepoints or groups leave nothing open
    names = [table.worksheet for table in tables]
    words = [word for group in answers.groups for word in group.written() if len(word) > 2]
    by_group = bool(answers.groups) and all(any(word in fold(name) for word in words) for name in names)
    if not by_group and set(map(moment, names)) != set(TIMES):
        alike = {tuple(column.header for column in table.columns) for table in tables}
        likely = ALL_WORKSHEETS if len(alike) == 1 else ""
        chosen = dialogue.choice("worksheet", [*names, ALL_WORKSHEETS], likely, others=_missing(answers))
        answers = replace(answers, worksheet=chosen)
        tables = [table for table in tables if chosen in (table.worksheet, ALL_WORKSHEETS)]
    return answers, tables


@dataclass
class _Dialogue:
    """Asks the questions of a language and shows what was seen."""

    ask: Ask | None
    language: str
    tell: Callable[[str], None]

    def question(self, key: str, default: str = "", **values: str) -> str:
        """Ask one question."""
        return self.ask(say(f"questions.{key}", self.language, **values), default).strip()

    def until(self, read: Callable[[str], Any], key: str, default: str = "", **values: str) -> Any:
        """Ask until an answer can be read; `read` raises ValueError with what is wrong with an answer."""
        while True:
            try:
                return read(self.question(key, default, **values))
            except ValueError as problem:
                self.tell(say("messages.try_again", self.language, problem=problem))

    def choice(self, key: str, legal: list[str], default: str = "", *, others: Sequence[str] = ()) -> str:
        """Ask for one of a few answers; without a terminal its flag is missing, as `others` are."""
        if self.ask is None:
            raise MissingFlagsError([f"--{key} ({', '.join(legal)})", *others])

        def read(answer: str) -> str:
            for word in legal:
                if fold(word) == fold(answer):
                    return word
            raise ValueError(answer)

        return self.until(read, key, default, legal=", ".join(legal))

    def named(self, key: str, default: str, legal: range) -> tuple[Named, ...]:
        """Ask for groups or levels until a legal number of them is named."""

        def read(answer: str) -> tuple[Named, ...]:
            named = parse_named(answer, "group" if key == "groups" else "level")
            if len(named) in legal:
                return named
            raise ValueError(answer)

        return self.until(read, key, default)

    def answers(self, answers: Answers, tables: list[Table]) -> Answers:
        """Ask for what is not known yet, with what was seen as defaults."""
        if not answers.groups:
            answers = replace(
                answers, groups=self.named("groups", _groups_seen(tables, answers), range(1, 3))
            )
        if not answers.kind and not answers.unit and not answers.levels:
            answers = replace(answers, kind=self.choice("kind", list(KINDS), "levels"))
        is_number = answers.measured == "number"
        if is_number and not answers.unit:
            answers = replace(answers, unit=self.question("unit"))
        if not answers.levels:
            if is_number:
                levels = self.named("cutoffs", "", range(101))
            else:
                levels = self.named("levels", _levels_seen(tables, answers), range(2, 101))
            answers = replace(answers, levels=levels)
        if not answers.outcome:
            seen = propose(tables, answers, self.language).outcome
            answers = replace(answers, outcome=self.question("outcome", seen))
        if not answers.program:
            answers = replace(answers, program=self.choice("program", list(lexicon()["programs"]), "spss"))
        return answers

    def meanings(self, answers: Answers, proposed: ProposedStudy) -> Answers:
        """Ask what each word means whose meaning is open; no answer leaves it open."""
        for what, word in dict.fromkeys(proposed.undecided):
            answer = self.question(what, word=word, legal=answers.legal(what))
            ids = (named.id for named in answers.named(what) if fold(named.id) == fold(answer))
            if meaning := next(ids, "") or answers.meaning(what, answer):
                named = tuple(
                    replace(known, words=(*known.words, word)) if known.id == meaning else known
                    for known in answers.named(what)
                )
                answers = (
                    replace(answers, groups=named) if what == "group" else replace(answers, levels=named)
                )
        return answers


def _sheets(answer: str) -> list[Path]:
    """Return the files that an answer names; a ValueError names those that are not there."""
    paths = [Path(name.strip()).expanduser() for name in answer.split(";") if name.strip()]
    absent = [str(path) for path in paths if not path.is_file()]
    if absent or not paths:
        raise ValueError(", ".join(absent) or "-")
    return paths


def _groups_seen(tables: list[Table], answers: Answers) -> str:
    """Return the groups as an answer: the words of their column, the titles or the worksheets that name them."""
    column = next(filter(None, (find_group(table, answers) for table in tables)), None)
    if column is not None:
        seen = [column.labels().get(word, word) for word in column.counts()]
    else:
        seen = [title for table in tables for title in find_titles(table, answers)]
    if not seen and not any(moment(table.worksheet) for table in tables):
        seen = [table.worksheet for table in tables if table.worksheet]
    if any(mark in word for word in seen for mark in ",=|"):
        return ""
    named = {word: _GROUP_WORD.sub("", word).strip() or word for word in seen}
    return ",".join(word if word == name else f"{name}={word}" for word, name in named.items())


def _levels_seen(tables: list[Table], answers: Answers) -> str:
    """Return the words of the score columns as an answer, when their order is known."""
    for table in tables:
        words: dict[str, str] = {}
        for column in find_scores(table, answers)[0] or find_scores(table, answers, single=True)[0]:
            for word in column.labels().values() or column.counts():
                if not is_word_of(word, "missing"):
                    words.setdefault(fold(word), word)
        if known := ordered(list(words.values()), part=True):
            return ",".join(known)
    return ""
