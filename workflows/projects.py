"""What project managers do: propose, withdraw, say what is known, attach evidence."""

from typing import Annotated

from pydantic import Field

from domain.act import Act
from domain.base import Text, Value
from domain.event import Draft
from domain.funding import release
from domain.lifecycle import rest
from domain.portfolio import number
from domain.project import project_stream
from domain.project_acts import (
    AttachEvidence,
    ProposeProject,
    RecordFact,
    attach,
    propose,
    record_fact,
    withdraw,
)
from domain.refusals import NotKnown
from domain.words import Standing
from workflows import machine
from workflows.desk import Answer, Asked, Decision, Desk
from workflows.loaded import Loaded
from workflows.restricting import require_named
from workflows.store.evidence import Evidence


class WithdrawProject(Value):
    """Take one's own proposal back."""

    reason: Annotated[Text, Field(min_length=1, max_length=8000)]


class Projects:
    """What is done about projects, outside reviews."""

    def __init__(self, desk: Desk, evidence: Evidence) -> None:
        """Work at a desk, with the files held here."""
        self._desk = desk
        self._evidence = evidence

    def propose(self, command: ProposeProject, act: Act) -> Answer:
        """Enter a project into a portfolio.

        Raises:
            NotKnown: there is no such portfolio.
            Taken: the code is in use.
            UnknownFact: it is restricted to a board the policy does not have.
        """
        subject = None if command.code is None else project_stream(command.code)
        asked = Asked(act="propose_project", subject=subject, content=command.as_json())

        def decide(loaded: Loaded) -> Decision:
            portfolio = loaded.portfolio(command.portfolio)
            _, policy = loaded.in_force(portfolio.policy, act.now)
            numbered: tuple[Draft, ...] = ()
            code = command.code
            if code is None:
                code, draft = number(portfolio, lambda one: loaded.version(project_stream(one)) > 0)
                numbered = (draft,)
            if command.restricted is not None:
                require_named(loaded, policy, command.restricted)
            drafts = propose(loaded.state(project_stream(code)), command, code, policy)
            return Decision((*numbered, *drafts), {"project": code})

        return self._desk.perform(act, asked, decide)

    def withdraw(
        self, code: str, command: WithdrawProject, act: Act, if_match: int | None = None
    ) -> Answer:
        """Take one's own proposal back; money it holds and has not spent is released.

        Raises:
            NotPermitted: somebody else proposed it.
            StepNotOpen: it was started, or has ended.
        """
        asked = _asked("withdraw_project", code, command, if_match)

        def decide(loaded: Loaded) -> Decision:
            project = loaded.project(code)
            digest, policy = loaded.governing(project, act.now)
            step = rest(Standing.WITHDRAWN)
            place = machine.take(digest, policy.lifecycle, project.place, step)
            drafts = withdraw(project, act.by, place, command.reason)
            if policy.money is not None:
                portfolio = loaded.portfolio(project.portfolio)
                drafts += release(project, portfolio, policy.money, None)
            return Decision(drafts, {"project": code})

        return self._desk.perform(act, asked, decide)

    def record_fact(
        self, code: str, command: RecordFact, act: Act, if_match: int | None = None
    ) -> Answer:
        """Record a fact about a project, or correct an earlier assertion of it."""
        asked = _asked("record_fact", code, command, if_match)

        def decide(loaded: Loaded) -> Decision:
            project = loaded.project(code)
            _, policy = loaded.governing(project, act.now)
            return Decision(record_fact(project, command, policy, act.now), {"project": code})

        return self._desk.perform(act, asked, decide)

    def attach(
        self, code: str, command: AttachEvidence, act: Act, if_match: int | None = None
    ) -> Answer:
        """Attach a file to a project, by its digest.

        Raises:
            NotKnown: the file is said to be held here and is not.
        """
        asked = _asked("attach_evidence", code, command, if_match)

        def decide(loaded: Loaded) -> Decision:
            project = loaded.project(code)
            _, policy = loaded.governing(project, act.now)
            drafts = attach(project, command, policy, act.now)
            if command.address is None and not self._evidence.check(command.sha256):
                raise NotKnown(
                    f"no file with SHA-256 {command.sha256} is held here",
                    fix="Send the file first, or say at which address it is held.",
                )
            return Decision(drafts, {"project": code, "sha256": command.sha256})

        # No file is disposed of between the look at it and the record that names it.
        with self._evidence.steady():
            return self._desk.perform(act, asked, decide)

    def open_steps(self, code: str, act: Act) -> tuple[str, ...]:
        """Return the steps the lifecycle allows a project to take now."""
        loaded = self._desk.load()
        project = loaded.project(code)
        digest, policy = loaded.governing(project, act.now)
        return machine.open_steps(digest, policy.lifecycle, project.place)


def _asked(act: str, code: str, command: Value, if_match: int | None) -> Asked:
    content = {"project": code, **command.as_json()}
    return Asked(act=act, subject=project_stream(code), content=content, if_match=if_match)
