"""A form that was refused comes back with every word that stood in it, and with why."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from api import problems
from api.http.validity import complaints
from api.problems import Problem, Turned, of_kind, path_of
from api.web.post import Post
from domain.refusals import Refused

INVALID = "invalid_request"


class Returned(NamedTuple):
    """A form that came back.

    Attributes:
        act: which of the forms of its page. about: what it is about, where there are several.
        problem: why it came back.
        fields: what stood in it, every value of every field.
        seen: head of the log when it was shown, so that what changed since can be said.
    """

    act: str
    about: str
    problem: Problem
    fields: Mapping[str, tuple[str, ...]]
    seen: int

    def was(self, act: str, about: object = "") -> bool:
        """Return whether it is the form of an act."""
        return (self.act, self.about) == (act, str(about))

    def value(self, name: str, place: int = 0) -> str:
        """Return what stood in a field, by its place where there are several of that name."""
        values = self.fields.get(name, ())
        return values[place] if place < len(values) else ""


def attempt(
    post: Post,
    act: str,
    do: Callable[[], Response],
    show: Callable[[Returned], Response],
    about: str = "",
) -> Response:
    """Carry a form out, or show its page again with what was wrong.

    Args:
        post: the form.
        act: which of the forms of its page.
        do: carries it out and leads on.
        show: shows the page again.
        about: what the form is about, where there are several.

    Raises:
        Turned: its page looks back, where there is no form to come back to.
    """
    post.require_now()
    try:
        return do()
    except (Refused, Turned, RequestValidationError, ValidationError) as fault:
        problem = problem_of(post.request, fault)
    seen = post.text("seen")
    known = int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 16 else 0
    response = show(Returned(act, about, problem, post.every(), known))
    response.status_code = problem.status
    return response


def problem_of(request: Request, fault: Exception) -> Problem:
    """Return the problem that says a refusal, whichever door refused."""
    path = path_of(request)
    match fault:
        case Refused():
            return problems.of_refusal(fault, path)
        case Turned():
            return of_kind(fault.code, path, fault.why, fault.fix)
        case RequestValidationError() | ValidationError():
            found = complaints(fault.errors())
            first = f"{found[0].where} {found[0].what}" if found else "the form does not fit"
            return of_kind(INVALID, path, first, "Mend what is listed and send it again.", found)
    raise AssertionError(f"no problem says {fault!r}") from fault
