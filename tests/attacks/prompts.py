"""A prompt at each store: the same SQL, a question mark for each value."""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg


class Prompt(ABC):
    """A connection of somebody who may do anything to the tables of a log."""

    connection: Any

    def execute(self, query: str, values: Sequence[object] = ()) -> Any:
        return self.connection.execute(query, values)

    def one(self, query: str, values: Sequence[object] = ()) -> Any:
        """Return the only value of the first row."""
        return self.execute(query, values).fetchone()[0]

    @abstractmethod
    def drop_triggers(self) -> None: ...

    def commit(self) -> None:
        self.connection.commit()

    def close(self) -> None:
        self.connection.close()


class FilePrompt(Prompt):
    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path)

    def drop_triggers(self) -> None:
        names = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        for (name,) in self.execute(names).fetchall():
            self.execute(f"DROP TRIGGER {name}")


class DatabasePrompt(Prompt):
    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url)
        self.execute("SET search_path TO quorate")

    def execute(self, query: str, values: Sequence[object] = ()) -> Any:
        native = query.replace("%", "%%").replace("?", "%s")
        return self.connection.execute(native, values)

    def drop_triggers(self) -> None:
        names = (
            "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
            " WHERE NOT tgisinternal AND relnamespace = 'quorate'::regnamespace"
        )
        for name, table in self.execute(names).fetchall():
            self.execute(f"DROP TRIGGER {name} ON {table}")
