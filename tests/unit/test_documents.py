"""README and documents say what is so: links, examples, the floors of the packages, every verdict and reason."""

import ast
import doctest
import re
from fractions import Fraction
from pathlib import Path

import pytest
from tests.cases import cases

import oxymilk
from oxymilk.audit import claims
from oxymilk.audit.printed import ROUNDINGS, Interval, parse_printed
from oxymilk.audit.verdicts import check_claim

ROOT, SOURCE = Path(__file__).parents[2], Path(oxymilk.__file__).parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "data").rglob("*.md")])
FLOORS = {
    package: int(floor)
    for floor, packages in re.findall(
        r"^\| (\d) \| ([^|]+) \|", (ROOT / "docs/architecture.md").read_text("utf-8"), flags=re.MULTILINE
    )
    for package in re.findall(r"`(\w+)`", packages)
}
VERDICTS = (ROOT / "docs/verdicts.md").read_text("utf-8")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_of_documents_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)#]+)", path.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://")):
            assert (path.parent / target).exists(), target


@pytest.mark.parametrize(("page", "examples"), [("README.md", 4), ("docs/claims.md", 4)])
def test_the_examples_of_a_page_run(page, examples):
    failed, tried = doctest.testfile(str(ROOT / page), module_relative=False)
    assert tried >= examples
    assert failed == 0


def test_every_package_is_on_a_floor_and_no_import_goes_up_or_to_another_of_the_same_floor():
    packages, wrong = set(), []
    for path in SOURCE.rglob("*.py"):
        package = path.relative_to(SOURCE).with_suffix("").parts[0]
        packages.add(package)
        # the ground and the command line may import their like
        floor, free = FLOORS.get(package, 0), FLOORS.get(package) in (0, 8)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("oxymilk"):
                imported = node.module.split(".")[1:2] or [alias.name for alias in node.names]
                above = [part for part in imported if FLOORS.get(part, 0) >= floor + free]
                wrong += [(path.name, part) for part in above if part != package]
    assert packages - {"__init__"} == FLOORS.keys()
    assert wrong == []


@pytest.mark.parametrize(
    ("title", "entry", "expected"),
    [
        ("The verdicts", r"^\*\*(\w+)\*\*:", claims.VERDICTS),
        ("The five reasons", r"^\| `(\w+)`", claims.REASONS),
        ("The decision", r"^\| `(\w+)`", ("agree", "flip")),
    ],
)
def test_each_verdict_reason_and_decision_has_its_entry(title, entry, expected):
    section = re.search(rf"## {re.escape(title)}\n(.*?)(?=\n## |\Z)", VERDICTS, re.DOTALL)[1]
    assert tuple(re.findall(entry, section, re.MULTILINE)) == expected


@cases
def test_the_rounding_sets_are_those_of_the_code(printed, operator, row):
    low, high = re.search(rf"\| `{re.escape(row)}` \| ([\d.]+) to below ([\d.]+) \|", VERDICTS).groups()
    stated = parse_printed(printed, ",").interval(operator=operator, domain=(0, 100))
    assert stated == Interval(Fraction(low), Fraction(high))


def test_truncated_and_after_rounding_are_as_told():
    assert all(f"`{rounding}`" in VERDICTS for rounding in ROUNDINGS)
    assert "`0,083` stands for 0.083 to below 0.084" in VERDICTS
    assert parse_printed("0,083", ",").interval("truncate") == Interval(Fraction("0.083"), Fraction("0.084"))
    claim = claims.Claim(printed="45%", quantity="ratio_percent", n="2,7/5,9", check="arithmetic")
    assert check_claim(claim).verdict == "reproduced_after_rounding"
    # the value of the example: some 2,7 of 5.949 prints as 45%
    assert Fraction("2.65") / Fraction("5.949") < Fraction("0.455")


def test_the_wording_towards_authors_is_neutral():
    words = "fraud|fabricat|manipulat|misconduct|error of the authors|mistake|suspicious"
    assert re.findall(words, VERDICTS.lower()) == []
