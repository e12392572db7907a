"""What can happen to what a project has promised. Names and fields are for ever."""

from typing import ClassVar, Literal

from pydantic import Field

from domain.base import Code, Number, Text, Value
from domain.event import Body
from domain.funds import PlannedLine
from domain.money import Money
from domain.policy import Day, Name

BENEFITS_MAX = 100

Aspect = Literal["benefits", "cost", "finish", "scope", "start"]
"""What of a promise can move."""


class Benefit(Value):
    """What a project is to bring: so much money, or so many of something, by a day.

    Attributes:
        name: by which it is known again in the next baseline.
        money, number: how much; one of the two.
        unit: what a number counts.
        due: the last day by which it is to be there.
    """

    name: Name
    money: Money | None = None
    number: Number | None = None
    unit: Text | None = Field(default=None, min_length=1, max_length=40)
    due: Day


class Promise(Value):
    """What is promised: cost, dates, benefits and scope.

    Attributes:
        lines: the cost by period and kind, with what it is in the planning currency.
        total: the cost as one sum, where the policy says nothing of money.
        start, finish: first and last day.
        benefits: in the order of their names.
        scope: digest of the private text that says what is in and what is out.
    """

    lines: tuple[PlannedLine, ...] = ()
    total: Money | None = None
    start: Day
    finish: Day
    benefits: tuple[Benefit, ...] = ()
    scope: str | None = None


class ChangeRequested(Body):
    """Somebody asks for another baseline. The reason and a new scope are private fields.

    Attributes:
        change: number of the request within the project, from 1.
        baseline: number of the baseline it starts from; absent for the first.
        promise: what is to be promised, whole.
        moves: what of it is not as in that baseline, sorted.
    """

    TOPIC: ClassVar[str] = "change.requested/1"
    change: int = Field(ge=1)
    baseline: int | None = Field(default=None, ge=1)
    promise: Promise
    moves: tuple[Aspect, ...]


class ChangeWithdrawn(Body):
    """A request for another baseline was taken back. The reason is a private field.

    Attributes:
        change: number of the request.
    """

    TOPIC: ClassVar[str] = "change.withdrawn/1"
    change: int = Field(ge=1)


class BaselineSet(Body):
    """A ruling made a promise the one that holds.

    Attributes:
        number: number of the baseline within the project, from 1.
        promise: what is promised, in the planning currency of the policy that ruled.
        change: number of the request that was approved; absent where undoing a ruling promises
            again what was taken over.
        ruling: review that decided it.
    """

    TOPIC: ClassVar[str] = "baseline.set/1"
    number: int = Field(ge=1)
    promise: Promise
    change: int | None = Field(default=None, ge=1)
    ruling: str


class BaselineDivided(Body):
    """A merge or a split gave the project its share of what had been promised.

    Attributes:
        number: number of the baseline within the project, from 1.
        promise: what is promised.
        sources: codes of the projects whose promises were divided.
        ruling: review that decided it.
    """

    TOPIC: ClassVar[str] = "baseline.divided/1"
    number: int = Field(ge=1)
    promise: Promise
    sources: tuple[Code, ...] = Field(min_length=1)
    ruling: str


class BaselineWithdrawn(Body):
    """The ruling that set the baseline was undone, and nothing was promised before it.

    No baseline is in force from here on. The number is never used again.

    Attributes:
        number: number of the baseline.
        undone: review whose ruling was undone.
        ruling: review that decided to undo it.
    """

    TOPIC: ClassVar[str] = "baseline.withdrawn/1"
    number: int = Field(ge=1)
    undone: str
    ruling: str
