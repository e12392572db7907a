"""Projects: proposed, withdrawn, and the register that shows where every one of them stands."""

from typing import Annotated, Any

from fastapi import Query, Response
from pydantic_core import from_json

from api import door
from api.http.acting import IfMatch, Member, Told
from api.http.looking import Effective, Look, Looking, Pages, Seen
from api.http.section import Section
from api.http.shown import Names, PhaseLabels, Titles, at_answer
from domain.base import Code
from domain.policy import Name
from domain.project_acts import ProposeProject
from domain.refusals import NotInForce
from domain.words import Standing
from projections.as_of import AsOf
from projections.lines import Shown, line, lines, place_of_register
from projections.reading import Answer
from projections.register import ProjectRow, Wanted, codes, project
from projections.supersedes import supersedes
from projections.taken_over import taken_over
from workflows.projects import WithdrawProject

router = Section(tags=["projects"])

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
    wanted = Wanted(look.instant(effective), portfolio, standing, phase)
    place = look.asked or place_of_register(look.views)
    found = lines(look.views, place, wanted, pages.by_code(), _shown(look, place))
    return look.page_of(found, "projects", found.found)


@router.get("/projects/{code}", response_model=Seen)
def show_project(code: Code, look: Look, effective: Effective = None) -> Response:
    """Show one project, with the steps open to it when asked about now."""
    found = project(look.views, code, look.asked, look.instant(effective))
    steps = _open_steps(look, code) if look.asked is None and effective is None else None
    others = supersedes(look.views, at_answer(found), code).get(code, ())
    shown = {**_whole(look, found, effective), "supersedes": others, "open_steps": steps}
    return look.answer(found, {"project": shown}, {"ETag": f'"{found.found.version}"'})


def _shown(look: Looking, at: AsOf | None) -> Shown:
    labels = {} if at is None else PhaseLabels(look.house, at, look.moment).every()
    return Shown(labels=labels, title=Titles(look.house).title)


def _whole(look: Looking, found: Answer[ProjectRow], effective: str | None) -> dict[str, Any]:
    row, at = found.found, at_answer(found)
    wanted = Wanted(look.instant(effective))
    return {
        **from_json(line(look.views, row.code, at, wanted, _shown(look, at))),
        "left_phase": row.left_phase,
        "came_from": codes(row.came_from),
        "since_position": row.since_position,
        "proposer": Names(look.house).person(row.proposer),
        "proposed_at": row.proposed_at,
        "version": row.version,
        "restricted": _restricted(look, row.code),
        "taken_over": _taken_over(look, found),
    }


def _restricted(look: Looking, code: str) -> dict[str, Any] | None:
    """Return who sees a project today, whatever the moment looked at; nothing, if everybody."""
    restriction = look.house.desk.load().project(code).restriction
    if restriction is None:
        return None
    named, names = restriction, Names(look.house)
    people = [names.person(person) for person in named.people]
    return {"boards": named.boards, "roles": named.roles, "people": people}


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
