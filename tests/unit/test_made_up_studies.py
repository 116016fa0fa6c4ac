"""Whatever check-study accepts runs through every step: sheets and claims at the edges, in one process."""

from itertools import product

import pytest

from oxymilk.cli import app
from oxymilk.new_study.check import check_files

STEPS = (
    "ingest-observations",
    "test-groups",
    "audit-claims",
    "explain-claims",
    "make-tables",
    "write-audit",
    "render-report",
)
LEVELS = """  levels:
    - {id: kurang, label: {en: less, id: kurang}}
    - {id: cukup, label: {en: enough, id: cukup}}
"""
NUMBER = "  kind: number\n  scale: score\n  unit: ml\n"
STUDY = """id: made
title: {en: Made up, id: Buatan}
decimal_mark: "."
alpha: 0.05
groups:
  - {id: massage, label: {en: Massage, id: Pijat}}
  - {id: control, label: {en: Control, id: Kontrol}}
timepoints:
  - {id: pre, label: {en: Before, id: Sebelum}}
  - {id: post, label: {en: After, id: Sesudah}}
outcome:
  id: milk
  label: {en: Milk, id: ASI}
"""
SHEETS = """sheets:
  - {file: sheet.csv, layout: wide, participant: code, group: group, scores: {pre: pre, post: post}}
"""
# the records of massage and of control: before and after, K less, C enough, - missing
RECORDS = ("KC KC CC/KK KC", "KK KK/KK KK", "KC/KC", "KC KK/K- C-", "K- K-/K-", "KC KC/", "K- -C/K- -C")
WORDS = {"levels": {"K": "kurang", "C": "cukup"}, "numbers": {"K": "1.25", "C": "123456789012.125"}}
HEADER = "id,where,printed,operator,quantity,test,group,timepoint,variable,level,n,check,expect,note\n"
# quantity, test, group, timepoint, level, check; each with every printed number and every n
KINDS = (
    "p_value,rank_sum,,post,,recompute", "p_value,signed_rank,massage,,,recompute", "z,rank_sum,,post,,recompute",
    "w,signed_rank,massage,,,recompute", "u,rank_sum,,post,,recompute", "mean_rank,rank_sum,,post,,recompute",
    "threshold,rank_sum,,post,,recompute", "count_up,,massage,,,recompute", "percent,,massage,post,cukup,recompute",
    "percent,,massage,post,cukup,arithmetic", "ratio_percent,,,,,arithmetic", "sum,,,,,arithmetic",
    "grim_percent,,,,,arithmetic", "between,,,,,arithmetic",
)  # fmt: skip
PRINTED = ("0", "0.05", "0.031000000000", "0.0310000000000000000001")
NUMBERS = ("", "3", "0/0", "1/1/1", "3/4", "0+0", "1;2;3", "1..9")


def write_study(folder, kind, records, method, between):
    folder.mkdir()
    test = f"{{method: {method}}}"
    procedure = f"procedure: {{basis: stated, signed_rank: {test}, rank_sum: {test}}}\nbetween: {between}\n"
    study = STUDY + (LEVELS if kind == "levels" else NUMBER) + SHEETS + procedure
    (folder / "study.yaml").write_text(study, encoding="utf-8")
    rows = [
        f"{group}{i},{group},{WORDS[kind].get(pre, '')},{WORDS[kind].get(post, '')}\n"
        for group, members in zip(("massage", "control"), records.split("/"), strict=True)
        for i, (pre, post) in enumerate(members.split())
    ]
    (folder / "sheet.csv").write_text("code,group,pre,post\n" + "".join(rows), encoding="utf-8")


def accepted_claims(folder):
    """Write the claims that check-study accepts, of all kinds, and return how many these are."""
    claims = []
    for at, (kind, printed, n, operator) in enumerate(product(KINDS, PRINTED, NUMBERS, ("", "<"))):
        quantity, test, group, timepoint, level, check = kind.split(",")
        if check == "recompute" and (n or operator != "<" * (printed == "0.05")):
            continue  # these rest on the data
        cells = f"{quantity},{test},{group},{timepoint},,{level},{n},{check},differs,made up\n"
        claims.append(f"c{at},t,{printed},{operator},{cells}")
    path = folder / "claims.csv"
    path.write_text(HEADER + "".join(claims), encoding="utf-8")
    faulty = {fault.row for fault in check_files(folder / "study.yaml").faults if fault.file == "claims.csv"}
    kept = [claim for row, claim in enumerate(claims, start=2) if row not in faulty]
    path.write_text(HEADER + "".join(kept), encoding="utf-8")
    return len(kept)


@pytest.mark.parametrize(("at", "records"), list(enumerate(RECORDS))[1:3])
def test_what_is_accepted_runs_through_every_step(at, records, tmp_path):
    kind, method = ("levels", "numbers")[at % 2], ("asymptotic", "exact")[at // 2 % 2]
    folder = tmp_path / "made"
    write_study(folder, kind, records, method, ("post", "change")[at // 3 % 2])
    assert accepted_claims(folder) > 50
    assert check_files(folder / "study.yaml").ready
    for step in STEPS:
        app([step, "--study", str(folder), "--results", str(tmp_path / "results")], standalone_mode=False)
    assert (tmp_path / "results" / "explanations.csv").stat().st_size > 0
