"""People: who is on record, made known before they sign in, linked, joined, given an account."""

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from api import door
from api.http.people import Joining, join_people, link_identity, list_people, register_person
from api.http.validity import validated
from api.sign_in import Role
from api.web.giving import forget, give, keep_once, shown_once
from api.web.post import Post, Posting
from api.web.returned import Returned, attempt
from api.web.sessions import accounts_of
from api.web.visit import Visit, Visiting, told
from domain.base import Code
from domain.person import LinkIdentity, RegisterPerson

router = APIRouter(include_in_schema=False)
PAGE = "/people"


@router.get(PAGE)
def show_people(visit: Visiting) -> Response:
    """Show who is on record, and to the office who has an account."""
    return _page(visit)


@router.post(PAGE)
def register(post: Posting, visit: Visiting) -> Response:
    """Make a person known, and give them an account where asked."""

    def act() -> Response:
        member = post.member(door.FOUNDING)
        roles = post.texts("roles")
        if roles:
            # Said before anything is recorded: both are done, or neither.
            give(post.request, post.text("email"), post.text("name"), roles, only_try=True)
        command = validated(RegisterPerson, post.filled("name", "email"), "form")
        answer = register_person(command, member)
        response = post.done(PAGE, answer.position, "registered")
        if roles:
            secret = give(post.request, post.text("email"), post.text("name"), roles)
            keep_once(post.request, response, secret)
        return response

    return attempt(post, "register", act, lambda sent: _page(visit, sent))


@router.post("/people/accounts")
def give_account(post: Posting, visit: Visiting) -> Response:
    """Give an account, or a new link to one; the link is shown once."""

    def act() -> Response:
        post.member(door.FOUNDING)
        secret = give(post.request, post.text("name"), post.text("shown"), post.texts("roles"))
        response: Response = RedirectResponse(f"{PAGE}?said=account", status_code=303)
        keep_once(post.request, response, secret)
        return response

    return attempt(post, "account", act, lambda sent: _page(visit, sent))


@router.post("/people/{person}/identities")
def link(person: Code, post: Posting, visit: Visiting) -> Response:
    """Let an identity belong to a person."""

    def act() -> Response:
        command = validated(LinkIdentity, post.filled("issuer", "subject"), "form")
        told = link_identity(person, command, post.member(door.FOUNDING))
        return post.done(PAGE, told.position, "linked")

    return _about(post, visit, "link", person, act)


@router.post("/people/{person}/joining")
def join(person: Code, post: Posting, visit: Visiting) -> Response:
    """Say that a person is another one on record."""

    def act() -> Response:
        joining = validated(Joining, post.filled("into", "reason"), "form")
        told = join_people(person, joining, post.member(door.FOUNDING))
        return post.done(PAGE, told.position, "joined")

    return _about(post, visit, "join", person, act)


def _about(post: Post, visit: Visit, name: str, person: str, act: object) -> Response:
    assert callable(act)
    return attempt(post, name, act, lambda sent: _page(visit, sent), about=person)


def _page(visit: Visit, sent: Returned | None = None) -> Response:
    people = told(list_people(visit.look, visit.whole()))["people"]
    rows = sorted(people, key=lambda one: (one["person"]["name"] or "\uffff").casefold())
    runs = not visit.look.person.roles.isdisjoint(door.FOUNDING)
    secret = shown_once(visit.request) if runs else None
    response = visit.page(
        "people.html",
        people=rows,
        runs=runs,
        accounts=accounts_of(visit.request).listed() if runs else (),
        roles_given=[one.value for one in Role],
        link=None if secret is None else f"{visit.request.base_url}welcome/{secret}",
        sent=sent,
    )
    if secret is not None:
        forget(response)
    return response
