"""What single cells of a book hold: texts, days and money, read without guessing."""

import re
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from pydantic import ValidationError

from domain.base import number_text
from domain.money import MINOR_DIGITS, Money
from workflows.book_cells import Cell

AMOUNT_MAX = Decimal(10) ** 14
"""An amount of a book is below this; what is above was typed wrong, or in another unit."""

YEARS = range(1900, 2200)
"""Years a day of a book may be in; what lies outside was typed wrong."""

_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_DOTTED = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
_SPACES = re.compile(r"[\s\u00a0]+")
_HIDDEN = re.compile("[\u200b\u200e\u200f\u2060\ufeff]")


class Misread(ValueError):  # noqa: N818  what a cell is when it cannot be read
    """A cell does not hold what its column asks for.

    Attributes:
        kind: what kind of thing is wrong.
    """

    def __init__(self, kind: str, why: str) -> None:
        super().__init__(why)
        self.kind = kind


def text_in(cell: Cell) -> str:
    """Return the text of a cell: without spaces at its ends, several inside as one.

    A leading apostrophe, left over from making a spreadsheet take something as text, is no part
    of it. A number is its shortest decimal, so that a code such as 4711 is what one sees.

    Raises:
        Misread: the cell holds a day, a time, or true or false.
    """
    if isinstance(cell, bool | date | time) or not isinstance(cell, str | int | float):
        raise Misread("not_text", f"{_shown(cell)} is no text; format the cell as text")
    text = number_text(_decimal(cell)) if isinstance(cell, int | float) else cell
    return _SPACES.sub(" ", _HIDDEN.sub("", text)).strip().removeprefix("'").strip()


def day_in(cell: Cell) -> date:
    """Return the day of a cell: a date, or the text ``30.06.2026`` or ``2026-06-30``.

    Raises:
        Misread: it is neither, there is no such day, or the cell has a time of day.
    """
    if isinstance(cell, datetime) and cell.time() != time():
        raise Misread("bad_date", f"{cell} has a time of day; write the day alone")
    if isinstance(cell, date):
        return _plausible(cell.date() if isinstance(cell, datetime) else cell)
    if isinstance(cell, int | float):
        raise Misread("bad_date", f"{_shown(cell)} is a number; format the cell as a date")
    text = text_in(cell)
    iso, dotted = _ISO.fullmatch(text), _DOTTED.fullmatch(text)
    if iso is None and dotted is None:
        raise Misread("bad_date", f"{text} is no date; write 30.06.2026 or 2026-06-30")
    parts = iso.groups() if iso is not None else dotted.groups()[::-1] if dotted else ()
    try:
        year, month, day = map(int, parts)
        found = date(year, month, day)
    except ValueError:
        raise Misread("bad_date", f"there is no day {text}") from None
    return _plausible(found)


def money_in(cell: Cell, currency: str) -> Money:
    """Return an amount in a currency; exactly what the file says, never rounded.

    Raises:
        Misread: it is no number, below zero, or has more digits than the currency.
    """
    if isinstance(cell, str):
        text = text_in(cell)
        if not _NUMBER.fullmatch(text):
            raise Misread("bad_amount", f"{text} is no number; write it as a number, without units")
        amount = Decimal(text)
    elif isinstance(cell, bool) or not isinstance(cell, int | float):
        raise Misread("bad_amount", f"{_shown(cell)} is no amount; write a number")
    else:
        amount = _decimal(cell)
    if abs(amount) >= AMOUNT_MAX:
        raise Misread("bad_amount", f"{number_text(amount)} is not below {AMOUNT_MAX}")
    digits = MINOR_DIGITS[currency]
    if amount != amount.quantize(Decimal(1).scaleb(-digits)):
        raise Misread(
            "bad_amount",
            f"{number_text(amount)[:40]} has more than the {digits} digits {currency} has after the"
            f" point; round it in the sheet, for example with =ROUND(..., {digits})",
        )
    try:
        return Money(amount=amount, currency=currency)
    except ValidationError as fault:
        why = fault.errors()[0]["msg"].removeprefix("Value error, ")
        raise Misread("bad_amount", f"{number_text(amount)[:40]}: {why}") from None


def currency_in(cell: Cell) -> str:
    """Return a currency.

    Raises:
        Misread: it is none known here.
    """
    text = text_in(cell).upper()
    if text not in MINOR_DIGITS:
        raise Misread("unknown_currency", f"{text} is no currency known here, such as EUR")
    return text


def _plausible(day: date) -> date:
    if day.year not in YEARS:
        raise Misread("bad_date", f"{day} is not between {YEARS[0]} and {YEARS[-1]}")
    return day


def _decimal(number: float) -> Decimal:
    """Return the shortest decimal that a spreadsheet's number stands for."""
    try:
        found = Decimal(repr(number))
        # Numbers too large or too small for money or codes are said before they are written out.
        if not found.is_finite() or abs(found) >= Decimal(10) ** 18:
            raise Misread("bad_number", f"{number!r} is too large a number")
        return found.quantize(Decimal(1)) if found == found.to_integral_value() else found
    except InvalidOperation:
        raise Misread("bad_number", f"{number!r} is no number that can be read") from None


def _shown(cell: Cell) -> str:
    return str(cell)[:40]
