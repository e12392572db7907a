"""A form that was refused: why and what to do, shown again with everything that was typed."""

from collections.abc import Callable
from typing import NamedTuple

from fastapi.exceptions import RequestValidationError

from api.http.acting import Acting, Told
from api.http.validity import complaints
from api.problems import REFUSALS, Complaint
from api.web.post import Post
from domain.refusals import Refused

UNFIT = 422
FAULTS = (Refused, RequestValidationError)
"""What a form is shown again for; whatever else goes wrong has a page of its own."""


class Refusal(NamedTuple):
    """Why a form was not carried out.

    Attributes:
        code: stable name of the reason.
        errors: each field that does not fit, where there are such.
    """

    status: int
    code: str
    why: str
    fix: str
    errors: tuple[Complaint, ...] = ()


def refusal(fault: Exception) -> Refusal:
    """Return why a form was not carried out; ``fault`` is one of `FAULTS`."""
    if isinstance(fault, Refused):
        return Refusal(REFUSALS[type(fault)].status, fault.code, fault.why, fault.fix)
    assert isinstance(fault, RequestValidationError), "one of FAULTS"
    errors = complaints(fault.errors())
    said = "; ".join(f"{one.where.partition('.')[2] or one.where} {one.what}" for one in errors)
    return Refusal(UNFIT, "invalid_request", said, "", errors)


def tried(post: Post, act: Callable[[Acting], Told]) -> Told | Refusal:
    """Return what an act came to, or why it was refused.

    Raises:
        Turned: the page was looking back.
    """
    try:
        return act(post.member())
    except FAULTS as fault:
        return refusal(fault)
