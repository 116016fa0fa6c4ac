"""Every step of the pipeline on every example, in one process; and nothing that identifies a person in any output."""

import os
import zipfile
from pathlib import Path

import pytest

from oxymilk.cli import app
from oxymilk.files import read_csv

DATA = Path(__file__).parents[1] / "data"
EXAMPLES = sorted(path.parent for path in (DATA.parents[1] / "data" / "examples").glob("*/study.yaml"))
# of the others `make test-all` makes the pages too
SHOWN = {path.name for path in EXAMPLES} if os.environ.get("OXYMILK_FULL") else {"crosstab"}
# telephone, record and identity numbers, names and addresses as sheets of wards have them
SECRETS = ("Siti", "Aminah", "0812555", "Melati", "3374001", "RM-771", "kartika@")
SHEETS = """
sheets:
  - file: sheet.csv
    layout: wide
    participant: Nama Ibu
    group: {column: Kelompok, codes: {Intervensi: intervention, Kontrol: control}}
    scores: {pre: Sebelum, post: Sesudah}
    codes: {Kurang: kurang, Cukup: cukup}
"""
CLAIMS = """id,where,printed,operator,quantity,test,group,timepoint,variable,level,n,check,expect,note
p,table,"0,004",,p_value,rank_sum,,post,,,,recompute,differs,It differs.
"""
HEADER = "Nama Ibu,No. HP,Alamat,NIK,No RM,Email,Kelompok,Sebelum,Sesudah"
MOTHERS = [*["Siti,Intervensi,Cukup"] * 5, *["Aminah,Kontrol,Kurang"] * 4, "Aminah,Kontrol,"]


def run_every_step(study, results, shown=True):
    """Call the subcommands one after the other, as the rules do; the pages only when they are to be shown."""
    steps = ["ingest-observations", "test-groups", "audit-claims", "explain-claims"]
    pages = ["make-tables", "write-audit", "plot-figures", "write-documents"] if shown else []
    for step in (*steps, *pages):
        language = ["--languages", "id"] if step in pages else []
        app([step, "--study", str(study), "--results", str(results), *language], standalone_mode=False)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_runs_through_every_step(example, tmp_path):
    run_every_step(example, tmp_path, example.name in SHOWN)
    assert len(EXAMPLES) == 10
    verdicts = read_csv(tmp_path / "verdicts.csv")
    assert len(verdicts) > 0
    assert (verdicts["as_expected"] == "true").all()
    if example.name in SHOWN:
        assert "<html" in (tmp_path / "id" / "report.html").read_text(encoding="utf-8")
        assert (tmp_path / "id" / "manuscript.docx").is_file()
        assert list((tmp_path / "id" / "figures").glob("*.svg"))


def test_no_output_names_a_person(tmp_path, capsys):
    study, results = tmp_path / "ward", tmp_path / "results"
    study.mkdir()
    ward = (DATA / "ward" / "study.yaml").read_text(encoding="utf-8")
    (study / "study.yaml").write_text(ward + SHEETS, encoding="utf-8")
    (study / "claims.csv").write_text(CLAIMS, encoding="utf-8")
    rows = []
    for i, mother in enumerate(MOTHERS):
        name, group, after = mother.split(",")
        known = f"Ny. {name} {i},0812555{i},Jl. Melati {i},3374001{i},RM-771{i},kartika@{i}.id"
        rows.append(f"{known},{group},Kurang,{after}")
    (study / "sheet.csv").write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
    run_every_step(study, results)
    said = capsys.readouterr()
    for column in ("No. HP", "Alamat", "NIK", "No RM", "Email", "Nama Ibu"):
        assert column in said.err
    written = {path: path.read_bytes() for path in results.rglob("*") if path.is_file()}
    assert len(written) > 40
    for path in [path for path in written if path.suffix == ".docx"]:
        with zipfile.ZipFile(path) as document:
            written[path] = b"".join(document.read(name) for name in document.namelist())
    written["terminal"] = (said.out + said.err).encode()
    for path, content in written.items():
        text = content.decode("utf-8", errors="replace")
        assert [secret for secret in SECRETS if secret in text] == [], path
    assert "P10" in written[results / "observations.csv"].decode()
