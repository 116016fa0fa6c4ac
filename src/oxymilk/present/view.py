"""A study and its results in the language of a reader: what every table, figure and page of the report is made from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from itertools import groupby
from math import inf, isinf
from typing import TYPE_CHECKING

from oxymilk.audit.printed import SIGNS, parse_printed, split_operator
from oxymilk.present.lines import (
    LANES,
    ClaimLine,
    Effect,
    ExplainedClaim,
    ExplanationLine,
    PrintedTest,
    ProgramValue,
    Row,
    TestEffects,
)
from oxymilk.texts import MINUS, NO_VALUE, key_of, labels, procedure_words, to_decimal

if TYPE_CHECKING:
    from pathlib import Path

    from oxymilk.audit.printed import Interval
    from oxymilk.results import Results
    from oxymilk.study import Characteristic, Group, Outcome, Study, Timepoint
    from oxymilk.study.outcome import Level

INFINITY = "\N{INFINITY}"
# rows of effects.csv that are p-values, by how their names begin
P_VALUES = ("holm", "least")
# parts of a note that the effect's name, the dash of a missing interval or a general note says
_SAID_ELSEWHERE = (
    "z / sqrt(N)", "N counts pairs", "N counts observations, two a pair", "N counts both groups",
    "no interval of its own", "no interval", "Cliff's delta", "pairs that rose, plus half of those unchanged",
    "conditional maximum likelihood", "post - pre", "post - pre, in units of the score",
    "first group less second, in units of the score",
)  # fmt: skip
# of a test without a printed p-value
_NOT_PRINTED = dict.fromkeys(
    ("verdict", "prints_as", "decision", "decision_printed", "decision_computed", "note"), ""
)


class View:
    """A study, its results, and the language in which they are shown.

    Parameters
    ----------
    study : Study
        The study; its labels name groups, timepoints, variables and levels.
    results : Results
        Its result tables; one is read when it is first asked for.
    language : str
        One of `oxymilk.texts.LANGUAGES`.

    Attributes
    ----------
    t : Labels
        The texts of the language.
    """

    def __init__(self, study: Study, results: Results, language: str) -> None:
        self.study = study
        self.results = results
        self.language = language
        self.t = labels(language)
        self._rows: dict[str, list[Row]] = {}

    def rows(self, table: str) -> list[Row]:
        """Return the rows of a result table, such as "tests"; every cell text, none when nothing was audited."""
        if table not in self._rows:
            self._rows[table] = getattr(self.results, table).to_dict("records")
        return self._rows[table]

    # -------------------------------------------------------------- names

    def label(self, named: Group | Timepoint | Outcome | Characteristic | Level) -> str:
        """Return the label of a part of the study."""
        return named.label[self.language]

    def unit(self, variable: Outcome | Characteristic) -> str:
        """Return the unit of a variable; "" where it has none."""
        return variable.unit[self.language] if variable.unit else ""

    def group(self, group_id: str) -> str:
        """Return the label of a group."""
        return self.label(self.study.group(group_id))

    def timepoint(self, timepoint_id: str) -> str:
        """Return the label of a timepoint, or the word for the change between two; an unknown word stays."""
        names = {"change": self.t("figures.change")}
        names |= {timepoint.id: self.label(timepoint) for timepoint in self.study.timepoints}
        return names.get(timepoint_id, timepoint_id)

    def level(self, level_id: str, variable_id: str = "") -> str:
        """Return the label of a level of the outcome, or of a characteristic with its name; an unknown word stays."""
        study = self.study
        variables = {variable.id: variable for variable in (study.outcome, *study.characteristics)}
        variable = variables.get(variable_id or study.outcome.id)
        if variable is None:
            return level_id
        label = {level.id: self.label(level) for level in variable.levels}.get(level_id, level_id)
        return label if variable is study.outcome else f"{self.label(variable)} {label}"

    def test_name(self, test: Row | PrintedTest | TestEffects) -> str:
        """Return the name of a test and of what it compares: a row of tests.csv, or what has its three keys."""
        keys = test if isinstance(test, Mapping) else vars(test)
        within = keys["test"] == "signed_rank"
        what = self.group(keys["group"]) if within else self.timepoint(keys["timepoint"])
        return self.t("figures.test_of", test=self.t(f"figures.test.{keys['test']}"), what=what)

    def procedure(self, row: Row) -> str:
        """Say the procedure of a row of tests.csv."""
        words = ("method", "alternative", "zero_method", "two_sided", "half_integer")
        switches: dict[str, object] = {name: row[name] for name in words if row[name]}
        on_off = ("tie_correction", "continuity", "mid_p")
        switches |= {name: row[name] == "true" for name in on_off if row[name]}
        return procedure_words(switches, row["test"], self.language)

    def decision(self, decision: str) -> str:
        """Say "significant" or "not significant"; "" stays ""."""
        return self.t(f"verdicts.decision.{decision.replace(' ', '_')}") if decision else ""

    # -------------------------------------------------------------- what is printed

    def localised(self, printed: str) -> str:
        """Return a printed number with the reader's decimal mark; "0.002" and "0,002" are one number."""
        _, number = split_operator(printed)
        try:
            mark = parse_printed(number, self.study.decimal_mark).mark
        except ValueError:
            return printed
        localised = number.replace(mark, self.t("common.decimal_mark")) if mark else number
        return printed.removesuffix(number) + localised

    @cached_property
    def claims(self) -> list[ClaimLine]:
        """Every claim in words, in the order of verdicts.csv."""
        return [self.claim_line(claim) for claim in self.rows("verdicts")]

    @cached_property
    def claim(self) -> Mapping[str, ClaimLine]:
        """Every claim in words, by its id."""
        return {line.id: line for line in self.claims}

    def claim_line(self, claim: Row) -> ClaimLine:
        """Say a row of verdicts.csv."""
        t = self.t
        quantity = t(f"report.quantity.{claim['quantity']}")
        verdict = t(f"verdicts.{claim['verdict']}")
        printed, computed = with_operator(claim), claim["prints_as"]
        match claim["quantity"]:
            case "decision":
                printed, computed = self.decision(claim["printed"]), self.decision(claim["decision_computed"])
            case "between":
                low, _, high = claim["n"].partition(";")
                printed = t("report.between", value=claim["printed"], low=low.strip(), high=high.strip())
                computed = NO_VALUE
            case "comparison":
                computed = NO_VALUE
            case "ratio_percent":
                computed = f"{claim['n']} = {computed}"
        about = (
            self.group(claim["group"]) if claim["group"] else "",
            self.timepoint(claim["timepoint"]) if claim["timepoint"] else "",
            self.level(claim["level"], claim["variable"]) if claim["level"] else "",
        )
        return ClaimLine(
            claim=claim,
            where=t.place(claim["where"]),
            quantity=f"{quantity}, {t('figures.test.' + claim['test'])}" if claim["test"] else quantity,
            about=", ".join(filter(None, about)),
            printed=printed,
            computed=NO_VALUE if claim["verdict"] == "not_checkable" else computed,
            words=f"{verdict}: {t('verdicts.reason.' + claim['reason'])}" if claim["reason"] else verdict,
            decision=self.decision(claim["decision"]),
        )

    def claim_words(self, line: ClaimLine) -> str:
        """Say a claim in a few words: what it states, of whom, and the printed number."""
        return self.t("explanations.claim", about=line.title, printed=self.localised(line.printed))

    # -------------------------------------------------------------- p-values and effects

    @cached_property
    def printed_tests(self) -> list[PrintedTest]:
        """Each test with each p-value printed for it, in the order of tests.csv.

        The same number printed in several places, with either decimal mark, is one entry; a test without a printed
        p-value has an entry without one; a test without a recomputed p-value has none.
        """
        roles: dict[tuple[str, ...], dict[str, float]] = {}
        for row in self.rows("tests"):
            key = row["test"], row["group"], row["timepoint"]
            roles.setdefault(key, {})[row["role"]] = float(row["p_value"] or "nan")
        return [
            test
            for key, p in roles.items()
            if p["declared"] == p["declared"]  # NaN is not equal to itself
            for test in self._tests_with_printed(key, p)
        ]

    def _tests_with_printed(self, key: tuple[str, ...], p: Mapping[str, float]) -> list[PrintedTest]:
        """Return a test with each p-value printed for it, or once without one."""
        printed: dict[tuple[Interval, Fraction], list[Row]] = {}
        for claim in self.rows("verdicts"):
            # which timepoints a test compares is fixed by the study: a claim need not repeat it
            about_test = claim["quantity"] == "p_value" and (claim["test"], claim["group"]) == key[:2]
            if about_test and claim["verdict"] != "not_checkable":
                number = parse_printed(claim["printed"], self.study.decimal_mark)
                interval = number.interval(self.study.rounding, claim["operator"], domain=(0, 1))
                printed.setdefault((interval, Fraction(1, 10**number.decimals)), []).append(claim)
        return [
            PrintedTest(
                *key,
                printed=with_operator(claims[0]) if claims else "",
                places=tuple(self.t.place(claim["where"]) for claim in claims),
                interval=interval,
                unit=unit,
                **p,
                programs=self._programs(key, interval),
                claim=claims[0] if claims else _NOT_PRINTED,
            )
            for (interval, unit), claims in printed.items() or [((None, None), [])]
        ]

    def _programs(self, key: tuple[str, ...], interval: Interval | None) -> tuple[ProgramValue, ...]:
        values = [
            ProgramValue(
                float(row["p_value"]),
                *(row[name] for name in ("program", "versions", "output")),
                lane=LANES[2 if row["kind"] == "other" else row["printed_by_default"] != "true"],
                by_default=row["printed_by_default"] == "true",
                prints=interval is not None and interval.contains(Fraction(row["p_value"])),
            )
            for row in self.rows("procedures")
            if (row["test"], row["group"], row["timepoint"]) == key and row["p_value"]
        ]
        return tuple(sorted(values, key=lambda value: value.p_value))

    @cached_property
    def effects(self) -> list[TestEffects]:
        """The rows of effects.csv by test, in their order."""
        by_test = groupby(self.rows("effects"), key=lambda row: (row["test"], row["group"], row["timepoint"]))
        gathered = []
        for key, rows in by_test:
            effects, p_values = [], {}
            for row in rows:
                name, numbers = row["effect"], (row["estimate"], row["low"], row["high"])
                if name.startswith(P_VALUES):
                    p_values[name] = row["estimate"]
                    continue
                label = self.t(f"effects.name.{row['test']}.{name}")
                method, note = (self._sentences(row[column], column) for column in ("method", "note"))
                effects.append(Effect(name, label, *numbers, self._written(numbers), method, note))
            gathered.append(TestEffects(*key, tuple(effects), p_values))
        return gathered

    @cached_property
    def confidence(self) -> str:
        """The confidence of the intervals in percent, "95"; "" without an interval."""
        stated = [row["confidence"] for row in self.rows("effects") if row["confidence"]]
        return self.t.number((100 * to_decimal(stated[0])).normalize()) if stated else ""

    def _written(self, numbers: tuple[str, ...]) -> tuple[str, ...]:
        """Write numbers with two decimals, more where the largest of them would not show two digits."""
        sizes = [abs(float(text)) for text in numbers if text and not isinf(float(text))]
        largest = max(sizes, default=0.0)
        decimals = 2 if largest == 0 or largest >= 0.1 else 1 - to_decimal(largest).adjusted()
        written = []
        for text in numbers:
            if text and isinf(float(text)):
                written.append(INFINITY if float(text) == inf else MINUS + INFINITY)
                continue
            number = self.t.number(text, decimals)
            # what rounds to zero has no sign
            written.append(number.removeprefix(MINUS) if not number.strip(f"{MINUS}0.,") else number)
        return tuple(written)

    def _sentences(self, text: str, section: str) -> str:
        """Say a method or note of effects.csv, less what is said elsewhere; a part without a text is shown as it is."""
        parts = [part for part in text.split("; ") if part and part not in _SAID_ELSEWHERE]
        texts = self.t.section(f"effects.{section}")
        return " ".join(texts.get(key_of(part), f"{part[0].upper()}{part[1:]}.") for part in parts)

    # -------------------------------------------------------------- explanations

    @cached_property
    def explained(self) -> list[ExplainedClaim]:
        """The claims that differ with what would explain each, in the order of explanations.csv."""
        by_claim = groupby(self.rows("explanations"), key=lambda row: row["claim_id"])
        return [self._explained_claim(list(rows)) for _, rows in by_claim]

    @property
    def explains_between_groups(self) -> bool:
        """Whether a p-value of the test between the groups is among the claims that differ."""
        claims = (explained.line.claim for explained in self.explained)
        return any((claim["quantity"], claim["test"]) == ("p_value", "rank_sum") for claim in claims)

    def _explained_claim(self, rows: list[Row]) -> ExplainedClaim:
        from oxymilk.explain import describe_explanation

        found, without = [], []
        for row in rows:
            params = json.loads(row["params"])
            # what is printed takes the reader's decimal mark, as everywhere in the report
            params |= {
                name: self.localised(params[name]) for name in params.keys() & {"printed", "prints_as"}
            }
            description = describe_explanation(row["code"], params, self.language)
            if row["kind"] == "none":
                without.append(description)
                continue
            found.append(
                ExplanationLine(
                    row=row,
                    description=description,
                    kept=tuple(row["claims_kept"].split()),
                    contradicted=tuple(row["claims_contradicted"].split()),
                    coincidence=float(row["coincidence"]) if row["coincidence"] else None,
                    informative=row["informative"] == "true",
                )
            )
        return ExplainedClaim(
            lines=tuple(self.claim[claim] for claim in rows[0]["claim_ids"].split()),
            explanations=tuple(found),
            without="" if found else " ".join(without),
            searched=rows[0]["code"] != "no_search",
        )


def with_operator(claim: Row) -> str:
    """Return what a claim prints with its operator: "< 0.05", "0.05"; "48% ≤ 91%" of two printed numbers."""
    sign = SIGNS[claim["operator"]]
    if claim["quantity"] in ("comparison", "sum"):
        return f"{claim['printed']} {sign or '='} {claim['n']}"
    return f"{sign} {claim['printed']}".lstrip()


def views(study: Path, results: Results, languages: Iterable[str]) -> Iterator[View]:
    """Yield a view of the study of a folder in each language."""
    from oxymilk.study import load_study

    loaded = load_study(study)
    yield from (View(loaded, results, language) for language in languages)
