"""My own page: my seats, who stands in for me and for whom I do, and how I read."""

from typing import Any

from fastapi import APIRouter, Response

from api.http.authority import (
    Covering,
    Delegating,
    Ending,
    Number,
    delegate,
    name_deputy,
    recall_deputy,
    revoke_delegation,
    show_authority,
)
from api.http.office import show_me
from api.http.people import list_people
from api.http.portfolios import list_portfolios
from api.http.validity import validated
from api.web import vocabulary
from api.web.frame import zones
from api.web.post import Post, Posting
from api.web.project_forms import typed
from api.web.returned import Returned, attempt
from api.web.visit import Visit, Visiting, told
from api.web.words import LANGUAGES
from domain.policy import Name

router = APIRouter(include_in_schema=False)
PAGE = "/me"


@router.get(PAGE)
def show_my_page(visit: Visiting) -> Response:
    """Show the page of whoever is signed in."""
    return _page(visit)


@router.post("/me/{board}/delegations")
def delegate_vote(board: Name, post: Posting, visit: Visiting) -> Response:
    """Let another person vote for a seat of one's own, standing."""

    def act() -> Response:
        content: dict[str, Any] = post.filled("policy", "seat", "person", "from", "until", "of")
        content["matters"] = post.texts("matters")
        content["portfolios"] = post.texts("portfolios")
        content["onward"] = bool(post.text("onward"))
        if post.text("up_to"):
            content["up_to"] = typed(visit).money(post.text("up_to"), post.text("currency"))
        command = validated(Delegating, content, "form")
        return post.done(PAGE, delegate(board, command, post.member()).position)

    return _sent(post, visit, "delegate", act, _seat(board, post))


@router.post("/me/{board}/deputies")
def choose_deputy(board: Name, post: Posting, visit: Visiting) -> Response:
    """Let a person cover for a seat of one's own, until a last day."""

    def act() -> Response:
        content = post.filled("policy", "seat", "person", "from", "until")
        command = validated(Covering, content, "form")
        return post.done(PAGE, name_deputy(board, command, post.member()).position, "deputy")

    return _sent(post, visit, "deputy", act, _seat(board, post))


@router.post("/me/{board}/delegations/{number}/revocation")
def revoke(board: Name, number: Number, post: Posting, visit: Visiting) -> Response:
    """Revoke a delegation at once."""

    def act() -> Response:
        command = validated(Ending, post.filled("policy", "reason"), "form")
        return post.done(PAGE, revoke_delegation(board, number, command, post.member()).position)

    return _sent(post, visit, "end", act, f"{board}-delegation-{number}")


@router.post("/me/{board}/deputies/{number}/recall")
def recall(board: Name, number: Number, post: Posting, visit: Visiting) -> Response:
    """Recall a deputy at once."""

    def act() -> Response:
        command = validated(Ending, post.filled("policy", "reason"), "form")
        return post.done(PAGE, recall_deputy(board, number, command, post.member()).position)

    return _sent(post, visit, "end", act, f"{board}-deputy-{number}")


def _sent(post: Post, visit: Visit, name: str, act: Any, about: str) -> Response:
    return attempt(post, name, act, lambda sent: _page(visit, sent), about=about)


def _seat(board: str, post: Post) -> str:
    return f"{board}-{post.text('seat')}"


def _page(visit: Visit, sent: Returned | None = None) -> Response:
    me = told(show_me(visit.look))["me"]
    mine = None if me["person"] is None else me["person"]["id"]
    policies = vocabulary.every_policy(visit)
    seats = told(show_authority(visit.look))["seats"] if policies else []
    return visit.page(
        "me.html",
        me=me,
        seats=[
            {**one, **_rule(policies, one["board"])}
            for one in seats
            if mine is not None and one["person"] is not None and one["person"]["id"] == mine
        ],
        covering=[
            {**one, "stands": stand}
            for one in seats
            for stand in one["stand_ins"]
            if stand["person"]["id"] == mine
        ],
        people=[
            one
            for one in told(list_people(visit.look, visit.whole()))["people"]
            if one["joined_into"] is None and one["person"]["id"] != mine
        ],
        portfolios=told(list_portfolios(visit.look, visit.whole()))["portfolios"],
        zones=zones(),
        languages=LANGUAGES,
        sent=sent,
    )


def _rule(policies: dict[str, Any], board: str) -> dict[str, Any]:
    """Return what the policies say of a board: whether others may stand in, and its matters."""
    for code, policy in policies.items():
        if board in policy.boards:
            matters = [
                name
                for name, matter in policy.matters.items()
                if any(one.board == board for one in matter.decided_by)
            ]
            return {"policy": code, "rule": policy.boards[board], "matters": matters}
    return {"policy": "", "rule": None, "matters": []}
