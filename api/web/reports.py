"""Decisions taken elsewhere: recorded with their minutes, confirmed by a second person."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from api.http.acting import Acting, Told
from api.http.boards import list_boards
from api.http.projects import show_project
from api.http.review_acts import report_ruling
from api.http.reviews import list_reviews
from api.http.validity import validated
from api.web.minutes import attached, minutes_of
from api.web.opening import governing_words
from api.web.policy_words import PolicyWords
from api.web.post import Post, Posting
from api.web.refusing import Refusal, tried
from api.web.visit import Visit, Visiting, told
from domain.base import moment_text
from domain.refusals import Malformed
from domain.review_commands import ReportRuling

router = APIRouter(include_in_schema=False)
PATH = "/decisions/report"
OK = 200


@router.get(PATH)
def show_report(visit: Visiting) -> Response:
    """Show what waits to be confirmed, and the form of a report."""
    return _page(visit, visit.text("project"), {}, None)


@router.post(PATH)
def report(post: Posting, visit: Visiting) -> Response:
    """Record a decision that was taken elsewhere; it waits for a second person."""

    def act(member: Acting) -> Told:
        content = _content(post, visit.look.zone)
        return report_ruling(validated(ReportRuling, content, "form"), member)

    came = tried(post, act)
    if isinstance(came, Refusal):
        return _page(visit, post.text("project"), dict(post.fields), came)
    return post.done(PATH, came.position, "reported")


def _content(post: Post, zone: str) -> dict[str, Any]:
    what, _, rest = post.text("decided").partition(":")
    name, _, option = rest.partition(":")
    project = post.text("project")
    decided_at = _moment(post.text("on"), post.text("at"), zone)
    return {
        "project": project,
        **({what: name} if what in {"gate", "matter"} else {}),
        "option": option,
        "decided_at": decided_at,
        "minutes": minutes_of(post, project),
        **post.filled("decided_by", "review_date"),
    }


def _moment(day: str, time: str, zone: str) -> str:
    """Return a day and a time in the office's zone as a moment of the log.

    Raises:
        Malformed: they are no day and no time.
    """
    try:
        return moment_text(datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=ZoneInfo(zone)))
    except ValueError:
        raise Malformed(
            f"{day} {time} is no day and time", fix="Say the day and the time of the decision."
        ) from None


def _page(visit: Visit, code: str, filled: dict[str, str], why: Refusal | None) -> Response:
    whole = visit.whole()
    waiting = told(list_reviews(visit.look, whole, status="reported"))["reviews"]
    content: dict[str, Any] = {
        "path": PATH,
        "code": code,
        "filled": filled,
        "refusal": why,
        "waiting": waiting,
        "project": None,
    }
    if code:
        project = told(show_project(code, visit.look))["project"]
        policy = governing_words(visit, project["portfolio"])
        content |= {
            "project": project,
            "groups": list(_groups(policy)),
            "people": _people(visit),
            "files": attached(visit, [code]),
            "policy": policy,
            "zone": visit.look.zone,
            "day": visit.look.day,
        }
    return visit.page("report.html", OK if why is None else why.status, **content)


def _groups(policy: PolicyWords) -> Iterator[dict[str, Any]]:
    """Yield the gates and matters about a project, each with its options."""
    gates = [gate["id"] for gate in policy.text["lifecycle"].get("gates", ())]
    for name, matter in policy.text["matters"].items():
        options = [(one["id"], policy.option(name, one["id"])) for one in matter["options"]]
        if matter["kind"] != "pass_gate":
            yield {"value": f"matter:{name}", "label": policy.matter(name), "options": options}
            continue
        for gate in matter.get("gates", gates):
            yield {"value": f"gate:{gate}", "label": policy.gate(gate), "options": options}


def _people(visit: Visit) -> list[dict[str, Any]]:
    """Return everybody who ever held a seat, by name: who decided held one on that day."""
    boards = told(list_boards(visit.look, visit.whole()))["boards"]
    every = {one["person"]["id"]: one["person"] for board in boards for one in board["tenures"]}
    return sorted(every.values(), key=lambda one: (one["name"] or "", one["id"]))
