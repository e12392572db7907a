"""What can happen to a portfolio. Names and fields are for ever."""

from typing import ClassVar

from domain.base import Code, Number, Text, Value
from domain.event import Body
from domain.money import Money
from domain.policy_terms import Name


class PortfolioChartered(Body):
    """A portfolio began.

    Attributes:
        title: what it is called; titles may change, the code never does.
        policy: code of the policy its projects are governed by.
    """

    TOPIC: ClassVar[str] = "portfolio.chartered/1"
    title: Text
    policy: Code


class NumberGiven(Body):
    """The portfolio numbered a project that came without a code.

    Attributes:
        number: counted from 1.
        project: code the project got.
    """

    TOPIC: ClassVar[str] = "number.given/1"
    number: int
    project: Code


class EnvelopeLine(Value):
    """What may be allocated of one kind of money in one period.

    Attributes:
        amount: from now on, in the planning currency.
        before: until now; absent where there was no envelope.
    """

    period: str
    kind: Name
    amount: Money
    before: Money | None = None


class EnvelopeSet(Body):
    """A review set what the portfolio may allocate.

    Attributes:
        lines: by period and kind.
        ruling: review that decided it.
    """

    TOPIC: ClassVar[str] = "envelope.set/1"
    lines: tuple[EnvelopeLine, ...]
    ruling: str


class AllocatedLine(Value):
    """Money allocated of one kind in one period.

    Attributes:
        amount: as it was approved.
        rate: planning rate used; absent for the planning currency itself.
        allocated: the amount in the planning currency.
        free_before, free_after: headroom of the envelope, in the planning currency.
    """

    period: str
    kind: Name
    amount: Money
    rate: Number | None = None
    allocated: Money
    free_before: Money
    free_after: Money


class FundsAllocated(Body):
    """A ruling allocated money of the envelope to a project.

    Attributes:
        project: its code.
        lines: by period and kind.
        ruling: review that decided it.
    """

    TOPIC: ClassVar[str] = "funds.allocated/1"
    project: Code
    lines: tuple[AllocatedLine, ...]
    ruling: str


class ProjectsPrioritised(Body):
    """A ruling put projects of the portfolio in an order, or an order was restored.

    Attributes:
        order: codes of projects, the most important one first; nobody else has a rank.
        before: the order until now; empty where there was none.
        ruling: review that decided it.
        undone: review whose order was undone, where this restores the one before it.
    """

    TOPIC: ClassVar[str] = "projects.prioritised/1"
    order: tuple[Code, ...]
    before: tuple[Code, ...] = ()
    ruling: str
    undone: str | None = None


class ReleasedLine(Value):
    """Money given back of one kind in one period, in the planning currency.

    Attributes:
        free_before, free_after: headroom of the envelope.
    """

    period: str
    kind: Name
    released: Money
    free_before: Money
    free_after: Money


class FundsReleased(Body):
    """A project gave back what it had not spent.

    Attributes:
        project: its code.
        lines: by period and kind.
        ruling: review that decided it; absent where its proposer withdrew the project.
    """

    TOPIC: ClassVar[str] = "funds.released/1"
    project: Code
    lines: tuple[ReleasedLine, ...]
    ruling: str | None = None


class HeldLine(Value):
    """Money held of one kind in one period, in the planning currency."""

    period: str
    kind: Name
    amount: Money


class HeldShare(Value):
    """What one project holds of what is divided."""

    project: Code
    lines: tuple[HeldLine, ...]


class FundsDivided(Body):
    """A merge or a split divided the money that projects hold; the envelope's headroom stays.

    Attributes:
        sources: what each project held, all of it.
        parts: what each holds from now on; the sums by period and kind are the same.
        ruling: review that decided it.
    """

    TOPIC: ClassVar[str] = "funds.divided/1"
    sources: tuple[HeldShare, ...]
    parts: tuple[HeldShare, ...]
    ruling: str


class UnspentSum(Value):
    """Money of one kind that projects had not spent when a period was closed."""

    kind: Name
    lapsed: Money
    carried: Money


class PeriodClosed(Body):
    """A ruling closed a period: nothing is allocated in it any more; late costs still count.

    Attributes:
        period: the period.
        into: the later period into which money was carried, if any.
        unspent: what projects had not spent, by kind; by project it is in the releases and
            allocations of the same ruling.
        ruling: review that decided it.
    """

    TOPIC: ClassVar[str] = "period.closed/1"
    period: str
    into: str | None = None
    unspent: tuple[UnspentSum, ...] = ()
    ruling: str
