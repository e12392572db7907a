"""An office whose log is in PostgreSQL: the commands, the server, and several workers of it."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.workflows.store.servers import Server
from workflows.store.postgres import open_postgres_log

START = "from api.cli import main; main()"
HEADER = "seq,case_id,title,kind,activity,status_from,status_to,timestamp,actor,pr,source_ref,attrs"
ROWS = (
    "1,A-1,Title,lifecycle,created,,Draft,2020-01-01,ana,,,",
    "2,A-1,,status,status_changed,Draft,Accepted,2020-02-01,ben,7,ref,",
)


class Line:
    """The command line over one data directory, with a store or without."""

    def __init__(self, data: Path, store: str | None) -> None:
        self.data = data
        self._environment = {k: v for k, v in os.environ.items() if k != "QUORATE_STORE"}
        self._store = store

    def __call__(self, *arguments: str, store: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments, store=store),
            env=self._environment, capture_output=True, text=True, timeout=100,
        )  # fmt: skip

    def command(self, *arguments: str, store: bool = True) -> list[str]:
        given = ["--store", self._store] if store and self._store else []
        return [sys.executable, "-c", START, *arguments, "--data", str(self.data), *given]

    def told(self, *arguments: str) -> Any:
        done = self(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def quorate(database: str, tmp_path: Path) -> Line:
    return Line(tmp_path / "data", database)


@pytest.mark.postgres
@pytest.mark.slow
def test_every_command_works_on_a_database_as_on_files(quorate: Line, tmp_path: Path) -> None:
    history = tmp_path / "small.csv"
    history.write_text("\n".join((HEADER, *ROWS)))
    nothing = quorate("status")
    assert (nothing.returncode, "quorate init" in nothing.stderr) == (1, True), nothing.stderr
    assert quorate("init", "--title", "Works").returncode == 0
    assert "already has an office" in quorate("init").stderr
    imported = quorate("import", "history", str(history), "--policy", "pep")
    assert imported.returncode == 0, imported.stderr
    assert "A-1" in json.dumps(quorate.told("status"))
    assert quorate.told("checkpoint")["position"] == quorate.told("rebuild")["position"]
    assert quorate.told("verify")["ok"]
    assert not quorate.told("recheck")["faults"]
    assert quorate("people", "register", "Ben", "--email", "ben@x.example").returncode == 0
    erased = quorate("privacy", "erase", "ben@x.example", "--basis", "GDPR Art. 17")
    assert (erased.returncode, "quorate.keys" in erased.stderr) == (0, True), erased.stderr
    bundled = quorate("bundle", "--range", "1-5", "--out", str(tmp_path / "bundle.zip"))
    assert bundled.returncode == 0, bundled.stderr
    verified = quorate("verify")
    assert (verified.returncode, "2 private values are erased" in verified.stdout) == (0, True)
    assert not (quorate.data / "events.db").exists()
    assert not (quorate.data / "vault.db").exists()
    without = quorate("status", store=False)
    assert (without.returncode, "no office" in without.stderr) == (1, True)
    again = quorate("init", store=False)
    assert again.returncode == 1
    assert "the log of" in again.stderr
    assert "--store" in again.stderr


@pytest.mark.postgres
def test_a_database_is_prepared_once_and_named_without_its_password(
    server: Server, tmp_path: Path
) -> None:
    url = server.database(migrated=False).replace("quorate@", "quorate:secret@")
    quorate = Line(tmp_path / "data", url)
    early = quorate("init")
    assert (early.returncode, "quorate migrate" in early.stderr) == (1, True)
    assert not quorate.data.exists()
    for made in ("Made the log in", "holds a log of the present form"):
        done = subprocess.run(
            [sys.executable, "-c", START, "migrate", "--store", url],
            capture_output=True, text=True,
        )  # fmt: skip
        assert (done.returncode, made in done.stdout) == (0, True), done.stderr
        assert "secret" not in early.stderr + done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "store", "why"),
    [
        (["serve", "--workers", "2"], None, "one writer process"),
        (["status"], "mysql://ana:secret@host/x", "the store is not known"),
        (["demo"], "postgresql://host/x", "kept in files"),
    ],
)
def test_what_a_store_cannot_do_is_refused_with_the_reason(
    tmp_path: Path, arguments: list[str], store: str | None, why: str
) -> None:
    refused = Line(tmp_path / "data", store)(*arguments)
    assert (refused.returncode, why in refused.stderr) == (1, True), refused.stderr
    assert "secret" not in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "data").exists()


def test_a_directory_with_a_log_of_its_own_takes_no_store(tmp_path: Path) -> None:
    files = Line(tmp_path / "data", "postgresql://host/x")
    assert files("init", store=False).returncode == 0
    refused = files("status")
    assert (refused.returncode, "holds a log of its own" in refused.stderr) == (1, True)


# --- Several workers -----------------------------------------------------------------------------


class Workers:
    """A server of several processes, called over a new connection each time."""

    def __init__(self, line: Line, process: subprocess.Popen[str], base: str) -> None:
        self.process = process
        self.data = line.data
        self._base = base
        self._token = line("token", "--actor", "Ana", "--role", "office").stdout.strip()

    def call(self, method: str, path: str, **given: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._token}", **given.pop("headers", {})}
        url = f"{self._base}/api/v1{path}"
        with httpx.Client(trust_env=False, timeout=30) as client:
            return client.request(method, url, headers=headers, **given)

    def register(self, name: str) -> int:
        """Make a person known, as their client would: again under the same key until it works."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with suppress(httpx.TransportError):
                body = {"name": name, "email": f"{name}@example.org"}
                told = self.call("POST", "/people", json=body, headers={"Idempotency-Key": name})
                if told.status_code != 503:
                    assert told.status_code in (200, 201), told.text
                    return int(told.headers["quorate-position"])
        raise TimeoutError(name)

    def pids(self) -> list[int]:
        """Return the processes that hold a house, the one that writes the views first."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        serving = [
            int(pid) for pid in children.split()
            if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
        ]  # fmt: skip
        writer = int((self.data / "views.lock").read_text())
        return sorted(serving, key=lambda pid: pid != writer)

    @contextmanager
    def stream(self, after: int) -> Iterator[Iterator[int]]:
        headers = {"Authorization": f"Bearer {self._token}"}
        url = f"{self._base}/api/v1/stream?after={after}"
        with (
            httpx.Client(trust_env=False, timeout=30) as client,
            client.stream("GET", url, headers=headers) as response,
        ):
            yield (int(line[4:]) for line in response.iter_lines() if line.startswith("id: "))


@pytest.fixture
def workers(quorate: Line) -> Iterator[Workers]:
    serve = quorate.command("serve", "--workers", "3", "--port", "0")
    process = subprocess.Popen(serve, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        found = re.search(r"at (http://[^/]+)/", process.stdout.readline())
        assert found is not None
        made = Workers(quorate, process, found[1])
        assert made.call("GET", "/office").status_code == 200
        yield made
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


@pytest.mark.postgres
@pytest.mark.slow
def test_every_worker_answers_what_was_written_by_any(workers: Workers) -> None:
    position = 0
    for number in range(12):
        position = workers.register(f"person{number}")
        told = workers.call("GET", f"/decisions?min_position={position}")
        assert told.status_code == 200, told.text
        assert int(told.headers["quorate-position"]) >= position
    before = position
    with ThreadPoolExecutor(8) as pool:
        followed = [pool.submit(_followed, workers, before, before + 20) for _ in range(6)]
        for number in range(20):
            workers.register(f"later{number}")
        for done in followed:
            assert done.result(timeout=60) == list(range(before + 1, before + 21))


def _followed(workers: Workers, after: int, last: int) -> list[int]:
    seen: list[int] = []
    with workers.stream(after) as positions:
        for position in positions:
            seen.append(position)
            if position == last:
                break
    return seen


@pytest.mark.postgres
@pytest.mark.slow
def test_killed_workers_lose_nothing_and_another_takes_the_views_over(
    workers: Workers, quorate: Line, database: str
) -> None:
    told: dict[str, int] = {}

    def write(first: int) -> None:
        number = first
        while not enough.is_set():
            told[f"p{number}"] = workers.register(f"p{number}")
            number += 4

    enough = threading.Event()
    with ThreadPoolExecutor(4) as pool:
        writing = [pool.submit(write, first) for first in range(4)]
        for _ in range(3):
            time.sleep(1)
            writer = workers.pids()[0]
            os.kill(writer, signal.SIGKILL)
            position = workers.register(f"after{writer}")
            until = time.monotonic() + 60
            while workers.call("GET", f"/decisions?min_position={position}").status_code != 200:
                assert time.monotonic() < until, "nobody took the views over"
        enough.set()
        for done in writing:
            done.result()
    with closing(open_postgres_log(database, writable=False)) as log:
        kept = {recorded.position for recorded in log.read(limit=10**6)}
    assert kept == set(range(1, len(kept) + 1))
    assert set(told.values()) <= kept
    assert len(set(told.values())) == len(told)
    until = time.monotonic() + 60
    while len(pids := workers.pids()) != 3:
        assert time.monotonic() < until, "those killed were not replaced"
        time.sleep(0.1)
    workers.process.kill()  # and the workers go with it
    until = time.monotonic() + 30
    while any(Path(f"/proc/{pid}").exists() for pid in pids) and time.monotonic() < until:
        time.sleep(0.1)
    assert not any(_runs(pid) for pid in pids)


def _runs(pid: int) -> bool:
    try:
        return "(zombie)" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False
