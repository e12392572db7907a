"""What can happen to a review. Names and fields are for ever."""

import datetime
from typing import ClassVar, Literal

from pydantic import Field

from domain.base import Moment, Value
from domain.docket import Docket, PanelSeat, Right, Verdict
from domain.event import Body
from domain.money import Money
from domain.policy import Name
from domain.project_events import Sha256
from domain.proposal import Proposal


class ReviewOpened(Body):
    """A board took up a matter. Policy and panel are fixed from here on.

    Attributes:
        matter: the matter's name in the policy.
        gate: the gate, when the matter is about one.
        subjects: streams it is about.
        board: the board that decides, by amount.
        amount: money asked for, if any.
        policy: digest of the policy version that rules it.
        engine: number of the ruling function that will answer.
        panel: every seat and who held it.
        proposers: who proposed the subjects.
        proposal: what is proposed, where the subjects alone do not say it.
        closes_at: when the vote window is over; exclusive.
        notified: ids of the people given notice.
        grant: number of the grant by which a sole decider decides, where the policy asks for one.
    """

    TOPIC: ClassVar[str] = "review.opened/1"
    matter: Name
    gate: Name | None = None
    subjects: tuple[str, ...]
    board: Name
    amount: Money | None = None
    policy: str
    engine: int
    panel: tuple[PanelSeat, ...]
    proposers: tuple[str, ...] = ()
    proposal: Proposal | None = None
    closes_at: Moment | None = None
    notified: tuple[str, ...] = ()
    grant: int | None = None


class PackPresented(Body):
    """A pack was put before the review. Its private texts are bound by digest inside the pack.

    Attributes:
        pack: digest of the pack.
        notified: ids of the people given notice.
    """

    TOPIC: ClassVar[str] = "pack.presented/1"
    pack: str
    notified: tuple[str, ...] = ()


class PackOpened(Body):
    """A member opened the pack.

    Attributes:
        pack: digest of the pack opened.
    """

    TOPIC: ClassVar[str] = "pack.opened/1"
    pack: str


class QuestionAsked(Body):
    """Somebody asked. The words are a private field.

    Attributes:
        question: number within the review, from 1.
    """

    TOPIC: ClassVar[str] = "question.asked/1"
    question: int


class QuestionAnswered(Body):
    """Somebody answered. The words are a private field.

    Attributes:
        question: number of the question answered.
    """

    TOPIC: ClassVar[str] = "question.answered/1"
    question: int


class BallotCast(Body):
    """A member voted. A later ballot for the same seat replaces it; both stay. Comment is private.

    Attributes:
        seat: the seat voted for; the header's ``by`` is its member, or stands in for them, who
            are ``on_behalf_of`` then.
        choice, option: see `Ballot`.
        pack: digest of the pack attested.
        seen: head of the log the voter had seen, where the voter said so.
        confidence: 1, not sure, to 5, certain.
        right: by what ``by`` stands in for the member; absent for one's own seat.
    """

    TOPIC: ClassVar[str] = "ballot.cast/1"
    seat: Name
    choice: Literal["option", "abstain", "need_more"]
    option: Name | None = None
    pack: str
    seen: int | None = None
    confidence: int | None = Field(default=None, ge=1, le=5)
    right: Right | None = None


class BallotContested(Body):
    """A member says that a ballot recorded for the seat is not theirs; it counts no longer.

    Attributes:
        seat: the seat.
        ballot: position of the ballot contested.
    """

    TOPIC: ClassVar[str] = "ballot.contested/1"
    seat: Name
    ballot: int


class ConflictDeclared(Body):
    """A member declared a conflict of interest. The reason is a private field.

    Attributes:
        seat: the seat that may not vote from here on.
    """

    TOPIC: ClassVar[str] = "conflict.declared/1"
    seat: Name


class SittingRecorded(Body):
    """A secretary entered a sitting: who was there, and the minutes.

    Attributes:
        on: day of the sitting.
        present: seats that attended.
        minutes: digest of the minutes, attached to a subject as evidence.
    """

    TOPIC: ClassVar[str] = "sitting.recorded/1"
    on: datetime.date
    present: tuple[Name, ...]
    minutes: Sha256


class ReviewPostponed(Body):
    """The review moves to another sitting; the subjects are untouched. The reason is private.

    Attributes:
        to: day of the next sitting.
        closes_at: when the vote window is over now; exclusive.
    """

    TOPIC: ClassVar[str] = "review.postponed/1"
    to: datetime.date
    closes_at: Moment | None = None


class ReviewWithdrawn(Body):
    """The review ends without a ruling. The reason is a private field."""

    TOPIC: ClassVar[str] = "review.withdrawn/1"


class RulingReported(Body):
    """Somebody recorded a decision taken outside; a second person has to confirm it.

    Attributes:
        matter, gate, subjects, board, policy, panel: as of the day it was decided.
        option: the option taken.
        decided_by: who decided.
        decided_at: when; the ruling and its effects are effective from here.
        minutes: digest of the minutes, attached to a subject as evidence.
    """

    TOPIC: ClassVar[str] = "ruling.reported/1"
    matter: Name
    gate: Name | None = None
    subjects: tuple[str, ...]
    board: Name
    policy: str
    panel: tuple[PanelSeat, ...]
    option: Name
    review_date: datetime.date | None = None
    decided_by: str
    decided_at: Moment
    minutes: Sha256


class ReportedRuling(Value):
    """What is known of a ruling that was not computed here.

    Attributes:
        matter, gate, board: where they are known.
        decided_by: who decided, where that is known.
        minutes: digest of the minutes, if any.
    """

    matter: Name | None = None
    gate: Name | None = None
    board: Name | None = None
    decided_by: str | None = None
    minutes: Sha256 | None = None


class ReviewRuled(Body):
    """The review was ruled: why, with every argument of the ruling, inline or by digest.

    Attributes:
        subjects: streams it is about.
        policy: digest of the policy version that ruled.
        pack: digest of the pack; absent when the ruling is reported.
        docket: the other arguments; absent when the ruling is reported.
        verdict: what was ruled.
        checks: digest of the list of every check made.
        reported: what is known of it, when it was not computed here.
    """

    TOPIC: ClassVar[str] = "review.ruled/1"
    subjects: tuple[str, ...]
    policy: str
    pack: str | None = None
    docket: Docket | None = None
    verdict: Verdict
    checks: str | None = None
    reported: ReportedRuling | None = None


def reviewed_portfolio(review: str) -> str:
    """Return the stream of the portfolio that a review of several of its projects is kept under."""
    name = review.partition(":")[2].partition("/")[0]
    return f"portfolio:{name.removeprefix('portfolio.')}"


def review_stream(subject: str, about: str, number: int) -> str:
    """Return the stream of a review.

    Args:
        subject: stream of its first subject.
        about: the gate, or the matter where there is no gate.
        number: counted from 1 per subject and gate.
    """
    kind, _, code = subject.partition(":")
    name = code if kind == "project" else f"{kind}.{code}"
    return f"review:{name}/{about}/{number}"
