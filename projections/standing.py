"""In whose places a person stands in on a day, as the views have it."""

from datetime import date
from typing import NamedTuple

from domain.authority_held import About, Delegation, Deputy
from domain.board import Board
from domain.docket import PanelSeat
from domain.doubles import board_of
from domain.event import stream_code, stream_kind
from domain.money import Money
from domain.policy import Board as BoardRule
from domain.stand_ins import standings
from projections.authority import boards_of, held, one_and_the_same
from projections.reading import Reading
from projections.register import REGISTER
from projections.view import State


class Place(NamedTuple):
    """A seat in whose member's place a person may act.

    Attributes:
        holder: id of the member. holder_on_record: the id under which they were given the seat.
        person: id of who stands in. people: every id of theirs.
    """

    board: str
    seat: str
    holder: str
    holder_on_record: str
    person: str
    people: frozenset[str]


def ids_of(reading: Reading, person: str) -> tuple[str, ...]:
    """Return every id of a person, the one that stands for all of them first."""
    joined = one_and_the_same(reading)
    kept = joined.get(person, person)
    return (kept, *sorted(old for old, new in joined.items() if new == kept))


def places_of(reading: Reading, person: str, day: date) -> list[Place]:
    """Return the seats whose members a person may come to act for on a day."""
    ids = ids_of(reading, person)
    found: dict[tuple[str, str], Place] = {}
    for name in sorted({board for each in ids for board in boards_of(reading, each)}):
        on_record, joined = held(reading, name)
        board = board_of(on_record, joined) or Board()
        given: list[Deputy | Delegation] = [*board.deputies, *board.delegations]
        for one in given:
            holder = on_record.member(one.seat, day)
            if one.person == ids[0] and one.holds_on(day) and holder is not None:
                place = Place(name, one.seat, one.holder, holder, ids[0], frozenset(ids))
                found[(name, one.seat)] = place
    return list(found.values())


def reaches(reading: Reading, place: Place, rule: BoardRule, state: State, day: date) -> bool:
    """Return whether authority to act in a place reaches as far as a review, given as its row."""
    on_record, joined = held(reading, place.board)
    board = board_of(on_record, joined) or Board()
    panel = (PanelSeat(seat=place.seat, person=place.holder),)
    amount = None if state["amount"] is None else Money.model_validate(state["amount"])
    portfolios = [_portfolio(reading, subject) for subject in state["subjects"]]
    known = tuple(sorted({code for code in portfolios if code is not None}))
    about = About(state["matter"], amount, known if None not in portfolios else ())
    found = standings(board, rule, panel, place.person, about, day).standings
    return any(one.seat == place.seat for one in found)


def _portfolio(reading: Reading, subject: str) -> str | None:
    if stream_kind(subject) == "portfolio":
        return stream_code(subject)
    if stream_kind(subject) != "project":
        return None
    row = reading.state(REGISTER, stream_code(subject))
    return None if row is None else str(row["portfolio"])
