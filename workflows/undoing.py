"""Undoing a ruling, as a ruling of its own: what may be undone, and what that does."""

from collections.abc import Callable
from typing import Any

from domain.effects import Ordered
from domain.event import Draft
from domain.policy import Policy
from domain.portfolio import portfolio_stream
from domain.project import Project, project_stream
from domain.proposal import Proposal
from domain.refusals import FieldMissing, UnknownFact
from domain.review import Review
from domain.undoing import (
    require_undivided,
    require_undoable,
    restore_baseline,
    restore_money,
    restore_place,
    undo_ruling,
)
from domain.words import MatterKind
from workflows.loaded import Loaded

UNDOING = frozenset({MatterKind.SET_ASIDE, MatterKind.REVOKE})


def to_undo(
    loaded: Loaded, project: Project, stream: str | None
) -> tuple[Proposal, tuple[str, ...]]:
    """Return the proposal to undo a ruling, and the people who made it: they do not decide.

    Raises:
        FieldMissing: no ruling was named.
        UnknownFact: it is not about this project.
        NotNow: it was not ruled, was undone already, or divided projects.
    """
    if stream is None:
        raise FieldMissing("say the review whose ruling is to be undone")
    review = loaded.review(stream)
    if project_stream(project.code) not in review.subjects:
        raise UnknownFact(f"review {stream} is not about project {project.code}")
    require_undoable(review)
    require_undivided(project, review)
    return Proposal(undo=stream), review.ruled_by


def undone(
    review: Review,
    policy: Policy,
    order: Ordered,
    state: Callable[[str], Any],
) -> tuple[Draft, ...]:
    """Return what undoing does: the mark on the ruling, the project's place, its money.

    Args:
        review: the review that decides to undo.
        policy: the policy it is ruled by.
        order: the effect, on one project.
        state: what each stream has come to so far.
    """
    assert order.proposal.undo is not None, "a review that undoes names a ruling"
    target: Review = state(order.proposal.undo)
    project: Project = state(order.subject)
    require_undoable(target)
    require_undivided(project, target)
    kind = policy.matters[review.matter].kind
    drafts = undo_ruling(target, kind, order.ruling)
    drafts += restore_place(project, target.stream, order.ruling)
    drafts += restore_baseline(project, target.stream, order.ruling)
    if policy.money is not None:
        portfolio = state(portfolio_stream(project.portfolio))
        currency = policy.money.currency
        drafts += restore_money(project, portfolio, target.stream, order.ruling, currency)
    return drafts
