"""A project that was entered twice: the duplicate is superseded by the right one.

Nothing is moved: a duplicate that holds money, was spent on or is obliged to something is not
simply a duplicate. What it holds has to go where somebody decides it goes.
"""

from domain.effects import Ordered, Take
from domain.event import Draft
from domain.lifecycle import RESUMABLE
from domain.lifecycle import rest as rest_step
from domain.portfolio import Cells
from domain.project import Project, project_stream
from domain.refusals import FieldMissing, Malformed, NotNow
from domain.succession_events import ProjectSuperseded
from domain.words import Standing

GOES_ON = frozenset({Standing.PROPOSED, Standing.ACTIVE, *RESUMABLE})
"""Standings of projects that have not ended."""


def supersede(
    project: Project, into: Project, held: Cells, order: Ordered, take: Take
) -> tuple[Draft, ...]:
    """Return what superseding a duplicate does.

    Raises:
        Malformed, NotNow: see `require_replacing` and `require_bare`.
        StepNotOpen: the duplicate has ended otherwise.
    """
    require_replacing(project, into)
    require_bare(project, held)
    return (superseded(project, (into.code,), order, take),)


def superseded(project: Project, by: tuple[str, ...], order: Ordered, take: Take) -> Draft:
    """Return the event that lets other projects stand for a project."""
    place = take(project.place, rest_step(Standing.SUPERSEDED))
    body = ProjectSuperseded(
        phase=place.phase,
        standing=place.standing,
        from_phase=project.phase,
        from_standing=project.standing,
        left=place.left or project.phase,
        superseded_by=by,
        ruling=order.ruling,
    )
    stream = project_stream(project.code)
    return Draft(stream=stream, data=body, effective_at=order.effective_at)


def require_into(into: str | None) -> str:
    """Return the code of the project that is to replace a duplicate.

    Raises:
        FieldMissing: none is named.
    """
    if into is None:
        raise FieldMissing("say by which project the duplicate is superseded", fix="Name it: into.")
    return into


def require_replacing(project: Project, into: Project) -> None:
    """Refuse a project that cannot stand for another.

    Raises:
        Malformed: it is the duplicate itself.
        NotNow: it has ended, or was superseded itself.
    """
    if into.code == project.code:
        raise Malformed(
            f"project {project.code} cannot be superseded by itself", fix="Name the right project."
        )
    if into.standing is Standing.SUPERSEDED and into.superseded_by:
        others = ", ".join(into.superseded_by)
        raise NotNow(
            f"project {into.code} was superseded itself, by {others}",
            fix=f"Name the project that stands for both: {others}.",
        )
    if into.standing not in GOES_ON:
        raise NotNow(
            f"project {into.code} is {into.standing}: it stands for no other",
            fix="Name a project that goes on, or reopen this one first.",
        )


def require_bare(project: Project, held: Cells) -> None:
    """Refuse a duplicate that still holds something, and say what to do about each.

    Raises:
        NotNow: it holds money, was spent on, or has open conditions.
    """
    spent = {cell: amount for cell, amount in project.spent().items() if amount}
    open_ = sorted(name for name, one in project.conditions.items() if one.status == "open")
    found = [
        *(f"{period} {kind}: {amount} held" for (period, kind), amount in sorted(held.items())),
        *(f"{period} {kind}: {amount} spent" for (period, kind), amount in sorted(spent.items())),
        *(f"condition {name} is open" for name in open_),
    ]
    if not found:
        return
    ways = []
    if held and not spent:
        ways.append("release the money")
    if open_:
        ways.append("waive the conditions")
    ways.append("merge the two projects, which moves all of it")
    raise NotNow(
        f"project {project.code} still holds what nothing would stand for: {'; '.join(found)}",
        fix=f"{', or '.join(ways).capitalize()}.",
    )
