"""Money of one project: what it asks for, what was approved and spent, and what is still to go."""

from typing import Any

from fastapi import Response

from api.http.brief_projects import money_by_currency
from api.http.looking import Look, Seen
from api.http.money import exact
from api.http.section import Section
from api.http.shown import at_answer
from domain.base import Code
from domain.project import Project
from projections.portfolio_money import MoneyCell, portfolio_money
from projections.register import project

router = Section(tags=["money"])


@router.get("/projects/{code}/money", response_model=Seen)
def show_project_money(code: Code, look: Look) -> Response:
    """Show a project's money by period and kind, its sums by currency, and the costs on record."""
    found = project(look.views, code, look.asked)
    place = at_answer(found)
    assert place is not None, "a project is at some position"
    cells = portfolio_money(look.views, found.found.portfolio, place).found.cells
    state = look.house.outlooks.loaded(place.position).project(code)
    shown = {
        "sums": money_by_currency(state, cells),
        "cells": [_cell(cell, row) for cell in cells for row in cell.rows if row.project == code],
        "plan": [line.as_json() for line in state.plan],
        "costs": _costs(state),
    }
    return look.answer(found, {"money": shown})


def _cell(cell: MoneyCell, row: Any) -> dict[str, Any]:
    sums, unit = row.sums, cell.currency
    return {
        "period": cell.period,
        "kind": cell.kind,
        "currency": unit,
        "closed": cell.closed,
        "requested": [
            {"amount": exact(amount, asked), "currency": asked} for asked, amount in sums.requested
        ],
        "approved": exact(sums.approved, unit),
        "held": exact(sums.held, unit),
        "actual": exact(sums.actual, unit),
        "overspent": exact(row.overspent, unit),
    }


def _costs(state: Project) -> list[dict[str, Any]]:
    """Return the records of what was spent, the last first, each with its position."""
    return [
        {"position": position, "lines": [line.as_json() for line in lines]}
        for position, lines in sorted(state.costs.items(), reverse=True)
    ]
