"""Say how many mutants the tests killed, module by module; exit 1 when that is too few."""

from __future__ import annotations

import difflib
import fnmatch
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

from plugin import key, read


def main(mutants: str, results: str, least: str, survivors: str, pattern: str = "*") -> int:
    """Print the table, write the survivors as diffs to `survivors`; a mutant that was not tried is not killed."""
    result_of = {}
    for tried in read(Path(results)):
        result_of[key(tried)] = tried["result"]
    counts: dict[str, Counter] = defaultdict(Counter)
    living = []
    for mutant in json.loads(Path(mutants).read_text(encoding="utf-8")):
        if not fnmatch.fnmatch(f"{mutant['module']}.{mutant['function']}", pattern):
            continue
        result = result_of.get(key(mutant), "not tried")
        state = "killed" if result == "timeout" else result
        counts[mutant["module"]][state if state in ("killed", "not tried") else "survived"] += 1
        if state not in ("killed", "not tried"):
            lines = difflib.unified_diff(
                mutant["before"].splitlines(), mutant["after"].splitlines(), n=0, lineterm=""
            )
            changed = "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))
            living.append(f"{mutant['module']}.{mutant['function']}, line {mutant['line']}\n{changed}\n")
    Path(survivors).write_text("\n".join(living), encoding="utf-8")
    total: Counter = sum(counts.values(), Counter())
    sys.stdout.write(
        "| module | mutants | killed | survived | not tried | percent |\n|---|---|---|---|---|---|\n"
    )
    for module, count in [*counts.items(), ("all", total)]:
        shares = (count["killed"], count["survived"], count["not tried"])
        row = (module.removeprefix("oxymilk."), sum(shares), *shares, f"{100 * shares[0] / sum(shares):.1f}")
        sys.stdout.write(f"| {' | '.join(map(str, row))} |\n")
    sys.stdout.write(f"The survivors are in {survivors}.\n")
    return int(total["killed"] < float(least) / 100 * total.total())


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
