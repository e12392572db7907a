"""What a portfolio office does at the end of a period: it closes it."""

from typing import Annotated

from pydantic import Field

from domain.act import Act
from domain.authority import matter_of_kind
from domain.base import Json, Value
from domain.money import Money
from domain.periods import require_closable
from domain.portfolio import portfolio_stream
from domain.proposal import Proposal
from domain.refusals import UnknownFact
from domain.review_rulings import open_review
from domain.words import MatterKind
from workflows.closing import total_unspent
from workflows.desk import Answer, Asked, Decision, Desk
from workflows.loaded import Loaded
from workflows.money import money_rule
from workflows.opening import TakenUp, settle_opening
from workflows.rulings import decided_or_opened

Period = Annotated[str, Field(pattern=r"^FY[0-9]{4}(-[HQM][0-9]{1,2})?$")]


class ClosePeriod(Value):
    """Close a period of a portfolio: nothing is allocated in it any more, late costs still count.

    Attributes:
        period: the period to close.
        into: the later period into which unspent money is carried.
    """

    period: Period
    into: Period | None = None


class Periods:
    """What is done about the periods of a portfolio."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk

    def close(
        self, code: str, command: ClosePeriod, act: Act, if_match: int | None = None
    ) -> Answer:
        """Close a period at once as a sole decider, or open the review that decides on it.

        Where the policy asks what becomes of unspent money, a review always opens: its pack says it
        for each project.

        Raises:
            PeriodOver: it is closed already.
            UnknownFact: the policy does not say what becomes of unspent money, or who decides.
            FieldMissing: money is carried, and nobody said into which period.
        """
        content: dict[str, Json] = {"portfolio": code, **command.as_json()}
        stream = portfolio_stream(code)
        asked = Asked(act="close_period", subject=stream, content=content, if_match=if_match)

        def decide(loaded: Loaded) -> Decision:
            portfolio = loaded.portfolio(code)
            ruling = loaded.in_force(portfolio.policy, act.now)
            rule = money_rule(ruling[1])
            require_closable(portfolio, command.period, command.into, rule)
            matter = matter_of_kind(ruling[1], MatterKind.CLOSE_PERIOD)
            if matter is None:
                raise UnknownFact(f"policy {portfolio.policy} has no matter of kind close_period")
            left = total_unspent(loaded.state, stream, command.period)
            taken = TakenUp(
                subject=stream,
                matter=matter,
                amount=Money(amount=left, currency=rule.currency),
                proposal=Proposal(period=command.period, carry_into=command.into),
            )
            if rule.unspent == "ask":
                opening = settle_opening(loaded, ruling, taken, act.now)
                return Decision(open_review(opening), {"portfolio": code, "review": opening.stream})
            return decided_or_opened(loaded, ruling, taken, act, {"portfolio": code})

        return self._desk.perform(act, asked, decide)
