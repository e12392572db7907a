"""Authority of a sole decider up to an amount, as a board granted it.

The policy says where grants count and how far they may reach: a rung of ``decided_by`` that is
``granted`` is there only for who was granted the matter, up to the lesser of the two limits.
"""

import datetime

from domain.authority_held import Grant, within
from domain.board import Board, board_stream
from domain.event import Draft
from domain.policy import Policy
from domain.proposal import Proposal
from domain.refusals import FieldMissing, Malformed, NotASeat, OutsideLimits, UnknownFact
from domain.stand_in_events import AuthorityGranted


def governing(board: Board | None, matter: str, day: datetime.date) -> Grant | None:
    """Return the grant that governs a matter on a day: the newest that holds then."""
    held = board or Board()
    for one in reversed(held.grants):
        sits = held.member(one.seat, day) == one.person
        if matter in one.matters and within(day, one.from_, one.until) and sits:
            return one
    return None


def grant(
    name: str, policy: Policy, board: Board | None, proposal: Proposal, ruling: str
) -> tuple[Draft, ...]:
    """Grant the member of a sole seat authority to decide matters up to an amount.

    Raises:
        FieldMissing: the seat, the person, the matters, the amount or the first day is not said.
        UnknownFact: the policy lets no grant count there.
        OutsideLimits: the amount is above what the policy lets be granted.
        NotASeat: the person does not hold the seat on the first day.
        Malformed: the last day is before the first.
    """
    seat, person, first, up_to = proposal.seat, proposal.person, proposal.from_, proposal.up_to
    if seat is None or person is None or first is None or up_to is None or not proposal.matters:
        raise FieldMissing("say the seat, the person, the matters, the amount and the first day")
    for matter in proposal.matters:
        _require_grantable(name, policy, matter, proposal)
    held = board or Board()
    if held.member(seat, first) != person:
        raise NotASeat(f"this person does not hold seat {seat} of board {name} on {first}")
    if proposal.until is not None and proposal.until < first:
        raise Malformed(f"the last day {proposal.until} is before the first, {first}")
    body = AuthorityGranted(
        grant=len(held.grants) + 1,
        seat=seat,
        person=person,
        matters=proposal.matters,
        up_to=up_to,
        from_=first,
        until=proposal.until,
        ruling=ruling,
    )
    return (Draft(stream=board_stream(name), data=body),)


def _require_grantable(name: str, policy: Policy, matter: str, proposal: Proposal) -> None:
    rule, up_to = policy.matters.get(matter), proposal.up_to
    deciders = () if rule is None else rule.decided_by
    rung = next((one for one in deciders if one.granted and one.board == name), None)
    if rung is None or rung.up_to is None or up_to is None:
        raise UnknownFact(f"policy {policy.policy} lets no grant count for {matter} on {name}")
    if up_to.currency != rung.up_to.currency or up_to.amount > rung.up_to.amount:
        most = f"{rung.up_to.amount} {rung.up_to.currency}"
        raise OutsideLimits(f"at most {most} may be granted for {matter} on board {name}")
