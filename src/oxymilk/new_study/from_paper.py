"""A study made from a paper's text: study.yaml, claims, and the sheet where printed counts allow one dataset."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from oxymilk.audit.claims import Claim, load_claims
from oxymilk.draft.printed_tests import study_of
from oxymilk.draft.propose import Draft, draft_claims
from oxymilk.draft.read import Paper
from oxymilk.draft.rules import WHICH_GROUP
from oxymilk.explain.reconstruct import reconstruct
from oxymilk.faults import Fault, FaultsError
from oxymilk.files import write_csv, write_text
from oxymilk.new_study.lexicon import say
from oxymilk.new_study.new import filled_folder, folder_of_new
from oxymilk.new_study.write import commented
from oxymilk.study import Study
from oxymilk.texts import LANGUAGES, labels

SHEET = "observations.csv"
_COLUMNS = {
    "file": SHEET, "layout": "long", "participant": "participant", "group": {"column": "group"},
    "timepoint": {"column": "timepoint"}, "score": "score", "ignore": ["outcome"],
}  # fmt: skip
_SWITCHES = {"method": "asymptotic", "tie_correction": True, "continuity": False}


def study_from_paper(paper: Paper, name: str, data: Path, language: str) -> list[Path]:
    """Make the folder of a study, whole or not at all, from what a paper's text prints.

    Parameters
    ----------
    paper : Paper
        The text, as `oxymilk.draft.read.read_paper` gives it.
    name, data : str, Path
        Its id, and the folder of the studies.
    language : str
        That of the comments, one of `LANGUAGES`.

    Returns
    -------
    list of Path
        The files. FaultsError where the name is no id or in use, or no number is found.
    """
    folder, draft = folder_of_new(name, data), draft_claims(paper)
    content, two = study_of(draft.proposals)
    if not draft.claims:
        raise FaultsError([Fault("claims_missing", "claims.csv")])
    reason = {known: labels(known)("check_paper.reason") for known in LANGUAGES}
    procedure = {"basis": "inferred", "reason": reason, "signed_rank": _SWITCHES}
    both = {"rank_sum": _SWITCHES} if two else {}
    content |= {"id": name, "title": dict.fromkeys(LANGUAGES, name), "procedure": procedure | both}
    study = Study.model_validate(content)
    with filled_folder(folder) as part:
        claims = _legal(_of_one_group(draft, study), study, part / "claims.csv")
        sheet = reconstruct(study, claims).sheet
        if sheet is None:
            _legal(_of_one_group(draft_claims(paper, has_data=False), study), study, part / "claims.csv")
        else:
            content |= {"sheets": [_COLUMNS], "reconstructed": True}
            write_csv(sheet, part / SHEET)
        top = say("comments.top_of_paper", language, name=name)
        write_text(part / "study.yaml", commented(content, top, language))
    return [folder / file for file in ("study.yaml", "claims.csv", *([SHEET] * (sheet is not None)))]


def _of_one_group(draft: Draft, study: Study) -> Draft:
    """Give claims the one group that there is, whatever the text calls it, and also where the draft asks."""
    (only, *others), known = study.group_ids, {"check": "recompute", "expect": "reproduced"}
    asked = ((claim, known if claim.note.endswith(WHICH_GROUP) else {}) for claim in draft.claims)
    claims = (replace(claim, group=only if claim.group or cells else "", **cells) for claim, cells in asked)
    return draft if others else replace(draft, claims=tuple(claims))


def _legal(draft: Draft, study: Study, path: Path) -> list[Claim]:
    """Write the claims; those that a claims.csv of this study cannot hold as proposed are listed as figures."""
    write_csv(draft.claims_table(), path)
    try:
        return load_claims(path, study, [])
    except FaultsError as error:
        unfit, claims = {fault.row - 2 for fault in error.faults}, [*draft.claims]
        for at in unfit:
            kept = {name: getattr(claims[at], name) for name in ("id", "where", "printed", "note")}
            claims[at] = Claim(**kept, quantity="figure", check="ambiguous", expect="not_checkable")
        return _legal(replace(draft, claims=tuple(claims)), study, path)
