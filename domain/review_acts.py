"""What members do in a review: ask, answer, vote, declare, contest, postpone, withdraw."""

import datetime
from collections.abc import Mapping
from typing import NamedTuple

from domain.act import Act
from domain.base import Json
from domain.event import Body, Draft
from domain.pack import Pack
from domain.policy import Matter
from domain.refusals import (
    FieldMissing,
    InConflict,
    Malformed,
    NoPack,
    NotASeat,
    NotKnown,
    NotPermitted,
    NotYourOwn,
    OtherPack,
    ReviewOver,
    UnknownFact,
    WindowOver,
)
from domain.review import Review
from domain.review_commands import (
    AnswerQuestion,
    AskQuestion,
    CastVote,
    ContestBallot,
    DeclareConflict,
    PostponeReview,
    RecordSitting,
    RoomBallot,
    WithdrawReview,
)
from domain.review_events import (
    BallotCast,
    BallotContested,
    ConflictDeclared,
    PackOpened,
    QuestionAnswered,
    QuestionAsked,
    ReviewPostponed,
    ReviewWithdrawn,
    SittingRecorded,
)
from domain.stand_in_acts import in_place_of, require_may_stand_in
from domain.stand_ins import Standing

NOBODY_STANDS_IN: Mapping[str, Standing] = {}


class Poll(NamedTuple):
    """What a ballot is checked against.

    Attributes:
        matter: the matter, as the policy of the review has it.
        pack: the pack before the review, if any was presented.
        head: the log's head.
        standing: in whose place the ballot is cast; absent for one's own seat.
    """

    matter: Matter
    pack: Pack | None
    head: int
    standing: Standing | None = None


def require_open(review: Review) -> None:
    """Refuse unless the review can still change.

    Raises:
        ReviewOver: it was ruled or withdrawn, or is a report that waits for confirmation.
    """
    if review.status != "open":
        raise ReviewOver(f"review {review.stream} is {review.status}")


def open_pack(review: Review) -> tuple[Draft, ...]:
    """Record that a person opened the pack before the review.

    Raises:
        NoPack: nothing was presented.
    """
    if review.pack is None:
        raise NoPack(f"nothing was put before review {review.stream} yet")
    return (_draft(review, PackOpened(pack=review.pack)),)


def ask(review: Review, command: AskQuestion) -> tuple[Draft, ...]:
    """Ask a question."""
    require_open(review)
    body = QuestionAsked(question=review.asked + 1)
    return (_draft(review, body, text=command.text),)


def answer(review: Review, question: int, command: AnswerQuestion) -> tuple[Draft, ...]:
    """Answer a question.

    Raises:
        NotKnown: no such question was asked.
    """
    require_open(review)
    if not 1 <= question <= review.asked:
        raise NotKnown(f"review {review.stream} has no question {question}")
    return (_draft(review, QuestionAnswered(question=question), text=command.text),)


def vote(review: Review, command: CastVote, poll: Poll, act: Act) -> tuple[Draft, ...]:
    """Cast or replace the ballot of one's own seat, or of the seat of whom one stands in for.

    Raises:
        ReviewOver, WindowOver, NoPack: it is too early or too late.
        NotASeat, InConflict, NotYourOwn: this person may not vote here.
        OtherPack: the ballot attests another pack than the one presented.
        UnknownFact, FieldMissing: the choice is not one the pack offers.
    """
    require_open(review)
    pack, standing = poll.pack, poll.standing
    seat = _own_seat(review, act.by, command.seat) if standing is None else standing.seat
    if pack is None or review.pack is None:
        raise NoPack(f"nothing was put before review {review.stream} yet")
    _require_may_vote(review, poll.matter, seat, act.by)
    if standing is not None:
        require_may_stand_in(review, poll.matter, standing, act.by)
    if review.closes_at is not None and act.now >= review.closes_at:
        raise WindowOver(f"the vote of review {review.stream} closed at {review.closes_at}")
    if command.pack != review.pack:
        raise OtherPack(f"the pack before review {review.stream} is {review.pack}")
    if command.seen is not None and command.seen > poll.head:
        raise Malformed(f"nobody has seen position {command.seen}: the log ends at {poll.head}")
    _require_choice(pack, command.choice, command.option)
    if command.choice == "need_more" and command.question is None:
        raise FieldMissing("a ballot that needs more asks a question", fix="Add the question.")
    body = BallotCast(
        seat=seat,
        choice=command.choice,
        option=command.option,
        pack=command.pack,
        seen=command.seen,
        confidence=command.confidence,
        right=None if standing is None else standing.right,
    )
    drafts = [_draft(review, body, comment=command.comment)]
    if command.question is not None:
        drafts.extend(ask(review, AskQuestion(text=command.question)))
    return in_place_of(standing, drafts)


def declare_conflict(review: Review, command: DeclareConflict, act: Act) -> tuple[Draft, ...]:
    """Declare a conflict of interest; the seat's ballot, if any, counts no longer."""
    require_open(review)
    seat = _own_seat(review, act.by, command.seat)
    return (_draft(review, ConflictDeclared(seat=seat), reason=command.reason),)


def record_sitting(
    review: Review,
    command: RecordSitting,
    poll: Poll,
    today: datetime.date,
    standing: Mapping[str, Standing] = NOBODY_STANDS_IN,
) -> tuple[Draft, ...]:
    """Enter attendance and votes of a sitting.

    Args:
        review: the review that sat.
        command: who was there, and who voted how.
        poll: what its ballots are checked against; its own standing is not asked for.
        today: the day it is entered.
        standing: by seat, in whose place somebody else voted.

    Raises:
        Malformed: the sitting lies ahead, or a seat votes twice or without being there.
    """
    require_open(review)
    if poll.pack is None or review.pack is None:
        raise NoPack(f"nothing was put before review {review.stream} yet")
    if command.on > today:
        raise Malformed(f"a sitting on {command.on} has not been held yet")
    voters = [ballot.seat for ballot in command.ballots]
    if len(set(voters)) != len(voters) or not set(voters) <= set(command.present):
        raise Malformed("each seat votes at most once, and only when it is present")
    people = {seat.seat: seat.person for seat in review.panel}
    for seat in command.present:
        if people.get(seat) is None:
            raise NotASeat(f"nobody holds seat {seat} on the panel of {review.stream}")
    body = SittingRecorded(
        on=command.on, present=tuple(sorted(set(command.present))), minutes=command.minutes
    )
    ballots = [
        _room_ballot(review, ballot, poll, standing.get(ballot.seat)) for ballot in command.ballots
    ]
    return (_draft(review, body), *ballots)


def contest(review: Review, command: ContestBallot, act: Act) -> tuple[Draft, ...]:
    """Contest the ballot a secretary recorded for one's own seat.

    Raises:
        NotKnown: no recorded ballot of that seat counts.
    """
    require_open(review)
    seat = _own_seat(review, act.by, command.seat)
    for cast in review.ballots:
        if cast.ballot.seat == seat and cast.in_room:
            body = BallotContested(seat=seat, ballot=cast.position)
            return (_draft(review, body, reason=command.reason),)
    raise NotKnown(f"no ballot was recorded for seat {seat} in review {review.stream}")


def postpone(
    review: Review,
    command: PostponeReview,
    act: Act,
    today: datetime.date,
    closes_at: datetime.datetime,
) -> tuple[Draft, ...]:
    """Move the review to another sitting; a vote window that would end before it is extended.

    Raises:
        Malformed: the day has passed.
        NotPermitted: neither on the panel nor the one who opened the review.
    """
    require_open(review)
    _require_involved(review, act.by)
    if command.to <= today:
        raise Malformed(f"a review is postponed to a day after {today}")
    extended = closes_at if review.closes_at is not None and review.closes_at < closes_at else None
    body = ReviewPostponed(to=command.to, closes_at=extended)
    return (_draft(review, body, reason=command.reason),)


def withdraw(review: Review, command: WithdrawReview, act: Act) -> tuple[Draft, ...]:
    """End the review without a ruling."""
    require_open(review)
    _require_involved(review, act.by)
    return (_draft(review, ReviewWithdrawn(), reason=command.reason),)


def _draft(review: Review, body: Body, by: str | None = None, **private: Json | None) -> Draft:
    kept = {name: value for name, value in private.items() if value is not None}
    return Draft(stream=review.stream, data=body, by=by, private=kept)


def _own_seat(review: Review, person: str, seat: str | None) -> str:
    seats = review.seats_of(person)
    if not seats:
        raise NotASeat(f"you hold no seat on the panel of {review.stream}")
    if seat is None and len(seats) > 1:
        raise FieldMissing(f"you hold several seats: {', '.join(seats)}", fix="Say which seat.")
    if seat is not None and seat not in seats:
        raise NotASeat(f"you do not hold seat {seat} on the panel of {review.stream}")
    return seat or seats[0]


def _require_may_vote(review: Review, matter: Matter, seat: str, person: str) -> None:
    if seat in review.conflicts:
        raise InConflict(f"seat {seat} declared a conflict of interest in {review.stream}")
    if person in review.proposers and not matter.proposer_may_decide:
        raise NotYourOwn(f"the proposer does not decide in review {review.stream}")


def _require_choice(pack: Pack, choice: str, option: str | None) -> None:
    offered = ", ".join(o.id for o in pack.options)
    if choice == "option" and option is None:
        raise FieldMissing(f"a ballot that chooses names an option: {offered}")
    if choice != "option" and option is not None:
        raise Malformed(f"a ballot to {choice} names no option")
    if option is not None and pack.option(option) is None:
        raise UnknownFact(f"the pack has no option {option}; it has {offered}")


def _require_involved(review: Review, person: str) -> None:
    if person != review.opened_by and not review.seats_of(person):
        raise NotPermitted(
            f"only its panel or the one who opened it can do this to {review.stream}"
        )


def _room_ballot(
    review: Review, ballot: RoomBallot, poll: Poll, standing: Standing | None
) -> Draft:
    person = next(s.person for s in review.panel if s.seat == ballot.seat)
    if standing is not None:
        person = ballot.person or ""
        require_may_stand_in(review, poll.matter, standing, person)
    assert person is not None, "a seat that is present has a member"
    _require_may_vote(review, poll.matter, ballot.seat, person)
    assert poll.pack is not None, "a sitting is recorded only with a pack"
    _require_choice(poll.pack, ballot.choice, ballot.option)
    right = None if standing is None else standing.right
    body = BallotCast(
        seat=ballot.seat, choice=ballot.choice, option=ballot.option, pack=review.pack or "",
        right=right,
    )  # fmt: skip
    draft = _draft(review, body, by=person, comment=ballot.comment)
    return in_place_of(standing, (draft,))[0]
