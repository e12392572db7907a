"""What people may ask of a review."""

import datetime
from typing import Annotated, Literal

from pydantic import Field

from domain.advice import ADVICE_MAX, Advice
from domain.base import INTEGER_MAX, Code, Moment, Text, Value
from domain.money import Money
from domain.pack import PackOption
from domain.policy import Name
from domain.project_events import Sha256

Words = Annotated[Text, Field(min_length=1, max_length=8000)]


ReviewStream = Annotated[str, Field(pattern=r"^review:[^/]+/[^/]+/[0-9]+$", max_length=300)]


class OpenReview(Value):
    """Take up a matter about a project: a gate, or another matter of the policy.

    Attributes:
        project: code of the subject.
        gate: the gate to pass; the policy says which matter covers it.
        matter: the matter, when it is not about a gate.
        amount: money asked for; decides which board decides.
        portfolio: where to, for a transfer.
        condition: which condition of the project, to waive it.
        change: number of the change request that is to be decided.
        undo: stream of the review whose ruling to set aside or revoke.
        into: code of the project that replaces a duplicate.
    """

    project: Code
    undo: ReviewStream | None = None
    gate: Name | None = None
    matter: Name | None = None
    amount: Money | None = None
    portfolio: Code | None = None
    condition: Name | None = None
    change: int | None = Field(default=None, ge=1, le=INTEGER_MAX)
    into: Code | None = None


class PresentPack(Value):
    """Put a pack before a review. Facts and evidence come from the record, not from here.

    Attributes:
        request: what is asked for, in one sentence.
        options: which of the policy's options are put, with their fields; all, when absent.
        recommendation: the option recommended.
        reasons: why, in words.
        condition_words: what each condition of the options asks for, in words, by its name.
        advice: what those who were asked say of it, in the order in which it is read.
    """

    request: Words
    options: tuple[PackOption, ...] | None = None
    recommendation: Name | None = None
    reasons: Words | None = None
    condition_words: dict[Name, Words] | None = None
    advice: Annotated[tuple[Advice, ...], Field(max_length=ADVICE_MAX)] | None = None


class AskQuestion(Value):
    """Ask something about the pack."""

    text: Words


class AnswerQuestion(Value):
    """Answer a question by its number."""

    text: Words


class CastVote(Value):
    """Vote for one's own seat.

    Attributes:
        pack: digest of the pack that was read.
        choice: choose an option, abstain, or need more, with a question.
        seat: which of one's seats, when one holds several.
        seen: head of the log the voter had seen.
    """

    pack: str
    choice: Literal["option", "abstain", "need_more"] = "option"
    option: Name | None = None
    question: Words | None = None
    seat: Name | None = None
    comment: Words | None = None
    confidence: Annotated[int, Field(ge=1, le=5)] | None = None
    seen: Annotated[int, Field(ge=0, le=INTEGER_MAX)] | None = None


class DeclareConflict(Value):
    """Declare a conflict of interest for one's own seat."""

    seat: Name | None = None
    reason: Words


class RoomBallot(Value):
    """One vote given in the room.

    Attributes:
        person: id of who voted, where a deputy or delegate stood in for the member of the seat.
    """

    seat: Name
    person: Code | None = None
    choice: Literal["option", "abstain"] = "option"
    option: Name | None = None
    comment: Words | None = None


class RecordSitting(Value):
    """Enter attendance and votes of a sitting, with its minutes.

    Attributes:
        minutes: digest of the minutes, already attached to a subject.
    """

    on: datetime.date
    present: tuple[Name, ...] = Field(min_length=1)
    minutes: Sha256
    ballots: tuple[RoomBallot, ...] = ()


class ContestBallot(Value):
    """Say that the ballot recorded for one's seat is not one's own."""

    seat: Name
    reason: Words


class PostponeReview(Value):
    """Move a review to another sitting."""

    to: datetime.date
    reason: Words


class WithdrawReview(Value):
    """End a review without a ruling."""

    reason: Words


class ReportRuling(Value):
    """Record a decision that was taken outside; a second person confirms it.

    Attributes:
        option: the option that was taken.
        decided_by: id of the person who decided.
        decided_at: when it was decided.
        minutes: digest of the minutes, already attached to the project.
    """

    project: Code
    gate: Name | None = None
    matter: Name | None = None
    option: Name
    review_date: datetime.date | None = None
    decided_by: str
    decided_at: Moment
    minutes: Sha256
