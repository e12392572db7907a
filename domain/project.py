"""The project: what it looks like now, as its events leave it."""

import datetime
from decimal import Decimal
from typing import Any

from pydantic import Field

from domain import baselines, condition_events
from domain import restriction as restrictions
from domain.base import Value
from domain.baselines import Promises
from domain.condition_events import Obligation
from domain.event import Event
from domain.facts import FactValue
from domain.funds import Cell, Line, PlannedLine
from domain.lifecycle import Place
from domain.money import Money
from domain.money_events import CostRecorded, FundsRequested
from domain.project_events import (
    EvidenceAttached,
    FactCorrected,
    FactRecorded,
    ProjectMoved,
    ProjectProposed,
    ProjectRested,
    ProjectResumed,
    ProjectRetitled,
    ProjectTransferred,
    ProjectWithdrawn,
)
from domain.restriction import Restriction
from domain.succession_events import ProjectDivided, ProjectSucceeded, ProjectSuperseded
from domain.taken_over_events import LastDecision, ProjectTakenOver
from domain.undoing_events import ProjectRestored
from domain.words import Standing

PLACINGS_KEPT = 100
"""How many placing rulings a project remembers, to say which of them stands in the way."""

BY_ITS_PROPOSER = "its proposer"
"""Who placed a project that was withdrawn: no ruling."""


class Placing(Value):
    """A ruling that placed a project, and where the project was before."""

    ruling: str
    before: Place


class Division(Value):
    """The last merge or split a project was part of: its review, and where in the log."""

    ruling: str
    position: int


class Assertion(Value):
    """One assertion of a fact, where it stands in the log."""

    fact: str
    value: FactValue
    effective_at: datetime.datetime
    position: int


class Attached(Value):
    """One piece of evidence, where it stands in the log."""

    evidence: str
    sha256: str
    dated: datetime.datetime
    position: int


class Project(Value):
    """A project as its events leave it.

    Attributes:
        homes: the portfolios it belonged to, the present one last.
        left: the phase it left when it came to rest, to which it may resume.
        assertions: every assertion that was not corrected, in log order.
        plan: the money it asks for, by period and kind.
        costs: what was spent, by the position of the record.
        conditions: what approvals oblige it to, by name; the newest of each name.
        placings: the rulings that placed it and still stand, the newest at the end.
        promises: its baselines, and the changes that were requested.
        restriction: who sees it; everybody, when absent.
        superseded_by: codes of the projects that replaced it last.
        division: the last merge or split it was part of.
        last_decision: of a project that was taken over, what was decided last before that.
    """

    code: str
    title: str
    portfolio: str
    phase: str
    standing: Standing
    left: str | None = None
    proposer: str
    requested: Money | None = None
    homes: tuple[str, ...] = ()
    assertions: tuple[Assertion, ...] = ()
    evidence: tuple[Attached, ...] = ()
    plan: tuple[Line, ...] = ()
    costs: dict[int, tuple[PlannedLine, ...]] = Field(default_factory=dict)
    conditions: dict[str, Obligation] = Field(default_factory=dict)
    placings: tuple[Placing, ...] = ()
    promises: Promises = Promises()
    restriction: Restriction | None = None
    superseded_by: tuple[str, ...] = ()
    division: Division | None = None
    last_decision: LastDecision | None = None

    @property
    def place(self) -> Place:
        """Return where it is in its lifecycle."""
        return Place(phase=self.phase, standing=self.standing, left=self.left)

    def known(self, fact: str, at: datetime.datetime) -> Assertion | None:
        """Return what holds of a fact at a moment: the latest effective, then the latest said."""
        found = [a for a in self.assertions if a.fact == fact and a.effective_at <= at]
        return max(found, key=lambda a: (a.effective_at, a.position), default=None)

    def spent(self) -> dict[Cell, Decimal]:
        """Return what was spent in the planning currency, by period and kind."""
        found: dict[Cell, Decimal] = {}
        for line in (line for lines in self.costs.values() for line in lines):
            found[line.cell] = found.get(line.cell, Decimal(0)) + line.planned.amount
        return found

    def assertion(self, position: int) -> Assertion | None:
        """Return the assertion made at a position, if it still stands."""
        return next((a for a in self.assertions if a.position == position), None)


def project_stream(code: str) -> str:
    """Return the stream of a project."""
    return f"project:{code}"


def evolve(project: Project | None, event: Event, position: int) -> Project | None:
    """Apply one event. Total and silent: what happened is never refused."""
    body = event.data
    if isinstance(body, ProjectProposed):
        return Project(
            code=event.stream.partition(":")[2],
            title=body.title,
            portfolio=body.portfolio,
            homes=(body.portfolio,),
            phase=body.phase,
            standing=body.standing,
            proposer=event.by,
            requested=body.requested,
        )
    if isinstance(body, ProjectTakenOver):
        return _taken_over(body, event)
    return None if project is None else project.changed(**_changes(project, event, position))


def _taken_over(body: ProjectTakenOver, event: Event) -> Project:
    return Project(
        code=event.stream.partition(":")[2],
        title=body.title,
        portfolio=body.portfolio,
        homes=(body.portfolio,),
        phase=body.phase,
        standing=body.standing,
        left=body.left,
        proposer=body.manager,
        last_decision=body.last_decision,
    )


def _changes(project: Project, event: Event, position: int) -> dict[str, Any]:
    return {
        **_place(project, event),
        **_known(project, event, position),
        **_money(project, event, position),
        **_divided(project, event, position),
        "promises": baselines.evolve(project.promises, event),
        "restriction": restrictions.evolve(project.restriction, event),
        "conditions": condition_events.evolve(project.conditions, event, position),
    }


def _place(project: Project, event: Event) -> dict[str, Any]:
    match event.data:
        case ProjectRetitled(title=title):
            return {"title": title}
        case ProjectTransferred(portfolio=portfolio):
            others = tuple(home for home in project.homes if home != portfolio)
            return {"portfolio": portfolio, "homes": (*others, portfolio)}
        case ProjectMoved() | ProjectResumed() as body:
            at = Place(phase=body.phase, standing=body.standing)
            return _placed(project, at, body.ruling)
        case ProjectRested() as body:
            at = Place(phase=body.phase, standing=body.standing, left=body.left)
            return _placed(project, at, body.ruling)
        case ProjectSuperseded() as body:
            at = Place(phase=body.phase, standing=body.standing, left=body.left)
            return {**_placed(project, at, body.ruling), "superseded_by": body.superseded_by}
        case ProjectWithdrawn() as body:
            at = Place(phase=body.phase, standing=body.standing, left=body.left)
            return _placed(project, at, BY_ITS_PROPOSER)
        case ProjectRestored() as body:
            back = {"phase": body.phase, "standing": body.standing, "left": body.left}
            return {**back, "placings": project.placings[:-1]}
    return {}


def _placed(project: Project, place: Place, ruling: str) -> dict[str, Any]:
    placing = Placing(ruling=ruling, before=project.place)
    return {**dict(place), "placings": (*project.placings, placing)[-PLACINGS_KEPT:]}


def _known(project: Project, event: Event, position: int) -> dict[str, Any]:
    match event.data:
        case FactRecorded() as body:
            return {"assertions": (*project.assertions, _assertion(body, event, position))}
        case FactCorrected() as body:
            kept = tuple(a for a in project.assertions if a.position != event.corrects)
            return {"assertions": (*kept, _assertion(body, event, position))}
        case EvidenceAttached() as body:
            attached = Attached(
                evidence=body.evidence, sha256=body.sha256, dated=body.dated, position=position
            )
            return {"evidence": (*project.evidence, attached)}
    return {}


def _money(project: Project, event: Event, position: int) -> dict[str, Any]:
    match event.data:
        case FundsRequested(lines=lines):
            return {"plan": lines}
        case CostRecorded(lines=spent):
            costs = {at: c for at, c in project.costs.items() if at != event.corrects}
            return {"costs": {**costs, position: spent}}
    return {}


def _divided(project: Project, event: Event, position: int) -> dict[str, Any]:
    match event.data:
        case ProjectDivided(ruling=ruling):
            return {"costs": {}, "division": Division(ruling=ruling, position=position)}
        case ProjectSucceeded() as body:
            # One record under its own position, so that a correction can name it.
            costs = {**project.costs, position: body.costs} if body.costs else project.costs
            return {
                "costs": costs,
                "division": Division(ruling=body.ruling, position=position),
                "proposer": body.proposer or project.proposer,
            }
    return {}


def _assertion(body: FactRecorded | FactCorrected, event: Event, position: int) -> Assertion:
    return Assertion(
        fact=body.fact, value=body.value, effective_at=event.effective_at, position=position
    )
