"""Who may see what: the restricted projects as they stand today, and what an event is about.

The view keeps of every project who proposed it, who sat on the panel of a review about it, and to
whom it is restricted. It is asked about now and never about the past, and what the log holds beyond
the view is folded on top: a restriction holds from the moment it is on record.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, Protocol

from domain.event import stream_code, stream_kind
from projections.naming import projects_in, subject_of_review
from projections.occurrence import Occurrence, read_batch
from projections.reading import Page, Views
from projections.source import Source
from projections.view import Own, State, View

RESTRICTED = "/restricted"
"""The link of every project that ever was restricted; no code holds a slash."""

_ALL = Page(limit=None)
_OPENED: State = {"boards": None, "roles": None, "people": None}


class Restricted(NamedTuple):
    """One project that is restricted today.

    Attributes:
        project: its stream.
        boards, roles, people: to whom it is restricted.
        always: ids of those who see it whatever it says: its proposer, and everybody who is or
            was on the panel of a review about it.
        seats: the seats of those panels, as board, seat and the id of who sat there: whoever
            stands in for a member sees what the seat sees.
    """

    project: str
    boards: frozenset[str]
    roles: frozenset[str]
    people: frozenset[str]
    always: frozenset[str]
    seats: frozenset[tuple[str, str, str]]


class Grown(Source, Protocol):
    """A log that says whether it has grown, at once where nobody else could let it."""

    def moved(self, after: int) -> tuple[int, Sequence[str]]:
        """Return the head, and the streams with events at positions above ``after``."""


class Restrictions:
    """The projects that are restricted, as of the head of the log; kept in mind between askings."""

    def __init__(self, views: Views, source: Grown) -> None:
        """Read them from the views, and from the log what is beyond."""
        self._views = views
        self._source = source
        self._kept: _Known | None = None

    def now(self) -> tuple[Restricted, ...]:
        """Return the projects that are restricted.

        Raises:
            ViewStopped: the view met an event it cannot fold; nobody can say what may be seen.
        """
        known = self._kept
        if known is not None and self._source.moved(known.position)[0] == known.position:
            return known.restricted
        try:
            found = self._read() if known is None else self._going_on(known)
        except (KeyError, TypeError, ValueError):
            # An event that cannot be folded stops the view as well, and the view says so.
            found = self._read()
        self._kept = found
        return found.restricted

    def _read(self) -> "_Known":
        with self._views.at(None, SIGHT) as reading:
            rows = {one.key: one.state for one in reading.ordered(SIGHT, _ALL, RESTRICTED)}

            def own(key: str) -> State | None:
                return rows.get(key) or reading.state(SIGHT, key)

            position = reading.position
            while batch := read_batch(self._source, position):
                for happened in batch:
                    if happened.fault is None and happened.topic in _TOPICS:
                        keys = _keys(happened, own)
                        rows |= {key: _fold(key, own(key), happened) for key in keys}
                position = batch[-1].position
        return _Known(position, rows, _restricted(rows))

    def _going_on(self, known: "_Known") -> "_Known":
        """Return what is known once the events beyond it are."""
        position, rows = known.position, known.rows
        while batch := read_batch(self._source, position):
            for happened in batch:
                if happened.fault is not None or happened.topic == "project.restricted/1":
                    # What was not in mind of a project so far lies in the views.
                    return self._read()
                keys = _keys(happened, rows.get) if happened.topic in _TOPICS else ()
                if touched := {k: _fold(k, rows[k], happened) for k in keys if k in rows}:
                    rows = {**rows, **touched}
            position = batch[-1].position
        if rows is known.rows:
            return known._replace(position=position)
        return _Known(position, rows, _restricted(rows))


class _Known(NamedTuple):
    """What is kept in mind: the rows of every project that ever was restricted, at a position."""

    position: int
    rows: dict[str, State]
    restricted: tuple[Restricted, ...]


def _restricted(rows: dict[str, State]) -> tuple[Restricted, ...]:
    return tuple(
        Restricted(
            project=f"project:{code}",
            boards=frozenset(state["boards"]),
            roles=frozenset(state["roles"]),
            people=frozenset(state["people"]),
            always=frozenset({*(seat[2] for seat in state["panel"]), state["proposer"]} - {None}),
            seats=frozenset((board, seat, person) for board, seat, person in state["panel"]),
        )
        for code, state in sorted(rows.items())
        if state["boards"] is not None
    )


def projects_named(happened: Occurrence, about: Callable[[str], Iterable[str]]) -> frozenset[str]:
    """Return the streams of the projects an event concerns.

    Args:
        happened: the event.
        about: the streams a review is about, by the stream of the review.
    """
    stream = happened.data["subject"] if happened.topic == "act.refused/1" else happened.stream
    named = {stream, *happened.data.get("subjects", ())}
    if stream_kind(stream) == "review":
        named |= {*about(stream), f"project:{subject_of_review(stream)}"}
    named |= projects_in(happened)
    return frozenset(one for one in named if stream_kind(one) == "project")


def _keys(happened: Occurrence, _own: Own) -> tuple[str, ...]:
    subjects: Iterable[str] = happened.data.get("subjects", (happened.stream,))
    return tuple(dict.fromkeys(stream_code(s) for s in subjects if stream_kind(s) == "project"))


def _fold(_key: str, last: State | None, happened: Occurrence) -> State:
    state = last or {"proposer": None, "panel": [], **_OPENED}
    match happened.topic:
        case "project.proposed/1":
            return {**state, "proposer": happened.by}
        case "project.taken_over/1":
            return {**state, "proposer": happened.data["manager"]}
        case "project.succeeded/1":
            return {**state, "proposer": happened.data.get("proposer", state["proposer"])}
        case "project.restricted/1":
            return {**state, **{name: happened.data[name] for name in _OPENED}}
        case "project.opened/1":
            return {**state, **_OPENED}
    known = {tuple(seat) for seat in state["panel"]}
    return {**state, "panel": sorted(map(list, known | _panel(happened.data)))}


def _panel(data: dict[str, Any]) -> set[tuple[str, str, str]]:
    """Return the seats of a panel that somebody sat in: board, seat, and the id of who did."""
    about = data if data.get("panel") else data.get("docket") or {}
    return {
        (about["board"], seat["seat"], seat["person"])
        for seat in about.get("panel", ())
        if seat.get("person") is not None
    }


def _links(state: State) -> tuple[str, ...]:
    return () if state["boards"] is None else (RESTRICTED,)


_TOPICS = frozenset(
    "project.proposed/1 project.taken_over/1 project.restricted/1 project.opened/1"
    " project.succeeded/1 review.opened/1 ruling.reported/1 review.ruled/1".split()
)
SIGHT = View(name="sight", schema=3, topics=_TOPICS, keys=_keys, fold=_fold, links=_links)
