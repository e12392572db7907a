"""What a ruling does: one function per effect, from a subject's state to the event on its stream.

An effect never decides: the ruling did. A place to move to is found by the lifecycle's evaluator,
handed in as ``take``, which refuses a step that is not open.
"""

import datetime
from collections.abc import Callable

from domain.base import Document, Value
from domain.board import Board, MemberAppointed, MemberRelieved, appoint, relieve
from domain.conditions import impose, waive
from domain.event import Body, Draft
from domain.grants import grant
from domain.lifecycle import RESUME, Place, pass_gate
from domain.lifecycle import rest as rest_step
from domain.pack import PackOption
from domain.policy import EffectRule, Lifecycle, Matter, Policy
from domain.policy_book import adopt
from domain.project import Project, project_stream
from domain.project_events import (
    ProjectMoved,
    ProjectRested,
    ProjectResumed,
    ProjectTransferred,
)
from domain.proposal import Proposal
from domain.refusals import FieldMissing, UnknownFact

Take = Callable[[Place, str], Place]
"""The lifecycle's evaluator: from a place, by a step, to a place; refuses a step not open."""


class Ordered(Value):
    """An effect with everything it needs, and the review that ordered it.

    Attributes:
        rule: the policy's own words for the effect.
        subject: stream it acts on.
        option: the option taken, with its fields.
        gate: the gate passed, if any.
        proposal: what was proposed, where the subjects alone do not say it.
        ruling: stream of the review.
        effective_at: since when it holds; the act's moment when absent.
    """

    rule: EffectRule
    subject: str
    option: PackOption
    gate: str | None = None
    proposal: Proposal = Proposal()
    ruling: str
    effective_at: datetime.datetime | None = None


def on_project(
    project: Project, order: Ordered, lifecycle: Lifecycle, take: Take
) -> tuple[Draft, ...]:
    """Return what an effect does to a project.

    Raises:
        StepNotOpen: the lifecycle does not allow it from where the project is.
        Taken, NotNow: a condition is open already, or settled already.
    """
    if order.rule.do == "oblige":
        return impose(project, order.option, order.ruling, order.effective_at)
    if order.rule.do == "waive":
        return waive(project, order.proposal.condition, order.ruling, order.effective_at)
    body: Body
    match order.rule.do:
        case "move_phase":
            body = move_phase(project, order, lifecycle, take)
        case "rest":
            body = rest(project, order, take)
        case "resume":
            body = resume(project, order, take)
        case "transfer":
            body = transfer(project, order)
        case _:
            raise UnknownFact(f"effect {order.rule.do} is not about a project")
    stream = project_stream(project.code)
    return (Draft(stream=stream, data=body, effective_at=order.effective_at),)


def move_phase(project: Project, order: Ordered, lifecycle: Lifecycle, take: Take) -> ProjectMoved:
    """Move a project through a gate, to the phase behind it or the one the option names."""
    place = take(project.place, pass_gate(order.gate or ""))
    target = order.option.target or order.rule.to
    if target is not None:
        phase = lifecycle.phase(target)
        if phase is None:
            raise UnknownFact(f"the policy has no phase {target}")
        place = Place(phase=phase.id, standing=phase.standing)
    return ProjectMoved(
        phase=place.phase,
        standing=place.standing,
        from_phase=project.phase,
        from_standing=project.standing,
        ruling=order.ruling,
    )


def rest(project: Project, order: Ordered, take: Take) -> ProjectRested:
    """Let a project rest or end; it remembers the phase it left."""
    assert order.rule.standing is not None, "a policy that was adopted says how it rests"
    place = take(project.place, rest_step(order.rule.standing))
    return ProjectRested(
        phase=place.phase,
        standing=place.standing,
        from_phase=project.phase,
        from_standing=project.standing,
        left=place.left or project.phase,
        review_date=order.option.review_date,
        ruling=order.ruling,
    )


def resume(project: Project, order: Ordered, take: Take) -> ProjectResumed:
    """Let a project go on in the phase it had left."""
    place = take(project.place, RESUME)
    return ProjectResumed(
        phase=place.phase,
        standing=place.standing,
        from_phase=project.phase,
        from_standing=project.standing,
        ruling=order.ruling,
    )


def transfer(project: Project, order: Ordered) -> ProjectTransferred:
    """Give a project to another portfolio."""
    if order.proposal.portfolio is None:
        raise FieldMissing("a transfer says to which portfolio")
    return ProjectTransferred(
        portfolio=order.proposal.portfolio,
        from_portfolio=project.portfolio,
        ruling=order.ruling,
    )


def on_board(name: str, board: Board | None, order: Ordered, policy: Policy) -> tuple[Draft, ...]:
    """Return what an effect does to a board.

    Raises:
        Taken, NotKnown: the seat is held by somebody else, or by nobody.
    """
    proposal = order.proposal
    if order.rule.do == "grant":
        return grant(name, policy, board, proposal, order.ruling)
    if proposal.seat is None or proposal.person is None or proposal.from_ is None:
        raise FieldMissing("say the seat, the person and the first day")
    if order.rule.do == "appoint":
        appointed = MemberAppointed(
            seat=proposal.seat,
            person=proposal.person,
            from_=proposal.from_,
            until=proposal.until,
            ruling=order.ruling,
        )
        return appoint(name, policy.boards[name], board, appointed)
    relieved = MemberRelieved(
        seat=proposal.seat, person=proposal.person, on=proposal.from_, ruling=order.ruling
    )
    return relieve(name, board, relieved)


def on_policy(
    code: str, text: Document, order: Ordered, now: datetime.datetime
) -> tuple[Draft, ...]:
    """Return what adopting a policy does: the version that rules from the day proposed."""
    effective_from = order.proposal.effective_from or now
    return adopt(code, text, max(effective_from, now), now, order.ruling)


def effects_of(matter: Matter, option: str) -> tuple[EffectRule, ...]:
    """Return the policy's effects of an option."""
    found = matter.option(option)
    return () if found is None else found.effects
