"""How fast the rank tests are, beside R's coin and scipy: ratios in one run, medians of repeats.

    python benchmarks/stats.py                    all parts
    python benchmarks/stats.py --part exact       exact tests beside coin (R timed inside R, by one Rscript call)
    python benchmarks/stats.py --part programs    every program's rank test on all 81,796 two-level datasets of 10 + 10
    python benchmarks/stats.py --part growth --figure growth.svg
                                                  time and memory as n grows

Each timing starts from empty caches.
"""

from __future__ import annotations

import argparse
import math
import shutil
import statistics
import subprocess
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np

from oxymilk.stats import (
    Procedure,
    evaluate_programs_counts,
    load_programs,
    null,
    rank_sum,
    rank_sum_test,
    signed_rank,
    signed_rank_test,
)

EXACT = Procedure("exact")
LEVELS = (2, 3, 5, None)  # None: untied
SIZES = (10, 20, 50, 100, 200)
CACHED = (
    null.flip_counts,
    null.sample_counts,
    null.untied_sample_counts,
    null.lower_from_counts,
    rank_sum.exact_fraction,
    signed_rank.exact_fraction,
)


def fresh_seconds(run: Callable[[], object]) -> float:
    """Seconds of one run that finds nothing in the caches."""
    for function in CACHED:
        function.cache_clear()
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def median_seconds(run: Callable[[], object], repeats: int) -> float:
    return statistics.median(fresh_seconds(run) for _ in range(repeats))


def two_samples(levels: int | None, n: int) -> tuple[list[int], list[int]]:
    rng = np.random.default_rng([levels or 0, n])
    values = rng.permutation(2 * n) if levels is None else rng.integers(0, levels, 2 * n)
    return values[:n].tolist(), values[n:].tolist()


def differences(levels: int | None, n: int) -> list[int]:
    """Differences of two scores on `levels` levels; untied: n different sizes."""
    rng = np.random.default_rng([levels or 0, n, 1])
    if levels is None:
        return ((rng.permutation(n) + 1) * rng.choice([-1, 1], n)).tolist()
    before, after = rng.integers(0, levels, (2, n))
    return (after - before).tolist()


# ---- exact tests beside coin -------------------------------------------------------------------------------

R_TIMER = """
suppressPackageStartupMessages(library(coin))
timed <- function(name, run) {
  p <- run()
  seconds <- sapply(seq_len(REPEATS), function(i) {
    start <- Sys.time(); run(); as.numeric(Sys.time() - start, units = "secs")
  })
  cat(name, format(median(seconds), digits = 6), format(p, digits = 15), "\\n")
}
"""


def coin_script(cells: dict[str, tuple], repeats: int) -> str:
    lines = [R_TIMER.replace("REPEATS", str(repeats))]
    for name, (kind, data) in cells.items():
        if kind == "rank-sum":
            x, y = data
            values = ",".join(map(str, x + y))
            lines += [
                f"v <- c({values}); g <- factor(rep(1:2, c({len(x)},{len(y)})))",
                f'timed("{name}", function() pvalue(wilcox_test(v ~ g, distribution = "exact")))',
            ]
        else:
            call = 'wilcoxsign_test(d ~ z, zero.method = "Wilcoxon", distribution = "exact")'
            lines += [
                f"d <- c({','.join(map(str, data))}); z <- rep(0, length(d))",
                f'timed("{name}", function() pvalue({call}))',
            ]
    return "\n".join(lines)


def time_coin(cells: dict[str, tuple], repeats: int) -> dict[str, tuple[float, float]] | str:
    """Return seconds and p-value of each cell, or why there are none."""
    if shutil.which("Rscript") is None:
        return "Rscript is not installed"
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "coin.R"
        script.write_text(coin_script(cells, repeats), encoding="utf-8")
        done = subprocess.run(["Rscript", "--vanilla", script], capture_output=True, text=True, check=False)
    if done.returncode:
        return f"R failed: {done.stderr.strip().splitlines()[-1]}"
    rows = [line.split() for line in done.stdout.splitlines()]
    return {name: (float(seconds), float(p)) for name, seconds, p in rows}


def part_exact(repeats: int) -> None:
    cells: dict[str, tuple] = {}
    runs: dict[str, Callable] = {}
    for levels in LEVELS:
        for n in SIZES:
            label = f"{levels or 'untied'}:{n}"
            x, y = two_samples(levels, n)
            cells[f"rank-sum:{label}"] = ("rank-sum", (x, y))
            runs[f"rank-sum:{label}"] = lambda x=x, y=y: rank_sum_test(x, y, EXACT)
            d = differences(levels, n)
            cells[f"signed-rank:{label}"] = ("signed-rank", d)
            runs[f"signed-rank:{label}"] = lambda d=d: signed_rank_test([0] * len(d), d, EXACT)
    coin = time_coin(cells, min(repeats, 5))
    if isinstance(coin, str):
        print(f"coin left out: {coin}")
        coin = {}
    print(
        f"{'test':12} {'levels':>7} {'n = m':>6} {'ours, ms':>10} {'coin, ms':>10} {'ratio':>8} {'|p - p coin|':>13}"
    )
    ratios: dict[tuple[str, bool], list[float]] = {}
    for name, run in runs.items():
        test, levels, n = name.split(":")
        ours = median_seconds(run, repeats)
        row = f"{test:12} {levels:>7} {n:>6} {1e3 * ours:10.2f}"
        if name in coin:
            seconds, p = coin[name]
            ratios.setdefault((test, levels == "untied"), []).append(seconds / ours)
            row += f" {1e3 * seconds:10.1f} {seconds / ours:8.1f} {abs(run().p_value - p):13.1e}"
        print(row)
    for (test, untied), values in ratios.items():
        kind = "untied" if untied else "tied"
        print(
            f"{test}, {kind}: geometric mean {statistics.geometric_mean(values):.1f}, least {min(values):.1f}"
        )


# ---- every program on every dataset ------------------------------------------------------------------------


def every_dataset() -> np.ndarray:
    """All pairs of pre-by-post tables of 10 on two levels, shape (81796, 2, 2, 2): dataset, group, pre, post."""
    tables = [
        [[a, b], [c, 10 - a - b - c]] for a in range(11) for b in range(11 - a) for c in range(11 - a - b)
    ]
    tables = np.array(tables)
    first, second = np.divmod(np.arange(len(tables) ** 2), len(tables))
    return np.stack([tables[first], tables[second]], axis=1)


def evaluate_all(datasets: np.ndarray, ids: dict[str, list[str]]) -> int:
    """Run every rank-test line within both groups and between them; return the number of p-values."""
    within = evaluate_programs_counts("signed_rank", datasets, ids=ids["signed_rank"])
    between = evaluate_programs_counts("rank_sum", datasets.sum(axis=2), ids=ids["rank_sum"])
    return sum(p.size for p in (*within.values(), *between.values()))


SCIPY_ZEROS = {"drop": "wilcox", "pratt": "pratt", "split": "zsplit"}


def scipy_calls(procedures: dict[str, list[Procedure]]) -> list[Callable]:
    """One call a procedure. Where scipy has no such procedure its cheaper table for untied ranks stands in."""
    from scipy import stats

    def within(procedure: Procedure) -> Callable:
        method = "asymptotic" if procedure.method == "asymptotic" else "exact"
        zeros, correction = SCIPY_ZEROS[procedure.zero_method], procedure.continuity
        return lambda pre, post: [
            stats.wilcoxon(
                post[..., group, :],
                pre[..., group, :],
                zero_method=zeros,
                correction=correction,
                alternative=procedure.alternative,
                method=method,
                axis=-1,
            )
            for group in (0, 1)
        ]

    def between(procedure: Procedure) -> Callable:
        method = "asymptotic" if procedure.method == "asymptotic" else "exact"
        return lambda _pre, post: stats.mannwhitneyu(
            post[..., 0, :],
            post[..., 1, :],
            use_continuity=procedure.continuity,
            alternative=procedure.alternative,
            method=method,
            axis=-1,
        )

    return [within(p) for p in procedures["signed_rank"]] + [between(p) for p in procedures["rank_sum"]]


def part_programs(repeats: int) -> None:
    datasets = every_dataset()
    lines = {
        test: [p for p in load_programs() if p.test == test and p.kind == "rank"]
        for test in ("signed_rank", "rank_sum")
    }
    ids = {test: [p.id for p in programs] for test, programs in lines.items()}
    procedures = {
        test: list(dict.fromkeys(p.procedure for p in programs if isinstance(p.procedure, Procedure)))
        for test, programs in lines.items()
    }
    ours = median_seconds(lambda: evaluate_all(datasets, ids), repeats)
    tracemalloc.start()
    p_values = evaluate_all(datasets, ids)
    memory = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    counts = " + ".join(f"{len(ids[t])} lines ({len(procedures[t])} procedures) {t}" for t in ids)
    print(f"{len(datasets):,} datasets of 10 + 10 on two levels; {counts}; {p_values:,} p-values")
    print(f"ours: {ours:.3f} s, at most {memory / 2**20:.0f} MiB")

    codes = np.indices((2, 2)).reshape(2, 4)
    flat = datasets.reshape(-1, 4)
    pre, post = (np.stack([np.repeat(code, row) for row in flat]).reshape(-1, 2, 10) for code in codes)
    calls = scipy_calls(procedures)
    sample = np.random.default_rng(1).choice(len(datasets), 40, replace=False)
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        start = time.perf_counter()
        for i in sample:
            for call in calls:
                call(pre[i], post[i])
        loop = (time.perf_counter() - start) / len(sample) * len(datasets)
        start = time.perf_counter()
        for call in calls:
            call(pre, post)
        along_axis = time.perf_counter() - start
    print("scipy computes each distinct procedure once; those it lacks by its cheaper table for untied ranks")
    print(
        f"scipy in a loop: {loop:.0f} s ({len(sample)} datasets timed, scaled up), {loop / ours:.0f} times ours"
    )
    print(f"scipy along an axis: {along_axis:.1f} s, {along_axis / ours:.0f} times ours")


# ---- growth ------------------------------------------------------------------------------------------------

# What the algorithms promise: growth of time and memory as powers of n, long integers of n bits included.
PROMISED = {
    "rank-sum, 2 levels": (2, 2),  # n counts of n bits
    "rank-sum, 3 levels": (3, 3),  # (2n/3)^2 look-ups, of which 100,000 at a time; 2n/3 states
    "rank-sum, 5 levels": (4, 3),  # (2n/5)^3 look-ups, of which 100,000 at a time; (2n/5)^2 states
    "rank-sum, untied": (4, 3),  # n passes over n^2 / 2 counts
    "signed-rank, 3 levels": (2, 2),  # n / 2 look-ups
    "signed-rank, untied": (4, 3),  # n additions to n^2 / 2 counts
}
GROWTH_SIZES = (25, 50, 100, 200, 400)


def growth_run(name: str, n: int) -> Callable[[], object]:
    test, kind = name.split(", ")
    levels = None if kind == "untied" else int(kind.split()[0])
    if test == "rank-sum":
        x, y = two_samples(levels, n)
        return lambda: rank_sum_test(x, y, EXACT)
    d = differences(levels, n)
    return lambda: signed_rank_test([0] * n, d, EXACT)


def peak_memory(run: Callable[[], object]) -> int:
    tracemalloc.start()
    fresh_seconds(run)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def part_growth(repeats: int, figure: Path | None) -> None:
    results = {}
    print(f"{'':24} {'n':>5} {'ms':>10} {'MiB':>8}")
    for name in PROMISED:
        rows = []
        for n in GROWTH_SIZES:
            run = growth_run(name, n)
            seconds = median_seconds(run, 1 if n > 200 else repeats)
            rows.append((n, seconds, peak_memory(run)))
            print(f"{name:24} {n:5} {1e3 * seconds:10.2f} {rows[-1][2] / 2**20:8.2f}")
        results[name] = rows
    for name, rows in results.items():
        grown = [math.log(rows[-1][i] / rows[-3][i]) / math.log(rows[-1][0] / rows[-3][0]) for i in (1, 2)]
        time_power, memory_power = PROMISED[name]
        print(
            f"{name}: from n = {rows[-3][0]} time grows as n^{grown[0]:.1f} (promised at most {time_power}), "
            f"memory as n^{grown[1]:.1f} (at most {memory_power})"
        )
    if figure:
        draw_growth(results, figure)


def draw_growth(results: dict[str, list[tuple]], path: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 4), layout="constrained")
    axes = figure.subplots(1, 2)
    markers = "os^Dvx"
    for axis, column, unit, scale in (
        (axes[0], 1, "time, ms", 1e3),
        (axes[1], 2, "peak memory, MiB", 2**-20),
    ):
        for marker, (name, rows) in zip(markers, results.items(), strict=True):
            n, values = [row[0] for row in rows], [row[column] * scale for row in rows]
            (line,) = axis.loglog(n, values, marker, label=name, markersize=4)
            power = PROMISED[name][column - 1]
            promise = [values[-1] * (size / n[-1]) ** power for size in n]
            axis.loglog(n, promise, "--", color=line.get_color(), linewidth=0.7)
        axis.set_xticks(GROWTH_SIZES, list(map(str, GROWTH_SIZES)))
        axis.set_xticks([], minor=True)
        axis.set_xlabel("n = m")
        axis.set_ylabel(unit)
    axes[0].legend(fontsize=7, title="points measured, dashes promised", title_fontsize=7)
    axes[0].set_ylim(bottom=0.05)
    axes[1].set_ylim(bottom=0.01)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
    print(f"wrote {path}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--part", choices=("all", "exact", "programs", "growth"), default="all")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--figure", type=Path, help="where to draw the growth of time and memory")
    arguments = parser.parse_args()
    parts = {
        "exact": lambda: part_exact(arguments.repeats),
        "programs": lambda: part_programs(arguments.repeats),
        "growth": lambda: part_growth(arguments.repeats, arguments.figure),
    }
    for name, part in parts.items():
        if arguments.part in ("all", name):
            print(f"== {name}")
            part()


if __name__ == "__main__":
    main()
