"""Find what a sheet says itself of its codes and cut-offs: "1 = Kurang, 2 = Cukup", "kurang < 50 ml; baik >= 50 ml".

And the items of a checklist, the points of their answers, and the columns of their totals.
"""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from dataclasses import replace
from itertools import chain, takewhile
from math import inf
from typing import Any

from oxymilk.ingest.grid import Cell
from oxymilk.ingest.privacy import identifies, is_identifying
from oxymilk.ingest.scores import TICK
from oxymilk.new_study.answers import parse_named
from oxymilk.new_study.lexicon import OF_PERSONS, TIMES, WORDS, is_word_of, ordered, tokens, without
from oxymilk.new_study.profile import Column, Table
from oxymilk.words import clean, fold, plain

_FORMS = (
    re.compile(r"(?<![\w.,])(?P<code>\d{1,2}|[A-Z]{1,3}(?!\s*:))\s*[=:]\s*(?P<name>[^\W\d][^\d=:;,()<>]*)"),
    re.compile(r"(?P<name>[^\W\d][^\d=:;,()<>]*?)\s*=\s*(?P<code>\d{1,2})(?![\w.])"),
    re.compile(r"\{(?P<code>\d{1,2}),\s*(?P<name>[^{}]+)\}"),  # as SPSS lists values
)
# words of levels in a header, the longer ones first
_LEVELS = sorted({word for order in WORDS["orders"] for word in order if word[0].isalpha()}, key=len)[::-1]
_LEVEL = re.compile(rf"\b({'|'.join(map(re.escape, _LEVELS))})\b", re.IGNORECASE)
_VISIT = re.compile(r"([^\W\d_]+)(?:\W?(?=\d)|\W)(\d{1,2}|[IVX]{1,4})(?=[\W_])")
_NUMBERED = re.compile(r"\D{0,6}\d{1,2}")
_BOUNDED = re.compile(r"[<>≤≥]|\d\s*%?\s*(-|–|s/d|sampai|to)\s*\d")
_MOST_POINTS = 10

# the words of the items; by timepoint ("" in a sheet of one) their columns, the pattern of these, and the total
Items = tuple[list[str], dict[str, list[Column]], dict[str, str], dict[str, Column]]


def apply_legends(tables: list[Table]) -> tuple[list[Table], list[str]]:
    """Return the tables that are no legends, their ticks joined, their cells labelled as legends and heads say.

    And the names of the worksheets that are left out.
    """
    for table in tables:
        table.columns = _join_ticks(table.columns)
    lines = {table: [*filter(None, (clean(" ".join(row)) for row in table.grid.rows))] for table in tables}
    told = [
        table for table in tables
        if 2 * len([*filter(_meanings, lines[table])]) < len(lines[table]) and not _is_aside(table)
    ] or tables  # fmt: skip
    # the words that say what the codes are of, and what each code means
    legends: list[tuple[tuple[str, ...], dict[str, str]]] = []
    below: dict[Column, dict[str, str]] = {}
    for table in tables:
        # a list of variables has no columns of before and after, as its rows may suggest
        is_list = table.grid.transposed and table not in told
        table.grid = table.grid.transpose() if is_list else table.grid
        rows = [list(map(clean, texts)) for texts in table.grid.rows]
        # of a list of values: "kel | 1 | Pijat"
        first = table.last_row or len(rows) if table in told else 0
        rows[first:] = map(_joined_code, rows[first:])
        below |= {column: _legend_below(column, rows, table.header_rows[-1]) for column in table.columns}
        for row, texts in enumerate(rows, start=1):
            # the first line of a legend that has a worksheet of its own is no header
            is_header = row in table.header_rows and table in told
            head, meanings = ((), {}) if is_header else _legend(table, row, texts)
            goes_on = legends and head in ((), legends[-1][0]) and legends[-1][1].keys().isdisjoint(meanings)
            if goes_on and meanings:
                legends[-1][1].update(meanings)
            elif meanings:
                legends.append((head, meanings))
    # each once, since a form may repeat its legend on every page
    legends = list({(head, *meanings.items()): (head, meanings) for head, meanings in legends}.values())
    heads = dict.fromkeys(head for head, _ in legends)
    persons = {*chain(*map(tokens, OF_PERSONS)), *WORDS["group"], *WORDS["participant"]}
    for table in told:
        columns = table.columns
        table.legends = [meanings for _, meanings in legends]
        of_scores = [column for column in columns if column.moment]
        # a head that names no column, as "Produksi ASI" above Sebelum and Sesudah, is of the scores
        # nor of who is who, or of a characteristic
        loose = {
            head for head in heads
            if persons.isdisjoint(head) and not is_identifying(" ".join(head))
            and not any(_is_of(head, column) for column in columns)
        }  # fmt: skip
        for at, column in enumerate(columns):
            own = [_meanings(column.header), below[column], *(
                meanings for head, meanings in legends
                if _is_of(head, column) or (
                    head in loose and column in (of_scores or columns[: 0 if head else None])
                    and not column.of_groups
                )
            )]  # fmt: skip
            known = {fold(word) for word in column.counts if not is_word_of(word, "missing")}
            meanings = next((meanings for meanings in own if known and known <= set(meanings)), {})
            # a code that means a person is no level, and its word is for nobody
            is_person = column.identifying or any(map(identifies, meanings.values()))
            if meanings and not (column.labels or is_person):
                cells = [cell._replace(label=meanings.get(fold(cell.text), "")) for cell in column.cells]
                columns[at] = replace(column, cells=cells)
    return told, [table.worksheet for table in tables if table not in told]


def _is_aside(table: Table) -> bool:
    """Say whether a worksheet is named as a legend is, or as a summary, and has neither participants nor times."""
    of_data = (
        column.moment or column.rank is not None or column.is_word_of("number") for column in table.columns
    )
    return not {*tokens(table.worksheet)}.isdisjoint(
        WORDS["legend"] + ([] if any(of_data) else WORDS["aside"])
    )


def _joined_code(texts: list[str]) -> list[str]:
    """Return a row that ends in a code and its name with both in one cell, "1 = Pijat"; any other as it is."""
    places = [at for at, text in enumerate(texts) if text]
    words = [texts[at] for at in places[-2:]]
    is_code = len(places) in (2, 3) and re.fullmatch(r"\d{1,2}", words[0]) and not words[1].isdecimal()
    return [*texts[: places[-2]], " = ".join(words)] if is_code else texts


def _join_ticks(columns: list[Column]) -> list[Column]:
    """Return the columns, those of ticks joined: of "Pre > Kurang" and "Pre > Cukup", "Pre > {level}" of the words."""
    series: dict[str, dict[str, Column]] = {}
    for column in columns:
        words = re.findall(r"[^\W_]+", column.header.rpartition(" > ")[2])
        known = [level[0] for level in _LEVEL.finditer(column.header)]
        word = known[-1] if known else " ".join(without(words, "pre", "post", "beside"))
        others = sum(not _is_sign(cell) for cell in column.cells)
        # a slip, or what is below the table, is for check-study to tell
        may_tick = not others or (known and others <= max(1, len(column.cells) // 5))
        if word and word in column.name and may_tick:
            series.setdefault(column.name.replace(word, "{level}"), {})[word] = column
    for name, by_word in series.items():
        levels = ordered(by_word) or ordered(word for word, column in by_word.items() if column.cells)
        cells = [(cell, word) for word in levels for cell in filter(_is_sign, by_word[word].cells)]
        signs = {fold(cell.text) for cell, _ in cells}
        unticked = next((sign for sign in WORDS["unticked"] if len(signs) == 2 and sign in signs), "")
        cells = [(cell, word) for cell, word in cells if fold(cell.text) != unticked]
        ticked = {cell.row: cell._replace(text=word) for cell, word in cells}
        are_ticks = len(levels) > 1 and ticked and all(map(TICK.fullmatch, signs - {unticked}))
        # one a row is ticked, with few exceptions; of items any number is
        if are_ticks and 5 * len(cells) <= 6 * len(ticked):
            first, *others = (column for word, column in by_word.items() if word in levels)
            how = {"name": name, "header": name, "ticks": tuple(levels), "unticked": unticked}
            joined = replace(first, cells=[ticked[row] for row in sorted(ticked)], **how)
            columns = [joined if column is first else column for column in columns if column not in others]
    return columns


def _is_sign(cell: Cell) -> bool:
    """Say whether a cell holds a tick, or the sign of one that is not ticked."""
    return bool(TICK.fullmatch(fold(cell.text))) or fold(cell.text) in WORDS["unticked"]


def cutoffs_of(table: Table) -> str:
    """Return the levels and their cut-offs as an answer, where a text of the sheet says them."""
    texts = [clean(text) for row in table.grid.rows for text in row if _BOUNDED.search(text)]
    # each level in a line of its own: "Baik: 76-100"
    for text in [*texts, ";".join(filter(_LEVEL.match, texts))]:
        for part in (text.rpartition(":")[2], text):
            parts = re.split(r"[;,](?!\d)", part)
            with contextlib.suppress(ValueError):
                levels = parse_named(",".join(parts), "level", range(2, 101))
                by_name = {level.name: part.strip() for level, part in zip(levels, parts, strict=True)}
                if all(level.bounds for level in levels) and OF_PERSONS.isdisjoint(tokens(text)):
                    return ",".join(by_name[name] for name in ordered(by_name) or by_name)
    return ""


def _meanings(text: str) -> dict[str, str]:
    """Return the codes that a text explains, at least one, and the name of each."""
    pairs = [pair for form in _FORMS for pair in form.finditer(text)]
    return {fold(pair["code"]): pair["name"].strip(" .-") for pair in pairs}


def _legend_below(column: Column, rows: list[list[str]], first: int) -> dict[str, str]:
    """Return what cells under a column say of its codes, and blank them: they are of no other. Levels are of scores."""
    meanings, places = {}, []
    for row in range(first, len(rows)):
        above, text = ("".join(texts[column.at : column.at + 1]) for texts in rows[row - 1 : row + 1])
        heads = (without(tokens(head), "unnamed") for head in rows[row][: column.at] if not _meanings(head))
        is_first = above in ("", *column.counts) or row - 1 in places
        if is_first and not any(heads) and any(form.match(text) for form in _FORMS):
            meanings |= _meanings(text)
            places.append(row)
    known = {fold(word) for word in column.counts if not is_word_of(word, "missing")}
    is_of_other = not column.moment and ordered(meanings.values(), part=True)
    if not known or not known <= set(meanings) or is_of_other:
        return {}
    for row in places:
        rows[row][column.at] = ""
    return meanings


def _legend(table: Table, row: int, texts: list[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return what a row (from 1) explains: the words in front of its codes, or before or above; and the meanings."""
    if not (meanings := _meanings(" ".join(texts))):
        return (), {}
    at = next((at for at, text in enumerate(texts) if _meanings(text)), 0)
    text = " ".join(texts[at:])
    before, above = next(filter(None, reversed(texts[:at])), ""), clean(table.grid.text(row - 2, at))
    places = [text[: min(pair.start() for form in _FORMS for pair in form.finditer(text))]]
    # SPSS names the variable in front
    places[:1] = texts[:1] if "{" in text else places[:1]
    # a cell of the table beside has a code, and so has the legend's line above
    places += [place for place in (before, above) if not re.search(r"\d", place)]
    heads = (without(tokens(place), "pre", "post", "unnamed") for place in places)
    return tuple(next(filter(None, heads), ())), meanings


def _is_of(head: tuple[str, ...], column: Column) -> bool:
    """Say whether the words before a legend name a column."""
    are_groups = any(is_word_of(word, "group") for word in head) and column.of_groups
    return bool(head) and (are_groups or {*head} <= {*tokens(column.header)})


def find_items(table: Table, *, of_one_timepoint: bool) -> Items:
    """Return the items of a checklist, whose headers differ in timepoint or visit only; none else."""
    numbers = [column for column in table.columns if column.number_share > 0.5]
    last = {column: (tokens(column.beside_moment) or [""])[-1] for column in numbers}
    totals = [column for column in numbers if column.is_word_of("total") or is_word_of(last[column], "total")]
    columns = [column for column in table.few if column.cells and column not in totals]
    series = {when: [column for column in columns if column.moment == when] for when in TIMES}
    if of_one_timepoint:
        series = {"": [column for column in columns if _NUMBERED.fullmatch(column.header)]}
    elif not any(series.values()):
        series = {}
        for column in columns:
            if (visit := _VISIT.search(column.header)) and fold(visit[1]) in WORDS["visit"]:
                series.setdefault(visit[2], []).append(column)
    words, patterns = [], {}
    for when, columns in series.items():
        names = [column.name for column in columns]
        # "Pre_isap", "Pre_urin" begin with "Pre_"; a word that they have in part is the item's; "Q1 pre" ends in " pre"
        head = _shared(names) if when else ""
        tail = _shared([name[::-1] for name in names])[::-1] if when in TIMES else ""
        own = re.sub(r"\d+$", "", head)  # "Pre1", "Pre2" begin with "Pre"
        is_numbered = own and all(name.removeprefix(own).isdecimal() for name in names)
        head = re.sub(r"[^\W_]*$", "", head) or (own if is_numbered else "")
        tail = re.sub(r"^[^\W_]*", "", tail)
        words.append([name.removeprefix(head).removesuffix(tail) for name in names])
        before, visit, after = head.rpartition(when if when not in (*TIMES, "") else "\0")
        patterns[when] = f"{before}{'{visit}' if visit else ''}{after}{{item}}{tail}"
    if len(series) + of_one_timepoint < 2 or any(own != words[0] or len(own) < 2 for own in words):
        return [], {}, {}, {}
    found = {}
    for when in series if {*series} <= {*TIMES, ""} else ():
        # the total of a timepoint's items: its header says so, or it is between these and the next ones
        last = max(column.at for column in series[when])
        end = min((column.at for column in chain(*series.values()) if column.at > last), default=inf)
        own = [column for column in totals if column.moment == when or not when]
        own = own or [column for column in totals if not column.moment and last < column.at < end]
        found |= {when: own[0]} if len(own) == 1 else {}
    return words[0], series, patterns, found


def _shared(names: list[str]) -> str:
    """Return what all names begin with."""
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))
    return "".join(letters[0] for letters in alike)


def answers_of(
    words: list[str], legends: list[dict[str, str]], series: dict[str, list[Column]], totals: dict[str, Column]
) -> dict[str, Any]:  # fmt: skip
    """Return what a checklist says of the words of its items: the points of each, else which mean yes and no.

    Nothing for words that no checklist is known to have. Points are those of a legend, or of the known scale by which
    most totals are right; where nothing tells, `other` is a scale that gives the same words other points.
    """
    folded = {plain(word) or fold(word): word for word in words if not is_word_of(word, "missing")}
    yes, no = (tuple(word for word in folded.values() if is_word_of(word, kind)) for kind in ("yes", "no"))
    if set(folded.values()) <= {*yes, *no}:
        return {"yes": yes, "no": no}
    degrees = [{word: str(points) for word, points in scale.items()} for scale in WORDS["likert"]]
    told = [{plain(name): code for code, name in of.items() if code.isdecimal()} for of in legends]
    # the numbers of a legend whose words are degrees: 1 = STS, ..., 5 = SS
    of_degrees = [scale for scale in told if any(known.keys() >= scale.keys() for known in degrees)]
    told += [{code: code for code in scale.values()} for scale in of_degrees]
    if all(word.isdecimal() and int(word) <= _MOST_POINTS for word in folded):
        numbers = sorted({1, *map(int, folded)})
        degrees = [{str(n): str(n) for n in range(numbers[0], numbers[-1] + 1)}]
    scales = [scale for scale in [*told, *degrees] if scale.keys() >= folded.keys()]
    if not scales:
        return {}
    right = [_right(scale, series, totals) for scale in scales]
    best = scales[right.index(max(right))]
    points = {folded.get(word, word.upper()): n for word, n in best.items()}
    others = [scale for scale in scales if any(scale[word] != best[word] for word in folded)]
    is_open = others and best not in told and not max(right)
    return {"points": points} | ({"other": others[0]} if is_open else {})


def _right(scale: dict[str, str], series: dict[str, list[Column]], totals: dict[str, Column]) -> int:
    """Return how many totals are the sum of their row's points."""
    sums: Counter[tuple[str, int]] = Counter()
    for when in totals:
        for cell in chain.from_iterable(column.cells for column in series[when]):
            sums[when, cell.row] += int(scale.get(plain(cell.text), 0))
    printed = ((sums[when, cell.row], cell.text) for when, total in totals.items() for cell in total.cells)
    return sum(str(points) == text for points, text in printed)
