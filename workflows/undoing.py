"""Undoing a ruling, as a ruling of its own: what may be undone, and what that does."""

from collections.abc import Callable, Iterator
from typing import Any

from domain.effects import Ordered
from domain.event import Draft, stream_kind
from domain.policy import Policy
from domain.portfolio import portfolio_stream
from domain.priorities import restore_order
from domain.project import Project, project_stream
from domain.proposal import Proposal
from domain.refusals import FieldMissing, ImportedRuling, UnknownFact
from domain.review import Review
from domain.undoing import (
    give_back,
    require_undivided,
    require_undoable,
    restore_baseline,
    restore_place,
    settle_conditions,
    take_again,
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
        ImportedRuling: it was brought forward from another record.
    """
    if stream is None:
        raise FieldMissing("say the review whose ruling is to be undone")
    if loaded.version(stream) > 0 and loaded.state(stream) is None:
        raise ImportedRuling(f"the ruling of {stream} was imported, and was not made in a review")
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
) -> Iterator[tuple[Draft, ...]]:
    """Yield what undoing does: the mark on the ruling, and everything it did to any project.

    Money is given back by all projects before any takes again what it had released: what went from
    one to the other goes the same way back.

    Args:
        review: the review that decides to undo.
        policy: the policy it is ruled by.
        order: the effect.
        state: what each stream has come to so far, with everything yielded before.
    """
    assert order.proposal.undo is not None, "a review that undoes names a ruling"
    target: Review = state(order.proposal.undo)
    require_undoable(target)
    kind = policy.matters[review.matter].kind
    yield undo_ruling(target, kind, order.ruling)
    subjects = [subject for subject in target.subjects if stream_kind(subject) == "project"]
    for subject in subjects:
        project: Project = state(subject)
        require_undivided(project, target)
        yield restore_place(project, target.stream, order.ruling)
        yield restore_baseline(project, target.stream, order.ruling)
        yield settle_conditions(project, target.stream, order.ruling)
    homes = {subject: portfolio_stream(state(subject).portfolio) for subject in subjects}
    for home in dict.fromkeys(homes.values()):
        yield restore_order(state(home), target.stream, order.ruling)
    if policy.money is None:
        return
    for restore in (give_back, take_again):
        for subject in subjects:
            project, portfolio = state(subject), state(homes[subject])
            yield restore(project, portfolio, target.stream, order.ruling, policy.money.currency)
