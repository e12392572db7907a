"""Which acts are open to somebody: each is tried as it would be carried out, and nothing is kept.

So a page can say beforehand what an act would be refused for, and no rule is written a second time.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from domain.act import Act
from domain.change_commands import RequestChange, WithdrawChange
from domain.conditions import SatisfyCondition
from domain.funding import RecordCost, RequestFunds
from domain.funds import Line
from domain.money import MINOR_DIGITS, Money
from domain.policy import Policy
from domain.project import Project
from domain.refusals import FieldMissing, Malformed, Refused, UnknownFact
from domain.restriction import Restriction
from workflows.changes import Changes
from workflows.conditions import Conditions
from workflows.desk import Answer, Asked, Decision, Desk
from workflows.loaded import Loaded
from workflows.money import Funds, money_rule
from workflows.openable import openable
from workflows.projects import Projects, WithdrawProject
from workflows.restricting import Restricting
from workflows.store.evidence import Evidence

TRIED = "?"
"""Stands for words that are not written yet."""
_STILL_TO_FILL_IN = (FieldMissing, Malformed)
"""Refusals that are about what stands in the form, and not about who sends it or when."""


class OpenAct(NamedTuple):
    """One act, and whether it is open.

    Attributes:
        act: its name. about: what of the project it is about, where there are several.
        refusal: why it is not open; None where it is.
    """

    act: str
    about: str | None
    refusal: Refused | None


class Rehearsal(Desk):
    """A desk at which acts are decided as they would be, and nothing is recorded of it."""

    def __init__(self, desk: Desk) -> None:
        """Try acts on what another desk works on."""
        super().__init__(desk.log)
        self.states, self.texts = desk.states, desk.texts

    def perform(self, act: Act, asked: Asked, decide: Callable[[Loaded], Decision]) -> Answer:
        """Decide an act, and keep nothing.

        Raises:
            Refused: the act would be turned down.
        """
        loaded = self.load(act.unseen)
        return Answer(position=loaded.basis, content=self._decide(loaded, asked, decide).answer)


class OpenActs:
    """Where one asks which acts are open."""

    def __init__(self, desk: Desk, evidence: Evidence) -> None:
        """Ask about what a desk works on."""
        rehearsal = Rehearsal(desk)
        self._desk = rehearsal
        self._projects = Projects(rehearsal, evidence)
        self._funds = Funds(rehearsal)
        self._changes = Changes(rehearsal)
        self._conditions = Conditions(rehearsal)
        self._restricting = Restricting(rehearsal)

    def of_project(self, code: str, act: Act) -> tuple[OpenAct, ...]:
        """Return what can be done about a project, each act with why it is not open.

        Args:
            code: of the project.
            act: who would act, and when; nothing of it is recorded.

        Raises:
            NotKnown: there is no such project, or it is not shown to them.
        """
        loaded = self._desk.load(act.unseen)
        project = loaded.project(code)
        try:
            _, policy = loaded.governing(project, act.now)
        except Refused as refusal:
            return (OpenAct("project", None, refusal),)
        return (
            *self._said(code, policy, act),
            *self._changed(project, act),
            *self._owed(project, act),
            *self._kept(project, act),
            *_decided(loaded, project, policy, act),
        )

    def _said(self, code: str, policy: Policy, act: Act) -> Iterator[OpenAct]:
        for name, kinds in (("fact", policy.facts), ("evidence", policy.evidence)):
            silent = UnknownFact(f"policy {policy.policy} asks for no {name}")
            yield OpenAct(name, None, None if kinds else silent)
        yield _tried("funds", lambda: self._funds.request(code, _asks(policy), act))
        yield _tried("cost", lambda: self._funds.record_cost(code, _spent(policy), act))

    def _changed(self, project: Project, act: Act) -> Iterator[OpenAct]:
        asked = RequestChange(reason=TRIED, scope=TRIED)
        yield _tried("change", lambda: self._changes.request(project.code, asked, act))
        taken_back = WithdrawChange(reason=TRIED)
        for change in project.promises.changes:
            if change.status == "requested":
                yield _tried(
                    "withdraw_change",
                    lambda one=change.number: self._changes.withdraw(  # type: ignore[misc]
                        project.code, one, taken_back, act
                    ),
                    str(change.number),
                )

    def _owed(self, project: Project, act: Act) -> Iterator[OpenAct]:
        met = SatisfyCondition()
        for name, owed in sorted(project.conditions.items()):
            if owed.status == "open":
                yield _tried(
                    "satisfy",
                    lambda one=name: self._conditions.satisfy(  # type: ignore[misc]
                        project.code, one, met, act
                    ),
                    name,
                )

    def _kept(self, project: Project, act: Act) -> Iterator[OpenAct]:
        code = project.code
        taken_back = WithdrawProject(reason=TRIED)
        yield _tried("withdraw", lambda: self._projects.withdraw(code, taken_back, act))
        some = Restriction(roles=("auditor",))
        yield _tried("restrict", lambda: self._restricting.restrict(code, some, act))
        if project.restriction is not None:
            yield _tried("open", lambda: self._restricting.lift(code, act))


def _decided(loaded: Loaded, project: Project, policy: Policy, act: Act) -> Iterator[OpenAct]:
    phase = project.left or project.phase
    ahead = {gate.id for gate in policy.lifecycle.gates if phase in gate.from_}
    for one in openable(loaded, project.code, act):
        if one.gate in ahead:
            yield OpenAct("review", one.gate, one.refusal)


def _tried(name: str, act: Callable[[], object], about: str | None = None) -> OpenAct:
    try:
        act()
    except _STILL_TO_FILL_IN:
        return OpenAct(name, about, None)
    except Refused as refusal:
        return OpenAct(name, about, refusal)
    return OpenAct(name, about, None)


def _asks(policy: Policy) -> RequestFunds:
    return RequestFunds(lines=(_line(policy),))


def _spent(policy: Policy) -> RecordCost:
    return RecordCost(lines=(_line(policy),))


def _line(policy: Policy) -> Line:
    """Return a line of money a policy takes.

    Raises:
        UnknownFact: it says nothing of money.
    """
    rule = money_rule(policy)
    digits = MINOR_DIGITS[rule.currency]
    amount = Money.model_validate({"amount": f"{1:.{digits}f}", "currency": rule.currency})
    return Line(period=rule.example(), kind=rule.kinds[0], amount=amount)
