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


def test_every_package_is_on_a_floor_and_no_import_goes_up_or_to_another_of_the_same_floor():
    packages, wrong = set(), []
    for path in SOURCE.rglob("*.py"):
        package = path.relative_to(SOURCE).with_suffix("").parts[0]
        packages.add(package)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("oxymilk"):
                imported = node.module.split(".")[1:2] or [alias.name for alias in node.names]
                # the ground and the command line may import their like
                floor, free = FLOORS.get(package, 0), FLOORS.get(package) in (0, 8)
                floors = {part: FLOORS.get(part, 0) for part in imported if part != package}
                wrong += [
                    (path.name, part)
                    for part, at in floors.items()
                    if at > floor or (at == floor and not free)
                ]
    assert packages - {"__init__"} == FLOORS.keys()
    assert wrong == []
