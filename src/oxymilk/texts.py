"""The words of tables, figures and reports in each language, and numbers as that language writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

# the switches of a procedure in the order in which they are said
_SWITCHES = (
    "method", "two_sided", "alternative", "tail", "tie_correction", "continuity", "mid_p", "zero_method",
    "half_integer",
)  # fmt: skip
MINUS = "\N{MINUS SIGN}"
NO_VALUE = "\N{EN DASH}"

_FOLDER = Path(__file__).with_name("texts")
# a language is a file of that folder; English, which every default names, is the first
LANGUAGES = tuple(
    sorted((path.stem for path in _FOLDER.glob("*.yaml")), key=lambda name: (name != "en", name))
)
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
# in a short place name, "p3" is the third paragraph of that section
_PLACE_WORD = re.compile(r"\bp(?P<paragraph>\d+)\b|[^\W\d_]+")

# one of our own numbers
_NUMBER = re.compile(r"-?\d+\.\d+(e-?\d+)?")
# in a line of a program's output what the program does not say: its versions, and that it is any
_VERSIONS = re.compile(r"(?<=\()[^()]*(?=\): )|any program, [^(;]+")


class Labels:
    """The texts of one language; call it with a dotted key.

    Attributes
    ----------
    language : str
        One of `LANGUAGES`.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        parts = re.split(r"(?m)^(?=\w+:)", (_FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))
        self._source = {part.partition(":")[0]: part for part in parts[1:]}
        self._read: dict[str, dict[str, str]] = {}

    def _part(self, key: str) -> dict[str, str]:
        """Return all texts below the first word of a key, which are read when one of them is first asked for."""
        name = key.partition(".")[0]
        if name not in self._read:
            self._read[name] = dict(_flatten(read_yaml(self._source.get(name, "{}"))))
        return self._read[name]

    def __contains__(self, key: str) -> bool:
        return key in self._part(key)

    def __call__(self, key: str, /, **values: object) -> str:
        """Return the text of a dotted key ("tables.title.ranks") with `values` put at its placeholders.

        What is in a value is never read as a placeholder. KeyError if the key is unknown or a value is missing.
        """
        texts = self._part(key)
        if key not in texts:
            raise KeyError(f"no text {key!r} in texts/{self.language}.yaml")
        return texts[key].format(**values)

    def tested_by(self, test: str) -> str:
        """Name a test of a claims.csv: as figures name a rank test, another as `oxymilk check` does."""
        known = f"figures.test.{test}"
        return self(known if known in self else f"check.tests.{test.replace('_', '-')}")

    def section(self, prefix: str) -> Mapping[str, str]:
        """Return the texts below `prefix`, keys without it, in file order."""
        start = f"{prefix}."
        texts = self._part(prefix).items()
        return {key.removeprefix(start): text for key, text in texts if key.startswith(start)}

    def number(self, value: object, decimals: int | None = None) -> str:
        """Write a number as the language does: its decimal mark, a true minus sign.

        Parameters
        ----------
        value : number or numeric str
            The value; a missing one (None, "", NaN) gives an en dash.
        decimals : int, optional
            Places after the mark, halves rounded away from zero on the decimals as written; without it all
            the digits that the value has.

        Returns
        -------
        str
            Such as "5.50" (en) or "5,50" (id).
        """
        exact = to_decimal(value)
        if exact is None:
            return NO_VALUE
        if decimals is not None:
            exact = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
        sign = MINUS if exact < 0 else ""
        return sign + f"{abs(exact):f}".replace(".", self("common.decimal_mark"))

    def range(self, low: str, high: str) -> str:
        """Write from where to where written numbers go: "29 to 89" (en), "29–89" and "−6 hingga 60" (id)."""
        return self("common.range_signed" if MINUS in low + high else "common.range", low=low, high=high)

    def significant(self, value: object, digits: int) -> str:
        """Write a number with so many significant digits: 0.001381 with three as "0.00138"."""
        exact = to_decimal(value)
        if not exact:
            return self.number(value)
        return self.number(exact, max(0, digits - 1 - exact.adjusted()))

    def compact(self, value: float, digits: int = 3) -> str:
        """Write a number as short as it can be with `digits` significant digits; nan as an en dash.

        Examples
        --------
        >>> labels("id").compact(0.0015654), labels("en").compact(2.1e-7)
        ('0,00157', '2.1 × 10⁻⁷')
        """
        if value != value:  # NaN is not equal to itself
            return NO_VALUE
        text = f"{value:.{digits}g}"
        if value != 0 and abs(value) < 1e-4:
            mantissa, _, exponent = f"{value:.{digits - 2}e}".partition("e")
            text = f"{mantissa} × 10{str(int(exponent)).translate(_SUPERSCRIPT)}"
        return text.replace(".", self("common.decimal_mark"))

    def output(self, line: str, differences: str) -> str:
        """Write a program's output line with how its differences were taken, where that matters."""
        return f"{line} ({self(f'common.differences.{differences}')})" if differences else line

    def versions(self, text: str) -> str:
        """Write the versions of a program ("4.6 or later"), or "any program"; names of programs stay."""
        words = self.section("common.versions")
        return re.sub(rf"\b({'|'.join(words)})\b", lambda part: words[part[0]], text)

    def programs(self, lines: str) -> str:
        """Write output lines of programs, "SAS PROC FREQ (all): Pr > S; ...": what is not their own words."""
        return _VERSIONS.sub(lambda part: self.versions(part[0]), lines)

    def percent(self, share: float | None) -> str:
        """Write a share in whole percent; what is not nothing is not written as 0%, what is not all not as 100%."""
        if share is None:
            return NO_VALUE
        whole = self.number(100 * to_decimal(share), 0)
        if whole == "0" and share > 0:
            return "< 1%"
        if whole == "100" and share < 1:
            return "> 99%"
        return f"{whole}%"

    def p_value(self, value: object, alpha: object = None) -> str:
        """Write a p-value with three decimals.

        A p that would print as 0.000 is written "< 0.001". When rounding would carry p to or across
        `alpha`, as many decimals are added as keep it on its side (0.04996, never 0.050, at alpha 0.05).

        Parameters
        ----------
        value : number or numeric str
            p, from 0 to 1; a missing one gives an en dash.
        alpha : number or numeric str, optional
            The level of significance.

        Returns
        -------
        str
            Such as "0.002" (en) or "0,002" (id).
        """
        exact = to_decimal(value)
        if exact is None:
            return NO_VALUE
        level = to_decimal(alpha)
        for decimals in range(3, 11):
            rounded = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
            if level is None or exact == level or (rounded - level) * (exact - level) > 0:
                break
        if rounded == 0:
            return f"< {self.number('0.001')}"
        return self.number(exact, decimals)

    def p_is(self, *values: object, alpha: object = None) -> str:
        """Write p-values to follow a word: "= 0.002", "< 0.001; 0.250"; the sign stays with its number."""
        text = self("common.list_separator").join(self.p_value(value, alpha) for value in values)
        return re.sub("^(<?) ?", lambda sign: f"{sign[1] or '='}\u00a0", text)

    def place(self, where: str) -> str:
        """Write a short place name of claims.csv ("results table 2", "discussion p3"); an unknown word stays."""
        words = self.section("common.places")

        def written(part: re.Match) -> str:
            number = part["paragraph"]
            return self("common.paragraph", number=number) if number else words.get(part[0].lower(), part[0])

        return _PLACE_WORD.sub(written, where)

    def explanation(self, code: str, params: Mapping[str, Any]) -> str:
        """Say an explanation in one or two sentences, from the `code` and the `params` (read as JSON) of its row."""
        words = {name: self._param(name, value) for name, value in params.items()}
        if "." not in code:
            return self(f"explain.codes.{code}", **words)
        said = self(code, **words)  # as `oxymilk check` says it
        return f"{said[0].upper()}{said[1:]}."

    def _param(self, name: str, value: Any) -> str:
        """Say a param of an explanation, by its name; our own numbers take the language's decimal mark."""
        words, mark = self.section("explain.words"), self("common.decimal_mark")
        if name == "procedure":
            return procedure_words(value, value["test"], self.language)
        if name in ("test", "other_test", "statistic", "adjustment"):
            return words[f"{name}_{value}"]
        if name == "switches":
            return ", ".join(words[f"switch_{switch}"] for switch in value) or words["no_switch"]
        if name == "unsearched":
            return "; ".join(words[f"unsearched_{space}"] for space in value)
        if name == "searched":
            # "departure_2" went up to two participants
            spaces = [re.fullmatch(r"(departure)_([1-9]\d*)|.*", space) for space in value]
            return "; ".join(words[f"searched_{space[1] or space[0]}"].format(n=space[2]) for space in spaces)
        if name == "changes":
            each = ({key: self._param(key, cell) for key, cell in change.items()} for change in value)
            return "; ".join(self("explain.words.change", **cells) for cells in each)
        if isinstance(value, list):
            items = [self._param("value", item) for item in value]
            if name in ("elsewhere", "others", "adjusted"):
                return words[name].format(list="; ".join(items)) if items else ""
            # where the comma is the decimal mark it does not part numbers
            return (", " if mark == "." else "; ").join(items)
        if isinstance(value, dict) and set(value) == set(LANGUAGES):
            return value[self.language]
        of_number = name in ("value", "low", "high", "source", "p") and _NUMBER.fullmatch(str(value))
        return str(value).replace(".", mark) if of_number else str(value)


@cache
def labels(language: str) -> Labels:
    """Load the texts of a language; ValueError if it is none of `LANGUAGES`."""
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r} is none of {', '.join(LANGUAGES)}")
    return Labels(language)


def read_yaml(source: Path | str) -> Any:
    """Read a YAML file, or its text, by the loader in C, ten times as fast, wherever libyaml is."""
    import yaml

    text = source if isinstance(source, str) else source.read_bytes()
    return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def procedure_words(switches: Mapping[str, object], test: str, language: str = "en") -> str:
    """Say a procedure in words, from the switches that it uses.

    Parameters
    ----------
    switches : mapping
        As `oxymilk.stats.Procedure.switches` gives them, in any order. `tail`, in place of an alternative, is for a
        p-value of the smaller tail.
    test : {"signed_rank", "rank_sum"}
        The rank-sum test knows no zero differences.
    language : str
        One of `LANGUAGES`.

    Returns
    -------
    str
        Such as "asymptotic (normal approximation), two-sided, tie-corrected, without continuity correction, zero
        differences dropped".
    """
    said = dict(switches)
    if said["method"] == "exact":
        said["method"] = f"exact_{test}"
    if "two_sided" in said and said.get("alternative", "two-sided") == "two-sided":
        # how the two sides are made says that there are two
        said.pop("alternative", None)
    if test == "rank_sum":
        said.pop("zero_method", None)
    texts = labels(language).section("procedures")
    words = {True: "with", False: "without"}
    keys = (f"{switch}.{words.get(said[switch], said[switch])}" for switch in _SWITCHES if switch in said)
    return ", ".join(texts[key] for key in keys if key in texts)


def key_of(part: str) -> str:
    """Return the label key of a part: its letters and digits in lower case, joined by underscores."""
    return re.sub(r"[^a-z0-9]+", "_", part.lower()).strip("_")


def to_decimal(value: object) -> Decimal | None:
    """Return a number as the decimal that is written, or None when it is missing."""
    if value is None or value == "" or value != value:  # NaN is not equal to itself
        return None
    if isinstance(value, Decimal):
        return value
    # pipeline tables carry ten significant digits: a float must round as its written form does
    text = value if isinstance(value, str) else f"{float(value):.10g}"
    number = Decimal(text)
    return number if number.is_finite() else None


def _flatten(content: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in content.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value).rstrip("\n")
