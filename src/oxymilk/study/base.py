"""The kinds of values in study.yaml: words, ids, labels, taken as they are written."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from oxymilk.study.tree import Scalar

ID_PATTERN = re.compile(r"[a-z][a-z0-9_]*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")


def _text(value: object) -> object:
    """Take a scalar as written: `No` as a column name is the word No."""
    return str(value) if isinstance(value, Scalar) else value


def _id(value: object) -> object:
    if isinstance(value, Scalar) and value.yaml_type == "bool":
        raise PydanticCustomError("id_boolean", "id_boolean", {"value": str(value)})
    if isinstance(value, str) and not ID_PATTERN.fullmatch(value):
        raise PydanticCustomError("id_illegal", "id_illegal", {"value": str(value)})
    return _text(value)


def _shown(text: str) -> str:
    if _CONTROL.search(text):
        raise PydanticCustomError("text_control", "text_control", {})
    return text


def one_or_more(value: object) -> object:
    """Let a single value stand for a list of one."""
    return (value,) if isinstance(value, str) else value


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), BeforeValidator(_text)]
# what Word and XML files are to hold
Shown = Annotated[Text, AfterValidator(_shown)]
Id = Annotated[str, BeforeValidator(_id)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(one_or_more)]
DecimalMarks = Annotated[
    tuple[Literal[",", "."], ...], BeforeValidator(one_or_more), Field(min_length=1, max_length=2)
]


class Model(BaseModel):
    """A part of study.yaml: frozen, and no key but its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Label(Model):
    """A name in both languages; `label["id"]` is the Indonesian one."""

    en: Shown
    id: Shown

    def __getitem__(self, language: str) -> str:
        if language not in ("en", "id"):
            raise KeyError(language)
        return getattr(self, language)

    @property
    def words(self) -> tuple[str, ...]:
        """The names, one when both languages have the same."""
        return tuple(dict.fromkeys((self.en, self.id)))


def _same_in_both(value: object) -> object:
    """Let `unit: ml` stand for `unit: {en: ml, id: ml}`."""
    return {"en": value, "id": value} if isinstance(value, str) else value


Unit = Annotated[Label, BeforeValidator(_same_in_both)]
