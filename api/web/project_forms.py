"""What the forms on the page of a project share."""

from collections.abc import Callable
from urllib.parse import quote

from fastapi import Response

from api.http.acting import Told
from api.web.post import Post
from api.web.project import project_page
from api.web.returned import attempt
from api.web.typed import Typed
from api.web.visit import Visit


def send(
    post: Post, visit: Visit, code: str, act: str, do: Callable[[], Told], about: str = ""
) -> Response:
    """Carry out what a form of a project's page asks for, or show the page again with why not."""

    def done() -> Response:
        return post.done(address(code), do().position)

    return attempt(post, act, done, lambda back: project_page(visit, code, back), about)


def address(code: str) -> str:
    """Return the address of a project's page."""
    return f"/projects/{quote(code, safe='')}"


def typed(visit: Visit) -> Typed:
    """Return what reads the fields of a reader's forms."""
    return Typed(visit.words, visit.look.zone)


def version(post: Post) -> int | None:
    """Return the version of the subject that was looked at when the form was shown."""
    given = post.text("version")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 16 else None
