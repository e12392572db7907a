"""A backup is whole or not there, is taken beside a server, and comes back byte for byte."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from api.clock import now
from api.house import House
from api.signing import sign_once
from api.verifying import Given, verify_all
from domain.refusals import Malformed
from tests.attacks.owner import built
from tests.workflows.store.events import refusal
from workflows.backup.manifest import MANIFEST, backups_in, read_manifest
from workflows.backup.restoring import restore_backup
from workflows.backup.taking import Source, Taken, take_backup
from workflows.log.signed import LogContradicted
from workflows.store.contract import StoreUnavailable
from workflows.store.lock import WriterLock
from workflows.store.sqlite import open_log


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("backed up") / "data"
    built(directory)
    return directory


def taken(data: Path, into: Path, *, keys: bool = False) -> Taken:
    return take_backup(Source(data, data / "signer", ("accounts.db",), keys), into, now())


def test_what_comes_back_is_what_was_there(office: Path, tmp_path: Path) -> None:
    backup = taken(office, tmp_path / "backups", keys=True)
    assert backup.manifest.signed == backup.manifest.position
    manifest = restore_backup(tmp_path / "backups", tmp_path / "data")
    assert manifest == backup.manifest == read_manifest(backup.path)
    with (
        closing(open_log(office, writable=False)) as before,
        closing(open_log(tmp_path / "data", writable=False)) as after,
    ):
        assert after.contents(0, 1000) == before.contents(0, 1000)
        assert after.disclosed(range(100)) == before.disclosed(range(100))
    report = verify_all(tmp_path / "data", Given(tmp_path / "data" / "signer"), now)
    assert report.log.faults == ()
    assert report.log.files == 3
    assert (tmp_path / "data/log/signed").read_bytes() == (office / "log/signed").read_bytes()


def test_a_restored_office_goes_on(office: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    taken(office, tmp_path / "backups", keys=True)
    restore_backup(tmp_path / "backups", data)
    with closing(House(data, writable=True, now=now)) as house:
        house.log.append([refusal()], {}, None)
    signed = sign_once(data, data / "signer")
    assert signed is not None
    assert (data / "log/signed").read_bytes().startswith((office / "log/signed").read_bytes())


def test_it_is_taken_while_others_write(office: Path, tmp_path: Path) -> None:
    """Whatever is acknowledged before the backup begins is in it; what comes later may be."""
    data, stop = tmp_path / "data", threading.Event()
    shutil.copytree(office, data)
    with closing(open_log(data, writable=True)) as log:

        def write() -> None:
            version = 0
            while not stop.is_set():
                version += 1
                log.append([refusal("refusal:w", version, private={"note": "x"})], {}, None)

        writing = threading.Thread(target=write)
        writing.start()
        try:
            heads = []
            for _ in range(5):
                acknowledged = log.head()
                backup = taken(data, tmp_path / "backups")
                heads.append((acknowledged, backup.manifest.position))
        finally:
            stop.set()
            writing.join()
        for (acknowledged, position), path in zip(
            heads, backups_in(tmp_path / "backups"), strict=True
        ):
            assert position >= acknowledged
            assert restore_backup(path, tmp_path / path.name).position == position


@pytest.mark.parametrize("name", ["events.db", "log/signed", "evidence"])
def test_a_damaged_backup_is_not_restored(name: str, office: Path, tmp_path: Path) -> None:
    path = taken(office, tmp_path / "backups").path
    victim = next(p for p in (path / name, *(path / name).rglob("*")) if p.is_file())
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 1
    victim.chmod(0o600)
    victim.write_bytes(bytes(content))
    with pytest.raises(Malformed, match="is not as it was taken"):
        restore_backup(path, tmp_path / "data")
    victim.unlink()
    with pytest.raises(Malformed, match="is missing"):
        restore_backup(path, tmp_path / "data")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["backups"]


def test_a_manifest_does_not_name_what_lies_elsewhere(office: Path, tmp_path: Path) -> None:
    path = taken(office, tmp_path / "backups").path
    said = (path / MANIFEST).read_bytes().replace(b'"events.db"', b'"../events.db"')
    (path / MANIFEST).write_bytes(said)
    with pytest.raises(Malformed, match="names a file outside of it"):
        restore_backup(path, tmp_path / "data")


def test_nothing_is_overwritten(office: Path, tmp_path: Path) -> None:
    taken(office, tmp_path / "backups")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mine").write_text("mine")
    with pytest.raises(Malformed, match="nothing is overwritten"):
        restore_backup(tmp_path / "backups", tmp_path / "data")
    (tmp_path / "data" / "mine").unlink()
    restore_backup(tmp_path / "backups", tmp_path / "data")


def test_what_a_killed_restore_left_is_cleared_away_by_the_next_one(
    office: Path, tmp_path: Path
) -> None:
    taken(office, tmp_path / "backups")
    for left in ("arriving-data-0123abc_", "arriving-data-2-0123abc_"):
        shutil.copytree(office, tmp_path / left)
    restore_backup(tmp_path / "backups", tmp_path / "data")
    names = {"arriving-data-2-0123abc_", "backups", "data"}
    assert {one.name for one in tmp_path.iterdir()} == names, "another's is left alone"


def test_a_backup_does_not_go_into_what_it_is_of(office: Path, tmp_path: Path) -> None:
    for into in (office, office / "backups"):
        with pytest.raises(Malformed, match="lies in the data directory"):
            taken(office, into)
    with pytest.raises(Malformed, match="is no whole backup"):
        restore_backup(tmp_path, tmp_path / "data")


def test_two_backups_at_once_do_not_mix(office: Path, tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()
    lock = WriterLock(tmp_path / "backups" / "backup.lock")
    with pytest.raises(StoreUnavailable, match="is held by process"):
        taken(office, tmp_path / "backups")
    lock.release()
    taken(office, tmp_path / "backups")


def test_a_backup_that_was_killed_before_it_had_its_name_is_none(
    office: Path, tmp_path: Path
) -> None:
    whole = taken(office, tmp_path / "backups")
    torn = tmp_path / "backups" / "arriving-x"
    shutil.copytree(whole.path, torn)
    (torn / "events.db").unlink()
    assert backups_in(tmp_path / "backups") == [whole.path]
    assert restore_backup(tmp_path / "backups", tmp_path / "data") == whole.manifest


def test_files_an_earlier_backup_has_are_not_copied_again(office: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(office, data)
    first = taken(data, tmp_path / "backups").path
    with closing(open_log(data, writable=True)) as log:
        log.append([refusal()], {}, None)
    second = taken(data, tmp_path / "backups").path
    (one,) = (path for path in (second / "evidence").rglob("*") if path.is_file())
    assert one.samefile(first / one.relative_to(second))


def test_an_older_backup_is_not_served_where_the_signer_knows_more(
    office: Path, tmp_path: Path
) -> None:
    """T13: what the signer has seen is not forgotten because a backup has not seen it."""
    data = tmp_path / "data"
    shutil.copytree(office, data)
    taken(data, tmp_path / "backups")
    with closing(open_log(data, writable=True)) as log:
        log.append([refusal()], {}, None)
    sign_once(data, data / "signer")
    restore_backup(tmp_path / "backups", tmp_path / "restored")
    with pytest.raises(LogContradicted, match="events are missing at its end"):
        House(tmp_path / "restored", writable=True, now=now, signer=data / "signer")


TAKER = """
import sys
from pathlib import Path
from api.clock import now
from workflows.backup.taking import Source, take_backup
data, into = Path(sys.argv[1]), Path(sys.argv[2])
print("begun", flush=True)
while True:
    take_backup(Source(data, data / "signer"), into, now())
"""


@pytest.mark.parametrize("milliseconds", [3, 17, 40, 75, 120])
def test_a_killed_backup_leaves_the_last_whole_one(
    milliseconds: int, office: Path, tmp_path: Path
) -> None:
    backups = tmp_path / "backups"
    first = taken(office, backups)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    with subprocess.Popen(
        [sys.executable, "-c", TAKER, str(office), str(backups)],
        stdout=subprocess.PIPE, env=environment,
    ) as taker:  # fmt: skip
        assert taker.stdout is not None
        taker.stdout.readline()
        time.sleep(milliseconds / 1000)
        taker.send_signal(signal.SIGKILL)
    for path in backups_in(backups):
        assert (path / MANIFEST).exists()
        restored = restore_backup(path, tmp_path / "restored" / path.name)
        assert restored.root == first.manifest.root
    taken(office, backups)
    assert not list(backups.glob("arriving-*"))
