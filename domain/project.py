"""The project: what it looks like now, and what it accepts."""

import datetime
from typing import Any

from pydantic import Field

from domain.base import Code, Json, Moment, Text, Value
from domain.event import Body, Draft, Event
from domain.facts import FactValue, require_fit
from domain.lifecycle import Place, start
from domain.money import Money
from domain.policy import Name, Policy
from domain.project_events import (
    EVIDENCE_BYTES_MAX,
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
    Sha256,
)
from domain.refusals import Malformed, NotKnown, NotPermitted, Taken, UnknownFact
from domain.words import Standing


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
        left: the phase it left when it came to rest, to which it may resume.
        assertions: every assertion that was not corrected, in log order.
    """

    code: str
    title: str
    portfolio: str
    phase: str
    standing: Standing
    left: str | None = None
    proposer: str
    requested: Money | None = None
    assertions: tuple[Assertion, ...] = ()
    evidence: tuple[Attached, ...] = ()

    @property
    def place(self) -> Place:
        """Return where it is in its lifecycle."""
        return Place(phase=self.phase, standing=self.standing, left=self.left)

    def known(self, fact: str, at: datetime.datetime) -> Assertion | None:
        """Return what holds of a fact at a moment: the latest effective, then the latest said."""
        found = [a for a in self.assertions if a.fact == fact and a.effective_at <= at]
        return max(found, key=lambda a: (a.effective_at, a.position), default=None)

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
            phase=body.phase,
            standing=body.standing,
            proposer=event.by,
            requested=body.requested,
        )
    return None if project is None else project.changed(**_changes(project, event, position))


def _changes(project: Project, event: Event, position: int) -> dict[str, Any]:
    match event.data:
        case ProjectRetitled(title=title):
            return {"title": title}
        case ProjectMoved() | ProjectResumed() as body:
            return {"phase": body.phase, "standing": body.standing, "left": None}
        case ProjectRested() | ProjectWithdrawn() as body:
            return {"phase": body.phase, "standing": body.standing, "left": body.left}
        case ProjectTransferred(portfolio=portfolio):
            return {"portfolio": portfolio}
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


def _assertion(body: FactRecorded | FactCorrected, event: Event, position: int) -> Assertion:
    return Assertion(
        fact=body.fact, value=body.value, effective_at=event.effective_at, position=position
    )


class ProposeProject(Value):
    """Ask for a project to enter a portfolio.

    Attributes:
        code: the code it is to bear; the portfolio's next number when absent.
    """

    portfolio: Code
    code: Code | None = None
    title: Text = Field(min_length=1, max_length=500)
    requested: Money | None = None


class RecordFact(Value):
    """Say something about a project.

    Attributes:
        effective_at: since when it holds; now, when absent.
        corrects: position of an earlier assertion that was wrong.
        source: where it comes from, kept as a private field.
    """

    fact: Name
    value: FactValue
    effective_at: Moment | None = None
    corrects: int | None = Field(default=None, ge=1)
    source: Text | None = Field(default=None, max_length=1000)


class AttachEvidence(Value):
    """Attach a file, by its digest, held here or elsewhere.

    Attributes:
        name: the file's name, without any path.
        address: where it is held, when not here.
        dated: the moment its age is counted from; now, when absent.
    """

    evidence: Name
    name: Text = Field(min_length=1, max_length=255)
    sha256: Sha256
    size: int = Field(ge=0, le=EVIDENCE_BYTES_MAX)
    media_type: str = Field(default="application/octet-stream", pattern=r"^[\w.+-]+/[\w.+-]+$")
    address: Text | None = Field(default=None, min_length=1, max_length=2000)
    dated: Moment | None = None


def propose(
    project: Project | None, command: ProposeProject, code: str, policy: Policy
) -> tuple[Draft, ...]:
    """Enter a project into a portfolio.

    Raises:
        Taken: the code is in use.
    """
    if project is not None:
        raise Taken(f"project {code} exists already")
    place = start(policy.lifecycle)
    body = ProjectProposed(
        title=command.title,
        portfolio=command.portfolio,
        phase=place.phase,
        standing=place.standing,
        requested=command.requested,
    )
    return (Draft(stream=project_stream(code), data=body),)


def record_fact(
    project: Project, command: RecordFact, policy: Policy, now: datetime.datetime
) -> tuple[Draft, ...]:
    """Record a fact, or correct an earlier assertion of it.

    Raises:
        UnknownFact: the policy's vocabulary has no such fact.
        Malformed: the value does not fit the vocabulary, or would hold only in the future.
        NotKnown: there is no such assertion of this fact to correct.
    """
    kind = policy.facts.get(command.fact)
    if kind is None:
        known = ", ".join(sorted(policy.facts)) or "none"
        raise UnknownFact(f"policy {policy.policy} has no fact {command.fact}; it has {known}")
    require_fit(command.fact, kind, command.value)
    effective = command.effective_at
    if effective is not None and effective > now:
        raise Malformed("a fact cannot hold from a moment that has not come yet")
    if command.corrects is None:
        body: Body = FactRecorded(fact=command.fact, value=command.value)
    else:
        wrong = project.assertion(command.corrects)
        if wrong is None or wrong.fact != command.fact:
            raise NotKnown(f"position {command.corrects} asserts no {command.fact} that stands")
        effective = effective or wrong.effective_at
        body = FactCorrected(fact=command.fact, value=command.value)
    private: dict[str, Json] = {"source": command.source} if command.source else {}
    return (
        Draft(
            stream=project_stream(project.code),
            data=body,
            effective_at=effective,
            corrects=command.corrects,
            private=private,
        ),
    )


def attach(
    project: Project, command: AttachEvidence, policy: Policy, now: datetime.datetime
) -> tuple[Draft, ...]:
    """Attach evidence whose bytes are held here or elsewhere.

    Raises:
        UnknownFact: the policy's vocabulary has no such kind of evidence.
        Malformed: the name holds a path, or the date lies ahead.
    """
    if command.evidence not in policy.evidence:
        known = ", ".join(sorted(policy.evidence)) or "none"
        raise UnknownFact(
            f"policy {policy.policy} has no evidence {command.evidence}; it has {known}"
        )
    if any(mark in command.name for mark in "/\\\n") or command.name in {".", ".."}:
        raise Malformed("the name of a file holds no path", fix="Send the bare name of the file.")
    if command.dated is not None and command.dated > now:
        raise Malformed("evidence cannot be dated ahead")
    private: dict[str, Json] = {"name": command.name}
    if command.address is not None:
        private["address"] = command.address
    body = EvidenceAttached(
        evidence=command.evidence,
        sha256=command.sha256,
        size=command.size,
        media_type=command.media_type,
        held="here" if command.address is None else "elsewhere",
        dated=command.dated or now,
    )
    return (Draft(stream=project_stream(project.code), data=body, private=private),)


def withdraw(project: Project, person: str, place: Place, reason: str) -> tuple[Draft, ...]:
    """Take a project back; only its proposer may.

    Raises:
        NotPermitted: somebody else proposed it.
    """
    if person != project.proposer:
        raise NotPermitted(
            f"only the proposer withdraws project {project.code}",
            fix="Ask the proposer, or let the board reject or cancel it.",
        )
    body = ProjectWithdrawn(
        phase=place.phase,
        standing=place.standing,
        from_phase=project.phase,
        from_standing=project.standing,
        left=place.left or project.phase,
    )
    return (Draft(stream=project_stream(project.code), data=body, private={"reason": reason}),)
