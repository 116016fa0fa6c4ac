"""A table of printed tests, one a row, checked row by row: memory does not grow with its length."""

from __future__ import annotations

import csv
from pathlib import Path

from oxymilk.audit.evidence import FIELDS, read_evidence
from oxymilk.audit.printed_test import FITS, judge
from oxymilk.faults import Fault, FaultsError, describe
from oxymilk.present.check import VERDICT_COLUMNS, as_cells

# what is carried over from the table of tests
_CARRIED = ("id", "test", "p")


def check_table(table: Path, output: Path) -> int:
    """Check each row of a table of tests and write the verdicts beside its id, test and p-value.

    Parameters
    ----------
    table : Path
        CSV in UTF-8 with the columns of `oxymilk.audit.evidence.FIELDS` that it needs, and `id`; others are not read.
    output : Path
        CSV of the verdicts: id, test, p, `VERDICT_COLUMNS`, and the fault of a row that could not be checked.

    Returns
    -------
    int
        Exit status: 2 where a row is faulty, else 1 where one differs or cannot be checked, else 0. FaultsError when
        the table has not the columns `test` and `p`.
    """
    status, part = 0, output.with_name(f".{output.name}.part")
    with table.open(encoding="utf-8-sig", newline="") as rows:
        reader = csv.DictReader(rows)
        lacking = [name for name in ("test", "p") if name not in (reader.fieldnames or ())]
        if lacking:
            raise FaultsError([Fault("check_columns", table.name, column=name) for name in lacking])
        output.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8", newline="") as verdicts:
            columns = (*_CARRIED, *VERDICT_COLUMNS, "fault")
            writer = csv.DictWriter(verdicts, columns, lineterminator="\n", restval="")
            writer.writeheader()
            for row in reader:
                cells = {name: row.get(name) or "" for name in _CARRIED}
                try:
                    judgement = judge(read_evidence({name: row.get(name) or "" for name in FIELDS}))
                    cells |= as_cells(judgement)
                    status = max(status, judgement.verdict not in FITS)
                except FaultsError as error:
                    places = (
                        Fault(**{**vars(fault), "file": table.name, "row": reader.line_num})
                        for fault in error.faults
                    )
                    cells["fault"] = " ".join(map(describe, places))
                    status = 2
                writer.writerow(cells)
    part.replace(output)
    return status
