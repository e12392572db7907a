"""Evidence files, each under the SHA-256 of its bytes: written once, never overwritten."""

import fcntl
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from hashlib import file_digest, sha256
from pathlib import Path
from typing import BinaryIO, NamedTuple

from domain.refusals import Malformed, NotKnown
from workflows.store.contract import StoreUnavailable

_DIGEST = re.compile(r"[0-9a-f]{64}")
_ARRIVING = "arriving-"
_LOCK = "disposal.lock"
_READ_ONLY = 0o440


class Kept(NamedTuple):
    """A file that is held: its digest, and its length in bytes."""

    sha256: str
    size: int


class Evidence:
    """The evidence files of one data directory, in ``evidence/sha256/ab/<digest>``."""

    def __init__(self, directory: Path) -> None:
        """Hold files below a data directory, which need not exist yet."""
        self._root = directory / "evidence" / "sha256"

    def keep(self, chunks: Iterable[bytes], limit_bytes: int) -> Kept:
        """Hold a file from now on; the same bytes again change nothing.

        Memory does not grow with the file. When this returns, the file is durable.

        Raises:
            Malformed: the file is longer than the limit.
            StoreUnavailable: the disk cannot take it.
        """
        descriptor, arriving = self._arriving()
        try:
            kept = _copy(chunks, descriptor, limit_bytes)
            with _disk():
                os.fchmod(descriptor, _READ_ONLY)
                os.fsync(descriptor)
                self._settle(arriving, kept.sha256)
        finally:
            os.close(descriptor)
            arriving.unlink(missing_ok=True)
        return kept

    def open(self, digest: str) -> BinaryIO:
        """Open a file for reading.

        Raises:
            Malformed: the digest is none.
            NotKnown: the file is not held here.
        """
        try:
            return self._path(digest).open("rb")
        except FileNotFoundError:
            raise not_held(digest) from None

    def check(self, digest: str) -> bool:
        """Return whether a file is held and its bytes still have their digest.

        Raises:
            Malformed: the digest is none.
        """
        try:
            with self._path(digest).open("rb") as file:
                return file_digest(file, "sha256").hexdigest() == digest
        except FileNotFoundError:
            return False

    def destroy(self, digest: str) -> None:
        """Remove a file for good; nothing where it is not held.

        Raises:
            Malformed: the digest is none.
            StoreUnavailable: the disk refuses.
        """
        path = self._path(digest)
        if path.exists():
            with _disk():
                path.unlink(missing_ok=True)
                _make_durable(path.parent)

    def holds(self, digest: str) -> bool:
        """Return whether a file is there; its bytes are not looked at.

        Raises:
            Malformed: the digest is none.
        """
        return self._path(digest).exists()

    @contextmanager
    def steady(self) -> Iterator[None]:
        """See that no file is destroyed meanwhile, by whatever process: for who attaches one."""
        with self._locked(fcntl.LOCK_SH):
            yield

    @contextmanager
    def disposing(self) -> Iterator[None]:
        """See that no file is attached meanwhile, by whatever process: for who destroys some."""
        with self._locked(fcntl.LOCK_EX):
            yield

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        with _disk():
            self._root.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._root.parent / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, how)
            yield
        finally:
            os.close(descriptor)

    def clear_abandoned(self, before: datetime | None = None) -> None:
        """Remove what a killed process left half written.

        Args:
            before: only what was last written before this moment; everything when absent, which
                is for the one writer of a directory, at its start.
        """
        for arriving in self._root.glob(f"{_ARRIVING}*"):
            with suppress(FileNotFoundError):
                if before is None or arriving.stat().st_mtime < before.timestamp():
                    arriving.unlink()

    def _path(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise Malformed(
                "a digest is 64 hexadecimal digits in lower case", fix="Copy it once more."
            )
        return self._root / digest[:2] / digest

    def _arriving(self) -> tuple[int, Path]:
        with _disk():
            self._root.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(prefix=_ARRIVING, dir=self._root)
        return descriptor, Path(name)

    def _settle(self, arriving: Path, digest: str) -> None:
        path = self._path(digest)
        path.parent.mkdir(exist_ok=True)
        # A link, unlike a rename, never replaces what is already there.
        with suppress(FileExistsError):
            path.hardlink_to(arriving)
        for directory in (path.parent, self._root):
            _make_durable(directory)


def not_held(digest: str) -> NotKnown:
    """Return the refusal of a file that is not here, or is not shown to whoever asks."""
    return NotKnown(f"no file with digest {digest} is held here")


def _copy(chunks: Iterable[bytes], descriptor: int, limit_bytes: int) -> Kept:
    digest, size = sha256(), 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit_bytes:
            raise Malformed(
                f"the file is longer than {limit_bytes} bytes",
                fix="Attach a shorter file, or name its address and digest.",
            )
        digest.update(chunk)
        with _disk():
            _write(descriptor, chunk)
    return Kept(digest.hexdigest(), size)


def _write(descriptor: int, chunk: bytes) -> None:
    left = memoryview(chunk)
    while left:
        left = left[os.write(descriptor, left) :]


def _make_durable(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise StoreUnavailable(
            f"the file was not kept: {fault.strerror}; see to the disk, then send it again"
        ) from fault
