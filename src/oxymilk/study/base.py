"""The kinds of values in study.yaml: words, ids, labels, references, taken as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from oxymilk.study.yaml_lines import KeyPath, Scalar
from oxymilk.words import nearest

ID_PATTERN = re.compile(r"[a-z][a-z0-9_]*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")


def invalid(code: str, **params: Any) -> PydanticCustomError:
    """Return the error of a validator that becomes the fault `code` with these params."""
    return PydanticCustomError(code, code, params)


def refuse(faults: Iterable[tuple[KeyPath, str, str, dict[str, Any]]]) -> None:
    """Raise all faults of a part of the file at once: path within the part, value, code, params."""
    errors = [
        InitErrorDetails(type=invalid(code, **params), loc=path, input=value)
        for path, value, code, params in faults
    ]
    if errors:
        raise ValidationError.from_exception_data("study.yaml", errors)


def is_id(value: object) -> bool:
    """Say whether a value is written as an id: small letters, digits, _, and no bare `no` or `yes`."""
    boolean = isinstance(value, Scalar) and value.yaml_type == "bool"
    return isinstance(value, str) and not boolean and ID_PATTERN.fullmatch(value) is not None


def _text(value: object) -> object:
    """Take a scalar as written: `No` as a column name is the word No."""
    return str(value) if isinstance(value, Scalar) else value


def _id(value: object) -> object:
    if isinstance(value, str) and not is_id(value):
        raise invalid("id_boolean" if getattr(value, "yaml_type", "") == "bool" else "id_illegal")
    return _text(value)


def _shown(text: str) -> str:
    """Refuse what Word and XML files cannot hold."""
    if _CONTROL.search(text):
        raise invalid("text_control")
    return text


def one_or_more(value: object) -> object:
    """Let a single value stand for a list of one."""
    return (value,) if isinstance(value, str) else value


def reference(what: str) -> AfterValidator:
    """Return the check that an id is declared; the context of the validation lists the ids of each kind."""

    def declared(value: str, info: ValidationInfo) -> str:
        legal = (info.context or {}).get(what)
        if legal is not None and value not in legal:
            raise invalid("reference_unknown", what=what, legal=legal, nearest=nearest(value, legal))
        return value

    return AfterValidator(declared)


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), BeforeValidator(_text)]
Shown = Annotated[Text, AfterValidator(_shown)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(one_or_more)]
DecimalMarks = Annotated[
    tuple[Literal[",", "."], ...], BeforeValidator(one_or_more), Field(min_length=1, max_length=2)
]
Id = Annotated[str, BeforeValidator(_id)]
GroupId = Annotated[Id, reference("group")]
TimepointId = Annotated[Id, reference("timepoint")]
LevelId = Annotated[Id, reference("level")]
CharacteristicId = Annotated[Id, reference("characteristic")]


class Model(BaseModel):
    """A part of study.yaml: frozen, and no key but its own.

    The description of a field is the key of its text, `new_study.keys.<class>.<field>`, in snake case.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Give each field that the class declares the key of its description."""
        section = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__.partition("[")[0]).lower()
        for name, field in cls.model_fields.items():
            field.description = field.description or f"new_study.keys.{section}.{field.alias or name}"


class Label(Model):
    """A name in both languages; `label["id"]` is the Indonesian one."""

    en: Shown
    id: Shown

    def __getitem__(self, language: str) -> str:
        if language not in type(self).model_fields:
            raise KeyError(language)
        return getattr(self, language)

    @property
    def words(self) -> tuple[str, ...]:
        """The names, one when both languages have the same."""
        return tuple(dict.fromkeys((self.en, self.id)))


class Labelled(Model):
    """What has an id for the file and a label for readers."""

    id: Id
    label: Label


def _same_in_both(value: object) -> object:
    """Let `unit: ml` stand for `unit: {en: ml, id: ml}`."""
    return {"en": value, "id": value} if isinstance(value, str) else value


Unit = Annotated[Label, BeforeValidator(_same_in_both)]
