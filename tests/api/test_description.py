"""The OpenAPI description: whole in itself, and without a complaint of an outside judge."""

import shutil
import subprocess
from pathlib import Path

import pytest

from api.description import TAGS
from tests.api.conftest import Served

LINTER = "@stoplight/spectral-cli@6.16.3"
RULES = Path(__file__).parent / "spectral.yaml"


def test_every_tag_is_described_and_every_description_is_used(served: Served) -> None:
    paths = served.app.openapi()["paths"]
    used = {tag for path in paths.values() for one in path.values() for tag in one["tags"]}
    assert used == set(TAGS)


@pytest.mark.slow
def test_an_outside_judge_finds_nothing_wrong_with_the_description(
    served: Served, tmp_path: Path
) -> None:
    npx = shutil.which("npx")
    if npx is None:
        pytest.skip("no Node.js here: the description is not linted by spectral")
    lint = [npx, "--yes", LINTER]
    if subprocess.run([*lint, "--version"], capture_output=True, timeout=100).returncode:
        pytest.skip("spectral cannot be had here: the description is not linted by it")
    described = tmp_path / "openapi.json"
    described.write_bytes(served.caller("Olga", "office").get("/openapi.json").content)
    command = [*lint, "lint", str(described), "--ruleset", str(RULES), "--fail-severity", "warn"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert told.returncode == 0, told.stdout
