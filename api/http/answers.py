"""Every exception a request can end in, and the problem that says it."""

import logging
from decimal import DecimalException

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.routing import Match

from api import problems
from api.http.acting import settings_of
from api.http.validity import complaints
from api.http.walls import SECURE, too_large
from api.problems import OTHERS, Turned, of_kind, path_of
from domain.base import NotCanonical
from domain.refusals import Refused
from projections.files import ViewsUnavailable
from projections.reading import ViewStopped
from workflows.store.contract import StoreUnavailable

LOGGER = logging.getLogger("quorate.http")
UNAVAILABLE = 503


def answer_everything(app: FastAPI) -> None:
    """Let an application answer every exception with a problem."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(Turned, _turned)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(NotCanonical, _not_canonical)
    app.add_exception_handler(DecimalException, _beyond)
    app.add_exception_handler(StoreUnavailable, _unavailable)
    app.add_exception_handler(ViewsUnavailable, _unavailable)
    app.add_exception_handler(ViewStopped, _stopped)
    app.add_exception_handler(HTTPException, _framework)
    app.add_exception_handler(Exception, _fault)


def _refused(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refused)
    return problems.answer(request, problems.of_refusal(refusal, path_of(request)))


def _turned(request: Request, turned: Exception) -> Response:
    assert isinstance(turned, Turned)
    return _said(request, turned.code, turned.why, turned.fix)


def _invalid(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, RequestValidationError)
    found = complaints(fault.errors())
    if any(detail["type"] == "json_invalid" for detail in fault.errors()):
        why, fix = f"the body {found[0].what}", "Send one JSON object, in UTF-8."
        return _said(request, "malformed_json", why, fix)
    first = f"{found[0].where} {found[0].what}" if found else "the request does not fit"
    problem = of_kind(
        "invalid_request", path_of(request), first, "Mend what `errors` lists.", found
    )
    return problems.answer(request, problem)


def _not_canonical(request: Request, fault: Exception) -> Response:
    fix = "Write whole numbers below 2**53, and others as text."
    return _said(request, "invalid_request", str(fault), fix)


def _beyond(request: Request, _fault: Exception) -> Response:
    return _said(request, "invalid_request", "a number is beyond all measure", "Write less of it.")


def _unavailable(request: Request, fault: Exception) -> Response:
    LOGGER.error("the store is not available: %s", fault)
    fix = "See to the disk of the server; send it again under the same Idempotency-Key."
    return _said(request, "store_unavailable", str(fault), fix)


def _stopped(request: Request, fault: Exception) -> Response:
    LOGGER.error("%s", fault)
    fix = "Ask the administrator: /health names the event; a corrected release goes on from it."
    return _said(request, "view_stopped", str(fault), fix)


def _framework(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)
    path = path_of(request)
    match fault.status_code:
        case 404:
            fix = "Check the address, or look the route up in the description of the API."
            return _said(request, "no_such_page", f"there is nothing at {path}", fix)
        case 405:
            allowed = ", ".join(methods_at(request))
            why = f"{request.method} is not done at {path}"
            problem = of_kind("method_not_allowed", path, why, f"Use {allowed}.")
            return problems.answer(request, problem, {"Allow": allowed})
        case 413:
            return _said(request, "body_too_large", *too_large(int(fault.detail)))
        case _:
            fix = "Send UTF-8 JSON with Content-Type: application/json."
            return _said(request, "bad_request", f"the body cannot be read: {fault.detail}", fix)


def _fault(request: Request, fault: Exception) -> Response:
    LOGGER.error("a fault at %s %s", request.method, path_of(request), exc_info=fault)
    why = "the server met a fault of its own; it is in the server's log"
    fix = "Send it again under the same Idempotency-Key to learn what was kept."
    problem = of_kind("fault", path_of(request), why, fix)
    return problems.answer(request, problem, SECURE)


def _said(request: Request, code: str, why: str, fix: str) -> Response:
    again = {"Retry-After": str(settings_of(request).retry_after_s)}
    headers = again if OTHERS[code].status == UNAVAILABLE else None
    return problems.answer(request, of_kind(code, path_of(request), why, fix), headers)


def methods_at(request: Request) -> list[str]:
    """Return every method the path of a request has, over all routes that share it."""
    methods: set[str] = set()
    for route in iter_route_contexts(request.app.routes):
        matched, _ = route.matches({**request.scope, "type": "http"})
        if matched is not Match.NONE:
            methods |= route.methods or set()
    return sorted(methods)
