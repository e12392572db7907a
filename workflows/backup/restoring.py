"""Putting a backup back: into a new directory, once every byte of it was found to be as taken."""

import os
import re
import shutil
import tempfile
from contextlib import closing
from pathlib import Path

from domain.refusals import Malformed
from workflows.backup.manifest import (
    MANIFEST,
    BackupManifest,
    described,
    read_manifest,
)
from workflows.backup.taking import SIGNER_KEYS, newest_backup
from workflows.disposed import destroy_files
from workflows.log.files import ARRIVING, sync_directory
from workflows.log.signed import KEY, LOG, SIGNED
from workflows.store.contract import StoreUnavailable
from workflows.store.evidence import Evidence
from workflows.store.opening import mark_elsewhere
from workflows.store.sqlite import EVENTS_FILE, LOCK_FILE, open_log
from workflows.store.vault import VAULT_FILE, Vault


def restore_backup(given: Path, data: Path, store: str | None = None) -> BackupManifest:
    """Put a backup back as a new data directory, whole or not at all.

    Args:
        given: a backup, or a directory of backups, of which the newest is taken.
        data: the new data directory; there must be none, or an empty one.
        store: address of an empty database that takes the log; without it the directory does. It
            is filled first: what was broken off after that goes on when it is done again.

    Raises:
        Malformed: it is no whole backup, a file of it is not as it was taken, or there is
            something in the new directory, or in the database.
        StoreUnavailable: the disk or the database cannot take it.
    """
    backup = newest_backup(given)
    manifest = read_manifest(backup)
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise Malformed(
            f"{data} is not empty, and nothing is overwritten",
            fix="Give a new directory, and look at both before you decide which one serves.",
        )
    try:
        data.absolute().parent.mkdir(parents=True, exist_ok=True)
        scratch = _scratch(data.absolute())
        try:
            _copied(backup, manifest, scratch)
            _settle(scratch)
            _require_log(scratch, manifest)
            if store is not None:
                _require_vault(backup)
                _move_log(scratch, store)
            _recall(scratch)
            scratch.rename(data)
            sync_directory(data.absolute().parent)
        except BaseException:
            shutil.rmtree(scratch, ignore_errors=True)
            raise
    except OSError as fault:
        where = f"{fault.filename}: " if fault.filename else ""
        raise StoreUnavailable(f"nothing was restored: {where}{fault.strerror}") from fault
    return manifest


def _scratch(data: Path) -> Path:
    """Return a new directory beside another, once what a killed restore left there is gone."""
    beginning = f"{ARRIVING}{data.name}-"
    left = re.compile(re.escape(beginning) + "[a-z0-9_]{8}")
    for path in data.parent.iterdir():
        if left.fullmatch(path.name):
            shutil.rmtree(path)
    return Path(tempfile.mkdtemp(prefix=beginning, dir=data.parent))


def _copied(backup: Path, manifest: BackupManifest, scratch: Path) -> None:
    disposed = _disposed(backup)
    for one in manifest.files:
        target = scratch / one.name
        if Path(one.name).is_absolute() or ".." in Path(one.name).parts:
            raise Malformed(f"{backup / MANIFEST} names a file outside of it: {one.name}")
        target.parent.mkdir(parents=True, exist_ok=True)
        if not (backup / one.name).exists() and target.name in disposed:
            continue
        if not (backup / one.name).is_file():
            raise _damaged(backup / one.name, "is missing")
        shutil.copyfile(backup / one.name, target)
        if described(scratch, one.name) != one:
            raise _damaged(backup / one.name, "is not as it was taken")
        private = one.name.endswith(".db") or one.name.startswith(("keys/", f"{SIGNER_KEYS}/"))
        target.chmod(0o600 if private else 0o440 if "evidence/" in one.name else 0o644)
    if (backup.parent / VAULT_FILE).is_file():
        shutil.copyfile(backup.parent / VAULT_FILE, scratch / VAULT_FILE)
        (scratch / VAULT_FILE).chmod(0o600)
    for path in (scratch, *scratch.rglob("*")):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _disposed(backup: Path) -> set[str | None]:
    """Return the digests of the files that were disposed of, as the newest keys know them."""
    with closing(Vault(backup.parent / VAULT_FILE, writable=False)) as vault:
        return {one.sha256 for one in vault.disposed()}


def _settle(scratch: Path) -> None:
    """Take out again what was disposed of after the backup was taken."""
    with closing(open_log(scratch, writable=False)) as log:
        if not log.disposed():
            return
    with closing(open_log(scratch, writable=True)) as log:
        destroy_files(log, Evidence(scratch))
    (scratch / LOCK_FILE).unlink()


def _damaged(path: Path, what: str) -> Malformed:
    return Malformed(f"{path} {what}, so nothing was restored", fix="Take another backup.")


def _require_log(scratch: Path, manifest: BackupManifest) -> None:
    with closing(open_log(scratch, writable=False)) as log:
        head = log.head()
        if (head, log.root(head).hex()) != (manifest.position, manifest.root):
            raise Malformed("the log in the backup is not the one its manifest says")


def _require_vault(backup: Path) -> None:
    vault = backup.parent / VAULT_FILE
    if not vault.is_file():
        raise Malformed(
            f"{vault} is missing, and with it the keys of private values",
            fix="Put it back. If it is lost for good, make an empty file of that name: those values"
            " stay unreadable, and everything else comes back.",
        )


def _move_log(scratch: Path, store: str) -> None:
    """Put the log of a directory into a database instead."""
    # Opened for writing once, so that what was erased after the copy is taken out of it again.
    open_log(scratch, writable=True).close()
    # Only here: who keeps files need not wait for the driver of a database to be read.
    from workflows.store.postgres_copy import copy_to_database

    copy_to_database(scratch / EVENTS_FILE, scratch / VAULT_FILE, store)
    for held in (EVENTS_FILE, VAULT_FILE, LOCK_FILE):
        for path in scratch.glob(f"{held}*"):
            path.unlink()
    mark_elsewhere(scratch)


def _recall(scratch: Path) -> None:
    """Let a restored signer remember what the backup knows to be signed; its own may know more."""
    signed = scratch / LOG / SIGNED
    if (scratch / SIGNER_KEYS / KEY).exists() and signed.exists():
        shutil.copyfile(signed, scratch / SIGNER_KEYS / SIGNED)
