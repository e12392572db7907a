"""What is done about a portfolio: envelopes, rounds about several projects, closing a period."""

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Response

from api.http.acting import Told
from api.http.money import close_period, open_round, set_envelope
from api.http.validity import validated
from api.web.landing import landed
from api.web.portfolios import portfolio_page
from api.web.post import Post, Posting
from api.web.project_forms import typed, version
from api.web.returned import attempt
from api.web.visit import Visit, Visiting
from domain.base import Code
from domain.refusals import FieldMissing
from workflows.envelopes import OpenRound, SetEnvelope
from workflows.periods import ClosePeriod

router = APIRouter(include_in_schema=False)


@router.post("/portfolios/{code}/envelope")
def say_envelope(code: Code, post: Posting, visit: Visiting) -> Response:
    """Set envelopes, or open the review that decides on them."""

    def act() -> Response:
        content = {"lines": typed(visit).lines(post)}
        command = validated(SetEnvelope, content, "form")
        told = set_envelope(code, command, post.member(), version(post))
        return landed(post, told, address(code), "envelope_set")

    return _sent(post, visit, code, "envelope", act)


@router.post("/portfolios/{code}/rounds")
def begin_round(code: Code, post: Posting, visit: Visiting) -> Response:
    """Open a review about the projects that were ticked."""

    def act() -> Response:
        content: dict[str, Any] = {"projects": post.texts("projects"), **post.filled("matter")}
        if not content["projects"]:
            raise FieldMissing("no project was ticked", fix="Tick the projects it is about.")
        command = validated(OpenRound, content, "form")
        told: Told = open_round(code, command, post.member())
        return landed(post, told, address(code))

    return _sent(post, visit, code, "round", act)


@router.post("/portfolios/{code}/closings")
def end_period(code: Code, post: Posting, visit: Visiting) -> Response:
    """Close a period, or open the review that decides on it."""

    def act() -> Response:
        command = validated(ClosePeriod, post.filled("period", "into"), "form")
        told = close_period(code, command, post.member(), version(post))
        return landed(post, told, address(code), "period_closed")

    return _sent(post, visit, code, "closing", act)


def address(code: str) -> str:
    """Return the address of a portfolio's page."""
    return f"/portfolios/{quote(code, safe='')}"


def _sent(post: Post, visit: Visit, code: str, name: str, act: Any) -> Response:
    return attempt(post, name, act, lambda sent: portfolio_page(visit, code, sent))
