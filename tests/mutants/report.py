"""Say how many mutants the tests killed, module by module, and which survivors nobody has judged.

`tests/mutants/survivors/<module>.csv` says of each survivor why it does not matter: function, was, becomes, why.
Exit 1 when too few are killed or a survivor has no reason there.
"""

from __future__ import annotations

import csv
import fnmatch
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from judged import COLUMNS, place_of, read_judged
from plugin import key, read


def write_open(rows: Iterable[tuple[str, ...]], folder: Path) -> None:
    """Write the survivors without a reason, one file a module, in the form that `survivors` has."""
    folder.mkdir(exist_ok=True)
    for path in folder.glob("*.csv"):
        path.unlink()
    modules = defaultdict(list)
    for module, *rest in rows:
        modules[module.removeprefix("oxymilk.")].append((*rest, ""))
    for module, found in modules.items():
        with (folder / f"{module}.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows([COLUMNS, *found])


def main(mutants: str, results: str, least: str, unjudged: str, pattern: str = "*") -> int:
    """Print the table and write what nobody has judged to `unjudged`; a mutant that was not tried is not killed."""
    result_of = {key(tried): tried["result"] for tried in read(Path(results))}
    reasons = read_judged()
    counts: dict[str, Counter] = defaultdict(Counter)
    living = []
    for mutant in json.loads(Path(mutants).read_text(encoding="utf-8")):
        if not fnmatch.fnmatch(f"{mutant['module']}.{mutant['function']}", pattern):
            continue
        result = result_of.get(key(mutant), "not tried")
        if result in ("killed", "timeout"):
            state = "killed"
        elif result == "not tried":
            state = "not tried"
        else:
            place = place_of(mutant)
            state = "judged" if reasons.get(place) else "open"
            if state == "open":
                living.append(place)
        counts[mutant["module"]][state] += 1
    write_open(living, Path(unjudged))
    total: Counter = sum(counts.values(), Counter())
    sys.stdout.write(
        "| module | mutants | killed | survived, does not matter | survived, open | not tried | % killed |\n"
        "|---|---|---|---|---|---|---|\n"
    )
    for module, count in [*counts.items(), ("all", total)]:
        shares = tuple(count[state] for state in ("killed", "judged", "open", "not tried"))
        row = (module.removeprefix("oxymilk."), sum(shares), *shares, f"{100 * shares[0] / sum(shares):.1f}")
        sys.stdout.write(f"| {' | '.join(map(str, row))} |\n")
    sys.stdout.write(f"Survivors without a reason: {unjudged}\n")
    return int(total["killed"] < float(least) / 100 * total.total() or bool(living))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
