"""Bars of an envelope, drawn on the server: what was asked for, allocated and spent of it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

WIDTH = 1000
"""Units of a bar that is as long as it can be."""


class Bar(NamedTuple):
    """One bar; lengths in units of `WIDTH`.

    Attributes:
        envelope, requested, allocated, actual: lengths from the left.
        over: by how much more is allocated than the envelope holds; it is drawn at the end.
    """

    envelope: int
    requested: int
    allocated: int
    actual: int
    over: int


def bar(cell: Mapping[str, Any]) -> Bar | None:
    """Return the bar of one period and kind, None where there is nothing to draw."""
    amounts = {
        "envelope": Decimal(cell["envelope"] or 0),
        "requested": same_unit(cell["requested"], cell["currency"]),
        "allocated": Decimal(cell["held"]),
        "actual": Decimal(cell["actual"]),
    }
    longest = max(amounts.values())
    if longest <= 0:
        return None
    lengths = {
        name: int(max(amount, Decimal(0)) * WIDTH / longest) for name, amount in amounts.items()
    }
    return Bar(**lengths, over=max(0, lengths["allocated"] - lengths["envelope"]))


def same_unit(asked: list[dict[str, str]], currency: str | None) -> Decimal:
    """Return what was asked for in a currency; the rest has no rate on record and is left out."""
    return sum((Decimal(one["amount"]) for one in asked if one["currency"] == currency), Decimal(0))
