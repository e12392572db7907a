"""Merge and split: several projects become one, or one becomes several, whole, in one append.

A split may let the project keep one part and go on; otherwise its parts supersede it. A merge goes
into one of its projects or into a new one, and supersedes the others. New projects stand where
their sources stand, count as the proposal of who proposed the first source, and know no facts yet.
"""

from collections.abc import Mapping
from decimal import Decimal

from domain.baseline_events import BaselineDivided, Promise
from domain.condition_events import ConditionInherited, ConditionPassedOn
from domain.division import Source, require_whole
from domain.effects import Ordered, Take
from domain.event import Body, Draft
from domain.funding import FUNDABLE
from domain.funds import Cell, Line, PlannedLine
from domain.lifecycle import RESUMABLE
from domain.money import Money
from domain.parts import Part, PartPromise
from domain.policy import Lifecycle
from domain.portfolio import portfolio_stream
from domain.portfolio_events import FundsDivided, HeldLine, HeldShare
from domain.project import Project, project_stream
from domain.project_events import ProjectProposed, ProjectRested
from domain.refusals import FieldMissing, Malformed, NotNow, Taken
from domain.succession_events import ProjectDivided, ProjectSucceeded
from domain.superseding import GOES_ON, superseded
from domain.words import Standing

MERGE, SPLIT = "merge", "split"
DIVIDING = frozenset({MERGE, SPLIT})
"""Effects that divide projects."""


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
        NotNow: a project has ended, or new projects would not know where to stand.
        Taken: the code of a new project is in use.
    """
    parts = order.option.parts
    require_divisible(tuple(source.project for source in sources))
    _require_parts(sources, parts, order)
    _require_codes(sources, parts, existing)
    require_whole(sources, parts, currency)
    _require_fundable(sources, parts)
    drafts = _handed_over(sources, parts, order, currency)
    for part in parts:
        project = existing[part.code]
        if project is None:
            drafts += _proposed(sources, part, order, lifecycle)
        drafts += _succeeded(sources, part, project, order)
    drafts += _funds(sources, parts, order, currency)
    codes = tuple(sorted(part.code for part in parts))
    gone = [source.project for source in sources if source.project.code not in codes]
    drafts += [superseded(project, codes, order, take) for project in gone]
    return tuple(draft.changed(effective_at=order.effective_at) for draft in drafts)


def require_divisible(projects: tuple[Project, ...]) -> None:
    """Refuse projects that cannot be merged or split.

    Raises:
        NotNow: one has ended, or they belong to several portfolios.
    """
    for project in projects:
        if project.standing not in GOES_ON:
            raise NotNow(
                f"project {project.code} is {project.standing}: it is neither merged nor split",
                fix="Leave it out, or reopen it first.",
            )
    others = sorted({f"{one.code} to {one.portfolio}" for one in projects})
    if len({one.portfolio for one in projects}) > 1:
        raise NotNow(
            f"only projects of one portfolio are merged; {', '.join(others)} belong apart",
            fix="Transfer them to one portfolio first.",
        )


def _require_parts(sources: tuple[Source, ...], parts: tuple[Part, ...], order: Ordered) -> None:
    if not parts:
        raise FieldMissing(f"option {order.option.id} does not say its parts")
    if order.rule.do == SPLIT and len(parts) < 2:
        raise Malformed(f"a split makes two or more of one project, not {len(parts)}")
    if order.rule.do == MERGE and (len(parts) != 1 or len(sources) < 2):
        raise Malformed(
            f"a merge makes one of two or more projects, not {len(parts)} of {len(sources)}"
        )


def _require_codes(
    sources: tuple[Source, ...], parts: tuple[Part, ...], existing: Mapping[str, Project | None]
) -> None:
    own = {source.project.code for source in sources}
    codes = [part.code for part in parts]
    for part in parts:
        if codes.count(part.code) > 1:
            raise Malformed(f"part {part.code} is given twice")
        if part.code not in own and existing[part.code] is not None:
            raise Taken(f"project {part.code} exists already and is not divided here")
        if part.code not in own and part.title is None:
            raise FieldMissing(f"part {part.code} is a new project and needs a title")
        if part.code in own and part.title is not None:
            raise Malformed(f"part {part.code} goes on and keeps its title; leave title out")


def _require_fundable(sources: tuple[Source, ...], parts: tuple[Part, ...]) -> None:
    standing = {source.project.code: source.project.standing for source in sources}
    for part in parts:
        at = standing.get(part.code, sources[0].project.standing)
        if at not in FUNDABLE and any(line.amount.amount for line in part.allocated):
            raise NotNow(
                f"part {part.code} would be {at}, and holds no money then",
                fix="Let a project that goes on take the money, or resume this one first.",
            )


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
    sources: tuple[Source, ...], part: Part, order: Ordered, lifecycle: Lifecycle
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
    body = ProjectProposed(
        title=part.title or part.code,
        portfolio=first.portfolio,
        phase=first.phase if phase is None else phase.id,
        standing=first.standing if phase is None else phase.standing,
    )
    drafts = [_draft(part.code, body)]
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
