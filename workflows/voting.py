"""Ballots: cast for one's own seat or in another's place, and which of them are open to whom.

What somebody may do is found out by doing it and recording nothing, so that what is offered and
what is refused later cannot differ.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from domain import review_acts
from domain.act import Act
from domain.docket import Right
from domain.event import Draft
from domain.refusals import Refused
from domain.review import Review
from domain.review_commands import CastVote, ContestBallot, PostponeReview, WithdrawReview
from workflows.calendar import end_of_day
from workflows.loaded import Loaded
from workflows.standing import acting_for, require_granted, stands_in, today

LATEST = "9999-12-30"
"""A day to postpone to that has not passed, whenever it is asked."""


class Place(NamedTuple):
    """A seat of a panel that somebody could vote for.

    Attributes:
        on_behalf_of: its member, where the person stands in for them. right: by what.
        refusal: why they cannot vote for it now; absent where they can.
        recorded: whether a ballot a secretary recorded for it can be contested by them.
    """

    seat: str
    on_behalf_of: str | None = None
    right: Right | None = None
    refusal: Refused | None = None
    recorded: bool = False


class Doors(NamedTuple):
    """Why somebody cannot do now what ends or moves a review; absent where they can."""

    rule: Refused | None
    postpone: Refused | None
    withdraw: Refused | None


def voted(loaded: Loaded, review: Review, command: CastVote, act: Act) -> tuple[Draft, ...]:
    """Return the events of a ballot.

    Raises:
        Refused: what `review_acts.vote` and `acting_for` refuse.
    """
    day = today(loaded, act)
    require_granted(loaded, review, day)
    matter = loaded.texts.policy(review.policy).matters[review.matter]
    standing = acting_for(loaded, review, act.by, command.seat, day)
    poll = review_acts.Poll(matter, loaded.pack(review.pack), loaded.basis, standing)
    return review_acts.vote(review, command, poll, act)


def places(loaded: Loaded, review: Review, act: Act) -> tuple[Place, ...]:
    """Return the seats whoever acts could vote for: their own, or those they stand in for.

    A delegation that does not reach so far is among them, with its limit as the reason.
    """
    own = review.seats_of(act.by)
    if own:
        found = [Place(seat) for seat in own]
    else:
        standings, short = stands_in(loaded, review, act.by, today(loaded, act))
        found = [Place(one.seat, one.holder, one.right) for one in standings]
        reached = {one.seat for one in standings}
        members = {one.seat: one.person for one in review.panel}
        found += [Place(seat, members.get(seat)) for seat, _ in short if seat not in reached]

    def ballot(seat: str) -> Callable[[], Sequence[Draft]]:
        command = CastVote(pack=review.pack or "", choice="abstain", seat=seat)
        return lambda: voted(loaded, review, command, act)

    def contest(seat: str) -> Callable[[], Sequence[Draft]]:
        command = ContestBallot(seat=seat, reason="-")
        return lambda: review_acts.contest(review, command, act)

    return tuple(
        one._replace(
            refusal=refusal_of(ballot(one.seat)), recorded=refusal_of(contest(one.seat)) is None
        )
        for one in found
    )


def doors(loaded: Loaded, review: Review, act: Act, ruling: Callable[[], Sequence[Draft]]) -> Doors:
    """Return what keeps whoever acts from ruling, postponing and withdrawing a review.

    Args:
        loaded: what is read.
        review: the review.
        act: who would act, and when.
        ruling: makes its ruling, as it would be recorded.
    """
    late = PostponeReview.model_validate({"to": LATEST, "reason": "-"})
    day, closes_at = today(loaded, act), end_of_day(late.to, loaded.office().zone)
    withdrawal = WithdrawReview(reason="-")
    return Doors(
        rule=refusal_of(ruling),
        postpone=refusal_of(lambda: review_acts.postpone(review, late, act, day, closes_at)),
        withdraw=refusal_of(lambda: review_acts.withdraw(review, withdrawal, act)),
    )


def refusal_of(done: Callable[[], Sequence[Draft]]) -> Refused | None:
    """Return why something is refused; nothing where it is not."""
    try:
        done()
    except Refused as refusal:
        return refusal
    return None
