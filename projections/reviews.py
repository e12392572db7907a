"""What is before the boards, and what was: every review with its ballots and questions."""

from typing import Any, NamedTuple

from domain.refusals import NotKnown
from projections.as_of import AsOf
from projections.occurrence import Occurrence
from projections.reading import FIRST_PAGE, Answer, Page, Version, Views, cut
from projections.view import EVERYTHING, State, View


class CountedBallot(NamedTuple):
    """The ballot that counts for a seat: the newest that attests the pack before the review.

    Attributes:
        choice: ``option``, ``abstain`` or ``need_more``.
        position: where it was cast.
        on_behalf_of: the seat's member, where a delegate or deputy voted. right: by what.
    """

    seat: str
    person: str
    choice: str
    option: str | None
    position: int
    on_behalf_of: str | None = None
    right: dict[str, Any] | None = None


class ReviewRow(NamedTuple):
    """One review.

    Attributes:
        review: its stream.
        status: ``open``, ``reported`` (waits for its second person), ``ruled``, ``withdrawn``.
        subjects: streams it is about.
        amount: money asked for, ``{"amount", "currency"}``.
        panel: seat to the id of its member, or nobody.
        conflicts: seats that declared a conflict of interest.
        policy, pack: digests.
        ballots: by seat.
        asked, answered: number of a question to the position where it was asked or answered.
        opened_by, opened_at: id of a person, and when it was recorded.
        closes_at: when the vote window is over; exclusive.
        verdict: what was ruled, as the event says it.
        version: version of its stream.
        position: last event on its stream. born: its first.
        not_shown: how many of its subjects are hidden, and left out of the others.
    """

    review: str
    status: str
    matter: str | None
    gate: str | None
    subjects: tuple[str, ...]
    board: str | None
    amount: dict[str, str] | None
    policy: str
    panel: dict[str, str | None]
    conflicts: tuple[str, ...]
    pack: str | None
    ballots: tuple[CountedBallot, ...]
    asked: dict[int, int]
    answered: dict[int, int]
    opened_by: str
    opened_at: str
    closes_at: str | None
    verdict: dict[str, Any] | None
    version: int
    position: int
    born: int
    not_shown: int = 0


class Before(NamedTuple):
    """Which reviews are wanted.

    Attributes:
        subject: stream they are about, for example ``project:APX-042``.
        status: see `ReviewRow`.
    """

    subject: str | None = None
    status: str | None = None


EVERY_REVIEW = Before()


def reviews(
    views: Views, asked: AsOf | None = None, wanted: Before = EVERY_REVIEW, page: Page = FIRST_PAGE
) -> Answer[tuple[ReviewRow, ...]]:
    """Return reviews, the last opened first; the cursor is the position of a first event.

    Raises:
        ViewStopped: the view met an event it cannot fold.
    """
    link = EVERYTHING if wanted.subject is None else wanted.subject
    with views.at(asked, REVIEWS) as reading:
        found = reading.newest(REVIEWS, page, link, {"status": wanted.status})
        rows, more = cut([_row(version) for version in found], page)
        return reading.answer(rows, rows[-1].born if more else None)


def review(views: Views, stream: str, asked: AsOf | None = None) -> Answer[ReviewRow]:
    """Return one review.

    Raises:
        NotKnown: there was no such review then.
        ViewStopped: the view met an event it cannot fold.
    """
    with views.at(asked, REVIEWS) as reading:
        state = reading.state(REVIEWS, stream)
        if state is None:
            raise NotKnown(f"there is no review {stream} at position {reading.position}")
        return reading.answer(_row(Version(stream, state["last"], "", state)))


def _row(version: Version) -> ReviewRow:
    state = version.state
    kept = {name: state[name] for name in _PLAIN}
    return ReviewRow(
        review=version.key,
        subjects=tuple(state["subjects"]),
        panel={seat["seat"]: seat.get("person") for seat in state["panel"]},
        conflicts=tuple(state["conflicts"]),
        ballots=tuple(
            CountedBallot(seat, *cast[:4], *cast[5:])
            for seat, cast in sorted(state["cast"].items())
            if cast[4] == state["pack"]
        ),
        asked={int(number): position for number, position in state["asked"].items()},
        answered={int(number): position for number, position in state["answered"].items()},
        position=state["last"],
        not_shown=state.get("not_shown", 0),
        **kept,
    )


_PLAIN = (
    "status matter gate board amount policy pack opened_by opened_at closes_at verdict version born"
).split()


def _fold(_review: str, last: State | None, happened: Occurrence) -> State | None:
    if last is None:
        status = _BEGINNINGS.get(happened.topic)
        return None if status is None else _begun(happened, status)
    changes = _CHANGES.get(happened.topic, _nothing)(last, happened)
    return {**last, **changes, "version": happened.version, "last": happened.position}


_BEGINNINGS = {
    "review.opened/1": "open",
    "ruling.reported/1": "reported",
    "review.ruled/1": "ruled",  # an imported ruling has no review before it
}


def _begun(happened: Occurrence, status: str) -> State:
    data = happened.data
    about = {**data, **(data.get("reported") or data.get("docket") or {})}
    return {
        "status": status,
        "matter": about.get("matter"),
        "gate": about.get("gate"),
        "subjects": data["subjects"],
        "board": about.get("board"),
        "amount": data.get("amount"),
        "policy": data["policy"],
        "panel": about.get("panel", []),
        "conflicts": [],
        "pack": data.get("pack"),
        "cast": {},
        "asked": {},
        "answered": {},
        "opened_by": happened.by,
        "opened_at": happened.at,
        "closes_at": data.get("closes_at"),
        "verdict": data.get("verdict"),
        "version": happened.version,
        "born": happened.position,
        "last": happened.position,
    }


def _nothing(_last: State, _happened: Occurrence) -> State:
    return {}


def _presented(_last: State, happened: Occurrence) -> State:
    return {"pack": happened.data["pack"]}


def _asked(last: State, happened: Occurrence) -> State:
    return {"asked": {**last["asked"], str(happened.data["question"]): happened.position}}


def _answered(last: State, happened: Occurrence) -> State:
    return {"answered": {**last["answered"], str(happened.data["question"]): happened.position}}


def _voted(last: State, happened: Occurrence) -> State:
    data = happened.data
    cast = [happened.by, data["choice"], data.get("option"), happened.position, data["pack"]]
    if happened.on_behalf_of is not None:
        cast += [happened.on_behalf_of, data.get("right")]
    return {"cast": {**last["cast"], data["seat"]: cast}}


def _contested(last: State, happened: Occurrence) -> State:
    ballot = happened.data["ballot"]
    return {"cast": {seat: cast for seat, cast in last["cast"].items() if cast[3] != ballot}}


def _conflicted(last: State, happened: Occurrence) -> State:
    seat = happened.data["seat"]
    return {
        "conflicts": sorted({*last["conflicts"], seat}),
        "cast": {other: cast for other, cast in last["cast"].items() if other != seat},
    }


def _recused(last: State, happened: Occurrence) -> State:
    return {"cast": {seat: one for seat, one in last["cast"].items() if one[0] != happened.by}}


def _postponed(last: State, happened: Occurrence) -> State:
    return {"closes_at": happened.data.get("closes_at") or last["closes_at"]}


def _withdrawn(_last: State, _happened: Occurrence) -> State:
    return {"status": "withdrawn"}


def _ruled(_last: State, happened: Occurrence) -> State:
    return {"status": "ruled", "verdict": happened.data["verdict"]}


_CHANGES = {
    "pack.presented/1": _presented,
    "question.asked/1": _asked,
    "question.answered/1": _answered,
    "ballot.cast/1": _voted,
    "ballot.contested/1": _contested,
    "conflict.declared/1": _conflicted,
    "standin.recused/1": _recused,
    "review.postponed/1": _postponed,
    "review.withdrawn/1": _withdrawn,
    "review.ruled/1": _ruled,
}


def _keys(happened: Occurrence, _own: object) -> tuple[str, ...]:
    return (happened.stream,) if happened.stream.startswith("review:") else ()


def _links(state: State) -> list[str]:
    return list(state["subjects"])


def _about(_key: str, state: State) -> list[str]:
    return [*state["subjects"]]


REVIEWS = View(
    name="reviews",
    schema=1,
    topics=None,  # any event on a review's stream is a new version of it
    keys=_keys,
    fold=_fold,
    columns={"status": "TEXT NOT NULL"},
    links=_links,
    about=_about,
)
