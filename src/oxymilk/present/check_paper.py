"""The printed tests of a paper, each checked by what the paper prints with it: a statistic, or counts of its groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from oxymilk.audit.claims import OF_A_CELL, OF_A_CHANGE
from oxymilk.audit.evidence import read_evidence
from oxymilk.audit.printed import SIGNS
from oxymilk.audit.printed_test import judge
from oxymilk.draft.printed_tests import PrintedTest, printed_tests
from oxymilk.draft.propose import draft_claims
from oxymilk.draft.read import Paper
from oxymilk.draft.rules import WHICH_GROUP, Proposal
from oxymilk.draft.words import load
from oxymilk.explain.reconstruct import Reconstruction, reconstruct
from oxymilk.faults import FaultsError, describe
from oxymilk.present.check import lines_of
from oxymilk.study import Study
from oxymilk.texts import Labels, labels

# most datasets of a group that are formed
BUDGET = 100_000
_COUNTED = (*OF_A_CELL, *OF_A_CHANGE)
_WORST_FIRST = ("differs", "not_checkable", "possible", "reproduced_otherwise", "reproduced")
# what is printed cannot be together; other faults are of what is not printed
_IMPOSSIBLE = ("check_impossible", "check_ranks", "check_no_dataset")


class _Group(NamedTuple):
    """A group, as a study of its own, its counts that were read, and the datasets that they allow."""

    study: Study
    claims: list[Proposal]
    datasets: Reconstruction

    def counts(self, *axes: int) -> str:
        """Return before (axis 1), after (2), or the table of both, as counts; "" where several are possible."""
        if not self.datasets.number:
            return ""
        kept = self.datasets.tables[0].sum(axis=tuple({1, 2} - {*axes}))
        rows = kept[0].reshape(-1, kept.shape[-1]).tolist() if (kept == kept[0]).all() else ()
        return ";".join(",".join(map(str, row)) for row in rows)


def check_paper(paper: Paper, language: str) -> tuple[list[str], int]:
    """Check each printed test of a paper by its text alone.

    Parameters
    ----------
    paper : Paper
        The text, as `oxymilk.draft.read.read_paper` gives it.
    language : str
        One of `LANGUAGES`.

    Returns
    -------
    tuple
        Lines: each test under each evidence, worst first, with its places and what was inferred there; the data behind
        the counts; what was not used. And the exit status: 1 where one differs, 2 where none was checked, else 0.
    """
    t, numbers = labels(language), (draft := draft_claims(paper)).proposals
    groups, rows, unused = _groups(numbers), defaultdict(list), defaultdict(list)
    for test in printed_tests(draft):
        judged = [] if test.unused else [*_judged(test, groups, t)]
        for verdict, said, inferred in judged:
            # what is printed in several places is one test
            where = t.place(f"{test.proposal.context.sentence.where}, {_place(test.proposal)}")
            rows[verdict, said].append(f"  {where}: {inferred}")
        if not judged:
            unused[test.unused or "nothing_beside"].append(test.proposal)
    unused["counts"] = [
        number for number in numbers if number.quantity in _COUNTED and number.check != "recompute"
    ]
    verdicts = [verdict for verdict, _ in rows]
    lines = [t("check_paper.title", count=len(rows), differ=verdicts.count("differs"))]
    for row in sorted(rows, key=lambda row: _WORST_FIRST.index(row[0])):
        head, *said = row[1]
        lines += ["", head, *rows[row], *said]
    lines.append("")
    for group in groups.values():
        places, count = ", ".join(dict.fromkeys(map(_place, group.claims))), group.datasets.number
        key, name = (
            "open" if count is None else "several" if count else "none",
            group.study.groups[0].label[language],
        )
        lines.append(t(f"check_paper.data.{key}", group=name, places=t.place(places) or "-", count=count))
    for reason, left_out in unused.items():
        listed = ", ".join(f"{number.printed} ({t.place(_place(number))})" for number in left_out)
        lines += [f"{t(f'check_paper.unused.{reason}')}: {listed}"] * bool(listed)
    return lines, 1 if "differs" in verdicts else 0 if {*verdicts} - {"not_checkable"} else 2


def _place(number: Proposal) -> str:
    return number.context.reading.place(number.context.start)


def _groups(numbers: tuple[Proposal, ...]) -> dict[str, _Group]:
    """Return the groups that a paper names, or the only one, each with the datasets that its counts allow."""
    two = any(number.context.reading.two_groups for number in numbers)
    content, groups = load("study"), {}
    levels = {number.level for number in numbers if number.check == "recompute"}
    named = [level for level in content["outcome"]["levels"] if level["id"] in levels]
    outcome = content["outcome"] | ({"levels": named} if named else {})
    for group in content["groups"][:2] if two else content["groups"][2:]:
        study = Study.model_validate({**content, "groups": [group], "outcome": outcome})
        claims = [
            replace(number, group=group["id"], check="recompute")
            for number in numbers
            if number.quantity in ("sample_size", *_COUNTED) and (number.group == group["id"] or not two)
            if number.check == "recompute" or (not two and number.note == WHICH_GROUP)
        ]
        groups[group["id"]] = _Group(study, claims, reconstruct(study, claims, BUDGET))
    return groups


def _judged(
    test: PrintedTest, groups: dict[str, _Group], t: Labels
) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Yield for each evidence of a test its verdict, what is said of it, and what was inferred, in words."""
    number, name = test.proposal, t(f"check.tests.{test.test}")
    p = t.number(number.number.value, number.number.decimals)
    for cells, evidence_words, inferred in _given(test, groups, t):
        try:
            cells |= {"test": test.test, "p": p, "operator": number.operator, "tails": test.tails}
            judgement = judge(evidence := read_evidence(cells))
            verdict, lines = judgement.verdict, lines_of(evidence, judgement, t.language)
        except FaultsError as error:
            if error.faults[0].code not in _IMPOSSIBLE:
                continue
            verdict, lines = "differs", [describe(fault, t.language) for fault in error.faults]
        head = f"{t(f'check.verdicts.{verdict}').upper()}  p {SIGNS[number.operator] or '='} {p}, {name}"
        shown = lines if verdict == "differs" else lines[:1]
        yield verdict, (head, *(f"  {line}" for line in (evidence_words, *shown))), inferred


def _given(
    test: PrintedTest, groups: dict[str, _Group], t: Labels
) -> Iterator[tuple[dict[str, str], str, str]]:
    """Yield each evidence of a test: its cells, what it is, and what was inferred, in words."""
    context, group_id, by = test.proposal.context, test.proposal.group, t(f"check_paper.by.{test.by}")
    group, paired = groups.get(group_id, groups.get("all")), test.test == "wilcoxon"
    of = [*filter(None, [group] if paired else groups.values())]
    sizes = ",".join(str(*each.datasets.sizes.values()) for each in of)
    for cells in test.statistics:
        n = sizes if cells["statistic"] in ("u", "w") else ""
        name = {"chi2": "χ²", "t": "t", "r": "r"}.get(cells["statistic"], cells["statistic"].upper())
        shown = {name: cells["value"], "df": cells["df"], "n": n}
        shown = ", ".join(f"{name} = {value}" for name, value in shown.items() if value)
        by_sizes = f"; {t('check_paper.by.sizes')}" if n else ""
        yield cells | {"n": n}, t("check_paper.evidence.statistic", shown=shown), by + by_sizes
    moment = context.nearest("timepoints", "all of it")
    axis, how, cells = 1 if moment == "pre" else 2, f"moment_{moment or 'usual'}", {}
    if paired and group:
        table, margins = group.counts(1, 2), [group.counts(1), group.counts(2)]
        cells = {"counts": table} if table else {"margins": ";".join(margins)} if all(margins) else {}
        here = context.nearest("groups", "all of it") == group_id
        how = "group_only" if "all" in groups else "group_named" if here else "group_near"
    elif test.test == "mann-whitney" and len(of) == 2 and all(each.counts(axis) for each in of):
        cells = {"counts": ";".join(each.counts(axis) for each in of)}
    for name, counts in tuple(cells.items()):
        levels = ", ".join(level.label[t.language] for level in of[0].study.outcome.levels)
        words = {"counts": counts, "levels": levels, "group": of[0].study.groups[0].label[t.language]}
        evidence = t(f"check_paper.evidence.{name if paired else 'groups'}", **words)
        yield cells, evidence, f"{by}; {t(f'check_paper.by.{how}', **words)}"
