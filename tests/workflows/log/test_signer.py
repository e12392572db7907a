"""The signer signs what follows on what it signed, and nothing else, whatever happens."""

import itertools
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from domain.act import Act
from domain.checkpoint import read_checkpoint, read_records, unb64
from domain.event import Draft, leaf_hash, seal
from domain.log_key import LogKeyRotated, RotateLogKey, rotate
from domain.merkle import is_consistent, is_included
from domain.office import OFFICE, Office
from domain.refusals import Malformed
from tests.workflows.log.logs import ORIGIN, begun, everything_in, grown, signing
from tests.workflows.store.events import NOON, refusal
from tests.workflows.store.test_tree import BEFORE_KEYS
from workflows.log.keys import load_key, signed_by
from workflows.log.proving import NotProved, check_event_proof, event_proof, growth_proof
from workflows.log.signed import LogContradicted, published, require_as_signed
from workflows.store.contract import StoreUnavailable
from workflows.store.sqlite import SQLiteLog, open_log

ROOT = Path(__file__).parents[3]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SQLiteLog]:
    opened = begun(tmp_path)
    yield opened
    opened.close()


def signed_at(log: SQLiteLog, data: Path, *sizes: int) -> None:
    with signing(log, data) as signer:
        for size in sizes:
            grown(log, size)
            signer.sign()


def edit(data: Path, *statements: str) -> None:
    """Change the log as somebody at an SQLite prompt would, the triggers out of the way."""
    with closing(sqlite3.connect(data / "events.db")) as connection, connection:
        names = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        for (name,) in connection.execute(names).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)


def test_a_checkpoint_says_the_root_of_the_log_and_bears_the_signers_name(
    log: SQLiteLog, tmp_path: Path
) -> None:
    grown(log, 300)
    with signing(log, tmp_path) as signer:
        signed = signer.sign()
        key = signer.key()
    assert signed is not None
    checkpoint, note = signed
    assert (checkpoint.origin, checkpoint.size) == (ORIGIN, 300)
    assert checkpoint.root == log.root(300)
    assert signed_by(note, [key]) == [key]
    assert key.name == ORIGIN
    assert published(tmp_path) == signed
    assert (tmp_path / "log/key").read_text() == f"{key.text}\n"
    assert (tmp_path / "log/checkpoint").read_bytes() == note.content
    assert (tmp_path / "signer/key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "signer").stat().st_mode & 0o777 == 0o700


def test_before_there_is_an_event_there_is_nothing_to_sign(tmp_path: Path) -> None:
    with (
        closing(open_log(tmp_path, writable=True)) as empty,
        signing(empty, tmp_path) as signer,
    ):
        assert signer.sign() is None
    assert published(tmp_path) is None


def test_every_checkpoint_is_kept_and_follows_on_the_one_before(
    log: SQLiteLog, tmp_path: Path
) -> None:
    sizes = [1, 2, 255, 256, 257]
    signed_at(log, tmp_path, *sizes)
    records, rest = read_records((tmp_path / "log/signed").read_bytes())
    assert [checkpoint.size for checkpoint, _ in records] == sizes
    assert rest == b""
    for (older, _), (newer, note) in itertools.pairwise(records):
        content = growth_proof(log.node, older.size, (newer, note))
        assert content.startswith(f"old {older.size}\n".encode())
        assert content.endswith(note.content)
        hashes = content.split(b"\n\n")[0].split(b"\n")[1:]
        proof = [unb64(one.decode()) for one in hashes]
        assert is_consistent((older.size, older.root), (newer.size, newer.root), proof)
    assert (tmp_path / "signer/signed").read_bytes() == (tmp_path / "log/signed").read_bytes()


def test_signing_again_without_anything_new_signs_nothing(log: SQLiteLog, tmp_path: Path) -> None:
    signed_at(log, tmp_path, 10)
    before = everything_in(tmp_path / "log")
    signed_at(log, tmp_path, 10)
    assert everything_in(tmp_path / "log") == before
    assert len(read_records(before["signed"])[0]) == 1


def test_what_was_lost_of_the_published_files_is_made_again(log: SQLiteLog, tmp_path: Path) -> None:
    signed_at(log, tmp_path, 5, 300)
    before = everything_in(tmp_path / "log")
    shutil.rmtree(tmp_path / "log")
    signed_at(log, tmp_path, 300)
    after = everything_in(tmp_path / "log")
    assert {name: after[name] for name in before if not name.endswith((".p/4", ".p/5"))} == {
        name: content for name, content in before.items() if not name.endswith((".p/4", ".p/5"))
    }


def test_two_signers_at_once_one_refuses(log: SQLiteLog, tmp_path: Path) -> None:
    with signing(log, tmp_path) as first:
        first.sign()
        with (
            pytest.raises(StoreUnavailable, match="is held by process"),
            signing(log, tmp_path),
        ):
            pass


def test_a_second_signer_with_a_key_of_its_own_refuses(log: SQLiteLog, tmp_path: Path) -> None:
    signed_at(log, tmp_path, 5)
    (tmp_path / "signer").rename(tmp_path / "elsewhere")
    with pytest.raises(LogContradicted, match="by no key of this signer"):
        signed_at(log, tmp_path, 6)
    assert read_checkpoint((tmp_path / "log/checkpoint").read_bytes())[0].size == 5


# --- It never signs backwards, nor another history ----------------------------------------------


CUT = (
    "DELETE FROM stored_events WHERE notification_id > 4",
    "DELETE FROM nodes WHERE position > 4",
)


def test_a_log_whose_end_was_cut_is_not_signed(log: SQLiteLog, tmp_path: Path) -> None:
    signed_at(log, tmp_path, 6)
    before = everything_in(tmp_path / "log")
    edit(tmp_path, *CUT)
    with pytest.raises(LogContradicted, match="ends at position 4, but a checkpoint of position 6"):
        signed_at(log, tmp_path, 4)
    grown(log, 9, stream="refusal:y")
    with pytest.raises(LogContradicted, match="up to position 6"):
        signed_at(log, tmp_path, 9)
    assert everything_in(tmp_path / "log") == before


def test_without_the_published_files_its_own_memory_is_enough(
    log: SQLiteLog, tmp_path: Path
) -> None:
    signed_at(log, tmp_path, 6)
    edit(tmp_path, *CUT)
    shutil.rmtree(tmp_path / "log")
    with pytest.raises(LogContradicted):
        signed_at(log, tmp_path, 4)
    assert not (tmp_path / "log/checkpoint").exists()


def rewritten(data: Path, position: int) -> None:
    """Rewrite an event with its leaf and every node above, as an owner of the file could."""
    other = refusal("refusal:x", position - 1, ground="rewritten").content
    with closing(sqlite3.connect(data / "events.db")) as connection, connection:
        connection.execute(
            "UPDATE stored_events SET state = ?, leaf = ? WHERE notification_id = ?",
            (other, leaf_hash(other), position),
        )
        connection.execute("DELETE FROM nodes")
        connection.execute("DROP TABLE nodes")
        for statement in (*BEFORE_KEYS, "PRAGMA user_version = 1"):
            connection.execute(statement)
    open_log(data, writable=True).close()


@pytest.mark.parametrize("lost", ["nothing", "log", "memory"])
def test_another_history_is_not_signed_as_long_as_one_trace_of_the_first_is_left(
    tmp_path: Path, lost: str
) -> None:
    log = begun(tmp_path)
    signed_at(log, tmp_path, 300)
    log.close()
    edit(tmp_path)
    rewritten(tmp_path, 7)
    if lost == "log":
        shutil.rmtree(tmp_path / "log")
    if lost == "memory":
        (tmp_path / "signer/signed").unlink()
    with closing(open_log(tmp_path, writable=True)) as log:
        grown(log, 301, stream="refusal:y")
        with pytest.raises(LogContradicted, match="up to position 300"):
            signed_at(log, tmp_path, 301)
        with pytest.raises(LogContradicted, match="up to position 300"):
            require_as_signed(log, tmp_path, tmp_path / "signer")


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE stored_events SET state = x'00' WHERE notification_id = 3", "position 3"),
        ("UPDATE stored_events SET state = 'text' WHERE notification_id = 3", "no event"),
        ("UPDATE stored_events SET leaf = zeroblob(32) WHERE notification_id = 3", "position 3"),
        ("DELETE FROM stored_events WHERE notification_id = 3", "position 3: there is no event"),
        ("UPDATE nodes SET hashes = zeroblob(64) WHERE position = 4", "does not have the root"),
        ("DELETE FROM nodes WHERE position = 4", "holds no node"),
    ],
)
def test_a_log_that_contradicts_itself_is_not_signed(
    log: SQLiteLog, tmp_path: Path, statement: str, why: str
) -> None:
    grown(log, 5)
    edit(tmp_path, statement)
    with pytest.raises(LogContradicted, match=why):
        signed_at(log, tmp_path, 5)
    assert everything_in(tmp_path / "log") == {}


# --- Keys --------------------------------------------------------------------------------------


def recorded(log: SQLiteLog, rotation: LogKeyRotated) -> None:
    act = Act(by="p1", recorded_by="p1", command="c9", now=NOON, seed=bytes(32))
    version = log.version(OFFICE)
    sealed = seal(Draft(stream=OFFICE, data=rotation), act, version + 1, log.head())
    log.append([sealed], {}, None)


def test_the_checkpoint_that_covers_a_change_of_key_bears_both(
    log: SQLiteLog, tmp_path: Path
) -> None:
    with signing(log, tmp_path) as signer:
        signer.sign()
        old, new = signer.key(), signer.make_key()
        recorded(log, LogKeyRotated(key=new.text, replaces=old.text))
        first = signer.sign()
        grown(log, 5)
        second = signer.sign()
    assert first is not None
    assert second is not None
    assert signed_by(first[1], [old]) == [old]
    assert signed_by(first[1], [new]) == [new]
    assert signed_by(second[1], [old, new]) == [new]
    assert (tmp_path / "log/key").read_text() == f"{new.text}\n"
    signed_at(log, tmp_path, 6)  # a signer started anew goes on with the new key


def test_a_key_the_signer_does_not_hold_signs_nothing(log: SQLiteLog, tmp_path: Path) -> None:
    signed_at(log, tmp_path, 3)
    key = load_key(tmp_path / "signer/key").verifier
    stranger = key._replace(public=bytes(range(32)))
    recorded(log, LogKeyRotated(key=stranger.text, replaces=key.text))
    with pytest.raises(LogContradicted, match="does not hold it"):
        signed_at(log, tmp_path, 5)
    assert read_checkpoint((tmp_path / "log/checkpoint").read_bytes())[0].size == 3


def test_a_key_is_replaced_by_another_key_of_the_same_log(tmp_path: Path) -> None:
    office = Office(
        founder="p1", origin=ORIGIN, title="T", zone="UTC", currency="EUR", languages=("en",),
        demo=False,
    )  # fmt: skip
    with closing(begun(tmp_path)) as log, signing(log, tmp_path) as signer:
        old, new = signer.key(), signer.make_key()
    (draft,) = rotate(office, RotateLogKey(key=new.text, replaces=old.text))
    assert draft.data == LogKeyRotated(key=new.text, replaces=old.text)
    for key, replaces in ((old, old), (new._replace(name="other"), old)):
        with pytest.raises(Malformed):
            rotate(office, RotateLogKey(key=key.text, replaces=replaces.text))
    with pytest.raises(Malformed):
        rotate(office, RotateLogKey(key="nonsense", replaces=old.text))


# --- Proofs ------------------------------------------------------------------------------------


def test_an_event_is_proved_to_whoever_trusts_the_key(log: SQLiteLog, tmp_path: Path) -> None:
    signed_at(log, tmp_path, 300)
    signed = published(tmp_path)
    assert signed is not None
    key = load_key(tmp_path / "signer/key").verifier
    for position in (1, 2, 255, 256, 257, 300):
        content = log.contents(position - 1, 1)[0].content
        proof = event_proof(log.node, position, signed)
        assert check_event_proof(proof, content, [key]).position == position
        with pytest.raises(NotProved, match="not the event"):
            check_event_proof(proof, content.replace(b"not_now", b"not_n0w") + b" ", [key])
        with pytest.raises(NotProved, match="not the event"):
            check_event_proof(proof.replace(b"index ", b"index 1"), content, [key])


def test_a_key_that_comes_with_a_proof_makes_nothing_good(log: SQLiteLog, tmp_path: Path) -> None:
    """T21: whoever forges a log signs it with a key of his own."""
    signed_at(log, tmp_path, 5)
    (tmp_path / "elsewhere").mkdir()
    with closing(begun(tmp_path / "elsewhere")) as forged:
        signed_at(forged, tmp_path / "elsewhere", 5)
        signed = published(tmp_path / "elsewhere")
        assert signed is not None
        content = forged.contents(2, 1)[0].content
        proof = event_proof(forged.node, 3, signed)
    key = load_key(tmp_path / "signer/key").verifier
    own = load_key(tmp_path / "elsewhere/signer/key").verifier
    assert check_event_proof(proof, content, [own]).position == 3
    for trusted in ([key], [], [own._replace(name="another.log")]):
        with pytest.raises(NotProved, match="no trusted key"):
            check_event_proof(proof, content, trusted)


def test_a_proof_of_another_log_with_the_same_key_is_none(log: SQLiteLog, tmp_path: Path) -> None:
    signed_at(log, tmp_path, 5)
    signed = published(tmp_path)
    assert signed is not None
    proof = event_proof(log.node, 3, signed).replace(ORIGIN.encode(), b"log.other", 1)
    with pytest.raises(NotProved):
        check_event_proof(proof, b"", [load_key(tmp_path / "signer/key").verifier])


def test_is_included_is_what_the_proof_rests_on(log: SQLiteLog) -> None:
    assert not is_included(0, 1, b"x" * 32, (), log.root(1))


# --- Full disks --------------------------------------------------------------------------------


def test_a_full_disk_leaves_no_half_of_a_signature(
    log: SQLiteLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with signing(log, tmp_path) as signer:
        signer.sign()
        grown(log, 4)
        before = (tmp_path / "signer/signed").read_bytes()
        with monkeypatch.context() as disk:
            disk.setattr("workflows.log.files.os.fsync", full)
            with pytest.raises(OSError, match="No space left"):
                signer.sign()
        assert (tmp_path / "signer/signed").read_bytes() == before
        grown(log, 6)
        signed = signer.sign()
    assert signed is not None
    assert signed[0].size == 6
    assert [c.size for c, _ in read_records((tmp_path / "log/signed").read_bytes())[0]] == [1, 6]


# --- Killed ------------------------------------------------------------------------------------

SIGNING = """
import sys
from pathlib import Path
from tests.workflows.log.logs import signing
from workflows.store.sqlite import open_log
data = Path(sys.argv[1])
log = open_log(data, writable=False)
with signing(log, data) as signer:
    print("ready", flush=True)
    signer.sign()
    print("signed", flush=True)
    while True:
        signer.sign()
"""


@pytest.mark.slow
@pytest.mark.parametrize("delay_ms", [0, 3, 10, 30, 90])
def test_killed_while_signing_and_writing_tiles_it_goes_on_by_itself(
    tmp_path: Path, delay_ms: int
) -> None:
    log = begun(tmp_path)
    shown: list[tuple[int, bytes]] = []
    for round_number in range(1, 4):
        grown(log, round_number * 700)
        process = subprocess.Popen(
            [sys.executable, "-c", SIGNING, str(tmp_path)],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        threading.Event().wait(delay_ms / 1000)
        process.kill()
        process.wait()
        process.stdout.close()
        signed = published(tmp_path)
        if signed is not None:
            shown.append((signed[0].size, signed[0].root))
    with signing(log, tmp_path) as signer:
        last = signer.sign()
    assert last is not None
    assert last[0].size == 2100
    for size, root in shown:
        assert log.root(size) == root
    records, rest = read_records((tmp_path / "log/signed").read_bytes())
    assert rest == b""
    assert {(one.size, one.root) for one, _ in records} >= set(shown)
    assert not list(tmp_path.rglob("arriving-*"))
    assert len(everything_in(tmp_path / "log/tile")["entries/007"]) > 0
    log.close()
