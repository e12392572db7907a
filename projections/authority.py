"""Who may decide what on a day: seats, who stands in for whom, grants; and what does not add up.

The view keeps of every board what its events leave of it; which seats a board has, and whether
others may stand in there, the policies in force say. Gaps and overlaps are listed, not mended.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import combinations
from typing import Any, NamedTuple

from domain.authority_held import Delegation
from domain.board import Board, after
from domain.catalogue import EVENTS
from domain.docket import PanelSeat
from domain.doubles import Joined, board_of, seated_once
from domain.office import joined_with
from domain.policy import Board as BoardRule
from domain.stand_ins import chain_holds, passed_on_from
from projections.as_of import AsOf
from projections.occurrence import Occurrence
from projections.reading import Answer, Page, Reading, Views
from projections.view import Own, State, View

PEOPLE = "*"
"""Key of the row that says which people are one; no board is called like this."""

Rules = Mapping[str, tuple[BoardRule, ...]]
"""Board to what each policy in force says of it."""


class StandIn(NamedTuple):
    """Somebody who may vote for a seat in its member's place.

    Attributes:
        kind: ``delegation`` or ``deputy``. number: its number within the board.
        since, until: first and last day, both whole; standing without a last.
        limits: of a delegation: matters, up_to, portfolios; absent where it has none.
        of: the delegation it was passed on from.
    """

    kind: str
    number: int
    person: str
    since: str
    until: str | None
    limits: dict[str, Any] | None = None
    of: int | None = None


class Granted(NamedTuple):
    """What the member of a sole seat may decide alone, and up to how much."""

    number: int
    matters: tuple[str, ...]
    up_to: dict[str, str]
    since: str
    until: str | None


class SeatRow(NamedTuple):
    """One seat on a day.

    Attributes:
        person: who holds it; nobody where it is vacant.
        since, until: first and last day of their time in it.
    """

    board: str
    seat: str
    person: str | None
    since: str | None
    until: str | None
    stand_ins: tuple[StandIn, ...]
    grants: tuple[Granted, ...]


class Overlap(NamedTuple):
    """Two at once.

    Attributes:
        kind: ``two_deputies``, ``deputy_and_delegate``, ``two_delegates`` of one seat whose limits
            meet, or ``two_seats``: one person for two seats, of which they can vote for one.
        seats: the seats concerned. people: those who stand in, or the one who does it twice.
    """

    kind: str
    board: str
    seats: tuple[str, ...]
    people: tuple[str, ...]


class Authority(NamedTuple):
    """Authority on a day.

    Attributes:
        seats: by board and seat, as the policies list them.
        gaps: board and seat of every seat that nobody holds, so that nobody can vote for it.
        overlaps: two at once.
    """

    seats: tuple[SeatRow, ...]
    gaps: tuple[tuple[str, str], ...]
    overlaps: tuple[Overlap, ...]


def authority(
    views: Views, day: date, rules: Rules, asked: AsOf | None = None
) -> Answer[Authority]:
    """Return who may decide on a day, as it is known at a place in the log.

    Args:
        views: where to ask.
        day: in the office's zone; it may lie ahead.
        rules: the boards wanted, as the policies in force have them.
        asked: the place looked back to.

    Raises:
        ViewStopped: the view met an event it cannot fold.
    """
    with views.at(asked, AUTHORITY) as reading:
        seats: list[SeatRow] = []
        overlaps: list[Overlap] = []
        for name in sorted(rules):
            board, joined = held(reading, name)
            rows = tuple(_seats(name, board, joined, rules[name], day))
            seats += rows
            overlaps += _overlaps(name, board_of(board, joined) or Board(), rows)
        gaps = tuple((row.board, row.seat) for row in seats if row.person is None)
        return reading.answer(Authority(tuple(seats), gaps, tuple(overlaps)))


def held(reading: Reading, name: str) -> tuple[Board, Joined]:
    """Return a board as it is on record, and which people are one."""
    state = reading.state(AUTHORITY, name)
    board = Board() if state is None else Board.model_validate(state["board"])
    return board, one_and_the_same(reading)


def one_and_the_same(reading: Reading) -> Joined:
    """Return which ids of people stand for which others."""
    state = reading.state(AUTHORITY, PEOPLE)
    return {} if state is None else dict(state["joined"])


def boards_of(reading: Reading, person: str) -> list[str]:
    """Return the boards on which a person was ever to stand in for somebody."""
    return [one.key for one in reading.ordered(AUTHORITY, Page(limit=None), person)]


def _seats(
    name: str, on_record: Board, joined: Joined, rules: tuple[BoardRule, ...], day: date
) -> Iterator[SeatRow]:
    ids = dict.fromkeys(seat.id for rule in rules for seat in rule.seats)
    panel = seated_once((PanelSeat(seat=s, person=on_record.member(s, day)) for s in ids), joined)
    board = board_of(on_record, joined) or Board()
    for place in panel:
        tenure = next((t for t in board.tenures if t.seat == place.seat and t.holds_on(day)), None)
        sits = None if place.person is None else tenure
        yield SeatRow(
            board=name,
            seat=place.seat,
            person=place.person,
            since=None if sits is None else sits.from_.isoformat(),
            until=_day(None if sits is None else sits.until),
            stand_ins=tuple(_stand_ins(board, rules, place, day)),
            grants=tuple(_granted(board, place, day)),
        )


def _stand_ins(
    board: Board, rules: tuple[BoardRule, ...], place: PanelSeat, day: date
) -> Iterator[StandIn]:
    wanted = (place.seat, place.person)
    for deputy in board.deputies if any(rule.deputies for rule in rules) else ():
        if (deputy.seat, deputy.holder) == wanted and deputy.holds_on(day):
            first, last = deputy.from_.isoformat(), deputy.until.isoformat()
            yield StandIn("deputy", deputy.number, deputy.person, first, last)
    for given in board.delegations if any(rule.delegation for rule in rules) else ():
        if (given.seat, given.holder) == wanted and chain_holds(board, given, day):
            limits = {k: v for k, v in given.limits.as_json().items() if v}
            first, last_day = given.from_.isoformat(), _day(given.until)
            yield StandIn(
                "delegation", given.number, given.person, first, last_day, limits or None, given.of
            )


def _granted(board: Board, place: PanelSeat, day: date) -> Iterator[Granted]:
    """Yield the grants that govern a matter on a day: of each matter the newest."""
    taken: set[str] = set()
    for one in reversed(board.grants):
        holds = one.from_ <= day and (one.until is None or day <= one.until)
        left = tuple(matter for matter in one.matters if matter not in taken)
        if (one.seat, one.person) == (place.seat, place.person) and holds and left:
            taken.update(left)
            shown = one.up_to.as_json()
            up_to = {name: str(value) for name, value in shown.items()}
            yield Granted(one.number, left, up_to, one.from_.isoformat(), _day(one.until))


def _overlaps(name: str, board: Board, rows: tuple[SeatRow, ...]) -> Iterator[Overlap]:
    places: dict[str, list[str]] = {}
    for row in rows:
        if row.person is not None:
            places.setdefault(row.person, []).append(row.seat)
        for person in sorted({one.person for one in row.stand_ins}):
            places.setdefault(person, []).append(row.seat)
        for one, other in combinations(row.stand_ins, 2):
            kind = _kind(board, one, other)
            if kind is not None:
                yield Overlap(kind, name, (row.seat,), (one.person, other.person))
    standing = {one.person for row in rows for one in row.stand_ins}
    for person, seats in sorted(places.items()):
        if len(seats) > 1 and person in standing:
            yield Overlap("two_seats", name, tuple(seats), (person,))


def _kind(board: Board, one: StandIn, other: StandIn) -> str | None:
    if one.kind != other.kind:
        return "deputy_and_delegate"
    if one.kind == "deputy":
        return "two_deputies"
    ours, theirs = board.delegations[one.number - 1], board.delegations[other.number - 1]
    in_line = ours in passed_on_from(board, theirs) or theirs in passed_on_from(board, ours)
    return None if in_line or _apart(ours, theirs) else "two_delegates"


def _apart(one: Delegation, other: Delegation) -> bool:
    """Return whether nothing is within the limits of both."""
    for name in ("matters", "portfolios"):
        ours, theirs = set(getattr(one.limits, name)), set(getattr(other.limits, name))
        if ours and theirs and not ours & theirs:
            return True
    return False


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _keys(happened: Occurrence, _own: Own) -> tuple[str, ...]:
    if happened.topic == "person.joined/1":
        return (PEOPLE,)
    return (happened.stream.partition(":")[2],)


def _fold(_key: str, last: State | None, happened: Occurrence) -> State:
    if happened.topic == "person.joined/1":
        joined = {} if last is None else last["joined"]
        return {"joined": joined_with(joined, happened.data["person"], happened.data["into"])}
    board = None if last is None else Board.model_validate(last["board"])
    came_to = after(board, EVENTS[happened.topic].model_validate(happened.data)) or Board()
    return {"board": came_to.as_json()}


def _links(state: State) -> list[str]:
    board = state.get("board", {})
    return sorted(
        {one["person"] for kind in ("delegations", "deputies") for one in board.get(kind, ())}
    )


AUTHORITY = View(
    name="authority",
    schema=1,
    topics=frozenset(
        "member.appointed/1 member.relieved/1 authority.delegated/1 delegation.revoked/1"
        " deputy.named/1 deputy.recalled/1 authority.granted/1 person.joined/1".split()
    ),
    keys=_keys,
    fold=_fold,
    links=_links,
)
