"""What was signed of a log, where it lies, and whether a log still says the same.

``log/`` is published: the checkpoint, every checkpoint before it, the verifier key, tiles. What the
signer remembers lies in a directory of its own, which should not come back with a backup of the
log.
"""

from pathlib import Path
from typing import Protocol

from domain.checkpoint import Checkpoint, NotANote, Note, read_checkpoint, read_records
from workflows.store.contract import NoNode

LOG = "log"
CHECKPOINT = "checkpoint"
SIGNED = "signed"
KEY = "key"
SIGNER = "signer"


class LogContradicted(Exception):  # noqa: N818  a state of the log, named for what it is
    """The log is not the one that was signed: it is shorter, or says something else.

    Attributes:
        why: one sentence: what is wrong, and where.
        fix: one sentence: what to do about it.
    """

    def __init__(self, why: str, fix: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.fix = fix or (
            "Restore the log that was signed. If it is lost for good, say so to whoever holds a"
            " checkpoint, and move `log/` and the signer's directory aside."
        )


class Rooted(Protocol):
    """What is asked of a log here."""

    def head(self) -> int:
        """Return the last position, 0 for an empty log."""

    def root(self, size: int) -> bytes:
        """Return the root of the tree over the first ``size`` events, from the nodes kept."""


def signer_directory(data: Path, given: Path | None = None) -> Path:
    """Return where the signer of a data directory keeps its key and memory."""
    return given or data / SIGNER


def published(data: Path) -> tuple[Checkpoint, Note] | None:
    """Return the checkpoint that is published, if there is one that can be read."""
    try:
        return read_checkpoint((data / LOG / CHECKPOINT).read_bytes())
    except (OSError, NotANote):
        return None


def remembered(signer: Path) -> tuple[tuple[Checkpoint, Note], ...]:
    """Return what a signer remembers to have signed, oldest first; nothing where we may not look.

    Raises:
        NotANote: its memory is damaged.
    """
    try:
        return read_records((signer / SIGNED).read_bytes())[0]
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return ()


def require_as_signed(log: Rooted, data: Path, signer: Path) -> None:
    """Make sure that a log still begins with what was last signed of it; a few reads.

    Raises:
        LogContradicted: it does not.
    """
    last = [found for found in (published(data), *remembered(signer)[-1:]) if found is not None]
    head = log.head()
    for checkpoint, _note in last:
        require_begins_with(log, checkpoint, head)


def require_begins_with(log: Rooted, checkpoint: Checkpoint, head: int) -> None:
    """Make sure that a log begins with what a checkpoint says.

    Raises:
        LogContradicted: it does not.
    """
    if head < checkpoint.size:
        raise LogContradicted(
            f"the log ends at position {head}, but a checkpoint of position {checkpoint.size}"
            " was signed: events are missing at its end, or an older copy was put in its place"
        )
    try:
        root = log.root(checkpoint.size)
    except NoNode as fault:
        raise LogContradicted(f"up to position {checkpoint.size}: {fault}") from None
    if root != checkpoint.root:
        raise LogContradicted(
            f"up to position {checkpoint.size} the log does not have the root that was signed:"
            " something in it was changed afterwards"
        )
