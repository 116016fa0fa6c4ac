r"""Tables as CSV, Markdown, HTML, LaTeX and Word documents, by the templates beside this file.

great_tables is not used: it holds one header a table where ours have two panels, its LaTeX needs the caption package
and never wraps a long cell, and every fragment repeats some 15 kB of style.

Every text may come from a sheet or a study.yaml: each format escapes what a template puts into it, unless the template
says `raw`.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
from jinja2.runtime import Macro
from markupsafe import Markup

from oxymilk.files import defuse, write_bytes, write_csv, write_text
from oxymilk.texts import NO_VALUE, labels

if TYPE_CHECKING:
    import pandas as pd

    from oxymilk.present.tables.builder import Column, Table

TEMPLATES = Path(__file__).with_name("templates")
# control characters, lone surrogates, bidirectional overrides, and the last two of each plane, which are no characters
_UNFIT = re.compile(
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069"
    + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(17))
    + "]"
)
# Characters that change the meaning of a Markdown cell. Markdown keeps any escaped punctuation as it is.
_MARKDOWN = re.compile(r"([\\`*_{}\[\]#|~$!])")
_LATEX = str.maketrans({
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_", "%": r"\%",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "`": r"\textasciigrave{}", "|": r"\textbar{}",
    "<": r"\textless{}", ">": r"\textgreater{}",
    # at the start of a row, after \\, these would be read as its options
    "[": "{[}", "]": "{]}", "*": "{*}",
    "\N{MINUS SIGN}": "$-$", "\N{MULTIPLICATION SIGN}": r"$\times$", "\N{ALMOST EQUAL TO}": r"$\approx$",
    "\N{LESS-THAN OR EQUAL TO}": r"$\leq$", "\N{GREATER-THAN OR EQUAL TO}": r"$\geq$",
    "\N{GREEK SMALL LETTER ALPHA}": r"$\alpha$", "\N{INFINITY}": r"$\infty$", "\N{SQUARE ROOT}": r"$\surd$",
})  # fmt: skip
# braces are LaTeX's own
_LATEX_SIGNS = {
    "block_start_string": "<%", "block_end_string": "%>", "variable_start_string": "<<", "variable_end_string": ">>",
}  # fmt: skip

# what the blank document holds: its text in twentieths of a point (17 cm), the language of spelling, a title
_TEXT_WIDTH = 9638
_BLANK_LANGUAGE, _BLANK_TITLE = "en-GB", "title of the tables"
# A document written twice must have the same bytes: no clock. This is the earliest time that a zip file can hold.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def plain(text: str) -> str:
    """Return `text` on one line: blanks collapsed to one (a no-break blank stays), without what no file can hold."""
    return _UNFIT.sub("", re.sub(r"[^\S\u00a0]+", " ", text).strip())


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

    All cells are text: numbers as the language writes them, and with ten digits and a decimal point in the columns that
    say so. A row that gives a further printed form repeats its stub. Notes are not in it.
    """
    import pandas as pd

    t = labels(table.language)
    order: list[str] = []
    for panel in table.panels:
        place = len(order)
        # each column before its neighbour on the right: [row, n, verdict] and [row, z, verdict] give row, n, z, verdict
        for column in reversed(panel.columns):
            if column.key in order:
                place = order.index(column.key)
            else:
                order.insert(place, column.key)
    columns = {column.key: column for panel in reversed(table.panels) for column in panel.columns}
    names = [defuse(name) for name in headers(columns[key] for key in order)]
    if len(table.panels) > 1:
        names[0] = t("tables.column.row")
    rows = []
    for panel in table.panels:
        part, stub = plain(panel.label), ""
        for row in panel.rows:
            texts = {column.key: row.cell(column.key).text for column in panel.columns}
            texts |= {column.key: row.cell(column.full).digits for column in panel.columns if column.full}
            cells = {
                key: plain(text).replace("\u00a0", " ") for key, text in texts.items() if text != NO_VALUE
            }
            if row.kind == "section":
                part = plain(row.cell("row").text)
                continue
            stub = stub if row.kind == "more" else plain(row.cell("row").text)
            rows.append([part, stub, *(cells.get(key, "") for key in order[1:])])
    frame = pd.DataFrame(rows, columns=[t("tables.column.part"), *names], dtype=str)
    has_parts = len(table.panels) > 1 or any(row.kind == "section" for row in table.panels[0].rows)
    return frame if has_parts else frame.iloc[:, 1:]


@cache
def template(name: str) -> jinja2.Template:
    """Return a template; what one of a table puts in is on one line, escaped for the format that its name ends in."""
    form = name.rpartition(".")[2]

    def escaped(value: object) -> object:
        if not isinstance(value, str) or isinstance(value, Markup | Macro):
            return value
        text = plain(value)
        if form == "md":
            return escape(_MARKDOWN.sub(r"\\\1", text), quote=False)
        # in LaTeX two hyphens would become a dash
        return text.translate(_LATEX).replace("--", "-{}-") if form == "tex" else Markup(escape(text))

    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=form not in ("md", "tex"),
        finalize=escaped if name.startswith("table") else None,
        **(_LATEX_SIGNS if form == "tex" else {}),
    )
    templates.filters |= {"raw": Markup, "plain": plain}
    templates.globals |= {"headers": headers, "text_width": _TEXT_WIDTH}
    return templates.get_template(name)


def rendered(table: Table, form: str) -> str:
    r"""Return a table as text.

    Parameters
    ----------
    table : Table
        The table.
    form : {"md", "html", "tex", "docx.xml"}
        "md" has GitHub's pipe tables; "html" is a page of its own that needs no other file, whose body is a `figure`
        element; "tex" is a LaTeX float, to be read by \input, that needs array and booktabs only; "docx.xml" is what
        Word's document holds.
    """
    text = template(f"table.{form}").render(table=table, t=labels(table.language))
    return text.rstrip("\n") + "\n"


def write_tables(tables: Sequence[Table], folder: Path) -> None:
    """Write table_<number>.{csv,md,html,tex,docx}, tables.docx and tables.tex into `folder`.

    Parameters
    ----------
    tables : sequence of Table
        Tables of one language.
    folder : Path
        Where to write; made when missing. Every file is written whole or not at all.
    """
    for table in tables:
        name = f"table_{table.number}"
        write_csv(csv_frame(table), folder / f"{name}.csv")
        for form in ("md", "html", "tex"):
            write_text(folder / f"{name}.{form}", rendered(table, form))
        write_bytes(folder / f"{name}.docx", word_document([table]))
    # a plain article that reads table_1.tex, table_2.tex, ... beside it, one table a page
    name = labels(tables[0].language)("common.table") if tables else ""
    write_text(folder / "tables.tex", template("tables.tex").render(tables=tables, name=name))
    write_bytes(folder / "tables.docx", word_document(tables))


def word_document(tables: Sequence[Table]) -> bytes:
    """Return a Word document (.docx) with the tables, one a page, that an author can edit and a journal can set.

    The same tables give the same bytes. The widths are fixed, so that Word and LibreOffice set them alike. Page, fonts
    and styles are those of blank.docx, beside this file: what a journal wants otherwise is changed there, in Word.
    """
    t = labels(tables[0].language if tables else "en")
    titles = (f"{t('common.table')} {table.number}. {plain(table.title)}" for table in tables)
    body = ""
    for table in tables:
        xml = re.sub(r">\s+<", "><", rendered(table, "docx.xml")).strip()
        # each table but the first begins a page
        body += xml.replace("<w:keepNext/>", "<w:keepNext/><w:pageBreakBefore/>", 1) if body else xml
    # by the part of the document: what the blank has there, and what comes in its place
    spelling = (_BLANK_LANGUAGE, t("common.language_tag"))
    changes = {
        "word/document.xml": [("<w:body>", f"<w:body>{body}")],
        "word/styles.xml": [spelling],
        "docProps/core.xml": [spelling, (_BLANK_TITLE, escape("; ".join(titles)[:255]))],
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(TEMPLATES.with_name("blank.docx")) as blank, zipfile.ZipFile(buffer, "w") as archive:
        for name in blank.namelist():
            part = blank.read(name)
            for old, new in changes.get(name, ()):
                part = part.replace(old.encode(), new.encode())
            # nothing that depends on the time or the machine
            entry = zipfile.ZipInfo(name, date_time=_EPOCH)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, part, zipfile.ZIP_DEFLATED, 9)
    return buffer.getvalue()
