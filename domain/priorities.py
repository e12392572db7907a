"""The order of a portfolio's projects: given by a ruling as a whole, kept with the one before it.

A rank is what a ruling gave: nobody moves up because another project ended. A project that has
ended, or went to another portfolio, keeps its place in the order on record and shows no rank.
"""

from collections.abc import Collection, Mapping

from domain.baselines import GOING
from domain.event import Draft
from domain.portfolio import Portfolio, portfolio_stream
from domain.portfolio_events import ProjectsPrioritised
from domain.project import Project
from domain.refusals import NotNow


def reprioritise(
    portfolio: Portfolio, ranking: tuple[str, ...], projects: Mapping[str, Project], ruling: str
) -> tuple[Draft, ...]:
    """Put the projects of a portfolio in an order.

    Args:
        portfolio: the portfolio.
        ranking: codes, the most important one first.
        projects: the projects ranked, and those that have a rank until now.
        ruling: review that decides it.

    Raises:
        NotNow: a project went to another portfolio, or one that has a rank is left out.
    """
    for code in ranking:
        if projects[code].portfolio != portfolio.code:
            raise NotNow(
                f"project {code} is in portfolio {projects[code].portfolio} by now",
                fix="Withdraw the review and open another one without that project.",
            )
    require_whole(portfolio, ranking, projects)
    body = ProjectsPrioritised(order=ranking, before=portfolio.order, ruling=ruling)
    return (Draft(stream=portfolio_stream(portfolio.code), data=body),)


def require_whole(
    portfolio: Portfolio, ranked: Collection[str], projects: Mapping[str, Project]
) -> None:
    """Refuse an order by which a project that goes on would lose its rank unsaid.

    Raises:
        NotNow: it leaves one out.
    """
    left = [
        f"{code} (rank {rank})"
        for rank, code in enumerate(portfolio.order, start=1)
        if code not in ranked and has_rank(portfolio, projects[code])
    ]
    if left:
        raise NotNow(
            f"the new order of portfolio {portfolio.code} leaves out {', '.join(left)}",
            fix="Open the review about all projects that have a rank, and those to be added.",
        )


def require_rankable(projects: Collection[Project]) -> None:
    """Refuse to rank projects that have ended.

    Raises:
        NotNow: one has.
    """
    for project in projects:
        if project.standing not in GOING:
            raise NotNow(f"project {project.code} is {project.standing}; it has no rank any more")


def has_rank(portfolio: Portfolio, project: Project) -> bool:
    """Return whether a project in the order of a portfolio still counts there."""
    return project.portfolio == portfolio.code and project.standing in GOING


def restore_order(portfolio: Portfolio, undone: str, ruling: str) -> tuple[Draft, ...]:
    """Give back the order before a ruling; nothing where a newer order replaced it."""
    if not portfolio.ordered or portfolio.ordered[-1].ruling != undone:
        return ()
    body = ProjectsPrioritised(
        order=portfolio.ordered[-1].before, before=portfolio.order, ruling=ruling, undone=undone
    )
    return (Draft(stream=portfolio_stream(portfolio.code), data=body),)
