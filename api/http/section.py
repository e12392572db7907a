"""Routes of one area of the API, passed over at once by requests that are none of its own.

FastAPI tries each route in turn, and looks again in every router on the way to the one it found.
With some hundred routes that is a fifth of what the loop does for a request.
"""

from functools import cached_property

from fastapi import APIRouter
from starlette.routing import Match
from starlette.types import Scope

from api.http.acting import BASE

_ANY = "*"


class Section(APIRouter):
    """The routes of one area; included in the application itself, under `BASE`."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return whether a request is for one of them, as every router does; mostly at a glance."""
        if scope["type"] == "http" and not self._may_have(scope["path"]):
            return Match.NONE, {}
        return super().matches(scope)

    def _may_have(self, path: str) -> bool:
        first, third = _words(path.removeprefix(BASE))
        return (first, third) in self._heads or (first, _ANY) in self._heads

    @cached_property
    def _heads(self) -> frozenset[tuple[str, str]]:
        """Return first and third word of every route, the third being any where it is a field."""
        return frozenset(_head(getattr(route, "path", "")) for route in self.routes)


def _head(path: str) -> tuple[str, str]:
    first, third = _words(path)
    return first, _ANY if "{" in third or ":path}" in path else third


def _words(path: str) -> tuple[str, str]:
    parts = path.split("/", 4)
    return parts[1] if len(parts) > 1 else "", parts[3] if len(parts) > 3 else ""
