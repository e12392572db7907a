"""What a view is: a value that says which keys an event touches, and how a row follows from it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from projections.occurrence import Occurrence

State = dict[str, Any]
"""A row's columns and body by name. Never changed in place: a fold returns a new one."""

Own = Callable[[str], State | None]
"""The view's own latest row of a key; no view reads another view's."""

Links = Callable[[State], Iterable[str]]

EVERYTHING = ""
"""The link under which every key of a view is listed."""


def always(_key: str) -> bool:
    """Say that the latest row of every key is needed again."""
    return True


def never(_key: str) -> bool:
    """Say that no row is needed again: each follows from its event alone."""
    return False


@dataclass(frozen=True, slots=True)
class View:
    """A fold over the log, kept as append-only version rows ``(key, position, ...)``.

    Attributes:
        name: name of its table; small letters.
        schema: number of its form; another number than the one on disk rebuilds this view.
        columns: the fields of a state that have a column, with their SQLite types; the others
            are kept together as JSON in the column ``body``.
        topics: topics it listens to; all of them when absent.
        keys: which keys an event touches, each once. May look at the view's own rows.
        fold: key, latest row (if any) and event to the next row; no row when absent.
        links: what else a key is listed under, besides everything; a view without it keeps no
            list of its keys. Links are only ever added.
        remembers: whether the fold of a key needs its latest row.
        indexes: further SQL to run when the tables are made.
        about: key and row to the streams of the projects the row is about; nothing of a row that
            is about hidden projects only is ever read. A view without it holds no project's own.
        others: fields of a row that hold the code, or a list of codes, of further projects; those
            that are hidden are not in there.
    """

    name: str
    schema: int
    topics: frozenset[str] | None
    keys: Callable[[Occurrence, Own], Iterable[str]]
    fold: Callable[[str, State | None, Occurrence], State | None]
    columns: Mapping[str, str] = field(default_factory=dict)
    links: Links | None = None
    remembers: Callable[[str], bool] = always
    indexes: tuple[str, ...] = ()
    about: Callable[[str, State], Iterable[str]] | None = None
    others: tuple[str, ...] = ()

    @property
    def ddl(self) -> tuple[str, ...]:
        """Return the statements that make its tables."""
        columns = "".join(f", {name} {kind}" for name, kind in self.columns.items())
        rows = (
            f"CREATE TABLE {self.name} (key TEXT NOT NULL, position INTEGER NOT NULL,"
            f" effective_at TEXT NOT NULL{columns}, body TEXT NOT NULL,"
            " PRIMARY KEY (key, position)) WITHOUT ROWID"
        )
        if self.links is None:
            return (rows, *self.indexes)
        keys = (
            f"CREATE TABLE {self.name}_keys (link TEXT NOT NULL, key TEXT NOT NULL,"
            " born INTEGER NOT NULL, PRIMARY KEY (link, key)) WITHOUT ROWID"
        )
        born = f"CREATE INDEX {self.name}_born ON {self.name}_keys (link, born)"
        return (rows, keys, born, *self.indexes)

    @property
    def form(self) -> str:
        """Return what its tables on disk must have been made by: its number and its columns."""
        return f"{self.schema}/{sha256(';'.join(self.ddl).encode()).hexdigest()[:16]}"


def own_stream(happened: Occurrence, _own: Own) -> tuple[str, ...]:
    """Touch the row of the stream an event happened to."""
    return (happened.stream,)


def own_code(happened: Occurrence, _own: Own) -> tuple[str, ...]:
    """Touch the row of the code, without its kind, of the stream an event happened to."""
    return (happened.stream.partition(":")[2],)
