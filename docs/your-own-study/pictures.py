"""Make the pictures of the walk-through from a real run, in both languages, into docs/images/.

Needs what the walk-through needs, and LibreOffice, poppler (pdftoppm) and Chromium.
Run in the project's folder: python docs/your-own-study/pictures.py
"""

from __future__ import annotations

import html
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageChops
from walk import Step, apply, steps

from oxymilk.ingest.grid import column_letters
from oxymilk.ingest.sheets import read_grid
from oxymilk.study.sheet import Sheet

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "images"
DOCUMENTS = {"en": "your-own-study.md", "id": "studi-anda.md"}
CAPTIONS = {"en": "Table 2", "id": "Tabel 2"}
COLUMNS = 100
PAGE = """<meta charset="utf-8"><style>
body {{ margin: 0; background: white }}
pre {{ display: inline-block; margin: 0; padding: 14px 18px; background: #1f2430; color: #e6e6e6; border-radius: 8px;
  font: 15px/1.42 "DejaVu Sans Mono", monospace; white-space: pre-wrap; width: {columns}ch }}
b {{ color: #ffd479; font-weight: normal }}
</style><pre>{text}</pre>"""
SHEET = """<meta charset="utf-8"><style>
body { margin: 0; background: white }
table { border-collapse: collapse; font: 14px "DejaVu Sans", sans-serif; white-space: pre }
td, th { border: 1px solid #c8c8c8; padding: 2px 9px; text-align: left }
th { background: #ececec; color: #555; font-weight: normal; text-align: center; min-width: 1.6em }
</style>"""


def run(command: str | list[str], folder: Path, **more: object) -> subprocess.CompletedProcess[str]:
    """Run a command in the copy, its own src/ first."""
    environment = {**os.environ, "PYTHONPATH": str(folder / "src"), "COLUMNS": str(COLUMNS)}
    return subprocess.run(
        command, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL, check=False, shell=isinstance(command, str), **more,
    )  # fmt: skip


def terminal(typed: str, printed: str, target: Path) -> None:
    """Draw a command and what it printed."""
    text = f"<b>$ {html.escape(typed)}</b>\n{html.escape(printed.rstrip())}"
    draw(PAGE.format(columns=COLUMNS, text=text), target)


def spreadsheet(folder: Path, file: str, target: Path) -> None:
    """Draw a worksheet as a spreadsheet program shows it: letters above, numbers on the left."""
    grid, _ = read_grid(folder, Sheet.model_validate({"file": file, "layout": "wide"}))
    width = max(map(len, grid.rows))
    rows = ["<tr><th></th>" + "".join(f"<th>{column_letters(at)}</th>" for at in range(width)) + "</tr>"]
    for number, texts in enumerate(grid.rows, start=1):
        # a text runs on over the empty cells on its right
        alone = len([text for text in texts if text]) == 1
        cells = [f'<td colspan="{width}">{html.escape(texts[0])}</td>'] if alone else [
            f"<td>{html.escape(texts[at] if at < len(texts) else '')}</td>" for at in range(width)
        ]  # fmt: skip
        rows.append(f"<tr><th>{number}</th>{''.join(cells)}</tr>")
    draw(f"{SHEET}<table>{''.join(rows)}</table>", target)


def draw(page: str, target: Path) -> None:
    """Draw a page of HTML."""
    with tempfile.TemporaryDirectory() as folder:
        source, shot = Path(folder, "page.html"), Path(folder, "shot.png")
        source.write_text(page, encoding="utf-8")
        subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--window-size=1100,1400", f"--screenshot={shot}", source.as_uri()],
            check=True, capture_output=True,
        )  # fmt: skip
        save(Image.open(shot), target, margin=0)


def paper(document: Path, target: Path, *, caption: str) -> None:
    """Draw the page of a document that has a caption, without its empty margins."""
    with tempfile.TemporaryDirectory() as folder:
        home = f"-env:UserInstallation=file://{folder}/profile"
        subprocess.run(
            ["soffice", home, "--headless", "--convert-to", "pdf", "--outdir", folder, str(document)],
            check=True, capture_output=True,
        )  # fmt: skip
        pdf = Path(folder, f"{document.stem}.pdf")
        text = subprocess.run(
            ["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True, text=True
        ).stdout
        page = next(at for at, page in enumerate(text.split("\f"), start=1) if caption in page)
        only = ["-singlefile", "-f", str(page), pdf, pdf.with_suffix("")]
        subprocess.run(["pdftoppm", "-r", "110", "-png", *only], check=True)
        save(Image.open(pdf.with_suffix(".png")), target, margin=16)


def save(image: Image.Image, target: Path, *, margin: int) -> None:
    """Save a picture without the white around it."""
    image = image.convert("RGB")
    white = Image.new("RGB", image.size, "white")
    left, top, right, bottom = ImageChops.difference(image, white).getbbox()
    box = (
        max(left - margin, 0),
        max(top - margin, 0),
        min(right + margin, image.width),
        min(bottom + margin, image.height),
    )
    image.crop(box).quantize(64).save(target, optimize=True)


def make(language: str) -> None:
    """Walk through the document of a language and draw what is seen on the way."""
    ending = "" if language == "en" else f"-{language}"
    document = (ROOT / "docs" / DOCUMENTS[language]).read_text(encoding="utf-8")
    listed = run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], ROOT).stdout
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for name in listed.splitlines():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
        checks = 0
        for step in steps(document):
            if step.file:
                apply(step, folder)
                continue
            printed = run(step.text, folder)
            if printed.returncode != step.status:
                sys.exit(printed.stdout)
            name = picture_of(step, checks)
            checks += "check-study" in step.text
            if name:
                terminal(step.text, printed.stdout, IMAGES / f"study_{name}{ending}.png")
        results = folder / "results" / "melati" / language
        paper(results / "manuscript.docx", IMAGES / f"study_table{ending}.png", caption=CAPTIONS[language])
        shutil.copyfile(results / "figures" / "before_after.png", IMAGES / f"study_before_after{ending}.png")
    if not ending:
        spreadsheet(ROOT / "docs" / "your-own-study", "melati.xlsx", IMAGES / "study_sheet.png")


def picture_of(step: Step, checks: int) -> str:
    """Return the name of the picture of a command, empty when it has none."""
    if step.text.startswith("oxymilk new"):
        return "new"
    if step.text.startswith("oxymilk check-study"):
        return "open" if not checks else "ready"
    return "verify" if step.text.startswith("oxymilk verify") else ""


if __name__ == "__main__":
    for one in DOCUMENTS:
        make(one)
