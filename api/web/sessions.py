"""Who visits: the cookie that carries a session, and the token that shows a form to be ours.

The cookie never opens ``/api/v1``: that takes a bearer token, so no other site can make a browser
use it. A form carries a token made of the cookie, which no other site can read either.

Source: OWASP cheat sheet on cross-site request forgery; RFC 6265bis on SameSite.
"""

import hmac
from hashlib import sha256
from urllib.parse import urlsplit

from fastapi import Request, Response

from api.accounts import Accounts, Session
from api.clock import new_key
from api.http.acting import settings_of
from api.problems import Turned

SESSION = "quorate-session"
VISITOR = "quorate-visitor"
"""Names of the cookies of whoever is signed in, and of whoever is about to sign in."""
_LEFT_OPEN = "The page may have been open for too long: go back, load it again, and send it again."


def accounts_of(request: Request) -> Accounts:
    """Return the accounts this application signs people in with."""
    accounts: Accounts = request.app.state.accounts
    return accounts


def session_of(request: Request) -> Session | None:
    """Return the session the wall found, None where nobody is signed in."""
    session: Session | None = getattr(request.state, "session", None)
    return session


def form_token(request: Request) -> str:
    """Return the token that forms of this visitor carry, made of their cookie."""
    return _token(_secret(request) or "")


def greet(request: Request) -> str:
    """Return the secret of a visitor who is not signed in; a new one, where they have none."""
    secret = _secret(request) or new_key()
    request.state.visitor = secret
    return secret


def set_cookie(request: Request, response: Response, name: str, value: str) -> None:
    """Set a cookie that no script reads and no other site sends with a form."""
    settings = settings_of(request)
    response.set_cookie(
        name,
        value,
        max_age=settings.token_lifetime_s if value else 0,
        httponly=True,
        samesite="lax",
        secure=settings.secure_cookies,
    )


def require_ours(request: Request, given: object) -> None:
    """Refuse a form that was not made by a page of ours for this visitor.

    Raises:
        Turned: another site sent it, or its token is not this visitor's.
    """
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    here = request.headers.get("host", "")
    if site not in {"same-origin", "none"} or (origin is not None and _host(origin) != here):
        raise Turned(
            "not_from_here", "the form was not sent from a page of this office", _LEFT_OPEN
        )
    secret = _secret(request)
    fits = isinstance(given, str) and hmac.compare_digest(
        given.encode(errors="replace"), _token(secret or "").encode()
    )
    if secret is None or not fits:
        why = "the form does not carry the token of this visit"
        raise Turned("not_from_here", why, _LEFT_OPEN)


def local_path(given: str | None) -> str:
    """Return a path of this site to go on to; the first page, where that is no such path."""
    path = given or "/"
    parts = urlsplit(path) if path.isprintable() and "\\" not in path else None
    if (
        parts is None
        or parts.scheme
        or parts.netloc
        or not path.startswith("/")
        or "//" in path[:2]
    ):
        return "/"
    return path


def _secret(request: Request) -> str | None:
    session = session_of(request)
    if session is not None:
        return session.key
    return getattr(request.state, "visitor", None) or request.cookies.get(VISITOR)


def _token(secret: str) -> str:
    return sha256(f"form:{secret}".encode(errors="replace")).hexdigest()


def _host(origin: str) -> str:
    return urlsplit(origin).netloc
