"""What is decided about several projects of one portfolio at once, and what such a ruling does."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from domain.effects import Ordered
from domain.event import Draft, stream_code
from domain.portfolio import Portfolio
from domain.priorities import reprioritise, require_rankable, require_whole
from domain.project import Project, project_stream
from domain.review import Review
from domain.words import MatterKind
from workflows.loaded import Loaded

IN_ROUNDS = (MatterKind.FUND, MatterKind.REPRIORITISE, MatterKind.REALLOCATE)
"""Matters that are decided about several projects at once."""

OF_SEVERAL = frozenset({"reprioritise"})
"""Effects that act once on all projects under review, and not on each."""


def require_rounded(
    loaded: Loaded, portfolio: Portfolio, projects: Sequence[Project], kind: MatterKind
) -> None:
    """Refuse to take up about several projects what a ruling could not do to them.

    Raises:
        NotNow: an order would leave out a project that has a rank, or rank one that has ended.
    """
    if kind is MatterKind.REPRIORITISE:
        require_rankable(projects)
        known = {code: loaded.project(code) for code in portfolio.order}
        require_whole(portfolio, {project.code for project in projects}, known)


def on_several(
    review: Review, order: Ordered, state: Callable[[str], Any]
) -> Iterator[tuple[Draft, ...]]:
    """Yield what an effect does to all projects of a review and to their portfolio, in steps.

    Args:
        review: the review that was ruled.
        order: the effect, on the portfolio.
        state: what each stream has come to so far, with everything yielded before.
    """
    portfolio: Portfolio = state(order.subject)
    codes = dict.fromkeys((*map(stream_code, review.subjects), *portfolio.order))
    projects: dict[str, Project] = {code: state(project_stream(code)) for code in codes}
    yield reprioritise(portfolio, order.option.ranking, projects, order.ruling)
