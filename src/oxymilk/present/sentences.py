"""Methods and Results of a manuscript, in sentences that can be pasted, and the numbers in them.

They follow SAMPL (Lang & Altman 2015, doi:10.1016/j.ijnurstu.2014.09.006). A number is from a cell of a result table.
"""

from __future__ import annotations

import platform
import re
from importlib.metadata import version
from typing import TYPE_CHECKING

from oxymilk.files import write_rows, write_text
from oxymilk.present.formats import template
from oxymilk.present.tested import declared_tests
from oxymilk.stats.procedure import CHOICES
from oxymilk.texts import MINUS, to_decimal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from oxymilk.present.view import Row, View
    from oxymilk.study import Group, Timepoint

# what names a row of each table
_KEYS = {
    "tests": ("test", "group", "role"), "effects": ("test", "group", "effect"),
    "frequencies": ("group", "timepoint", "level"), "summaries": ("group", "timepoint"),
}  # fmt: skip
_COLUMNS = ("name", "value", "digits", "table", "row", "column")
_DIGITS = ("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
# decimals of the effect to report, and what it is multiplied by; a number has those of the outcome
_SHAPES = {"two_levels": (0, 100), "more_levels": (2, 1), "numbers": (None, 1)}


def methods(view: View) -> list[str]:
    """Return the paragraphs of Methods; none without a test."""
    return _Sentences(view).methods() if view.rows("tests") else []


def results(view: View) -> list[str]:
    """Return the paragraphs of Results: the groups, the changes within them, who was left out; none without a test."""
    return _Sentences(view).results()


def write_numbers(view: View, folder: Path) -> None:
    """Write the numbers of the Results: numbers.csv with their cells, numbers.tex with a macro for each."""
    sentences = _Sentences(view)
    sentences.results()
    numbers = list(sentences.numbers.values())
    write_rows(_COLUMNS, map(dict.values, numbers), folder / "numbers.csv")
    write_text(folder / "numbers.tex", template("tables_numbers.tex").render(numbers=numbers, t=view.t))


class _Sentences:
    """The sentences about a study; making them fills `numbers`: value as written, digits, table, row and column."""

    def __init__(self, view: View) -> None:
        self.view, self.study, self.t, outcome = view, view.study, view.t, view.study.outcome
        self.numbers: dict[str, Row] = {}
        places = ((table, keys, row) for table, keys in _KEYS.items() for row in view.rows(table))
        self.rows = {(table, *map(row.get, keys)): row for table, keys, row in places}
        self.declared = declared_tests(view)
        self.outcome = self.inside(view.label(outcome))
        self.unit = view.unit(outcome) or (self.t("sentences.points") if outcome.kind == "checklist" else "")
        self.kind = "score" if outcome.scale == "score" else "share" if len(outcome.levels) == 2 else "levels"

    def say(self, key: str, **values: object) -> str:
        """Return a text of the section `sentences`, "p = 0.002" unbroken; a blank that an empty value leaves goes."""
        text = re.sub(r" +(?=[,;.)]|$)", "", self.t(f"sentences.{key}", **values))
        return re.sub(rf"\s([=<])\s(?=[0-9{MINUS}])", "\u00a0\\1\u00a0", text)

    def join(self, parts: Iterable[str]) -> str:
        """Join the parts of an enumeration."""
        *first, last = parts
        key = "and_more" if first[1:] else "and"
        return self.say(key, first=", ".join(first), last=last) if first else last

    def inside(self, label: str) -> str:
        """Return a label as it is written within a sentence: small, unless it is an acronym or a name."""
        is_name = re.match(self.t("sentences.names"), label) or not label[1:2].islower()
        return label if is_name else label[0].lower() + label[1:]

    def group(self, group: Group) -> str:
        """Return "the massage group"; a label that has the word for group keeps its own."""
        label, word = self.inside(self.view.label(group)), self.t("common.group").casefold()
        words = label.casefold().split()
        key = "group" if word not in words else "group_first" if words[0] == word else "group_last"
        return self.say(key, group=label)

    def moment(self, timepoint: Timepoint) -> str:
        """Say when: "before the intervention", "on day 15"; a day that a label has in brackets stands for it."""
        outer, inner = re.fullmatch(r"(.+?)(?: *\((.+)\))?", self.view.label(timepoint)).groups("")
        patterns = self.t.section("sentences.moment_words")
        if re.fullmatch(patterns["on"], inner, re.IGNORECASE):
            outer, inner = inner, ""
        kind = next(kind for kind, words in patterns.items() if re.fullmatch(words, outer, re.IGNORECASE))
        return self.say(f"moment.{kind}", label=self.inside(outer)) + (f" ({inner})" if inner else "")

    def cite(self, row: Row, column: str, value: str = "") -> str:
        """Return a number as written, by default as in its cell, and keep where it is from, by a name for LaTeX."""
        table, *keys = next(place for place, own in self.rows.items() if own is row)
        spelt = re.sub(r"\d", lambda digit: f"_{_DIGITS[int(digit[0])]}_", "_".join((*keys, column)))
        words = spelt.split("_")
        name, value = "".join(word[:1].upper() + word[1:] for word in words), value or row[column]
        number = name, value, row[column], table, " ".join(filter(None, keys)), column
        self.numbers[name] = dict(zip(_COLUMNS, number, strict=True))
        return value

    def written(
        self, row: Row, columns: Iterable[str], decimals: int | None = None, times: int = 1
    ) -> list[str]:
        """Write a number, and from where to where its limits reach, with more decimals where one would print as 0.

        Without `decimals` they are in the outcome's unit: those that scores have, one more for means of two scores.
        """
        # a limit that is not 0 by its last bits is 0
        values = {column: times * round(to_decimal(row[column]), 9) for column in columns}
        if decimals is None:
            known = self.study.outcome.score_decimals
            decimals = 1 if known is None else known
            decimals += any(round(value, decimals) != value for value in values.values())
        while any(value and not round(value, decimals) for value in values.values()):
            decimals += 1
        number, *limits = (self.cite(row, name, self.t.number(values[name], decimals)) for name in columns)
        return [number, *([self.t.range(*limits)] if limits else ())]

    def who(self, row: Row, column: str, total: str, percent: str = "") -> str:
        """Say how many of how many: "all 10 participants", "3 of 10 participants (30%)"."""
        n, of = int(row[column]), int(row[total])
        key = "all" if n == of else "none" if n == 0 else "percent" if percent else "some"
        share = self.cite(row, percent, self.t.percent(float(row[percent]) / 100)) if percent else ""
        values = {"n": self.cite(row, column), "of": self.cite(row, total), "percent": share}
        return self.say(f"who.{key}{'_one' * (of == 1)}", **values)

    def state(self, group: Group, timepoint: Timepoint, *, brief: bool = False) -> str:
        """Describe the outcome of a group at a time; of two levels how many have the better, if `brief` no more."""
        place = group.id, timepoint.id
        if self.kind == "score":
            row = self.rows["summaries", *place]
            median, quartiles = self.written(row, ("median", "q1", "q3"))
            values = {"median": median, "range": quartiles, "n": self.cite(row, "n")}
            return self.say("state.score", unit=self.unit, **values)
        counted = [
            (self.inside(self.view.label(level)), self.rows["frequencies", *place, level.id])
            for level in self.study.outcome.levels
        ]
        shown = counted[1:] if self.kind == "share" else [level for level in counted if level[1]["n"] != "0"]
        if len(shown) == 1:
            ((level, row),) = shown
            who = self.who(row, "n", "total", "percent")
            return who if brief and self.kind == "share" else self.say("state.level", level=level, who=who)
        parts = (self.say("state.part", level=level, n=self.cite(row, "n")) for level, row in shown)
        return self.say("state.levels", levels=self.join(parts), of=self.cite(shown[0][1], "total"))

    def effect(self, declared: Row) -> dict[str, str]:
        """Say the effect to report of a test, and its interval with the statistic and the p-values."""
        test, group = declared["test"], declared["group"]
        effects = [row for row in self.view.rows("effects") if row["reported"]]
        row = next(row for row in effects if (row["test"], row["group"]) == (test, group))
        known = all(to_decimal(row[limit]) is not None for limit in ("low", "high"))
        columns = ("estimate", "low", "high") if known else ("estimate",)
        estimate, *limits = self.written(row, columns, *_SHAPES[row["reported"]])
        details = self.say("interval.unbounded" if row["low"] else "interval.undefined")
        if known:
            confidence = self.cite(row, "confidence", self.view.confidence)
            details = self.say("interval.known", confidence=confidence, range=limits[0])
        one = "_one" if row["reported"] == "two_levels" and estimate in ("1", f"{MINUS}1") else ""
        effect = self.say(f"effect.{row['effect']}{one}", estimate=estimate, unit=self.unit)
        return {"effect": effect, "details": f"{details}; {self.statistics(declared)}"}

    def statistics(self, declared: Row) -> str:
        """Say statistic and p-values, by the conventions of SPSS: the smaller U, a Z that is not positive."""
        test, exact = declared["test"], self.rows["tests", declared["test"], declared["group"], "exact"]
        two_sided, asymptotic = declared["alternative"] == "two-sided", declared["method"] == "asymptotic"
        columns = ("u1", "u2") if test == "rank_sum" else ("w_plus", "w_minus")
        column = min(columns, key=lambda name: float(declared[name])) if two_sided else columns[0]
        parts = []
        if test == "rank_sum" or not asymptotic:
            value = self.cite(declared, column, self.t.number(declared[column], 1))
            parts.append(self.say(f"statistic.{test}", value=value))
        if asymptotic:
            z = to_decimal(declared["z"])
            z = self.cite(declared, "z", self.t.number(-abs(z) if two_sided else z, 2))
            parts.append(self.say(f"statistic.{test}_z", z=z))
        same = declared["procedure"] == exact["procedure"]
        parts.append(self.p("p_exact" if same else "p_declared", declared))
        text = self.t("sentences.separator").join(parts)
        key = "p_exact" if exact["p_value"] else "p_not_computed"
        return text if same else f"{text}; {self.p(key, exact)}"

    def p(self, key: str, row: Row) -> str:
        """Say a p-value, "p = 0.002" or "exact p < 0.001"."""
        self.cite(row, "p_value", self.t.p_value(row["p_value"], self.study.alpha))
        return self.say(key, p=self.t.p_is(row["p_value"], alpha=self.study.alpha))

    def between(self, test: Row) -> str:
        """Report the comparison of the groups."""
        if not test["p_value"]:
            return self.say("between.none")
        values = self.effect(test) | {"outcome": self.outcome}
        if test["timepoint"] == "change":
            return self.say("between.change", **values)
        (first, second), post = self.study.groups[:2], self.study.compared[1]
        values |= {"group1": self.group(first), "group2": self.group(second), "moment": self.moment(post)}
        values |= {"state1": self.state(first, post), "state2": self.state(second, post, brief=True)}
        return self.say(f"between.{self.kind}", **values)

    def within(self, test: Row) -> str:
        """Report the change within a group; the state after it only where no sentence about the groups says it."""
        group, (pre, post) = self.study.group(test["group"]), self.study.compared
        values = {"group": self.group(group), "outcome": self.outcome}
        if not test["p_value"]:
            return self.say("within.none", **values)
        state = f"{self.state(group, pre)} {self.moment(pre)}"
        if len(self.study.groups) == 1 or self.study.between == "change":
            after = f"{self.state(group, post, brief=True)} {self.moment(post)}"
            state = self.say(f"both.{self.kind}", before=state, after=after)
        values["state"] = self.say(f"was.{self.kind}", state=state, **values)
        first, *moves = [move for move in ("up", "unchanged", "down") if test[f"n_{move}"] != "0"]
        if (first, moves) == ("unchanged", []):
            return self.say("within.unchanged", n=self.cite(test, "n"), **values)
        by = "score" if self.kind == "score" else "level"
        parts = [self.say(f"move.{by}.{first}", who=self.who(test, f"n_{first}", "n"))]
        parts += (self.say(f"move.{by}.{move}", who=self.cite(test, f"n_{move}")) for move in moves)
        return self.say(f"within.{by}", moves=self.join(parts), **values, **self.effect(test))

    def left_out(self) -> str:
        """Say how many were left out of which tests, and why."""
        parts = []
        for row in self.declared:
            if row["n_left_out"] != "0":
                group = self.group(self.study.group(row["group"])) if row["group"] else ""
                counts = {"n": self.cite(row, "n_left_out"), "of": self.cite(row, "n")}
                parts.append(self.say(f"left_out.{row['test']}", group=group, **counts))
        return self.say("left_out.why", tests=self.join(parts)) if parts else self.say("left_out.nobody")

    def results(self) -> list[str]:
        """Return the paragraphs of Results."""
        between = [self.between(test) for test in self.declared if not test["group"]]
        within = [self.within(test) for test in self.declared if test["group"]]
        paragraphs = (between, within, [self.left_out()]) if within else ()
        return [" ".join(text[0].upper() + text[1:] for text in texts) for texts in paragraphs if texts]

    def methods(self) -> list[str]:
        """Return the paragraphs of Methods."""
        view, tests = self.view, {test["test"]: test for test in self.declared}
        within, between = tests["signed_rank"], tests.get("rank_sum")
        compared = self.study.between if between else "one_group"
        texts = [self.say(f"methods.{compared}", moment=self.moment(self.study.compared[1]))]
        zeros = self.t(f"procedures.zero_method.{within['zero_method']}")
        alike = between and all(between[switch] in ("", within[switch]) for switch in CHOICES)
        key = "procedures" if alike else "procedure" if between else "procedure_only"
        program, lines = self.study.procedure.program or "", []
        for test in (between,) if alike else tests.values():
            name = self.inside(self.t(f"figures.test.{test['test']}"))
            texts.append(self.say(f"methods.{key}", test=name, procedure=view.procedure(test), zeros=zeros))
        for test in tests.values():
            # the output line that prints p so, of the study's program if it has one
            rows = (row for row in view.rows("procedures") if row["p_value"])
            own = [row for row in rows if row["procedure"] == test["procedure"]]
            own.sort(
                key=lambda row: (row["program"].startswith(program), row["printed_by_default"]), reverse=True
            )
            lines += [self.say("methods.line", **row) for row in own[:1]]
        texts += [self.say("methods.lines", lines=self.join(lines))] if lines else []
        others = {row["procedure"] for row in view.rows("tests") if row["role"] == "exact"}
        if others - {test["procedure"] for test in tests.values()}:
            texts.append(self.say("methods.exact"))
        texts.append(self.say("methods.alpha", alpha=self.t.number(self.study.alpha)))
        values = {"confidence": view.confidence, "group": self.group(self.study.groups[0])}
        reasons = dict.fromkeys(row["reported"] for row in view.rows("effects") if row["reported"])
        texts += (self.say(f"methods.effect.{why}", **values) for why in reasons)
        versions = {name: version(name) for name in ("oxymilk", "numpy", "scipy")}
        return [" ".join(texts), self.say("methods.software", python=platform.python_version(), **versions)]
