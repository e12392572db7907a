"""What a project accepts: being proposed and withdrawn, facts, corrections, evidence."""

import datetime

from pydantic import Field

from domain.base import Code, Json, Moment, Text, Value
from domain.event import Body, Draft
from domain.facts import FactValue, require_fit
from domain.lifecycle import Place, start
from domain.money import Money
from domain.policy import Name, Policy
from domain.project import Project, project_stream
from domain.project_events import (
    EVIDENCE_BYTES_MAX,
    EvidenceAttached,
    FactCorrected,
    FactRecorded,
    ProjectProposed,
    ProjectWithdrawn,
    Sha256,
)
from domain.refusals import Malformed, NotKnown, NotPermitted, Taken, UnknownFact
from domain.restriction import Restriction, restricted


class ProposeProject(Value):
    """Ask for a project to enter a portfolio.

    Attributes:
        code: the code it is to bear; the portfolio's next number when absent.
        restricted: who sees it, from the start; then its title is kept as a private field.
    """

    portfolio: Code
    code: Code | None = None
    title: Text = Field(min_length=1, max_length=500)
    requested: Money | None = None
    restricted: Restriction | None = None


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
    named = command.restricted
    body = ProjectProposed(
        # What stands in an event stands there for ever: a restricted title can be erased.
        title=command.title if named is None else code,
        portfolio=command.portfolio,
        phase=place.phase,
        standing=place.standing,
        requested=command.requested,
    )
    stream = project_stream(code)
    if named is None:
        return (Draft(stream=stream, data=body),)
    private: dict[str, Json] = {"title": command.title}
    return (Draft(stream=stream, data=body, private=private), restricted(stream, named))


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
