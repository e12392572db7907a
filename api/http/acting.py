"""What routes that act share: the act of whoever signed in, and the form of every answer."""

import re
from collections.abc import Awaitable, Callable
from functools import cached_property
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api import door
from api.house import House
from api.problems import Turned
from api.settings import Settings
from api.sight import sight_of
from api.sign_in import Role, SignedInPerson
from domain.act import Act
from projections.hiding import Hidden
from workflows.desk import Answer

BASE = "/api/v1"
_VERSION = re.compile(r'"([0-9]{1,15})"')


class Told(BaseModel):
    """What an act came to: the fields of its answer, and the head of the log after it."""

    model_config = ConfigDict(extra="allow")

    position: int = Field(description="Head of the log once the act was recorded.")


def house_of(request: Request) -> House:
    """Return the house this application serves."""
    house: House = request.app.state.house
    return house


def settings_of(request: Request) -> Settings:
    """Return the settings of this application."""
    settings: Settings = request.app.state.settings
    return settings


def person_of(request: Request) -> SignedInPerson:
    """Return whoever the wall let through."""
    person: SignedInPerson = request.state.person
    return person


GivenKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="1-128 visible ASCII characters; the same key and body give the same answer.",
    ),
]


class Acting:
    """One person, about to act over HTTP.

    Attributes:
        house: where the act is carried out.
        person: who signed in.
    """

    def __init__(self, request: Request, response: Response, key: str) -> None:
        """Act under an idempotency key."""
        self.house = house_of(request)
        self.person = person_of(request)
        self._response = response
        self._key = key
        request.state.headers = {"Idempotency-Key": key}
        response.headers["Idempotency-Key"] = key

    @cached_property
    def act(self) -> Act:
        """Return the act; made only when needed: an unreadable request makes nobody known."""
        known = door.act_of(self.house, self.person, self._key)
        return known.changed(unseen=self.unseen)

    @cached_property
    def unseen(self) -> Hidden:
        """Return the streams of the projects that are not shown to this person."""
        return sight_of(self.house, self.person).hidden

    @cached_property
    def founding(self) -> Act:
        """Return the act that founds the office."""
        return door.founding_act(self.house, self.person, self._key)

    def told(self, answer: Answer) -> Told:
        """Return what an act came to."""
        self._response.headers["Quorate-Position"] = str(answer.position)
        if answer.repeated:
            self._response.headers["Idempotency-Replayed"] = "true"
        return Told(position=answer.position, **answer.content)

    def made(self, answer: Answer, place: str) -> Told:
        """Return what an act made, and where it is: ``place`` names fields of the answer."""
        words = {name: quote(str(value), safe="/") for name, value in answer.content.items()}
        self._response.headers["Location"] = f"{BASE}{place.format(**words)}"
        return self.told(answer)

    def made_review(self, answer: Answer) -> Told:
        """Return what an act made, and where its review is."""
        code = str(answer.content["review"]).removeprefix("review:")
        self._response.headers["Location"] = f"{BASE}/reviews/{quote(code, safe='/')}"
        return self.told(answer)


def _opened_by(roles: tuple[Role, ...]) -> Callable[..., Awaitable[Acting]]:
    # Asynchronous, as every dependency that waits for nothing: no change of thread for it.
    async def enter(request: Request, response: Response, key: GivenKey = None) -> Acting:
        door.require_role(person_of(request), roles)
        return Acting(request, response, door.require_key(key))

    return enter


Member = Annotated[Acting, Depends(_opened_by(door.ACTING))]
Founder = Annotated[Acting, Depends(_opened_by(door.FOUNDING))]


async def _version(
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match", description='ETag of what you saw, for example `"7"`; `*` is any.'
        ),
    ] = None,
) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    match = _VERSION.fullmatch(if_match.strip())
    if match is None:
        raise Turned(
            "malformed_header",
            "If-Match is not one strong ETag of a project or review",
            'Send the ETag as it came, quotation marks included, for example "7", or leave it out.',
        )
    return int(match[1])


IfMatch = Annotated[int | None, Depends(_version)]
