"""Make a new study from its sheets: ask, look, propose, write."""

from __future__ import annotations

import copy
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oxymilk.faults import HIDDEN, Fault, FaultsError
from oxymilk.files import write_csv, write_text
from oxymilk.ingest.privacy import identifies
from oxymilk.new_study.answers import KINDS, Answers, parse_named
from oxymilk.new_study.legends import apply_legends, cutoffs_of
from oxymilk.new_study.lexicon import lexicon, moment, ordered, say, tokens
from oxymilk.new_study.profile import TIMES, Table, look
from oxymilk.new_study.propose import propose
from oxymilk.new_study.write import example_claims, study_text
from oxymilk.study.base import ID_PATTERN
from oxymilk.study.sheet import LEFT_OUT
from oxymilk.study.yaml_lines import UNDECIDED, read_tree
from oxymilk.words import fold, plain

if TYPE_CHECKING:
    # question, default -> answer
    Ask = Callable[[str, str], str]

ALL_WORKSHEETS = "all"
# what is before the name of a group: "A. Kelompok Pijat" is Pijat
_GROUP_WORD = re.compile(r".*?\b(?:kelompok|grup|group)\b[\s.:]*(?=[^\W\d_]{2})", re.IGNORECASE)


class _BackError(Exception):
    """The user wants to go back to the question before."""


class MissingFlagsError(Exception):
    """There is nobody to ask; the arguments are the flags that must be given, with their values where few are legal."""


@dataclass(frozen=True)
class NewStudy:
    """What was made: the folder, its files, and how many places the user must decide."""

    folder: Path
    files: tuple[str, ...]
    undecided: int


def new_study(
    name: str, sheets: list[Path], answers: Answers, *, data: Path, language: str = "en", paper: bool = False,
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
    paper : bool
        Whether there is a paper whose numbers are to be checked: then claims.csv is begun.
    ask : callable, optional
        Asks a question with a default and returns the answer; None when there is nobody to ask.
    tell : callable
        Shows a line of what was seen.

    Returns
    -------
    NewStudy
        The folder holds study.yaml, the sheets, and of a paper claims.csv. It is written whole or not at all.

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
    # what is learnt is noted in a copy
    dialogue = _Dialogue(copy.deepcopy(answers), ask, language, tell or (lambda _: None))
    answers = dialogue.answers
    if not sheets and ask is None:
        raise MissingFlagsError("--sheet", *dialogue.missing())
    sheets = sheets or dialogue.question("sheet", read=_read_sheets)
    # study.yaml takes no colon or backslash in the name of a sheet
    names = [path.name.replace(":", "_").replace("\\", "_") for path in sheets]
    if len(set(names)) < len(names):
        raise FaultsError([Fault("sheet_name_twice", names[0])])
    files = list(zip(sheets, names, strict=True))
    tables = [replace(table, file=file) for path, file in files for table in dialogue.look_at(path)]
    if ask is None and (missing := dialogue.missing()):
        raise MissingFlagsError(*missing)
    for table in tables:
        file = f"{table.file} / {table.worksheet}" if table.worksheet else table.file
        rows = max((len(column.cells) for column in table.columns), default=0)
        hidden = {column for column in table.columns if identifies(column.header, header=True)}
        shown = (HIDDEN if column in hidden else column.name for column in table.columns)
        dialogue.tell(say("messages.seen_table", language, file=file, rows=rows, columns=", ".join(shown)))
    if ask is not None:
        dialogue.complete(tables)
    answers = dialogue.answers
    proposed = propose(tables, answers, language)
    part = folder.with_name(f".{name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        write_text(part / "study.yaml", study_text(name, names, answers, proposed, language))
        if paper:
            write_csv(example_claims(language), part / "claims.csv")
        for path, file in files:
            shutil.copyfile(path, part / file)
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    undecided = len(read_tree(folder / "study.yaml").undecided())
    return NewStudy(folder, ("study.yaml", *["claims.csv"] * paper, *names), undecided)


@dataclass
class _Dialogue:
    """Asks the questions of a language, shows what was seen, and notes the answers."""

    answers: Answers
    ask: Ask | None
    language: str
    tell: Callable[[str], None]

    def question(
        self, key: str, default: str = "", *, read: Callable[[str], Any] | None = None,
        legal: Sequence[str] = (), **values: str,
    ) -> Any:  # fmt: skip
        """Ask until an answer can be read, or is one of the legal words; without a terminal its flag is missing.

        `read` raises ValueError with what is wrong with an answer, and `_BackError` is raised for a word to go back.
        """
        listed = ", ".join(legal)
        if self.ask is None:
            raise MissingFlagsError(f"--{key} ({listed})", *self.missing())
        words = {fold(word): word for word in reversed(legal)}
        while True:
            text = say(f"questions.{key}", self.language, legal=listed, **values)
            answer = self.ask(text, default).strip()
            if fold(answer) in lexicon()["back"] and key not in ("sheet", "worksheet", "delimiter"):
                raise _BackError
            # a prompt shows what a word means in the language of the person, who may say that
            said = fold(lexicon()["said"].get(plain(answer), answer))
            try:
                return read(answer) if read else words[said]
            except KeyError:
                problem = answer
            except ValueError as error:
                problem = str(error)
            self.tell(say("messages.try_again", self.language, problem=problem))

    def missing(self) -> list[str]:
        """Return the flags without which nothing can be proposed."""
        answers, flags = self.answers, []
        if not answers.groups:
            flags.append("--groups")
        if answers.measured == "number" and not answers.unit:
            flags.append("--unit")
        if answers.measured == "levels" and not answers.levels:
            flags.append("--levels" if answers.kind else "--levels or --unit")
        return flags if answers.program else [*flags, f"--program ({', '.join(lexicon()['programs'])})"]

    def look_at(self, path: Path) -> list[Table]:
        """Look at all sheets of a file; ask for the delimiter or worksheet when it leaves it open."""
        if not path.is_file():
            raise FaultsError([Fault("sheet_not_there", str(path))])
        answers, file = self.answers, (path.parent, path.name)
        worksheet = "" if fold(answers.worksheet) == ALL_WORKSHEETS else answers.worksheet
        try:
            tables = apply_legends(look(*file, delimiter=answers.delimiter))
        except FaultsError as error:
            fault = error.faults[0]
            if fault.code != "delimiter_ambiguous":
                raise
            answers.delimiter = self.question("delimiter", legal=fault.params["legal"].split())
            tables = apply_legends(look(*file, delimiter=answers.delimiter))
        if worksheet:  # the others may have had the legend
            named = [table for table in tables if fold(table.worksheet) == fold(worksheet)]
            return named or apply_legends(look(*file, worksheet=worksheet, delimiter=answers.delimiter))
        # names of worksheets that tell timepoints or groups leave nothing open
        names = [table.worksheet for table in tables]
        is_told = all(map(answers.group_of, names)) or set(map(moment, names)) == set(TIMES)
        if len(tables) == 1 or answers.worksheet or is_told:
            return tables
        alike = {tuple(column.header for column in table.columns) for table in tables}
        likely = ALL_WORKSHEETS if len(alike) == 1 else ""
        answers.worksheet = self.question("worksheet", likely, legal=[*names, ALL_WORKSHEETS])
        return [table for table in tables if answers.worksheet in (table.worksheet, ALL_WORKSHEETS)]

    def complete(self, tables: list[Table]) -> None:
        """Ask for what is not known yet, with what was seen as defaults; a word to go back takes an answer back."""
        start, done = self.answers, {}
        self.tell(say("messages.back", self.language))
        while True:
            # all answers are applied anew, so that one that was taken back leaves nothing behind
            self.answers = copy.deepcopy(start)
            for (key, word), value in done.items():
                self._note(key, word, value)
            due = (question for question in self._questions(tables) if question[:2] not in done)
            key, word, default, how = next(due, ("", "", "", {}))
            if not key:
                return
            try:
                done[key, word] = self.question(key, default, word=word, **how)
            except _BackError:
                if done:
                    done.popitem()

    def _note(self, key: str, word: str, value: Any) -> None:
        """Note an answer; of a word of the sheet what it means, if anything."""
        if not word:
            setattr(self.answers, "levels" if key == "cutoffs" else key, value)
        elif value == LEFT_OUT:
            self.answers.left_out += (fold(word),)
        for named in self.answers.named(key) if word else ():
            named.words += (fold(word),) if named.id == value else ()

    def _questions(self, tables: list[Table]) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
        """Yield what is to be asked, given the answers so far: key, word of the sheet, default, what is legal."""
        answers = self.answers
        if not answers.groups:
            read = partial(parse_named, what="group", counts=range(1, 3))
            yield "groups", "", _groups_seen(tables, answers), {"read": read}
        if not (answers.kind or answers.unit or answers.levels):
            yield "kind", "", _kind_seen(tables, answers, self.language), {"legal": KINDS}
        seen, is_number = propose(tables, answers, self.language), answers.measured == "number"
        if is_number and not answers.unit:
            yield "unit", "", seen.unit, {"read": str}
        if not answers.levels:
            least = 2 if answers.measured == "levels" else 0
            cutoffs = next(filter(None, map(cutoffs_of, tables)), "")
            default = cutoffs if is_number else ",".join(ordered(seen.words, part=True)) if least else ""
            read = partial(parse_named, what="level", counts=range(least, 101))
            yield "levels" if least else "cutoffs", "", default, {"read": read}
        if not answers.outcome:
            yield "outcome", "", seen.outcome, {"read": str}
        if not answers.program:
            yield "program", "", "spss", {"legal": list(lexicon()["programs"])}
        if len(seen.timepoints) > 2 and not answers.compare:
            read = partial(_read_two, legal=seen.timepoints)
            both = f"{seen.timepoints[0]},{seen.timepoints[-1]}"
            yield "compare", "", both, {"read": read, "legal": seen.timepoints}
        for what, word in dict.fromkeys(seen.undecided):
            legal = [named.id for named in answers.named(what)]
            yield what, word, "", {"read": partial(self._meaning, what), "legal": legal}

    def _meaning(self, what: str, answer: str) -> str:
        """Return the group or level that is meant; "" to decide later, the mark of a group that is left out."""
        if what == "group" and fold(answer) in lexicon()["leave_out"]:
            return LEFT_OUT
        if answer and not self.answers.meaning(what, answer):
            raise ValueError(answer)
        return self.answers.meaning(what, answer)


def _read_two(answer: str, legal: Sequence[str]) -> tuple[str, ...]:
    """Return the two timepoints of an answer in time order."""
    named = {fold(word) for word in answer.split(",")}
    two = tuple(word for word in legal if fold(word) in named)
    if len(two) != 2 or len(named) != 2:
        raise ValueError(answer)
    return two


def _read_sheets(answer: str) -> list[Path]:
    """Return the files that an answer names; a ValueError names those that are not there."""
    paths = [Path(name.strip()).expanduser() for name in answer.split(";") if name.strip()]
    absent = [str(path) for path in paths if not path.is_file()]
    if absent or not paths:
        raise ValueError(", ".join(absent) or "-")
    return paths


def _groups_seen(tables: list[Table], answers: Answers) -> str:
    """Return the groups as an answer: the words of their column, the titles or the worksheets that name them."""
    column = next(filter(None, (table.find_group(answers) for table in tables)), None)
    if column is not None:
        seen = [column.labels.get(word, word) for word in column.counts]
    else:
        seen = [title for table in tables for title in table.find_titles(answers)]
    if not seen and not any(moment(table.worksheet) for table in tables):
        seen = [table.worksheet for table in tables if table.worksheet]
    if any(mark in word for word in seen for mark in ",=|"):
        return ""
    # a group that is compared with the intervention comes after it
    seen = sorted(seen, key=lambda word: not {*tokens(word)}.isdisjoint(lexicon()["control"]))
    named = {word: _GROUP_WORD.sub("", word).strip() or word for word in seen}
    return ",".join(word if word == name else f"{name}={word}" for word, name in named.items())


def _kind_seen(tables: list[Table], answers: Answers, language: str) -> str:
    """Return the kind of outcome that the sheets seem to hold: items, numbers that are no codes, or levels."""
    checklist = propose(tables, replace(answers, kind="checklist"), language)
    points = checklist.answers_seen.get("points", {})
    if checklist.answers_seen and (len(checklist.items) > 2 or not all(map(str.isdecimal, points))):
        return "checklist"
    proposed = propose(tables, replace(answers, kind="number"), language)
    is_open = any(UNDECIDED in str([sheet.get("score"), sheet.get("scores")]) for sheet in proposed.sheets)
    seen = proposed.numbers
    are_codes = is_open or len(seen) < 3 or all(text.isdecimal() and int(text) <= 3 for text in seen)
    return "levels" if are_codes else "number"
