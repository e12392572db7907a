"""What happens when a ruling is undone. Names and fields are for ever."""

import datetime
from typing import ClassVar

from domain.event import Body
from domain.funds import PlannedLine
from domain.policy_terms import Name
from domain.words import Standing


class RulingSetAside(Body):
    """A ruling had been entered in error: it is left out of counts, never out of the trail.

    Attributes:
        ruling: review that decided to set it aside; the reason is in its pack.
    """

    TOPIC: ClassVar[str] = "ruling.set_aside/1"
    ruling: str


class RulingRevoked(Body):
    """The board changed its mind about a ruling; both count.

    Attributes:
        ruling: review that decided to revoke it; the reason is in its pack.
    """

    TOPIC: ClassVar[str] = "ruling.revoked/1"
    ruling: str


class ProjectRestored(Body):
    """The project is back where it was before a ruling that was undone.

    Attributes:
        phase, standing: where it is now.
        left: the phase to which it may resume, where it rests again.
        review_date: day by which it is to be looked at, where it rests again.
        from_phase, from_standing: where the undone ruling had put it.
        undone: review whose ruling was undone.
        ruling: review that decided to undo it.
    """

    TOPIC: ClassVar[str] = "project.restored/1"
    phase: Name
    standing: Standing
    left: Name | None = None
    review_date: datetime.date | None = None
    from_phase: Name
    from_standing: Standing
    undone: str
    ruling: str


class ShortfallFound(Body):
    """Money that an undone ruling had released is no longer free, so it was not given back.

    Attributes:
        lines: what is missing, in the planning currency.
        undone: review whose ruling was undone.
        ruling: review that decided to undo it.
    """

    TOPIC: ClassVar[str] = "shortfall.found/1"
    lines: tuple[PlannedLine, ...]
    undone: str
    ruling: str
