"""The printed tests of a paper, each checked by what the paper prints with it: a statistic, or counts of its groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from oxymilk.audit.claims import OF_A_CELL, OF_A_CHANGE
from oxymilk.audit.evidence import FIELDS, PAIRED, read_evidence
from oxymilk.audit.printed import SIGNS
from oxymilk.audit.printed_test import judge
from oxymilk.draft.printed_tests import OF_TWO_GROUPS, PrintedTest, printed_tests, study_of
from oxymilk.draft.propose import draft_claims
from oxymilk.draft.read import Paper
from oxymilk.draft.rules import WHICH_GROUP, Proposal
from oxymilk.draft.words import regex
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
        Lines: each test under each evidence, worst first, with its places and what was inferred there; what was not
        used. Then the exit status: 1 where a test differs, 2 where none could be checked, else 0.
    """
    t, numbers = labels(language), draft_claims(paper).proposals
    groups, rows, unused, used = _groups(numbers, language), defaultdict(list), defaultdict(list), set()
    for test in printed_tests(numbers):
        judged = [] if test.unused else [*_judged(test, groups, t)]
        used |= {start for cells in test.evidence for start in cells.get("used", ()) if judged}
        for verdict, said, inferred in judged:
            # what is printed in several places is one test
            rows[verdict, said].append(f"  {_place(test.proposal, t, '{where}, {place}')}: {inferred}")
        if not judged:
            unused[test.unused or "nothing_beside"].append(test.proposal)
    unused["contradiction"] = [n for _, claims, sets in groups.values() if sets.number == 0 for n in claims]
    unclear = [number for number in numbers if number.quantity in _COUNTED and number.check != "recompute"]
    unused["counts"] = [number for number in unclear if number.context.start not in used]
    verdicts = [verdict for verdict, _ in rows]
    lines = [t("check_paper.title", count=len(rows), differ=verdicts.count("differs"))]
    for verdict, said in sorted(rows, key=lambda row: _WORST_FIRST.index(row[0])):
        lines += ["", said[0], *rows[verdict, said], *said[1:]]
    lines.append("")
    for reason, left_out in unused.items():
        listed = ", ".join(f"{number.printed} ({_place(number, t)})" for number in left_out)
        lines += [f"{t(f'check_paper.unused.{reason}')}: {listed}"] * bool(listed)
    return lines, 1 if "differs" in verdicts else 0 if {*verdicts} - {"not_checkable"} else 2


def _place(number: Proposal, t: Labels, pattern: str = "{place}") -> str:
    context = number.context
    return t.place(pattern.format(where=context.sentence.where, place=context.reading.place(context.start)))


def _groups(numbers: tuple[Proposal, ...], language: str) -> dict[str, tuple]:
    """Return for each group that a paper names, or the only one, its words, its counts, the datasets they allow."""
    content, two = study_of(numbers)
    words = {"levels": ", ".join(level["label"][language] for level in content["outcome"]["levels"])}
    groups = {}
    for group in content["groups"]:
        study = Study.model_validate({**content, "groups": [group]})
        claims = [
            replace(number, group=group["id"], check="recompute")
            for number in numbers
            if number.quantity in ("sample_size", *_COUNTED) and (number.group == group["id"] or not two)
            if number.check == "recompute" or (not two and number.note == WHICH_GROUP)
        ]
        # a table may be of fewer than the text says of the group
        sizes = [claim for claim in claims if claim.quantity == "sample_size"]
        if of_text := [size for size in sizes if not size.context.block.is_row]:
            claims = [claim for claim in claims if claim not in sizes or claim in of_text]
        datasets = reconstruct(study, claims, BUDGET)
        groups[group["id"]] = ({**words, "group": group["label"][language]}, claims, datasets)
    return groups


def _counts(datasets: Reconstruction, *axes: int) -> str:
    """Return before (axis 1), after (2), or the table of both, as counts; "" where several are possible."""
    if not datasets.number:
        return ""
    kept = datasets.tables[0].sum(axis=tuple({1, 2} - {*axes}))
    rows = kept[0].reshape(-1, kept.shape[-1]).tolist() if (kept == kept[0]).all() else ()
    return ";".join(",".join(map(str, row)) for row in rows)


def _judged(test: PrintedTest, groups: dict[str, tuple], t: Labels) -> Iterator[tuple[str, tuple, str]]:
    """Yield for each evidence of a test its verdict, what is said of it, and what was inferred, in words."""
    number, p = test.proposal, t.number(*test.proposal.number[:2])
    for cells, kind, words, inferred in _evidences(test, groups):
        try:
            given = {"test": test.test, "p": p, "operator": number.operator, "tails": test.tails}
            judgement = judge(evidence := read_evidence(cells | given))
            verdict, lines = judgement.verdict, lines_of(evidence, judgement, t.language)
        except FaultsError as error:
            if error.faults[0].code not in _IMPOSSIBLE:
                continue
            verdict, lines = "differs", [describe(fault, t.language) for fault in error.faults]
        lists = (name for name in FIELDS if cells.get(name) and kind == "beside")
        shown = (f"{t(f'check_paper.lists.{name}')} {cells[name].strip(';')}" for name in lists)
        words = {"printed": "; ".join(shown), **words}
        lines = [t(f"check_paper.evidence.{kind}", **words), *(lines if verdict == "differs" else lines[:1])]
        head = f"{t(f'check.verdicts.{verdict}').upper()}  p {SIGNS[number.operator] or '='} {p}, "
        said = "; ".join(t(f"check_paper.by.{key}", **words) for key in (test.by, *inferred))
        yield verdict, (head + t(f"check.tests.{test.test}"), *(f"  {line}" for line in lines)), said


def _sizes(test: PrintedTest, groups: dict[str, tuple], of: list[tuple], cells: dict) -> str:
    """Return the sizes of the groups of a test as the paper prints them elsewhere, in the order of the evidence."""
    number = 1 if test.test in PAIRED else 2
    sizes = [str(*datasets.sizes.values()) for *_, datasets in of if datasets.sizes]
    if len({*sizes}) > 1 and "statistic" not in cells:
        sizes = [str(*groups[name][2].sizes.values()) for name in cells["groups"] if name in groups]
    context, each = test.proposal.context, [*test.proposal.context.reading.sizes_of_each()]
    if len(each) == 1 or len(sizes) < (number if test.test in OF_TWO_GROUPS else 1):
        sizes = each * number * (len(each) == 1 and (bool(of) or number == 2))
    # of some of the participants the sizes are others
    of_part = regex("{of_part}").search(context.before + context.after)
    return "" if of_part or regex("{lost}").search(context.reading.text) else ",".join(sizes)


def _evidences(test: PrintedTest, groups: dict[str, tuple]) -> Iterator[tuple[dict, str, dict, list[str]]]:
    """Yield each evidence of a test: its cells, its kind, its words, and keys of what was inferred."""
    context, rows, is_paired = test.proposal.context, {}, test.test in PAIRED
    group = test.proposal.group or (context.group() if is_paired else "")
    of = [groups[name] for name in ([group, "all"] if is_paired else groups) if name in groups]
    here = context.nearest("groups", "all of it") == group
    how = "group_only" if "all" in groups else "group_named" if here else "group_near"
    for cells in test.evidence:
        # a test of groups or pairs of which the sizes are not printed beside it; both rank sums of pairs give theirs
        is_sized = cells["n"] or cells.get("df") or "counts" in cells or (is_paired and "rank_sums" in cells)
        needs_none = is_sized or cells.get("statistic") in ("z", "chi2", "f")
        n = "" if needs_none else _sizes(test, groups, of, cells)
        inferred = [*["sizes"] * bool(n), *[how] * (bool(n) and is_paired), cells.get("found")]
        cells |= {"n": cells["n"] or n}
        words = {**of[0][0], **cells} if of else cells
        yield cells, "beside" if "found" in cells else "statistic", words, [*filter(None, inferred)]
    if test.test == "wilcoxon":
        rows["counts"] = [_counts(datasets, 1, 2) for *_, datasets in of]
        rows["margins"] = [_counts(datasets, axis) for *_, datasets in of for axis in (1, 2)]
    elif test.test == "mann-whitney" and len(of) == 2:
        how = f"moment_{context.nearest('timepoints', 'all of it') or 'usual'}"
        rows["groups"] = [_counts(datasets, 1 if how == "moment_pre" else 2) for *_, datasets in of]
    if kind := next((kind for kind, parts in rows.items() if parts and all(parts)), ""):
        cells = {"margins" if kind == "margins" else "counts": ";".join(rows[kind])}
        yield cells, kind, {**of[0][0], "counts": ";".join(rows[kind])}, [how]
