"""A review: the brief first, on one screen; everything else one step further."""

from typing import Any

from fastapi import APIRouter, Response

from api.http.evidence import fetch_evidence, list_evidence
from api.http.facts import list_facts
from api.http.review_acts import REVIEW, Stream
from api.http.trail import list_trail
from api.web import briefs
from api.web.briefs import Shown
from api.web.refusing import Refusal
from api.web.visit import Visit, Visiting, told
from domain.event import stream_code, stream_kind
from domain.project_events import Sha256

router = APIRouter(include_in_schema=False)
OK = 200
TABS = ("brief", "pack", "panel", "preview", "policy", "history")


@router.get(REVIEW)
def show_review(stream: Stream, visit: Visiting) -> Response:
    """Show the brief: what is asked, what is open, what it costs, and the vote."""
    return brief_page(visit, stream)


@router.get(f"{REVIEW}/pack")
def show_pack(stream: Stream, visit: Visiting) -> Response:
    """Show everything that was put before the review, and who opened it."""
    review = briefs.shown(visit, stream)
    subjects = [
        stream_code(one)
        for one in review.brief["review"]["subjects"]
        if stream_kind(one) == "project"
    ]
    return tab(visit, review, "pack", **_on_record(visit, subjects))


@router.get(f"{REVIEW}/panel")
def show_panel(stream: Stream, visit: Visiting) -> Response:
    """Show who sits, who voted how, and who stood in for whom."""
    return tab(visit, briefs.shown(visit, stream), "panel")


@router.get(f"{REVIEW}/preview")
def show_preview(stream: Stream, visit: Visiting) -> Response:
    """Show what would be ruled now, and by which check."""
    return tab(visit, briefs.shown(visit, stream), "preview")


@router.get(f"{REVIEW}/policy")
def show_policy(stream: Stream, visit: Visiting) -> Response:
    """Show the rules this review is decided by."""
    return tab(visit, briefs.shown(visit, stream), "policy")


@router.get(f"{REVIEW}/history")
def show_history(stream: Stream, visit: Visiting) -> Response:
    """Show everything on record about this review."""
    review = briefs.shown(visit, stream)
    found = told(list_trail(visit.look, visit.paging(), subject=stream))
    rows = [
        {**row, "word": row["topic"].partition("/")[0].replace(".", "_")} for row in found["trail"]
    ]
    return tab(visit, review, "history", rows=rows, next=found["next"])


@router.get("/evidence/{sha256}")
def send_evidence(sha256: Sha256, visit: Visiting) -> Response:
    """Send a file held here, to be kept and not to be shown in the browser."""
    return fetch_evidence(sha256, visit.look)


def brief_page(
    visit: Visit, stream: str, refusal: Refusal | None = None, filled: Any = None, form: str = ""
) -> Response:
    """Return the brief, with why a form of it was refused and what was typed into it.

    Args:
        visit: who looks.
        stream: the review.
        refusal: why a form was not carried out.
        filled: the fields of that form.
        form: its name.
    """
    review = briefs.shown(visit, stream)
    content = {
        "checks": briefs.open_checks(review),
        "amount": briefs.money(review),
        "closes": briefs.closes(review),
        "reported": _reported(visit, stream, review),
        "refusal": refusal,
        "filled": filled or {},
        "form_refused": form,
    }
    return tab(visit, review, "brief", OK if refusal is None else refusal.status, **content)


def tab(visit: Visit, review: Shown, name: str, status: int = OK, **content: Any) -> Response:
    """Return one tab of a review."""
    code = review.brief["review"]["code"]
    around = {
        "tab": name,
        "tabs": TABS,
        "brief": review.brief,
        "review": review.brief["review"],
        "pack": review.pack,
        "advice": briefs.advice(review.pack),
        "policy": review.policy,
        "matter": review.matter,
        "code": code,
        "here_path": f"/reviews/{code}",
        "path": f"/reviews/{code}" if name == "brief" else f"/reviews/{code}/{name}",
        "awarded": briefs.awarded,
        "seen": visit.look.here.position,
    }
    return visit.page(f"review_{name}.html", status, **around, **content)


def _reported(visit: Visit, stream: str, review: Shown) -> dict[str, Any] | None:
    """Return what was reported of a decision taken elsewhere, while it waits to be confirmed."""
    if review.brief["review"]["status"] != "reported":
        return None
    first = told(list_trail(visit.look, visit.paging(), subject=stream))["trail"][-1]
    people = {one["person"]["id"]: one["person"] for one in _seated(review)}
    return {**first["data"], "decided_by": people.get(first["data"]["decided_by"])}


def _seated(review: Shown) -> list[dict[str, Any]]:
    return [one for one in review.brief["review"]["panel"] if one["person"] is not None]


def _on_record(visit: Visit, projects: list[str]) -> dict[str, Any]:
    """Return by position what was said of each fact, and by digest and subject each file."""
    said: dict[int, Any] = {}
    files: dict[int, Any] = {}
    for code in projects:
        for fact in told(list_facts(code, visit.look))["facts"]:
            said |= {one["position"]: one for one in fact["history"]}
        for file in told(list_evidence(code, visit.look))["evidence"]:
            files[file["position"]] = file
    return {"said_of": said, "files": files}
