"""The projects a review is about, in its brief: money, promise, conditions, and what is left.

Cost to go stands apart from what was spent: money that is gone is no reason to go on.
"""

from decimal import Decimal
from typing import Any

from api.http.conditions import condition_lines
from api.http.looking import Looking
from api.http.money import exact
from api.http.shown import Titles
from domain.event import Draft, stream_code, stream_kind
from domain.funding import FUNDABLE
from domain.portfolio_events import FundsAllocated
from domain.project import Project
from projections.as_of import AsOf
from projections.conditions import Asked, conditions
from projections.portfolio_money import MoneyCell, Sums, portfolio_money, summed
from projections.reading import Page
from projections.register import project
from workflows.outlook import Outlook

CONDITIONS_SHOWN = Page(limit=20)
_ZERO = Decimal(0)

Taken = dict[tuple[str, str], dict[str, Any]]
"""What an approval would take, by period and kind."""


def projects_shown(
    look: Looking, place: AsOf, subjects: tuple[str, ...], outlook: Outlook
) -> list[dict[str, Any]]:
    """Return each project a review is about, as of a place in the log, of those that are shown."""
    codes = [stream_code(one) for one in subjects if stream_kind(one) == "project"]
    return [_project(look, place, outlook, code) for code in codes]


def money_left(draft: Draft) -> list[dict[str, Any]]:
    """Return what an allocation would take, and leave free, in each cell of its envelope."""
    body = draft.data
    if not isinstance(body, FundsAllocated):
        return []
    shared = {"portfolio": stream_code(draft.stream), "project": body.project}
    kept = ("period", "kind", "allocated", "free_before", "free_after")
    return [{**shared, **{name: line.as_json()[name] for name in kept}} for line in body.lines]


def _project(look: Looking, place: AsOf, outlook: Outlook, code: str) -> dict[str, Any]:
    known = project(look.views, code, place).found
    cells = portfolio_money(look.views, known.portfolio, place).found.cells
    asked = conditions(look.views, place, Asked(code), CONDITIONS_SHOWN).found
    state = look.house.outlooks.loaded(place.position).project(code)
    held = state.promises.baselines
    return {
        **known._asdict(),
        "title": Titles(look.house).title(code, known.title),
        "money": money_by_currency(state, cells),
        "baseline": held[-1].as_json() if held else None,
        "baselines": len(held),
        "conditions": condition_lines(look.house, asked, look.day),
        "envelope": _envelope(outlook, code, cells, Titles(look.house)),
    }


def money_by_currency(state: Project, cells: tuple[MoneyCell, ...]) -> list[dict[str, Any]]:
    """Return what became of a project's money, by planning currency.

    The cost to go is what the baseline says, or else what was asked for, less what was spent; it
    is absent where neither is known in that currency.
    """
    found = []
    for currency in sorted({cell.currency for cell in cells if cell.currency is not None}):
        mine = [cell for cell in cells if cell.currency == currency]
        rows = [row.sums for cell in mine for row in cell.rows if row.project == state.code]
        if rows:
            found.append(_sums(state, currency, summed(rows)))
    return found


def _sums(state: Project, currency: str, total: Sums) -> dict[str, Any]:
    cost = _cost(state, currency, total)
    to_go = None if cost is None else max(cost - total.actual, _ZERO)
    return {
        "currency": currency,
        "requested": [
            {"amount": exact(amount, unit), "currency": unit} for unit, amount in total.requested
        ],
        "approved": exact(total.approved, currency),
        "held": exact(total.held, currency),
        "spent": exact(total.actual, currency),
        "cost_to_go": None if to_go is None else exact(to_go, currency),
    }


def _cost(state: Project, currency: str, total: Sums) -> Decimal | None:
    held = state.promises.baselines
    if held:
        promise = held[-1].promise
        if promise.lines:
            amounts = [line.planned.amount for line in promise.lines]
            return sum(amounts, _ZERO)
        if promise.total is not None and promise.total.currency == currency:
            return promise.total.amount
    return dict(total.requested).get(currency)


def _envelope(
    outlook: Outlook, code: str, cells: tuple[MoneyCell, ...], titles: Titles
) -> list[dict[str, Any]]:
    """Return the money left in each cell the approval takes from, and what no longer fits."""
    taken: Taken = {
        (line["period"], line["kind"]): line
        for one in outlook.consequences
        for draft in one.drafts
        for line in money_left(draft)
        if line["project"] == code
    }
    return [
        {**taken[cell.period, cell.kind], "falls_below": _falls_below(cell, code, taken, titles)}
        for cell in cells
        if (cell.period, cell.kind) in taken
    ]


def _falls_below(cell: MoneyCell, code: str, taken: Taken, titles: Titles) -> list[dict[str, Any]]:
    """Return the other projects whose open request fits now and would not fit any more."""
    line = taken[cell.period, cell.kind]
    before, after = (Decimal(line[name]["amount"]) for name in ("free_before", "free_after"))
    found = []
    for row in cell.rows:
        asked = dict(row.sums.requested).get(cell.currency or "", _ZERO) - row.sums.held
        if row.project != code and row.standing in FUNDABLE and after < asked <= before:
            shown = {"code": row.project, "title": titles.title(row.project, row.title)}
            found.append({**shown, "requested": exact(asked, cell.currency)})
    return found
