"""Undoing a ruling: a project goes back to where it was, money to where it came from.

Nothing disappears: an undone ruling stays on record, and so does what undid it. Only the last
ruling that placed a project can be undone; whatever rests on it has to be undone first.
"""

from decimal import Decimal

from domain.baseline_events import BaselineDivided, BaselineSet, BaselineWithdrawn
from domain.condition_events import ConditionKept, ConditionLifted
from domain.event import Body, Draft
from domain.funding import allocated_line, released_line
from domain.funds import PlannedLine
from domain.money import Money
from domain.portfolio import Cells, Portfolio, portfolio_stream
from domain.portfolio_events import FundsAllocated, FundsReleased
from domain.project import Project, project_stream
from domain.refusals import NotNow
from domain.review import Review
from domain.undoing_events import ProjectRestored, RulingRevoked, RulingSetAside, ShortfallFound
from domain.words import MatterKind


def require_undoable(review: Review) -> None:
    """Refuse to undo what was not ruled, or was undone before.

    Raises:
        NotNow: it has no ruling that stands.
    """
    if review.status != "ruled" or review.undone is not None:
        state = "undone already" if review.undone is not None else review.status
        raise NotNow(f"review {review.stream} is {state}: there is nothing to undo")


def require_undivided(project: Project, target: Review) -> None:
    """Refuse to undo a division, or what came before one: its money and promises lie elsewhere.

    Raises:
        NotNow: the project was merged or split by the ruling, or since.
    """
    division = project.division
    if division is None or target.ruled_at is None:
        return
    if target.stream == division.ruling:
        raise NotNow(
            f"{target.stream} divided project {project.code}: a merge or a split is not undone",
            fix="Split what was merged, or merge what was split, by a review of its own.",
        )
    if target.ruled_at < division.position:
        raise NotNow(
            f"project {project.code} was merged or split by {division.ruling} since",
            fix="Decide anew about the projects it was divided into.",
        )


def undo_ruling(review: Review, kind: MatterKind, ruling: str) -> tuple[Draft, ...]:
    """Mark a ruling as set aside or revoked, on its own stream."""
    body = (
        RulingSetAside(ruling=ruling)
        if kind is MatterKind.SET_ASIDE
        else RulingRevoked(ruling=ruling)
    )
    return (Draft(stream=review.stream, data=body),)


def restore_place(project: Project, undone: str, ruling: str) -> tuple[Draft, ...]:
    """Put a project back where it was before a ruling; nothing where the ruling did not place it.

    Raises:
        NotNow: another ruling has placed it since.
    """
    if undone not in {placing.ruling for placing in project.placings}:
        return ()
    newest = project.placings[-1]
    if newest.ruling != undone:
        raise NotNow(
            f"project {project.code} was placed by {newest.ruling} since",
            fix="Undo the later ruling first.",
        )
    place = newest.before
    body = ProjectRestored(
        phase=place.phase,
        standing=place.standing,
        left=place.left,
        from_phase=project.phase,
        from_standing=project.standing,
        undone=undone,
        ruling=ruling,
    )
    return (Draft(stream=project_stream(project.code), data=body),)


def restore_baseline(project: Project, undone: str, ruling: str) -> tuple[Draft, ...]:
    """Promise again what was promised before a ruling; nothing where it set no baseline.

    Where nothing was promised before it, no baseline is in force any more.

    Raises:
        NotNow: another baseline was set since.
    """
    baselines = project.promises.baselines
    if undone not in {baseline.ruling for baseline in baselines}:
        return ()
    newest = baselines[-1]
    if newest.ruling != undone:
        raise NotNow(
            f"project {project.code} has baseline {newest.number} by {newest.ruling} since",
            fix="Undo the later ruling first.",
        )
    earlier = baselines[-2] if len(baselines) > 1 else None
    number = newest.number + 1
    body: Body
    if earlier is None or earlier.withdrawn:
        body = BaselineWithdrawn(number=newest.number, undone=undone, ruling=ruling)
    elif earlier.sources:
        body = BaselineDivided(
            number=number, promise=earlier.promise, sources=earlier.sources, ruling=ruling
        )
    else:
        body = BaselineSet(
            number=number, promise=earlier.promise, change=earlier.change, ruling=ruling
        )
    return (Draft(stream=project_stream(project.code), data=body),)


def settle_conditions(project: Project, undone: str, ruling: str) -> tuple[Draft, ...]:
    """Lift the open conditions that a ruling imposed, and name those that were settled before."""
    stream = project_stream(project.code)
    imposed = [one for _, one in sorted(project.conditions.items()) if one.ruling == undone]
    lifted = (
        ConditionLifted(condition=one.id, undone=undone, ruling=ruling)
        for one in imposed
        if one.status == "open"
    )
    kept = (
        ConditionKept(condition=one.id, undone=undone, ruling=ruling)
        for one in imposed
        if one.status != "open"
    )
    return tuple(Draft(stream=stream, data=body) for body in (*lifted, *kept))


def give_back(
    project: Project, portfolio: Portfolio, undone: str, ruling: str, currency: str
) -> tuple[Draft, ...]:
    """Give back what a ruling had allocated and is unspent."""
    spent, holds = project.spent(), portfolio.holds(project.code)
    back = {
        cell: min(amount, holds.get(cell, Decimal(0)) - spent.get(cell, Decimal(0)))
        for cell, amount in _moved(project, portfolio, undone).items()
        if amount > 0
    }
    given = {cell: amount for cell, amount in back.items() if amount > 0}
    if not given:
        return ()
    lines = tuple(released_line(portfolio, cell, given[cell], currency) for cell in sorted(given))
    body = FundsReleased(project=project.code, lines=lines, ruling=ruling)
    return (Draft(stream=portfolio_stream(portfolio.code), data=body),)


def take_again(
    project: Project, portfolio: Portfolio, undone: str, ruling: str, currency: str
) -> tuple[Draft, ...]:
    """Take again what a ruling had released.

    What is no longer free, or of a closed period, is named as a shortfall, and stays with those
    who hold it now.
    """
    moved = _moved(project, portfolio, undone)
    wanted = {cell: -amount for cell, amount in moved.items() if amount < 0}
    fits = {
        cell: amount
        for cell, amount in wanted.items()
        if amount <= portfolio.free(cell) and cell[0] not in portfolio.closed
    }
    missing = {cell: amount for cell, amount in wanted.items() if cell not in fits}
    drafts = []
    if fits:
        taken = tuple(allocated_line(portfolio, line) for line in _lines(fits, currency))
        again = FundsAllocated(project=project.code, lines=taken, ruling=ruling)
        drafts.append(Draft(stream=portfolio_stream(portfolio.code), data=again))
    if missing:
        short = ShortfallFound(lines=_lines(missing, currency), undone=undone, ruling=ruling)
        drafts.append(Draft(stream=project_stream(project.code), data=short))
    return tuple(drafts)


def _moved(project: Project, portfolio: Portfolio, undone: str) -> Cells:
    return portfolio.moved.get(undone, {}).get(project.code, {})


def _lines(amounts: Cells, currency: str) -> tuple[PlannedLine, ...]:
    return tuple(
        PlannedLine(
            period=cell[0],
            kind=cell[1],
            amount=Money(amount=amounts[cell], currency=currency),
            planned=Money(amount=amounts[cell], currency=currency),
        )
        for cell in sorted(amounts)
    )
