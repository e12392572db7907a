"""Private values sealed per person: erased with their key, in every copy there is."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from domain.act import Act
from domain.base import Json
from domain.erasure import PersonErased
from domain.event import Draft, Sealed, seal
from domain.person import PersonRegistered
from domain.private import disclose, open_disclosure
from tests.workflows.store.conftest import AnyLog
from tests.workflows.store.events import NOON, refusal
from tests.workflows.store.test_tree import BEFORE_KEYS
from workflows.store.contract import StoreUnavailable
from workflows.store.sqlite import open_log

SECRET = b"a name nobody else has"


def by(person: str, stream: str, version: int, **private: Json) -> Sealed:
    body = PersonRegistered()
    act = Act(by=person, recorded_by=person, command="c", now=NOON, seed=bytes(32))
    return seal(Draft(stream=stream, data=body, private=private), act, version, 0)


def erased(person: str, version: int) -> Sealed:
    act = Act(by="office", recorded_by="office", command="c", now=NOON, seed=bytes(32))
    body = PersonErased(basis="GDPR Art. 17")
    return seal(Draft(stream=f"person:{person}", data=body), act, version, 0)


def words(log: AnyLog) -> list[Json]:
    return [open_disclosure(one.text)[1] for one in log.disclosed(range(1, 20))]


def filled(log: AnyLog) -> None:
    log.append([by("p1", "person:p1", 1, name=SECRET.decode())], {}, None)
    log.append([by("p1", "review:a", 1, comment="of one")], {}, None)
    log.append([by("p2", "review:a", 2, comment="of two")], {}, None)
    log.append([by("p1", "project:x", 1, title="of the office")], {}, None)


def test_an_erasure_takes_what_is_of_the_person_and_nothing_else(log: AnyLog) -> None:
    filled(log)
    assert log.private_streams("p1") == ["person:p1", "review:a"]
    before = log.contents(0, 100)
    log.append([erased("p1", 2)], {}, None)
    assert words(log) == ["of two", "of the office"]
    assert log.disclosed_of("person:p1", "name") is None
    assert log.contents(0, 4) == before
    assert log.private_streams("p1") == []
    assert log.unreadable(range(1, 20)) == []


def test_what_is_written_after_an_erasure_is_kept_until_the_next_one(log: AnyLog) -> None:
    filled(log)
    log.append([erased("p1", 2)], {}, None)
    log.append([by("p1", "review:a", 3, comment="again")], {}, None)
    assert words(log) == ["of two", "of the office", "again"]
    log.append([erased("p1", 3)], {}, None)
    assert words(log) == ["of two", "of the office"]


def test_values_lie_sealed_on_the_disk_and_leave_no_trace(tmp_path: Path) -> None:
    log = open_log(tmp_path, writable=True)
    filled(log)
    log.close()
    clear = disclose(bytes(16), "name", SECRET.decode()).text.encode()[-20:]
    for path in tmp_path.iterdir():
        assert SECRET not in path.read_bytes()
        assert clear not in path.read_bytes()
    with closing(open_log(tmp_path, writable=False)) as log:
        assert SECRET.decode() in words(log)


def keys(vault: Path) -> list[tuple[str, int, bool]]:
    with closing(sqlite3.connect(vault)) as connection:
        query = "SELECT owner, generation, key IS NULL FROM keys ORDER BY owner, generation"
        return [(owner, number, bool(gone)) for owner, number, gone in connection.execute(query)]


def test_nothing_is_sealed_with_a_key_that_was_damaged(tmp_path: Path) -> None:
    with closing(open_log(tmp_path, writable=True)) as log:
        filled(log)
    with closing(sqlite3.connect(tmp_path / "vault.db")) as vault, vault:
        vault.execute("UPDATE keys SET key = 'short' WHERE owner = 'p1'")
    with closing(open_log(tmp_path, writable=True)) as log:
        with pytest.raises(StoreUnavailable, match=r"key p1/0 of private values is damaged"):
            log.append([by("p1", "review:a", 3, comment="lost")], {}, None)
        assert log.append([by("p2", "review:a", 3, comment="kept")], {}, None) == range(5, 6)
        assert words(log) == ["of two", "of the office", "kept"]
        assert [(one.position, one.why) for one in log.unreadable(range(1, 20))] == [
            (1, "no_key"), (2, "no_key"),
        ]  # fmt: skip


def test_an_older_copy_of_the_log_does_not_bring_them_back(tmp_path: Path) -> None:
    """T24: the log of before the erasure, with the vault of after it."""
    data, copy = tmp_path / "data", tmp_path / "copy"
    with closing(open_log(data, writable=True)) as log:
        filled(log)
    shutil.copytree(data, copy)
    with closing(open_log(data, writable=True)) as log:
        log.append([erased("p1", 2)], {}, None)
    assert keys(data / "vault.db") == [("p1", 0, True), ("p2", 0, False)]
    shutil.copyfile(data / "vault.db", copy / "vault.db")
    with closing(open_log(copy, writable=False)) as log:
        assert words(log) == ["of two", "of the office"]
        assert log.unreadable(range(1, 20)) == []
    with closing(open_log(copy, writable=True)) as log:
        assert words(log) == ["of two", "of the office"]
        log.append([by("p1", "review:a", 3, comment="again")], {}, None)
    with closing(sqlite3.connect(copy / "events.db")) as connection:
        owners = connection.execute("SELECT owner FROM private ORDER BY owner").fetchall()
    assert owners == [("",), ("p1/1",), ("p2/0",)]


def test_an_erasure_broken_off_after_it_was_recorded_is_finished_at_opening(tmp_path: Path) -> None:
    """A kill between the transaction and the vault leaves a key; the next start destroys it."""
    with closing(open_log(tmp_path, writable=True)) as log:
        filled(log)
    before = (tmp_path / "vault.db").read_bytes()
    with closing(open_log(tmp_path, writable=True)) as log:
        log.append([erased("p1", 2)], {}, None)
    (tmp_path / "vault.db").write_bytes(before)
    assert keys(tmp_path / "vault.db")[0] == ("p1", 0, False)
    open_log(tmp_path, writable=True).close()
    assert keys(tmp_path / "vault.db")[0] == ("p1", 0, True)


def test_a_refused_append_erases_nothing(log: AnyLog) -> None:
    filled(log)
    with pytest.raises(Exception, match="no longer at 5"):
        log.append([erased("p1", 2)], {"review:a": 5}, None)
    assert len(words(log)) == 4
    log.append([by("p1", "review:a", 3, comment="more")], {}, None)
    log.append([erased("p1", 2)], {}, None)
    assert words(log) == ["of two", "of the office"]


def test_a_log_from_before_there_were_keys_is_sealed_once(tmp_path: Path) -> None:
    with closing(open_log(tmp_path, writable=True)) as log:
        filled(log)
        contents, held = log.contents(0, 100), log.disclosed(range(1, 20))
    with closing(sqlite3.connect(tmp_path / "events.db")) as connection, connection:
        for one in held:
            connection.execute(
                "UPDATE private SET disclosure = ? WHERE position = ? AND name = ?",
                (one.text, one.position, one.name),
            )
        for statement in BEFORE_KEYS:
            connection.execute(statement)
    (tmp_path / "vault.db").unlink()
    with pytest.raises(StoreUnavailable, match="form 2, in which private fields had no keys"):
        open_log(tmp_path, writable=False)
    for _ in range(2):
        with closing(open_log(tmp_path, writable=True)) as log:
            assert (log.contents(0, 100), log.disclosed(range(1, 20))) == (contents, held)
        stored = (tmp_path / "events.db").read_bytes()
        assert [one.text for one in held if one.text.encode() in stored] == [held[3].text]


def test_a_missing_vault_is_said_and_not_begun_anew(tmp_path: Path) -> None:
    with closing(open_log(tmp_path, writable=True)) as log:
        filled(log)
    (tmp_path / "vault.db").unlink()
    with pytest.raises(StoreUnavailable, match=r"3 private values are sealed with the keys in it"):
        open_log(tmp_path, writable=True)
    with closing(open_log(tmp_path, writable=False)) as log:
        assert words(log) == ["of the office"]
        assert {one.why for one in log.unreadable(range(1, 20))} == {"no_key"}
    (tmp_path / "vault.db").touch()
    with closing(open_log(tmp_path, writable=True)) as log:
        log.append([by("p1", "review:a", 3, comment="goes on")], {}, None)
        assert words(log) == ["of the office", "goes on"]
        assert len(log.unreadable(range(1, 20))) == 3


def test_a_value_moved_or_altered_does_not_open(tmp_path: Path) -> None:
    with closing(open_log(tmp_path, writable=True)) as log:
        filled(log)
    with closing(sqlite3.connect(tmp_path / "events.db")) as connection, connection:
        query = "SELECT disclosure FROM private WHERE position = 1"
        connection.execute(f"UPDATE private SET disclosure = ({query}) WHERE position = 2")
        connection.execute("UPDATE private SET owner = 'p1/0' WHERE position = 3")
    with closing(open_log(tmp_path, writable=False)) as log:
        found = [(one.position, one.why) for one in log.unreadable(range(1, 20))]
        assert found == [(2, "altered"), (3, "altered")]
        assert words(log) == [SECRET.decode(), "of the office"]


def test_refusals_without_private_values_need_no_keys(tmp_path: Path) -> None:
    with closing(open_log(tmp_path, writable=True)) as log:
        log.append([refusal()], {}, None)
    assert keys(tmp_path / "vault.db") == []
    assert json.loads(refusal().content)["by"] == "p1"
