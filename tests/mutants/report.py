"""Say how many mutants the tests killed, module by module; exit 1 when too few are."""

from __future__ import annotations

import fnmatch
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

from plugin import key, read


def main(mutants: str, results: str, least: str, pattern: str = "*") -> int:
    """Print the table; a mutant that was not tried is not counted, but said."""
    result_of = {key(tried): tried["result"] for tried in read(Path(results))}
    counts: dict[str, Counter] = defaultdict(Counter)
    for mutant in json.loads(Path(mutants).read_text(encoding="utf-8")):
        if fnmatch.fnmatch(f"{mutant['module']}.{mutant['function']}", pattern):
            result = result_of.get(key(mutant), "not tried")
            state = {"timeout": "killed", "not tried": "not tried"}.get(result, result)
            counts[mutant["module"]]["killed" if state == "killed" else state] += 1
    total: Counter = sum(counts.values(), Counter())
    sys.stdout.write("| module | tried | killed | % killed | not tried |\n|---|---|---|---|---|\n")
    for module, count in [*sorted(counts.items()), ("all", total)]:
        tried = count.total() - count["not tried"]
        share = f"{100 * count['killed'] / tried:.1f}" if tried else ""
        row = (module.removeprefix("oxymilk."), tried, count["killed"], share, count["not tried"])
        sys.stdout.write(f"| {' | '.join(map(str, row))} |\n")
    return int(total["killed"] < float(least) / 100 * (total.total() - total["not tried"]))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
