"""Take-ons: the control totals of a book somebody prepared, and its confirmation by a second."""

from fastapi import APIRouter, Response

from api import door
from api.http.takeons import Digest, confirm_take_on, show_take_on
from api.web.post import Posting
from api.web.returned import Returned, attempt
from api.web.visit import Visit, Visiting, told

router = APIRouter(include_in_schema=False)


@router.get("/take-ons/{digest}")
def show_book(digest: Digest, visit: Visiting) -> Response:
    """Show a book with its control totals, for whoever is to confirm it."""
    return _page(visit, digest)


@router.post("/take-ons/{digest}")
def confirm(digest: Digest, post: Posting, visit: Visiting) -> Response:
    """Confirm a book somebody else prepared."""

    def act() -> Response:
        told = confirm_take_on(digest, post.member(door.FOUNDING))
        return post.done(f"/take-ons/{digest}", told.position, "confirmed")

    return attempt(post, "confirm", act, lambda sent: _page(visit, digest, sent))


def _page(visit: Visit, digest: str, sent: Returned | None = None) -> Response:
    book = told(show_take_on(digest, visit.look))["take_on"]
    return visit.page("takeon.html", book=book, sent=sent)
