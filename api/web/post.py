"""One form sent: shown to be ours, by somebody signed in, about now; and where it leads."""

from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from api import door
from api.http.acting import Acting
from api.problems import Turned
from api.sign_in import Role
from api.web.frame import linked
from api.web.sessions import local_path, require_ours

FIELDS_MAX = 300
FILES_MAX = 1
FIELD_BYTES_MAX = 200_000
TOO_LARGE = 413
READS = frozenset({"GET", "HEAD"})


class Post:
    """One form, sent by a page of ours.

    Attributes:
        fields: what was filled in, by name; the last, where one name came twice.
    """

    def __init__(self, request: Request, form: FormData) -> None:
        """Take a form."""
        self.request = request
        self._form = form
        self.fields: Mapping[str, str] = {
            name: value for name, value in form.multi_items() if isinstance(value, str)
        }

    def text(self, name: str) -> str:
        """Return a field without white space around it, empty where it was not filled in."""
        return self.fields.get(name, "").strip()

    def texts(self, name: str) -> list[str]:
        """Return every value of a field, for boxes that may be ticked together."""
        return [value for value in self._form.getlist(name) if isinstance(value, str)]

    def every(self) -> Mapping[str, tuple[str, ...]]:
        """Return every value of every field, for a form that comes back as it was filled in."""
        return {name: tuple(self.texts(name)) for name in self.fields}

    def file(self, name: str) -> UploadFile | None:
        """Return a file that was chosen, None where none was."""
        given = self._form.get(name)
        return given if isinstance(given, UploadFile) and given.filename else None

    def filled(self, *names: str) -> dict[str, Any]:
        """Return those fields that were filled in, for a command to be made of them."""
        return {name: self.text(name) for name in names if self.text(name)}

    def member(self, roles: tuple[Role, ...] = door.ACTING) -> Acting:
        """Return whoever acts, as the routes of the API take them.

        Raises:
            NotPermitted: none of their roles opens this door.
            Turned: the page was looking back.
        """
        door.require_role(self.request.state.person, roles)
        self.require_now()
        key = door.require_key(self.text("key") or None)
        return Acting(self.request, Response(), key)

    def require_now(self) -> None:
        """Refuse a form of a page that looks back.

        Raises:
            Turned: it does.
        """
        if self.request.query_params.keys() & {"as_of", "effective"}:
            raise Turned(
                "looking_back",
                "this page looks back, and nothing can be done in the past",
                "Go back to now, look at what has changed since, and do it there.",
            )

    def done(self, path: str, position: int, said: str = "done") -> Response:
        """Return the way on to a page that has seen what was done.

        Args:
            path: of that page.
            position: head of the log once it was recorded.
            said: what the page says was done: a key of the words under ``told``.
        """
        query = {"said": said, "min_position": position}
        return RedirectResponse(linked(local_path(path), query), status_code=303)


async def genuine(request: Request) -> AsyncIterator[None]:
    """Refuse whatever changes something and was not sent by a page of ours for this visitor.

    Raises:
        Turned: it was not, or cannot be read as a form.
    """
    try:
        if request.method not in READS:
            require_ours(request, (await _form(request)).get("token"))
        yield
    finally:
        # Files of a form lie on the disk until it is closed.
        await request.close()


async def _posting(request: Request) -> Post:
    return Post(request, await _form(request))


Posting = Annotated[Post, Depends(_posting)]


async def _form(request: Request) -> FormData:
    limits = {"max_files": FILES_MAX, "max_fields": FIELDS_MAX, "max_part_size": FIELD_BYTES_MAX}
    try:
        return await request.form(**limits)
    except HTTPException as fault:
        if fault.status_code == TOO_LARGE:
            raise
        why = f"the form cannot be read: {fault.detail}"
        raise Turned("bad_request", why, "Send it from the page it belongs to.") from None
