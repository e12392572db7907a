"""What was wrong and what to do about it, as a page."""

from collections.abc import Mapping

from fastapi import Request
from fastapi.responses import Response

from api.problems import Problem
from api.web.frame import PAGE_HEADERS, Frame


def problem_page(request: Request, problem: Problem, headers: Mapping[str, str]) -> Response:
    """Return a problem as a page, with the way back."""
    frame = Frame(request)
    response = frame.page("problem.html", problem.status, problem=problem)
    # What answers a fault stands outside the wall of pages, and brings the headers of data.
    for name, value in {**headers, **PAGE_HEADERS}.items():
        response.headers[name] = value
    return response
