"""Everything a ruling is made of besides policy and pack, and the shape of its answer."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from domain.base import Moment, Texts, Value
from domain.policy import Name
from domain.words import Ground, Outcome, Truth

ENGINE = 1
"""Number of the present ruling function; a change of meaning is a new number beside the old one."""


class PanelSeat(Value):
    """A seat as it stood when the review opened, and who sat in it, if anybody."""

    seat: Name
    person: str | None = None


class Right(Value):
    """By what somebody votes for a seat that is not theirs.

    Attributes:
        number: of the delegation or cover, within the board.
    """

    kind: Literal["delegation", "deputy"]
    number: int = Field(ge=1)


class Ballot(Value):
    """The ballot that counts for one seat.

    Attributes:
        choice: ``option`` chooses, ``abstain`` is present without choosing, ``need_more`` asks.
        option: the option chosen.
        on_behalf_of: the seat's member, where a delegate or deputy voted for them.
        right: by what they did.
    """

    seat: Name
    person: str
    choice: Literal["option", "abstain", "need_more"]
    option: Name | None = None
    on_behalf_of: str | None = None
    right: Right | None = None


def _one_per_seat(panel: tuple[PanelSeat, ...]) -> tuple[PanelSeat, ...]:
    if len({place.seat for place in panel}) != len(panel):
        raise ValueError("a panel has each seat once")
    return panel


def _sorted_by_seat(ballots: tuple[Ballot, ...]) -> tuple[Ballot, ...]:
    if len({ballot.seat for ballot in ballots}) != len(ballots):
        raise ValueError("one ballot counts for a seat, not two")
    return tuple(sorted(ballots, key=lambda ballot: ballot.seat))


class Docket(Value):
    """The arguments of `rule` besides the policy and the pack.

    Attributes:
        engine: number of the ruling function.
        matter: the matter's name in the policy.
        gate: the gate, when the matter is about one.
        board: the board that decides.
        now: when the ruling is made; ages of facts and evidence are counted to here.
        opened_at: when the review opened.
        closes_at: when the vote window is over; absent where there is none.
        panel: the board's seats as they stand.
        conflicts: seats that declared a conflict of interest, sorted.
        waivers: criteria waived for this review, sorted.
        ballots: one per seat that voted, sorted by seat.
        proposers: who proposed the subjects, sorted.
    """

    engine: int = ENGINE
    matter: Name
    gate: Name | None = None
    board: Name
    now: Moment
    opened_at: Moment
    closes_at: Moment | None = None
    panel: Annotated[tuple[PanelSeat, ...], AfterValidator(_one_per_seat)]
    conflicts: Texts = ()
    waivers: Texts = ()
    ballots: Annotated[tuple[Ballot, ...], AfterValidator(_sorted_by_seat)] = ()
    proposers: Texts = ()


class Check(Value):
    """One test and how it came out: a criterion, the quorum, or a seat's authority to vote.

    Attributes:
        of: what kind of test.
        id: the criterion's or seat's name; ``quorum`` and ``hurdle`` name themselves.
        missing: names of the facts, evidence or rulings that were not known.
    """

    of: Literal["criterion", "quorum", "hurdle", "seat", "veto"]
    id: Name
    kind: Literal["must", "should", "info"] | None = None
    truth: Truth
    waived: bool = False
    missing: tuple[str, ...] = ()


class Tally(Value):
    """Ballots for one option."""

    option: Name
    votes: int = Field(ge=0)


class Verdict(Value):
    """What was ruled, in codes and counts: no prose, no quotient.

    Attributes:
        outcome: what the review answers.
        option: the option taken; absent for ``no_ruling``.
        ground: what settled it.
        deciding: ids of the checks that settled it, sorted.
        seats: seats able to vote. present: ballots of any kind. cast: ballots choosing an option.
        tallies: votes by option, in the pack's order.
    """

    outcome: Outcome
    option: Name | None = None
    ground: Ground
    deciding: tuple[Name, ...] = ()
    seats: int = Field(default=0, ge=0)
    present: int = Field(default=0, ge=0)
    cast: int = Field(default=0, ge=0)
    tallies: tuple[Tally, ...] = ()


class Ruling(Value):
    """The answer of `rule`: the verdict, and every check made on the way."""

    verdict: Verdict
    checks: tuple[Check, ...] = ()
