"""What can happen to a project. Names and fields are for ever."""

import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.base import Code, Moment, Text
from domain.event import Body
from domain.facts import FactValue
from domain.money import Money
from domain.policy import Name
from domain.words import Standing

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
EVIDENCE_BYTES_MAX = 2**40


class ProjectProposed(Body):
    """A project entered a portfolio.

    Attributes:
        title: what it is called; titles may change, the code never does. Where it was proposed
            restricted, its code stands here, and the title is a private field of this event.
        portfolio: code of the portfolio.
        phase, standing: where its policy lets a proposal begin.
        requested: money asked for, if any.
    """

    TOPIC: ClassVar[str] = "project.proposed/1"
    title: Text
    portfolio: Code
    phase: Name
    standing: Standing
    requested: Money | None = None


class ProjectRetitled(Body):
    """The project bears another title from now on."""

    TOPIC: ClassVar[str] = "project.retitled/1"
    title: Text


class ProjectMoved(Body):
    """The project went to another phase.

    Attributes:
        phase, standing: where it is now.
        from_phase, from_standing: where it was.
        ruling: review that decided it.
    """

    TOPIC: ClassVar[str] = "project.moved/1"
    phase: Name
    standing: Standing
    from_phase: Name
    from_standing: Standing
    ruling: str


class ProjectRested(Body):
    """The project rests or has ended.

    Attributes:
        phase, standing: where it is shown now.
        from_phase, from_standing: where it was.
        left: the phase to which it may resume.
        review_date: day by which it is to be looked at again.
        ruling: review that decided it.
    """

    TOPIC: ClassVar[str] = "project.rested/1"
    phase: Name
    standing: Standing
    from_phase: Name
    from_standing: Standing
    left: Name
    review_date: datetime.date | None = None
    ruling: str


class ProjectResumed(Body):
    """The project goes on in the phase it had left.

    Attributes:
        phase, standing: where it is now.
        from_phase, from_standing: where it rested.
        ruling: review that decided it.
    """

    TOPIC: ClassVar[str] = "project.resumed/1"
    phase: Name
    standing: Standing
    from_phase: Name
    from_standing: Standing
    ruling: str


class ProjectWithdrawn(Body):
    """Its proposer took the project back. The reason is a private field.

    Attributes:
        phase, standing: where it is shown now.
        from_phase, from_standing: where it was.
        left: the phase it was in before it came to rest.
    """

    TOPIC: ClassVar[str] = "project.withdrawn/1"
    phase: Name
    standing: Standing
    from_phase: Name
    from_standing: Standing
    left: Name


class ProjectTransferred(Body):
    """The project belongs to another portfolio from now on.

    Attributes:
        portfolio, from_portfolio: codes.
        ruling: review that decided it.
    """

    TOPIC: ClassVar[str] = "project.transferred/1"
    portfolio: Code
    from_portfolio: Code
    ruling: str


class FactRecorded(Body):
    """Something about the project became known.

    Attributes:
        fact: its name in the policy's vocabulary.
        value: value and type.
    """

    TOPIC: ClassVar[str] = "fact.recorded/1"
    fact: Name
    value: FactValue


class FactCorrected(Body):
    """An earlier assertion was wrong; the header's ``corrects`` says which. The old one stays.

    Attributes:
        fact: its name, the same as before.
        value: the right value.
    """

    TOPIC: ClassVar[str] = "fact.corrected/1"
    fact: Name
    value: FactValue


class EvidenceAttached(Body):
    """A file was attached. Its name, and its address when held elsewhere, are private fields.

    Attributes:
        evidence: kind of evidence in the policy's vocabulary.
        sha256: digest of the file's bytes.
        size: length in bytes.
        media_type: as declared, for example ``application/pdf``.
        held: ``here`` under its digest, or ``elsewhere`` at an address.
        dated: the moment its age is counted from.
        checked_by: who compared a file held elsewhere with its digest.
    """

    TOPIC: ClassVar[str] = "evidence.attached/1"
    evidence: Name
    sha256: Sha256
    size: int = Field(ge=0, le=EVIDENCE_BYTES_MAX)
    media_type: str
    held: Literal["here", "elsewhere"]
    dated: Moment
    checked_by: str | None = None
