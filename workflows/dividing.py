"""Merge, split and supersede: taken up, put before a board, and acting."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from pydantic import Field

from domain.act import Act
from domain.authority import matter_named, matter_of_kind
from domain.base import Code, Json, Value
from domain.dividing import divide
from domain.divisible import DIVIDING, require_divisible
from domain.division import Source
from domain.effects import Ordered, Take
from domain.event import Draft
from domain.funds import Cell
from domain.money import Money
from domain.pack import Pack
from domain.policy import Matter, Name, Policy
from domain.portfolio import portfolio_stream
from domain.project import Project, project_stream
from domain.proposal import Proposal
from domain.refusals import Malformed, UnknownFact
from domain.review import Review
from domain.review_rulings import open_review
from domain.superseding import require_bare, require_into, require_replacing, supersede
from domain.words import MatterKind
from workflows import machine
from workflows.desk import Answer, Asked, Decision, Desk
from workflows.loaded import Loaded
from workflows.opening import TakenUp, settle_opening

PROJECTS_MAX = 20
"""Projects merged at once: as many as a pack's option may divide into."""

State = Callable[[str], Any]
"""What each stream has come to so far."""


class OpenMerge(Value):
    """Take up the merge of several projects of one portfolio.

    Attributes:
        projects: their codes; the review bears the first.
        matter: the matter of kind ``merge`` that decides it; the policy's first, when absent.
    """

    projects: tuple[Code, ...] = Field(min_length=2, max_length=PROJECTS_MAX)
    matter: Name | None = None


class Merges:
    """What is done to merge projects, up to the review."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk

    def open(self, code: str, command: OpenMerge, act: Act) -> Answer:
        """Open a review that makes one project of several.

        Raises:
            Malformed: a project is named twice, or belongs to another portfolio.
            NotNow: a project has ended.
            UnknownFact: the policy has no matter of kind merge.
        """
        content: dict[str, Json] = {"portfolio": code, **command.as_json()}
        asked = Asked(act="open_merge", subject=portfolio_stream(code), content=content)

        def decide(loaded: Loaded) -> Decision:
            ruling = loaded.in_force(loaded.portfolio(code).policy, act.now)
            projects = _members(loaded, code, command.projects)
            taken = TakenUp(
                subject=project_stream(projects[0].code),
                subjects=tuple(project_stream(project.code) for project in projects),
                matter=_merging(ruling[1], command.matter),
                amount=at_stake(loaded, projects, ruling[1]),
                proposers=tuple(sorted({project.proposer for project in projects})),
            )
            opening = settle_opening(loaded, ruling, taken, act.now)
            return Decision(open_review(opening), {"review": opening.stream})

        return self._desk.perform(act, asked, decide)


def at_stake(loaded: Loaded, projects: tuple[Project, ...], policy: Policy) -> Money | None:
    """Return what projects hold in all, by which follows who decides to divide it.

    None where the policy says nothing of money.
    """
    if policy.money is None:
        return None
    held = (
        amount
        for project in projects
        for amount in loaded.portfolio(project.portfolio).holds(project.code).values()
    )
    return Money(amount=sum(held, Decimal(0)), currency=policy.money.currency)


def to_supersede(loaded: Loaded, project: Project, matter: Matter, into: str | None) -> Proposal:
    """Return the proposal to supersede a duplicate, if the ruling could act as things stand.

    Raises:
        FieldMissing, NotKnown, Malformed: the project that replaces it is not named, or unknown.
        NotNow: that project has ended, or the duplicate still holds what no option releases.
    """
    right = loaded.project(require_into(into))
    require_replacing(project, right)
    releases = any(e.do == "release" for option in matter.options for e in option.effects)
    held = {} if releases else _held(loaded.state, project)
    require_bare(project, held)
    return Proposal(into=right.code)


def replaced(state: State, project: Project, order: Ordered, take: Take) -> tuple[Draft, ...]:
    """Return what superseding a duplicate does."""
    right: Project = state(project_stream(require_into(order.proposal.into)))
    return supersede(project, right, _held(state, project), order, take)


def divided(state: State, review: Review, policy: Policy, order: Ordered) -> tuple[Draft, ...]:
    """Return what a merge or a split does: once for all subjects, whole.

    Args:
        state: what each stream has come to so far.
        review: the review; its subjects are what is divided.
        policy: the policy it is ruled by.
        order: the effect, with the option whose parts were voted on.
    """
    if order.subject != review.subjects[0]:
        return ()
    projects = [state(subject) for subject in review.subjects]
    sources = tuple(Source(project=one, held=_held(state, one)) for one in projects)
    existing = {part.code: state(project_stream(part.code)) for part in order.option.parts}
    take = partial(machine.take, review.policy, policy.lifecycle)
    currency = None if policy.money is None else policy.money.currency
    return divide(sources, existing, order, policy.lifecycle, currency, take)


def require_division(
    loaded: Loaded, review: Review, policy: Policy, presented: tuple[Draft, ...]
) -> None:
    """Refuse a pack whose division a ruling could not carry out as things stand.

    Raises:
        Malformed: an option says parts and divides nothing, or the division is not whole.
        FieldMissing, NotNow, Taken, StepNotOpen: see `domain.dividing.divide`.
    """
    packs = [Pack.model_validate_json(text.content) for one in presented for text in one.documents]
    for option in (option for pack in packs for option in pack.options):
        rules = policy.matters[review.matter].option(option.id)
        dividing = [] if rules is None else [e for e in rules.effects if e.do in DIVIDING]
        if option.parts and not dividing:
            raise Malformed(
                f"option {option.id} has parts, and the policy does not divide by it",
                fix="Leave them out, or put an option that merges or splits.",
            )
        for rule in dividing:
            order = Ordered(
                rule=rule, subject=review.subjects[0], option=option, ruling=review.stream
            )
            divided(loaded.state, review, policy, order)


def _held(state: State, project: Project) -> dict[Cell, Decimal]:
    return dict(state(portfolio_stream(project.portfolio)).holds(project.code))


def _members(loaded: Loaded, portfolio: str, codes: tuple[str, ...]) -> tuple[Project, ...]:
    projects = tuple(loaded.project(code) for code in dict.fromkeys(codes))
    if len(projects) != len(codes):
        raise Malformed("a project is named twice")
    require_divisible(projects)
    for project in projects:
        if project.portfolio != portfolio:
            raise Malformed(f"project {project.code} is in portfolio {project.portfolio}")
    return projects


def _merging(policy: Policy, name: str | None) -> str:
    if name is not None:
        if matter_named(policy, name).kind is not MatterKind.MERGE:
            raise UnknownFact(f"matter {name} is not of kind {MatterKind.MERGE}")
        return name
    found = matter_of_kind(policy, MatterKind.MERGE)
    if found is None:
        raise UnknownFact(f"policy {policy.policy} has no matter of kind {MatterKind.MERGE}")
    return found
