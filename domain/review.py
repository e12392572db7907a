"""The review: one board's decision on one matter, as its events leave it."""

import datetime
from typing import Any, Literal

from domain.base import Value
from domain.docket import Ballot, Docket, PanelSeat, Verdict
from domain.event import Event
from domain.money import Money
from domain.pack import EarlierRuling
from domain.proposal import Proposal
from domain.review_events import (
    BallotCast,
    BallotContested,
    ConflictDeclared,
    PackPresented,
    QuestionAnswered,
    QuestionAsked,
    ReviewOpened,
    ReviewPostponed,
    ReviewRuled,
    ReviewWithdrawn,
    RulingReported,
)
from domain.stand_in_events import StandInRecused
from domain.undoing_events import RulingRevoked, RulingSetAside


class CastBallot(Value):
    """A ballot as it was cast.

    Attributes:
        pack: digest of the pack it attests.
        position: where in the log.
        in_room: whether a secretary entered it.
    """

    ballot: Ballot
    pack: str
    position: int
    in_room: bool


class Review(Value):
    """A review as its events leave it.

    Attributes:
        status: ``open``, ``reported`` (waits for its second person), ``ruled`` or ``withdrawn``.
        pack: digest of the pack before it, if any was presented.
        ballots: the newest of each seat, in the order of seats.
        asked: number of questions. answered: positions of the answers.
        reported: what was reported, while it waits to be confirmed.
        recorder: whose verified identity reported it.
        ruled_by: who had it ruled, and who recorded that.
        undone: review that set it aside or revoked it.
        grant: number of the grant by which a sole decider decides.
        recused: people who may stand in for nobody here: a conflict of interest of their own.
    """

    stream: str
    status: Literal["open", "reported", "ruled", "withdrawn"] = "open"
    matter: str
    gate: str | None = None
    subjects: tuple[str, ...]
    board: str
    amount: Money | None = None
    policy: str
    engine: int = 0
    panel: tuple[PanelSeat, ...]
    proposers: tuple[str, ...] = ()
    proposal: Proposal | None = None
    opened_by: str
    opened_at: datetime.datetime
    closes_at: datetime.datetime | None = None
    pack: str | None = None
    ballots: tuple[CastBallot, ...] = ()
    conflicts: tuple[str, ...] = ()
    asked: int = 0
    answered: tuple[int, ...] = ()
    answers: tuple[int, ...] = ()
    reported: RulingReported | None = None
    recorder: str | None = None
    verdict: Verdict | None = None
    ruled_at: int | None = None
    ruled_by: tuple[str, ...] = ()
    undone: str | None = None
    grant: int | None = None
    recused: tuple[str, ...] = ()

    @property
    def people(self) -> tuple[str, ...]:
        """Return the ids of the members, sorted."""
        return tuple(sorted({seat.person for seat in self.panel if seat.person is not None}))

    def seats_of(self, person: str) -> tuple[str, ...]:
        """Return the seats a person holds on the panel."""
        return tuple(seat.seat for seat in self.panel if seat.person == person)

    def counting(self) -> tuple[CastBallot, ...]:
        """Return the ballots that attest the pack before the review, by seat."""
        return tuple(b for b in self.ballots if b.pack == self.pack)

    def docket(self, now: datetime.datetime) -> Docket:
        """Return the arguments of the ruling as they stand at a moment."""
        return Docket(
            engine=self.engine,
            matter=self.matter,
            gate=self.gate,
            board=self.board,
            now=now,
            opened_at=self.opened_at,
            closes_at=self.closes_at,
            panel=self.panel,
            conflicts=self.conflicts,
            ballots=tuple(b.ballot for b in self.counting()),
            proposers=self.proposers,
        )

    def as_earlier(self, subject: str) -> EarlierRuling | None:
        """Return this review as an earlier ruling about one of its subjects."""
        if self.verdict is None or self.ruled_at is None or self.undone is not None:
            return None
        return EarlierRuling(
            subject=subject,
            matter=self.matter,
            gate=self.gate,
            outcome=self.verdict.outcome,
            position=self.ruled_at,
        )


def evolve(review: Review | None, event: Event, position: int) -> Review | None:
    """Apply one event. Total and silent: what happened is never refused."""
    match event.data:
        case ReviewOpened() as body:
            return _opened(event, body)
        case RulingReported() as body:
            return _reported(event, body)
    if review is None:
        return None
    return review.changed(**_changes(review, event, position))


def _opened(event: Event, body: ReviewOpened) -> Review:
    return Review(
        stream=event.stream,
        matter=body.matter,
        gate=body.gate,
        subjects=body.subjects,
        board=body.board,
        amount=body.amount,
        policy=body.policy,
        engine=body.engine,
        panel=body.panel,
        proposers=body.proposers,
        proposal=body.proposal,
        opened_by=event.by,
        opened_at=event.at,
        closes_at=body.closes_at,
        grant=body.grant,
    )


def _reported(event: Event, body: RulingReported) -> Review:
    return Review(
        stream=event.stream,
        status="reported",
        matter=body.matter,
        gate=body.gate,
        subjects=body.subjects,
        board=body.board,
        policy=body.policy,
        panel=body.panel,
        opened_by=event.by,
        opened_at=event.at,
        reported=body,
        recorder=event.recorded_by,
    )


def _changes(review: Review, event: Event, position: int) -> dict[str, Any]:
    match event.data:
        case PackPresented(pack=pack):
            return {"pack": pack}
        case QuestionAsked(question=question):
            return {"asked": question}
        case QuestionAnswered(question=question):
            return {
                "answered": tuple(sorted({*review.answered, question})),
                "answers": (*review.answers, position),
            }
        case BallotCast() as body:
            return {"ballots": _with_ballot(review, body, event, position)}
        case BallotContested(ballot=ballot):
            return {"ballots": tuple(b for b in review.ballots if b.position != ballot)}
        case ConflictDeclared(seat=seat):
            kept = tuple(b for b in review.ballots if b.ballot.seat != seat)
            return {"conflicts": tuple(sorted({*review.conflicts, seat})), "ballots": kept}
        case StandInRecused():
            kept = tuple(b for b in review.ballots if b.ballot.person != event.by)
            return {"recused": tuple(sorted({*review.recused, event.by})), "ballots": kept}
        case ReviewPostponed(closes_at=closes_at):
            return {"closes_at": closes_at or review.closes_at}
    return _ending(review, event, position)


def _ending(review: Review, event: Event, position: int) -> dict[str, Any]:
    match event.data:
        case ReviewWithdrawn():
            return {"status": "withdrawn"}
        case ReviewRuled(verdict=verdict):
            people = {event.by, event.recorded_by, review.recorder or event.by}
            ruled_by = tuple(sorted(people))
            return {
                "status": "ruled", "verdict": verdict, "ruled_at": position, "ruled_by": ruled_by
            }  # fmt: skip
        case RulingSetAside(ruling=ruling) | RulingRevoked(ruling=ruling):
            return {"undone": ruling}
    return {}


def _with_ballot(
    review: Review, body: BallotCast, event: Event, position: int
) -> tuple[CastBallot, ...]:
    cast = CastBallot(
        ballot=Ballot(
            seat=body.seat,
            person=event.by,
            choice=body.choice,
            option=body.option,
            on_behalf_of=event.on_behalf_of,
            right=body.right,
        ),
        pack=body.pack,
        position=position,
        in_room=event.channel == "in_room",
    )
    kept = [b for b in review.ballots if b.ballot.seat != body.seat]
    return tuple(sorted([*kept, cast], key=lambda b: b.ballot.seat))
