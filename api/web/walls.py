"""What stands around every page: its visitor is found, and its answer may use nothing of others."""

from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.accounts import Accounts
from api.http.acting import BASE
from api.http.walls import OPEN_PATHS
from api.web.frame import PAGE_HEADERS
from api.web.problem_page import problem_page
from api.web.sessions import SESSION
from api.web.static_files import PREFIX

SIGN_IN = "/sign-in"
SIGN_IN_AS = "/sign-in/as"
WELCOME = "/welcome/"


class PageWall:
    """Finds who visits a page by their cookie; sends to sign-in whoever has none.

    Requests that ask for no page pass on as they are: to them the wall of tokens applies.
    """

    def __init__(self, app: ASGIApp, accounts: Accounts) -> None:
        """Stand around an application, with the accounts that know sessions."""
        self._app = app
        self._accounts = accounts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its visitor, or answer with the way to sign-in."""
        if scope["type"] != "http" or not _asks_for_a_page(scope):
            await self._app(scope, receive, send)
            return

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in PAGE_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        request = Request(scope)
        request.state.page = True
        request.state.say_problem = problem_page
        key = request.cookies.get(SESSION)
        # A thread of its own: the accounts lie on a disk.
        session = await run_in_threadpool(self._accounts.session, key) if key else None
        if session is not None:
            request.state.session, request.state.person = session, session.person
        elif not _is_open(scope["path"]):
            await _to_sign_in(request)(scope, receive, marked)
            return
        await self._app(scope, receive, marked)


def _asks_for_a_page(scope: Scope) -> bool:
    path = scope["path"]
    if path == BASE or path.startswith(f"{BASE}/") or path in OPEN_PATHS:
        return False
    headers = Request(scope).headers
    return _is_open(path) or "text/html" in headers.get("accept", "") or "hx-request" in headers


def _is_open(path: str) -> bool:
    """Return whether a path answers to whoever is not signed in."""
    return path in {SIGN_IN, SIGN_IN_AS, "/sign-out"} or path.startswith((PREFIX, WELCOME))


def _to_sign_in(request: Request) -> RedirectResponse:
    """Return the way to sign-in, and from there back to what was asked for."""
    wanted = request.url.path
    if request.url.query:
        wanted += f"?{request.url.query}"
    returns = request.method == "GET" and wanted != "/"
    query = f"?{urlencode({'next': wanted})}" if returns else ""
    response = RedirectResponse(f"{SIGN_IN}{query}", status_code=303)
    if "hx-request" in request.headers:
        response.headers["HX-Redirect"] = f"{SIGN_IN}{query}"
    return response
