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
from projections.conditions import CONDITIONS, Asked, ConditionRow, listed
from projections.occurrence import Occurrence
from projections.reading import Answer, Page, Reading, Views
from projections.register import REGISTER
from projections.standing import ids_of, places_of, reaches
from projections.view import State, View, own_stream

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
        board_rule: digest of a policy and name of a board to its rule; nobody stands in without.
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
    if not missing:
        yield waiting("rule", _last_said(state))
    elif closes_at is not None and moment_text(reckoning.moment) >= closes_at:
        yield waiting("rule", [None, closes_at])
    else:
        for seat in missing:
            if state["panel"][seat] == person:
                since = max(state["presented"], state["freed"].get(seat, [0, ""]))
                yield waiting("vote", since, seat=seat)


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


def _fold(_review: str, last: State | None, happened: Occurrence) -> State | None:
    if last is None:
        begins = happened.topic in {"review.opened/1", "ruling.reported/1"}
        return _begun(happened) if begins else None
    if last["status"] not in {"open", "reported"}:
        return None
    if happened.topic in _ENDS:
        return {"status": _ENDS[happened.topic]}
    return {**last, **_changes(last, happened)}


def _begun(happened: Occurrence) -> State:
    data = happened.data
    return {
        "status": "open" if happened.topic == "review.opened/1" else "reported",
        "matter": data["matter"],
        "gate": data.get("gate"),
        "board": data["board"],
        "amount": data.get("amount"),
        "subjects": data["subjects"],
        "policy": data["policy"],
        "panel": {one["seat"]: one.get("person") for one in data["panel"]},
        "proposers": data.get("proposers", []),
        "closes_at": data.get("closes_at"),
        "opened_by": happened.by,
        "opened": _when(happened),
        "recorder": happened.recorded_by,
        "pack": None,
        "presented": None,
        "cast": {},
        "voters": {},
        "recused": [],
        "freed": {},
        "conflicts": {},
        "asked": {},
        "said": [],
    }


def _changes(last: State, happened: Occurrence) -> State:
    data, when = happened.data, _when(happened)
    match happened.topic:
        case "pack.presented/1":
            return {"pack": data["pack"], "presented": when, "voters": {}}
        case "question.asked/1":
            return {"asked": {**last["asked"], str(data["question"]): when}}
        case "question.answered/1":
            return {"said": sorted({*last["said"], str(data["question"])})}
        case "ballot.cast/1":
            voters = {**last["voters"], data["seat"]: happened.by}
            cast = {**last["cast"], data["seat"]: [data["pack"], *when]}
            return {"cast": cast, "voters": voters}
        case "standin.recused/1":
            return {"recused": sorted({*last["recused"], happened.by}), **_freed(last, happened)}
        case "ballot.contested/1":
            cast = {seat: one for seat, one in last["cast"].items() if one[1] != data["ballot"]}
            freed = {seat: when for seat in last["cast"] if seat not in cast}
            voters = {seat: who for seat, who in last["voters"].items() if seat in cast}
            return {"cast": cast, "voters": voters, "freed": {**last["freed"], **freed}}
        case "conflict.declared/1":
            return {"conflicts": {**last["conflicts"], data["seat"]: when}}
        case _:
            return {"closes_at": data.get("closes_at") or last["closes_at"]}


def _freed(last: State, happened: Occurrence) -> State:
    """Return what is left when nothing that somebody voted counts any longer."""
    gone = [seat for seat, who in last["voters"].items() if who == happened.by]
    return {
        "cast": {seat: one for seat, one in last["cast"].items() if seat not in gone},
        "voters": {seat: who for seat, who in last["voters"].items() if seat not in gone},
        "freed": {**last["freed"], **dict.fromkeys(gone, _when(happened))},
    }


def _when(happened: Occurrence) -> list[Any]:
    return [happened.position, happened.at]


def _people(state: State) -> tuple[str, ...]:
    """Return everybody a review may come to wait for."""
    if "panel" not in state:
        return ()
    held = {person for person in state["panel"].values() if person is not None}
    return tuple(sorted(held | {state["opened_by"]}))


def _about(_key: str, state: State) -> list[str]:
    return [*state.get("subjects", ())]


_ENDS = {"review.withdrawn/1": "withdrawn", "review.ruled/1": "ruled"}
INBOX = View(
    name="inbox",
    schema=2,
    topics=frozenset(
        "review.opened/1 ruling.reported/1 pack.presented/1 question.asked/1 question.answered/1"
        " ballot.cast/1 ballot.contested/1 conflict.declared/1 review.postponed/1"
        " standin.recused/1".split()
    )
    | frozenset(_ENDS),
    keys=own_stream,
    fold=_fold,
    columns={"status": "TEXT NOT NULL"},
    links=_people,
    about=_about,
)
