"""One office on each store, which nobody changes, and copies of it for their owners."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from api.storing import ENVIRONMENT
from domain.checkpoint import Checkpoint, Note, read_records
from tests.attacks.owner import Owned, Whole, built
from tests.workflows.store.servers import Server

STORES = ["in_files", pytest.param("in_database", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def in_files(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    return built(tmp_path_factory.mktemp("files") / "data")


@pytest.fixture(scope="session")
def in_database(tmp_path_factory: pytest.TempPathFactory, server: Server) -> Whole:
    return built(tmp_path_factory.mktemp("database") / "data", server.database())


@pytest.fixture(scope="session", params=STORES)
def whole(request: pytest.FixtureRequest) -> Whole:
    """An office whose record holds, on each store in turn."""
    found: Whole = request.getfixturevalue(request.param)
    return found


@contextmanager
def copied(whole: Whole, directory: Path, request: pytest.FixtureRequest) -> Iterator[Owned]:
    shutil.copytree(whole.data, directory / "data", symlinks=True)
    if whole.store is None:
        yield Owned(directory / "data")
        return
    server: Server = request.getfixturevalue("server")
    store = server.copied(whole.store)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ENVIRONMENT, store)
        yield Owned(directory / "data", store)
    server.dropped(store)


@pytest.fixture
def owned(whole: Whole, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Owned]:
    """A copy for its owner to do with as they like, on each store in turn."""
    with copied(whole, tmp_path, request) as owned:
        yield owned


@pytest.fixture
def owned_files(in_files: Whole, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Owned]:
    with copied(in_files, tmp_path, request) as owned:
        yield owned


@pytest.fixture
def owned_database(
    in_database: Whole, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Owned]:
    with copied(in_database, tmp_path, request) as owned:
        yield owned


@pytest.fixture
def held(whole: Whole) -> list[tuple[Checkpoint, Note]]:
    """The two checkpoints that somebody outside has kept."""
    return list(read_records((whole.data / "log/signed").read_bytes())[0])
