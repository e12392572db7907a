"""What is asked of a connection, whichever database it goes to."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol


class Rows(Protocol):
    """The answer to one question."""

    def fetchone(self) -> Any:
        """Return the next row, nothing after the last."""

    def fetchall(self) -> list[Any]:
        """Return every row that is left."""

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """A connection to read with; the place of each value is a question mark."""

    def execute(self, query: str, values: Sequence[Any] = ..., /) -> Rows:
        """Ask one question."""


class Readable(Protocol):
    """Where connections to read with come from."""

    def reading(self) -> AbstractContextManager[Connection]:
        """Lend a connection to read with."""
