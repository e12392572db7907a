"""Making exports: the same questions as the routes that answer with JSON, asked for every row."""

from collections.abc import Iterator, Mapping
from typing import Any

from api.export_table import FORMS, NOT_SHOWN, Table, row_of
from api.house import House
from api.http.money import exact, titled
from api.http.shown import Names, PhaseLabels, Titles, at_answer, called
from domain.base import moment_text
from domain.project import project_stream
from domain.refusals import Malformed
from projections.as_of import AsOf, instant
from projections.decisions import Ruled, decisions
from projections.portfolio_money import MoneyCell, PortfolioMoney, Sums, portfolio_money
from projections.portfolios import portfolios
from projections.reading import Answer, Page, Views
from projections.register import Wanted, register

ALL = Page(limit=None)
Filters = Mapping[str, str]
Line = dict[str, Any]


def export(
    house: House, views: Views, kind: str, filters: Filters, asked: AsOf | None = None
) -> Table:
    """Return a table of every row that answers a question.

    Args:
        house: whose log it is.
        views: where to ask; whoever may not see something asks where it is not.
        kind: one of `FORMS`.
        filters: what the question is narrowed by, as text.
        asked: the place looked back to; now, when absent.

    Raises:
        Malformed: a filter is not one of this kind, or cannot be read.
        NotKnown: there was no such portfolio then.
    """
    strange = sorted(set(filters) - set(FORMS[kind].filters))
    if strange:
        known = ", ".join(FORMS[kind].filters)
        raise Malformed(f"{kind} is not narrowed by {', '.join(strange)}; it is by {known}")
    answer = _MAKE[kind](house, views, filters, asked)
    return Table(
        kind=kind,
        filters=tuple(sorted(filters.items())),
        instant="" if answer.as_of is None else moment_text(answer.as_of),
        position=answer.position,
        origin=house.desk.load().office().origin,
        rows=tuple(row_of(kind, line) for line in answer.found),
        not_shown=answer.not_shown,
    )


def _register(
    house: House, views: Views, filters: Filters, asked: AsOf | None
) -> Answer[list[Line]]:
    effective = filters.get("effective")
    wanted = Wanted(
        effective=None if effective is None else instant(effective, _zone(house)),
        portfolio=filters.get("portfolio"),
        standing=filters.get("standing"),
        phase=filters.get("phase"),
    )
    found = register(views, asked, wanted, ALL)
    at, titles = at_answer(found), Titles(house)
    labels = None if at is None else PhaseLabels(house, at)
    lines = [
        {
            **row._asdict(),
            "title": titles.title(row.code, row.title),
            "phase_label": row.phase if labels is None else labels.label(row.portfolio, row.phase),
            "requested": row.requested_amount,
            "currency": row.requested_currency,
        }
        for row in found.found
    ]
    return Answer(found.position, found.as_of, lines, not_shown=found.not_shown)


def _portfolio(
    house: House, views: Views, filters: Filters, asked: AsOf | None
) -> Answer[list[Line]]:
    code, titles = filters.get("portfolio"), Titles(house)
    if code is not None:
        one = portfolio_money(views, code, asked)
        every, found = [one.found], Answer(one.position, one.as_of, None)
    else:
        listed = portfolios(views, asked, ALL)
        at = at_answer(listed)
        every = [portfolio_money(views, row.code, at).found for row in listed.found]
        found = Answer(listed.position, listed.as_of, None)
    lines = [line for stands in every for line in _money_lines(titled(stands, titles))]
    hidden = sum(cell.not_shown for stands in every for cell in stands.cells)
    return Answer(found.position, found.as_of, lines, not_shown=hidden)


def _decisions(
    house: House, views: Views, filters: Filters, asked: AsOf | None
) -> Answer[list[Line]]:
    project, reported = filters.get("project"), filters.get("reported")
    zone = _zone(house)
    wanted = Ruled(
        subject=None if project is None else project_stream(project),
        outcome=filters.get("outcome"),
        reported=None if reported is None else _flag(reported),
        since=instant(filters["since"], zone) if "since" in filters else None,
        until=instant(filters["until"], zone) if "until" in filters else None,
    )
    found = decisions(views, asked, wanted, ALL)
    names, lines = Names(house), []
    for row in found.found:
        decider = names.person(row.decided_by)
        lines.append(
            {
                **row._asdict(),
                "subjects": " ".join(row.subjects),
                "reported": "true" if row.reported else "false",
                "recorded_at": row.at,
                "decided_by": None if decider is None else called(decider),
            }
        )
    return Answer(found.position, found.as_of, lines, not_shown=found.not_shown)


def _money_lines(stands: PortfolioMoney) -> Iterator[Line]:
    for cell in stands.cells:
        about = {
            "portfolio": stands.code,
            "period": cell.period,
            "kind": cell.kind,
            "currency": cell.currency,
        }
        envelope = None if cell.envelope is None else exact(cell.envelope, cell.currency)
        yield {**about, "envelope": envelope, "free": exact(cell.free, cell.currency)}
        for row in cell.rows:
            said = {name: getattr(row, name) for name in ("project", "title", "phase", "standing")}
            yield {**about, **said, **_amounts(row.sums, cell)}
        if cell.not_shown:
            yield {**about, "title": NOT_SHOWN, **_amounts(cell.hidden, cell)}


def _amounts(sums: Sums, cell: MoneyCell) -> Line:
    asked = (f"{exact(amount, unit)} {unit}" for unit, amount in sums.requested)
    named = "approved funded unfunded allocated released held actual".split()
    return {
        "requested": " and ".join(asked),
        **{name: exact(getattr(sums, name), cell.currency) for name in named},
    }


def _zone(house: House) -> str:
    return house.desk.load().office().zone


def _flag(text: str) -> bool:
    if text not in {"true", "false"}:
        raise Malformed(f"reported is true or false, not {text}")
    return text == "true"


_MAKE = {"register": _register, "portfolio": _portfolio, "decisions": _decisions}
