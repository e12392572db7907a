"""Merge and split: several projects become one, or one becomes several, whole, in one append.

A split may let the project keep one part and go on; otherwise its parts supersede it. A merge goes
into one of its projects or into a new one, and supersedes the others. New projects stand where
their sources stand, count as the proposal of who proposed the first source, and know no facts yet.
What is made of a restricted project is restricted to the same from its first event on.
"""

from collections.abc import Mapping
from decimal import Decimal

from domain.base import Json
from domain.baseline_events import BaselineDivided, Promise
from domain.condition_events import ConditionInherited, ConditionPassedOn
from domain.divisible import (
    require_codes,
    require_divisible,
    require_fundable,
    require_parts,
    seen_by,
)
from domain.division import Source, require_whole
from domain.effects import Ordered, Take
from domain.event import Body, Draft
from domain.funds import Cell, Line, PlannedLine
from domain.lifecycle import RESUMABLE
from domain.money import Money
from domain.parts import Part, PartPromise
from domain.policy import Lifecycle
from domain.portfolio import portfolio_stream
from domain.portfolio_events import FundsDivided, HeldLine, HeldShare
from domain.project import Project, project_stream
from domain.project_events import ProjectProposed, ProjectRested
from domain.refusals import FieldMissing, NotNow
from domain.restriction import Restriction, restricted
from domain.succession_events import ProjectDivided, ProjectSucceeded
from domain.superseding import superseded
from domain.words import Standing


def divide(
    sources: tuple[Source, ...],
    existing: Mapping[str, Project | None],
    order: Ordered,
    lifecycle: Lifecycle,
    currency: str | None,
    take: Take,
) -> tuple[Draft, ...]:
    """Return what a merge or a split does.

    Args:
        sources: the projects that are divided, in the order of the review.
        existing: what bears the code of each part already.
        order: the effect, with the option whose parts were voted on.
        lifecycle: of the policy that rules it.
        currency: the planning currency; absent where the policy says nothing of money.
        take: the lifecycle's evaluator.

    Raises:
        FieldMissing: the option says no parts, a title or a review date.
        Malformed: the number of parts is wrong, or the division is not whole.
        NotNow: a project has ended, new projects would not know where to stand, or the projects are
            restricted differently.
        Taken: the code of a new project is in use.
    """
    parts = order.option.parts
    require_divisible(tuple(source.project for source in sources))
    require_parts(sources, parts, order)
    require_codes(sources, parts, existing)
    require_whole(sources, parts, currency)
    who = seen_by(sources)
    require_fundable(sources, parts)
    drafts = _handed_over(sources, parts, order, currency)
    for part in parts:
        project = existing[part.code]
        if project is None:
            drafts += _proposed(sources, part, order, lifecycle, who)
        drafts += _succeeded(sources, part, project, order)
        if who is not None and (project is None or project.restriction is None):
            drafts.append(restricted(project_stream(part.code), who))
    drafts += _funds(sources, parts, order, currency)
    codes = tuple(sorted(part.code for part in parts))
    gone = [source.project for source in sources if source.project.code not in codes]
    drafts += [superseded(project, codes, order, take) for project in gone]
    return tuple(draft.changed(effective_at=order.effective_at) for draft in drafts)


def _handed_over(
    sources: tuple[Source, ...], parts: tuple[Part, ...], order: Ordered, currency: str | None
) -> list[Draft]:
    takers = {(c.project, c.condition): part.code for part in parts for c in part.conditions}
    codes = tuple(sorted(part.code for part in parts))
    drafts = []
    for source in sources:
        code = source.project.code
        costs = _planned(_lines(source.project.spent(), currency))
        drafts.append(_draft(code, ProjectDivided(parts=codes, costs=costs, ruling=order.ruling)))
        for (project, name), to in sorted(takers.items()):
            if project == code and to != code:
                body = ConditionPassedOn(condition=name, to=to, division=order.ruling)
                drafts.append(_draft(code, body))
    return drafts


def _proposed(
    sources: tuple[Source, ...],
    part: Part,
    order: Ordered,
    lifecycle: Lifecycle,
    who: Restriction | None,
) -> list[Draft]:
    """Return the events that put a new project where its sources stand."""
    first = sources[0].project
    if len({source.project.place for source in sources}) > 1:
        stand = ", ".join(
            f"{s.project.code} {s.project.phase} {s.project.standing}" for s in sources
        )
        raise NotNow(
            f"a new project {part.code} would not know where to stand: {stand}",
            fix="Merge into one of them instead.",
        )
    resting = first.standing in RESUMABLE
    phase = lifecycle.phase(first.left) if resting and first.left is not None else None
    title = part.title or part.code
    body = ProjectProposed(
        # As of every project that is restricted from the start, the title is a private field.
        title=title if who is None else part.code,
        portfolio=first.portfolio,
        phase=first.phase if phase is None else phase.id,
        standing=first.standing if phase is None else phase.standing,
    )
    private: dict[str, Json] = {} if who is None else {"title": title}
    drafts = [Draft(stream=project_stream(part.code), data=body, private=private)]
    if phase is not None:
        if first.standing is Standing.DEFERRED and order.option.review_date is None:
            raise FieldMissing(
                f"part {part.code} would be deferred without a date",
                fix="Give the option a review_date, or resume the project first.",
            )
        rested = ProjectRested(
            phase=first.phase,
            standing=first.standing,
            from_phase=phase.id,
            from_standing=phase.standing,
            left=phase.id,
            review_date=order.option.review_date,
            ruling=order.ruling,
        )
        drafts.append(_draft(part.code, rested))
    return drafts


def _succeeded(
    sources: tuple[Source, ...], part: Part, project: Project | None, order: Ordered
) -> list[Draft]:
    codes = tuple(sorted(source.project.code for source in sources))
    body = ProjectSucceeded(
        sources=codes,
        proposer=sources[0].project.proposer if project is None else None,
        costs=_planned(part.costs),
        ruling=order.ruling,
    )
    drafts = [_draft(part.code, body)]
    open_ = {source.project.code: source.project.conditions for source in sources}
    for one in part.conditions:
        if one.project != part.code:
            held = open_[one.project][one.condition]
            taken = ConditionInherited(
                condition=held.id,
                owner=held.owner,
                due=held.due,
                evidence=held.evidence,
                ruling=held.ruling,
                board=held.board,
                source=one.project,
                division=order.ruling,
            )
            drafts.append(_draft(part.code, taken))
    if part.promise is not None:
        drafts.append(_draft(part.code, _baseline(codes, part.promise, project, order)))
    return drafts


def _baseline(
    sources: tuple[str, ...], promise: PartPromise, project: Project | None, order: Ordered
) -> BaselineDivided:
    current = None if project is None else project.promises.current
    return BaselineDivided(
        number=1 if current is None else current.number + 1,
        promise=Promise(
            lines=_planned(promise.lines),
            total=promise.total,
            start=promise.start,
            finish=promise.finish,
            benefits=tuple(sorted(promise.benefits, key=lambda benefit: benefit.name)),
            # A project that goes on keeps its words; a new one gets some with its first change.
            scope=None if current is None else current.promise.scope,
        ),
        sources=sources,
        ruling=order.ruling,
    )


def _funds(
    sources: tuple[Source, ...], parts: tuple[Part, ...], order: Ordered, currency: str | None
) -> list[Draft]:
    held = tuple(
        HeldShare(project=source.project.code, lines=_held(_lines(source.held, currency)))
        for source in sources
        if source.held
    )
    if not held:
        return []
    given = tuple(
        HeldShare(project=part.code, lines=_held(part.allocated))
        for part in parts
        if any(line.amount.amount for line in part.allocated)
    )
    body = FundsDivided(sources=held, parts=given, ruling=order.ruling)
    return [Draft(stream=portfolio_stream(sources[0].project.portfolio), data=body)]


def _draft(code: str, body: Body) -> Draft:
    return Draft(stream=project_stream(code), data=body)


def _lines(amounts: Mapping[Cell, Decimal], currency: str | None) -> tuple[Line, ...]:
    if currency is None:
        return ()
    return tuple(
        Line(period=cell[0], kind=cell[1], amount=Money(amount=amount, currency=currency))
        for cell, amount in amounts.items()
    )


def _planned(lines: tuple[Line, ...]) -> tuple[PlannedLine, ...]:
    """Return lines of the planning currency as they are recorded, without those of nothing."""
    return tuple(
        PlannedLine(period=one.period, kind=one.kind, amount=one.amount, planned=one.amount)
        for one in _some(lines)
    )


def _held(lines: tuple[Line, ...]) -> tuple[HeldLine, ...]:
    return tuple(
        HeldLine(period=one.period, kind=one.kind, amount=one.amount) for one in _some(lines)
    )


def _some(lines: tuple[Line, ...]) -> list[Line]:
    return sorted((one for one in lines if one.amount.amount), key=lambda one: one.cell)
