"""Divisions to put before a board, stated from what projects really hold."""

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from domain.funds import Cell, Line
from domain.parts import Part, PartCondition, PartPromise
from domain.project import Project
from tests.story import Story


def lines_of(amounts: Mapping[Cell, Decimal]) -> tuple[Line, ...]:
    """Return amounts by period and kind as lines of euros."""
    return tuple(
        Line.model_validate(
            {"period": period, "kind": kind, "amount": {"amount": amount, "currency": "EUR"}}
        )
        for (period, kind), amount in sorted(amounts.items())
        if amount
    )


def everything(office: Story, *codes: str, into: str, title: str | None = None) -> Part:
    """Return one part that takes all that some projects hold."""
    projects = [office.project(code) for code in codes]
    return Part(
        code=into,
        title=title,
        allocated=lines_of(summed(holdings(office, one) for one in projects)),
        costs=lines_of(summed(one.spent() for one in projects)),
        conditions=tuple(
            PartCondition(project=one.code, condition=name)
            for one in projects
            for name, condition in one.conditions.items()
            if condition.status == "open"
        ),
        promise=promised(*projects),
    )


def nothing(office: Story, source: str, code: str, title: str | None = "The other half") -> Part:
    """Return a part that takes nothing but, where there is one, a promise of nothing."""
    promise = promised(office.project(source))
    empty = None if promise is None else promise.changed(lines=())
    return Part(code=code, title=title, promise=empty)


def holdings(office: Story, project: Project) -> Mapping[Cell, Decimal]:
    return office.house.desk.load().portfolio(project.portfolio).holds(project.code)


def promised(*projects: Project) -> PartPromise | None:
    """Return one promise for all that some projects promise, None where none does."""
    held = [one.promises.current.promise for one in projects if one.promises.current is not None]
    if not held:
        return None
    costs = summed({line.cell: line.planned.amount} for one in held for line in one.lines)
    benefits = {benefit.name: benefit for one in held for benefit in one.benefits}
    return PartPromise(
        lines=lines_of(costs),
        start=datetime.date(2027, 1, 1),
        finish=datetime.date(2027, 12, 31),
        benefits=tuple(benefits.values()),
    )


def summed(every: Any) -> dict[Cell, Decimal]:
    found: dict[Cell, Decimal] = {}
    for amounts in every:
        for cell, amount in amounts.items():
            found[cell] = found.get(cell, Decimal(0)) + amount
    return found
