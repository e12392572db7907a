"""One writer process per data directory, kept by the operating system and freed by it."""

import fcntl
import os
from pathlib import Path

from workflows.store.contract import StoreUnavailable


class WriterLock:
    """An exclusive lock on ``writer.lock``, held until it is released or the process ends.

    Only the lock counts: a file left behind by a process that was killed means nothing.
    """

    def __init__(self, path: Path) -> None:
        """Take the lock.

        Raises:
            StoreUnavailable: another process holds it, or the file cannot be written.
        """
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as fault:
            raise StoreUnavailable(f"cannot open {path}: {fault.strerror}") from fault
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._sign()
        except BlockingIOError as fault:
            holder = os.pread(self._descriptor, 32, 0).decode(errors="replace").strip()
            os.close(self._descriptor)
            raise StoreUnavailable(
                f"{path} is held by process {holder or 'unknown'}, the one writer of this"
                " directory; send the command to it, or stop it first"
            ) from fault
        except OSError as fault:
            os.close(self._descriptor)
            raise StoreUnavailable(f"cannot lock {path}: {fault.strerror}") from fault

    def release(self) -> None:
        """Give the lock up; the file stays."""
        os.close(self._descriptor)

    def _sign(self) -> None:
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, str(os.getpid()).encode(), 0)
