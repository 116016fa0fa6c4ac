"""Whatever check-study accepts runs through every step: studies, sheets and claims that chance makes up.

A seed is a study. `OXYMILK_FULL=1` runs two hundred of them, and also draws figures and writes manuscripts.
"""

import csv
import os
import random
from pathlib import Path

import pytest
import yaml
from tests.cases import read_yaml

from oxymilk.audit import claims as columns
from oxymilk.audit.printed import OPERATORS
from oxymilk.cli import app
from oxymilk.new_study.check import check_files

FULL = bool(os.environ.get("OXYMILK_FULL"))
WORDS = read_yaml(Path(__file__).parents[1] / "data" / "made_up.yaml")
STEPS = ("ingest-observations", "test-groups", "audit-claims", "explain-claims")
SHOWN = ("make-tables", "write-audit", *(("plot-figures",) * FULL), "write-documents")


def named(draw, *ids):
    labels = [{language: draw.choice(WORDS["labels"]) for language in ("en", "id")} for _ in ids]
    return [{"id": name, "label": label} for name, label in zip(ids, labels, strict=True)]


def outcome_and_values(draw):
    """Return an outcome, and what cells of its scores may hold."""
    outcome, decimals = named(draw, "milk")[0], draw.choice((0, 1, 2, 6))
    if draw.random() < 0.6:
        words = [f"w{at}" for at in range(draw.choice((2, 2, 3, 5)))]
        return outcome | {"levels": named(draw, *words)}, words
    scores = [draw.randrange(10 ** draw.choice((1, 3, 5))) for _ in range(draw.choice((1, 2, 9)))]
    values = [f"{score / 10**decimals:.{decimals}f}" for score in scores]
    outcome |= {"kind": "number", "unit": draw.choice(("ml", "<ml>")), "decimals": decimals, "scale": "score"}
    if draw.random() < 0.5:
        (low, high), cut = named(draw, "low", "high"), float(draw.choice(values))
        outcome |= {"levels": [low | {"below": cut}, high | {"at_least": cut}]}
        outcome |= {"scale": draw.choice(("level", "score"))}
    return outcome, values


def made_up(draw):
    """Return the study.yaml and the rows of the sheet of a study, as chance has it."""
    times = ("pre", "post", "later")[: draw.choice((2, 2, 3))]
    groups = ("massage", "control")[: draw.choice((1, 2, 2))]
    (outcome, values), person = outcome_and_values(draw), draw.choice(WORDS["people"])
    values += [""] * draw.choice((0, 1))
    people = [
        (person.format(f"{group[0]}{at}"), group, [draw.choice(values) for _ in times])
        for group in groups
        for at in range(draw.choice((1, 2, 5, 9)))
    ]
    more = [[draw.choice(WORDS["ages"]), draw.choice("ab")] for _ in people]
    layout = draw.choice(("wide", "long", "visits"))
    named_columns = [f"s{at}" for at in range(len(times))]
    rows = [["code", "group", *named_columns, "age", "kind"]]
    rows += [[code, group, *scores, *rest] for (code, group, scores), rest in zip(people, more, strict=True)]
    keys = {"scores": dict(zip(times, named_columns, strict=True))}
    if layout == "visits":
        keys = {"score": "s{visit}", "visits": dict(enumerate(times))}
    elif layout == "long":
        keys = {"timepoint": "when", "score": "score"}
        rows = [
            [*row[:2], time, score, *row[-2:]]
            for row in rows[1:]
            for time, score in zip(times, row[2:-2], strict=True)
        ]
        rows.insert(0, ["code", "group", "when", "score", "age", "kind"])
    age, kind = named(draw, "age", "kind")
    characteristics = [age | {"kind": "number", "unit": "y"}, kind | {"levels": named(draw, "a", "b")}]
    characteristics = characteristics[: draw.choice((0, 1, 2))]
    sheet = {"file": "sheet.csv", "layout": layout, "participant": "code", "group": "group", **keys}
    if characteristics:
        sheet["characteristics"] = {of["id"]: of["id"] for of in characteristics}
    sheet["ignore"] = [name for name in ("age", "kind") if name not in sheet.get("characteristics", ())]
    procedure = {"basis": draw.choice(("stated", "chosen")), "program": draw.choice(("SPSS", "R", "<x>"))}
    zeros = {"zero_method": draw.choice(("drop", "pratt", "split"))}
    procedure["signed_rank"] = draw.choice(WORDS["methods"]) | zeros
    study = {
        "id": "made", "title": named(draw, "made")[0]["label"], "decimal_mark": draw.choice((".", [".", ","])),
        "rounding": draw.choice(("half_up", "half_even", "truncate")), "alpha": draw.choice((0.05, 0.999)),
        "groups": named(draw, *groups), "timepoints": named(draw, *times), "outcome": outcome,
        "sheets": [sheet], "procedure": procedure, "baseline_tests": draw.random() < 0.5,
    }  # fmt: skip
    if len(groups) == 2:
        procedure["rank_sum"] = draw.choice(WORDS["methods"])
        study["between"] = draw.choice(("post", "change"))
    study |= {"characteristics": characteristics} if characteristics else {}
    study |= {"compare": sorted(draw.sample(times, 2), key=times.index)} if len(times) > 2 else {}
    return study, rows


def made_up_claim(draw, at, study):
    """Return the cells of a claim in which chance has chosen from the words of each column."""
    check = draw.choice((*columns.CHECKS[:3] * 5, *columns.CHECKS))
    any_quantity = (*columns.FIGURES, *columns.RECOMPUTED)
    of_check = {
        "recompute": columns.RECOMPUTED,
        "arithmetic": columns.ARITHMETIC,
        "printed_test": columns.OF_P,
    }
    ids = {key: ["", *(of["id"] for of in study[key])] for key in ("groups", "timepoints")}
    levels = [level["id"] for level in study["outcome"].get("levels", ())]
    words = {
        "id": [draw.choice(WORDS["ids"]).format(at)], "where": WORDS["labels"], "printed": WORDS["printed"],
        "operator": ("", "", *OPERATORS), "check": [check], "quantity": of_check.get(check, any_quantity),
        "test": ("", *columns.TESTS, *columns.OTHER_TESTS),
        "group": ids["groups"], "timepoint": [*ids["timepoints"], "change"], "n": WORDS["sizes"],
        "variable": ("", "milk", "age", "kind"), "level": ("", *levels, "a"), "expect": columns.VERDICTS,
        "note": WORDS["labels"], "tails": ("", "one", "two"), "evidence": WORDS["evidence"],
    }  # fmt: skip
    return [draw.choice(words[column]) for column in columns.COLUMNS]


def write_rows(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def write_study(folder, seed):
    """Write a study and the claims that check-study accepts of 150; return how many, or None for a refused study."""
    draw = random.Random(seed)
    study, rows = made_up(draw)
    folder.mkdir(parents=True)
    (folder / "study.yaml").write_text(yaml.safe_dump(study, allow_unicode=True), encoding="utf-8")
    write_rows(folder / "sheet.csv", rows)
    claims = [made_up_claim(draw, at, study) for at in range(150)]
    write_rows(folder / "claims.csv", [columns.COLUMNS, *claims])
    faults = [fault for fault in check_files(folder / "study.yaml").faults if fault.kind == "fault"]
    faulty = {fault.row for fault in faults if fault.file == "claims.csv"}
    claims = [cells for row, cells in enumerate(claims, start=2) if row not in faulty]
    write_rows(folder / "claims.csv", [columns.COLUMNS, *claims])
    return len(claims) if check_files(folder / "study.yaml").ready else None


@pytest.mark.filterwarnings("ignore:Glyph")
@pytest.mark.parametrize("seeds", [range(at, at + 50) for at in (0, 50, 100, 150)] if FULL else [range(8)])
def test_what_is_accepted_runs_through_every_step(seeds, tmp_path):
    accepted = [seed for seed in seeds if write_study(tmp_path / f"{seed}/made", seed)]
    assert len(accepted) > len(seeds) / 2
    for seed in accepted:
        command = ["--study", str(tmp_path / f"{seed}/made"), "--results", str(tmp_path / f"{seed}/results")]
        for step in STEPS:
            app([step, *command], standalone_mode=False)
        for step in SHOWN:
            app([step, *command, "--languages", ("en", "id")[seed % 2]], standalone_mode=False)
