r"""Tables as CSV, Markdown, HTML, LaTeX and Word documents, by the templates beside this file.

great_tables is not used: its LaTeX needs the caption package and never wraps a long cell, and every fragment repeats
some 15 kB of style.

Every text may come from a sheet or a study.yaml: each format escapes what a template puts into it, unless the template
says `raw`.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
from jinja2.runtime import Macro
from markupsafe import Markup

from oxymilk.files import defuse, write_rows, write_text
from oxymilk.present.tables.model import DIGIT_SPACE
from oxymilk.texts import NO_VALUE, labels

if TYPE_CHECKING:
    from oxymilk.present.tables.model import Column, Table

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
    "\N{PLUS-MINUS SIGN}": r"$\pm$", DIGIT_SPACE: r"\phantom{0}",
    "\N{GREEK SMALL LETTER ALPHA}": r"$\alpha$", "\N{INFINITY}": r"$\infty$", "\N{SQUARE ROOT}": r"$\surd$",
})  # fmt: skip
# braces are LaTeX's own
_LATEX_SIGNS = {
    "block_start_string": "<%", "block_end_string": "%>", "variable_start_string": "<<", "variable_end_string": ">>",
}  # fmt: skip

# what the blank document holds: its text in twentieths of a point (16 cm), the language of spelling, a title
_TEXT_WIDTH = 9072
_FIGURE = (
    '<Relationship Id="rIdFigure" Target="media/image1.png" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"/>'
)
_BLANK_LANGUAGE, _BLANK_TITLE = "en-GB", "title of the tables"
# A document written twice must have the same bytes: no clock. This is the earliest time that a zip file can hold.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def plain(text: str) -> str:
    """Return `text` on one line: blanks collapsed to one (those of a width stay), without what no file can hold."""
    return _UNFIT.sub("", re.sub(rf"[^\S\u00a0{DIGIT_SPACE}]+", " ", text).strip(" "))


def unbroken(text: str) -> str:
    """Return a text whose numbers stay with the hyphen before them, "ke-15"."""
    return re.sub(r"(?<=\w)-(?=\d)", "\N{NON-BREAKING HYPHEN}", text)


def headers(columns: Iterable[Column]) -> list[str]:
    """Return the columns' headers on one line each, the spanner in front."""
    return [": ".join(filter(None, (plain(column.spanner), plain(column.label)))) for column in columns]


def rectangle(table: Table) -> tuple[list[str], list[list[str]]]:
    """Return the columns and rows of a table as text.

    Numbers are as the language writes them, those of the results in digits too. The stub of a head is the part of the
    rows below it. Notes are not in it.
    """
    t, part, rows = labels(table.language), "", []
    # columns that have digits have them in a second column
    full = [
        column for column in table.shown_columns if any(row.cell(column.key).digits for row in table.rows)
    ]
    for row in table.rows:
        part = "" if row.head else part
        cells = [row.cell(column.key) for column in table.columns]
        texts = ["" if cell.text == NO_VALUE else cell.text for cell in cells]
        texts += [row.cell(column.key).digits for column in full]
        if not row.alone:
            rows.append([plain(text).replace("\u00a0", " ") for text in (part, *texts)])
        part = row.cell("row").text if row.head else part
    digits = (t("tables.column.full", column=name) for name in headers(full))
    columns = [defuse(name) for name in (t("tables.column.part"), *headers(table.columns), *digits)]
    named = 0 if any(row[0] for row in rows) else 1
    return columns[named:], [row[named:] for row in rows]


@cache
def template(name: str) -> jinja2.Template:
    """Return a template; what one of a table puts in is on one line, escaped for the format that its name ends in."""
    form = name.rpartition(".")[2]

    def escaped(value: object) -> object:
        if not isinstance(value, str) or isinstance(value, Markup | Macro):
            return value
        text = plain(value)
        if form == "md":
            # Markdown has no aligned numbers
            return escape(_MARKDOWN.sub(r"\\\1", text.replace(DIGIT_SPACE, "")), quote=False)
        if form == "tex":  # where two hyphens would become a dash
            return text.translate(_LATEX).replace("--", "-{}-")
        # not every font has the blank of a digit's width; a plain one is half as wide
        return Markup(escape(text.replace(DIGIT_SPACE, "\u00a0\u00a0")))

    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
        autoescape=form not in ("md", "tex"), finalize=None if name.startswith("report") else escaped,
        **(_LATEX_SIGNS if form == "tex" else {}),
    )  # fmt: skip
    templates.filters |= {"raw": Markup, "plain": plain, "unbroken": unbroken}
    templates.globals |= {"headers": headers, "text_width": _TEXT_WIDTH}
    return templates.get_template(name)


def rendered(table: Table, form: str) -> str:
    r"""Return a table as text.

    Parameters
    ----------
    table : Table
        The table.
    form : {"md", "html", "tex"}
        "md" has GitHub's pipe tables; "html" is a page of its own that needs no other file, whose body is a `figure`
        element; "tex" is a LaTeX float, to be read by \input, that needs array and booktabs only.
    """
    text = template(f"table.{form}").render(table=table, t=labels(table.language))
    return text.rstrip("\n") + "\n"


def write_tables(tables: Sequence[Table], folder: Path, forms: Iterable[str] = ("md", "html", "tex")) -> None:
    """Write table_<number>.csv and the `forms` into `folder`, and with LaTeX tables.tex; each file whole or not at all.

    Parameters
    ----------
    tables : sequence of Table
        Tables of one language.
    folder : Path
        Where to write; made when missing.
    forms : iterable of str
        See `rendered`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for table in tables:
        write_rows(*rectangle(table), folder / f"{table.name}.csv")
        for form in forms:
            write_text(folder / f"{table.name}.{form}", rendered(table, form))
    if tables and "tex" in forms:
        # a plain article that reads the tables beside it, one a page
        name = labels(tables[0].language)("common.table")
        write_text(folder / "tables.tex", template("tables.tex").render(tables=tables, name=name))


@dataclass(frozen=True)
class Figure:
    """A figure of a document: a PNG file, and what is said below it."""

    png: bytes
    caption: str

    @property
    def ratio(self) -> float:
        """Its height for a width of 1; a PNG file has both at a fixed place."""
        width, height = struct.unpack(">II", self.png[16:24])
        return height / width


@dataclass(frozen=True)
class Section:
    """A part of a document: its heading, if any, then paragraphs of text, tables, and a figure."""

    title: str = ""
    paragraphs: Sequence[str] = ()
    tables: Sequence[Table] = ()
    figure: Figure | None = None
    new_page: bool = False


def word_document(title: str, sections: Sequence[Section], language: str) -> bytes:
    """Return a Word document (.docx) that an author can edit and a journal can set; it has one figure at most.

    The same sections give the same bytes. The widths are fixed, so that Word and LibreOffice set them alike. Page,
    fonts and styles are those of blank.docx, beside this file: what a journal wants otherwise is changed there.
    """
    t = labels(language)
    body = template("document.docx.xml").render(sections=sections, t=t)
    # by the part of the document: what the blank has there, and what comes in its place
    spelling = (_BLANK_LANGUAGE, t("common.language_tag"))
    changes = {
        "word/document.xml": [("<w:body>", "<w:body>" + re.sub(r">[ \n]+<", "><", body).strip())],
        "word/styles.xml": [spelling],
        "docProps/core.xml": [spelling, (_BLANK_TITLE, escape(plain(title)[:255]))],
        "word/_rels/document.xml.rels": [("</Relationships>", f"{_FIGURE}</Relationships>")],
    }
    with zipfile.ZipFile(TEMPLATES.with_name("blank.docx")) as blank:
        parts = {name: blank.read(name) for name in blank.namelist()}
    figures = [section.figure.png for section in sections if section.figure]
    if figures:
        (parts["word/media/image1.png"],) = figures
    else:
        del changes["word/_rels/document.xml.rels"]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, part in sorted(parts.items()):
            for old, new in changes.get(name, ()):
                part = part.replace(old.encode(), new.encode())
            # nothing that depends on the time or the machine
            entry = zipfile.ZipInfo(name, date_time=_EPOCH)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, part, zipfile.ZIP_DEFLATED, 9)
    return buffer.getvalue()
