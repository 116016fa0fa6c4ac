"""The floors of docs/architecture.md: an import goes down, never up, and the public statistics stand alone."""

import ast
import re
from pathlib import Path

import oxymilk

SOURCE = Path(oxymilk.__file__).parent
PAGE = (Path(__file__).parents[2] / "docs" / "architecture.md").read_text(encoding="utf-8")
FLOORS = {
    package: int(floor)
    for floor, packages in re.findall(r"^\| (\d) \| ([^|]+) \|", PAGE, flags=re.MULTILINE)
    for package in re.findall(r"`(\w+)`", packages)
}


def imports():
    """Each import of one package of oxymilk by another: (file, importing package, imported package)."""
    for path in SOURCE.rglob("*.py"):
        package = path.relative_to(SOURCE).with_suffix("").parts[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("oxymilk"):
                parts = node.module.split(".")[1:2] or [alias.name for alias in node.names]
                yield from ((path, package, part) for part in parts)


def test_every_package_is_on_a_floor():
    packages = {path.relative_to(SOURCE).with_suffix("").parts[0] for path in SOURCE.rglob("*.py")}
    assert packages - {"__init__"} == FLOORS.keys()


def test_no_import_goes_up():
    up = [
        (str(path.relative_to(SOURCE)), imported)
        for path, package, imported in imports()
        if package != imported and FLOORS.get(imported, 0) > FLOORS.get(package, 0)
    ]
    assert up == []


def test_packages_of_one_floor_do_not_import_each_other():
    pairs = {
        (package, imported)
        for _, package, imported in imports()
        if package != imported and FLOORS.get(package) == FLOORS.get(imported) not in (0, 8)
    }
    assert pairs == set()
