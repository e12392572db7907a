"""Letting a ruling act: each effect of the option taken, on each subject, in the same append."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from domain.act import Act
from domain.base import Document
from domain.effects import Ordered, effects_of, on_board, on_policy, on_project
from domain.event import Draft, seal, stream_code, stream_kind
from domain.pack import PackOption
from domain.policy import Policy
from domain.proposal import Proposal
from domain.review import Review
from workflows import machine
from workflows.loaded import EVOLVES, Loaded
from workflows.store.states import Evolve


def effects(
    loaded: Loaded,
    review: Review,
    policy: Policy,
    option: PackOption,
    act: Act,
    effective_at: datetime | None = None,
) -> list[Draft]:
    """Return the events that the option taken causes on the subjects of a review.

    Raises:
        StepNotOpen: the lifecycle does not allow it from where a project is.
    """
    drafts: list[Draft] = []
    for subject in review.subjects:
        state = loaded.state(subject)
        for rule in effects_of(policy.matters[review.matter], option.id):
            order = Ordered(
                rule=rule,
                subject=subject,
                option=option,
                gate=review.gate,
                proposal=review.proposal or Proposal(),
                ruling=review.stream,
                effective_at=effective_at,
            )
            caused = _effect(loaded, review, policy, state, order, act)
            state = followed(state, caused, act, EVOLVES[stream_kind(subject)])
            drafts.extend(caused)
    return drafts


def _effect(
    loaded: Loaded,
    review: Review,
    policy: Policy,
    state: Any,
    order: Ordered,
    act: Act,
) -> tuple[Draft, ...]:
    code = stream_code(order.subject)
    match stream_kind(order.subject):
        case "project":
            take = partial(machine.take, review.policy, policy.lifecycle)
            return on_project(state, order, policy.lifecycle, take)
        case "board":
            return on_board(code, state, order, policy)
        case _:
            assert order.proposal.policy is not None, "a review about a policy proposes a text"
            digest = order.proposal.policy
            text = Document(digest=digest, content=loaded.content(digest))
            return on_policy(code, text, order, act.now)


def followed(state: Any, drafts: Sequence[Draft], act: Act, evolve: Evolve) -> Any:
    """Return what a state comes to when drafts are recorded on its stream."""
    for version, draft in enumerate(drafts, start=1):
        state = evolve(state, seal(draft, act, version, 0).event, 0)
    return state
