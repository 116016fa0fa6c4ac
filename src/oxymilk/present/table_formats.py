r"""Write a table as CSV, Markdown, HTML and LaTeX.

great_tables is not used: it holds one header a table where ours have two panels, its LaTeX needs the caption package
and never wraps a long cell, and every fragment repeats some 15 kB of style.

Every text may come from a sheet or a study.yaml, so every writer escapes every text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from oxymilk.files import defuse
from oxymilk.present.table_model import Cell, Column, Panel, Row, Table
from oxymilk.texts import NO_VALUE, labels

if TYPE_CHECKING:
    import pandas as pd

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
_LATEX_PACKAGES = ("array", "booktabs")
TABLE_CSS = """\
.oxymilk-table { margin: 0 0 2.5em; max-width: 50em; color: #111;
  font-family: "Times New Roman", "Liberation Serif", Times, serif; font-size: .9375rem; line-height: 1.35; }
.oxymilk-table figcaption { margin: 0 0 .5em; text-align: left; }
.oxymilk-table figcaption b { margin-right: .4em; }
.oxymilk-table .scroll { overflow-x: auto; }
.oxymilk-table table { width: 100%; border-collapse: collapse; table-layout: fixed; min-width: 38em;
  border-top: 1.5px solid; border-bottom: 1.5px solid; font-variant-numeric: tabular-nums lining-nums; }
.oxymilk-table table:not(:last-child) { border-bottom-width: 1px; }
.oxymilk-table table + table { border-top: 0; margin-top: .4em; }
.oxymilk-table thead { border-bottom: 1px solid; }
.oxymilk-table th, .oxymilk-table td { padding: .18em .6em; font-weight: normal; vertical-align: top;
  text-align: left; overflow-wrap: break-word; }
.oxymilk-table thead th { vertical-align: bottom; }
.oxymilk-table th:first-child, .oxymilk-table td:first-child { padding-left: 0; }
.oxymilk-table .right { text-align: right; overflow-wrap: normal; }
.oxymilk-table td.right { white-space: nowrap; }
.oxymilk-table .center { text-align: center; overflow-wrap: normal; }
.oxymilk-table .spanner span { display: block; text-align: center; border-bottom: .75px solid; }
.oxymilk-table .section th { font-style: italic; padding-top: .5em; }
.oxymilk-table .in-section th:first-child { padding-left: 1em; }
.oxymilk-table .more td { padding-top: 0; }
.oxymilk-table sup { font-size: .75em; line-height: 0; }
.oxymilk-table :is(.right, .center) sup { display: inline-block; width: 0; white-space: nowrap; }
.oxymilk-table .notes { font-size: .875em; margin-top: .5em; }
.oxymilk-table .notes p { margin: 0 0 .25em; }
@media print {
  .oxymilk-table { break-inside: avoid; max-width: none; font-size: 9.5pt; }
  .oxymilk-table .scroll { overflow: visible; }
  .oxymilk-table table { min-width: 0; }
  .oxymilk-table th, .oxymilk-table td { padding-left: .35em; padding-right: .35em; }
}
"""
_PAGE_CSS = """\
body { margin: 2em auto; max-width: 50em; padding: 0 1em; background: #fff; }
@page { size: A4; margin: 2cm; }
@media print { body { margin: 0; padding: 0; max-width: none; } }
"""


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
    """Return the columns' headers on one line each: the spanner in front where a label stands more than once."""
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
                part = plain(row.cells[0].text)
                continue
            stub = stub if row.kind == "more" else plain(row.cells[0].text)
            texts = {
                column.key: plain(cell.text).replace("\u00a0", " ")
                for column, cell in zip(panel.columns, row.cells, strict=True)
            }
            texts["row"] = stub
            values = ["" if texts.get(key) == NO_VALUE else texts.get(key, "") for key in columns]
            rows.append([part, *values] if has_parts else values)
    return pd.DataFrame(rows, columns=[t("tables.column.part"), *names] if has_parts else names, dtype=str)


def markdown(table: Table) -> str:
    """Return a table as Markdown with pipe tables (GitHub's)."""
    t = labels(table.language)
    blocks = [f"**{t('common.table')} {table.number}.** {_md(table.title)}"]
    for panel in table.panels:
        columns = panel.shown_columns
        rule = {"left": ":--", "right": "--:", "center": ":-:"}
        lines = [_md_row(map(_md, headers(columns))), _md_row(rule[column.align] for column in columns)]
        for row in panel.rows:
            if row.kind == "section":
                cells = [f"*{_md(row.cells[0].text)}*", *("",) * (len(columns) - 1)]
            else:
                cells = [_md_cell(cell) for cell in panel.shown_cells(row)]
            lines.append(_md_row(cells))
        blocks.append("\n".join(lines))
    if table.general_notes:
        blocks.append(f"*{t('common.note')}.* " + " ".join(map(_md, table.general_notes)))
    blocks += [f"<sup>{note.mark}</sup> {_md(note.text)}" for note in table.marked_notes]
    return "\n\n".join(blocks) + "\n"


def html_fragment(table: Table) -> str:
    """Return a table as a `figure` element; `TABLE_CSS` is its style."""
    t = labels(table.language)
    name = f"table-{table.number}-{table.language}"
    lines = [
        f'<figure class="oxymilk-table" id="{name}" lang="{table.language}">',
        f'<figcaption id="{name}-title"><b>{t("common.table")} {table.number}.</b>{_html(table.title)}</figcaption>',
        f'<div class="scroll" role="region" tabindex="0" aria-labelledby="{name}-title">',
    ]
    for panel in table.panels:
        lines.append(f'<table aria-labelledby="{name}-title">')
        lines += [f'<col style="width:{100 * width:.2f}%">' for width in panel.widths()]
        lines += ["<thead>", *_html_head(panel), "</thead>", "<tbody>"]
        inside = False
        for row in panel.rows:
            if row.kind == "section":
                lines += ["</tbody>", "<tbody>"] if inside else []
            inside = inside or row.kind == "section"
            lines.append(_html_row(panel, row, inside))
        lines += ["</tbody>", "</table>"]
    lines += ["</div>", '<div class="notes">']
    if table.general_notes:
        text = " ".join(map(_html, table.general_notes))
        lines.append(f"<p><i>{t('common.note')}.</i> {text}</p>")
    lines += [f"<p><sup>{note.mark}</sup> {_html(note.text)}</p>" for note in table.marked_notes]
    return "\n".join([*lines, "</div>", "</figure>"]) + "\n"


def html_page(table: Table) -> str:
    """Return a table as a page of its own that needs no other file."""
    t = labels(table.language)
    return (
        f'<!DOCTYPE html>\n<html lang="{table.language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{t('common.table')} {table.number}. {_html(table.title)}</title>\n"
        f"<style>\n{TABLE_CSS}{_PAGE_CSS}</style>\n</head>\n<body>\n{html_fragment(table)}</body>\n</html>\n"
    )


def latex(table: Table) -> str:
    r"""Return a table as a LaTeX float, to be read by \input; it needs array and booktabs only."""
    t = labels(table.language)
    packages = " ".join(rf"\usepackage{{{name}}}" for name in _LATEX_PACKAGES)
    lines = [
        f"% {packages}",
        r"\begin{table}[htbp]",
        r"\centering",
        r"\small",
        r"\setlength{\tabcolsep}{3pt}",
        rf"\caption{{{_tex(table.title)}}}",
        rf"\label{{tab:{table.kind.replace('_', '-')}-{table.number}}}",
    ]
    for position, panel in enumerate(table.panels):
        lines += [r"\par\smallskip"] if position else []
        lines += _tex_panel(panel, first=position == 0, last=position == len(table.panels) - 1)
    lines += [r"\par\smallskip", r"\begin{minipage}{\linewidth}", r"\footnotesize"]
    if table.general_notes:
        text = " ".join(map(_tex, table.general_notes))
        lines.append(rf"\textit{{{t('common.note')}.}} {text}\par")
    lines += [rf"\textsuperscript{{{note.mark}}} {_tex(note.text)}\par" for note in table.marked_notes]
    return "\n".join([*lines, r"\end{minipage}", r"\end{table}"]) + "\n"


def latex_document(tables: Iterable[Table]) -> str:
    r"""Return a plain article that reads table_1.tex, table_2.tex, ... beside it, one table a page."""
    tables = tuple(tables)
    name = labels(tables[0].language)("common.table") if tables else ""
    return "\n".join(
        [
            r"\documentclass[a4paper,11pt]{article}",
            r"\usepackage[T1]{fontenc}",
            *(rf"\usepackage{{{package}}}" for package in _LATEX_PACKAGES),
            r"\usepackage[margin=2cm]{geometry}",
            rf"\renewcommand{{\tablename}}{{{name}}}",
            r"\begin{document}",
            *(f"\\input{{table_{table.number}}}\n\\clearpage" for table in tables),
            r"\end{document}",
            "",
        ]
    )


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


def _md(text: str) -> str:
    safe = _MARKDOWN.sub(r"\\\1", plain(text))
    return safe.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _md_cell(cell: Cell) -> str:
    text = f"**{_md(cell.text)}**" if cell.strong else _md(cell.text)
    return text + (f"<sup>{','.join(cell.marks)}</sup>" if cell.marks else "")


def _md_row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _html(text: str) -> str:
    return escape(plain(text), quote=True)


def _html_cell(cell: Cell) -> str:
    text = f"<strong>{_html(cell.text)}</strong>" if cell.strong else _html(cell.text)
    return text + (f"<sup>{','.join(cell.marks)}</sup>" if cell.marks else "")


def _html_head(panel: Panel) -> list[str]:
    def header(column: Column, span: str) -> str:
        return f'<th scope="col" class="{column.align}"{span}>{_html(column.label)}</th>'

    columns = panel.shown_columns
    if not any(column.spanner for column in columns):
        return ["<tr>", *(header(column, "") for column in columns), "</tr>"]
    top, position = [], 0
    for spanner, count in panel.spanners():
        if spanner:
            name = f"<span>{_html(spanner)}</span>"
            top.append(f'<th scope="colgroup" class="spanner" colspan="{count}">{name}</th>')
        else:
            top += [header(column, ' rowspan="2"') for column in columns[position : position + count]]
        position += count
    return ["<tr>", *top, "</tr>", "<tr>", *(header(c, "") for c in columns if c.spanner), "</tr>"]


def _html_row(panel: Panel, row: Row, inside: bool) -> str:
    if row.kind == "section":
        span = len(panel.shown)
        head = f'<th scope="rowgroup" colspan="{span}">{_html(row.cells[0].text)}</th>'
        return f'<tr class="section">{head}</tr>'
    cells = []
    for position, (column, cell) in enumerate(zip(panel.shown_columns, panel.shown_cells(row), strict=True)):
        tag = 'th scope="row"' if position == 0 and row.kind != "more" else "td"
        cells.append(f'<{tag} class="{column.align}">{_html_cell(cell)}</{tag[:2]}>')
    names = [row.kind] if row.kind != "body" else []
    names += ["in-section"] if inside else []
    attribute = f' class="{" ".join(names)}"' if names else ""
    return f"<tr{attribute}>{''.join(cells)}</tr>"


def _tex(text: str) -> str:
    # two hyphens would become a dash
    return plain(text).translate(_LATEX).replace("--", "-{}-")


def _tex_cell(cell: Cell, align: str) -> str:
    text = rf"\textbf{{{_tex(cell.text)}}}" if cell.strong else _tex(cell.text)
    marks = rf"\textsuperscript{{{','.join(cell.marks)}}}" if cell.marks else ""
    # numbers align with and without a mark
    return text + (marks if align == "left" or not marks else rf"\rlap{{{marks}}}")


def _tex_panel(panel: Panel, *, first: bool, last: bool) -> list[str]:
    columns = panel.shown_columns
    ragged = {"left": r"\raggedright", "right": r"\raggedleft", "center": r"\centering"}
    form = "".join(
        rf">{{{ragged[column.align]}\arraybackslash}}p{{\dimexpr {width:.4f}\linewidth-2\tabcolsep\relax}}"
        for column, width in zip(columns, panel.widths(), strict=True)
    )
    lines = [rf"\begin{{tabular}}{{@{{}}{form}@{{}}}}", *([r"\toprule"] if first else [])]
    if any(column.spanner for column in columns):
        cells, rules, left = [], [], 1
        for spanner, count in panel.spanners():
            cells.append(rf"\multicolumn{{{count}}}{{c}}{{{_tex(spanner)}}}")
            rules += [rf"\cmidrule(lr){{{left}-{left + count - 1}}}"] if spanner else []
            left += count
        lines += [_tex_row(cells), "".join(rules)]
    lines += [_tex_row(_tex(column.label) for column in columns), r"\midrule"]
    inside = False
    for position, row in enumerate(panel.rows):
        if row.kind == "section":
            inside = True
            lines += [r"\addlinespace"] if position else []
            head = rf"\textit{{{_tex(row.cells[0].text)}}}"
            lines.append(rf"\multicolumn{{{len(columns)}}}{{@{{}}l}}{{{head}}} \\")
            continue
        cells = [
            _tex_cell(cell, column.align)
            for column, cell in zip(columns, panel.shown_cells(row), strict=True)
        ]
        if inside and row.kind != "more":
            cells[0] = r"\hspace*{1em}" + cells[0]
        lines.append(_tex_row(cells))
    return [*lines, r"\bottomrule" if last else r"\midrule", r"\end{tabular}"]


def _tex_row(cells: Iterable[str]) -> str:
    return " & ".join(cells) + r" \\"
