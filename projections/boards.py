"""Which boards there are, and who sat in which seat when."""

from datetime import date, timedelta
from typing import NamedTuple

from domain.refusals import NotKnown
from projections.as_of import AsOf
from projections.occurrence import Occurrence
from projections.reading import FIRST_PAGE, Answer, Page, Views, cut
from projections.view import State, View, own_code


class Tenure(NamedTuple):
    """One person's time in one seat.

    Attributes:
        person: id of the member.
        since, until: first and last day, both whole, ``YYYY-MM-DD``; open without a last.
        position: where the person was appointed.
    """

    seat: str
    person: str
    since: str
    until: str | None
    position: int

    def holds_on(self, day: str) -> bool:
        """Return whether the seat is held on a day, given as ``YYYY-MM-DD``."""
        return self.since <= day and (self.until is None or day <= self.until)


class BoardRow(NamedTuple):
    """One board, with every tenure in the order of appointment."""

    code: str
    tenures: tuple[Tenure, ...]


def boards(
    views: Views, asked: AsOf | None = None, page: Page = FIRST_PAGE
) -> Answer[tuple[BoardRow, ...]]:
    """Return the boards that ever had a member, in the order of their codes; the cursor is a code.

    Raises:
        ViewStopped: the view met an event it cannot fold.
    """
    with views.at(asked, BOARDS) as reading:
        found = [_row(one.key, one.state) for one in reading.ordered(BOARDS, page)]
        rows, more = cut(found, page)
        return reading.answer(rows, rows[-1].code if more else None)


def board(views: Views, code: str, asked: AsOf | None = None) -> Answer[BoardRow]:
    """Return one board.

    Raises:
        NotKnown: there was no such board then, or nobody was ever appointed to it.
        ViewStopped: the view met an event it cannot fold.
    """
    with views.at(asked, BOARDS) as reading:
        state = reading.state(BOARDS, code)
        if state is None:
            raise NotKnown(f"nobody sat on board {code} at position {reading.position}")
        return reading.answer(_row(code, state))


def _row(code: str, state: State) -> BoardRow:
    return BoardRow(code, tuple(Tenure(*tenure) for tenure in state["tenures"]))


def _fold(_code: str, last: State | None, happened: Occurrence) -> State:
    data = happened.data
    tenures = list(last["tenures"]) if last else []
    if happened.topic == "member.appointed/1":
        since, until = data["from"], data.get("until")
        tenures.append([data["seat"], data["person"], since, until, happened.position])
        return {"tenures": tenures}
    day_before = (date.fromisoformat(data["on"]) - timedelta(days=1)).isoformat()
    return {"tenures": [_ended(tenure, happened, day_before) for tenure in tenures]}


def _ended(tenure: list[str | None], happened: Occurrence, day_before: str) -> list[str | None]:
    seat, person, since, until, position = tenure
    relieved = happened.data
    if (seat, person) != (relieved["seat"], relieved["person"]):
        return tenure
    if until is not None and until < relieved["on"]:
        return tenure
    return [seat, person, since, day_before, position]


def _links(_state: State) -> tuple[str, ...]:
    return ()


BOARDS = View(
    name="boards",
    schema=1,
    topics=frozenset({"member.appointed/1", "member.relieved/1"}),
    keys=own_code,
    fold=_fold,
    links=_links,
)
