"""Say how many mutants the tests killed, module by module; exit 1 when that is too few."""

from __future__ import annotations

import difflib
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path


def main(mutants: str, results: str, least: str, survivors: str) -> int:
    """Print the table, write the survivors as diffs to `survivors`."""
    result_of = {}
    for line in Path(results).read_text(encoding="utf-8").splitlines():
        tried = json.loads(line)
        result_of[tried["module"], tried["function"], tried["after"]] = tried["result"]
    counts: dict[str, Counter] = defaultdict(Counter)
    living = []
    for mutant in json.loads(Path(mutants).read_text(encoding="utf-8")):
        result = result_of.get((mutant["module"], mutant["function"], mutant["after"]))
        if result is None:
            continue
        killed = result in ("killed", "timeout")
        counts[mutant["module"]][killed] += 1
        if not killed:
            lines = difflib.unified_diff(
                mutant["before"].splitlines(), mutant["after"].splitlines(), n=0, lineterm=""
            )
            changed = "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))
            living.append(f"{mutant['module']}.{mutant['function']}, line {mutant['line']}\n{changed}\n")
    Path(survivors).write_text("\n".join(living), encoding="utf-8")
    total: Counter = sum(counts.values(), Counter())
    sys.stdout.write("| module | mutants | killed | survived | percent |\n|---|---|---|---|---|\n")
    for module, count in [*counts.items(), ("all", total)]:
        killed, survived = count[True], count[False]
        percent = 100 * killed / (killed + survived)
        row = (module.removeprefix("oxymilk."), killed + survived, killed, survived, f"{percent:.1f}")
        sys.stdout.write(f"| {' | '.join(map(str, row))} |\n")
    sys.stdout.write(f"The survivors are in {survivors}.\n")
    return int(total[True] < float(least) / 100 * total.total())


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
