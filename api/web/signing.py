"""Signing in and out, and the welcome by a link that works once."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from api.accounts import Session
from api.demo.accounts import be, visitors
from api.passwords import CHARACTERS_MAX, CHARACTERS_MIN
from api.web.frame import Frame
from api.web.post import Posting
from api.web.sessions import (
    SESSION,
    VISITOR,
    accounts_of,
    greet,
    local_path,
    session_of,
    set_cookie,
)
from api.web.walls import SIGN_IN, SIGN_IN_AS, WELCOME
from domain.refusals import Malformed, NotNow, NotPermitted, Refused

router = APIRouter(include_in_schema=False)
FORBIDDEN, UNFIT, TOO_MANY = 403, 422, 429
_STATUS = {NotPermitted: FORBIDDEN, NotNow: TOO_MANY, Malformed: UNFIT}


async def _framed(request: Request) -> Frame:
    greet(request)
    return Frame(request)


Framed = Annotated[Frame, Depends(_framed)]


@router.get(SIGN_IN)
def show_sign_in(request: Request, frame: Framed, next: str = "/") -> Response:  # noqa: A002  as links call it
    """Show the form to sign in with."""
    if session_of(request) is not None:
        return RedirectResponse(local_path(next), status_code=303)
    return _sign_in(frame, {"next": local_path(next), "name": "", "refusal": None})


@router.post(SIGN_IN)
def sign_in(request: Request, post: Posting) -> Response:
    """Begin a session under a new key, and end the one there was."""
    wanted, name = local_path(post.text("next")), post.text("name")
    try:
        session = accounts_of(request).sign_in(name, post.fields.get("password", ""))
    except (NotPermitted, NotNow) as refusal:
        fields = {"next": wanted, "name": name[:200], "refusal": refusal}
        return _sign_in(Frame(request), fields, _STATUS[type(refusal)])
    return _entered(request, session, wanted)


@router.post(SIGN_IN_AS)
def sign_in_as(request: Request, post: Posting) -> Response:
    """Begin a session as one of the made-up people of a demo; refused in any other office."""
    session = be(Frame(request).office, post.text("email"), accounts_of(request))
    return _entered(request, session, local_path(post.text("next")))


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """End the session."""
    session = session_of(request)
    if session is not None:
        accounts_of(request).sign_out(session.key)
    response = RedirectResponse(SIGN_IN, status_code=303)
    set_cookie(request, response, SESSION, "")
    return response


@router.get(f"{WELCOME}{{secret}}")
def show_welcome(request: Request, secret: str, frame: Framed) -> Response:
    """Show the form that sets the first password, or a new one; the link stays unused."""
    account = accounts_of(request).welcomed(secret)
    return _welcome(frame, account.name, None)


@router.post(f"{WELCOME}{{secret}}")
def welcome(request: Request, secret: str, post: Posting) -> Response:
    """Set the password, use the link up and begin a session."""
    accounts = accounts_of(request)
    account = accounts.welcomed(secret)
    password = post.fields.get("password", "")
    try:
        if password != post.fields.get("again", ""):
            raise Malformed("the two passwords differ", fix="Type the same one twice.")
        session = accounts.set_password(secret, password)
    except Malformed as refusal:
        return _welcome(Frame(request), account.name, refusal)
    return _entered(request, session, "/")


def _sign_in(frame: Frame, fields: dict[str, Any], status: int = 200) -> Response:
    """Return the form to sign in with; where the office is a demo, with everybody one can be."""
    return frame.page("sign_in.html", status, visitors=visitors(frame.office), **fields)


def _welcome(frame: Frame, name: str, refusal: Refused | None) -> Response:
    status = 200 if refusal is None else UNFIT
    fields = {"name": name, "refusal": refusal, "least": CHARACTERS_MIN, "most": CHARACTERS_MAX}
    return frame.page("welcome.html", status, **fields)


def _entered(request: Request, session: Session, wanted: str) -> Response:
    before = session_of(request)
    if before is not None:
        accounts_of(request).sign_out(before.key)
    response = RedirectResponse(wanted, status_code=303)
    set_cookie(request, response, SESSION, session.key)
    set_cookie(request, response, VISITOR, "")
    return response
