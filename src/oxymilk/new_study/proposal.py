"""What is proposed for a study.yaml."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Proposal:
    """What study.yaml will say of the sheets, and what the rest of it needs to know.

    Attributes
    ----------
    sheets, characteristics : list of dict
        As study.yaml holds them, values with comments.
    timepoints : list of str
        Ids in time order.
    outcome : str
        What was measured, as the headers name it; empty when they do not.
    items : list of str
        The items of a checklist, as the headers write them.
    answers_seen : dict
        yes and no of a checklist, as the sheets write them.
    decimals : int
        The most decimals of the numbers.
    participants : int
        How many there seem to be.
    undecided : list of tuple
        ("group" or "level", word) for words whose meaning is open.
    reconstructed : bool
        Whether the sheet is a printed table.
    """

    sheets: list[dict[str, Any]] = field(default_factory=list)
    characteristics: list[dict[str, Any]] = field(default_factory=list)
    timepoints: list[str] = field(default_factory=lambda: ["pre", "post"])
    outcome: str = ""
    items: list[str] = field(default_factory=list)
    answers_seen: dict[str, list[str]] = field(default_factory=dict)
    decimals: int = 0
    participants: int = 0
    undecided: list[tuple[str, str]] = field(default_factory=list)
    reconstructed: bool = False
