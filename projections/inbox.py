"""Who has the ball: what waits for whom, and since when.

The view keeps of every review what says on whom it waits; conditions are read from their own view
at the same place in the log. What waits also depends on the moment: a vote whose window is over
waits for the ruling and no longer for the missing ballots.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

from domain.base import moment_text
from domain.policy import Board as BoardRule
from projections.as_of import AsOf
from projections.authority import AUTHORITY
from projections.awaiting import INBOX
from projections.conditions import CONDITIONS, Asked, ConditionRow, listed
from projections.reading import Answer, Page, Reading, Views
from projections.register import REGISTER
from projections.standing import ids_of, places_of, reaches
from projections.view import State

ALL = Page(limit=None)
UNSETTLED = " AND v.status IN ('open', 'reported')"


class Waiting(NamedTuple):
    """One thing that waits for a person.

    Attributes:
        what: ``present`` a pack, ``answer`` questions, ``vote``, call for the ruling (``rule``),
            ``confirm`` a reported ruling, or ``satisfy`` a condition.
        since: since when, canonical text. position: event it waits since; absent where only time
            has passed.
        subjects: streams it is about.
        review: stream of the review; absent for a condition that was taken over.
        matter, gate: what it is about. seat: whose vote is missing.
        on_behalf_of: the seat's member, where the person stands in for them.
        questions: numbers of the questions not answered.
        closes_at: when the vote window is over; exclusive.
        condition: name of the condition. due: its last day. overdue: whether that has passed.
    """

    what: str
    since: str
    position: int | None
    subjects: tuple[str, ...]
    review: str | None
    matter: str | None = None
    gate: str | None = None
    seat: str | None = None
    on_behalf_of: str | None = None
    questions: tuple[int, ...] = ()
    closes_at: str | None = None
    condition: str | None = None
    due: str | None = None
    overdue: bool | None = None


class Reckoning(NamedTuple):
    """What an inbox depends on besides the log.

    Attributes:
        moment: the instant asked about. day: its day in the office's zone, ``YYYY-MM-DD``.
        proposer_decides: digest of a policy and name of a matter to whether the proposer of a
            subject may vote on it; events leave that to the policy.
        board_rule: digest of a policy and name of a board to its rule; without it nobody stands
            in, and every member of a panel calls for its ruling.
    """

    moment: datetime
    day: str
    proposer_decides: Callable[[str, str], bool]
    board_rule: Callable[[str, str], BoardRule] | None = None


def inbox(
    views: Views, person: str, reckoning: Reckoning, asked: AsOf | None = None
) -> Answer[tuple[Waiting, ...]]:
    """Return what waits for a person, what waits longest first.

    Raises:
        ViewStopped: a view met an event it cannot fold.
    """
    with views.at(asked, INBOX, CONDITIONS, AUTHORITY, REGISTER) as reading:
        found: list[Waiting] = []
        for each in ids_of(reading, person):
            for version in reading.newest(INBOX, ALL, each, further=UNSETTLED):
                found += _in_review(version.key, version.state, each, reckoning)
            wanted = Asked(owner=each, status="open")
            found += [_condition(row, reckoning.day) for row in listed(reading, wanted, ALL)]
        if reckoning.board_rule is not None:
            found += _stood_in(reading, person, reckoning, reckoning.board_rule)
        found.sort(key=lambda one: (one.since, one.position or 0, one.what, one.seat or ""))
        return reading.answer(tuple(found))


def _stood_in(
    reading: Reading, person: str, reckoning: Reckoning, board_rule: Callable[[str, str], BoardRule]
) -> Iterator[Waiting]:
    """Yield the votes that wait for whom a person stands in for, within their authority."""
    day = date.fromisoformat(reckoning.day)
    for place in places_of(reading, person, day):
        for version in reading.newest(INBOX, ALL, place.holder_on_record, further=UNSETTLED):
            state = version.state
            if state["board"] != place.board or state["panel"].get(place.seat) is None:
                continue
            rule = board_rule(state["policy"], place.board)
            for one in _in_review(version.key, state, place.holder_on_record, reckoning):
                bars = {*state["panel"].values(), *state["recused"], *state["voters"].values()}
                decides = reckoning.proposer_decides(state["policy"], state["matter"])
                bars |= set() if decides else set(state["proposers"])
                if one.what != "vote" or one.seat != place.seat or bars & place.people:
                    continue
                if reaches(reading, place, rule, state, day):
                    yield one._replace(on_behalf_of=place.holder)


def _in_review(review: str, state: State, person: str, reckoning: Reckoning) -> Iterator[Waiting]:
    def waiting(what: str, since: list[Any], **more: Any) -> Waiting:
        position, at = since
        return Waiting(
            what=what,
            since=at,
            position=position,
            subjects=tuple(state["subjects"]),
            review=review,
            matter=state["matter"],
            gate=state["gate"],
            closes_at=state["closes_at"],
            **more,
        )

    if state["status"] == "reported":
        if person in state["panel"].values() and person != state["recorder"]:
            yield waiting("confirm", state["opened"])
        return
    if person == state["opened_by"]:
        yield from _before_the_vote(state, waiting)
    if state["presented"] is not None:
        yield from _in_the_vote(state, person, reckoning, waiting)


def _before_the_vote(state: State, waiting: Callable[..., Waiting]) -> Iterator[Waiting]:
    if state["presented"] is None:
        yield waiting("present", state["opened"])
    unanswered = {int(n): when for n, when in state["asked"].items() if n not in state["said"]}
    if unanswered:
        numbers = tuple(sorted(unanswered))
        yield waiting("answer", unanswered[numbers[0]], questions=numbers)


def _in_the_vote(
    state: State, person: str, reckoning: Reckoning, waiting: Callable[..., Waiting]
) -> Iterator[Waiting]:
    decides = reckoning.proposer_decides(state["policy"], state["matter"])
    missing = _missing(state, proposers_vote=decides)
    closes_at = state["closes_at"]
    over = closes_at is not None and moment_text(reckoning.moment) >= closes_at
    if not missing or over:
        if _may_call(state, person, reckoning):
            yield waiting("rule", [None, closes_at] if missing else _last_said(state))
    else:
        for seat in missing:
            if state["panel"][seat] == person:
                since = max(state["presented"], state["freed"].get(seat, [0, ""]))
                yield waiting("vote", since, seat=seat)


def _may_call(state: State, person: str, reckoning: Reckoning) -> bool:
    """Return whether a person may call for the ruling: after a sitting, its chair alone."""
    counting = [seat for seat, cast in state["cast"].items() if cast[0] == state["pack"]]
    if reckoning.board_rule is None or not any(state["in_room"][seat] for seat in counting):
        return True
    chair = reckoning.board_rule(state["policy"], state["board"]).chair
    return chair is None or bool(state["panel"].get(chair) == person)


def _missing(state: State, *, proposers_vote: bool) -> list[str]:
    """Return the seats able to vote whose ballot does not count yet."""
    return [
        seat
        for seat, person in sorted(state["panel"].items())
        if person is not None
        and seat not in state["conflicts"]
        and (proposers_vote or person not in state["proposers"])
        and state["cast"].get(seat, [None])[0] != state["pack"]
    ]


def _last_said(state: State) -> list[Any]:
    """Return position and time of what came last of pack, counting ballots and conflicts."""
    cast = [rest for pack, *rest in state["cast"].values() if pack == state["pack"]]
    return max([state["presented"], *cast, *state["conflicts"].values()])


def _condition(row: ConditionRow, day: str) -> Waiting:
    return Waiting(
        what="satisfy",
        since=row.imposed_at,
        position=row.imposed_position,
        subjects=(f"project:{row.project}",),
        review=row.ruling,
        condition=row.condition,
        due=row.due,
        overdue=row.overdue(day),
    )
