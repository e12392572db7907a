"""What a backup says of itself: which log up to where, and every file by its digest."""

from hashlib import file_digest
from pathlib import Path

from pydantic import Field, ValidationError

from domain.base import Moment, Value, canonical, read_canonical
from domain.refusals import Malformed
from workflows.log.files import ARRIVING

MANIFEST = "manifest.json"


class BackedUp(Value):
    """One file of a backup, by its name below the data directory."""

    name: str
    sha256: str
    size: int = Field(ge=0)


class BackupManifest(Value):
    """What a backup is of.

    Attributes:
        at: when it was taken.
        position: last position of its log. root: of the tree over all of it, hexadecimal.
        signed: size of the newest checkpoint in it, 0 where nothing was signed.
        keys: whether the keys that sign tokens and checkpoints are in it.
        files: every file, in the order of names.
    """

    v: int = 1
    at: Moment
    position: int
    root: str
    signed: int = 0
    keys: bool = False
    files: tuple[BackedUp, ...]

    @property
    def content(self) -> bytes:
        """Return the bytes it is kept as."""
        return canonical(self.as_json())


def read_manifest(backup: Path) -> BackupManifest:
    """Return what a backup says of itself.

    Raises:
        Malformed: it is no whole backup.
    """
    try:
        said = read_canonical((backup / MANIFEST).read_bytes())
        return BackupManifest.model_validate(said)
    except (OSError, ValueError, ValidationError):
        raise Malformed(
            f"{backup} is no whole backup: it has no readable {MANIFEST}",
            fix="Give a directory that `quorate backup` wrote, or one of the backups in it.",
        ) from None


def described(root: Path, name: str) -> BackedUp:
    """Return the entry of a file of a backup."""
    path = root / name
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    return BackedUp(name=name, sha256=digest, size=path.stat().st_size)


def backups_in(directory: Path) -> list[Path]:
    """Return the whole backups in a directory, the oldest first."""
    found = (path.parent for path in directory.glob(f"*/{MANIFEST}"))
    # One that was killed may have its manifest already, and not everything on the disk.
    return sorted(path for path in found if not path.name.startswith(ARRIVING))
