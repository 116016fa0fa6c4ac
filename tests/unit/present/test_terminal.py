"""What the terminal says in the reader's language."""

import re
from pathlib import Path

import pandas as pd
import pytest
from tests.cases import cases, tables_of

from oxymilk.explain.reconstruct import Reconstruction
from oxymilk.present.terminal import print_programs, print_reconstruction, print_verdicts
from oxymilk.stats.programs import evaluate_programs
from oxymilk.stats.ranks import expand_counts
from oxymilk.texts import LANGUAGES, labels

SOURCES = Path(__file__).parents[3] / "src" / "oxymilk"
ROW = tables_of(__file__)["row"]


@cases
def test_a_table_of_verdicts_is_printed_when_it_has_a_row(changes, every, listed, capsys):
    print_verdicts({"ward": pd.DataFrame([ROW | changes], dtype=str)}, every=every, language="en")
    printed = capsys.readouterr().out
    assert printed.startswith("ward: 1 printed numbers: ")
    assert ("│" in printed) == listed


@cases
def test_programs_are_said_in_the_language_and_keep_their_own_words(test, language, said, capsys):
    print_programs(evaluate_programs(test, *expand_counts(test, [[3, 7], [0, 3]])), language)
    printed = capsys.readouterr().out
    assert [words for words in said.split("|") if words not in printed] == []
    assert language == "en" or not re.search(r"\((all|before|[0-9.]+ or later)\b|any program", printed)


@pytest.mark.parametrize(
    ("language", "said"), [("en", "too many values"), ("id", "karena nilainya terlalu banyak")]
)
def test_exact_lines_left_out_for_size_are_said_with_the_reason(language, said, no_memory, capsys):
    results = evaluate_programs("signed_rank", [0, 1, 2], [5, 7, 9])
    print_programs(results, language)
    printed = capsys.readouterr().out
    left_out = [result.entry.id for result in results if result.reason]
    assert "spss_exact_wilcoxon" in left_out
    assert "spss_wilcoxon" not in left_out
    blocks = re.findall(rf"^[^\n]*{said}[^\n]*\n((?: .*\n)+)", printed, re.MULTILINE)
    assert ("".join(blocks).count("\n"), "nan" in printed) == (len(left_out), False)


@cases
def test_what_was_not_searched(code, needed, language, said, capsys):
    print_reconstruction(Reconstruction({}, not_searched=code, needed=needed), language)
    assert capsys.readouterr().out.strip() == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_its_words(language):
    texts = "".join(path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.py"))
    codes = set(re.findall(r'NotSearched\("(\w+)"', texts))
    assert {"tables_of_a_group", "pairs_of_tables_of_two_groups"} <= codes
    assert codes <= set(labels(language).section("terminal.beyond"))
