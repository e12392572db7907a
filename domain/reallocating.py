"""Moving money between projects of a portfolio: what each shall hold, and the differences.

A share sets what a project holds in the periods and kinds it names; what it does not name stays.
All projects give back before any gets: money goes from one to the other when nothing is free.
"""

from collections.abc import Mapping
from decimal import Decimal

from domain.event import Draft
from domain.funding import allocate, released_line
from domain.funds import PlannedLine
from domain.money import Money
from domain.policy_money import MoneyRule
from domain.portfolio import Portfolio, portfolio_stream
from domain.portfolio_events import FundsReleased
from domain.project import Project
from domain.refusals import NotNow

Share = tuple[PlannedLine, ...]
"""What a project shall hold from now on, by period and kind."""


def require_moved(portfolio: Portfolio, shares: Mapping[str, Share]) -> None:
    """Refuse shares by which nothing changes.

    Raises:
        NotNow: every project holds its share already.
    """
    if not any(_differences(portfolio, code, share) for code, share in shares.items()):
        raise NotNow(
            f"the projects of portfolio {portfolio.code} hold these amounts already",
            fix="Put a pack that moves money, or withdraw the review.",
        )


def lower(
    project: Project, portfolio: Portfolio, share: Share, rule: MoneyRule, ruling: str
) -> tuple[Draft, ...]:
    """Give back what a project holds above its share.

    Raises:
        NotNow: it would hold less than it has spent, or is in another portfolio by now.
    """
    _require_at_home(project, portfolio)
    spent, lines = project.spent(), []
    for line, by in _differences(portfolio, project.code, share):
        used = spent.get(line.cell, Decimal(0))
        if line.planned.amount < used:
            raise NotNow(
                f"project {project.code} has spent {used} {rule.currency} of {line.period}"
                f" {line.kind}, and would hold {line.planned.amount}",
                fix="Leave it at least what is spent.",
            )
        if by < 0:
            lines.append(released_line(portfolio, line.cell, -by, rule.currency))
    if not lines:
        return ()
    body = FundsReleased(project=project.code, lines=tuple(lines), ruling=ruling)
    return (Draft(stream=portfolio_stream(portfolio.code), data=body),)


def raise_(
    project: Project, portfolio: Portfolio, share: Share, rule: MoneyRule, ruling: str
) -> tuple[Draft, ...]:
    """Allocate what a project holds below its share.

    Raises:
        FundsAvailable: the envelope does not hold it, and the policy refuses such approvals.
        NotNow: the project was deferred, or has ended.
    """
    lines = tuple(
        line.changed(rate=None, amount=more, planned=more)
        for line, by in _differences(portfolio, project.code, share)
        if by > 0
        for more in (Money(amount=by, currency=rule.currency),)
    )
    return allocate(project, portfolio, lines, rule, ruling) if lines else ()


def _differences(
    portfolio: Portfolio, code: str, share: Share
) -> tuple[tuple[PlannedLine, Decimal], ...]:
    """Return the lines of a share that change something, and by how much."""
    held = portfolio.holds(code)
    changes = ((line, line.planned.amount - held.get(line.cell, Decimal(0))) for line in share)
    return tuple((line, by) for line, by in changes if by)


def _require_at_home(project: Project, portfolio: Portfolio) -> None:
    if project.portfolio != portfolio.code:
        raise NotNow(
            f"project {project.code} is in portfolio {project.portfolio} by now",
            fix="Withdraw the review and open another one without that project.",
        )
