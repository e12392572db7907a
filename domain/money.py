"""Money: an exact amount with its currency. Nothing is ever rounded silently."""

from decimal import Decimal
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_serializer, model_validator

from domain.base import Number, Value

AMOUNT_MAX = Decimal(10) ** 18

MINOR_DIGITS: dict[str, int] = {
    **dict.fromkeys(
        "AED ARS AUD BGN BRL CAD CHF CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR KES MAD MXN"
        " MYR NGN NOK NZD PEN PHP PLN QAR RON RSD SAR SEK SGD THB TRY TWD UAH USD UYU ZAR".split(),
        2,
    ),
    **dict.fromkeys("CLP ISK JPY KRW PYG VND XAF XOF".split(), 0),
    **dict.fromkeys("BHD JOD KWD OMR TND".split(), 3),
}
"""Digits after the point by currency. Source: ISO 4217."""

Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]


class Money(Value):
    """An amount in one currency.

    Attributes:
        amount: 0 or more, below 10**18, with at most the currency's own digits after the point.
        currency: ISO 4217 code.
    """

    SIGNED: ClassVar[bool] = False
    amount: Number
    currency: Currency

    @model_validator(mode="after")
    def _fits_its_currency(self) -> Self:
        digits = MINOR_DIGITS.get(self.currency)
        if digits is None:
            raise ValueError(f"unknown currency {self.currency}")
        if self.amount < 0 and not self.SIGNED:
            raise ValueError("an amount of money is 0 or more and below 10**18")
        if abs(self.amount) >= AMOUNT_MAX:
            raise ValueError("an amount of money is below 10**18")
        if self.amount != self.amount.quantize(Decimal(1).scaleb(-digits)):
            raise ValueError(f"{self.currency} has {digits} digits after the point")
        return self

    @model_serializer(mode="plain", when_used="json")
    def exact(self) -> dict[str, str]:
        """Return the amount with exactly its currency's digits, and the currency."""
        digits = MINOR_DIGITS[self.currency]
        amount = self.amount or Decimal(0)  # minus zero is zero
        return {"amount": f"{amount:.{digits}f}", "currency": self.currency}


class Balance(Money):
    """An amount that may be below zero: what a project is worth, a saving, a margin.

    Attributes:
        amount: above -10**18 and below 10**18; otherwise as for `Money`.
    """

    SIGNED: ClassVar[bool] = True
