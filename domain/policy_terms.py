"""The terms a policy is written in: each scalar has one spelling, and is read without guessing."""

import datetime
import re
from fractions import Fraction
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag

from domain.base import Number, Text
from domain.money import Money

NAME_PATTERN = "^[a-z][a-z0-9_]{0,59}$"
Name = Annotated[str, Field(pattern=NAME_PATTERN)]


def _label_kind(value: Any) -> str:
    return "by_language" if isinstance(value, dict) else "text"


def _share(text: str) -> str:
    match = re.fullmatch(r"([1-9][0-9]{0,3})/([1-9][0-9]{0,3})", text)
    if match is None or Fraction(int(match[1]), int(match[2])) > 1:
        raise ValueError("a share is an exact fraction such as 2/3, above 0 and up to 1")
    return text


def _money_text(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?) ([A-Z]{3})", value)
    if match is None:
        raise ValueError("write money as amount and currency, for example 250000.00 EUR")
    return {"amount": match[1], "currency": match[2]}


def _spelt(form: str, say: str) -> BeforeValidator:
    """Hold a text to one spelling: it is read without guessing, so no `yes`, `1e3` or `1_000`."""

    def check(value: Any) -> Any:
        if isinstance(value, str) and not re.fullmatch(form, value):
            raise ValueError(say)
        return value

    return BeforeValidator(check)


Language = Annotated[
    str,
    _spelt("[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", "write the code of a language, such as en or de-CH"),
]
Label = Annotated[
    Annotated[Text, Tag("text")]
    | Annotated[dict[Language, Text], Field(min_length=1), Tag("by_language")],
    Discriminator(_label_kind),
]
"""A text, or a text by language."""
Flag = Annotated[bool, _spelt("true|false", "write true or false")]
Figure = Annotated[
    Number, _spelt(r"-?[0-9]+(\.[0-9]+)?", "write a number in digits, for example 12.5")
]
Day = Annotated[
    datetime.date,
    _spelt("[0-9]{4}-[0-9]{2}-[0-9]{2}", "write a day as year-month-day, for example 2026-11-22"),
]
Whole = Annotated[int, _spelt("[0-9]{1,9}", "write a whole number in digits, for example 14")]
Quorum = Annotated[
    str,
    _spelt("[0-9]{1,3}(/[0-9]{1,3})?", "write a number of seats such as 3, or a share such as 1/2"),
]
Share = Annotated[str, AfterValidator(_share)]
PolicyMoney = Annotated[Money, BeforeValidator(_money_text)]
Days = Annotated[Whole, Field(ge=0, le=3650)]
Count = Annotated[Whole, Field(ge=1, le=200)]
