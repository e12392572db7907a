"""Letting a ruling act: each effect of the option taken, on each subject, in the same append."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from domain.act import Act
from domain.base import Document
from domain.divisible import DIVIDING
from domain.effects import Ordered, effects_of, on_board, on_policy, on_project
from domain.event import Draft, seal, stream_code, stream_kind
from domain.funding import allocate, release, require_currency, set_envelope
from domain.funds import planned, require_lines
from domain.pack import PackOption
from domain.policy import EffectRule, Matter, Policy
from domain.portfolio import portfolio_stream
from domain.project import Project
from domain.proposal import Proposal
from domain.refusals import FieldMissing, NotNow
from domain.review import Review
from domain.review_events import reviewed_portfolio
from workflows import machine
from workflows.changes import rebaselined
from workflows.closing import closed
from workflows.dividing import divided, replaced
from workflows.loaded import EVOLVES, Loaded
from workflows.money import money_rule
from workflows.policy_text import policy_from_document
from workflows.rounds import OF_SEVERAL, on_several
from workflows.store.states import Evolve
from workflows.undoing import undone

MONEY = frozenset({"allocate", "release"})


class Effecting:
    """One ruling acting on its subjects: what an effect did, the next one finds."""

    def __init__(self, loaded: Loaded, review: Review, policy: Policy, act: Act) -> None:
        """Start with every stream as it was loaded."""
        self._loaded = loaded
        self._review = review
        self._policy = policy
        self._act = act
        self._held: dict[str, Any] = {}
        self._take = partial(machine.take, review.policy, policy.lifecycle)

    def apply(self, order: Ordered) -> tuple[Draft, ...]:
        """Return the events of one effect on one subject, and remember what they come to."""
        drafts: list[Draft] = []
        for step in self._steps(order):
            for draft in step:
                evolve = EVOLVES[stream_kind(draft.stream)]
                state = self.state(draft.stream)
                self._held[draft.stream] = followed(state, (draft,), self._act, evolve)
            drafts.extend(step)
        return tuple(drafts)

    def state(self, stream: str) -> Any:
        """Return what a stream has come to so far."""
        return self._held[stream] if stream in self._held else self._loaded.state(stream)

    def _steps(self, order: Ordered) -> Iterator[tuple[Draft, ...]]:
        """Yield what an effect does, in steps of which each finds what the one before did."""
        if order.rule.do == "undo":
            yield from undone(self._review, self._policy, order, self.state)
        elif order.rule.do in OF_SEVERAL:
            yield from on_several(self._review, self._policy, order, self.state)
        elif order.rule.do == "close_period":
            yield from closed(self._policy, order, self.state)
        else:
            yield self._drafts(order)

    def _drafts(self, order: Ordered) -> tuple[Draft, ...]:
        code, state = stream_code(order.subject), self.state(order.subject)
        match stream_kind(order.subject):
            case "project" if order.rule.do in MONEY:
                return self._money(state, order)
            case "project" if order.rule.do == "replace_baseline":
                return rebaselined(self._loaded, state, order, self._policy)
            case "project" if order.rule.do in DIVIDING:
                return divided(self.state, self._review, self._policy, order)
            case "project" if order.rule.do == "transfer" and self._holds(state):
                raise NotNow(
                    f"project {state.code} holds money of portfolio {state.portfolio}",
                    fix="Release it first; another portfolio allocates its own.",
                )
            case "project" if order.rule.do == "supersede":
                return replaced(self.state, state, order, self._take)
            case "project":
                return on_project(state, order, self._policy.lifecycle, self._take)
            case "portfolio":
                lines = order.proposal.lines or ()
                return set_envelope(state, lines, money_rule(self._policy), order.ruling)
            case "board":
                return on_board(code, state, order, self._policy)
        return self._adopted(code, order)

    def _adopted(self, code: str, order: Ordered) -> tuple[Draft, ...]:
        assert order.proposal.policy is not None, "a review about a policy proposes a text"
        digest = order.proposal.policy
        text = Document(digest=digest, content=self._loaded.content(digest))
        for portfolio in self._loaded.portfolios_under(code):
            require_currency(portfolio, policy_from_document(text.content).money)
        return on_policy(code, text, order, self._act.now)

    def _holds(self, project: Project) -> bool:
        return bool(self.state(portfolio_stream(project.portfolio)).holds(project.code))

    def _money(self, project: Project, order: Ordered) -> tuple[Draft, ...]:
        rule = money_rule(self._policy)
        portfolio = self.state(portfolio_stream(project.portfolio))
        if order.rule.do == "release":
            return release(project, portfolio, rule, order.ruling)
        award = order.option.award(project.code)
        given = order.option.amounts if award is None else award.amounts
        if not given:
            raise FieldMissing(
                f"option {order.option.id} says no amounts for project {project.code}",
                fix="Present the pack with the amounts of this option by period and kind.",
            )
        lines = planned(require_lines(given, rule), rule)
        return allocate(project, portfolio, lines, rule, order.ruling)


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
        FundsAvailable: the envelope does not hold what was to be allocated.
    """
    acting = Effecting(loaded, review, policy, act)
    drafts: list[Draft] = []
    for subject, rule in acts(review, policy.matters[review.matter], option):
        order = Ordered(
            rule=rule,
            subject=subject,
            option=option,
            gate=review.gate,
            proposal=review.proposal or Proposal(),
            ruling=review.stream,
            effective_at=effective_at,
        )
        drafts.extend(acting.apply(order))
    return drafts


def acts(review: Review, matter: Matter, option: PackOption) -> Iterator[tuple[str, EffectRule]]:
    """Yield which effects act on which streams: on each subject, then on all of them at once."""
    rules = effects_of(matter, option.id)
    for subject in ranked(review.subjects, option):
        for rule in rules:
            if rule.do not in OF_SEVERAL and option.concerns(rule, stream_code(subject)):
                yield subject, rule
    for rule in rules:
        if rule.do in OF_SEVERAL:
            yield reviewed_portfolio(review.stream), rule


def ranked(subjects: tuple[str, ...], option: PackOption) -> tuple[str, ...]:
    """Return the subjects in the order in which an option ranks them, the others after."""
    ranks = {award.project: award.rank for award in option.awards}
    last = len(ranks) + 1
    return tuple(sorted(subjects, key=lambda stream: ranks.get(stream_code(stream), last)))


def followed(state: Any, drafts: Sequence[Draft], act: Act, evolve: Evolve) -> Any:
    """Return what a state comes to when drafts are recorded on its stream."""
    for version, draft in enumerate(drafts, start=1):
        state = evolve(state, seal(draft, act, version, 0).event, 0)
    return state
