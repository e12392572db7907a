"""The signer as a process of its own: how it runs, and how a server has one beside it."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from api.clock import new_seed
from api.storing import open_to_read
from domain.checkpoint import Checkpoint, Note
from workflows.log.signed import signer_directory
from workflows.log.signer import Signer
from workflows.store.contract import Log, StoreUnavailable

ENVIRONMENT = "QUORATE_SIGNER"
EVERY_S = 2.0
"""Seconds between two checkpoints while the log grows: somebody may wait for the next one."""

AGAIN_S = 1.0
"""Seconds until a signer that was killed is replaced."""

_START = "from api.cli import main; main()"
_PATIENCE_S = 5.0


def configured_signer(data: Path) -> Path:
    """Return the signer's directory: as the environment says, else in the data directory."""
    given = os.environ.get(ENVIRONMENT)
    return signer_directory(data, Path(given) if given else None)


@contextmanager
def _signer(data: Path, directory: Path) -> Iterator[tuple[Log, Signer]]:
    with (
        closing(open_to_read(data)) as log,
        closing(Signer(log, data, directory, new_seed)) as signer,
    ):
        yield log, signer


def sign_once(data: Path, directory: Path) -> tuple[Checkpoint, Note] | None:
    """Sign a log as it is, and publish; nothing where there is no event yet.

    Raises:
        StoreUnavailable: another signer is at work.
        LogContradicted: the log is not the one signed before.
    """
    with _signer(data, directory) as (_log, signer):
        return signer.sign()


def sign_on(
    data: Path, directory: Path, stop: threading.Event, told: Callable[[Checkpoint], None]
) -> None:
    """Sign whenever the log has grown, until told to stop.

    Raises:
        StoreUnavailable: another signer is at work.
        LogContradicted: the log is not the one signed before.
    """
    with _signer(data, directory) as (log, signer):
        size = -1
        while not stop.is_set():
            # A full disk, or a database that restarts, is no reason to end: nothing was signed,
            # and it can be soon.
            with suppress(OSError, StoreUnavailable):
                if log.head() != size:
                    signed = signer.sign()
                    if signed is not None:
                        size = signed[0].size
                        told(signed[0])
            stop.wait(EVERY_S)


def stop_at_end_of_input() -> threading.Event:
    """Return what is set once nobody holds the other end of standard input any more."""
    stop = threading.Event()

    def listen() -> None:
        # Not through the buffer: this thread may still hold it when the process ends.
        with suppress(OSError, ValueError):
            while os.read(sys.stdin.fileno(), 4096):
                pass
        stop.set()

    threading.Thread(target=listen, name="input", daemon=True).start()
    return stop


class SignerBeside:
    """A signer in a process of its own, for as long as this process lives.

    One that is killed is replaced. One that ends by itself has said why, and would say it again.
    """

    def __init__(self, data: Path, directory: Path) -> None:
        """Start it. It ends by itself when this process does, however that happens."""
        # The very modules this process runs, from wherever they came.
        self._environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
        self._command = ["signer", "run", "--data", str(data), "--signer", str(directory)]
        self._closing, self._turn = threading.Event(), threading.Lock()
        self._process = self._start()
        self._watching = threading.Thread(target=self._watch, name="signer", daemon=True)
        self._watching.start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603  this program itself, with its own words
            [sys.executable, "-c", _START, *self._command, "--beside"],
            stdin=subprocess.PIPE,
            env=self._environment,
        )

    def _watch(self) -> None:
        while self._process.wait() < 0 and not self._closing.wait(AGAIN_S):
            _close_input(self._process)
            with self._turn:
                if not self._closing.is_set():
                    self._process = self._start()

    def close(self) -> None:
        """Tell it to end, and wait until it has."""
        with self._turn:
            self._closing.set()
            _close_input(self._process)
        try:
            self._process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._watching.join()


def _close_input(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None, "it was started with a pipe"
    with suppress(OSError):
        process.stdin.close()
