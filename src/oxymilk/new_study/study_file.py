"""Make the whole study.yaml and the first claims.csv of a new study."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from oxymilk.new_study.answers import Answers, Named, decimals_of
from oxymilk.new_study.compose import Said, compose
from oxymilk.new_study.lexicon import label, lexicon, slug
from oxymilk.new_study.texts import say
from oxymilk.study.yaml_lines import UNDECIDED

if TYPE_CHECKING:
    import pandas as pd

    from oxymilk.new_study.proposal import Proposal
    from oxymilk.stats import Procedure

_TIMEPOINTS = {"pre": {"en": "Before", "id": "Sebelum"}, "post": {"en": "After", "id": "Sesudah"}}


def study_text(name: str, files: list[str], answers: Answers, proposal: Proposal, language: str) -> str:
    """Return study.yaml, commented.

    Parameters
    ----------
    name : str
        The study.
    files : list of str
        The names of its files.
    answers : Answers
        What the user said.
    proposal : Proposal
        What was seen.
    language : {'en', 'id'}
        The language of the comments.

    Returns
    -------
    str
        YAML that `load_study` reads once every `???` is replaced.
    """

    def about(key: str) -> str:
        return "\n" + say(f"comments.{key}", language)

    title = answers.title or name.replace("_", " ")
    tree: dict[str, Any] = {
        "id": Said(name, above=about("id")),
        "title": Said(_label(title, language), above=about("title")),
        "decimal_mark": Said((",", "."), above=about("decimal_mark")),
        "rounding": Said("half_up", above=about("rounding")),
        "alpha": Said("0.05", above=about("alpha")),
        "groups": Said([_labelled(one, language) for one in answers.groups], above=about("groups")),
        "timepoints": Said(_timepoints(proposal.timepoints), above=about("timepoints")),
    }
    if len(proposal.timepoints) > 2:
        open_ = say("seen.compare_open", language, legal=", ".join(proposal.timepoints))
        tree["compare"] = Said((UNDECIDED, UNDECIDED), open_, about("compare"))
    tree["outcome"] = Said(_outcome(answers, proposal, language), above=about("outcome"))
    if proposal.characteristics:
        tree["characteristics"] = Said(proposal.characteristics, above=about("characteristics"))
    tree["sheets"] = Said(proposal.sheets, above=about("sheets"))
    if proposal.reconstructed:
        tree["reconstructed"] = Said(True, above=about("reconstructed"))
    tree["procedure"] = Said(_procedure(answers, language), above=about("procedure"))
    if len(answers.groups) > 1:
        tree["between"] = Said("post", above=about("between"))
    top = say("comments.top", language, name=name, files=", ".join(files))
    return "".join(f"# {line}\n" for line in top.splitlines()) + compose(tree)


def first_claims(proposal: Proposal, language: str) -> pd.DataFrame:
    """Return claims.csv with one example row, the number of participants."""
    import pandas as pd

    from oxymilk.audit.claims import COLUMNS

    row = dict.fromkeys(COLUMNS, "")
    row |= {
        "id": "example_sample_size",
        "where": say("claims.where", language),
        "printed": str(proposal.participants),
        "quantity": "sample_size",
        "check": "recompute",
        "expect": "reproduced",
        "note": say("claims.note", language),
    }
    return pd.DataFrame([row], columns=list(COLUMNS), dtype=str)


def _label(name: str, language: str) -> Any:
    both, known = label(name)
    return both if known else Said(both, say("seen.translate", language))


def _labelled(one: Named, language: str) -> dict[str, Any]:
    return {"id": one.id, "label": _label(one.name, language)}


def _timepoints(ids: list[str]) -> list[dict[str, Any]]:
    return [{"id": one, "label": _TIMEPOINTS.get(one) or _visit(one)} for one in ids]


def _visit(timepoint: str) -> dict[str, str]:
    """Return the label of a numbered visit: day_3 is Day 3."""
    counted, _, number = timepoint.partition("_")
    words = next(one["label"] for one in lexicon()["visits"] if one["id"] == counted)
    return {language: f"{word} {number}" for language, word in words.items()}


def _outcome(answers: Answers, proposal: Proposal, language: str) -> dict[str, Any]:
    name = answers.outcome or proposal.outcome
    seen = "" if answers.outcome else say("seen.outcome" if name else "seen.outcome_open", language)
    both, known = label(name or UNDECIDED)
    translate = "" if known or not name else say("seen.translate", language)
    tree: dict[str, Any] = {
        "id": slug(both["en"], "outcome"),
        "label": Said(both, "; ".join(filter(None, (seen, translate)))) if seen or translate else both,
        "kind": answers.measured,
    }
    if answers.measured == "number":
        decimals = max(proposal.decimals, decimals_of(answers.levels))
        tree["unit"] = answers.unit or UNDECIDED
        tree["decimals"] = Said(str(decimals), say("seen.decimals", language))
        tree["scale"] = Said("score", above=say("comments.scale", language))
    levels = [_level(one, answers, language) for one in answers.levels]
    if levels:
        above = "" if answers.measured == "levels" else say("comments.cutoffs", language)
        tree["levels"] = Said(levels, above=above)
    elif answers.measured != "number":
        tree["levels"] = Said(UNDECIDED, say("seen.level_open", language))
    if answers.measured == "checklist":
        items = [_item(at, item, language) for at, item in enumerate(proposal.items, start=1)]
        tree["checklist"] = Said(
            {
                "yes": tuple(proposal.answers_seen.get("yes") or [UNDECIDED]),
                "no": tuple(proposal.answers_seen.get("no") or [UNDECIDED]),
                "items": items or UNDECIDED,
            },
            above=say("comments.checklist", language),
        )
    return tree


def _level(one: Named, answers: Answers, language: str) -> dict[str, Any]:
    tree = _labelled(one, language)
    if answers.measured != "levels":
        tree |= one.bounds or {"at_least": Said(UNDECIDED, say("seen.cutoff_open", language))}
    return tree


def _item(number: int, item: str, language: str) -> dict[str, Any]:
    return {"id": f"item_{number}", "column": item, "label": _label(item, language)}


def _procedure(answers: Answers, language: str) -> dict[str, Any]:
    from oxymilk.stats.programs import load_programs

    program = lexicon()["programs"][answers.program]
    known = {one.id: one.procedure for one in load_programs()}
    tree: dict[str, Any] = {
        "basis": "stated",
        "program": Said(program["name"], say("seen.program", language)),
        "signed_rank": _switches(known[program["signed_rank"]], zeros=True),
    }
    if len(answers.groups) > 1:
        tree["rank_sum"] = _switches(known[program["rank_sum"]], zeros=False)
    return tree


def _switches(procedure: Procedure, *, zeros: bool) -> dict[str, str | bool]:
    names = {"asymptotic": ("tie_correction", "continuity"), "exact": ("two_sided", "mid_p")}
    wanted = ["method", "alternative", *names[procedure.method], *(["zero_method"] if zeros else [])]
    values = asdict(procedure)
    return {name: values[name] for name in wanted}
