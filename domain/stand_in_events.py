"""What can happen to authority besides seats: delegated, covered for, granted. Names are for ever.

A delegation is a standing transfer of a seat's vote with limits; a deputy covers for an absence,
with a window. The two are never mixed. A grant says up to what a sole decider may decide.
"""

import datetime
from typing import ClassVar

from pydantic import Field

from domain.base import Texts, Value
from domain.event import Body
from domain.money import Money
from domain.policy import Name


class Limits(Value):
    """How far a delegation reaches; where a field is empty it sets no limit.

    Attributes:
        matters: names of matters in the policy, sorted.
        up_to: greatest amount, itself included; what has no amount is beyond it.
        portfolios: codes, sorted; what belongs to no portfolio is beyond them.
    """

    matters: Texts = ()
    up_to: Money | None = None
    portfolios: Texts = ()


class AuthorityDelegated(Body):
    """The member of a seat let another person vote for it, standing and within limits.

    Attributes:
        delegation: number within the board, from 1.
        seat: the seat. holder: its member; the delegation holds only while they sit there.
        person: id of the delegate.
        from_: first day, whole, in the office's zone; written ``from``.
        until: last day, whole; standing when absent.
        onward: whether the delegate may pass it on.
        of: number of the delegation it was passed on from; absent for the member's own.
    """

    TOPIC: ClassVar[str] = "authority.delegated/1"
    delegation: int
    seat: Name
    holder: str
    person: str
    limits: Limits = Limits()
    from_: datetime.date = Field(alias="from")
    until: datetime.date | None = None
    onward: bool = False
    of: int | None = None


class DelegationRevoked(Body):
    """A delegation ended at once, with all that was passed on from it. The reason is private.

    Attributes:
        delegation: its number.
    """

    TOPIC: ClassVar[str] = "delegation.revoked/1"
    delegation: int


class DeputyNamed(Body):
    """A person covers for the member of a seat who is absent.

    Attributes:
        deputy: number within the board, from 1.
        seat: the seat. holder: its member; the cover holds only while they sit there.
        person: id of the deputy.
        from_: first day, whole, in the office's zone; written ``from``.
        until: last day, whole.
    """

    TOPIC: ClassVar[str] = "deputy.named/1"
    deputy: int
    seat: Name
    holder: str
    person: str
    from_: datetime.date = Field(alias="from")
    until: datetime.date


class DeputyRecalled(Body):
    """A cover ended at once, before its last day. The reason is a private field.

    Attributes:
        deputy: its number.
    """

    TOPIC: ClassVar[str] = "deputy.recalled/1"
    deputy: int


class AuthorityGranted(Body):
    """The member of a sole seat was given authority to decide matters up to an amount.

    The newest grant of a matter that holds on a day governs: it widens or narrows the one before.

    Attributes:
        grant: number within the board, from 1.
        seat: the seat.
        person: id of its member; the grant holds only while they sit there.
        matters: names of matters in the policy, sorted.
        up_to: greatest amount, itself included; never above the policy's own limit.
        from_: first day, whole, in the office's zone; written ``from``.
        until: last day, whole; open when absent.
        ruling: review that decided it.
    """

    TOPIC: ClassVar[str] = "authority.granted/1"
    grant: int
    seat: Name
    person: str
    matters: Texts
    up_to: Money
    from_: datetime.date = Field(alias="from")
    until: datetime.date | None = None
    ruling: str


class StandInRecused(Body):
    """Somebody who stands in for a seat has a conflict of interest of their own; so says `by`.

    Their ballot counts no longer. The seat's own member may still vote. The reason is private.

    Attributes:
        seat: the seat they stand in for.
    """

    TOPIC: ClassVar[str] = "standin.recused/1"
    seat: Name
