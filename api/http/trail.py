"""The trail: who did what when, read from the log itself; and single events, byte for byte."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Annotated, Any

from fastapi import Path, Query, Response
from pydantic_core import from_json

from api.door import RAW, require_role
from api.http.looking import Look, Looking, Pages, Paging, Seen
from api.http.section import Section
from api.http.shown import NEVER_SHOWN, Names, texts
from domain.base import INTEGER_MAX, Code
from domain.catalogue import UnreadableEvent
from domain.event import leaf_hash
from domain.project import project_stream
from domain.refusals import NotKnown
from projections.reading import Answer
from projections.register import project
from projections.trail import Span, trail
from workflows.store.contract import Log

router = Section(tags=["trail"])

PAGE = 500
"""Events read from the log by one statement."""

Subject = Annotated[
    str | None, Query(max_length=300, description="A stream, for example `project:APX-042`.")
]
After = Annotated[
    int | None,
    Query(ge=0, le=INTEGER_MAX, description="Oldest first, from above this position."),
]
Position = Annotated[int, Path(ge=1, le=INTEGER_MAX)]


@router.get("/trail", response_model=Seen)
def list_trail(look: Look, pages: Pages, subject: Subject = None, after: After = None) -> Response:
    """List what happened to a subject, or at all, the newest first."""
    found = trail(look.views, subject, look.asked, _span(pages, after))
    return look.page(found, {"trail": _entries(look, found)})


@router.get("/projects/{code}/trail", response_model=Seen)
def list_project_trail(code: Code, look: Look, pages: Pages, after: After = None) -> Response:
    """List what happened to a project and in the reviews about it, the newest first."""
    project(look.views, code, look.asked)
    found = trail(look.views, project_stream(code), look.asked, _span(pages, after))
    return look.page(found, {"trail": _entries(look, found)})


@router.get("/events/{position}", response_model=Seen)
def show_event(position: Position, look: Look) -> Response:
    """Show one event: its exact bytes as text, their leaf hash, and its private fields."""
    require_role(look.person, RAW)
    here = look.here
    recorded = look.house.log.at(position) if position <= here.position else None
    if recorded is None:
        raise NotKnown(f"there is no position {position}; the log ends at {here.position}")
    if not look.sight.shows(recorded):
        raise NotKnown(f"what is at position {position} is not shown to you")
    disclosures = [
        {"name": held.name, "disclosure": held.text}
        for held in look.house.log.disclosed([position])
        if held.name not in NEVER_SHOWN
    ]
    event = {
        "position": position,
        "content": recorded.content.decode(),
        "leaf": leaf_hash(recorded.content).hex(),
        "disclosures": disclosures,
    }
    return look.answer(here, {"event": event})


def _span(pages: Paging, after: int | None) -> Span:
    if after is None:
        return Span(before=pages.place(), limit=pages.limit)
    place = pages.place()
    return Span(after=after if place is None else place, limit=pages.limit)


def _entries(look: Looking, found: Answer[tuple[int, ...]]) -> list[dict[str, Any]]:
    names, words = Names(look.house), texts(look.house, found.found)
    entries = []
    for position, fields in happened(look.house.log, found.found):
        entries.append(
            {
                "position": position,
                **_header(fields, names),
                "texts": words.get(position, {}),
            }
        )
    return entries


def happened(log: Log, positions: Iterable[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield what the bytes at some positions say, once they have the hash kept with them.

    Raises:
        UnreadableEvent: they have not.
    """
    waiting = iter(positions)
    # So many by one statement, and no more of them in memory.
    while page := list(islice(waiting, PAGE)):
        rows = {row.position: row for row in log.leaves_at(page)}
        for position in page:
            row = rows.get(position)
            if row is None:
                raise UnreadableEvent(f"position {position}: there is no event")
            if not isinstance(row.content, bytes) or leaf_hash(row.content) != row.leaf:
                raise UnreadableEvent(f"position {position}: the bytes do not have their kept hash")
            yield position, from_json(row.content)


_HEADER = (
    "topic stream version at effective_at by on_behalf_of recorded_by channel corrects source_ref"
    " data"
).split()


def _header(fields: dict[str, Any], names: Names) -> dict[str, Any]:
    shown = {name: fields.get(name) for name in _HEADER}
    return names.of(shown, "by", "on_behalf_of", "recorded_by")
