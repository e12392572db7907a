"""What routes that look share: the place in the log they look from, and the form of answers."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any, NamedTuple

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import from_json, to_json

from api.door import READING, require_role
from api.house import House
from api.http.acting import house_of, person_of, settings_of
from api.problems import Turned
from api.sight import Sight, sight_of
from api.sign_in import SignedInPerson
from domain.base import INTEGER_MAX, Moment, moment_text
from domain.refusals import Malformed, NotKnown
from projections.as_of import AsOf, as_of, instant
from projections.reading import Answer, Page, Views
from workflows.calendar import day_of

Content = Mapping[str, Any]

AsOfGiven = Annotated[
    str | None,
    Query(
        alias="as_of",
        max_length=40,
        description="A position, a moment with its offset, or a date: the end of that day in the"
        " office's zone. Now, when absent.",
    ),
]
Effective = Annotated[
    str | None,
    Query(max_length=40, description="As it was then: a moment with its offset, or a date."),
]
MinPosition = Annotated[
    int | None,
    Query(ge=0, le=INTEGER_MAX, description="Wait until the views have seen this position."),
]


class Seen(BaseModel):
    """An answer to a question, and the place in the log at which it holds."""

    model_config = ConfigDict(extra="allow")

    position: int = Field(description="Place in the log at which the answer holds.")
    as_of: Moment | None = Field(description="The instant at which the answer holds.")


class Looking:
    """One question, asked from one place in the log.

    Attributes:
        house: whose log it is.
        person: who asks.
        sight: what is shown to them; worked out today, wherever they look back to.
        views: where to ask; what is hidden from them is not in there.
        asked: the place looked back to; now, when absent.
    """

    def __init__(self, request: Request, asked: AsOf | None) -> None:
        """Look from a place in the log."""
        self._request = request
        self.house = house_of(request)
        self.person: SignedInPerson = person_of(request)
        self.asked = asked

    @cached_property
    def sight(self) -> Sight:
        """Return what is shown to whoever asks."""
        return sight_of(self.house, self.person)

    @cached_property
    def views(self) -> Views:
        """Return the views, without what is hidden from whoever asks."""
        return self.house.views.reading.seen_without(self.sight.hidden)

    @property
    def zone(self) -> str:
        """Return the office's time zone.

        Raises:
            NotKnown: there is no office yet.
        """
        return self.house.desk.load().office().zone

    def instant(self, asked: str | None) -> datetime | None:
        """Return the moment a parameter names; a bare date is the end of that day here."""
        return None if asked is None else instant(asked, self.zone)

    @cached_property
    def here(self) -> AsOf:
        """Return the place itself, for what is read from the log and not from a view."""
        if self.asked is not None:
            return self.asked
        head = self.house.log.head()
        return AsOf(position=head, moment=self.house.log.clock(head) or self.house.now())

    @cached_property
    def moment(self) -> datetime:
        """Return the instant asked about, for what changes as time goes by: seats, policies."""
        return self.house.now() if self.asked is None else self.asked.moment

    @property
    def day(self) -> str:
        """Return the day asked about, in the office's zone."""
        return day_of(self.moment, self.zone).isoformat()

    def answer(
        self, found: Answer[Any] | AsOf, content: Content, headers: Mapping[str, str] | None = None
    ) -> Response:
        """Return what was found, with the place at which it holds."""
        told = self.sight.named({**_place(found), **content})
        return _response(found, to_json(told, by_alias=True), headers)

    def page(self, found: Answer[Any], content: Content) -> Response:
        """Return one page of a list, with a link to the next that stays at the same place.

        ``not_shown`` counts what belongs on this page and is hidden from whoever asks.
        """
        return self.answer(found, {**content, **_rest(found)}, self._link(found))

    def page_of(self, found: Answer[Any], name: str, objects: Iterable[str]) -> Response:
        """Return one page of a list of what is JSON already, as `page` does."""
        if self.sight.hidden:
            return self.page(found, {name: [from_json(one) for one in objects]})
        place, rest = to_json(_place(found))[:-1], to_json(_rest(found))[1:]
        listed = f',"{name}":[{",".join(objects)}],'.encode()
        return _response(found, place + listed + rest, self._link(found))

    def _link(self, found: Answer[Any]) -> dict[str, str]:
        if found.next is None:
            return {}
        url = self._request.url.include_query_params(cursor=str(found.next), as_of=found.position)
        return {"Link": f'<{url.path}?{url.query}>; rel="next"'}


def _place(found: Answer[Any] | AsOf) -> Content:
    moment = found.moment if isinstance(found, AsOf) else found.as_of
    return {"position": found.position, "as_of": moment and moment_text(moment)}


def _rest(found: Answer[Any]) -> Content:
    following = None if found.next is None else str(found.next)
    return {"next": following, "not_shown": found.not_shown}


def _response(
    found: Answer[Any] | AsOf, content: bytes, headers: Mapping[str, str] | None
) -> Response:
    told = {"Quorate-Position": str(found.position), **(headers or {})}
    return Response(content, media_type="application/json", headers=told)


def looking(request: Request, given: AsOfGiven = None, min_position: MinPosition = None) -> Looking:
    """Return the question of whoever signed in, once the views have seen what it is about."""
    require_role(person_of(request), READING)
    house = house_of(request)
    asked = None
    if given is not None:
        asked = as_of(given, house.log, house.desk.load().office().zone)
    wanted = max(min_position or 0, 0 if asked is None else asked.position)
    if wanted:
        _wait(house, wanted, request)
    elif asked is None:
        # What was recorded before this request is in its answer, or the answer's position tells.
        house.views.wait_for(house.log.head(), settings_of(request).view_grace_s)
    return Looking(request, asked)


def _wait(house: House, position: int, request: Request) -> None:
    wait_s = settings_of(request).view_wait_s
    head = house.log.head()
    if position > head:
        raise NotKnown(
            f"the log ends at position {head}; there is no {position} to wait for",
            fix="Give a position that an answer told you, or leave min_position out.",
        )
    if not house.views.wait_for(position, wait_s):
        raise Turned(
            "views_behind",
            f"the views have not seen position {position} within {wait_s:g} seconds;"
            f" the log ends at {head}",
            "Ask again in a moment, or leave min_position out.",
        )


Look = Annotated[Looking, Depends(looking)]


class Paging(NamedTuple):
    """Which part of a list is wanted, as it was asked for."""

    cursor: str | None
    limit: int

    def by_code(self) -> Page:
        """Return the page of a list in the order of codes."""
        return Page(self.cursor, self.limit)

    def by_position(self) -> Page:
        """Return the page of a list in the order of positions.

        Raises:
            Malformed: the cursor is not one of such a list.
        """
        if self.cursor is None:
            return Page(None, self.limit)
        return Page(self.place(), self.limit)

    def place(self) -> int | None:
        """Return the position a cursor names."""
        if self.cursor is None:
            return None
        if not (self.cursor.isascii() and self.cursor.isdecimal() and len(self.cursor) <= 15):
            raise Malformed(
                f"{self.cursor!r} is no cursor of this list",
                fix="Follow the link to the next page as it was given.",
            )
        return int(self.cursor)


async def _paging(
    request: Request,
    cursor: Annotated[
        str | None, Query(max_length=200, description="Where the page before ended.")
    ] = None,
    limit: Annotated[
        int | None, Query(ge=1, le=INTEGER_MAX, description="Rows wanted at most.")
    ] = None,
) -> Paging:
    settings = settings_of(request)
    if limit is not None and limit > settings.page_limit_max:
        raise Malformed(
            f"a page holds at most {settings.page_limit_max} rows, not {limit}",
            fix="Ask for less, and follow the link to the next page.",
        )
    return Paging(cursor, limit or settings.page_limit)


Pages = Annotated[Paging, Depends(_paging)]


def dicts(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Return rows as objects by field."""
    return [row._asdict() for row in rows]
