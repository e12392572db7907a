"""Two baselines beside each other, row by row: cost, dates, benefits, scope, and what moved."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from api.http.money import exact

Row = dict[str, Any]


def beside(before: dict[str, Any], after: dict[str, Any], *, holds: bool) -> dict[str, Any]:
    """Return the original baseline beside the present one.

    Args:
        before: the original.
        after: the present one; the same where nothing was changed.
        holds: whether it still holds; it was withdrawn otherwise.
    """
    old, new = before["promise"], after["promise"]
    return {
        "original": before,
        "current": after,
        "holds": holds,
        "changed": before["number"] != after["number"],
        "rows": [*_cost(old, new), *_dates(old, new), *_benefits(old, new)],
        "scope": {"before": before["scope"], "after": after["scope"]},
    }


def _cost(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Row]:
    for promise in (old, new):
        promise.setdefault("lines", [])
    cells = {
        (line["period"], line["kind"], line["amount"]["currency"])
        for promise in (old, new)
        for line in promise["lines"]
    }
    for cell in sorted(cells):
        name = f"{cell[0]} · {cell[1]}"
        yield _amounts("line", name, _at(old, cell), _at(new, cell), cell[2])
    sums = [_totals(promise) for promise in (old, new)]
    for currency in sorted({*sums[0], *sums[1]}):
        yield _amounts("cost", "", sums[0].get(currency), sums[1].get(currency), currency)


def _at(promise: dict[str, Any], cell: tuple[str, str, str]) -> Decimal | None:
    for line in promise["lines"]:
        if (line["period"], line["kind"], line["amount"]["currency"]) == cell:
            return Decimal(line["amount"]["amount"])
    return None


def _totals(promise: dict[str, Any]) -> dict[str, Decimal]:
    """Return what is promised in all, by the currency it was asked for in."""
    found: dict[str, Decimal] = {}
    asked = [line["amount"] for line in promise["lines"]]
    if promise.get("total") is not None:
        asked.append(promise["total"])
    for one in asked:
        unit = one["currency"]
        found[unit] = found.get(unit, Decimal(0)) + Decimal(one["amount"])
    return found


def _amounts(
    what: str, name: str, before: Decimal | None, after: Decimal | None, currency: str
) -> Row:
    def money(amount: Decimal | None) -> dict[str, str] | None:
        return None if amount is None else {"amount": exact(amount, currency), "currency": currency}

    moved = (after or Decimal(0)) - (before or Decimal(0))
    difference = money(moved) if moved else None
    row = {"what": what, "name": name, "form": "money"}
    return {**row, "before": money(before), "after": money(after), "difference": difference}


def _dates(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Row]:
    for what in ("start", "finish"):
        days = (date.fromisoformat(new[what]) - date.fromisoformat(old[what])).days
        yield {
            "what": what,
            "name": "",
            "form": "day",
            "before": old[what],
            "after": new[what],
            "difference": days or None,
        }


def _benefits(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Row]:
    was, now = ({one["name"]: one for one in promise.get("benefits", ())} for promise in (old, new))
    for name in sorted({*was, *now}):
        before, after = was.get(name), now.get(name)
        yield {
            "what": "benefit",
            "name": name,
            "form": "benefit",
            "before": before,
            "after": after,
            "difference": before != after or None,
        }
