import shutil
from pathlib import Path

import pytest

from domain.checkpoint import Checkpoint, Note, read_records
from tests.attacks.owner import Owned, built


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office whose record holds; nobody changes this copy."""
    directory = tmp_path_factory.mktemp("whole") / "data"
    built(directory)
    return directory


@pytest.fixture
def owned(whole: Path, tmp_path: Path) -> Owned:
    """A copy for its owner to do with as they like."""
    shutil.copytree(whole, tmp_path / "data", symlinks=True)
    return Owned(tmp_path / "data")


@pytest.fixture
def held(whole: Path) -> list[tuple[Checkpoint, Note]]:
    """The two checkpoints that somebody outside has kept."""
    return list(read_records((whole / "log/signed").read_bytes())[0])
