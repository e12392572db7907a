"""What was wrong and what to do about it, as a page."""

from collections.abc import Mapping

from fastapi import Request
from fastapi.responses import Response

from api.problems import Problem
from api.web.frame import Frame


def problem_page(request: Request, problem: Problem, headers: Mapping[str, str]) -> Response:
    """Return a problem as a page, with the way back."""
    frame = Frame(request)
    response = frame.page("problem.html", problem.status, problem=problem)
    for name, value in headers.items():
        response.headers[name] = value
    return response
