"""What is decided about several projects of one portfolio at once, and what such a ruling does."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from domain.effects import Ordered
from domain.event import Draft, stream_code
from domain.funds import planned, require_lines, total
from domain.money import Money
from domain.policy import Policy
from domain.portfolio import Portfolio
from domain.priorities import has_rank, reprioritise, require_rankable, require_whole
from domain.project import Project, project_stream
from domain.reallocating import lower, raise_, require_moved
from domain.refusals import Malformed, NotPermitted
from domain.review import Review
from domain.words import MatterKind
from workflows.loaded import Loaded
from workflows.money import money_rule

State = Callable[[str], Any]
"""What a stream has come to so far."""

IN_ROUNDS = (MatterKind.FUND, MatterKind.REPRIORITISE, MatterKind.REALLOCATE)
"""Matters that are decided about several projects at once."""

OF_SEVERAL = frozenset({"reprioritise", "reallocate"})
"""Effects that act once on all projects under review, and not on each."""


def require_rounded(
    loaded: Loaded, portfolio: Portfolio, projects: Sequence[Project], kind: MatterKind
) -> None:
    """Refuse to take up about several projects what a ruling could not do to them.

    Raises:
        NotNow: an order would leave out a project that has a rank, or rank one that has ended.
        NotPermitted: a project that has a rank is not shown to whoever acts.
    """
    if kind is MatterKind.REPRIORITISE:
        require_rankable(projects)
        known = {code: loaded.state(project_stream(code)) for code in portfolio.order}
        unseen = [code for code in known if not loaded.shows(project_stream(code))]
        if any(has_rank(portfolio, known[code]) for code in unseen):
            raise NotPermitted(
                "this order also holds projects that are not shown to you",
                fix="Let somebody open it to whom all of them are shown.",
            )
        require_whole(portfolio, {project.code for project in projects}, known)


def asked_in_all(policy: Policy, matter: str, projects: Sequence[Project]) -> Money | None:
    """Return what projects ask for together, where that decides who decides on a funding round.

    Raises:
        Malformed: one of them asks for nothing, or in a currency that cannot be added.
    """
    rule = policy.matters[matter]
    limit = rule.decided_by[0].up_to
    if limit is None or rule.kind is not MatterKind.FUND:
        return None
    currency = limit.currency if policy.money is None else policy.money.currency
    asked = {project.code: _asked_by(project, policy, currency) for project in projects}
    unsaid = ", ".join(code for code, amount in asked.items() if amount is None)
    if unsaid:
        raise Malformed(
            f"who decides depends on the sum, and {unsaid} says none in {currency}",
            fix="Let them request funds, or state the amount of the round.",
        )
    return Money(amount=sum(filter(None, asked.values()), Decimal(0)), currency=currency)


def _asked_by(project: Project, policy: Policy, currency: str) -> Decimal | None:
    if project.plan and policy.money is not None:
        return total(planned(project.plan, policy.money))
    requested = project.requested
    return requested.amount if requested and requested.currency == currency else None


def on_several(
    review: Review, policy: Policy, order: Ordered, state: State
) -> Iterator[tuple[Draft, ...]]:
    """Yield what an effect does to all projects of a review and to their portfolio, in steps.

    Args:
        review: the review that was ruled.
        policy: the policy it is ruled by.
        order: the effect, on the portfolio.
        state: what each stream has come to so far, with everything yielded before.
    """
    if order.rule.do == "reallocate":
        yield from _reallocated(policy, order, state)
        return
    portfolio: Portfolio = state(order.subject)
    codes = dict.fromkeys((*map(stream_code, review.subjects), *portfolio.order))
    projects: dict[str, Project] = {code: state(project_stream(code)) for code in codes}
    yield reprioritise(portfolio, order.option.ranking, projects, order.ruling)


def _reallocated(policy: Policy, order: Ordered, state: State) -> Iterator[tuple[Draft, ...]]:
    """Yield first what every project gives back, then what every project gets, by rank."""
    rule = money_rule(policy)
    shares = {
        award.project: planned(require_lines(award.amounts, rule), rule)
        for award in sorted(order.option.awards, key=lambda award: award.rank)
        if award.amounts
    }
    require_moved(state(order.subject), shares)
    for move in (lower, raise_):
        for code, share in shares.items():
            project, portfolio = state(project_stream(code)), state(order.subject)
            yield move(project, portfolio, share, rule, order.ruling)
