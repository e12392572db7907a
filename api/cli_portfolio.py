"""Looking at portfolios from the command line: money by period and kind, and its projects."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any

import typer

from api.cli_office import DATA, AsJson, AsOfGiven, Data, Looking, looking
from api.cli_output import Column, say, say_json, say_table
from api.http.money import exact, shown_money, titled
from api.http.shown import Titles, at_answer
from domain.base import moment_text
from projections.portfolio_money import MoneyCell, PortfolioMoney, Sums, portfolio_money
from projections.portfolios import portfolios
from projections.reading import Answer, Page

EVERYTHING = Page(limit=None)

Shown = Answer[PortfolioMoney]


def show_portfolio(
    code: Annotated[
        str | None, typer.Argument(metavar="CODE", help="One portfolio; all when absent.")
    ] = None,
    *,
    data: Data = DATA,
    as_json: AsJson = False,
    as_of: AsOfGiven = None,
) -> None:
    """Show how portfolios stand: money by period and kind, projects by standing and phase."""
    with looking(data, as_of) as look:
        found = _every(look) if code is None else [_one(look, code)]
        if as_json:
            _say_json(found, Titles(look.house))
            return
        if not found:
            say("No portfolios.")
        for number, answer in enumerate(found):
            if number:
                say()
            _say(answer)


def _every(look: Looking) -> list[Shown]:
    """Return every portfolio, all from one place."""
    views = look.house.views.reading
    listed = portfolios(views, look.asked, EVERYTHING)
    at = at_answer(listed)
    return [portfolio_money(views, row.code, at) for row in listed.found]


def _one(look: Looking, code: str) -> Shown:
    return portfolio_money(look.house.views.reading, code, look.asked)


def _say_json(found: list[Shown], titles: Titles) -> None:
    place: dict[str, Any] = {}
    if found:
        moment = found[0].as_of
        as_of = None if moment is None else moment_text(moment)
        place = {"position": found[0].position, "as_of": as_of}
    shown = [shown_money(titled(answer.found, titles), answer.position) for answer in found]
    say_json({**place, "portfolios": shown})


def _say(answer: Shown) -> None:
    stands = answer.found
    say(f"{stands.code}  {stands.title}")
    say()
    if stands.cells:
        _say_cells(stands)
        _say_rows(stands)
        _say_overspent(stands)
    else:
        say("No money yet.")
        say()
    projects = sum(stands.standings.values())
    say(f"Standing: {_counts(stands.standings)}")
    say(f"Phase:    {_counts(stands.phases)}")
    for one in stands.closed:
        say(f"Closed:   {one.period}{f', carried into {one.into}' if one.into else ''}")
    if stands.order:
        say(f"Order:    {', '.join(f'{one.rank} {one.code}' for one in stands.order)}")
    moment = "" if answer.as_of is None else f", {moment_text(answer.as_of)[:19]}Z"
    count = f"{projects} project{'' if projects == 1 else 's'}"
    say(f"{count} at position {answer.position}{moment}")


def _say_cells(stands: PortfolioMoney) -> None:
    columns = (
        Column("PERIOD"), Column("KIND"), Column("UNIT"), Column("REQUESTED", right=True),
        *(Column(name, right=True) for name in (
            "ENVELOPE", "APPROVED", "ALLOCATED", "RELEASED", "HELD", "FREE", "ACTUAL"
        )),
    )  # fmt: skip
    say_table(columns, (_cell(cell) for cell in stands.cells))
    say()
    used = sorted({(cell.currency, *rate) for cell in stands.cells for rate in cell.total.rates})
    for unit, currency, rate in used:
        say(f"Planned at 1 {currency} = {rate} {unit}.")
    if used:
        say()


def _cell(cell: MoneyCell) -> tuple[object, ...]:
    total, unit = cell.total, cell.currency
    envelope = None if cell.envelope is None else _number(cell.envelope, unit)
    return (
        cell.period, cell.kind, unit, _requested(total), envelope, _number(total.approved, unit),
        _number(total.allocated, unit), _number(total.released, unit), _number(total.held, unit),
        _number(cell.free, unit), _number(total.actual, unit),
    )  # fmt: skip


def _say_rows(stands: PortfolioMoney) -> None:
    rows = sorted(_rows(stands.cells), key=lambda row: row[:4])
    if not rows:
        return
    columns = (
        Column("PROJECT"), Column("STANDING"), Column("PERIOD"), Column("KIND"), Column("UNIT"),
        *(Column(name, right=True) for name in ("REQUESTED", "APPROVED", "HELD", "ACTUAL")),
    )  # fmt: skip
    say_table(columns, rows)
    say()


def _rows(cells: tuple[MoneyCell, ...]) -> Iterator[tuple[str, ...]]:
    for cell in cells:
        unit = cell.currency
        for row in cell.rows:
            approved, held = _number(row.sums.approved, unit), _number(row.sums.held, unit)
            yield (
                row.project, row.standing, cell.period, cell.kind, unit or "",
                _requested(row.sums), approved, held, _number(row.sums.actual, unit),
            )  # fmt: skip


def _say_overspent(stands: PortfolioMoney) -> None:
    """Say who spent more of a closed period than they hold of it: costs that came late."""
    late = [
        f"{row.project} overspent {cell.period} {cell.kind} by"
        f" {_number(row.overspent, cell.currency)} {cell.currency}."
        for cell in stands.cells
        for row in cell.rows
        if cell.closed and row.overspent
    ]
    for sentence in late:
        say(sentence)
    if late:
        say()


def _requested(sums: Sums) -> str:
    return " + ".join(f"{_number(amount, unit)} {unit}" for unit, amount in sums.requested)


def _number(amount: Decimal, unit: str | None) -> str:
    """Return an amount with its thousands apart."""
    text = exact(amount, unit)
    whole, point, rest = text.partition(".")
    return f"{int(whole):,}{point}{rest}" if int(whole) else text


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in counts.items()) or "no projects"
