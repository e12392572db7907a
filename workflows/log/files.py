"""Files written whole or not at all, and durable once they are."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ARRIVING = "arriving-"


def write_whole(path: Path, content: bytes, scratch: Path, mode: int = 0o644) -> None:
    """Put content in the place of a file, in one step for everybody who reads it.

    Args:
        path: the file; its directory is made.
        content: all of it.
        scratch: directory on the same disk, where a kill may leave a piece behind.
        mode: who may read it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _arriving(content, scratch, mode) as arriving:
        arriving.replace(path)
    sync_directory(path.parent)


def write_new(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file that must not be there yet.

    Raises:
        FileExistsError: it is there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _arriving(content, path.parent, mode) as arriving:
        # A link, unlike a rename, never replaces what is already there.
        path.hardlink_to(arriving)
    sync_directory(path.parent)


@contextmanager
def _arriving(content: bytes, scratch: Path, mode: int) -> Iterator[Path]:
    """Yield a file with all of the content on the disk, under a name that is gone afterwards."""
    descriptor, name = tempfile.mkstemp(prefix=ARRIVING, dir=scratch)
    arriving = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield arriving
    finally:
        arriving.unlink(missing_ok=True)


def append_durably(path: Path, content: bytes) -> None:
    """Add content at the end of a file; a kill may leave a part of it, a full disk does not."""
    with path.open("ab", buffering=0) as file:
        before = file.tell()
        try:
            if file.write(content) != len(content):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
            os.fsync(file.fileno())
        except OSError:
            # What comes after half a record could not be told from it.
            file.truncate(before)
            raise
    sync_directory(path.parent)


def clear_abandoned(scratch: Path) -> None:
    """Remove what a killed process left half written."""
    for arriving in scratch.glob(f"{ARRIVING}*"):
        arriving.unlink(missing_ok=True)


def sync_directory(directory: Path) -> None:
    """Make sure that the names in a directory are on the disk."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
