"""Look at a sheet whose layout nobody has declared: where its header is, what its columns hold, which holds what.

Files are read by the readers of ingest, so what is seen here is what the pipeline will read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from operator import attrgetter
from pathlib import Path

from oxymilk.faults import Fault, FaultsError
from oxymilk.ingest.grid import Cell, Grid, read_header
from oxymilk.ingest.privacy import identifies, is_identifying
from oxymilk.ingest.scores import NUMBER, minutes_of
from oxymilk.ingest.sheets import read_grid
from oxymilk.new_study import lexicon as lex
from oxymilk.new_study.answers import Answers
from oxymilk.new_study.extent import SEARCHED_ROWS, header_rows, is_on_its_side, last_row
from oxymilk.study.sheet import Sheet
from oxymilk.words import clean, fold, is_blank, is_foot

# a column of groups, timepoints, levels or answers has no more different words
MOST_LEVELS = 6
_MOST_TIMES = 31
# Of a larger sheet only the first rows are looked at; the pipeline reads them all.
_MOST_CELLS = 1_000_000
_LEGEND = re.compile(r"[(\[][^()]*=[^()]*[)\]]")  # "(1=Ya, 0=Tidak)"
SIZE = re.compile(r"\s*\(\s*n\s*[=:]?\s*\d+\s*\)", re.IGNORECASE)
_WITH_UNIT = re.compile(r"([+-]?[\d.,]+)\s*([^\W\d_]*|%)\.?")


@dataclass(eq=False)
class Column:
    """A column, and what its header and its cells tell.

    * name, header, at : its name as study.yaml would write it, and as the sheet does; its place, from 0.
    * cells : those below the header that have a value.
    * title : what a statistics file says of the variable beside its name.
    * ticks, unticked : of columns of ticks that were joined, their words; the sign of a cell that is not ticked.
    * spellings : the forms in which header or title may be in lexicon.yaml.
    * rank : how well the header names what tells participants apart, see `lexicon`.
    * shown, names : its name for people; in the sheet, several of columns of ticks.
    * moment : pre or post when the header, else the title, says it.
    * beside_moment : what title or header name beside it: "Produksi ASI sebelum" is Produksi ASI.
    * of_groups : whether the header names the groups, in a word of its own or in a question about them.
    * of_persons : whether the header names a characteristic of participants.
    * names_persons : whether the header itself is or explains the name of a person.
    * identifying : whether header or title name something that identifies a person, or a third of the cells do.
    * counts, labels : how often each word occurs; the value label of each value that has one (statistics files).
    * numbers, number_share : number and unit of each cell that holds one ("27 thn"); which part of the cells does.
    * has_times : whether cells are hours and minutes ("1:15", "2 jam 10 menit"); these are numbers, too.
    """

    name: str
    header: str
    at: int
    cells: list[Cell] = field(repr=False)
    title: str = ""
    ticks: tuple[str, ...] = ()
    unticked: str = ""

    def __post_init__(self) -> None:
        """Look at header, title and cells."""
        self.spellings = lex.spellings(self.header) | lex.spellings(self.title)
        self.rank = lex.rank_of_participant(self.header)
        self.moment = lex.moment(self.header) or lex.moment(self.title)
        # what is in brackets may explain codes
        words = re.findall(r"[^\W_]+", _LEGEND.sub("", clean(self.title or self.header)))
        beside = lex.without(words, "pre", "post", "beside")
        self.beside_moment = " ".join(word for word in beside if not word.isdecimal())
        self.shown = self.name.replace("{level}", "/".join(self.ticks))
        self.names = [self.name.replace("{level}", word) for word in self.ticks] or [self.name]
        self.counts = lex.count_words(cell.text for cell in self.cells)
        self.labels = {cell.text: cell.label for cell in self.cells if cell.label}
        clock = {cell.text for cell in self.cells if minutes_of(cell.text) is not None}
        texts = [cell.text for cell in self.cells if cell.kind != "date" or cell.text in clock]
        parts = map(_WITH_UNIT.fullmatch, texts)
        self.numbers = [number for number in parts if number and lex.ANY_NUMBER.fullmatch(number[1])]
        times = [text for text in texts if text in clock and not _WITH_UNIT.fullmatch(text)]
        self.has_times = bool(times)
        self.number_share = (len(self.numbers) + len(times)) / max(len(self.cells), 1)
        headers = (self.header, _LEGEND.sub("", self.header), self.title)
        self.names_persons = identifies(self.header, header=True)
        of_persons = 3 * sum(map(identifies, texts)) >= max(len(texts), 1)
        self.identifying = of_persons or self.names_persons or any(map(is_identifying, headers))
        # "Petugas (1=Kasmi)"
        self.names_persons |= self.identifying and self.header != headers[1]
        # "Ibu termasuk kelompok apa?", but not "Kelompok umur"
        self.of_persons = not self.spellings.isdisjoint(lex.OF_PERSONS)
        words = {*map(fold, words)}
        asks = words & {*lex.WORDS["groups_inside"]} and not (words & lex.OF_PERSONS or self.moment)
        self.of_groups = self.is_word_of("group") or bool(asks and self.divides)

    def is_word_of(self, what: str) -> bool:
        """Say whether the header or the title is one of the words of a list of lexicon.yaml."""
        return not self.spellings.isdisjoint(lex.WORDS[what])

    @property
    def divides(self) -> bool:
        """Whether its words may be those of groups: few, each there more than once, and no ticks of a consent."""
        return 1 < len(self.counts) <= MOST_LEVELS and min(self.counts.values()) > 1 and not self.identifying

    @property
    def recurs(self) -> bool:
        """Whether many of its words are there twice or more."""
        return 5 * sum(count > 1 for count in self.counts.values()) > len(self.counts)

    def fit(self, answers: Answers) -> int:
        """Return how well the cells fit the outcome: 2 well, 1 perhaps, 0 not at all."""
        blank = [word for word in self.counts if lex.is_word_of(word, "missing")]
        blank = {fold(word) for word in blank if not answers.meaning("level", word)}
        cells = [cell for cell in self.cells if fold(cell.text) not in blank]
        if not cells or self.identifying:
            return 0
        if answers.measured == "number":
            # "27 thn" is no volume
            units = {fold(number[2]) for number in self.numbers if number[2]}
            other_unit = answers.unit and len(units) == 1 and fold(answers.unit) not in units
            return 2 if self.number_share > 0.5 and not other_unit else 0
        known = sum(bool(answers.meaning("level", cell.text, cell.label)) for cell in cells)
        words = {cell.label or cell.text for cell in cells}
        if 2 * known >= len(cells) or (lex.ordered(words, part=True) and not answers.levels):
            return 2
        return 1 if len(self.counts) <= MOST_LEVELS else 0


@dataclass(eq=False)
class Table:
    """A sheet as it was found; its methods say which column holds what.

    * file, worksheet, encoding : where and how it was read; worksheet is empty when the file has just one.
    * grid, header_rows : its cells, rows and columns exchanged when it is transposed; from 1, as study.yaml counts.
    * columns : those with a header.
    * titles : rows (from 0) that hold one text alone, and the text.
    * totals : words at the foot that head a row of totals.
    * last_row : the last row (from 1) that belongs to the table when notes or signatures are below it, else 0.
    * name : of the worksheet, of several, else the first title above the header that names a group, else of the file.
    * legends : what codes mean, as texts of the file explain them.
    """

    file: str
    worksheet: str
    encoding: str
    grid: Grid = field(repr=False)
    header_rows: tuple[int, ...]
    columns: list[Column]
    titles: dict[int, str]
    totals: tuple[str, ...]
    last_row: int
    name: str
    legends: list[dict[str, str]] = field(default_factory=list)

    @property
    def few(self) -> list[Column]:
        """The columns that have few different words."""
        return [column for column in self.columns if len(column.counts) <= MOST_LEVELS]

    @property
    def is_undivided(self) -> bool:
        """Whether nothing in it may tell groups apart: no column of few words, no table beside, no title within."""
        last = max((cell.row for column in self.columns for cell in column.cells), default=0)
        within = any(max(self.header_rows) <= row < last for row in self.titles)
        are_beside = len({column.header for column in self.columns}) < len(self.columns)
        times = self.find_times()
        free = (column for column in self.columns if column not in times and not column.of_persons)
        may_divide = any(
            column.of_groups or (column.divides and not (column.moment or lex.NUMBERED.search(column.header)))
            for column in free
        )
        # "baseline_arm_1" and "baseline_arm_2" are of one time
        moments = [lex.timepoint_of(word, "") for column in times[:1] for word in column.counts]
        return not (within or are_beside or may_divide or len({*moments}) < len(moments))

    def find_participant(
        self, *, repeated: bool, joined: bool = False, group: Column | None = None
    ) -> Column | None:
        """Return the column that tells participants apart: a code, else a running number, else what names persons.

        When participants are `repeated` its values may be; when they are in other sheets too (`joined`), a running
        number, which does not tell who is who, comes last. Few that are there twice are for check-study to tell. Else
        values may start anew in each `group`.
        """
        columns = self.columns
        codes = sorted((column for column in columns if column.rank is not None), key=attrgetter("rank"))
        persons = [column for column in columns if column.identifying]
        numbers = [column for column in columns if column.is_word_of("number") and not column.identifying]
        for column in codes + (persons + numbers if joined else numbers + persons):
            if column.cells and (repeated or not column.recurs):
                return column
        anew = (column for column in codes + numbers if column.cells and self.tell_apart(column, group))
        return next(anew, None)

    @staticmethod
    def tell_apart(*columns: Column | None) -> bool:
        """Say whether the words of columns tell apart all rows that have one of the first."""
        words = [{cell.row: fold(cell.text) for cell in column.cells} for column in columns if column]
        return len({tuple(own.get(row) for own in words) for row in words[0]}) == len(words[0])

    def find_group(self, answers: Answers) -> Column | None:
        """Return the column of the groups: its words are theirs, or its header says so."""
        headed = [column for column in self.few if column.of_groups]
        others = [column for column in self.few if column not in headed and not column.is_word_of("number")]
        for column in headed + others:
            words = (*column.counts, *column.labels.values())
            if sum(bool(answers.meaning("group", word)) for word in words) > (column not in headed):
                return column
        several = [column for column in headed if len(column.counts) > 1]
        return several[0] if len(several) == 1 else None

    def find_prefixes(self) -> dict[str, int]:
        """Return the words before the numbers of participants that may be groups: of I01, I02, K01, ... I and K."""
        participant = self.find_participant(repeated=True)
        codes = participant.counts if participant and not participant.identifying else ()
        parts = [re.fullmatch(r"([^\W\d_]+)[\W_]*\d+", code) for code in codes]
        words = lex.count_words(part[1] for part in parts if part)
        are_groups = all(parts) and 1 < len(words) <= MOST_LEVELS and min(words.values()) > 2
        return words if are_groups else {}

    def find_times(self) -> list[Column]:
        """Return the columns that tell the timepoint of a row: its words for before and after, its day, its session."""
        participant = self.find_participant(repeated=True)
        times = [column for column in self.few if set(lex.TIMES) <= set(map(lex.moment, column.counts))][:1]
        groups = [column for column in self.few if column.of_groups]
        # numbers that start anew in each group are no repeated measurements
        full = (column for column in groups if participant and len(column.cells) == len(participant.cells))
        if participant is None or self.tell_apart(participant, *full):
            return times
        free = [
            column for column in self.columns
            if 1 < len(column.counts) <= _MOST_TIMES and column not in (participant, *groups)
            and not (column.moment or lex.NUMBERED.search(column.header))
        ]  # fmt: skip
        for column in free if not times else ():
            # "Waktu", or what begins as "Hari ke-"
            is_visit = {*lex.tokens(column.header)[:1]} & {*lex.WORDS["visit"]}
            is_date = lex.in_order_of_days(column.counts) and len(column.counts) <= MOST_LEVELS
            times = times or [column] * bool(is_visit or is_date or column.is_word_of("timepoint"))
        # a session divides what has the same timepoint
        parts = [column for column in free if column.is_word_of("session") and column not in times]
        return times + ([] if self.tell_apart(participant, *groups, *times) else parts[: len(times)])

    def find_scores(
        self, answers: Answers, used: Collection[Column] = (), *, single: bool = False
    ) -> tuple[list[Column], list[Column]]:
        """Return the columns of the scores, and all that could be meant: those that fit the outcome best.

        They are one before and one after, or a `single` one; none when it is open. Columns `used` have another use.
        """
        others = [column for column in self.columns if column.is_word_of("number") or column.of_persons]
        free = [column for column in self.columns if column not in used and column not in others]
        fits = {column: fit for column in free if (fit := column.fit(answers))}
        best = max(fits.values(), default=0)
        fitting = [column for column, fit in fits.items() if fit == best]
        if single:
            unit = {*lex.tokens(answers.unit)[:1]}
            of_unit = [column for column in fitting if unit & {*lex.tokens(column.header)}]
            candidates = [[column] for column in (of_unit or fitting)]
        else:
            before, after = ([column for column in fitting if column.moment == when] for when in lex.TIMES)
            pairs = [[pre, post] for pre in before for post in after]
            alike = [pair for pair in pairs if pair[0].beside_moment == pair[1].beside_moment]
            outcome = {*lex.tokens(answers.outcome)}
            known = [] if lex.sessions_of(fitting) else alike
            named = [pair for pair in known if outcome <= {*lex.tokens(pair[0].header)}]
            candidates = next((own for own in (alike, named) if len(own) == 1), pairs)
        return candidates[0] if len(candidates) == 1 else [], fitting

    def find_visits(self, answers: Answers) -> tuple[str, dict[str, Column]] | None:
        """Return the pattern and the columns of the outcome at numbered visits: asi_{visit}, ASI hari {visit} (cc)."""
        series: dict[tuple[str, str], dict[str, Column]] = {}
        for column in self.columns:
            dates = [*lex.DATE.finditer(column.header)]
            for number in dates or lex.NUMBERED.finditer(column.header):
                around = (column.header[: number.start()], column.header[number.end() :])
                if dates or lex.tokens(around[0]):
                    series.setdefault(around, {})[number[0]] = column
        fits = {
            around: min(column.fit(answers) for column in columns.values())
            for around, columns in series.items() if len(columns) > 1
        }  # fmt: skip
        fitting = [around for around, fit in fits.items() if fit and fit == max(fits.values())]
        outcome = {*lex.tokens(answers.outcome)} if len(fitting) > 1 else set()
        fitting = [around for around in fitting if outcome <= {*lex.tokens(" ".join(around))}]
        if len(fitting) != 1:
            return None
        before, after = fitting[0]
        columns = series[before, after]
        order = lex.in_order_of_days(columns) or sorted(columns, key=lex.number_of)
        return f"{before}{{visit}}{after}", {visit: columns[visit] for visit in order}

    def find_titles(self, answers: Answers) -> dict[str, str]:
        """Return the rows that name a group over a part of the table, when there is one below the header.

        A title has the id of the group that its words name, or the empty string.
        """
        titles: dict[str, str] = {}
        names = [(group.id, {*lex.tokens(name)}) for group in answers.groups for name in group.words]
        for text in self.titles.values():
            words = {*lex.tokens(SIZE.sub("", text))}
            ids = {group for group, name in names if name <= words}
            if ids or any(lex.is_word_of(word, "group") for word in words):
                titles[text] = ids.pop() if len(ids) == 1 else ""
        is_below = any(text in titles for row, text in self.titles.items() if row >= max(self.header_rows))
        return titles if is_below and len(titles) > 1 else {}

    def above_blocks(self) -> list[str]:
        """Return the texts right above a header that repeats, one over each of the tables side by side."""
        above, headers = self.header_rows[0] - 2, [column.header for column in self.columns]
        texts = list(filter(None, map(clean, self.grid.rows[above]))) if above >= 0 else []
        over_each = len(texts) > 1 and len(texts) * len(set(headers)) == len(headers)
        return texts if over_each and not any(identifies(text) or lex.moment(text) for text in texts) else []


def look(folder: Path, file: str, *, worksheet: str = "", delimiter: str = "") -> list[Table]:
    """Read every sheet of a file and find its header and columns.

    Parameters
    ----------
    folder : Path
        Where the file is.
    file : str
        Its name.
    worksheet : str
        The only worksheet to look at, when it is known.
    delimiter : str
        What divides the columns of a text file, when it is known.

    Returns
    -------
    list of Table
        One a worksheet that has content.

    Raises
    ------
    FaultsError
        When the file cannot be read; `delimiter_ambiguous` when it must be said what divides its columns.
    """
    how = {"worksheet": worksheet or None, "delimiter": delimiter or None}
    sheet = Sheet.model_validate({"file": file, "layout": "wide", **how})
    grid, faults = read_grid(folder, sheet)
    code = faults[0].code if grid is None else ""
    if code == "worksheet_undeclared":
        names = faults[0].params["legal"]
        return [table for name in names for table in look(folder, file, worksheet=name, delimiter=delimiter)]
    if code == "encoding_wrong" and faults[0].params["nearest"]:
        sheet = sheet.model_copy(update={"encoding": faults[0].params["nearest"]})
        grid, faults = read_grid(folder, sheet)
    if grid is None:
        raise FaultsError(faults)
    width = max(map(len, grid.rows), default=0)
    if width * len(grid.rows) > _MOST_CELLS:
        grid = replace(grid, rows=grid.rows[: max(_MOST_CELLS // width, SEARCHED_ROWS)])
    if all(is_blank(text) for row in grid.rows for text in row):
        raise FaultsError([Fault("sheet_empty", file, worksheet)])
    return [_table(grid.transpose() if is_on_its_side(grid) else grid, sheet, worksheet)]


def _table(grid: Grid, sheet: Sheet, worksheet: str) -> Table:
    """Find the header, the columns, and the rows that are no participants."""
    in_rows = header_rows(grid)
    header = read_header(grid, sheet.model_copy(update={"header_row": in_rows}))
    # the texts of each row, blanks left out
    words_of = [list(filter(None, map(clean, texts))) for texts in grid.rows]
    headers = [list(map(fold, words_of[row - 1])) for row in in_rows]
    alone = {row: words[0] for row, words in enumerate(words_of) if len(words) == 1}
    titles = {row: word for row, word in alone.items() if not NUMBER.fullmatch(fold(word).rstrip("."))}
    last = 0 if grid.transposed else last_row(words_of, titles, header.first)
    totals, rows = {}, []
    for row in range(header.first, last or len(grid.rows)):
        words = words_of[row]
        is_row = words and row not in titles and list(map(fold, words)) not in headers
        # a word that heads totals is in front, or after the blank of a merged group
        foot = next((word for word in words[:2] if is_row and is_foot(word, below_foot=bool(totals))), "")
        if foot:
            totals.setdefault(fold(foot), foot)
        elif is_row:
            rows.append(row)
    headed = {at: name for at, name in enumerate(header.names) if name}
    cells = {
        at: {row: cell._replace(row=row + 1) for row in rows if (cell := grid.cell(row, at, name)).text}
        for at, name in headed.items()
    }  # fmt: skip
    # a participant that has a running number and nothing else was numbered in advance
    values = Counter(row for of_column in cells.values() for row in of_column)
    alike, before = Counter(map(fold, headed.values())), Counter()
    columns: list[Column] = []
    for at, name in headed.items():
        before[fold(name)] += 1
        own = name if alike[fold(name)] == 1 else f"{name} [{before[fold(name)]}]"
        of_column = [cell for row, cell in cells[at].items() if values[row] >= min(len(headed), 2)]
        columns.append(Column(own, name, at, of_column, grid.titles.get(at, "")))
    place, foot = (sheet.file, worksheet, sheet.encoding), tuple(totals.values())
    above = (SIZE.sub("", title) for row, title in titles.items() if row < in_rows[0] - 1)
    of_group = (title for title in above if any(lex.is_word_of(word, "group") for word in lex.tokens(title)))
    name = worksheet or next(of_group, Path(sheet.file).stem)
    return Table(*place, grid, in_rows, columns, titles, foot, last, name)
