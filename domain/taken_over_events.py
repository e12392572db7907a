"""What can be brought forward from another register at a cut-over. Names and fields are for ever.

State only: nothing here is a ruling, and nothing pretends to be one. Each event is effective at the
cut-over and says in its header's ``source_ref`` from which row of which book it comes.
"""

import datetime
from typing import ClassVar

from pydantic import Field

from domain.base import Code, Text, Value
from domain.baseline_events import Promise
from domain.event import Body
from domain.funds import PlannedLine
from domain.money import Money
from domain.policy_terms import Name
from domain.words import Standing


class LastDecision(Value):
    """What was decided last about a project, as the register before this one says it.

    Attributes:
        on: the day. board: the board, as the policy names it.
        minutes: where the minutes say so.
    """

    on: datetime.date
    board: Name
    minutes: Text = Field(min_length=1, max_length=200)


class ProjectTakenOver(Body):
    """A project that was governed elsewhere is governed here from the cut-over on.

    Attributes:
        title: what it is called.
        portfolio: code of its portfolio.
        phase, standing: where it was at the cut-over.
        left: the phase to which it may resume, where it rested.
        manager, sponsor: ids of people; the manager stands for it as a proposer does.
        last_decision: as stated; absent where the register before named none.
    """

    TOPIC: ClassVar[str] = "project.taken_over/1"
    title: Text
    portfolio: Code
    phase: Name
    standing: Standing
    left: Name | None = None
    manager: str
    sponsor: str | None = None
    last_decision: LastDecision | None = None


class BroughtForward(Value):
    """What may be allocated of one kind of money in one period, in the planning currency."""

    period: str
    kind: Name
    amount: Money


class EnvelopeTakenOver(Body):
    """A portfolio brought forward what it may allocate.

    Attributes:
        lines: by period and kind.
    """

    TOPIC: ClassVar[str] = "envelope.taken_over/1"
    lines: tuple[BroughtForward, ...]


class FundsTakenOver(Body):
    """A portfolio brought forward what a project of it had been given.

    Attributes:
        project: its code.
        lines: approved and held, with what it is in the planning currency.
    """

    TOPIC: ClassVar[str] = "funds.taken_over/1"
    project: Code
    lines: tuple[PlannedLine, ...]


class BaselineTakenOver(Body):
    """A project brought forward what it had promised; no change was approved here.

    Attributes:
        number: number of the baseline within the project, from 1.
        promise: what is promised; its cost is one sum.
    """

    TOPIC: ClassVar[str] = "baseline.taken_over/1"
    number: int = Field(ge=1)
    promise: Promise


class ConditionTakenOver(Body):
    """A project brought forward a condition that is open. Its words are a private field.

    Attributes:
        condition: its name; unique in the project while it is open.
        owner: id of the person who has to meet it.
        due: last day on which it is met in time, whole, in the office's zone.
        board: the board of the last decision, whose members may say that it is met.
    """

    TOPIC: ClassVar[str] = "condition.taken_over/1"
    condition: Name
    owner: str
    due: datetime.date
    board: Name | None = None
