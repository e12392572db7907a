"""Projects: proposed, withdrawn, and the register that shows where every one of them stands."""

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api import door
from api.http.acting import IfMatch, Member, Told
from api.http.looking import Look, Looking, Pages, Paging, Seen
from api.http.shown import Names, PhaseLabels, at_answer
from domain.base import Code
from domain.policy import Name
from domain.project_acts import ProposeProject
from domain.refusals import NotInForce
from domain.words import Standing
from projections.reading import Answer, Page
from projections.register import ProjectRow, Wanted, project, register
from projections.taken_over import taken_over
from workflows.projects import WithdrawProject

router = APIRouter(tags=["projects"])

Effective = Annotated[
    str | None,
    Query(max_length=40, description="As it was then: a moment with its offset, or a date."),
]
InPortfolio = Annotated[Code | None, Query(alias="portfolio", description="Code of a portfolio.")]
InStanding = Annotated[Standing | None, Query(alias="standing")]
InPhase = Annotated[Name | None, Query(alias="phase", description="Name of a phase.")]


@router.post("/projects", status_code=201)
def propose_project(command: ProposeProject, member: Member) -> Told:
    """Propose a project; without a code it gets the next number of its portfolio."""
    answer = member.house.projects.propose(command, member.act)
    return member.made(answer, "/projects/{project}")


@router.post("/projects/{code}/withdrawal")
def withdraw_project(
    code: Code, command: WithdrawProject, member: Member, if_match: IfMatch
) -> Told:
    """Take your own proposal back."""
    return member.told(member.house.projects.withdraw(code, command, member.act, if_match))


@router.get("/projects", response_model=Seen)
def list_projects(
    look: Look,
    pages: Pages,
    effective: Effective = None,
    portfolio: InPortfolio = None,
    standing: InStanding = None,
    phase: InPhase = None,
) -> Response:
    """List the register: where every project stands, as we knew it or as it was."""
    wanted = Wanted(look.instant(effective), portfolio, standing)
    found = _in_phase(look, wanted, pages, phase)
    return look.page(found, {"projects": list(_lines(look, found))})


@router.get("/projects/{code}", response_model=Seen)
def show_project(code: Code, look: Look) -> Response:
    """Show one project, with the steps open to it when asked about now."""
    found = project(look.views, code, look.asked)
    steps = _open_steps(look, code) if look.asked is None else None
    shown = {**_whole(look, found), "open_steps": steps}
    return look.answer(found, {"project": shown}, {"ETag": f'"{found.found.version}"'})


def _in_phase(
    look: Looking, wanted: Wanted, pages: Paging, phase: str | None
) -> Answer[tuple[ProjectRow, ...]]:
    """Return a page of the register, all from one place, with only the projects in a phase."""
    page = pages.by_code()
    found = register(look.views, look.asked, wanted, page)
    if phase is None:
        return found
    rows: list[ProjectRow] = []
    for answer in _onwards(look, wanted, page, found):
        rows += [row for row in answer.found if row.phase == phase]
        if len(rows) > pages.limit:
            cut = tuple(rows[: pages.limit])
            return Answer(found.position, found.as_of, cut, cut[-1].code)
    return Answer(found.position, found.as_of, tuple(rows))


def _onwards(
    look: Looking, wanted: Wanted, page: Page, found: Answer[tuple[ProjectRow, ...]]
) -> Iterator[Answer[tuple[ProjectRow, ...]]]:
    at = at_answer(found)
    while True:
        yield found
        if found.next is None:
            return
        found = register(look.views, at, wanted, Page(found.next, page.limit))


def _lines(look: Looking, found: Answer[tuple[ProjectRow, ...]]) -> Iterator[dict[str, Any]]:
    at = at_answer(found)
    labels = None if at is None else PhaseLabels(look.house, at, look.moment)
    for row in found.found:
        yield {
            "code": row.code,
            "title": row.title,
            "portfolio": row.portfolio,
            "phase": row.phase,
            "phase_label": labels.label(row.portfolio, row.phase) if labels else row.phase,
            "standing": row.standing,
            "since": row.since,
            "review_date": row.review_date,
            "requested": _money(row),
        }


def _whole(look: Looking, found: Answer[ProjectRow]) -> dict[str, Any]:
    row = found.found
    (line,) = _lines(look, Answer(found.position, found.as_of, (row,)))
    return {
        **line,
        "left_phase": row.left_phase,
        "since_position": row.since_position,
        "proposer": Names(look.house).person(row.proposer),
        "proposed_at": row.proposed_at,
        "version": row.version,
        "taken_over": _taken_over(look, found),
    }


def _taken_over(look: Looking, found: Answer[ProjectRow]) -> dict[str, Any] | None:
    """Return what was brought forward of a project, none where it began here."""
    brought = taken_over(look.views, found.found.code, at_answer(found)).found
    if brought is None:
        return None
    return Names(look.house).of(brought._asdict(), "manager", "sponsor")


def _open_steps(look: Looking, code: str) -> tuple[str, ...]:
    try:
        return look.house.projects.open_steps(code, door.onlooker(look.house, look.person))
    except NotInForce:
        return ()


def _money(row: ProjectRow) -> dict[str, str | None] | None:
    if row.requested_amount is None:
        return None
    return {"amount": row.requested_amount, "currency": row.requested_currency}
