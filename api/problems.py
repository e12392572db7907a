"""Every way of saying no over HTTP, as RFC 9457 problems from one exhaustive table."""

from http import HTTPStatus
from typing import Annotated, Any, NamedTuple
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import JSONResponse, Response
from pydantic import Field

from domain import refusals
from domain.base import Value
from domain.refusals import Refused

MEDIA_TYPE = "application/problem+json"


class Complaint(Value):
    """One thing that is wrong with a request.

    Attributes:
        where: the place, for example ``body.requested.currency``.
        what: what is wrong with it, in plain words.
    """

    where: str
    what: str


class Problem(Value):
    """Why a request was not carried out, and what to do about it. Source: RFC 9457.

    Attributes:
        type: reference that identifies the kind of problem.
        title: the kind of problem, in words.
        status: the HTTP status.
        detail: what was wrong, and where.
        fix: what to do about it.
        code: stable name for machines, for example ``review_still_open``.
        instance: path of the request.
        errors: each thing that is wrong with the request, where there may be several.
    """

    type: str
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    fix: str = ""
    code: str
    instance: str
    errors: tuple[Complaint, ...] | None = None


class Kind(NamedTuple):
    """A kind of problem."""

    status: int
    title: str


REFUSALS: dict[type[Refused], Kind] = {
    Refused: Kind(HTTPStatus.CONFLICT, "Refused"),
    refusals.NotKnown: Kind(HTTPStatus.NOT_FOUND, "Not known"),
    refusals.NotPermitted: Kind(HTTPStatus.FORBIDDEN, "Not permitted"),
    refusals.NotASeat: Kind(HTTPStatus.FORBIDDEN, "No such seat"),
    refusals.ForAnother: Kind(HTTPStatus.FORBIDDEN, "Not for another person"),
    refusals.NotYourOwn: Kind(HTTPStatus.FORBIDDEN, "Not on one's own"),
    refusals.InConflict: Kind(HTTPStatus.FORBIDDEN, "Conflict of interest"),
    refusals.OutsideLimits: Kind(HTTPStatus.FORBIDDEN, "Outside the limits given"),
    refusals.NotNow: Kind(HTTPStatus.CONFLICT, "Not now"),
    refusals.StepNotOpen: Kind(HTTPStatus.CONFLICT, "Step not open"),
    refusals.ReviewStillOpen: Kind(HTTPStatus.CONFLICT, "Review still open"),
    refusals.ReviewOver: Kind(HTTPStatus.CONFLICT, "Review over"),
    refusals.WindowOver: Kind(HTTPStatus.CONFLICT, "Vote window over"),
    refusals.NoPack: Kind(HTTPStatus.CONFLICT, "No pack presented"),
    refusals.FundsAvailable: Kind(HTTPStatus.CONFLICT, "Not enough funds"),
    refusals.PeriodOver: Kind(HTTPStatus.CONFLICT, "Period closed"),
    refusals.CurrencyHeld: Kind(HTTPStatus.CONFLICT, "Currency held"),
    refusals.ImportedRuling: Kind(HTTPStatus.CONFLICT, "Imported ruling"),
    refusals.OnHold: Kind(HTTPStatus.CONFLICT, "On legal hold"),
    refusals.NotDue: Kind(HTTPStatus.CONFLICT, "Not due"),
    refusals.NotInForce: Kind(HTTPStatus.CONFLICT, "Not in force"),
    refusals.Unfit: Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "Unfit content"),
    refusals.Malformed: Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "Malformed value"),
    refusals.UnknownFact: Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "Not in the policy"),
    refusals.FieldMissing: Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "Field missing"),
    refusals.OtherPack: Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "Another pack"),
    refusals.PolicyFaulty: Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "Faulty policy"),
    refusals.TooLarge: Kind(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Too large to record"),
    refusals.Taken: Kind(HTTPStatus.CONFLICT, "Taken"),
    refusals.Conflict: Kind(HTTPStatus.CONFLICT, "Conflict"),
    refusals.Stale: Kind(HTTPStatus.PRECONDITION_FAILED, "Stale"),
    refusals.KeyReused: Kind(HTTPStatus.CONFLICT, "Key reused"),
}
"""Every refusal there is; a test walks the tree of refusals and fails on a missing one."""

OTHERS: dict[str, Kind] = {
    "malformed_json": Kind(HTTPStatus.BAD_REQUEST, "Not JSON"),
    "malformed_header": Kind(HTTPStatus.BAD_REQUEST, "Malformed header"),
    "bad_request": Kind(HTTPStatus.BAD_REQUEST, "Unreadable request"),
    "not_signed_in": Kind(HTTPStatus.UNAUTHORIZED, "Not signed in"),
    "no_such_page": Kind(HTTPStatus.NOT_FOUND, "No such page"),
    "method_not_allowed": Kind(HTTPStatus.METHOD_NOT_ALLOWED, "Not done here"),
    "body_too_large": Kind(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Body too large"),
    "invalid_request": Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "Invalid request"),
    "store_unavailable": Kind(HTTPStatus.SERVICE_UNAVAILABLE, "Store unavailable"),
    "view_stopped": Kind(HTTPStatus.SERVICE_UNAVAILABLE, "View stopped"),
    "views_behind": Kind(HTTPStatus.SERVICE_UNAVAILABLE, "Views behind"),
    "not_from_here": Kind(HTTPStatus.FORBIDDEN, "Not sent from a page of ours"),
    "looking_back": Kind(HTTPStatus.CONFLICT, "Looking back"),
    "too_many_streams": Kind(HTTPStatus.SERVICE_UNAVAILABLE, "Too many live streams"),
    "evidence_damaged": Kind(HTTPStatus.INTERNAL_SERVER_ERROR, "Evidence damaged"),
    "fault": Kind(HTTPStatus.INTERNAL_SERVER_ERROR, "Fault of the server"),
}
"""What the door itself says no to, by code."""


class Turned(Exception):  # noqa: N818  an answer of the door, not a fault
    """The door turned a request away before anything was decided.

    Attributes:
        code: one of `OTHERS`.
        why: what was wrong, and where.
        fix: what to do about it.
    """

    def __init__(self, code: str, why: str, fix: str) -> None:
        super().__init__(why)
        self.code = code
        self.why = why
        self.fix = fix


def of_refusal(refusal: Refused, instance: str) -> Problem:
    """Return the problem that says a refusal over HTTP."""
    kind = REFUSALS[type(refusal)]
    faults: tuple[str, ...] = getattr(refusal, "faults", ())
    return Problem(
        type=f"/problems/{refusal.code}",
        title=kind.title,
        status=kind.status,
        detail=refusal.why,
        fix=refusal.fix,
        code=refusal.code,
        instance=instance,
        errors=tuple(_complaint(fault) for fault in faults) or None,
    )


def of_kind(
    code: str, instance: str, why: str, fix: str, errors: tuple[Complaint, ...] = ()
) -> Problem:
    """Return a problem of the door itself."""
    kind = OTHERS[code]
    return Problem(
        type=f"/problems/{code}",
        title=kind.title,
        status=kind.status,
        detail=why,
        fix=fix,
        code=code,
        instance=instance,
        errors=errors or None,
    )


def path_of(request: Request) -> str:
    """Return the path of a request as it was sent, percent-encoded."""
    raw: bytes = request.scope.get("raw_path") or quote(request.url.path).encode()
    return raw.partition(b"?")[0].decode("ascii", "replace")


def answer(request: Request, problem: Problem, headers: dict[str, str] | None = None) -> Response:
    """Return a problem as a response, with the headers the door has ready for any answer.

    A door that says problems in a way of its own, as pages do, leaves it in the request's state.
    """
    ready: dict[str, str] = getattr(request.state, "headers", {})
    say: Any = getattr(request.state, "say_problem", None)
    if say is not None:
        said: Response = say(request, problem, {**ready, **(headers or {})})
        return said
    return JSONResponse(
        problem.as_json(),
        status_code=problem.status,
        headers={**ready, **(headers or {})},
        media_type=MEDIA_TYPE,
    )


def _complaint(fault: str) -> Complaint:
    """Take a fault of a policy apart: ``line 3, column 5: what``."""
    where, mark, what = fault.partition(": ")
    return Complaint(where=where, what=what) if mark else Complaint(where="policy", what=fault)
