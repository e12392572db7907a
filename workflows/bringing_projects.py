"""Bringing projects and money forward: what they are worth against lifecycle and envelopes."""

from collections.abc import Mapping
from decimal import Decimal

from domain.baseline_events import Benefit, Promise
from domain.funds import Cell, Line, PlannedLine, planned
from domain.lifecycle import Place, brought_forward
from domain.policy import Lifecycle, Phase, Policy
from domain.policy_money import MoneyRule
from domain.portfolio import portfolio_stream
from domain.project import project_stream
from domain.refusals import Refused
from domain.taken_over_events import (
    BaselineTakenOver,
    BroughtForward,
    ConditionTakenOver,
    EnvelopeTakenOver,
    FundsTakenOver,
    ProjectTakenOver,
)
from domain.takeon_book import (
    ApprovedRow,
    BaselinePart,
    BookRow,
    EnvelopeRow,
    PrivatePart,
    ProjectRow,
)
from domain.words import Standing
from workflows.bringing import Site

NEVER_FUNDED = frozenset({Standing.DEFERRED, Standing.REJECTED, Standing.WITHDRAWN})
"""Standings with which a project never holds money."""

BENEFIT = "benefit"
"""The name of the one benefit a book states; later baselines may name more."""

Free = dict[str, dict[Cell, Decimal]]
"""What is left to allocate, by portfolio."""


def bring_envelopes(site: Site) -> Free:
    """Have the envelopes set as the book says; return what each portfolio may allocate."""
    free: Free = {row.code: {} for row in site.book.portfolios}
    for row in site.book.envelopes:
        rule = _rule(site, row.portfolio)
        if not _fits(site, "Envelopes", row, row.line, row.portfolio):
            continue
        cells = free.setdefault(row.portfolio, {})
        if row.line.cell in cells:
            why = f"{row.portfolio} has an envelope for {_named(row.line.cell)} already"
            site.fault("Envelopes", row, "Period", "double", why)
        elif rule is not None and row.line.amount.currency != rule.currency:
            why = f"envelopes are in the planning currency {rule.currency}"
            site.fault("Envelopes", row, "Currency", "other_currency", why)
        else:
            cells[row.line.cell] = row.line.amount.amount
            _record_envelope(site, row)
    return free


def bring_projects(site: Site, people: Mapping[int, str]) -> None:
    """Have the projects of the book taken over, each with what it promised."""
    for row in site.book.projects:
        stream = project_stream(row.code)
        if site.loaded.state(stream) is not None:
            why = f"project {row.code} is on record already"
            site.fault("Projects", row, "Code", "code_in_use", why)
        policy = _policy(site, row.portfolio)
        if policy is None:
            continue  # the sheet Portfolios says so
        place = _place(site, row, policy)
        _check_decision(site, row, policy)
        if place is None:
            continue
        body = ProjectTakenOver(
            title=row.title,
            portfolio=row.portfolio,
            phase=place.phase,
            standing=place.standing,
            left=place.left,
            manager=people.get(row.manager, ""),
            sponsor=None if row.sponsor is None else people.get(row.sponsor),
            last_decision=row.last_decision,
        )
        site.record("Projects", row, stream, body)
        if row.baseline is not None:
            promised = BaselineTakenOver(number=1, promise=_promise(row.baseline))
            site.record("Projects", row, stream, promised)


def bring_conditions(site: Site, private: PrivatePart, people: Mapping[int, str]) -> None:
    """Have the open conditions of the book taken over, with their words as private fields."""
    sheet = "Open conditions"
    boards = {
        row.code: row.last_decision.board
        for row in site.book.projects
        if row.last_decision is not None
    }
    seen: set[tuple[str, str]] = set()
    for row, words in zip(site.book.conditions, private.words, strict=True):
        if (row.project, row.name) in seen:
            why = f"project {row.project} has a condition {row.name} already"
            site.fault(sheet, row, "Name", "double", why)
            continue
        seen.add((row.project, row.name))
        body = ConditionTakenOver(
            condition=row.name,
            owner=people.get(row.owner, ""),
            due=row.due,
            board=boards.get(row.project),
        )
        site.record(sheet, row, project_stream(row.project), body, {"words": words})


def bring_approved(site: Site, free: Free) -> None:
    """Have the money of the projects taken over; no envelope ever gave more than it held."""
    projects = {row.code: row for row in site.book.projects}
    rows: dict[str, list[ApprovedRow]] = {}
    lines: dict[str, list[PlannedLine]] = {}
    for row in site.book.approved:
        project = projects.get(row.project)
        if project is None or not _fits(site, "Approved", row, row.line, project.portfolio):
            continue
        line = _planned(site, row, _rule(site, project.portfolio))
        if project.standing in NEVER_FUNDED:
            why = f"project {row.project} is {project.standing}: it holds no money"
            site.fault("Approved", row, "Project", "holds_no_money", why)
        elif any(row.line.cell == other.line.cell for other in rows.get(row.project, [])):
            why = f"project {row.project} has money for {_named(row.line.cell)} already"
            site.fault("Approved", row, "Period", "double", why)
        elif line is not None and _takes(site, row, line, free.get(project.portfolio, {})):
            rows.setdefault(row.project, []).append(row)
            lines.setdefault(row.project, []).append(line)
    for code, held in rows.items():
        taken = tuple(sorted(lines[code], key=lambda line: line.cell))
        body = FundsTakenOver(project=code, lines=taken)
        stream = portfolio_stream(projects[code].portfolio)
        site.record("Approved", held[0], stream, body)


def _takes(site: Site, row: ApprovedRow, line: PlannedLine, free: dict[Cell, Decimal]) -> bool:
    left = free.get(line.cell, Decimal(0))
    if line.planned.amount > left:
        why = (
            f"{line.planned.amount} {line.planned.currency} for {_named(line.cell)}, and the"
            f" envelope has {left} left when this row is reached; state the envelope as it is"
        )
        site.fault("Approved", row, "Amount", "above_envelope", why)
        return False
    free[line.cell] = left - line.planned.amount
    return True


def _planned(site: Site, row: ApprovedRow, rule: MoneyRule | None) -> PlannedLine | None:
    if rule is None:
        return None
    try:
        return planned((row.line,), rule)[0]
    except Refused as refusal:
        site.refused("Approved", row, "Currency", refusal)
        return None


def _fits(site: Site, sheet: str, row: BookRow, line: Line, portfolio: str) -> bool:
    """Return whether the policy of a portfolio has a period and kind; note it where not."""
    policy = _policy(site, portfolio)
    if policy is None:
        return False  # the sheet Portfolios says so
    rule = policy.money
    if rule is None:
        why = "the policy of this portfolio says nothing of money"
        site.fault(sheet, row, "Amount", "no_money", why)
        return False
    if not rule.has_period(line.period):
        why = f"the policy has no period {line.period}; it writes {rule.example()}"
        site.fault(sheet, row, "Period", "unknown_period", why)
    if line.kind not in rule.kinds:
        why = f"the policy has no kind of money {line.kind}; it has {', '.join(rule.kinds)}"
        site.fault(sheet, row, "Kind", "unknown_kind", why)
    return rule.has_period(line.period) and line.kind in rule.kinds


def _record_envelope(site: Site, row: EnvelopeRow) -> None:
    line = BroughtForward(period=row.line.period, kind=row.line.kind, amount=row.line.amount)
    body = EnvelopeTakenOver(lines=(line,))
    site.record("Envelopes", row, portfolio_stream(row.portfolio), body)


def _place(site: Site, row: ProjectRow, policy: Policy) -> Place | None:
    phase = _phase(policy.lifecycle, row.phase)
    if phase is None:
        known = ", ".join(one.id for one in policy.lifecycle.phases)
        why = f"policy {policy.policy} has no phase {row.phase}; it has {known}"
        site.fault("Projects", row, "Phase", "unknown_phase", why)
        return None
    place = brought_forward(policy.lifecycle, phase, row.standing)
    if place is None:
        why = f"nothing in phase {phase.id}, which is {phase.standing}, can be {row.standing}"
        if row.standing in {Standing.DEFERRED, Standing.ON_HOLD}:
            why += "; say the phase it left when it came to rest"
        site.fault("Projects", row, "Standing", "not_together", why)
    return place


def _phase(lifecycle: Lifecycle, said: str) -> Phase | None:
    """Return the phase of a name, or of a label in one of its languages."""
    found = lifecycle.phase(said)
    if found is not None:
        return found
    labelled = [phase for phase in lifecycle.phases if said.casefold() in _labels(phase)]
    return labelled[0] if len(labelled) == 1 else None


def _labels(phase: Phase) -> set[str]:
    label = phase.label
    return {text.casefold() for text in ([label] if isinstance(label, str) else label.values())}


def _check_decision(site: Site, row: ProjectRow, policy: Policy) -> None:
    decided = row.last_decision
    if decided is None:
        return
    if decided.board not in policy.boards:
        known = ", ".join(sorted(policy.boards))
        why = f"policy {policy.policy} has no board {decided.board}; it has {known}"
        site.fault("Projects", row, "Decided by", "unknown_board", why)
    if decided.on > site.book.cut_over:
        why = f"{decided.on} is after the cut-over, {site.book.cut_over}"
        site.fault("Projects", row, "Last decision", "after_cut_over", why)


def _promise(part: BaselinePart) -> Promise:
    benefits: tuple[Benefit, ...] = ()
    if part.benefit is not None and part.benefit_due is not None:
        benefits = (Benefit(name=BENEFIT, money=part.benefit, due=part.benefit_due),)
    return Promise(total=part.cost, start=part.start, finish=part.finish, benefits=benefits)


def _policy(site: Site, portfolio: str) -> Policy | None:
    row = next((one for one in site.book.portfolios if one.code == portfolio), None)
    return None if row is None else site.policy(row.policy)


def _rule(site: Site, portfolio: str) -> MoneyRule | None:
    policy = _policy(site, portfolio)
    return None if policy is None else policy.money


def _named(cell: Cell) -> str:
    return f"{cell[0]} {cell[1]}"
