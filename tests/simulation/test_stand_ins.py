"""Deputies, delegates and members vote by chance; a plain model says what must come of each act."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.money import Money
from domain.refusals import Refused
from domain.review_commands import DeclareConflict
from tests.authority_examples import AUTHORITY_POLICY
from tests.story import START, Story
from tests.workflows.test_stand_ins import before_the_board, delegated, deputy, ended
from workflows.recheck import recheck

FIRST = START.date()
MEMBERS = {"chair": "ana", "finance": "ben", "technical": "cem"}
PEOPLE = (*MEMBERS.values(), "dora", "emil")
REACHES = {None: True, "4999.99": False, "5000.00": True}
"""Limit of a delegation to whether it covers the 5000.00 EUR before the board."""

seats, outsiders = st.sampled_from(tuple(MEMBERS)), st.sampled_from(("dora", "emil"))
acts = st.lists(
    st.one_of(
        st.tuples(st.just("cover"), seats, outsiders, st.integers(0, 2), st.integers(0, 2)),
        st.tuples(
            st.just("delegate"),
            seats,
            outsiders,
            st.sampled_from(tuple(REACHES)),
            st.sampled_from((None, 0, 1)),
        ),
        st.tuples(st.just("end"), st.sampled_from(("cover", "delegate")), st.integers(1, 3)),
        st.tuples(st.just("vote"), st.sampled_from(PEOPLE), seats),
        st.tuples(st.just("vote"), st.sampled_from(PEOPLE), seats),
        st.tuples(st.just("recuse"), st.sampled_from(PEOPLE), seats),
        st.tuples(st.just("wait")),
    ),
    max_size=14,
)


@dataclass
class StandIn:
    kind: str
    seat: str
    person: str
    first: int
    last: int | None
    reaches: bool = True
    over: bool = False

    def holds(self, day: int) -> bool:
        return not self.over and self.first <= day and (self.last is None or day <= self.last)


@dataclass
class Model:
    """What a reader of the policy would say, with nothing of events in it."""

    day: int = 0
    given: list[StandIn] = field(default_factory=list)
    ballots: dict[str, str] = field(default_factory=dict)
    conflicts: set[str] = field(default_factory=set)
    recused: set[str] = field(default_factory=set)

    def cover(self, seat: str, person: str, after: int, days: int) -> str:
        first = self.day + after
        self.given.append(StandIn("cover", seat, person, first, first + days))
        return "ok"

    def delegate(self, seat: str, person: str, limit: str | None, days: int | None) -> str:
        last = None if days is None else self.day + days
        self.given.append(StandIn("delegate", seat, person, self.day, last, REACHES[limit]))
        return "ok"

    def numbered(self, kind: str, number: int) -> StandIn | None:
        of_kind = [one for one in self.given if one.kind == kind]
        return of_kind[number - 1] if number <= len(of_kind) else None

    def end(self, kind: str, number: int) -> str:
        one = self.numbered(kind, number)
        if one is None:
            return "not_known"
        was, one.over = one.over, True
        return "not_now" if was else "ok"

    def may_act(self, person: str, seat: str) -> str:
        if person in MEMBERS.values():
            return "ok" if MEMBERS[seat] == person else "not_a_seat"
        theirs = [
            one
            for one in self.given
            if (one.seat, one.person) == (seat, person) and one.holds(self.day)
        ]
        if any(one.reaches for one in theirs):
            return "ok"
        return "outside_limits" if theirs else "not_a_seat"

    def vote(self, person: str, seat: str) -> str:
        may = self.may_act(person, seat)
        if may != "ok":
            return may
        if seat in self.conflicts or person in self.recused:
            return "in_conflict"
        elsewhere = any(who == person for at, who in self.ballots.items() if at != seat)
        member_has = self.ballots.get(seat) == MEMBERS[seat] != person
        if elsewhere or member_has:
            return "not_permitted"
        self.ballots[seat] = person
        return "ok"

    def recuse(self, person: str, seat: str) -> str:
        may = self.may_act(person, seat)
        if may == "ok" and person in MEMBERS.values():
            self.conflicts.add(seat)
            self.ballots.pop(seat, None)
        elif may == "ok":
            self.recused.add(person)
            self.ballots = {at: who for at, who in self.ballots.items() if who != person}
        return may

    def wait(self) -> str:
        self.day += 1
        return "ok"


class Real:
    """The same acts in a real office."""

    def __init__(self, office: Story) -> None:
        self.office = office
        self.stream = before_the_board(office)
        self.seats: dict[str, list[str]] = {"cover": [], "delegate": []}

    def day(self, ahead: int) -> Any:
        return self.office.now.date() + timedelta(days=ahead)

    def cover(self, seat: str, person: str, after: int, days: int) -> None:
        first = self.day(after)
        last = first + timedelta(days=days)
        deputy(self.office, MEMBERS[seat], seat=seat, person=person, from_=first, until=last)
        self.seats["cover"].append(MEMBERS[seat])

    def delegate(self, seat: str, person: str, limit: str | None, days: int | None) -> None:
        up_to = {"amount": limit, "currency": "EUR"}
        fields: dict[str, Any] = {
            "up_to": None if limit is None else Money.model_validate(up_to),
            "until": None if days is None else self.day(days),
        }
        delegated(self.office, MEMBERS[seat], seat=seat, person=person, **fields)
        self.seats["delegate"].append(MEMBERS[seat])

    def end(self, kind: str, number: int) -> None:
        known = self.seats[kind]
        by = known[number - 1] if number <= len(known) else "ana"
        stand_ins = self.office.house.stand_ins
        act = stand_ins.recall if kind == "cover" else stand_ins.revoke
        act(ended(number), self.office.act(by))

    def vote(self, person: str, seat: str) -> None:
        self.office.voted(self.stream, person, "go", seat=seat)

    def recuse(self, person: str, seat: str) -> None:
        command = DeclareConflict(seat=seat, reason="It is mine.")
        self.office.house.reviews.declare_conflict(self.stream, command, self.office.act(person))

    def wait(self) -> None:
        self.office.now += timedelta(days=1)


@given(acts)
@settings(max_examples=40, deadline=None)
def test_every_act_comes_to_what_the_model_says(sequence: list[tuple[Any, ...]]) -> None:
    with TemporaryDirectory() as name:
        office = Story(Path(name) / "data").governed(AUTHORITY_POLICY)
        model, real = Model(), Real(office)
        for what, *fields in sequence:
            expected = getattr(model, what)(*fields)
            try:
                getattr(real, what)(*fields)
                came = "ok"
            except Refused as refusal:
                came = refusal.code
            assert (what, *fields, came) == (what, *fields, expected)
        counted = office.review(real.stream).ballots
        assert {one.ballot.seat: one.ballot.person for one in counted} == {
            seat: office.person(who) for seat, who in model.ballots.items()
        }
        office.now += timedelta(days=20)  # the window is over, whoever has voted
        office.ruled(real.stream)
        found = recheck(office.house.log)
        assert (found.computed, found.equal) == (1, 1)
        office.close()
