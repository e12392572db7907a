"""Proposing a project, and opening a file that is attached to one."""

from urllib.parse import quote

from fastapi import APIRouter, Response

from api.http.evidence import fetch_evidence, list_evidence
from api.http.people import list_people
from api.http.portfolios import list_portfolios
from api.http.projects import propose_project
from api.http.validity import validated
from api.web import vocabulary
from api.web.post import Posting
from api.web.project_changes import restriction
from api.web.project_forms import address, typed
from api.web.returned import Returned, attempt
from api.web.visit import Visit, Visiting, told
from domain.base import Code
from domain.project_acts import ProposeProject
from domain.project_events import Sha256
from domain.refusals import NotKnown

router = APIRouter(include_in_schema=False)
PAGE = "/projects/new"


@router.get(PAGE)
def show_proposal(visit: Visiting) -> Response:
    """Show the form that proposes a project."""
    return _page(visit)


@router.post(PAGE)
def propose(post: Posting, visit: Visiting) -> Response:
    """Propose a project, and lead on to its page."""

    def act() -> Response:
        content = post.filled("portfolio", "code", "title")
        if post.text("amount"):
            content["requested"] = typed(visit).money(post.text("amount"), post.text("currency"))
        if post.text("restricted"):
            content["restricted"] = restriction(post)
        command = validated(ProposeProject, content, "form")
        answer = propose_project(command, post.member())
        code = str(answer.model_dump()["project"])
        return post.done(address(code), answer.position, "proposed")

    return attempt(post, "propose", act, lambda sent: _page(visit, sent))


@router.get("/projects/{code}/evidence/{sha256}")
def open_evidence(code: Code, sha256: Sha256, visit: Visiting) -> Response:
    """Send a file that is attached to a project, under its name, never to be run here."""
    attached = told(list_evidence(code, visit.look))["evidence"]
    known = [one for one in attached if one["sha256"] == sha256]
    if not known:
        raise NotKnown(f"no file with SHA-256 {sha256} is attached to project {code}")
    response = fetch_evidence(sha256, visit.look)
    name = known[-1]["name"] or sha256
    saved = f"attachment; filename=\"{sha256}\"; filename*=UTF-8''{quote(name, safe='')}"
    response.headers["Content-Disposition"] = saved
    return response


def _page(visit: Visit, sent: Returned | None = None) -> Response:
    portfolios = told(list_portfolios(visit.look, visit.whole()))["portfolios"]
    policies = vocabulary.every_policy(visit)
    boards = {name for policy in policies.values() for name in policy.boards}
    return visit.page(
        "project_new.html",
        portfolios=portfolios,
        chosen_portfolio=visit.text("portfolio"),
        boards=sorted(boards),
        people=told(list_people(visit.look, visit.whole()))["people"],
        sent=sent,
    )
