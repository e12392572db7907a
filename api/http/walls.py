"""What stands around every route: nobody unknown comes in, and every answer is marked as data."""

import re

from fastapi import HTTPException
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.acting import BASE
from api.problems import answer, of_kind, path_of
from api.settings import Settings
from api.sign_in import Issuer, NotSignedIn, SignedInPerson

OPEN_PATHS = frozenset({"/health"})
"""The only paths that answer without sign-in."""

SECURE = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
_LONG = re.compile(
    rf"(?:{BASE})?/projects/[^/]+/evidence|/reviews/[^/]+/[^/]+/[^/]+/sitting|/decisions/report"
)
"""Paths whose body is a file."""
_MISSING = "the request brings no token"


class SecureHeaders:
    """Marks every answer as data that is not to be guessed at, kept or framed."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand around an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and put the headers on its answer."""

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURE.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, marked)


class SignInWall:
    """Lets nobody in whose token was not verified, whatever the path; pages have their own wall."""

    def __init__(self, app: ASGIApp, issuer: Issuer) -> None:
        """Stand around an application, with an issuer to verify tokens."""
        self._app = app
        self._issuer = issuer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its person, or answer 401."""
        if scope["type"] != "http" or scope["path"] in OPEN_PATHS:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if getattr(request.state, "page", False):
            await self._app(scope, receive, send)
            return
        try:
            request.state.person = self._person(request)
        except NotSignedIn as refusal:
            problem = of_kind("not_signed_in", path_of(request), refusal.why, refusal.fix)
            response = answer(request, problem, {"WWW-Authenticate": _challenge(refusal.why)})
            await response(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _person(self, request: Request) -> SignedInPerson:
        given = request.headers.getlist("authorization")
        if not given:
            raise NotSignedIn(_MISSING)
        scheme, _, token = given[0].partition(" ")
        if len(given) > 1 or scheme.lower() != "bearer" or not token.strip():
            raise NotSignedIn("the Authorization header is not one `Bearer TOKEN`")
        return self._issuer.verify(token.strip())


class BodyWall:
    """Lets no body in that is longer than its path takes; what is declared too long is not read."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        """Stand around an application."""
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and count its body as it is read."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        request = Request(scope)
        declared = request.headers.get("content-length", "0")
        if declared.isdecimal() and int(declared) > limit:
            problem = of_kind("body_too_large", path_of(request), *too_large(limit))
            await answer(request, problem, {"Connection": "close"})(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                raise HTTPException(413, limit)
            return message

        await self._app(scope, counted, send)

    def _limit(self, path: str) -> int:
        long = _LONG.fullmatch(path) is not None
        return self._settings.evidence_bytes_max if long else self._settings.json_bytes_max


def too_large(limit: int) -> tuple[str, str]:
    """Return why a body was not taken, and what to do about it."""
    why = f"the body is longer than the {limit} bytes that are taken here"
    return why, "Send less; a long file is attached as evidence, or held elsewhere."


def _challenge(why: str) -> str:
    if why == _MISSING:
        return 'Bearer realm="quorate"'
    said = why.replace("\\", "").replace('"', "'")
    return f'Bearer realm="quorate", error="invalid_token", error_description="{said}"'
