"""The kinds of values in study.yaml: words, ids, labels, references, taken as they are written."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints, ValidationInfo, create_model
from pydantic.functional_validators import AfterValidator, BeforeValidator, model_validator
from pydantic_core import PydanticCustomError

from oxymilk.study.yaml_lines import KeyPath
from oxymilk.texts import LANGUAGES
from oxymilk.words import nearest

# it names folders and files too
ID_PATTERN = re.compile(r"[a-z][a-z0-9_]{0,79}")
# what Word and XML files cannot hold
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
# what an id refers to -> the list of study.yaml that declares it
DECLARED_IN: dict[str, KeyPath] = {
    "group": ("groups",), "timepoint": ("timepoints",),
    "level": ("outcome", "levels"), "characteristic": ("characteristics",),
}  # fmt: skip
# languages whose texts were added after studies were written, which name their things in these two
_LATER = [language for language in LANGUAGES if language not in ("en", "id")]


def invalid(code: str, **params: Any) -> PydanticCustomError:
    """Return the error of a validator that becomes the fault `code` with these params."""
    return PydanticCustomError(code, code, params)


def is_id(value: object) -> bool:
    """Say whether a value is written as an id: small letters, digits, _, and no bare `no` or `yes`."""
    written = isinstance(value, str) and ID_PATTERN.fullmatch(value) is not None
    return written and getattr(value, "yaml_type", "str") != "bool"


def _id(value: object) -> object:
    """Refuse a text that is no id."""
    if isinstance(value, str) and not is_id(value):
        raise invalid("id_boolean" if getattr(value, "yaml_type", "") == "bool" else "id_illegal")
    return value


def legal(is_legal: Callable[[str, Any], object], code: str, **params: Any) -> AfterValidator:
    """Return the check that a text is legal in the context of the validation; else it is the fault `code`."""

    def checked(text: str, info: ValidationInfo) -> str:
        if not is_legal(text, info.context):
            near = nearest(text, params["legal"]) if isinstance(params.get("legal"), list) else ""
            raise invalid(code, nearest=near, **params)
        return text

    return AfterValidator(checked)


def short_for(full: Callable[[str], object]) -> BeforeValidator:
    """Let a single word stand for what `full` makes of it: `unit: ml` for `unit: {en: ml, id: ml}`."""
    return BeforeValidator(lambda value: full(value) if isinstance(value, str) else value)


def reference(what: str, *also: str) -> AfterValidator:
    """Return the check that an id is declared, or is `also` legal; the context of the validation has the file."""

    def declared(value: str, info: ValidationInfo) -> str:
        legal = info.context["tree"].ids(*DECLARED_IN[what]) if info.context else [value]
        if value not in (*legal, *also):
            raise invalid("reference_unknown", what=what, legal=legal, nearest=nearest(value, legal))
        return value

    return AfterValidator(declared)


OneOrMore = short_for(lambda word: (word,))
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
# readers see it
Shown = Annotated[Text, legal(lambda text, _: not CONTROL.search(text), "text_control")]
Texts = Annotated[tuple[Text, ...], OneOrMore]
DecimalMarks = Annotated[tuple[Literal[",", "."], ...], OneOrMore, Field(min_length=1, max_length=2)]
Id = Annotated[str, BeforeValidator(_id)]
TimepointId = Annotated[Id, reference("timepoint")]


class Model(BaseModel):
    """A part of study.yaml: frozen, and no key but its own.

    The description of a field is the key of its text, `new_study.keys.<class>.<field>`, in snake case.
    """

    model_config = {"extra": "forbid", "frozen": True}

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Give each field that the class declares the key of its description."""
        section = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__.partition("[")[0]).lower()
        for name, field in cls.model_fields.items():
            field.description = field.description or f"new_study.keys.{section}.{field.alias or name}"


class _Names(Model):
    """A name in every language; `label["id"]` is the Indonesian one."""

    @model_validator(mode="before")
    @classmethod
    def _in_later_languages(cls, names: Any) -> Any:
        """Take the English name for what the file cannot know yet."""
        is_named = isinstance(names, dict) and "en" in names
        return dict.fromkeys(_LATER, names["en"]) | names if is_named else names

    def __getitem__(self, language: str) -> str:
        return dict(self)[language]

    @property
    def words(self) -> tuple[str, ...]:
        """The names, one when all languages have the same."""
        return tuple(dict.fromkeys(dict(self).values()))


_FIELDS = {
    language: (Shown, Field(description="new_study.keys.labelled.label" if language in _LATER else None))
    for language in LANGUAGES
}
Label = create_model("Label", __base__=_Names, __doc__=_Names.__doc__, **_FIELDS)


class Labelled(Model):
    """What has an id for the file and a label for readers."""

    id: Id
    label: Label


Unit = Annotated[Label, short_for(lambda word: dict.fromkeys(LANGUAGES, word))]
