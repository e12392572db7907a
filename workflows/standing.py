"""Authority at the moment of an act: which board decides, and who stands in for whom in a panel."""

import datetime

from domain.act import Act
from domain.authority import board_for, matter_named
from domain.authority_held import About
from domain.board import Board
from domain.event import stream_code, stream_kind
from domain.grants import governing
from domain.money import Money
from domain.policy import Policy
from domain.refusals import (
    FieldMissing,
    Malformed,
    NotASeat,
    NotInForce,
    NotPermitted,
    OutsideLimits,
)
from domain.review import Review
from domain.review_commands import RecordSitting
from domain.stand_ins import Found, Standing, standings
from workflows.calendar import day_of
from workflows.loaded import Loaded


def deciding_board(
    loaded: Loaded, policy: Policy, matter: str, amount: Money | None, day: datetime.date
) -> tuple[str, int | None]:
    """Return the board that decides a matter on a day, and the grant by which, if it is by one.

    Raises:
        UnknownFact: the policy has no such matter.
        NotPermitted: no board may decide the amount.
    """
    rule = matter_named(policy, matter)
    found = {
        one.board: governing(loaded.board(one.board), matter, day)
        for one in rule.decided_by
        if one.granted
    }
    grants = {board: grant for board, grant in found.items() if grant is not None}
    board = board_for(rule, amount, {name: grant.up_to for name, grant in grants.items()})
    return board, grants[board].number if board in grants else None


def stands_in(loaded: Loaded, review: Review, person: str, day: datetime.date) -> Found:
    """Return the seats of a review's panel that a person may act for in the members' place."""
    rule = loaded.texts.policy(review.policy).boards[review.board]
    if rule.deputies is None and rule.delegation is None:
        return Found((), ())
    board = loaded.board(review.board) or Board()
    return standings(board, rule, review.panel, person, _about(loaded, review), day)


def acting_for(
    loaded: Loaded, review: Review, person: str, seat: str | None, day: datetime.date
) -> Standing | None:
    """Return whom somebody acts for in a review; nobody where it is for their own seat.

    Args:
        loaded: what the act has read.
        review: the review.
        person: who acts.
        seat: for which seat, where that was said.
        day: the day of the act, in the office's zone.

    Raises:
        NotPermitted: somebody on the panel would act for a second seat.
        OutsideLimits: the delegation does not reach so far.
        FieldMissing: the person stands in for several seats and said none.
    """
    own = review.seats_of(person)
    if own and (seat is None or seat in own):
        return None
    found, short = stands_in(loaded, review, person, day)
    wanted = [one for one in found if seat in {None, one.seat}]
    if not wanted:
        whys = [why for of, why in short if seat in {None, of}]
        if whys and not own:
            raise OutsideLimits("; ".join(whys))
        return None
    if own:
        raise NotPermitted(
            f"you hold seat {own[0]} of this panel, and nobody casts two ballots in one",
            fix="Let the member vote, or somebody from outside the panel stand in.",
        )
    if len(wanted) > 1:
        seats = ", ".join(one.seat for one in wanted)
        raise FieldMissing(f"you stand in for several seats: {seats}", fix="Say which seat.")
    return wanted[0]


def stood_in(loaded: Loaded, review: Review, command: RecordSitting) -> dict[str, Standing]:
    """Return by seat in whose place ballots of a sitting were cast, as of the day it was held.

    Raises:
        NotASeat: who is said to have voted does not stand in for the member of that seat.
        OutsideLimits: the delegation does not reach so far.
        Malformed: one person voted for two seats.
    """
    found: dict[str, Standing] = {}
    people = [ballot.person for ballot in command.ballots if ballot.person is not None]
    if len(set(people)) != len(people):
        raise Malformed("nobody casts two ballots in one panel")
    for ballot in command.ballots:
        if ballot.person is None or ballot.seat in review.seats_of(ballot.person):
            continue
        standing = acting_for(loaded, review, ballot.person, ballot.seat, command.on)
        if standing is None:
            raise NotASeat(f"on {command.on} this person did not stand in for seat {ballot.seat}")
        found[ballot.seat] = standing
    return found


def today(loaded: Loaded, act: Act) -> datetime.date:
    """Return the day of an act, in the office's zone."""
    return day_of(act.now, loaded.office().zone)


def require_granted(loaded: Loaded, review: Review, day: datetime.date) -> None:
    """Refuse to decide by a grant that holds no longer, or was narrowed below the amount.

    Raises:
        NotInForce: it does not hold today as far as this review needs.
    """
    if review.grant is None:
        return
    governs = governing(loaded.board(review.board), review.matter, day)
    asked = review.amount
    if governs is None or asked is None or asked.amount > governs.up_to.amount:
        raise NotInForce(
            f"no authority granted to board {review.board} covers {review.stream} today",
            fix="Withdraw the review and open it again: another board decides now.",
        )


def _about(loaded: Loaded, review: Review) -> About:
    portfolios = [_portfolio(loaded, subject) for subject in review.subjects]
    known = tuple(sorted({code for code in portfolios if code is not None}))
    return About(review.matter, review.amount, known if None not in portfolios else ())


def _portfolio(loaded: Loaded, subject: str) -> str | None:
    match stream_kind(subject):
        case "project":
            return loaded.project(stream_code(subject)).portfolio
        case "portfolio":
            return stream_code(subject)
    return None
