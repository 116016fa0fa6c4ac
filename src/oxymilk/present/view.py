"""A study and its results in the language of a reader: what every table, figure and page of the report is made from.

Beside names and numbers in words, a view says one record a line: claims, printed tests, effects, explanations.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING

from oxymilk.audit.printed import Interval, parse_printed, with_mark, with_operator
from oxymilk.results import OTHER_DIFFERENCES
from oxymilk.stats.procedure import CHOICES
from oxymilk.texts import MINUS, NO_VALUE, key_of, labels, procedure_words, to_decimal

if TYPE_CHECKING:
    from pathlib import Path

    from oxymilk.results import Results
    from oxymilk.study import Characteristic, Group, Outcome, Study, Timepoint
    from oxymilk.study.outcome import Level

Row = Mapping[str, str]
# how a program comes to print a p-value: unasked, when told to, or with another test than the study's
LANES = ("by_default", "on_request", "other_test")
# what names a test in the rows of every table
TEST = ("test", "group", "timepoint")
test_of = itemgetter(*TEST)
_P_VALUE = attrgetter("p_value")
# rows of effects.csv that are p-values, by how their names begin
P_VALUES = ("holm", "least")
# parts of a note that the effect's name, the dash of a missing interval or a general note says
_SAID_ELSEWHERE = (
    "z / sqrt(N)", "N counts pairs", "N counts observations, two a pair", "N counts both groups",
    "no interval of its own", "no interval", "Cliff's delta", "pairs that rose, plus half of those unchanged",
    "conditional maximum likelihood", "post - pre", "post - pre, in units of the score",
    "first group less second, in units of the score",
)  # fmt: skip


@dataclass(frozen=True)
class ClaimLine:
    """A claim in words: its row of verdicts.csv, with the id and verdict of that row.

    `quantity` names the test too, `about` group, timepoint and level; `title` is both. Numbers have the reader's
    decimal mark. `words` is the verdict, and why it is not checkable; `decision` "" where there is none.
    """

    claim: Row
    id: str
    verdict: str
    where: str
    quantity: str
    about: str
    title: str
    printed: str
    computed: str
    words: str
    decision: str
    note: str


@dataclass(frozen=True)
class ProgramValue:
    """A p-value that one line of one program's output gives, and whether it prints as the printed string.

    Its `lane` is one of `LANES`; a value of another test may be printed by default too.
    """

    p_value: float
    program: str
    versions: str
    output: str
    lane: str
    by_default: bool
    prints: bool


@dataclass(frozen=True)
class PrintedTest:
    """A test with one p-value that the paper prints for it, in however many places.

    * test, group, timepoint : as in tests.csv.
    * declared, exact : p of the declared procedure and the exact conditional one; nan where that needs too much memory.
    * printed, claim, verdict : the string with its operator, and its row of verdicts.csv, as in the first place.
    * places, interval : where it is printed; the p-values that print so. Without a printed p all these are empty.
    * programs : what programs give on the same data, smallest p first.
    """

    test: str
    group: str
    timepoint: str
    declared: float
    exact: float
    printed: str
    verdict: str
    claim: Row
    places: tuple[str, ...]
    interval: Interval | None
    programs: tuple[ProgramValue, ...]


@dataclass(frozen=True)
class Effect:
    """An effect of a test: its key in effects.csv, and its name.

    * digits : estimate and the ends of its interval as in effects.csv, "inf" and "-inf" too; "" where there is none.
    * numbers, written : the three as numbers, None where there is no value; and in words, with the same decimals.
    * method, note : how the interval was found, and what a reader must know.
    """

    effect: str
    label: str
    digits: tuple[str, ...]
    numbers: tuple[float | None, ...]
    written: tuple[str, ...]
    method: str
    note: str


@dataclass(frozen=True)
class TestEffects:
    """The effects of a test, and its adjusted and least p-values by name ("holm_declared", "least_exact")."""

    test: str
    group: str
    timepoint: str
    effects: tuple[Effect, ...]
    p_values: Row


@dataclass(frozen=True)
class ExplanationLine:
    """An explanation, its row of explanations.csv, in one or two sentences.

    Other claims about the data, by their ids, hold under it (`kept`) or do not (`contradicted`). Its coincidence is the
    share of printable numbers that the same search would explain as well; at most one half of them is informative.
    """

    row: Row
    description: str
    kept: tuple[str, ...]
    contradicted: tuple[str, ...]
    coincidence: float | None
    informative: bool


@dataclass(frozen=True)
class ExplainedClaim:
    """A claim that differs, in its first place and in all (`lines`), and what would explain it, in its ranking.

    `without` says why nothing would, and what was not searched; `searched` whether any search applies to the claim.
    """

    line: ClaimLine
    lines: tuple[ClaimLine, ...]
    explanations: tuple[ExplanationLine, ...]
    without: str
    searched: bool


class View:
    """A study, its results, and the language in which they are shown, whose texts are `t`.

    The study's labels name groups, timepoints, variables and levels. A result table is read when it is first asked for.
    """

    def __init__(self, study: Study, results: Results, language: str) -> None:
        self.study, self.results, self.language = study, results, language
        self.t = labels(language)
        self._rows: dict[str, list[Row]] = {}
        self.moments = {"change": self.t("figures.change")}
        self.moments |= {timepoint.id: self.label(timepoint) for timepoint in study.timepoints}

    def rows(self, table: str) -> list[Row]:
        """Return the rows of a result table, such as "tests"; every cell text, none when nothing was audited."""
        if table not in self._rows:
            self._rows[table] = self.results.rows(table)
        return self._rows[table]

    def label(self, named: Group | Timepoint | Outcome | Characteristic | Level) -> str:
        """Return the label of a part of the study."""
        return named.label[self.language]

    def unit(self, variable: Outcome | Characteristic) -> str:
        """Return the unit of a variable; "" where it has none."""
        return variable.unit[self.language] if variable.unit else ""

    def group(self, group_id: str) -> str:
        """Return the label of a group."""
        return self.label(self.study.group(group_id))

    def name_of_test(self, test: Row | PrintedTest | TestEffects) -> str:
        """Return the name of a test and of what it compares: a row of tests.csv, or what has its three keys."""
        keys = test if isinstance(test, Mapping) else vars(test)
        what = self.group(keys["group"]) if keys["group"] else self.moments.get(keys["timepoint"], "")
        return self.t("figures.test_of", test=self.t(f"figures.test.{keys['test']}"), what=what)

    def procedure(self, row: Row) -> str:
        """Say the procedure of a row of tests.csv."""
        on_off = {"true": True, "false": False}
        switches = {name: on_off.get(row[name], row[name]) for name in CHOICES if row[name]}
        return procedure_words(switches, row["test"], self.language)

    def decision(self, decision: str) -> str:
        """Say "significant" or "not significant"; "", and what a claim that is not checked has, stays."""
        return self.t.section("verdicts.decision").get(decision.replace(" ", "_"), decision)

    def localised(self, printed: str) -> str:
        """Return printed numbers with the reader's decimal mark; "0.002" and "0,002" are one number."""
        return with_mark(printed, self.study.decimal_mark, self.t("common.decimal_mark"))

    @cached_property
    def claims(self) -> list[ClaimLine]:
        """Every claim in words, in the order of verdicts.csv."""
        t, outcome, lines = self.t, self.study.outcome, []
        variables = {variable.id: variable for variable in self.study.characteristics}
        for claim in self.rows("verdicts"):
            quantity, words = t(f"report.quantity.{claim['quantity']}"), t(f"verdicts.{claim['verdict']}")
            quantity += f", {t.tested_by(claim['test'])}" if claim["test"] else ""
            for column in ("reason", "convention"):
                words += f": {t(f'verdicts.{column}.{claim[column]}')}" if claim[column] else ""
            printed, computed = with_operator(claim), claim["prints_as"]
            match claim["quantity"]:
                case "decision":
                    printed, computed = map(self.decision, (claim["printed"], claim["decision_computed"]))
                case "between":
                    low, _, high = claim["n"].partition(";")
                    printed = t("report.between", value=claim["printed"], low=low.strip(), high=high.strip())
                case "ratio_percent":
                    computed = f"{claim['n']} = {computed}"
            if claim["verdict"] == "not_checkable" or claim["quantity"] in ("between", "comparison"):
                computed = NO_VALUE
            # where nothing is computed "1.000" may be a thousand
            if computed != NO_VALUE or not re.fullmatch(r"[1-9][0-9]{0,2}([.,][0-9]{3})+", printed):
                printed, computed = map(self.localised, (printed, computed))
            variable = variables.get(claim["variable"], outcome)
            levels = {level.id: self.label(level) for level in variable.levels}
            level = levels.get(claim["level"], claim["level"])  # an unknown word stays
            if level and variable is not outcome:
                level = f"{self.label(variable)} {level}"
            group = self.group(claim["group"]) if claim["group"] else ""
            when = self.moments.get(claim["timepoint"], claim["timepoint"])
            about = ", ".join(filter(None, (group, when, level)))
            title = f"{quantity}, {about}" if about else quantity
            said = (quantity, about, title, printed, computed, words, self.decision(claim["decision"]))
            place, note = t.place(claim["where"]), claim.get(f"note.{self.language}") or claim["note"]
            lines.append(ClaimLine(claim, claim["id"], claim["verdict"], place, *said, note))
        return lines

    def claim_words(self, line: ClaimLine) -> str:
        """Say a claim in a few words: what it states, of whom, and the printed number."""
        return self.t("explanations.claim", about=line.title, printed=line.printed)

    @cached_property
    def printed_tests(self) -> list[PrintedTest]:
        """Each test with each p-value printed for it, in the order of tests.csv.

        The same number printed in several places, with either decimal mark, is one entry; a test without a printed
        p-value has an entry without one; a test without a recomputed p-value has none.
        """
        # by test, group, procedure: which timepoints a test compares is fixed by the study, a claim need not say it
        printed: dict = defaultdict(lambda: defaultdict(list))
        for claim in self.rows("verdicts"):
            if claim["quantity"] == "p_value" and claim["verdict"] != "not_checkable":
                number = parse_printed(claim["printed"], self.study.decimal_mark)
                interval = number.interval(self.study.rounding, claim["operator"], domain=(0, 1))
                about = claim["test"], claim["group"], claim["procedure"]
                printed[about][interval, number.decimals].append(claim)
        by_test: dict = defaultdict(dict)
        for row in self.rows("tests"):
            by_test[test_of(row)][row["role"]] = row
        tests = []
        for key, roles in by_test.items():
            if not roles["declared"]["p_value"]:
                continue
            outputs = [row for row in self.rows("procedures") if test_of(row) == key and row["p_value"]]
            about = *key[:2], roles["declared"]["procedure"]
            for (interval, _), claims in printed[about].items() or [((None, 0), [])]:
                claim = claims[0] if claims else {}
                stated = (with_operator(claim) if claim else "", claim.get("verdict", ""), claim)
                places = tuple(self.t.place(claim["where"]) for claim in claims)
                # where the declared program may print either of two numbers, the one that its verdict rests on
                rests = claim["computed"] if claim and OTHER_DIFFERENCES in roles else ""
                p_values = (rests or roles["declared"]["p_value"], roles["exact"]["p_value"] or "nan")
                programs = sorted((self._program_value(row, interval) for row in outputs), key=_P_VALUE)
                rest = places, interval, tuple(programs)
                tests.append(PrintedTest(*key, *map(float, p_values), *stated, *rest))
        return tests

    def _program_value(self, row: Row, interval: Interval | None) -> ProgramValue:
        """Return a row of procedures.csv in words, beside the p-values that print as a printed one."""
        by_default, p_value = row["printed_by_default"] == "true", row["p_value"]
        lane = LANES[2 if row["kind"] == "other" else not by_default]
        words = map(self.t.versions, (row["program"], row["versions"]))
        output = self.t.output(row["output"], row["differences"])
        prints = interval is not None and interval.contains(Fraction(p_value))
        return ProgramValue(float(p_value), *words, output, lane, by_default, prints)

    @cached_property
    def effects(self) -> list[TestEffects]:
        """The rows of effects.csv by test, in their order."""
        by_test: dict = defaultdict(lambda: ([], {}))
        for row in self.rows("effects"):
            effects, p_values = by_test[test_of(row)]
            if row["effect"].startswith(P_VALUES):
                p_values[row["effect"]] = row["estimate"]
                continue
            said = []
            for column in ("method", "note"):
                parts = [part for part in row[column].split("; ") if part and part not in _SAID_ELSEWHERE]
                texts = self.t.section(f"effects.{column}")
                # a part without a text is shown as it is
                words = (texts.get(key_of(part), f"{part[0].upper()}{part[1:]}.") for part in parts)
                said.append(" ".join(words))
            digits = row["estimate"], row["low"], row["high"]
            numbers = tuple(float(text) if text else None for text in digits)
            names = row["effect"], self.t(f"effects.name.{row['test']}.{row['effect']}")
            effects.append(Effect(*names, digits, numbers, self.written(digits), *said))
        return [TestEffects(*key, tuple(effects), p_values) for key, (effects, p_values) in by_test.items()]

    @cached_property
    def confidence(self) -> str:
        """The confidence of the intervals in percent, "95"; "" without an interval."""
        stated = [row["confidence"] for row in self.rows("effects") if row["confidence"]]
        return self.t.number((100 * to_decimal(stated[0])).normalize()) if stated else ""

    def written(self, texts: Iterable[str], decimals: int | None = None) -> tuple[str, ...]:
        """Write numbers with as many decimals; or with two, more where the largest would not show two digits."""
        sizes = [abs(number) for number in map(to_decimal, texts) if number is not None]
        decimals = max(2, 1 - max(sizes, default=Decimal(0)).adjusted()) if decimals is None else decimals
        written = []
        for text in texts:
            number = self.t.number(text, decimals)
            if text.endswith("inf"):
                number = text.replace("-", MINUS).replace("inf", "\N{INFINITY}")
            # what rounds to zero has no sign
            written.append(number.removeprefix(MINUS) if not number.strip(f"{MINUS}0.,") else number)
        return tuple(written)

    @cached_property
    def explained(self) -> list[ExplainedClaim]:
        """The claims that differ with what would explain each, in the order of explanations.csv."""
        claims, by_id = [], {line.id: line for line in self.claims}
        for _, rows in groupby(self.rows("explanations"), key=lambda row: row["claim_id"]):
            explanations, without = [], []
            for row in rows:
                params = json.loads(row["params"])
                # what is printed takes the reader's decimal mark, as everywhere in the report
                for name in params.keys() & {"printed", "prints_as", "elsewhere", "adjusted"}:
                    params[name] = json.loads(self.localised(json.dumps(params[name], ensure_ascii=False)))
                description = self.t.explanation(row["code"], params)
                if row["kind"] == "none":
                    without.append((row["code"], description))
                    continue
                others = (tuple(row[f"claims_{by}"].split()) for by in ("kept", "contradicted"))
                coincidence = float(row["coincidence"]) if row["coincidence"] else None
                worth = (coincidence, row["informative"] == "true")
                shown = row | {"programs": self.t.programs(row["programs"])}
                explanations.append(ExplanationLine(shown, description, *others, *worth))
            lines = tuple(by_id[claim] for claim in row["claim_ids"].split())
            # beside explanations only what was not searched
            reasons = (said for code, said in without if not explanations or code == "not_searched")
            searched = "no_search" not in dict(without)
            claims.append(ExplainedClaim(lines[0], lines, tuple(explanations), " ".join(reasons), searched))
        return claims

    @property
    def explains_between_groups(self) -> bool:
        """Whether a p-value of the test between the groups is among the claims that differ."""
        claims = (explained.line.claim for explained in self.explained)
        return any((claim["quantity"], claim["test"]) == ("p_value", "rank_sum") for claim in claims)


def views(study: Path, results: Results, languages: Iterable[str]) -> Iterator[View]:
    """Yield a view of the study of a folder in each language."""
    from oxymilk.study import load_study

    loaded = load_study(study)
    return (View(loaded, results, language) for language in languages)
