"""What is due to be disposed of, gathered for every door: the API, pages, the command line."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache, partial
from typing import Any, NamedTuple

from api.house import House
from api.http.folded import folded
from domain.baselines import GOING
from domain.disposal import Disposal, Due, disposal_stream
from domain.event import stream_code
from domain.retention import Begins, RecordKind, Schedule
from projections.as_of import AsOf
from projections.hiding import Hidden, names_hidden
from projections.reading import Page
from projections.register import register
from workflows.shelf import Shelf

_OF_NO_PROJECT = "portfolio."
"""How the code of a review begins that is about a portfolio, or several of its projects."""


class Wanted(NamedTuple):
    """Which records are wanted.

    Attributes:
        on: the day by which they are due.
        hidden: streams of projects that are not shown to whoever asks.
        after: only subjects after this one. limit: rows at most, all of them when absent.
    """

    on: date
    hidden: Hidden = frozenset()
    after: str | None = None
    limit: int | None = None


class DueList(NamedTuple):
    """Records that are due, in the order of subjects; and the last subject where there are more."""

    rows: tuple[Due, ...]
    next: str | None


def due_list(house: House, at: AsOf, wanted: Wanted) -> DueList:
    """Return the records that are due at a place in the log, those under a legal hold included."""
    state = lru_cache(maxsize=None)(partial(folded, house, at=at))
    shelf = Shelf(house.log, state, at.position)
    rows: list[Due] = []
    schedule = shelf.schedule
    for subject in _subjects(house, at, schedule):
        if (wanted.after is not None and subject <= wanted.after) or not state(subject):
            continue
        if _is_hidden(subject, state(subject), wanted.hidden):
            continue
        if wanted.limit is not None and len(rows) >= wanted.limit:
            return DueList(tuple(rows), rows[-1].record.subject)
        rows += shelf.due(subject, wanted.on)
    return DueList(tuple(rows), None)


def schedule_at(house: House, at: AsOf) -> Schedule | None:
    """Return the retention schedule in force at a place in the log, none before the first."""
    found: Schedule | None = folded(house, "retention:1", at)
    return found


def disposals_at(house: House, at: AsOf, hidden: Hidden) -> list[Disposal]:
    """Return the disposals at a place in the log, the newest first, without what is not shown."""
    streams = house.log.streams("disposal")
    found = [folded(house, disposal_stream(n), at) for n in range(len(streams), 0, -1)]
    return [
        one
        for one in found
        if one is not None and not any(names_hidden(subject, hidden) for subject in one.subjects)
    ]


def told(due: Due, hidden: Hidden) -> dict[str, Any]:
    """Return a record that is due as it is told, a hold on what is hidden without its name."""
    record = due.record
    return {
        "subject": record.subject,
        "under": record.under,
        "basis": record.basis,
        "kept_until": record.kept_until and record.kept_until.isoformat(),
        "positions": [item.position for item in record.items],
        "files": sorted({item.sha256 for item in record.items if item.sha256 is not None}),
        "holds": [
            {"on": hold.on, "hold": hold.hold, "reference": hold.reference}
            if not names_hidden(hold.on, hidden)
            else {"on": None, "hold": hold.hold, "reference": None}
            for one in due.holds
            for hold in one.in_force
        ],
    }


def _subjects(house: House, at: AsOf, schedule: Schedule | None) -> Iterator[str]:
    """Yield the streams something may be due of, in their order."""
    if schedule is None:
        return
    kinds = {one.kind for one in schedule.classes}
    rows = register(house.views.reading, at, page=Page(limit=None)).found
    ended = {row.code for row in rows if row.standing not in GOING}
    if kinds & {RecordKind.EVIDENCE, RecordKind.PROJECT_WORDS}:
        yield from (f"project:{code}" for code in sorted(ended))
    talk = schedule.of(RecordKind.REVIEW_WORDS)
    if talk is None:
        return
    for stream in house.log.streams("review"):
        code = stream_code(stream)
        own = code.partition("/")[0]
        if talk.begins is Begins.RULED or own in ended or code.startswith(_OF_NO_PROJECT):
            yield stream


def _is_hidden(subject: str, state: Any, hidden: Hidden) -> bool:
    about = getattr(state, "subjects", ())
    return names_hidden(subject, hidden) or any(one in hidden for one in about)
