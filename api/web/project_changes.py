"""What changes a project itself: another baseline asked for, who sees it, and its withdrawal."""

from typing import Any

from fastapi import APIRouter, Response

from api.http.acting import Told
from api.http.changes import Number, request_change, withdraw_change
from api.http.projects import withdraw_project
from api.http.restrictions import lift_restriction, restrict_project
from api.http.validity import validated
from api.web.post import Post, Posting
from api.web.project_forms import send, typed, version
from api.web.typed import Typed
from api.web.visit import Visiting
from domain.base import Code
from domain.change_commands import RequestChange, WithdrawChange
from domain.money import MINOR_DIGITS
from domain.restriction import Restriction
from workflows.projects import WithdrawProject

router = APIRouter(include_in_schema=False)
BENEFIT_FIELDS = ("benefit", "benefit_amount", "benefit_unit", "benefit_due")


@router.post("/projects/{code}/changes")
def ask_for_change(code: Code, post: Posting, visit: Visiting) -> Response:
    """Ask for another baseline."""

    def act() -> Told:
        command = validated(RequestChange, _change(post, typed(visit)), "form")
        return request_change(code, command, post.member(), version(post))

    return send(post, visit, code, "change", act)


@router.post("/projects/{code}/changes/{number}/withdrawal")
def take_change_back(code: Code, number: Number, post: Posting, visit: Visiting) -> Response:
    """Take one's own request for another baseline back."""

    def act() -> Told:
        command = validated(WithdrawChange, post.filled("reason"), "form")
        return withdraw_change(code, number, command, post.member(), version(post))

    return send(post, visit, code, "withdraw_change", act, about=str(number))


@router.post("/projects/{code}/withdrawal")
def take_project_back(code: Code, post: Posting, visit: Visiting) -> Response:
    """Take one's own proposal back."""

    def act() -> Told:
        command = validated(WithdrawProject, post.filled("reason"), "form")
        return withdraw_project(code, command, post.member(), version(post))

    return send(post, visit, code, "withdraw", act)


@router.post("/projects/{code}/restriction")
def restrict(code: Code, post: Posting, visit: Visiting) -> Response:
    """Let only some see the project."""

    def act() -> Told:
        command = validated(Restriction, restriction(post), "form")
        return restrict_project(code, command, post.member(), version(post))

    return send(post, visit, code, "restrict", act)


@router.post("/projects/{code}/opening")
def open_to_all(code: Code, post: Posting, visit: Visiting) -> Response:
    """Let everybody see the project again."""

    def act() -> Told:
        return lift_restriction(code, post.member(), version(post))

    return send(post, visit, code, "open", act)


def restriction(post: Post) -> dict[str, list[str]]:
    """Return whom a form lets see a project."""
    return {name: post.texts(name) for name in ("boards", "roles", "people") if post.texts(name)}


def _change(post: Post, read: Typed) -> dict[str, Any]:
    """Return what a form asks for; only what differs from the baseline it was filled in with.

    A form shows the whole promise, and what stays as it was is left out of the request: so a
    scope that nobody touched is not said to have moved.
    """
    asked: dict[str, Any] = post.filled("start", "finish", "reason")
    lines = read.lines(post)
    if lines:
        asked["lines"] = lines
    total = post.text("total")
    if total:
        asked["total"] = read.money(total, post.text("total_currency"))
    scope = post.text("scope").replace("\r\n", "\n")
    if scope and scope != post.text("scope_before").replace("\r\n", "\n"):
        asked["scope"] = scope
    asked["benefits"] = _benefits(post, read)
    return asked


def _benefits(post: Post, read: Typed) -> list[dict[str, Any]]:
    rows = zip(*(post.texts(name) for name in BENEFIT_FIELDS), strict=False)
    found = []
    for name, amount, unit, due in rows:
        if not name.strip():
            continue
        one: dict[str, Any] = {"name": name.strip(), "due": due}
        if unit.strip() in MINOR_DIGITS:
            one["money"] = read.money(amount, unit.strip())
        else:
            one |= {
                "number": read.number(amount),
                **({"unit": unit.strip()} if unit.strip() else {}),
            }
        found.append(one)
    return found
