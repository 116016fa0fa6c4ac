"""Make a new study from its sheets: ask, look, propose, write."""

from __future__ import annotations

import copy
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from oxymilk.faults import HIDDEN, Fault, FaultsError
from oxymilk.files import write_csv, write_text
from oxymilk.new_study.answers import KINDS, Answers, parse_named
from oxymilk.new_study.legends import apply_legends, cutoffs_of
from oxymilk.new_study.lexicon import TIMES, WORDS, label, moment, ordered, say, tokens
from oxymilk.new_study.profile import MOST_LEVELS, SIZE, Table, look
from oxymilk.new_study.propose import propose
from oxymilk.new_study.write import example_claims, study_text, timepoint_label
from oxymilk.study.base import ID_PATTERN
from oxymilk.study.sheet import LEFT_OUT
from oxymilk.study.yaml_lines import UNDECIDED, read_tree
from oxymilk.words import fold, plain

Ask = Callable[[str, str], str]  # question, default -> answer
ALL_WORKSHEETS = "all"
_BACK = object()  # the answer of who wants to go back to the question before
# what is before the name of a group: "A. Kelompok Pijat" is Pijat; "Kel. II" is no name without it
_GROUP_WORD = re.compile(
    r".*?\b(?:kelompok|kelp?|klp|grup|group|arm)\b[\s.:]*(?=[^\W\d_]{2})(?![iv]+$)", re.IGNORECASE
)
# the flags that are needed when there is nobody to ask, by question
_FLAGS = {"sheets": "--sheet", "kind": "--levels or --unit", "groups": "--groups", "unit": "--unit"}
_FLAGS |= {key: f"--{key} ({{legal}})" for key in ("delimiter", "worksheet", "program", "compare")}
_FLAGS["levels"] = "--levels"


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
    folder = folder_of_new(name, data)
    dialogue = _Dialogue(replace(answers, sheets=tuple(sheets)), ask, language, tell or (lambda _: None))
    dialogue.complete()
    answers, tables = dialogue.answers, dialogue.tables
    names = list(map(_file_name, answers.sheets))
    if len(set(names)) < len(names):
        raise FaultsError([Fault("sheet_name_twice", names[0])])
    proposed = propose(tables, answers, language)
    with filled_folder(folder) as part:
        write_text(part / "study.yaml", study_text(name, names, answers, proposed, language))
        if paper:
            write_csv(example_claims(language), part / "claims.csv")
        for path, file in zip(answers.sheets, names, strict=True):
            shutil.copyfile(path, part / file)
    undecided = len(read_tree(folder / "study.yaml").undecided())
    return NewStudy(folder, ("study.yaml", *["claims.csv"] * paper, *names), undecided)


def folder_of_new(name: str, data: Path) -> Path:
    """Return the folder of a study to be made; FaultsError when its name is no id, or the study exists."""
    folder = Path(data) / name
    if not ID_PATTERN.fullmatch(name):
        raise FaultsError([Fault("id_illegal", str(folder.parent), value=name)])
    if folder.exists():
        raise FaultsError([Fault("study_exists", str(folder), value=name)])
    return folder


@contextmanager
def filled_folder(folder: Path) -> Iterator[Path]:
    """Give a folder to fill, which becomes the study's folder when all is written."""
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        yield part
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


@dataclass
class _Dialogue:
    """Asks in a language what the sheets leave open, tells what was seen in them, and notes the answers."""

    answers: Answers
    ask: Ask | None
    language: str
    tell: Callable[[str], None]
    tables: list[Table] = field(default_factory=list)
    # by file, worksheet and delimiter
    read: dict[tuple[Path, str, str], list[Table]] = field(default_factory=dict)

    def complete(self) -> None:
        """Ask until nothing is open; MissingFlagsError names what is needed when there is nobody to ask."""
        if self.ask is None:
            asked = {key: how for key, _, _, how in self._questions() if key in _FLAGS}
            # what kind it is, levels or a unit tell; with nobody to ask, what is compared may stay open
            needless = {"levels"} if "kind" in asked else set()
            needless |= set() if self.answers.compare else {"compare"}
            if needed := [_FLAGS[key].format(**how) for key, how in asked.items() if key not in needless]:
                raise MissingFlagsError(*needed)
            return
        self.tell(say("messages.back", self.language))
        start, done = self.answers, {}
        while True:
            # all answers are applied anew, so that one that was taken back leaves nothing behind
            self.answers = copy.deepcopy(start)
            for (key, word), value in done.items():
                self._note(key, word, value)
            due = (question for question in self._questions() if question[:2] not in done)
            key, word, default, how = next(due, ("", "", "", {}))
            if not key:
                return
            answer = self._question(key, default, word=word, **how)
            if answer is not _BACK:
                done[key, word] = answer
            elif done:
                done.popitem()
            else:
                self.tell(say("messages.first", self.language))

    def _question(
        self, key: str, default: str, *, read: Callable[[str], Any] | None = None,
        words: dict[str, str] | None = None, **values: str,
    ) -> Any:  # fmt: skip
        """Ask until an answer is one of the words, `_BACK`, or read without a ValueError, which says what is wrong."""
        while True:
            answer = self.ask(say(f"questions.{key}", self.language, **values), default).strip()
            # a prompt shows what a word means in the language of the person, who may say that
            said = [fold(answer), fold(WORDS["said"].get(plain(answer), answer))]
            try:
                if words and (known := [words[word] for word in said if word in words]):
                    return known[0]
                if fold(answer) in WORDS["back"]:
                    return _BACK
                if read:
                    return read(answer)
                problem = answer
            except ValueError as error:
                problem = str(error)
            self.tell(say(f"messages.{'try_again' if problem else 'needed'}", self.language, problem=problem))

    def _note(self, key: str, word: str, value: Any) -> None:
        """Note an answer; of a word of the sheet what it means, if anything."""
        if not word:
            setattr(self.answers, "levels" if key == "cutoffs" else key, value)
        elif value == LEFT_OUT:
            self.answers.left_out += (fold(word),)
        for named in self.answers.named(key) if word else ():
            named.words += (fold(word),) if named.id == value else ()

    def _questions(self) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
        """Yield what is to be asked, given the answers so far: key, word of the sheet, default, what is legal."""
        answers = self.answers
        if not answers.sheets:
            yield "sheets", "", "", {"read": _read_sheets}
        tables: list[Table] = []
        for path in answers.sheets:
            try:
                own, names = self._look_at(path)
            except FaultsError as error:
                fault = error.faults[0]
                if fault.code != "delimiter_ambiguous":
                    raise
                yield "delimiter", "", "", _one_of(fault.params["legal"].split())
                continue
            if names:
                alike = {tuple(column.header for column in table.columns) for table in own}
                likely = ALL_WORKSHEETS if len(alike) == 1 else ""
                yield "worksheet", "", likely, _one_of([*names, ALL_WORKSHEETS])
            tables += own
        self.tables = tables
        if not answers.groups:
            read = partial(parse_named, what="group", counts=range(1, 3))
            yield "groups", "", _groups_seen(tables, answers, self.language), {"read": read}
        if not (answers.kind or answers.unit or answers.levels):
            yield "kind", "", _kind_seen(tables, answers, self.language), _one_of(KINDS)
        seen, is_number = propose(tables, answers, self.language), answers.measured == "number"
        if is_number and not answers.unit:
            yield "unit", "", seen.unit, {"read": str}
        if seen.unclear and is_number and not answers.mark:
            likely = next((of["mark"] for of in WORDS["marks"] if fold(answers.unit) in of["units"]), "")
            how = _one_of([of["mark"] for of in WORDS["marks"]] + [""])
            yield "mark", "", likely, how | {"number": seen.unclear}
        if not answers.levels:
            least = 2 if answers.measured == "levels" else 0
            cutoffs = next(filter(None, map(cutoffs_of, tables)), "")
            words = ordered(seen.words, part=True) if least else []
            called = {sign: f"{label(name)[self.language]}={sign}" for sign, name in WORDS["signs"].items()}
            told = ", ".join(called.get(word, word) for word in words)
            default = cutoffs if is_number else told if len(words) >= least else ""
            read = partial(parse_named, what="level", counts=range(least, 101))
            yield "levels" if least else "cutoffs", "", default, {"read": read}
        if not answers.outcome:
            yield "outcome", "", seen.outcome or say("outcome", self.language), {"read": str}
        if not answers.program:
            yield "program", "", "spss", _one_of(list(WORDS["programs"]))
        if len(seen.timepoints) > 2:
            read = partial(_read_two, legal=seen.timepoints)
            try:
                answers.compare = read(",".join(answers.compare))
            except ValueError:
                both = f"{seen.timepoints[0]},{seen.timepoints[-1]}"
                yield "compare", "", both, {"read": read, "legal": ", ".join(seen.timepoints)}
        for what, word in dict.fromkeys(seen.undecided):
            words = dict.fromkeys(WORDS["leave_out"], LEFT_OUT)
            for named in answers.named(what):
                words |= dict.fromkeys((*named.words, *map(fold, label(named.name).values())), named.id)
            legal = ", ".join(named.id for named in answers.named(what))
            yield what, word, "", {"words": words | {"": ""}, "legal": legal}

    def _look_at(self, path: Path) -> tuple[list[Table], list[str]]:
        """Return the tables of a file, and the names of its worksheets when they leave open which is meant."""
        if not path.is_file():
            raise FaultsError([Fault("sheet_not_there", str(path))])
        tables, wanted = self._tables(path, ""), fold(self.answers.worksheet)
        names = [table.worksheet for table in tables]
        # the other worksheets may have had the legend
        if wanted not in ("", ALL_WORKSHEETS):
            named = [table for table in tables if fold(table.worksheet) == wanted]
            return named or self._tables(path, self.answers.worksheet), []
        # names of worksheets that tell timepoints or groups leave nothing open
        is_told = all(map(self.answers.group_of, names)) or set(map(moment, names)) == set(TIMES)
        return tables, [] if len(tables) == 1 or wanted or is_told else names

    def _tables(self, path: Path, worksheet: str) -> list[Table]:
        """Return the tables of a file, or of a worksheet, their legends applied; a file is read and told once."""
        delimiter = self.answers.delimiter
        key = (path, worksheet, delimiter)
        if key not in self.read:
            own = look(path.parent, path.name, worksheet=worksheet, delimiter=delimiter)
            tables, aside = apply_legends(own)
            self.read[key] = [replace(table, file=_file_name(path)) for table in tables]
            if aside:
                self.tell(say("messages.aside", self.language, file=_file_name(path), names=", ".join(aside)))
            for table in self.read[key]:
                seen = {"file": " / ".join(filter(None, (table.file, table.worksheet)))}
                seen["rows"] = max((len(column.cells) for column in table.columns), default=0)
                names = (HIDDEN if column.names_persons else column.shown for column in table.columns)
                self.tell(say("messages.seen_table", self.language, columns=", ".join(names), **seen))
        return self.read[key]


def _one_of(legal: Sequence[str]) -> dict[str, Any]:
    """Return what a question takes whose answer is one of a list: the word, or its number."""
    numbered = {str(number): word for number, word in enumerate(legal, start=1)}
    return {"words": numbered | {fold(word): word for word in reversed(legal)}, "legal": ", ".join(legal)}


def _file_name(path: Path) -> str:
    """Return the name of a sheet in the study's folder: study.yaml takes no colon or backslash."""
    return path.name.replace(":", "_").replace("\\", "_")


def _read_two(answer: str, legal: Sequence[str]) -> tuple[str, ...]:
    """Return the two timepoints of an answer in time order: by id, name in a language, or the number in it."""
    said = {re.sub(r"\bke ", "", plain(word)) for word in answer.split(",")}
    names = {when: map(plain, (when, *timepoint_label(when).values())) for when in legal}
    two = tuple(when for when in legal if said & {*names[when], *re.findall(r"\d+", when)})
    if len(two) != 2 or len(said) != 2:
        raise ValueError(answer)
    return two


def _read_sheets(answer: str) -> tuple[Path, ...]:
    """Return the files that an answer names; a ValueError names those that are not there."""
    paths = tuple(Path(name.strip()).expanduser() for name in answer.split(";") if name.strip())
    absent = [str(path) for path in paths if not path.is_file()]
    if absent or not paths:
        raise ValueError(", ".join(absent) or "-")
    return paths


def _groups_seen(tables: list[Table], answers: Answers, language: str) -> str:
    """Return the groups as an answer: the words of their column, the titles or the worksheets that name them."""
    column = next(filter(None, (table.find_group(answers) for table in tables)), None)
    titles = [title for table in tables for title in table.find_titles(answers)]
    seen = [column.labels.get(word, word) for word in column.counts] if column is not None else titles
    seen = seen or _names_of(tables)
    seen = seen or list(dict.fromkeys(title for table in tables for title in table.above_blocks()))
    seen = seen or list(dict.fromkeys(word for table in tables for word in table.find_prefixes()))
    if not seen and len(tables) == 1 and tables[0].is_undivided:
        return say("one_group", language)
    seen = [SIZE.sub("", word) for word in seen]
    # who gets what under a code only the user knows
    if any(mark in word for word in seen for mark in ",=|") or all(map(str.isdecimal, seen)):
        return ""
    # a group that is compared with the intervention comes after it
    seen = sorted(seen, key=lambda word: not {*tokens(word)}.isdisjoint(WORDS["control"]))
    # of more than two groups the others are asked for by their words
    seen = [seen[0], seen[-1]] if 2 < len(seen) <= MOST_LEVELS else seen
    named = {word: _GROUP_WORD.sub("", word).strip() or word for word in seen}
    return ", ".join(word if word == name else f"{name}={word}" for word, name in named.items())


def _names_of(tables: list[Table]) -> list[str]:
    """Return what tells tables apart: titles of groups above them, their worksheets or files, without the timepoint."""
    parts = [re.findall(r"[^\W_]+", table.name) for table in tables]
    common = {*parts[0]}.intersection(*parts) if parts and not tables[0].worksheet else ()
    own = [[word for word in words if not moment(word) and word not in common] for words in parts]
    seen = list(dict.fromkeys(map(" ".join, own)))
    # files may be of months
    words = {*tokens(" ".join(table.name for table in tables))}
    of_groups = words & {*WORDS["control"], *WORDS["groups_inside"]}
    are_named = len(seen) > 1 and all(re.search(r"[^\W\d_]", name) for name in seen)
    return seen if are_named and (of_groups or tables[0].worksheet) else []


def _kind_seen(tables: list[Table], answers: Answers, language: str) -> str:
    """Return the kind of outcome that the sheets seem to hold: items, numbers that are no codes, or levels."""
    checklist = propose(tables, replace(answers, kind="checklist"), language)
    points = checklist.answers_seen.get("points", {})
    if checklist.answers_seen and (len(checklist.items) > 2 or not all(map(str.isdecimal, points))):
        return "checklist"
    proposed = propose(tables, replace(answers, kind="number"), language)
    is_open = any(UNDECIDED in str([sheet.get("score"), sheet.get("scores")]) for sheet in proposed.sheets)
    words, seen = propose(tables, replace(answers, kind="levels"), language).words, proposed.numbers
    if len(seen) < 3 or all(text.isdecimal() and int(text) <= 3 for text in seen):
        return "levels"
    return "levels" if is_open and ordered(words, part=True) else "number"
