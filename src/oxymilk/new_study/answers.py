"""What the user says about a study: groups, levels, what was measured, the program."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from oxymilk.new_study.lexicon import slug
from oxymilk.words import clean, fold, plain

KINDS = ("levels", "number", "checklist")
_BOUND = re.compile(r"(<=|>=|<|>|≤|≥)\s*([+-]?\d+(?:[.,]\d+)?)(?:\s*[^\W\d_]+)?")
# other ways to write bounds, and how they are written here: "10 <= sedang", "sedang 10-19"
_NUMBER = r"\d+(?:[.,]\d+)?"
_AS_BOUNDS = {
    re.compile(rf"^\s*({_NUMBER})\s*(?:<=|≤)(.*)"): r"\2>=\1",
    re.compile(rf"^\s*({_NUMBER})\s*<(.*)"): r"\2>\1",
    re.compile(rf"[\s(:=]({_NUMBER})\s*%?\s*(?:-|–|s/d|sampai|to)\s*({_NUMBER})"): r">=\1<=\2",
}
_KEYS = {"<": "below", "<=": "at_most", "≤": "at_most", ">": "above", ">=": "at_least", "≥": "at_least"}


@dataclass
class Named:
    """A group or level: its id in study.yaml, and its name as the user wrote it.

    Its `words` are what means it in a sheet, in the form in which words are compared: its id, its name, other
    spellings. A level of numbers has cut-offs (`bounds`).
    """

    id: str
    name: str
    words: tuple[str, ...]
    bounds: dict[str, str] = field(default_factory=dict)


@dataclass
class Answers:
    """What was asked; what is not answered is empty.

    Groups have the intervention first, levels the worst. The kind is one of `KINDS`. Worksheet and delimiter are asked
    only when a file leaves them open.
    """

    sheets: tuple[Path, ...] = ()
    groups: tuple[Named, ...] = ()
    levels: tuple[Named, ...] = ()
    kind: str = ""
    unit: str = ""
    outcome: str = ""
    program: str = ""
    title: str = ""
    worksheet: str = ""
    delimiter: str = ""
    # what a mark is that three digits follow, thousands or decimal
    mark: str = ""
    compare: tuple[str, ...] = ()
    # words of groups that are no part of the study, and in the place of levels those that are no value
    left_out: tuple[str, ...] = ()

    @property
    def measured(self) -> str:
        """What kind of outcome it is: as said, else a number when there is a unit, else levels."""
        return self.kind or ("number" if self.unit else "levels")

    def named(self, what: str) -> tuple[Named, ...]:
        """Return the groups or the levels; `what` is group or level."""
        return self.groups if what == "group" else self.levels

    def meaning(self, what: str, *words: str) -> str:
        """Return the id of the group or level that a word of a sheet means, else its label, or the empty string."""
        meant = (named.id for word in words for named in self.named(what) if fold(word) in named.words)
        return next(meant, "")

    def group_of(self, *names: str) -> str:
        """Return the one group that names of a worksheet or file tell, else the empty string."""
        text = plain(" ".join(names))
        group_of = {plain(word): group.id for group in self.groups for word in group.words}
        told = [word for word in group_of if len(word) > 2 and word in text]
        # "kel i" is in "kel ii", too
        ids = {group_of[word] for word in told if not any(word != other and word in other for other in told)}
        return ids.pop() if len(ids) == 1 else ""


def parse_named(text: str, what: str, counts: range = range(101)) -> tuple[Named, ...]:
    """Read groups or levels as a flag gives them.

    Parameters
    ----------
    text : str
        Names joined by commas. `Pijat=P|p.` adds how the sheet writes it; `kurang<10`, `sedang>=10<20`,
        `10<=sedang<20` or `sedang 10-19` are the cut-offs of a level; `kurang<cukup<banyak` is an order.
    what : {'group', 'level'}
        For ids of names without letters.
    counts : range
        How many there may be.

    Returns
    -------
    tuple of Named
        In the order written.

    Raises
    ------
    ValueError
        When a name is missing or occurs twice, or a cut-off is no number: the message is the part of the text; when
        there are too few or too many: it is the text.

    Examples
    --------
    >>> [(group.id, group.words) for group in parse_named("Pijat oksitosin=1, Kontrol=2|k", "group")]
    [('pijat_oksitosin', ('pijat_oksitosin', 'pijat oksitosin', '1')), ('kontrol', ('kontrol', '2', 'k'))]
    >>> parse_named("kurang<10,cukup>=10", "level")[1].bounds
    {'at_least': '10'}
    """
    known: dict[str, Named] = {}
    # a comma between two digits is a decimal mark; kurang<cukup is an order, 10<cukup a cut-off
    joint = r"(?<!\d),|,(?!\d)" if "," in text else r"(?<!\d)\s*<(?=\s*[^\W\d])"
    for number, part in enumerate(re.split(joint, text), start=1):
        if not part.strip():
            continue
        for form, bound in _AS_BOUNDS.items() if what == "level" else ():
            part = form.sub(bound, part)
        bounds = {_KEYS[mark]: value.replace(",", ".") for mark, value in _BOUND.findall(part)}
        name, _, spellings = map(clean, _BOUND.sub("", part).partition("="))
        name = name.strip(" :()%") if bounds else name
        its_id = slug(name, f"{what}_{number}")
        if not name or set("<>") & set(name) or its_id in known:
            raise ValueError(part.strip())
        words = filter(None, map(fold, (its_id, name, *spellings.split("|"))))
        known[its_id] = Named(its_id, name, tuple(dict.fromkeys(words)), bounds)
    if len(known) not in counts:
        raise ValueError(text)
    return tuple(known.values())
