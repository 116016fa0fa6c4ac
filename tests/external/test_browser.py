"""The report opened in Chromium without a network: it shows what it says, and asks for nothing."""

import json
import re
import shutil
import subprocess

import pytest
from tests.workflow.conftest import copy_tracked_files

pytestmark = pytest.mark.external


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    made = copy_tracked_files(tmp_path_factory.mktemp("browser") / "project")
    made.edit("config.yaml", "language: en", "language: [en, id]")
    made.snakemake("--cores", "2")
    return {name: made.folder / f"results/bontang2023/{name}/report.html" for name in ("en", "id")}


def chromium(tmp_path, *arguments):
    browser = shutil.which("chromium")
    assert browser, "chromium is not installed: run tests/external/install.sh"
    options = [
        *("--headless", "--no-sandbox", "--disable-gpu", "--disable-sync", "--disable-background-networking"),
        *("--disable-component-update", "--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND"),
        f"--user-data-dir={tmp_path / 'profile'}",
    ]
    command = [browser, *options, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


@pytest.mark.parametrize(("language", "differs"), [("en", "differs"), ("id", "berbeda")])
def test_the_page_shows_the_verdicts_and_asks_for_nothing(reports, tmp_path, language, differs):
    log = tmp_path / "net.json"
    page = chromium(tmp_path, f"--log-net-log={log}", "--dump-dom", reports[language].as_uri())
    assert f'<html lang="{language}' in page
    assert ("0,004" if language == "id" else "0.004") in page
    assert differs in page
    assert page.count("<svg") >= 2
    # Chromium itself may ask for its maker's hosts; the page may not ask for any that it names
    named = set(re.findall(r"https?://([^/\"<\s]+)", page))
    events = json.loads(log.read_text(encoding="utf-8"))["events"]
    urls = [event["params"].get("url", "") for event in events if isinstance(event.get("params"), dict)]
    assert [url for url in urls if any(f"//{host}" in url for host in named)] == []


def test_the_page_prints(reports, tmp_path):
    pdf = tmp_path / "report.pdf"
    chromium(tmp_path, f"--print-to-pdf={pdf}", reports["en"].as_uri())
    assert pdf.read_bytes().startswith(b"%PDF")
    assert pdf.stat().st_size > 50_000
