"""What a merge or a split makes of projects: the parts, as they stand in the pack's option.

The panel votes on exactly this division. Amounts are in the planning currency, in which projects
hold money: nothing is converted again, so nothing can be lost by rounding.
"""

from pydantic import Field

from domain.base import Code, Text, Value
from domain.baseline_events import BENEFITS_MAX, Benefit
from domain.funds import LINES_MAX, Line
from domain.money import Money
from domain.policy import Day, Name

PARTS_MAX = 20


class PartPromise(Value):
    """What a part promises from now on. Its scope in words comes with a later change.

    Attributes:
        lines: the cost by period and kind.
        total: the cost as one sum, where the policy says nothing of money.
        start, finish: first and last day.
        benefits: what it is to bring.
    """

    lines: tuple[Line, ...] = Field(default=(), max_length=LINES_MAX)
    total: Money | None = None
    start: Day
    finish: Day
    benefits: tuple[Benefit, ...] = Field(default=(), max_length=BENEFITS_MAX)


class PartCondition(Value):
    """An open condition that a part takes over, under the name it has.

    Attributes:
        project: the project it is open on.
    """

    project: Code
    condition: Name


class Part(Value):
    """One resulting project.

    Attributes:
        code: of a project that is divided and goes on, or a new one.
        title: of a new project; one that goes on keeps its own.
        allocated: money it holds from now on, by period and kind.
        costs: what counts as spent on it, by period and kind.
        conditions: the open conditions it takes over.
        promise: what it promises; present exactly where there was a promise before.
    """

    code: Code
    title: Text | None = Field(default=None, min_length=1, max_length=500)
    allocated: tuple[Line, ...] = Field(default=(), max_length=LINES_MAX)
    costs: tuple[Line, ...] = Field(default=(), max_length=LINES_MAX)
    conditions: tuple[PartCondition, ...] = Field(default=(), max_length=100)
    promise: PartPromise | None = None
