"""The trail: what is on record, who did it, for whom, and who sent it."""

from typing import Any

from fastapi import APIRouter, Response

from api.http.trail import list_trail
from api.web.visit import Visiting, told

router = APIRouter(include_in_schema=False)
SUBJECT_MAX = 300


@router.get("/trail")
def show_trail(visit: Visiting) -> Response:
    """Show what happened to a subject, or at all, the newest first."""
    subject = visit.text("subject", SUBJECT_MAX)
    stream = subject if ":" in subject or not subject else f"project:{subject}"
    found = told(list_trail(visit.look, visit.paging(), subject=stream or None))
    return visit.page(
        "trail.html",
        rows=_worded(found),
        next=found["next"],
        not_shown=found["not_shown"],
        subject=subject,
    )


def trail_rows(answer: Response) -> list[dict[str, Any]]:
    """Return the entries of a trail the API answers with, each with the key of its word."""
    return _worded(told(answer))


def _worded(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {**row, "word": row["topic"].partition("/")[0].replace(".", "_")} for row in found["trail"]
    ]
