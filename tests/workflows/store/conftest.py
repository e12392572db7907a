from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from workflows.store.postgres import PostgresLog, open_postgres_log
from workflows.store.sqlite import SQLiteLog, open_log, open_memory_log

AnyLog = SQLiteLog | PostgresLog

KINDS: dict[str, Callable[[Path], SQLiteLog]] = {
    "file": lambda directory: open_log(directory, writable=True),
    "memory": lambda directory: open_memory_log(),
}
STORES = [*sorted(KINDS), pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=STORES)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AnyLog]:
    opened: Any
    if request.param == "postgres":
        opened = open_postgres_log(request.getfixturevalue("database"))
    else:
        opened = KINDS[request.param](tmp_path)
    yield opened
    opened.close()


@pytest.fixture(params=sorted(KINDS))
def sqlite_log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SQLiteLog]:
    opened = KINDS[request.param](tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def file_log(tmp_path: Path) -> Iterator[SQLiteLog]:
    opened = open_log(tmp_path, writable=True)
    yield opened
    opened.close()


@pytest.fixture
def here(database: str) -> Iterator[PostgresLog]:
    with closing(open_postgres_log(database)) as log:
        yield log


@pytest.fixture
def there(database: str) -> Iterator[PostgresLog]:
    """The same log as another process has it: nothing is shared but the database."""
    with closing(open_postgres_log(database)) as log:
        yield log
