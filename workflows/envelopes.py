"""What a portfolio office does with money: set envelopes, and hold funding rounds."""

from pydantic import Field

from domain.act import Act
from domain.authority import matter_named, matter_of_kind
from domain.base import Code, Json, Value
from domain.funding import set_envelope
from domain.funds import Line, planned, require_lines, total
from domain.money import Money
from domain.policy import Name, Policy
from domain.portfolio import portfolio_stream
from domain.project import project_stream
from domain.proposal import Proposal
from domain.refusals import Malformed, UnknownFact
from domain.review_rulings import open_review
from domain.words import MatterKind
from workflows.desk import Answer, Asked, Decision, Desk
from workflows.loaded import Loaded
from workflows.money import money_rule
from workflows.opening import TakenUp, settle_opening
from workflows.rounds import IN_ROUNDS, asked_in_all, require_rounded
from workflows.rulings import decided_or_opened

PROJECTS_MAX = 200


class SetEnvelope(Value):
    """Set what a portfolio may allocate, by period and kind; other envelopes stay."""

    lines: tuple[Line, ...] = Field(min_length=1)


class OpenRound(Value):
    """Take up several projects of one portfolio at once: fund, reprioritise or reallocate them.

    Attributes:
        projects: their codes.
        matter: the matter that decides it; the policy's first of kind ``fund``, when absent.
        amount: the sum that is asked for; decides which board decides. When absent, what the
            projects ask for together, where the policy decides by amount.
    """

    projects: tuple[Code, ...] = Field(min_length=1, max_length=PROJECTS_MAX)
    matter: Name | None = None
    amount: Money | None = None


class Envelopes:
    """What is done about a portfolio's money."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk

    def set(self, code: str, command: SetEnvelope, act: Act, if_match: int | None = None) -> Answer:
        """Set envelopes at once as a sole decider, or open the review that decides on them.

        Raises:
            FundsAvailable: projects hold more than the new envelope.
            UnknownFact: the policy says nothing of money, or of who sets envelopes.
        """
        stream = portfolio_stream(code)

        def decide(loaded: Loaded) -> Decision:
            portfolio = loaded.portfolio(code)
            ruling = loaded.in_force(portfolio.policy, act.now)
            rule = money_rule(ruling[1])
            lines = require_lines(command.lines, rule)
            # What the review may decide must hold now as well.
            set_envelope(portfolio, lines, rule, "")
            taken = TakenUp(
                subject=stream,
                matter=_matter(ruling[1], (MatterKind.SET_ENVELOPE,)),
                amount=Money(amount=total(planned(lines, rule)), currency=rule.currency),
                proposal=Proposal(lines=lines),
            )
            return decided_or_opened(loaded, ruling, taken, act, {"portfolio": code})

        return self._desk.perform(act, _asked("set_envelope", code, command, if_match), decide)

    def open_round(self, code: str, command: OpenRound, act: Act) -> Answer:
        """Open a review that decides about several projects in one ruling.

        Raises:
            Malformed: a project is named twice, or belongs to another portfolio.
            UnknownFact: the policy has no such matter about several projects.
            NotPermitted: no board may decide the sum that is asked for.
            NotNow: an order would leave out a project that has a rank, or rank one that has ended.
        """

        def decide(loaded: Loaded) -> Decision:
            portfolio = loaded.portfolio(code)
            ruling = loaded.in_force(portfolio.policy, act.now)
            projects = [loaded.project(one) for one in dict.fromkeys(command.projects)]
            if len(projects) != len(command.projects):
                raise Malformed("a project is named twice")
            for project in projects:
                if project.portfolio != code:
                    raise Malformed(f"project {project.code} is in portfolio {project.portfolio}")
            matter = _matter(ruling[1], IN_ROUNDS, command.matter)
            require_rounded(loaded, portfolio, projects, ruling[1].matters[matter].kind)
            taken = TakenUp(
                subject=portfolio_stream(code),
                subjects=tuple(project_stream(project.code) for project in projects),
                matter=matter,
                amount=command.amount or asked_in_all(ruling[1], matter, projects),
                proposers=tuple(sorted({project.proposer for project in projects})),
            )
            opening = settle_opening(loaded, ruling, taken, act.now)
            return Decision(open_review(opening), {"review": opening.stream})

        return self._desk.perform(act, _asked("open_round", code, command, None), decide)


def _matter(policy: Policy, kinds: tuple[MatterKind, ...], name: str | None = None) -> str:
    """Return the matter of that name, which is of one of some kinds, or the first of the first."""
    if name is not None:
        if matter_named(policy, name).kind not in kinds:
            raise UnknownFact(f"matter {name} is not of kind {' or '.join(kinds)}")
        return name
    found = matter_of_kind(policy, kinds[0])
    if found is None:
        raise UnknownFact(f"policy {policy.policy} has no matter of kind {kinds[0]}")
    return found


def _asked(act: str, code: str, command: Value, if_match: int | None) -> Asked:
    content: dict[str, Json] = {"portfolio": code, **command.as_json()}
    return Asked(act=act, subject=portfolio_stream(code), content=content, if_match=if_match)
