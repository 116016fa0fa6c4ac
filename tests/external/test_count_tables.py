"""Tables of counts through R's chisq.test, fisher.test, mcnemar.test and coin, compared at run time."""

import csv
import subprocess
from pathlib import Path

import numpy as np
import pytest

from oxymilk.stats.count_tables import CALCULATIONS, exact_tests

pytestmark = pytest.mark.external


def test_p_values(rscript, tmp_path):
    rng, path = np.random.default_rng(8), tmp_path / "tables.csv"
    tables = [rng.integers(1, 12, (2, 2) if i % 2 else rng.integers(2, 4, 2)) for i in range(30)]
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["cells", "rows"])
        writer.writerows([" ".join(map(str, table.ravel())), len(table)] for table in tables)
    script = Path(__file__).with_name("count_tables.R")
    run = subprocess.run([rscript, "--vanilla", script, path], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    rows = list(csv.reader(run.stdout.splitlines()))
    assert len(rows) > 3 * len(tables)
    for at, name, expected in rows:
        table = tables[int(at) - 1]
        p_value = CALCULATIONS[name](table[None])[0] if name in CALCULATIONS else exact_tests(table)[name]
        assert p_value == pytest.approx(float(expected), rel=1e-9), (table, name)
