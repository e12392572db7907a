"""In which order the projects of a portfolio stand: the one a ruling gave last, and its history.

A rank is the place in that order. A project that has ended, or belongs to another portfolio by now,
keeps its place on record and shows no rank; nobody moves up because of it.
"""

from collections.abc import Iterator
from typing import NamedTuple

from domain.baselines import GOING
from domain.refusals import NotKnown
from projections.as_of import AsOf
from projections.occurrence import Occurrence
from projections.portfolios import PORTFOLIOS
from projections.reading import Answer, Page, Reading, Views
from projections.register import REGISTER
from projections.view import State, View, own_code


class RankedProject(NamedTuple):
    """One place in an order.

    Attributes:
        place: counted from 1. rank: the same, absent where the project has no rank any more.
    """

    place: int
    rank: int | None
    code: str
    title: str
    standing: str


class Priorities(NamedTuple):
    """The order of one portfolio.

    Attributes:
        order: every project in it. before: codes in the order before it.
        ruling: review that decided it; absent while there is none. undone: review whose order
            was undone, where this restored the one before. position: where it was recorded.
    """

    portfolio: str
    order: tuple[RankedProject, ...] = ()
    before: tuple[str, ...] = ()
    ruling: str | None = None
    undone: str | None = None
    position: int | None = None


def priorities(views: Views, code: str, asked: AsOf | None = None) -> Answer[Priorities]:
    """Return in which order the projects of a portfolio stand.

    Raises:
        NotKnown: there was no such portfolio then.
        ViewStopped: one of the views met an event it cannot fold.
    """
    with views.at(asked, PORTFOLIOS, PRIORITIES, REGISTER) as reading:
        if reading.state(PORTFOLIOS, code) is None:
            raise NotKnown(f"there is no portfolio {code} at position {reading.position}")
        return reading.answer(order_of(reading, code))


def ranks(views: Views, asked: AsOf | None = None) -> Answer[dict[str, int]]:
    """Return the rank of every project that has one, by its code.

    Raises:
        ViewStopped: one of the views met an event it cannot fold.
    """
    with views.at(asked, PRIORITIES, REGISTER) as reading:
        found = {}
        for version in reading.ordered(PRIORITIES, Page(limit=None)):
            for one in _ranked(reading, version.key, version.state):
                if one.rank is not None:
                    found[one.code] = one.rank
        return reading.answer(found)


def order_of(reading: Reading, portfolio: str) -> Priorities:
    """Return the order of a portfolio in one reading of this view and the register."""
    state = reading.state(PRIORITIES, portfolio)
    if state is None:
        return Priorities(portfolio)
    return Priorities(
        portfolio,
        order=tuple(_ranked(reading, portfolio, state)),
        before=tuple(state["before"]),
        ruling=state["ruling"],
        undone=state["undone"],
        position=state["given"],
    )


def _ranked(reading: Reading, portfolio: str, state: State) -> Iterator[RankedProject]:
    for place, code in enumerate(state["order"], start=1):
        known = reading.state(REGISTER, code)
        if known is not None:
            counts = known["portfolio"] == portfolio and known["standing"] in GOING
            rank = place if counts else None
            yield RankedProject(place, rank, code, known["title"], known["standing"])


def _fold(_code: str, _last: State | None, happened: Occurrence) -> State:
    return {
        "order": happened.data["order"],
        "before": happened.data.get("before", []),
        "ruling": happened.data["ruling"],
        "undone": happened.data.get("undone"),
        "given": happened.position,
    }


def _links(_state: State) -> tuple[str, ...]:
    return ()


PRIORITIES = View(
    name="priorities",
    schema=1,
    topics=frozenset({"projects.prioritised/1"}),
    keys=own_code,
    fold=_fold,
    links=_links,
    others=("before",),
)
