"""One page looked at: by whom, from which place in the log, on which of the two clocks."""

import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from api.http.acting import settings_of
from api.http.looking import Looking, Paging, looking
from api.web.frame import OK, Frame, linked
from api.web.words import catalogue
from domain.base import moment_text
from domain.refusals import Malformed

LOOKED_MAX = 40
"""Characters of a position, moment or day that is looked back to."""
CURSOR_MAX = 200


class Visit(Frame):
    """One page looked at by somebody signed in.

    Attributes:
        look: the question as the API takes it.
        as_of, effective: the two clocks as they were asked for: what was known at a position,
            moment or day; what held at a moment or day, however late it was recorded.
        at: the instant of ``effective``.
    """

    def __init__(self, request: Request, look: Looking, as_of: str, effective: str) -> None:
        """Look from a place in the log."""
        super().__init__(request)
        self.look = look
        self.as_of = as_of
        self.effective = effective
        self.at: datetime | None = look.instant(effective or None)

    def text(self, name: str, longest: int = 200) -> str:
        """Return a field of the query, empty where it is absent.

        Raises:
            Malformed: it is longer than anything it could mean.
        """
        return _field(self.request, name, longest)

    def chosen(self, name: str, among: Any) -> Any:
        """Return a field of the query that is one of some values, None where it is absent.

        Raises:
            Malformed: it is none of them.
        """
        given = self.text(name)
        if given and given not in set(among):
            raise Malformed(
                f"{name}={given} is not one of {', '.join(among)}", fix="Choose one of the list."
            )
        return given or None

    def paging(self, limit: int | None = None) -> Paging:
        """Return which part of a list is looked at."""
        return Paging(
            self.text("cursor", CURSOR_MAX) or None,
            limit or settings_of(self.request).page_limit,
        )

    def whole(self, limit: int | None = None) -> Paging:
        """Return the beginning of a list beside the one that is looked through page by page."""
        return Paging(None, limit or settings_of(self.request).page_limit_max)

    def to(self, path: str, **query: Any) -> str:
        """Return a link that stays at the place looked at."""
        return linked(path, {**query, **self._place()})

    def page(self, template: str, status: int = OK, **content: Any) -> Response:
        """Return a page made of a template.

        Args:
            template: its name.
            status: of the answer.
            content: what the template shows; ``two_clocks=True`` where it takes both clocks.
        """
        place = self._place()
        around = {
            "to": self.to,
            "further": self._further,
            "place": place,
            "back": self._back() if place else None,
            "acts_open": not place,
            "kept": [
                (name, value)
                for name, value in self.request.query_params.items()
                if name not in {"as_of", "effective", "cursor", "said", "min_position"}
            ],
            "two_clocks": False,
            "told": self._told(),
            "asked_as_of": self.as_of,
            "asked_effective": self.effective,
            "here": self.look.here.position,
            "here_moment": moment_text(self.look.here.moment),
        }
        return super().page(template, status, **{**around, **content})

    def _place(self) -> dict[str, str]:
        place = {"as_of": self.as_of, "effective": self.effective}
        return {name: value for name, value in place.items() if value}

    def _further(self, cursor: object) -> str:
        """Return the link to the next part of the list that is looked at."""
        return linked(self.request.url.path, {**dict(self.request.query_params), "cursor": cursor})

    def _told(self) -> str:
        """Return which of the words under ``told`` says what was just done; none for any other."""
        said = self.text("said")
        return said if f"told.{said}" in catalogue(self.words.language) else ""

    def _back(self) -> str:
        """Return the link to the same page, now."""
        query = dict(self.request.query_params.items())
        for name in ("as_of", "effective", "cursor"):
            query.pop(name, None)
        return linked(self.request.url.path, query)


def told(response: Response) -> dict[str, Any]:
    """Return what the API answers: a page shows that, and nothing beside it."""
    answered: dict[str, Any] = json.loads(bytes(response.body))
    return answered


def _visiting(request: Request) -> Visit:
    as_of = _field(request, "as_of", LOOKED_MAX)
    effective = _field(request, "effective", LOOKED_MAX)
    waited = _field(request, "min_position", LOOKED_MAX)
    wanted = int(waited) if waited.isascii() and waited.isdecimal() and len(waited) < 16 else None
    return Visit(request, looking(request, as_of or None, wanted), as_of, effective)


Visiting = Annotated[Visit, Depends(_visiting)]


def _field(request: Request, name: str, longest: int) -> str:
    given = request.query_params.get(name, "").strip()
    if len(given) > longest:
        raise Malformed(f"{name} is longer than {longest} characters", fix="Write less of it.")
    return given
