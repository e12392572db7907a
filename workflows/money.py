"""What project managers and the office say of money: requests, and what was spent."""

from domain.act import Act
from domain.base import Value
from domain.funding import RecordCost, RequestFunds, record_cost, request
from domain.policy import MoneyRule, Policy
from domain.project import project_stream
from domain.refusals import UnknownFact
from workflows.desk import Answer, Asked, Decision, Desk
from workflows.loaded import Loaded


class Funds:
    """What is said of a project's money, outside reviews."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk

    def request(
        self, code: str, command: RequestFunds, act: Act, if_match: int | None = None
    ) -> Answer:
        """Say what a project asks for, by period and kind; it replaces what was asked before.

        Raises:
            UnknownFact: the policy has no such period, kind or planning rate.
        """

        def decide(loaded: Loaded) -> Decision:
            project = loaded.project(code)
            _, policy = loaded.governing(project, act.now)
            return Decision(request(project, command, money_rule(policy)), {"project": code})

        return self._desk.perform(act, _asked("request_funds", code, command, if_match), decide)

    def record_cost(
        self, code: str, command: RecordCost, act: Act, if_match: int | None = None
    ) -> Answer:
        """Record what was spent; late costs of a closed project are taken as well.

        Raises:
            NotKnown: there is no such record to correct.
        """

        def decide(loaded: Loaded) -> Decision:
            project = loaded.project(code)
            _, policy = loaded.governing(project, act.now)
            drafts = record_cost(project, command, money_rule(policy), act.now)
            return Decision(drafts, {"project": code})

        return self._desk.perform(act, _asked("record_cost", code, command, if_match), decide)


def money_rule(policy: Policy) -> MoneyRule:
    """Return what a policy says of money.

    Raises:
        UnknownFact: it says nothing of it.
    """
    if policy.money is None:
        raise UnknownFact(
            f"policy {policy.policy} says nothing of money",
            fix="Adopt a version of it with a section money.",
        )
    return policy.money


def _asked(act: str, code: str, command: Value, if_match: int | None) -> Asked:
    content = {"project": code, **command.as_json()}
    return Asked(act=act, subject=project_stream(code), content=content, if_match=if_match)
