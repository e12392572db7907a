"""Taking a matter up: who decides it, under which policy, with which panel, until when."""

from datetime import datetime

from domain.authority import filled, matter_named
from domain.base import Value
from domain.money import Money
from domain.policy import Policy
from domain.proposal import Proposal
from domain.refusals import Taken
from domain.review import Review
from domain.review_events import review_stream
from domain.review_rulings import Opening
from workflows.calendar import day_of, window_end
from workflows.loaded import Loaded
from workflows.standing import deciding_board


class TakenUp(Value):
    """What is taken up.

    Attributes:
        subject: stream it is about.
        subjects: every stream it is about, where it is about several.
        matter, gate: what is to be decided.
        amount: money asked for, if any.
        proposers: who proposed the subject.
        proposal: what is proposed, where the subject alone does not say it.
    """

    subject: str
    subjects: tuple[str, ...] = ()
    matter: str
    gate: str | None = None
    amount: Money | None = None
    proposers: tuple[str, ...] = ()
    proposal: Proposal | None = None


def settle_opening(
    loaded: Loaded, policy: tuple[str, Policy], taken: TakenUp, now: datetime
) -> Opening:
    """Return everything that is settled when a review opens.

    Args:
        loaded: what the act has read.
        policy: digest and text of the version in force.
        taken: what is taken up.
        now: when the review opens.

    Raises:
        UnknownFact: the policy has no such matter.
        NotPermitted: no board may decide the amount.
        Taken: a review of the same thing is open.
    """
    digest, text = policy
    rule = matter_named(text, taken.matter)
    office = loaded.office()
    zone = office.zone
    day = day_of(now, zone)
    board, grant = deciding_board(loaded, text, taken.matter, taken.amount, day)
    return Opening(
        stream=next_review(loaded, taken.subject, taken.gate or taken.matter),
        matter=taken.matter,
        gate=taken.gate,
        subjects=taken.subjects or (taken.subject,),
        board=board,
        amount=taken.amount,
        policy=digest,
        panel=loaded.panel(board, text.boards[board], day),
        proposers=tuple(sorted({office.one(person) for person in taken.proposers})),
        proposal=taken.proposal,
        closes_at=None if rule.window is None else window_end(now, rule.window.days, zone),
        grant=grant,
    )


def next_review(loaded: Loaded, subject: str, about: str) -> str:
    """Return the stream of the next review of a subject about a gate or matter.

    Raises:
        Taken: the one before is still open.
    """
    number = 1
    last: Review | None = None
    while loaded.version(review_stream(subject, about, number)) > 0:
        last = loaded.state(review_stream(subject, about, number))
        number += 1
    if last is not None and last.status in {"open", "reported"}:
        raise Taken(
            f"review {last.stream} is {last.status}", fix="Let it end, or withdraw it first."
        )
    return review_stream(subject, about, number)


def can_sit(loaded: Loaded, policy: Policy, board: str, now: datetime) -> bool:
    """Return whether enough seats of a board are filled today to make its quorum."""
    rule = policy.boards[board]
    seats = loaded.panel(board, rule, day_of(now, loaded.office().zone))
    count, _, base = rule.quorum.partition("/")
    if base:
        return len(filled(seats)) * int(base) >= int(count) * len(seats)
    return len(filled(seats)) >= int(count)
