"""The boards of a policy: seats, quorum, and when an option carries."""

from typing import Literal, Self

from pydantic import Field, model_validator

from domain.base import Value
from domain.policy_terms import Days, Flag, Label, Name, Quorum, Share


class Seat(Value):
    """One place on a board."""

    id: Name
    label: Label | None = None


class Voting(Value):
    """When an option carries.

    Attributes:
        more_than, at_least: exactly one of them: the exact share in favour.
        of: the denominator. ``cast`` ballots choose an option; ``present`` are all ballots,
            abstentions included; ``seats`` are all seats able to vote, voting or not.
        tie: whether the chair's own choice settles an exact tie.
        veto: seats whose ballot for an opposing option strikes every approving one.
        conflict: whether a seat in conflict leaves the denominators or stays in them, voteless.
    """

    more_than: Share | None = None
    at_least: Share | None = None
    of: Literal["cast", "present", "seats"] = "cast"
    tie: Literal["chair", "fails"] = "fails"
    veto: tuple[Name, ...] = ()
    conflict: Literal["leaves", "stays"] = "leaves"

    @model_validator(mode="after")
    def _one_share(self) -> Self:
        if (self.more_than is None) == (self.at_least is None):
            raise ValueError("give exactly one of more_than and at_least")
        return self


class DelegationRule(Value):
    """That a member may delegate the seat's vote; ``onward`` whether it may be passed on."""

    onward: Flag = False


class DeputyRule(Value):
    """That a deputy may cover for an absent member.

    Attributes:
        named_by: who names one: the member alone, or the chair as well.
        days_max: most days of one cover.
    """

    named_by: Literal["member", "chair"] = "member"
    days_max: Days | None = None


class Board(Value):
    """Who decides together. A sole decider is a board of one seat.

    Attributes:
        delegation, deputies: whether others may vote in a member's place; nobody, when absent.
        quorum: fewest ballots, abstentions included, or the least share of seats able to vote.
    """

    label: Label | None = None
    seats: tuple[Seat, ...] = Field(min_length=1, max_length=200)
    chair: Name | None = None
    quorum: Quorum = "1"
    voting: Voting
    delegation: DelegationRule | None = None
    deputies: DeputyRule | None = None
