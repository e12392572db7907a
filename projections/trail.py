"""Who did what when: the log itself, with an index of the positions that concern a subject.

A subject is concerned by the events of its own stream, by those of every review about it and by
refusals of acts on it; a person besides by every act done, sent or stood in for. The events
themselves are read from the log.
"""

from collections.abc import Iterable
from typing import NamedTuple

from pydantic_core import to_json

from domain.base import Json
from projections.as_of import AsOf
from projections.hiding import names_hidden
from projections.naming import projects_in
from projections.occurrence import Occurrence
from projections.reading import Answer, Page, Reading, Views
from projections.view import Own, State, View

_ABOUT = "about:"
"""Before the stream of a review: the key under which the review's subjects are kept."""

_NAMES = "names:"
"""Before the stream of a project: the key under which events of other streams that name it are."""

_NAMING_SUBJECTS = frozenset({"review.opened/1", "ruling.reported/1", "review.ruled/1"})
_ABOUT_SUBJECTS = frozenset(
    "hold.placed/1 hold.lifted/1 disposal.proposed/1 disposal.declined/1"
    " disposal.approved/1".split()
)
_NAMING_A_PERSON = frozenset(
    "member.appointed/1 member.relieved/1 identity.linked/1 person.joined/1 authority.delegated/1"
    " deputy.named/1 authority.granted/1".split()
)


class Span(NamedTuple):
    """Which part of a trail is wanted.

    Attributes:
        after: positions above this one, oldest first; the last position is the next cursor.
        before: positions below this one; newest first when there is no ``after``.
        limit: number of positions at most.
    """

    after: int | None = None
    before: int | None = None
    limit: int = 100


NEWEST = Span()


def trail(
    views: Views, subject: str | None = None, asked: AsOf | None = None, span: Span = NEWEST
) -> Answer[tuple[int, ...]]:
    """Return the positions that concern a subject, or all, up to the place asked about.

    Args:
        views: where to ask.
        subject: a stream, for example ``project:APX-042`` or ``person:<id>``; all when absent.
        asked: where to look back to.
        span: which part; newest first unless it says ``after``.

    Raises:
        ViewStopped: the index met an event it cannot fold.
    """
    with views.at(asked, TRAIL) as reading:
        low = 0 if span.after is None else span.after
        high = reading.position + 1 if span.before is None else span.before
        bounds = low, min(high, reading.position + 1)
        if subject is not None and _is_hidden(subject, reading):
            return reading.answer(())
        if subject is None:
            found = _all(reading, bounds, span)
        else:
            found = _concerning(reading, subject, bounds, span)
        more = len(found) > span.limit
        return reading.answer(tuple(found[: span.limit]), found[span.limit - 1] if more else None)


def _all(reading: Reading, bounds: tuple[int, int], span: Span) -> list[int]:
    # The log has no gaps: its positions need no table.
    places = range(bounds[0] + 1, bounds[1])
    found = places if span.after is not None else places[::-1]
    rows = reading.rows(Page(limit=span.limit))
    return _shown(reading, found if rows < 0 else found[:rows], span)


def _concerning(reading: Reading, subject: str, bounds: tuple[int, int], span: Span) -> list[int]:
    order = "ASC" if span.after is not None else "DESC"
    rows = reading.connection.execute(
        "SELECT position FROM trail WHERE key = ? AND position > ? AND position < ?"
        f" ORDER BY position {order} LIMIT ?",
        (subject, *bounds, reading.rows(Page(limit=span.limit))),
    )
    return _shown(reading, (row[0] for row in rows), span)


def _shown(reading: Reading, positions: Iterable[int], span: Span) -> list[int]:
    """Return the positions of a page but those that concern a hidden project, which it counts."""
    hidden = to_json([f"{mark}{one}" for one in sorted(reading.hidden) for mark in ("", _NAMES)])

    def seen(position: int) -> int | None:
        query = "SELECT 1 FROM trail WHERE key IN (SELECT value FROM json_each(?)) AND position = ?"
        concerns = reading.connection.execute(query, (hidden.decode(), position)).fetchone()
        return None if concerns else position

    return reading.sieve(positions, Page(limit=span.limit), seen)


def _is_hidden(subject: str, reading: Reading) -> bool:
    return names_hidden(subject.removeprefix(_NAMES).removeprefix(_ABOUT), reading.hidden)


def _keys(happened: Occurrence, own: Own) -> set[str]:
    found = {happened.stream, f"person:{happened.by}", f"person:{happened.recorded_by}"}
    if happened.on_behalf_of is not None:
        found.add(f"person:{happened.on_behalf_of}")
    if happened.topic == "funds.taken_over/1":
        # What a project had been given stands on its portfolio's stream, and nowhere else.
        found.add(f"project:{happened.data['project']}")
    if happened.topic in _NAMING_A_PERSON:
        found.add(f"person:{happened.data['person']}")
    found.update(f"{_NAMES}{project}" for project in projects_in(happened))
    if happened.topic in _ABOUT_SUBJECTS:
        found.update(happened.data["subjects"])
    if happened.topic in _NAMING_SUBJECTS:
        found.update(happened.data["subjects"])
        found.add(f"{_ABOUT}{happened.stream}")
    else:
        subject = happened.stream
        if happened.topic == "act.refused/1":
            subject = happened.data["subject"]
            found.add(subject)
        if subject.startswith("review:"):
            found.update(_subjects(own(f"{_ABOUT}{subject}")))
    return found


def _subjects(kept: State | None) -> list[str]:
    return [] if kept is None else kept["subjects"]


def _fold(key: str, _last: State | None, happened: Occurrence) -> dict[str, Json]:
    return {"subjects": happened.data["subjects"]} if key.startswith(_ABOUT) else {}


def _is_about(key: str) -> bool:
    return key.startswith(_ABOUT)


TRAIL = View(
    name="trail",
    schema=4,
    topics=None,
    keys=_keys,
    fold=_fold,
    remembers=_is_about,
)
