"""Who may vote in another's place: delegates, standing and with limits, and deputies for a while.

Never mixed, and never more than the member has: both end where the member leaves the seat. The
policy says per board whether there are any. Source: DESIGN.md section 2.
"""

import datetime
from typing import NamedTuple

from domain.authority_held import About, Delegation, beyond, wider, within
from domain.base import Json
from domain.board import Board, board_stream
from domain.docket import PanelSeat, Right
from domain.event import Body, Draft
from domain.policy import Board as BoardRule
from domain.refusals import Malformed, NotASeat, NotKnown, NotNow, NotPermitted, OutsideLimits
from domain.stand_in_events import (
    AuthorityDelegated,
    DelegationRevoked,
    DeputyNamed,
    DeputyRecalled,
)


class Standing(NamedTuple):
    """A seat somebody may vote for in its member's place, and by what."""

    seat: str
    holder: str
    right: Right


class Found(NamedTuple):
    """The places a person stands in, and by seat why a delegation does not reach so far."""

    standings: tuple[Standing, ...]
    beyond: tuple[tuple[str, str], ...]


def standings(
    board: Board,
    rule: BoardRule,
    panel: tuple[PanelSeat, ...],
    person: str,
    about: About,
    day: datetime.date,
) -> Found:
    """Return the seats of a panel that a person may vote for in its members' place on a day.

    A deputy's cover goes before a delegation of the same seat: it has no limits.
    """
    found: dict[str, Standing] = {}
    short: list[tuple[str, str]] = []
    for deputy in board.deputies if rule.deputies is not None else ():
        if deputy.person == person and deputy.holds_on(day):
            right = Right(kind="deputy", number=deputy.number)
            found.setdefault(deputy.seat, Standing(deputy.seat, deputy.holder, right))
    for delegation in board.delegations if rule.delegation is not None else ():
        if delegation.person != person or not chain_holds(board, delegation, day):
            continue
        why = falls_short(board, delegation, about)
        if why is not None:
            what = f"delegation {delegation.number} of seat {delegation.seat}"
            short.append((delegation.seat, f"{what}: {why}"))
            continue
        right = Right(kind="delegation", number=delegation.number)
        found.setdefault(delegation.seat, Standing(delegation.seat, delegation.holder, right))
    held = {(place.seat, place.person) for place in panel}
    kept = tuple(
        one
        for one in found.values()
        if (one.seat, one.holder) in held and board.member(one.seat, day) == one.holder
    )
    return Found(kept, tuple(short))


def stood_in_for(board: Board, person: str, day: datetime.date) -> frozenset[tuple[str, str]]:
    """Return the seats in whose members' place a person may come to act on a day, with the members.

    How far their authority reaches is not asked: whoever may have to act has to look first.
    """
    given: list[tuple[str, str]] = [
        (one.seat, one.holder)
        for one in board.deputies
        if one.person == person and one.holds_on(day)
    ]
    given += [
        (one.seat, one.holder)
        for one in board.delegations
        if one.person == person and chain_holds(board, one, day)
    ]
    return frozenset(one for one in given if board.member(one[0], day) == one[1])


def chain_holds(board: Board, delegation: Delegation, day: datetime.date) -> bool:
    """Return whether a delegation holds on a day, with all it was passed on from."""
    return all(one.holds_on(day) for one in passed_on_from(board, delegation))


def falls_short(board: Board, delegation: Delegation, about: About) -> str | None:
    """Return why a delegation, or one it was passed on from, does not reach as far as something."""
    whys = (beyond(one.limits, about) for one in passed_on_from(board, delegation))
    return next((why for why in whys if why is not None), None)


def passed_on_from(board: Board, delegation: Delegation) -> tuple[Delegation, ...]:
    """Return a delegation and those it was passed on from, up to the member's own."""
    chain = [delegation]
    while chain[-1].of is not None:
        chain.append(board.delegations[chain[-1].of - 1])
    return tuple(chain)


# --- Delegations -----------------------------------------------------------------------------


def delegate(
    name: str, rule: BoardRule, board: Board | None, asked: AuthorityDelegated, by: str
) -> tuple[Draft, ...]:
    """Let another person vote for a seat, standing and within limits.

    Raises:
        NotPermitted: the policy has no delegation on this board, or not onward.
        NotASeat: who asks neither holds the seat nor has it delegated to pass on.
        OutsideLimits: more would be passed on than was given.
        Malformed: the days are out of order, or the delegate sits on the board.
    """
    if rule.delegation is None:
        raise NotPermitted(
            f"the policy allows no delegation on board {name}",
            fix="Vote yourself, or adopt a policy that allows it.",
        )
    held = board or Board()
    _require_days(asked.from_, asked.until)
    if asked.of is None:
        _require_member(name, held, asked.seat, by, asked.from_)
        body = asked.changed(holder=by)
    else:
        body = _passed_on(held, rule, asked, by)
    _require_outsider(name, held, body)
    body = body.changed(delegation=len(held.delegations) + 1)
    return (Draft(stream=board_stream(name), data=body),)


def _passed_on(
    board: Board, rule: BoardRule, asked: AuthorityDelegated, by: str
) -> AuthorityDelegated:
    parent = _delegation(board, asked.of or 0)
    assert rule.delegation is not None, "asked before"
    if parent.person != by or parent.seat != asked.seat:
        raise NotASeat(f"delegation {parent.number} is not yours to pass on")
    if not (rule.delegation.onward and parent.onward):
        raise NotPermitted(
            f"delegation {parent.number} may not be passed on",
            fix="Ask the member of the seat to delegate it to the other person.",
        )
    why = wider(asked.limits, parent.limits)
    if why is not None:
        raise OutsideLimits(f"delegation {parent.number} does not reach so far: {why}")
    last = asked.until or datetime.date.max
    if not chain_holds(board, parent, asked.from_) or not within(last, parent.from_, parent.until):
        raise OutsideLimits(f"delegation {parent.number} does not hold on all of those days")
    return asked.changed(holder=parent.holder)


def revoke(
    name: str, board: Board | None, number: int, reason: str | None, by: str
) -> tuple[Draft, ...]:
    """End a delegation at once, and all that was passed on from it.

    Raises:
        NotKnown: the board has no such delegation.
        NotNow: it was revoked already.
        NotPermitted: neither who gave it, further up, nor who has it.
    """
    held = board or Board()
    delegation = _delegation(held, number)
    if delegation.revoked:
        raise NotNow(f"delegation {number} of board {name} was revoked already")
    may = {delegation.holder, *(one.person for one in passed_on_from(held, delegation))}
    if by not in may:
        raise NotPermitted("only who gave a delegation, or has it, revokes it")
    return _ended(name, DelegationRevoked(delegation=number), reason)


def _delegation(board: Board, number: int) -> Delegation:
    if not 1 <= number <= len(board.delegations):
        raise NotKnown(f"the board has no delegation {number}")
    return board.delegations[number - 1]


# --- Deputies --------------------------------------------------------------------------------


def name_deputy(
    name: str, rule: BoardRule, board: Board | None, asked: DeputyNamed, by: str
) -> tuple[Draft, ...]:
    """Let a person cover for a member who is absent.

    Raises:
        NotPermitted: the policy has no deputies on this board, or lets others name them.
        NotASeat: nobody holds the seat on the first day.
        Malformed: the days are out of order or too many, or the deputy sits on the board.
    """
    if rule.deputies is None:
        raise NotPermitted(
            f"the policy allows no deputies on board {name}",
            fix="Postpone the review, or adopt a policy that allows them.",
        )
    held = board or Board()
    _require_days(asked.from_, asked.until)
    days = (asked.until - asked.from_).days + 1
    if rule.deputies.days_max is not None and days > rule.deputies.days_max:
        raise Malformed(f"a deputy covers at most {rule.deputies.days_max} days, not {days}")
    holder = held.member(asked.seat, asked.from_)
    if holder is None:
        raise NotASeat(f"nobody holds seat {asked.seat} of board {name} on {asked.from_}")
    if not _may_name(held, rule, asked, by):
        raise NotPermitted(f"the member of seat {asked.seat} names the deputy")
    body = asked.changed(deputy=len(held.deputies) + 1, holder=holder)
    _require_outsider(name, held, body)
    return (Draft(stream=board_stream(name), data=body),)


def recall(
    name: str, rule: BoardRule, board: Board | None, number: int, asked: tuple[str | None, str]
) -> tuple[Draft, ...]:
    """End a cover at once.

    Args:
        name: code of the board.
        rule: the board in the policy.
        board: the board as it stands.
        number: of the cover.
        asked: why, if it is said, and who asks.

    Raises:
        NotKnown: the board has no such deputy.
        NotNow: the deputy was recalled already.
        NotPermitted: neither the member, nor the deputy, nor who may name one.
    """
    held, (reason, by) = board or Board(), asked
    if not 1 <= number <= len(held.deputies):
        raise NotKnown(f"the board has no deputy {number}")
    deputy = held.deputies[number - 1]
    if deputy.recalled:
        raise NotNow(f"deputy {number} of board {name} was recalled already")
    if by not in {deputy.holder, deputy.person} and not _is_chair(held, rule, by, deputy.from_):
        raise NotPermitted("only the member, the deputy or who may name one ends a cover")
    return _ended(name, DeputyRecalled(deputy=number), reason)


def _may_name(board: Board, rule: BoardRule, asked: DeputyNamed, by: str) -> bool:
    member = board.member(asked.seat, asked.from_) == by
    return member or _is_chair(board, rule, by, asked.from_)


def _is_chair(board: Board, rule: BoardRule, by: str, day: datetime.date) -> bool:
    """Return whether somebody names deputies for all, as the chair does where the policy says."""
    if rule.deputies is None or rule.deputies.named_by != "chair" or rule.chair is None:
        return False
    return board.member(rule.chair, day) == by


# --- Both ------------------------------------------------------------------------------------


def _require_days(first: datetime.date, last: datetime.date | None) -> None:
    if last is not None and last < first:
        raise Malformed(f"the last day {last} is before the first, {first}")


def _require_member(name: str, board: Board, seat: str, by: str, day: datetime.date) -> None:
    if board.member(seat, day) != by:
        raise NotASeat(
            f"you do not hold seat {seat} of board {name} on {day}",
            fix="Only the member of a seat delegates its vote.",
        )


def _require_outsider(name: str, board: Board, body: AuthorityDelegated | DeputyNamed) -> None:
    """Refuse who sits on the board themselves: nobody casts two ballots in one panel."""
    for tenure in board.tenures:
        ends_before = tenure.until is not None and tenure.until < body.from_
        begins_after = body.until is not None and tenure.from_ > body.until
        if tenure.person == body.person and not ends_before and not begins_after:
            raise Malformed(
                f"this person holds seat {tenure.seat} of board {name} on some of those days",
                fix="Nobody casts two ballots in one panel; choose somebody from outside it.",
            )


def _ended(name: str, body: Body, reason: str | None) -> tuple[Draft, ...]:
    private: dict[str, Json] = {} if reason is None else {"reason": reason}
    return (Draft(stream=board_stream(name), data=body, private=private),)
