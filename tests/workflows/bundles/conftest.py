"""One office for all bundles, which nobody changes."""

from pathlib import Path

import pytest

from tests.attacks.owner import built
from tests.workflows.bundles.bundled import Outsider


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("bundled") / "data"
    built(directory)
    return directory


@pytest.fixture
def outsider(office: Path, tmp_path: Path) -> Outsider:
    return Outsider(tmp_path, (office / "log/key").read_text())
