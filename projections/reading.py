"""Asking the views: one answer is read from one place in the log, and says which."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from projections import tables, tracking
from projections.as_of import AsOf
from projections.files import ViewsFiles, ViewsUnavailable
from projections.hiding import NOTHING, Hidden, all_hidden, codes_shown, without
from projections.source import Source
from projections.view import EVERYTHING, State, View

Found = TypeVar("Found")
Row = TypeVar("Row")

PAGE_ROWS = 100


class ViewStopped(Exception):  # noqa: N818  a state of the view, named for what it is
    """A view met an event it cannot fold, and answers nothing from there on.

    Attributes:
        view: its name.
        position, topic: of that event.
    """

    def __init__(self, view: str, position: int, topic: str) -> None:
        super().__init__(f"view {view} stopped at position {position} ({topic})")
        self.view = view
        self.position = position
        self.topic = topic


@dataclass(frozen=True, slots=True)
class Answer(Generic[Found]):
    """What was found, and as of when.

    Attributes:
        position: the place in the log it holds at: the one asked about, or the smallest of the
            views it was read from.
        as_of: the instant asked about, or else the log's clock at that position; absent while
            nothing was folded yet.
        found: the answer itself.
        next: cursor of the next page, if there is one.
        not_shown: how many rows were left out of what was found because they are hidden.
    """

    position: int
    as_of: datetime | None
    found: Found
    next: str | int | None = None
    not_shown: int = 0


class Version(NamedTuple):
    """A version row.

    Attributes:
        position, effective_at: of the event it follows from.
        state: its columns and body by name.
    """

    key: str
    position: int
    effective_at: str
    state: State


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is wanted.

    Attributes:
        after: cursor the page before ended with.
        limit: number of rows at most; all of them when absent.
    """

    after: str | int | None = None
    limit: int | None = PAGE_ROWS

    @property
    def rows(self) -> int:
        """Return how many rows to fetch: one more than wanted tells whether there is a next."""
        return -1 if self.limit is None else self.limit + 1


FIRST_PAGE = Page()


class Reading:
    """One reading of some views, all at one place in the log.

    Attributes:
        position: that place.
        as_of: see `Answer`.
        hidden: streams of the projects that are as if they did not exist.
        not_shown: how many rows of lists were left out so far.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        position: int,
        as_of: datetime | None,
        hidden: Hidden = NOTHING,
    ) -> None:
        """Read on a connection that is in a transaction."""
        self.connection = connection
        self.position = position
        self.as_of = as_of
        self.hidden = hidden
        self.not_shown = 0

    def answer(self, found: Found, following: str | int | None = None) -> Answer[Found]:
        """Return an answer that holds at this place."""
        return Answer(self.position, self.as_of, found, following, self.not_shown)

    def state(self, view: View, key: str) -> State | None:
        """Return the state of a key, if there is one yet."""
        state = tables.state_as_of(self.connection, view, key, self.position)
        return None if state is None else self._seen(view, key, state)

    def ordered(
        self, view: View, page: Page, link: str = EVERYTHING, where: Mapping[str, Any] | None = None
    ) -> list[Version]:
        """Return the keys listed under a link, in the order of keys, after a cursor.

        Args:
            view: a view that lists its keys.
            page: which part; its cursor is a key.
            link: only keys listed under it.
            where: only rows with these values, by column.
        """
        order = "AND k.key > :after", "ORDER BY k.key"
        return self._listed(view, page, {"link": link, "after": page.after or ""}, order, where)

    def newest(
        self,
        view: View,
        page: Page,
        link: str = EVERYTHING,
        where: Mapping[str, Any] | None = None,
        further: str = "",
    ) -> list[Version]:
        """Return the keys listed under a link, newest first, before a cursor.

        Args:
            view: a view that lists its keys.
            page: which part; its cursor is the position at which a key was first listed.
            link: only keys listed under it.
            where: only rows with these values, by column.
            further: a condition in SQL over ``v``, with names from ``where``.
        """
        order = f"AND k.born < :after {further}", "ORDER BY k.born DESC"
        before = 2**62 if page.after is None else page.after
        return self._listed(view, page, {"link": link, "after": before}, order, where)

    def versions(self, view: View, key: str) -> list[Version]:
        """Return every version row of a key up to this place, oldest first."""
        columns = tuple(view.columns)
        names = "".join(f"{name}, " for name in columns)
        rows = self.connection.execute(
            f"SELECT key, position, effective_at, {names}body FROM {view.name}"
            " WHERE key = ? AND position <= ? ORDER BY position",
            (key, self.position),
        )
        every = (_version(columns, row) for row in rows)
        return [one for one in every if self._seen(view, key, one.state) is not None]

    def sieve(
        self, rows: Iterable[Row], page: Page, seen: Callable[[Row], Row | None]
    ) -> list[Row]:
        """Return the rows of a page as they are shown, and count those left out of it.

        Args:
            rows: all of them, or as many as the page fetches where nothing is hidden.
            page: how many are wanted.
            seen: what is shown of a row; nothing, where it is hidden.
        """
        if not self.hidden:
            return list(rows)
        kept: list[Row] = []
        left_out = 0
        for row in rows:
            shown = seen(row)
            if shown is None:
                left_out += 1
                continue
            kept.append(shown)
            if page.limit is not None and len(kept) > page.limit:
                return kept  # those left out before this row belong to the next page
            self.not_shown += left_out
            left_out = 0
        self.not_shown += left_out
        return kept

    def rows(self, page: Page) -> int:
        """Return how many rows to fetch for a page: all of them, where some may be left out."""
        return -1 if self.hidden else page.rows

    def _seen(self, view: View, key: str, state: State) -> State | None:
        """Return what is shown of a row: nothing, all, or what is not about hidden projects."""
        if not self.hidden:
            return state
        if view.others:
            state |= {name: codes_shown(state[name], self.hidden) for name in view.others}
        if view.about is None:
            return state
        subjects = frozenset(view.about(key, state))
        if all_hidden(subjects, self.hidden):
            return None
        left_out = len(self.hidden & subjects)
        return {**without(state, self.hidden), "not_shown": left_out} if left_out else state

    def _version_seen(self, view: View, one: Version) -> Version | None:
        state = self._seen(view, one.key, one.state)
        return None if state is None else one._replace(state=state)

    def _listed(
        self,
        view: View,
        page: Page,
        values: dict[str, Any],
        order: tuple[str, str],
        where: Mapping[str, Any] | None,
    ) -> list[Version]:
        columns = tuple(view.columns)
        names = "".join(f"v.{name}, " for name in columns)
        wanted = {name: value for name, value in (where or {}).items() if value is not None}
        tests = "".join(f" AND v.{name} = :{name}" for name in wanted if name in columns)
        query = (
            f"SELECT k.key, v.position, v.effective_at, {names}v.body FROM"
            f" {tables.as_of_join(view)} WHERE k.link = :link AND k.born <= :position"
            f" {order[0]}{tests} {order[1]} LIMIT :rows"
        )
        given = {**wanted, **values, "position": self.position, "rows": self.rows(page)}
        found = (_version(columns, row) for row in self.connection.execute(query, given))
        if values["link"] in self.hidden:
            return []  # asked about a hidden project: as if there were none
        before = self.not_shown
        rows = self.sieve(found, page, lambda one: self._version_seen(view, one))
        if f"project:{values['link']}" in self.hidden:
            self.not_shown = before
        return rows


class Views:
    """Where to ask: opens one reading at a time and place."""

    def __init__(self, files: ViewsFiles, source: Source, hidden: Hidden = NOTHING) -> None:
        """Ask the views in some files that follow a log."""
        self._files = files
        self._source = source
        self._hidden = hidden

    def seen_without(self, hidden: Hidden) -> "Views":
        """Return the same views to somebody to whom some projects do not exist."""
        return Views(self._files, self._source, hidden) if hidden else self

    @contextmanager
    def at(self, asked: AsOf | None, *views: View) -> Iterator[Reading]:
        """Read some views at the place asked about, now when absent.

        Raises:
            ViewStopped: one of them cannot answer about that place.
            ViewsUnavailable: they are not made yet, or are closed.
        """
        with self._files.reading() as connection:
            connection.execute("BEGIN")
            position = 2**62 if asked is None else asked.position
            for view in views:
                track = tracking.track(connection, view.name)
                if track is None or track.form != view.form:
                    raise ViewsUnavailable(f"view {view.name} is not made yet")
                stop = track.stopped_at
                if stop is not None and (asked is None or asked.position >= stop):
                    raise ViewStopped(view.name, stop, track.topic or "")
                position = min(position, track.position)
            if asked is not None and position == asked.position:
                moment: datetime | None = asked.moment
            else:
                moment = self._source.clock(position)
            yield Reading(connection, position, moment, self._hidden)


def cut(rows: Sequence[Found], page: Page) -> tuple[tuple[Found, ...], bool]:
    """Return the rows of a page out of those fetched, and whether there are more."""
    if page.limit is None or len(rows) <= page.limit:
        return tuple(rows), False
    return tuple(rows[: page.limit]), True


def _version(columns: tuple[str, ...], row: Sequence[Any]) -> Version:
    key, position, effective_at, *values, body = row
    return Version(key, position, effective_at, tables.state_of(columns, values, body))
