"""The demo, built once for a whole test run, whichever of its workers comes first."""

import fcntl
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.demo.build import build, is_demo
from api.house import House

LOADED = datetime(2027, 3, 18, 14, 30, tzinfo=UTC)
"""A Thursday afternoon."""


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """A folder that is the same for every worker of a run."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of the demo; tests only read it."""
    folder = shared_folder(tmp_path_factory)
    with (folder / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_demo(folder / "demo"):
            build(folder / "demo", LOADED)
    return folder / "demo"


@pytest.fixture(scope="session")
def demo(demo_data: Path) -> Iterator[House]:
    """The demo, open for reading on the day of loading."""
    house = House(demo_data, writable=False, now=lambda: LOADED)
    yield house
    house.close()
