"""Portfolios: how their money stands, and the projects every total is made of."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from fastapi import APIRouter, Response

from api.door import ACTING
from api.http.money import exact, show_money
from api.http.portfolios import list_portfolios
from api.web import vocabulary
from api.web.envelope_bars import bar
from api.web.projects import every_project
from api.web.returned import Returned
from api.web.visit import Visit, Visiting, told
from domain.authority import matter_of_kind
from domain.base import Code
from domain.policy import Policy
from domain.words import MatterKind, Standing
from workflows.rounds import IN_ROUNDS

router = APIRouter(include_in_schema=False)
BOXES = 12
"""Portfolios on one page; the money of each is reckoned from its projects."""
COLUMNS = ("approved", "held", "actual")
_ORDER = {standing.value: place for place, standing in enumerate(Standing)}


@router.get("/portfolios")
def show_portfolios(visit: Visiting) -> Response:
    """Show every portfolio with its bars."""
    found = told(list_portfolios(visit.look, visit.paging(BOXES)))
    boxes = [{**row, **_money(visit, row["code"])} for row in found["portfolios"]]
    return visit.page("portfolios.html", boxes=boxes, next=found["next"])


@router.get("/portfolios/{code}")
def show_portfolio(code: Code, visit: Visiting) -> Response:
    """Show one portfolio: money by period and kind, and its projects by phase."""
    return portfolio_page(visit, code)


def portfolio_page(visit: Visit, code: str, sent: Returned | None = None) -> Response:
    """Return the page of a portfolio, with a form that came back where there is one."""
    policy = vocabulary.governing(visit, code)
    money = _money(visit, code)
    period, kind = visit.text("period"), visit.text("kind")
    cells = [
        cell
        for cell in money["cells"]
        if (not period or cell["period"] == period) and (not kind or cell["kind"] == kind)
    ]
    projects = {row["code"]: row for row in every_project(visit, code)}
    currencies = {cell["currency"] for cell in cells} - {None}
    currency = next(iter(currencies)) if len(currencies) == 1 else None
    rows = [_row(one, projects, cells, currency) for one in _codes(projects, cells)]
    hidden = [cell["not_shown"] for cell in cells if cell["not_shown"] is not None]
    return visit.page(
        "portfolio.html",
        code=code,
        money=money,
        cells=cells,
        chosen={"period": period, "kind": kind},
        currency=currency,
        mixed=len(currencies) > 1,
        groups=_grouped(rows, currency),
        not_shown=_total(hidden, currency) if hidden or money["not_shown"] else None,
        total=_total([*rows, *hidden], currency),
        envelope=_sum((cell["envelope"] for cell in cells), currency),
        free=_sum((cell["free"] for cell in cells), currency),
        projects=len(projects),
        members=list(projects.values()),
        rule=vocabulary.money_of(policy),
        rounds=_rounds(visit, policy),
        closes=policy is not None and matter_of_kind(policy, MatterKind.CLOSE_PERIOD) is not None,
        may_act=not visit.look.person.roles.isdisjoint(ACTING),
        sent=sent,
    )


def _rounds(visit: Visit, policy: Policy | None) -> list[vocabulary.Term]:
    """Return the matters of a policy that are decided about several projects at once."""
    known = {} if policy is None else policy.matters
    return [
        vocabulary.Term(name, vocabulary.label(visit, matter.label, name))
        for name, matter in known.items()
        if matter.kind in IN_ROUNDS
    ]


def _money(visit: Visit, code: str) -> dict[str, Any]:
    shown: dict[str, Any] = told(show_money(code, visit.look))["portfolio"]
    cells = [{**cell, "bar": bar(cell)} for cell in shown["cells"]]
    return {**shown, "cells": cells}


def _codes(projects: dict[str, Any], cells: list[dict[str, Any]]) -> list[str]:
    """Return the projects of the portfolio, and those whose money it holds still."""
    held = {row["code"] for cell in cells for row in cell["projects"]}
    return sorted({*projects, *held})


def _row(
    code: str, projects: dict[str, Any], cells: list[dict[str, Any]], currency: str | None
) -> dict[str, Any]:
    rows = [row for cell in cells for row in cell["projects"] if row["code"] == code]
    known = projects.get(code)
    place = known or {**rows[0], "phase_label": rows[0]["phase"]}
    return {
        "code": code,
        "title": place["title"],
        "phase": place["phase"],
        "phase_label": place["phase_label"],
        "standing": place["standing"],
        "elsewhere": known is None,
        "requested": _asked(one for row in rows for one in row["requested"]),
        **{name: _sum((row[name] for row in rows), currency) for name in COLUMNS},
    }


def _grouped(rows: list[dict[str, Any]], currency: str | None) -> list[dict[str, Any]]:
    """Return the rows by phase: first the phases of what is proposed, then of what goes on."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["phase"], row["phase_label"]), []).append(row)

    def place(group: tuple[tuple[str, str], list[dict[str, Any]]]) -> tuple[int, str]:
        (_, label), members = group
        return min(_ORDER.get(row["standing"], len(_ORDER)) for row in members), label

    return [
        {"phase": phase, "label": label, "rows": members, "total": _total(members, currency)}
        for (phase, label), members in sorted(groups.items(), key=place)
    ]


def _total(rows: list[dict[str, Any]], currency: str | None) -> dict[str, Any]:
    return {
        "requested": _asked(one for row in rows for one in row["requested"]),
        **{name: _sum((row[name] for row in rows), currency) for name in COLUMNS},
    }


def _sum(amounts: Iterable[str | None], currency: str | None) -> str | None:
    """Return the sum of amounts in one currency; None where they have none in common."""
    every = [Decimal(amount) for amount in amounts if amount is not None]
    return exact(sum(every, Decimal(0)), currency) if currency is not None else None


def _asked(amounts: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """Return what was asked for, summed by currency."""
    sums: dict[str, Decimal] = {}
    for one in amounts:
        unit = one["currency"]
        sums[unit] = sums.get(unit, Decimal(0)) + Decimal(one["amount"])
    return [{"amount": exact(sums[unit], unit), "currency": unit} for unit in sorted(sums)]
