"""What the user says about a study: groups, levels, what was measured, the program."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from oxymilk.new_study.lexicon import slug
from oxymilk.words import clean, fold

KINDS = ("levels", "number", "checklist")
_BOUND = re.compile(r"(<=|>=|<|>)\s*([+-]?\d+(?:[.,]\d+)?)")
_KEYS = {"<": "below", "<=": "at_most", ">": "above", ">=": "at_least"}


@dataclass(frozen=True)
class Named:
    """A group or level: its id, its name, how sheets write it, and for a level its cut-offs."""

    id: str
    name: str
    words: tuple[str, ...] = ()
    bounds: dict[str, str] = field(default_factory=dict)

    def written(self) -> set[str]:
        """Return the words that mean it, in the form in which words are compared."""
        return {fold(word) for word in (self.name, *self.words)}


@dataclass(frozen=True)
class Answers:
    """What was asked, answered or not.

    Attributes
    ----------
    groups, levels : tuple of Named
        Groups, the intervention first; levels, the worst first.
    kind : str
        levels, number or checklist; the empty string when it is not said.
    unit, outcome, program, title : str
        The empty string when it is not said.
    worksheet, delimiter : str
        Asked only when a file leaves it open.
    """

    groups: tuple[Named, ...] = ()
    levels: tuple[Named, ...] = ()
    kind: str = ""
    unit: str = ""
    outcome: str = ""
    program: str = ""
    title: str = ""
    worksheet: str = ""
    delimiter: str = ""

    @property
    def measured(self) -> str:
        """What kind of outcome it is: as said, else a number when there is a unit, else levels."""
        return self.kind or ("number" if self.unit else "levels")

    def named(self, what: str) -> tuple[Named, ...]:
        """Return the groups or the levels; `what` is group or level."""
        return self.groups if what == "group" else self.levels

    def legal(self, what: str) -> str:
        """Return the ids of the groups or levels, as a comment names them."""
        return ", ".join(named.id for named in self.named(what))

    def meaning(self, what: str, *words: str) -> str:
        """Return the id of the group or level that a word of a sheet means, else its label, or the empty string."""
        meant = (named.id for word in words for named in self.named(what) if fold(word) in named.written())
        return next(meant, "")


def parse_named(text: str, what: str) -> tuple[Named, ...]:
    """Read groups or levels as a flag gives them.

    Parameters
    ----------
    text : str
        Names joined by commas. `Pijat=P|p.` adds how the sheet writes it, `kurang<10` or
        `sedang>=10<20` the cut-offs of a level.
    what : {'group', 'level'}
        For ids of names without letters.

    Returns
    -------
    tuple of Named
        In the order written.

    Raises
    ------
    ValueError
        When a name is missing or occurs twice, or a cut-off is no number; the message is the part of the text.

    Examples
    --------
    >>> [(group.id, group.words) for group in parse_named("Pijat oksitosin=1, Kontrol=2|k", "group")]
    [('pijat_oksitosin', ('1',)), ('kontrol', ('2', 'k'))]
    >>> parse_named("kurang<10,cukup>=10", "level")[1].bounds
    {'at_least': '10'}
    """
    named: list[Named] = []
    # a comma between two digits is a decimal mark
    for number, part in enumerate(re.split(r"(?<!\d),|,(?!\d)", text), start=1):
        if not part.strip():
            continue
        bounds = {_KEYS[mark]: value.replace(",", ".") for mark, value in _BOUND.findall(part)}
        name, _, words = _BOUND.sub("", part).partition("=")
        one_id = slug(name, f"{what}_{number}")
        if not clean(name) or set("<>") & set(clean(name)) or one_id in (other.id for other in named):
            raise ValueError(part.strip())
        spellings = tuple(clean(word) for word in words.split("|") if word.strip())
        named.append(Named(one_id, clean(name), spellings, bounds))
    return tuple(named)
