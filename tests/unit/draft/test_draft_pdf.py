"""Lines of a page of a PDF: rows of tables are put together, everything else stays a line."""

import pytest

from oxymilk.draft.pdf import page_lines, with_rows


def test_two_lines_are_a_table_and_one_is_none():
    placed = ["Level      n", "low        4"]
    assert with_rows(["Level n", "low", "4"], placed) == ["Level | n | ", "low | 4 | "]
    assert with_rows(["Level n", "low", "4"], placed[:1]) == ["Level n", "low", "4"]


def test_a_blank_line_before_a_table_stays():
    placed = ["Level      n", "low        4"]
    assert with_rows(["", "Level", "n", "", "low 4"], placed) == ["", "Level | n | ", "", "low | 4 | "]


def test_cells_that_touch_are_of_two_columns():
    placed = ["abcd      xy", "a   bc    xy"]
    assert with_rows(["abcd xy", "a bc xy"], placed) == ["abcd |  | xy | ", "a | bc | xy | "]


def test_cells_that_overlap_are_of_one_column():
    placed = ["abcde     xy", "a   bc    xy"]
    assert with_rows(["abcde xy", "a bc xy"], placed) == ["abcde | xy | ", "a bc | xy | "]


class Page:
    """A page of which only the reading order can be found, or the places too."""

    def __init__(self, text, placed):
        self.text, self.placed = text, placed

    def extract_text(self, extraction_mode="plain"):
        if extraction_mode == "plain":
            return self.text
        if self.placed is None:
            raise ZeroDivisionError("no place")
        return self.placed


@pytest.mark.parametrize(
    ("placed", "lines"),
    [
        ("Le\ufb01t      n\nlow        4", ["Lefit | n | ", "low | 4 | "]),
        (None, ["Lefit n", "low 4"]),
        ("", ["Lefit n", "low 4"]),
    ],
)
def test_a_page_with_places_and_one_without(placed, lines):
    assert page_lines(Page("Le\ufb01t n\nlow 4", placed)) == lines
    assert page_lines(Page("", "")) == []
