"""What is disposed of goes with the act that records it, on every store; no copy brings it back."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from domain.act import Act
from domain.disposal_events import DisposalApproved, FileListed, RecordDisposed
from domain.event import Draft, Sealed, leaf_hash, seal
from tests.workflows.store.conftest import AnyLog
from tests.workflows.store.events import NOON, command
from tests.workflows.store.servers import Server
from tests.workflows.store.test_privacy import by, erased, filled, words
from workflows.store.contract import Gone, StoreUnavailable
from workflows.store.postgres import PostgresLog, migrate, open_postgres_log
from workflows.store.sqlite import open_log

SHA = "ab" * 32


def disposed(stream: str, version: int, *positions: int, file: int | None = None) -> Sealed:
    act = Act(by="office", recorded_by="office", command="c", now=NOON, seed=bytes(32))
    body = RecordDisposed(
        disposal=1,
        proposed_by="p9",
        under="talk",
        basis="Rule 7",
        positions=positions,
        files=() if file is None else (FileListed(position=file, sha256=SHA),),
    )
    return seal(Draft(stream=stream, data=body), act, version, 0)


def gone(log: AnyLog, position: int, sha256: str | None = None) -> Gone:
    return Gone(position, leaf_hash(log.contents(position - 1, 1)[0].content), sha256)


def test_it_takes_the_events_the_events_it_names_and_nothing_else(log: AnyLog) -> None:
    filled(log)
    before = log.contents(0, 100)
    log.append([disposed("review:a", 3, 2)], {}, command())
    assert words(log) == ["a name nobody else has", "of two", "of the office"]
    assert log.disposed() == [gone(log, 2)]
    assert log.contents(0, 4) == before
    assert log.unreadable(range(1, 20)) == []


def test_what_is_nobodys_stays(log: AnyLog) -> None:
    """The title of a restricted project is on the same event as what its proposer wrote."""
    filled(log)
    log.append([disposed("project:x", 2, 4)], {}, None)
    assert "of the office" in words(log)


def test_several_at_once_and_with_a_file_are_remembered_each(log: AnyLog) -> None:
    filled(log)
    log.append([disposed("review:a", 3, 2, 3, file=3), disposed("person:p1", 2, 1)], {}, None)
    assert log.disposed() == [gone(log, 1), gone(log, 2), gone(log, 3, SHA)]
    assert words(log) == ["of the office"]


def test_a_refused_append_destroys_nothing(log: AnyLog) -> None:
    filled(log)
    with pytest.raises(Exception, match="no longer at 5"):
        log.append([disposed("review:a", 3, 2)], {"review:a": 5}, None)
    assert (len(words(log)), log.disposed()) == (4, [])


def test_what_is_written_later_at_another_place_is_kept(log: AnyLog) -> None:
    filled(log)
    log.append([disposed("review:a", 3, 2)], {}, None)
    log.append([by("p1", "review:a", 4, comment="again")], {}, None)
    log.append([erased("p2", 1)], {}, None)
    assert words(log) == ["a name nobody else has", "of the office", "again"]


def test_rows_of_a_topic_are_found_page_by_page(log: AnyLog) -> None:
    filled(log)
    log.append([disposed("review:a", 3, 2)], {}, None)
    first = log.of_topic("person.registered/1", 0, 3)
    rest = log.of_topic("person.registered/1", first[-1].position, 3)
    assert ([row.position for row in first], [row.position for row in rest]) == ([1, 2, 3], [4])
    assert [row.position for row in log.of_topic("record.disposed/1")] == [5]


def test_an_older_copy_of_the_log_does_not_bring_it_back(tmp_path: Path) -> None:
    """T24: the log of before the disposal, with the vault of after it."""
    data, copy = tmp_path / "data", tmp_path / "copy"
    with closing(open_log(data, writable=True)) as log:
        filled(log)
    shutil.copytree(data, copy)
    with closing(open_log(data, writable=True)) as log:
        log.append([disposed("review:a", 3, 2)], {}, None)
    shutil.copyfile(data / "vault.db", copy / "vault.db")
    with closing(open_log(copy, writable=True)) as log:
        assert words(log) == ["a name nobody else has", "of two", "of the office"]


def test_another_event_at_the_same_position_is_not_taken_for_it(tmp_path: Path) -> None:
    """A log that went on from an older copy has other events where the lost ones were."""
    data, copy = tmp_path / "data", tmp_path / "copy"
    with closing(open_log(data, writable=True)) as log:
        filled(log)
    shutil.copytree(data, copy)
    with closing(open_log(data, writable=True)) as log:
        log.append([by("p1", "review:a", 3, comment="lost")], {}, None)
        log.append([disposed("review:a", 4, 5)], {}, None)
    with closing(open_log(copy, writable=True)) as log:
        log.append([by("p1", "review:a", 3, comment="instead")], {}, None)
    shutil.copyfile(data / "vault.db", copy / "vault.db")
    with closing(open_log(copy, writable=True)) as log:
        assert words(log)[-1] == "instead"


def approved(version: int) -> Sealed:
    act = Act(by="office", recorded_by="office", command="c", now=NOON, seed=bytes(32))
    body = DisposalApproved(disposal=1, subjects=("review:a",), proposed_by="p9")
    return seal(Draft(stream="disposal:1", data=body), act, version, 0)


def test_a_kill_before_it_is_remembered_is_made_good_at_the_next_opening(tmp_path: Path) -> None:
    with closing(open_log(tmp_path, writable=True)) as log:
        filled(log)
    before = (tmp_path / "vault.db").read_bytes()
    with closing(open_log(tmp_path, writable=True)) as log:
        log.append([approved(1), disposed("review:a", 3, 2, 3, file=3)], {}, None)
        log.append([by("p1", "review:a", 4, comment="again")], {}, None)
        expected = log.disposed()
    (tmp_path / "vault.db").write_bytes(before)
    with closing(open_log(tmp_path, writable=True)) as log:
        assert (log.disposed(), len(expected)) == (expected, 2)
        assert words(log)[-1] == "again"


def test_what_is_remembered_is_made_again_from_the_log_where_it_is_lost(tmp_path: Path) -> None:
    with closing(open_log(tmp_path, writable=True)) as log:
        filled(log)
        log.append([approved(1), disposed("review:a", 3, 2)], {}, None)
        log.append([approved(2), disposed("review:a", 4, 3, file=3)], {}, None)
        expected = log.disposed()
    with closing(sqlite3.connect(tmp_path / "vault.db")) as connection, connection:
        connection.execute("DELETE FROM disposed")
    with closing(open_log(tmp_path, writable=True)) as log:
        assert (log.disposed(), len(expected)) == (expected, 2)


@pytest.mark.postgres
def test_older_values_put_back_into_the_database_are_taken_out_at_the_next_start(
    here: PostgresLog, server: Server, database: str
) -> None:
    filled(here)
    server.statement("CREATE TABLE copy AS SELECT * FROM quorate.private", database)
    here.append([disposed("review:a", 3, 2)], {}, command())
    server.statement("INSERT INTO quorate.private SELECT * FROM copy WHERE position = 2", database)
    assert len(words(here)) == 4
    with closing(open_postgres_log(database)) as again:
        assert words(again) == ["a name nobody else has", "of two", "of the office"]


@pytest.mark.postgres
def test_the_table_that_remembers_is_made_again_where_it_is_lost(
    here: PostgresLog, server: Server, database: str
) -> None:
    filled(here)
    here.append([approved(1), disposed("review:a", 3, 2, 3, file=3)], {}, command())
    expected = here.disposed()
    server.statement("DELETE FROM quorate.disposed", database)
    with closing(open_postgres_log(database)) as log:
        assert (log.disposed(), len(expected)) == (expected, 2)


@pytest.mark.postgres
def test_a_database_of_the_form_before_is_brought_to_the_present_one(
    here: PostgresLog, server: Server, database: str
) -> None:
    filled(here)
    server.statement("DROP TABLE quorate.disposed", database)
    server.statement("UPDATE quorate.form SET version = 2", database)
    with pytest.raises(StoreUnavailable, match="form 2, in which nothing was disposed of yet"):
        open_postgres_log(database)
    assert migrate(database)
    assert not migrate(database)
    with closing(open_postgres_log(database)) as log:
        log.append([disposed("review:a", 3, 2)], {}, command())
        assert len(words(log)) == 3
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT version FROM quorate.form").fetchone() == (3,)
