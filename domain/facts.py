"""A fact's value, and whether it fits what the policy's vocabulary says of it."""

import datetime
from decimal import Decimal
from typing import Self

from pydantic import Field, model_validator

from domain.base import Number, Text, Value
from domain.money import Balance
from domain.policy import FactType
from domain.refusals import Malformed
from domain.words import FactKind

TEXT_CHARACTERS_MAX = 4_000


class FactValue(Value):
    """A value with its type: exactly one field is present.

    Attributes:
        number: a plain number, in the unit the policy states.
        money: an amount with its currency, below zero where the policy sets no `min`.
        text: free or chosen text.
        flag: true or false.
        date: a calendar day.
    """

    number: Number | None = None
    money: Balance | None = None
    text: Text | None = Field(default=None, max_length=TEXT_CHARACTERS_MAX)
    flag: bool | None = None
    date: datetime.date | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        said = (self.number, self.money, self.text, self.flag, self.date)
        if sum(value is not None for value in said) != 1:
            raise ValueError("give exactly one of number, money, text, flag, date")
        return self


def require_fit(name: str, kind: FactType, value: FactValue) -> None:
    """Refuse a value that is not what the vocabulary says the fact is.

    Raises:
        Malformed: another type, unit, currency, range or choice.
    """
    if kind.type is FactKind.CHOICE:
        if value.text is None or value.text not in kind.choices:
            raise Malformed(f"fact {name} is one of: {', '.join(kind.choices)}")
        return
    if getattr(value, kind.type.value) is None:
        raise Malformed(f"fact {name} is a {kind.type}, not another type")
    if value.money is not None and kind.unit and value.money.currency != kind.unit:
        raise Malformed(f"fact {name} is in {kind.unit}, not {value.money.currency}")
    amount = value.money.amount if value.money is not None else value.number
    if amount is not None:
        _require_range(name, kind, amount)


def _require_range(name: str, kind: FactType, amount: Decimal) -> None:
    if kind.min is not None and amount < kind.min:
        raise Malformed(f"fact {name} is at least {kind.min}{_unit(kind)}, not {amount}")
    if kind.max is not None and amount > kind.max:
        raise Malformed(f"fact {name} is at most {kind.max}{_unit(kind)}, not {amount}")


def _unit(kind: FactType) -> str:
    return f" {kind.unit}" if kind.unit else ""
