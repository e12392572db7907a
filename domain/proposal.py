"""What a review proposes where its subjects alone do not say it."""

import datetime

from pydantic import Field

from domain.base import Code, Moment, Texts, Value
from domain.funds import Line
from domain.money import Money
from domain.policy import Name


class Proposal(Value):
    """The particulars of a matter that is not about a gate.

    Attributes:
        seat, person: for appoint and relieve.
        from_: first day with the seat; for relieve, first day without. Written ``from``.
        until: last day with the seat.
        policy: digest of the policy text to adopt.
        effective_from: since when that policy is to rule.
        portfolio: where to transfer the project.
        lines: the envelope to set, by period and kind.
        period: the period to close. carry_into: the later one into which money is carried.
        change: number of the change request that is decided.
        condition: the condition to waive.
        matters, up_to: for a grant, what may be decided and up to which amount.
        into: code of the project that replaces a duplicate.
        undo: stream of the review whose ruling is to be set aside or revoked.
    """

    seat: Name | None = None
    person: str | None = None
    from_: datetime.date | None = Field(default=None, alias="from")
    until: datetime.date | None = None
    policy: str | None = None
    effective_from: Moment | None = None
    portfolio: Code | None = None
    lines: tuple[Line, ...] | None = None
    period: str | None = None
    carry_into: str | None = None
    change: int | None = None
    condition: Name | None = None
    into: Code | None = None
    undo: str | None = None
    matters: Texts | None = None
    up_to: Money | None = None
