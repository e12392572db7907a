from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from workflows.store.sqlite import SQLiteLog, open_log, open_memory_log

KINDS: dict[str, Callable[[Path], SQLiteLog]] = {
    "file": lambda directory: open_log(directory, writable=True),
    "memory": lambda directory: open_memory_log(),
}


@pytest.fixture(params=sorted(KINDS))
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SQLiteLog]:
    opened = KINDS[request.param](tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def file_log(tmp_path: Path) -> Iterator[SQLiteLog]:
    opened = open_log(tmp_path, writable=True)
    yield opened
    opened.close()
