"""Sheets of wards, theses and statisticians are read right with at most three keys typed, most of them with none."""

import csv
import datetime
import os
import re
from collections import Counter
from pathlib import Path

import pytest
import xlsxwriter
from tests.cases import read_yaml

from oxymilk.analysis.tables import rank_test_table
from oxymilk.new_study.answers import Answers
from oxymilk.new_study.lexicon import say
from oxymilk.texts import LANGUAGES
from oxymilk.words import fold

FULL = bool(os.environ.get("OXYMILK_FULL"))
CASES = [
    case
    for file in ("sheets", "more_sheets", "unseen_sheets", "signs_and_ticks", "apps_and_files")
    for case in read_yaml(Path(__file__).parents[2] / f"data/new_study/{file}.yaml")
]


def write(case, folder):
    """Write the files of a case; the cells of a workbook are divided by |, those with @ are times."""
    texts = case.get("files") or {case["file"]: case.get("text", "")}
    paths = [folder.path / name for name in texts]
    for path, text in zip(paths, texts.values(), strict=True):
        path.write_text(text, encoding="utf-8")
    if "worksheets" not in case:
        return paths
    (path,) = paths
    with xlsxwriter.Workbook(path) as book:
        clock = book.add_format({"num_format": "h:mm"})
        for name, text in case["worksheets"].items():
            page = book.add_worksheet(name)
            cells = {}
            for at, row in enumerate(csv.reader(text.splitlines(), delimiter="|")):
                for column, cell in enumerate(row):
                    number = re.fullmatch(r"\d+(\.\d+)?", cell)
                    cells[at, column] = float(cell) if number else cell.removeprefix("'")
            for merged in case.get("merge", ()):
                column, row = re.match(r"([A-Z])(\d+)", merged).groups()
                page.merge_range(merged, cells.get((int(row) - 1, ord(column) - ord("A")), ""))
            for place, cell in cells.items():
                if str(cell).startswith("@"):
                    page.write_datetime(*place, datetime.time.fromisoformat(cell[1:]), clock)
                elif cell != "":
                    page.write(*place, cell)
    return paths


def scores_of(table):
    """Return the scores of each group, those of a participant joined by >."""
    found = {}
    for (group, _), rows in table.groupby(["group", "participant"], sort=False):
        found.setdefault(group, []).append(">".join(rows["score"]))
    return {group: " ".join(scores) for group, scores in found.items()}


def asked_in(at, case):
    """What Enter takes may be named in the language of the questions; in full each case is asked in both."""
    if "language" in case:
        return [case["language"]]
    return LANGUAGES if FULL else [LANGUAGES[at % 2]]


BOTH = [(case, language) for at, case in enumerate(CASES) for language in asked_in(at, case)]


@pytest.mark.parametrize(
    ("case", "language"), BOTH, ids=lambda part: part if isinstance(part, str) else part["name"]
)
def test_a_sheet_is_read_right_with_at_most_three_keys(case, language, folder):
    typed, edits, right = case.get("typed", {}), case.get("edits", {}), case["right"]
    assert len(typed) + len(edits) <= 3
    asked = Counter()

    def ask(question, default):
        asked[question] += 1
        assert asked[question] < 3, question
        starts = {
            key: re.split(r"[\"({]", say(f"questions.{key}", language, legal="(", word=""))[0]
            for key in typed
        }
        return next((typed[key] for key in typed if question.startswith(starts[key])), default)

    folder.make(Answers(), *write(case, folder), ask=ask, language=language)
    folder.decide(*edits.items())
    check = folder.ready()
    study, sheet = check.study, check.study.sheets[0]
    outcome = right.get("outcome")
    assert list(study.group_ids) == right["groups"]
    assert list(study.timepoint_ids) == right["timepoints"]
    assert [timepoint.id for timepoint in study.compared] == right.get("compare", right["timepoints"])
    assert list(study.outcome.level_ids) == right.get("levels", [])
    assert fold(outcome or study.outcome.label["id"]) == fold(study.outcome.label["id"])
    assert right.get("unit") in (study.outcome.unit.words if study.outcome.unit else (None,))
    assert (sheet.participant and sheet.participant.column) == right.get("participant")
    assert scores_of(check.observations.frame("observations")) == right["scores"]
    assert scores_of(check.observations.frame("other_scale")) == right.get("other_scale", {})
    assert sorted(sheet.ignore) == sorted(right["left_out"])
    assert sorted(getattr(sheet.group, "leave_out", ())) == sorted(right.get("groups_left_out", []))
    assert len(rank_test_table(study, check.observations.frame("observations"))) > len(right["groups"])
