"""What the terminal says in the reader's language."""

import re
from pathlib import Path

import pytest

from oxymilk.audit.reconstruct import Reconstruction
from oxymilk.present.terminal import print_reconstruction
from oxymilk.texts import key_of, labels

SOURCES = Path(__file__).parents[3] / "src" / "oxymilk"


def not_searched(reason):
    nothing = dict.fromkeys(("number", "with_p_values", "sheet", "datasets", "ranges", "contradictions"))
    return Reconstruction({}, (), **nothing, not_searched=reason)


@pytest.mark.parametrize(
    ("reason", "language", "said"),
    [
        ("20 tables of a group", "en", "Not searched: 20 tables of a group"),
        ("20 tables of a group", "id", "Tidak ditelusuri: 20 tabel satu kelompok"),
        (
            "the tests run on numbers, not on levels",
            "id",
            "Tidak ditelusuri: uji dilakukan atas angka, bukan atas kategori",
        ),
    ],
)
def test_what_was_not_searched(reason, language, said, capsys):
    print_reconstruction(not_searched(reason), language)
    assert capsys.readouterr().out.strip() == said


def test_every_reason_has_its_words():
    """The messages of NotSearched, their numbers and names left out."""
    found = set()
    for path in SOURCES.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r'NotSearched\(f?"([^"]+)"', text))
    reasons = {key_of(re.sub(r"\{[^}]*\}", "", reason)) for reason in found}
    for language in ("en", "id"):
        assert reasons <= set(labels(language).section("terminal.beyond"))
