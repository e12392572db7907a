"""The README is true: its tour runs, and its map is the tree."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
UNMAPPED = {".editorconfig", ".gitignore", ".git", ".venv", "quorate-data"}


def tour() -> str:
    """Return the lines of the tour, as one script."""
    return "\n".join(re.findall(r"```sh tour\n(.*?)```", README, re.DOTALL))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.timeout(300)
def test_the_tour_runs_as_it_is_written(tmp_path: Path) -> None:
    if shutil.which("curl") is None and not os.environ.get("CI"):
        pytest.skip("this machine has no curl, so the tour of the README is not run")
    data, port = tmp_path / "data", free_port()
    data.mkdir()
    shim = tmp_path / "quorate"
    call = f'exec "{sys.executable}" -c "from api.cli import main; main()" "$@"'
    shim.write_text(f"#!/bin/sh\n{call}\n")
    shim.chmod(0o755)
    python = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(tmp_path), str(python), os.environ["PATH"]]),
        "PYTHONPATH": str(ROOT),
        "DATA": str(data),
        "PORT": str(port),
        "URL": f"http://127.0.0.1:{port}",
        "no_proxy": "*",
    }
    told = tmp_path / "told"
    with told.open("wb") as heard:
        script = subprocess.Popen(
            ["bash", "-euo", "pipefail", "-c", tour()],
            env=environment,
            cwd=tmp_path,
            stdout=heard,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        script.wait(timeout=270)
    finally:
        with suppress(ProcessLookupError):  # the server it left running
            os.killpg(script.pid, signal.SIGKILL)
    said = told.read_text(encoding="utf-8")
    assert script.returncode == 0, said
    for expected in ('"phase":"build"', '"phase":"idea"', "review.ruled/1", "carried"):
        assert expected in said, said
    assert '"fix"' not in said, f"a step of the tour was refused:\n{said}"


def mapped() -> set[str]:
    section = README.split("## What lies where")[1].split("## What is on disk")[0]
    return {path.rstrip("/") for path in re.findall(r"^\| `([^`]+)`", section, re.MULTILINE)}


def test_every_path_of_the_map_is_there() -> None:
    assert [path for path in sorted(mapped()) if not (ROOT / path).exists()] == []


def test_everything_at_the_top_is_on_the_map() -> None:
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    names = {line.split("/")[0] for line in tracked.stdout.splitlines()}
    if not names:
        names = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
        names -= {path for path in names if path.endswith(".egg-info") or path == "dist"}
    assert names - UNMAPPED - {path.split("/")[0] for path in mapped()} == set()
