"""What can happen to projects that replace each other. Names and fields are for ever."""

from typing import ClassVar

from pydantic import Field

from domain.base import Code
from domain.event import Body
from domain.funds import PlannedLine
from domain.policy_terms import Name
from domain.words import Standing


class ProjectSuperseded(Body):
    """Other projects stand for this one: it was entered twice, or was merged or split.

    Attributes:
        phase, standing: where it is shown now.
        from_phase, from_standing: where it was.
        left: the phase it was in.
        superseded_by: codes of the projects that replace it.
        ruling: review that decided it.
    """

    TOPIC: ClassVar[str] = "project.superseded/1"
    phase: Name
    standing: Standing
    from_phase: Name
    from_standing: Standing
    left: Name
    superseded_by: tuple[Code, ...] = Field(min_length=1)
    ruling: str


class ProjectDivided(Body):
    """A merge or a split took from the project what was spent on it, to count it in the parts.

    Attributes:
        parts: codes of the projects it is divided into; its own where it goes on.
        costs: what counts no longer as spent on it, in the planning currency.
        ruling: review that decided it.
    """

    TOPIC: ClassVar[str] = "project.divided/1"
    parts: tuple[Code, ...] = Field(min_length=1)
    costs: tuple[PlannedLine, ...] = ()
    ruling: str


class ProjectSucceeded(Body):
    """The project is a part that a merge or a split resulted in.

    Attributes:
        sources: codes of the projects that were divided; its own where it goes on.
        proposer: whose proposal it counts as, where it is new: that of its source.
        costs: what counts as spent on it from now on, as one record; in the planning currency.
        ruling: review that decided it.
    """

    TOPIC: ClassVar[str] = "project.succeeded/1"
    sources: tuple[Code, ...] = Field(min_length=1)
    proposer: str | None = None
    costs: tuple[PlannedLine, ...] = ()
    ruling: str
