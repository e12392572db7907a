"""Taking a backup beside a running server: it is whole, or it is not there.

The order matters. What was signed is copied before the events, so that no backup holds a checkpoint
of events it lacks; the keys of private values come with them or after, so that none lacks a key. A
backup gets its name when everything in it is on the disk, and not before. The log lies in it as
``events.db``, also that of a database, so that any backup comes back to either store. Files that
were disposed of are taken out of the older backups last.
"""

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from domain.base import moment_text
from domain.refusals import Malformed
from workflows.backup.manifest import (
    MANIFEST,
    BackedUp,
    BackupManifest,
    backups_in,
    described,
    read_manifest,
)
from workflows.log.files import ARRIVING, sync_directory, write_whole
from workflows.log.signed import KEY, LOG, published
from workflows.store.contract import StoreUnavailable
from workflows.store.database import connect_to_read
from workflows.store.evidence import Evidence
from workflows.store.lock import WriterLock
from workflows.store.opening import MARK, open_store
from workflows.store.sqlite import EVENTS_FILE, open_log
from workflows.store.vault import VAULT_FILE

LOCK = "backup.lock"
SIGNER_KEYS = "signer"


class Source(NamedTuple):
    """What is backed up.

    Attributes:
        data: the data directory.
        signer: directory of the signer.
        databases: further SQLite files of the data directory, where they exist.
        keys: whether the keys that sign tokens and checkpoints go along.
        store: address of the database that holds the log, if the directory does not.
    """

    data: Path
    signer: Path
    databases: tuple[str, ...] = ()
    keys: bool = False
    store: str | None = None


class Taken(NamedTuple):
    """A backup that was taken: where it lies, and what it says of itself."""

    path: Path
    manifest: BackupManifest


def take_backup(source: Source, into: Path, at: datetime) -> Taken:
    """Take a backup into a directory of backups, beside those that are there.

    The keys of private values lie once in that directory, for all backups in it, and each further
    backup replaces them: who is erased is erased from the older backups by the next one.

    Raises:
        Malformed: the directory is the data directory, or in it, or holds backups of another
            office; or the log is in a database, and the data directory is not beside it.
        StoreUnavailable: there is no log, another backup is under way, or the disk cannot take it.
    """
    if source.data.resolve() in (into.resolve(), *into.resolve().parents):
        raise Malformed(f"{into} lies in the data directory", fix="Give another, on another disk.")
    if source.store is not None and not (source.data / MARK).exists():
        # Without its files a backup of the log would look whole.
        raise Malformed(
            f"{source.data} is not the data directory of an office whose log is in a database",
            fix="Give the one beside which the office is served, with --data.",
        )
    try:
        into.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = WriterLock(into / LOCK)
        try:
            _clear_abandoned(into)
            return _taken(source, into, at)
        finally:
            lock.release()
    except OSError as fault:
        where = f"{fault.filename}: " if fault.filename else ""
        raise StoreUnavailable(f"the backup was not taken: {where}{fault.strerror}") from fault
    except sqlite3.Error as fault:
        raise StoreUnavailable(f"the backup was not taken: {fault}") from fault


def _clear_abandoned(into: Path) -> None:
    """Remove what a backup left that was killed; the lock says that none is under way."""
    for arriving in into.glob(f"{ARRIVING}*"):
        if arriving.is_dir():
            shutil.rmtree(arriving)
        else:
            arriving.unlink()


def _taken(source: Source, into: Path, at: datetime) -> Taken:
    scratch = Path(tempfile.mkdtemp(prefix=ARRIVING, dir=into))
    vault = scratch.with_name(f"{scratch.name}.{VAULT_FILE}")
    try:
        signed = _copy_log(source.data, scratch)
        _copy_events(source, scratch, vault)
        _require_same_office(_newest(into), scratch)
        for name in source.databases:
            if (source.data / name).exists():
                _copy_database(source.data / name, scratch / name)
        if source.keys:
            _copy_keys(source, scratch)
        _copy_evidence(source.data, scratch, _newest(into))
        manifest = _described(source, scratch, signed, at)
        (scratch / MANIFEST).write_bytes(manifest.content)
        _make_durable(scratch)
        if vault.exists():
            write_whole(into / VAULT_FILE, vault.read_bytes(), into, 0o600)
        name = f"{manifest.position:012}-{moment_text(at).replace(':', '').replace('.', '')}"
        scratch.rename(into / name)
        sync_directory(into)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    finally:
        vault.unlink(missing_ok=True)
    _dispose(source, into, into / name)
    return Taken(into / name, manifest)


def _described(source: Source, scratch: Path, signed: int, at: datetime) -> BackupManifest:
    with closing(open_log(scratch, writable=False)) as log:
        head = log.head()
        return BackupManifest(
            at=at, position=head, root=log.root(head).hex(), signed=signed, keys=source.keys,
            files=_all(scratch),
        )  # fmt: skip


def _require_same_office(before: Path | None, scratch: Path) -> None:
    """Refuse where the keys beside these backups would be replaced by those of another office."""
    begun = [_beginning(one) for one in (before, scratch) if one is not None]
    if len(begun) == 2 and begun[0] and begun[0] != begun[1]:
        raise Malformed(
            f"{before} is a backup of another office",
            fix="Give each office a directory of its own.",
        )


def _beginning(backup: Path) -> list[bytes]:
    """Return the first leaf of the log in a backup; nothing where it cannot be read any more."""
    try:
        with closing(open_log(backup, writable=False)) as log:
            return log.leaves(0, 1)
    except (StoreUnavailable, sqlite3.Error):
        return []


def _copy_events(source: Source, scratch: Path, vault: Path) -> None:
    """Copy the log, and with it or after it the keys of its private values."""
    if source.store is None:
        _copy_database(source.data / EVENTS_FILE, scratch / EVENTS_FILE)
        if (source.data / VAULT_FILE).exists():
            _copy_database(source.data / VAULT_FILE, vault)
        return
    # Only here: who keeps files need not wait for the driver of a database to be read.
    from workflows.store.postgres_copy import copy_to_files

    copy_to_files(source.store, scratch / EVENTS_FILE, vault)
    (scratch / EVENTS_FILE).chmod(0o600)


def _copy_log(data: Path, scratch: Path) -> int:
    """Copy what is published, and return the size of the newest checkpoint."""
    found = published(data)
    if found is None:
        return 0
    (scratch / LOG).mkdir()
    (scratch / LOG / "checkpoint").write_bytes(found[1].content)
    for path in sorted((data / LOG).rglob("*")):
        name = path.relative_to(data)
        if path.is_file() and not path.name.startswith(ARRIVING) and path.name != "checkpoint":
            (scratch / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, scratch / name)
    return found[0].size


def _copy_database(source: Path, target: Path) -> None:
    """Copy a database as it is at one moment, whoever writes it meanwhile."""
    if source.name == EVENTS_FILE:
        opened = connect_to_read(source)
    else:
        # Half a transaction of a process that was killed is undone by whoever reads next.
        opened = sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True)
    with closing(opened) as held, closing(sqlite3.connect(target)) as copy:
        held.backup(copy)
        # One file, and nothing beside it that could be left behind.
        copy.execute("PRAGMA journal_mode = DELETE")
    target.chmod(0o600)


def _copy_keys(source: Source, scratch: Path) -> None:
    named = [(path, "keys") for path in sorted((source.data / "keys").glob("*"))]
    named += [(path, SIGNER_KEYS) for path in sorted(source.signer.glob(f"{KEY}*"))]
    for path, folder in named:
        (scratch / folder).mkdir(exist_ok=True, mode=0o700)
        shutil.copyfile(path, scratch / folder / path.name)
        (scratch / folder / path.name).chmod(0o600)


def _copy_evidence(data: Path, scratch: Path, before: Path | None) -> None:
    """Copy the files held; one that an earlier backup has is linked, if it is sound there."""
    for path in sorted((data / "evidence" / "sha256").glob("*/*")):
        name = path.relative_to(data)
        (scratch / name).parent.mkdir(parents=True, exist_ok=True)
        if before is not None and Evidence(before).check(path.name):
            try:
                (scratch / name).hardlink_to(before / name)
                continue
            except OSError:
                pass  # a disk without links takes a copy
        # What is disposed of this moment is in no backup, and the keys say so.
        with suppress(FileNotFoundError):
            shutil.copyfile(path, scratch / name)


def _dispose(source: Source, into: Path, newest: Path) -> None:
    """Take the files that were disposed of out of the older backups."""
    with closing(open_store(source.data, source.store, writable=False)) as log:
        gone = {one.sha256 for one in log.disposed() if one.sha256 is not None}
    kept = Evidence(newest)
    for sha256 in sorted(one for one in gone if not kept.holds(one)):
        for backup in backups_in(into):
            Evidence(backup).destroy(sha256)


def _newest(into: Path) -> Path | None:
    found = backups_in(into)
    return found[-1] if found else None


def _all(scratch: Path) -> tuple[BackedUp, ...]:
    names = (one.relative_to(scratch).as_posix() for one in scratch.rglob("*") if one.is_file())
    return tuple(described(scratch, name) for name in sorted(names))


def _make_durable(scratch: Path) -> None:
    for path in scratch.rglob("*"):
        if path.is_dir():
            sync_directory(path)
            continue
        if path.stat().st_nlink > 1:
            continue  # it is that of a whole backup, and on the disk since then
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    sync_directory(scratch)


def newest_backup(directory: Path) -> Path:
    """Return a backup: the directory itself if it is one, else the newest in it.

    Raises:
        Malformed: there is none.
    """
    if (directory / MANIFEST).exists():
        return directory
    found = _newest(directory)
    if found is None:
        read_manifest(directory)
    assert found is not None, "without any the manifest is missing, and that was said"
    return found
