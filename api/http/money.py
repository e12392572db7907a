"""Money: requests and costs of projects, envelopes and funding rounds, and how portfolios stand."""

from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Response

from api.http.acting import BASE, IfMatch, Member, Told
from api.http.looking import Look, Seen
from api.http.section import Section
from api.http.shown import Titles
from domain.base import Code, number_text
from domain.funding import RecordCost, RequestFunds
from domain.money import MINOR_DIGITS
from projections.portfolio_money import MoneyCell, MoneyRow, PortfolioMoney, Sums, portfolio_money
from workflows.envelopes import OpenRound, SetEnvelope
from workflows.periods import ClosePeriod

router = Section(tags=["money"])


@router.post("/portfolios/{code}/envelope")
def set_envelope(code: Code, command: SetEnvelope, member: Member, if_match: IfMatch) -> Told:
    """Set envelopes as a sole decider, or open the review that decides on them."""
    return member.told(member.house.envelopes.set(code, command, member.act, if_match))


@router.post("/portfolios/{code}/rounds", status_code=201)
def open_round(code: Code, command: OpenRound, member: Member) -> Told:
    """Open a review that funds several projects in one ruling."""
    return member.made_review(member.house.envelopes.open_round(code, command, member.act))


@router.post("/portfolios/{code}/closings")
def close_period(code: Code, command: ClosePeriod, member: Member, if_match: IfMatch) -> Told:
    """Close a period as a sole decider, or open the review that decides on it."""
    return member.told(member.house.periods.close(code, command, member.act, if_match))


@router.post("/projects/{code}/funds", status_code=201)
def request_funds(code: Code, command: RequestFunds, member: Member, if_match: IfMatch) -> Told:
    """Say what a project asks for, by period and kind; it replaces what was asked before."""
    answer = member.house.funds.request(code, command, member.act, if_match)
    return member.made(answer, "/projects/{project}")


@router.post("/projects/{code}/costs", status_code=201)
def record_cost(code: Code, command: RecordCost, member: Member, if_match: IfMatch) -> Told:
    """Record what was spent; `corrects` names the position of a record that was wrong."""
    answer = member.house.funds.record_cost(code, command, member.act, if_match)
    return member.made(answer, "/projects/{project}")


@router.get("/portfolios/{code}/money", response_model=Seen)
def show_money(code: Code, look: Look) -> Response:
    """Show a portfolio's money by period and kind, with the projects it is made of."""
    found = portfolio_money(look.views, code, look.asked)
    shown = shown_money(titled(found.found, Titles(look.house)), found.position)
    return look.answer(found, {"portfolio": shown}, {"ETag": f'"{found.found.version}"'})


def titled(stands: PortfolioMoney, titles: Titles) -> PortfolioMoney:
    """Return how a portfolio stands, with the titles that are private fields where still held."""

    def with_title(row: MoneyRow) -> MoneyRow:
        return row._replace(title=titles.title(row.project, row.title))

    cells = (cell._replace(rows=tuple(map(with_title, cell.rows))) for cell in stands.cells)
    return stands._replace(cells=tuple(cells))


def shown_money(stands: PortfolioMoney, position: int) -> dict[str, Any]:
    """Return how a portfolio stands, with links to the projects behind each number."""

    def counted(column: str, counts: Any) -> list[dict[str, Any]]:
        return [
            {column: name, "projects": number, "href": _listed(stands, position, {column: name})}
            for name, number in counts.items()
        ]

    return {
        "code": stands.code,
        "title": stands.title,
        "policy": stands.policy,
        "version": stands.version,
        "cells": [_cell(cell, position) for cell in stands.cells],
        "phases": counted("phase", stands.phases),
        "standings": counted("standing", stands.standings),
        "not_shown": stands.not_shown,
        "closed": [one._asdict() for one in stands.closed],
        "order": [{"rank": one.rank, "code": one.code} for one in stands.order],
        "href": _listed(stands, position, {}),
    }


def _listed(stands: PortfolioMoney, position: int, about: dict[str, str]) -> str:
    query = urlencode({"portfolio": stands.code, **about, "as_of": position})
    return f"{BASE}/projects?{query}"


def _cell(cell: MoneyCell, position: int) -> dict[str, Any]:
    return {
        "period": cell.period,
        "kind": cell.kind,
        "currency": cell.currency,
        "envelope": None if cell.envelope is None else exact(cell.envelope, cell.currency),
        "free": exact(cell.free, cell.currency),
        "closed": cell.closed,
        "overspent": exact(cell.overspent, cell.currency),
        **_amounts(cell.total, cell.currency),
        "rates": [{"currency": currency, "rate": rate} for currency, rate in cell.total.rates],
        "projects": [_row(row, cell.currency, position) for row in cell.rows],
        "not_shown": _not_shown(cell),
    }


def _not_shown(cell: MoneyCell) -> dict[str, Any] | None:
    """Return the line of the projects that are not shown: how many, and their sums."""
    if not cell.not_shown:
        return None
    return {"projects": cell.not_shown, **_amounts(cell.hidden, cell.currency)}


def _row(row: MoneyRow, currency: str | None, position: int) -> dict[str, Any]:
    return {
        "code": row.project,
        "title": row.title,
        "phase": row.phase,
        "standing": row.standing,
        "href": f"{BASE}/projects/{quote(row.project, safe='')}?as_of={position}",
        "overspent": exact(row.overspent, currency),
        **_amounts(row.sums, currency),
    }


def _amounts(sums: Sums, currency: str | None) -> dict[str, Any]:
    asked = sums.requested
    return {
        "requested": [{"amount": exact(amount, unit), "currency": unit} for unit, amount in asked],
        "approved": exact(sums.approved, currency),
        "funded": exact(sums.funded, currency),
        "unfunded": exact(sums.unfunded, currency),
        "allocated": exact(sums.allocated, currency),
        "released": exact(sums.released, currency),
        "held": exact(sums.held, currency),
        "actual": exact(sums.actual, currency),
    }


def exact(amount: Any, currency: str | None) -> str:
    """Return an amount with exactly the digits of its currency; it may be below zero."""
    if currency is None:
        return number_text(amount)
    return f"{amount:.{MINOR_DIGITS[currency]}f}"
