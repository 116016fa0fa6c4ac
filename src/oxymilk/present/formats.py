r"""Tables as CSV, Markdown, HTML and LaTeX, by the templates beside this file.

great_tables is not used: it holds one header a table where ours have two panels, its LaTeX needs the caption package
and never wraps a long cell, and every fragment repeats some 15 kB of style.

Every text may come from a sheet or a study.yaml: each format escapes what a template puts into it, unless the template
says `raw`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
from jinja2.runtime import Macro
from markupsafe import Markup

from oxymilk.files import defuse
from oxymilk.texts import NO_VALUE, labels

if TYPE_CHECKING:
    import pandas as pd

    from oxymilk.present.tables.model import Column, Panel, Table

TEMPLATES = Path(__file__).with_name("templates")
# Characters that change the meaning of a Markdown cell. Markdown keeps any escaped punctuation as it is.
_MARKDOWN = re.compile(r"([\\`*_{}\[\]#|~$!])")
_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "#": r"\#",
        "_": r"\_",
        "%": r"\%",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        "`": r"\textasciigrave{}",
        # at the start of a row, after \\, these would be read as its options
        "[": "{[}",
        "]": "{]}",
        "*": "{*}",
        "\N{MINUS SIGN}": "$-$",
        "\N{LESS-THAN OR EQUAL TO}": r"$\leq$",
        "\N{GREATER-THAN OR EQUAL TO}": r"$\geq$",
        "\N{ALMOST EQUAL TO}": r"$\approx$",
        "\N{MULTIPLICATION SIGN}": r"$\times$",
        "\N{GREEK SMALL LETTER ALPHA}": r"$\alpha$",
        "\N{INFINITY}": r"$\infty$",
        "\N{SQUARE ROOT}": r"$\surd$",
    }
)
# braces are LaTeX's own
_LATEX_SIGNS = {
    "block_start_string": "<%",
    "block_end_string": "%>",
    "variable_start_string": "<<",
    "variable_end_string": ">>",
}


def plain(text: str) -> str:
    """Return `text` on one line, without control characters and what no file can hold (lone surrogates).

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        Blanks collapsed to one (a no-break blank stays); without categories Cc and Cs, bidirectional overrides
        and non-characters.
    """
    spaced = re.sub(r"[^\S\u00a0]+", " ", text).strip()
    return "".join(
        character
        for character in spaced
        if unicodedata.category(character) not in ("Cc", "Cs")
        and not "\u202a" <= character <= "\u202e"
        and not "\u2066" <= character <= "\u2069"
        and ord(character) & 0xFFFE != 0xFFFE
    )


def headers(columns: Iterable[Column]) -> list[str]:
    """Return the columns' headers on one line each: the spanner in front where a label occurs more than once."""
    columns = list(columns)
    names = [plain(column.label) for column in columns]
    return [
        f"{plain(column.spanner)}: {name}" if column.spanner and names.count(name) > 1 else name
        for column, name in zip(columns, names, strict=True)
    ]


def csv_frame(table: Table) -> pd.DataFrame:
    """Return a table as one rectangle: all panels below each other, every column of any of them.

    Parameters
    ----------
    table : Table
        The table.

    Returns
    -------
    DataFrame
        All cells text: numbers as the language writes them, and with ten digits and a decimal point in the
        columns that say so. A row that gives a further printed form repeats its stub. Notes are not in it.
    """
    import pandas as pd

    t = labels(table.language)
    columns = _all_columns(table.panels)
    names = [defuse(name) for name in headers(columns.values())]
    has_parts = len(table.panels) > 1 or any(row.kind == "section" for row in table.panels[0].rows)
    if len(table.panels) > 1:
        names[0] = t("tables.column.row")
    rows = []
    for panel in table.panels:
        part, stub = plain(panel.label), ""
        for row in panel.rows:
            if row.kind == "section":
                part = plain(row.cell("row").text)
                continue
            stub = stub if row.kind == "more" else plain(row.cell("row").text)
            # a column of another panel has no cell here
            texts = [stub, *(plain(row.cell(key).text).replace("\u00a0", " ") for key in list(columns)[1:])]
            values = ["" if text == NO_VALUE else text for text in texts]
            rows.append([part, *values] if has_parts else values)
    return pd.DataFrame(rows, columns=[t("tables.column.part"), *names] if has_parts else names, dtype=str)


def _all_columns(panels: tuple[Panel, ...]) -> dict[str, Column]:
    """Return every column of any panel, each where its neighbours on the right have it."""
    order: list[Column] = []
    for panel in panels:
        place = len(order)
        for column in reversed(panel.columns):
            known = [position for position, other in enumerate(order) if other.key == column.key]
            if known:
                place = known[0]
            else:
                order.insert(place, column)
    return {column.key: column for column in order}


class _Raw(str):
    """Markup of the format itself, not to be escaped."""


def environment(**options: object) -> jinja2.Environment:
    """Return the templates, to be read with these options of Jinja's."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        **options,
    )


def _html_text(text: str) -> str:
    return Markup(escape(plain(text)))


def _markdown_text(text: str) -> str:
    safe = _MARKDOWN.sub(r"\\\1", plain(text))
    return safe.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _latex_text(text: str) -> str:
    # two hyphens would become a dash
    return plain(text).translate(_LATEX).replace("--", "-{}-")


@cache
def _template(name: str) -> jinja2.Template:
    """Return a template that escapes every text as the format does that its name ends in."""
    escape = {"md": _markdown_text, "tex": _latex_text}.get(name.rpartition(".")[2], _html_text)

    def escaped(value: object) -> object:
        is_text = isinstance(value, str) and not isinstance(value, Markup | Macro | _Raw)
        return escape(value) if is_text else value

    signs = _LATEX_SIGNS if escape is _latex_text else {}
    templates = environment(autoescape=escape is _html_text, finalize=escaped, **signs)
    templates.filters |= {"raw": _Raw, "plain": plain}
    templates.globals |= {"headers": headers}
    return templates.get_template(name)


def render(name: str, table: Table, **values: object) -> str:
    """Return a table by a template of `TEMPLATES`, whose name ends in the format."""
    return _template(name).render(table=table, t=labels(table.language), **values)


def markdown(table: Table) -> str:
    """Return a table as Markdown with pipe tables (GitHub's)."""
    text = render("table.md", table, rule={"left": ":--", "right": "--:", "center": ":-:"})
    return text.rstrip("\n") + "\n"


def html_page(table: Table) -> str:
    """Return a table as a page of its own that needs no other file; its body is a `figure` element."""
    return render("table_page.html", table)


def latex(table: Table) -> str:
    r"""Return a table as a LaTeX float, to be read by \input; it needs array and booktabs only."""
    return render(
        "table.tex", table, ragged={"left": "raggedright", "right": "raggedleft", "center": "centering"}
    )


def latex_document(tables: tuple[Table, ...]) -> str:
    r"""Return a plain article that reads table_1.tex, table_2.tex, ... beside it, one table a page."""
    name = labels(tables[0].language)("common.table") if tables else ""
    return _template("tables.tex").render(tables=tables, name=name)
