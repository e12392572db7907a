"""How a reader wants to read: language and time zone, kept in their browser."""

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from api.web.frame import LANGUAGE_COOKIE, ZONE_COOKIE, zones
from api.web.post import Posting
from api.web.sessions import local_path
from api.web.visit import Visiting
from api.web.words import LANGUAGES
from domain.refusals import Malformed

router = APIRouter(include_in_schema=False)
KEPT_S = 400 * 24 * 3600
"""A year and a bit: browsers keep no cookie for longer."""


@router.get("/preferences")
def show_preferences(visit: Visiting) -> Response:
    """Show the form for language and time zone."""
    return visit.page("preferences.html", zones=zones(), languages=LANGUAGES)


@router.post("/preferences")
def set_preferences(post: Posting) -> Response:
    """Keep language and time zone in the browser; nothing of it is recorded."""
    language, zone = post.text("language"), post.text("zone")
    if language not in LANGUAGES:
        raise Malformed("there is no such language here", fix=f"Choose {' or '.join(LANGUAGES)}.")
    if zone and zone not in zones():
        raise Malformed(f"there is no time zone {zone}", fix="Choose one, such as Europe/Berlin.")
    response = RedirectResponse(local_path(post.text("next") or "/preferences"), status_code=303)
    for name, value in ((LANGUAGE_COOKIE, language), (ZONE_COOKIE, zone)):
        age = KEPT_S if value else 0
        response.set_cookie(name, value, max_age=age, httponly=True, samesite="lax")
    return response
