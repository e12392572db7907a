"""What can happen to a project's money. Names and fields are for ever."""

from typing import ClassVar

from domain.event import Body
from domain.funds import Line, PlannedLine


class FundsRequested(Body):
    """The project says what it asks for, by period and kind; a later request replaces it.

    Attributes:
        lines: what is asked for.
    """

    TOPIC: ClassVar[str] = "funds.requested/1"
    lines: tuple[Line, ...]


class FundsApproved(Body):
    """A ruling approved money for the project; whether it was there is another matter.

    Attributes:
        lines: what was approved, with what it is in the planning currency.
        funded: whether the portfolio allocated it in the same ruling.
        ruling: review that decided it.
    """

    TOPIC: ClassVar[str] = "funds.approved/1"
    lines: tuple[PlannedLine, ...]
    funded: bool
    ruling: str


class CostRecorded(Body):
    """Money was spent. A correction names the record it replaces in the header's ``corrects``.

    Attributes:
        lines: what was spent, with what it is in the planning currency.
    """

    TOPIC: ClassVar[str] = "cost.recorded/1"
    lines: tuple[PlannedLine, ...]
