"""Write the mutants of modules as JSON; runs where mutmut is installed (requirements.lock beside this file).

mutmut makes the mutants. Its own runner is not used: it leaves out decorated functions (here the cached
distributions and every rule of a program), collects all tests anew for each mutant and runs them in no order.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import MutationVisitor, deep_replace
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import get_ignored_lines


class Visitor(MutationVisitor):
    """mutmut's visitor, with functions below decorators, and the line of each mutation."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.lines: list[int] = []

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FunctionDef):
            node = node.with_changes(decorators=[])
        return super()._skip_node_and_children(node)

    def _create_mutations(self, node: cst.CSTNode) -> None:
        super()._create_mutations(node)
        line = self.get_metadata(PositionProvider, node).start.line
        self.lines += [line] * (len(self.mutations) - len(self.lines))


def functions(module: cst.Module) -> Iterator[tuple[cst.FunctionDef, str]]:
    """Give the functions and methods of a module with their qualified names."""
    for statement in module.body:
        if isinstance(statement, cst.FunctionDef):
            yield statement, statement.name.value
        elif isinstance(statement, cst.ClassDef):
            for child in statement.body.body:
                if isinstance(child, cst.FunctionDef):
                    yield child, f"{statement.name.value}.{child.name.value}"


def mutants(path: Path) -> Iterator[dict[str, str | int]]:
    """Give the mutants of one file, each once: module, function, line, code of the function before and after."""
    source = path.read_text(encoding="utf-8")
    wrapper = MetadataWrapper(cst.parse_module(source))
    visitor = Visitor(mutation_operators, get_ignored_lines(str(path), source, wrapper, None), None)
    module = wrapper.visit(visitor)
    names = dict(functions(wrapper.module))
    seen = set()
    for mutation, line in zip(visitor.mutations, visitor.lines, strict=True):
        function = mutation.contained_by_top_level_function
        if function not in names:
            continue
        bare = function.with_changes(decorators=[], leading_lines=[])
        changed = deep_replace(bare, mutation.original_node, mutation.mutated_node)
        before, after = module.code_for_node(bare), module.code_for_node(changed)
        # 1e300 + 1 is 1e300: another spelling is no mutant
        if ast.dump(ast.parse(before)) == ast.dump(ast.parse(after)) or (names[function], after) in seen:
            continue
        seen.add((names[function], after))
        dotted = ".".join(path.with_suffix("").parts[path.parts.index("oxymilk") :])
        place = {"module": dotted, "function": names[function], "line": line}
        yield place | {"before": before, "after": after}


def main(output: str, every: str, *paths: str) -> None:
    """Write the mutants of `paths` to `output`, or only one of `every` so many."""
    found = [mutant for path in paths for mutant in mutants(Path(path))][:: int(every)]
    Path(output).write_text(json.dumps(found, indent=0), encoding="utf-8")
    sys.stdout.write(f"{len(found)} mutants in {len(paths)} modules\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
