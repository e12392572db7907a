"""Private values in PostgreSQL: sealed, and erased for every worker at once."""

import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest

from domain.private import open_disclosure
from tests.workflows.store.events import command
from tests.workflows.store.servers import Server
from tests.workflows.store.test_privacy import SECRET, by, erased, filled
from workflows.store.contract import StoreUnavailable
from workflows.store.postgres import PostgresLog, open_postgres_log

pytestmark = pytest.mark.postgres

KEYS = "SELECT owner, generation, key IS NULL FROM quorate.keys ORDER BY owner, generation"
HELD = "SELECT owner, disclosure FROM quorate.private ORDER BY position"


def asked(database: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database) as connection:
        return connection.execute(query.encode()).fetchall()


def words(log: PostgresLog) -> list[object]:
    return [open_disclosure(one.text)[1] for one in log.disclosed(range(1, 100))]


def test_values_lie_sealed_in_the_database(here: PostgresLog, database: str) -> None:
    filled(here)
    held = asked(database, HELD)
    assert [owner for owner, _ in held] == ["p1/0", "p1/0", "p2/0", ""]
    clear = here.disclosed([1])[0].text
    assert SECRET.decode() in words(here)
    assert all(clear.encode() not in bytes(value) for _, value in held)  # type: ignore[call-overload]


def test_another_worker_neither_opens_nor_seals_with_a_key_that_was_destroyed(
    here: PostgresLog, there: PostgresLog, database: str
) -> None:
    filled(here)
    there.append([by("p1", "review:b", 1, comment="from there")], {}, None)
    assert "from there" in words(there)
    here.append([erased("p1", 2)], {}, command())
    assert words(there) == ["of two", "of the office"]
    assert asked(database, KEYS) == [("p1", 0, True), ("p2", 0, False)]
    there.append([by("p1", "review:b", 2, comment="again")], {}, None)
    assert words(here) == ["of two", "of the office", "again"]
    assert asked(database, KEYS)[1] == ("p1", 1, False)
    assert (here.private_streams("p1"), here.unreadable(range(1, 100))) == (["review:b"], [])


def test_an_older_copy_of_the_values_does_not_bring_them_back(
    here: PostgresLog, server: Server, database: str
) -> None:
    filled(here)
    server.statement("CREATE TABLE copy AS SELECT * FROM quorate.private", database)
    here.append([erased("p1", 2)], {}, None)
    server.statement(
        "INSERT INTO quorate.private SELECT * FROM copy WHERE owner = 'p1/0'", database
    )
    assert words(here) == ["of two", "of the office"]
    assert here.unreadable(range(1, 100)) == []


def test_whoever_writes_right_after_an_erasure_in_one_batch_loses_nothing(
    here: PostgresLog,
) -> None:
    filled(here)
    assert here.writer is not None
    after = by("p1", "review:a", 3, comment="after")
    here.writer._turn.acquire()
    with ThreadPoolExecutor(3) as pool:
        writing = []
        for number, sealed in enumerate((by("p2", "review:b", 1), erased("p1", 2), after), 1):
            writing.append(pool.submit(here.append, [sealed], {}, None))
            while len(here.writer._waiting) < number:
                threading.Event().wait(0.001)
        here.writer._turn.release()
        written = [one.result() for one in writing]
    assert written == [range(5, 6), range(6, 7), range(7, 8)]
    assert words(here) == ["of two", "of the office", "after"]


def test_workers_that_write_and_erase_at_once_make_one_key_of_a_name(
    here: PostgresLog, there: PostgresLog, database: str
) -> None:
    def write(log: PostgresLog, stream: str) -> None:
        for version in range(1, 21):
            log.append([by("p1", stream, version, comment=f"{version}")], {}, None)

    with ThreadPoolExecutor(3) as pool:
        writing = [pool.submit(write, here, "review:a"), pool.submit(write, there, "review:b")]
        for version in range(1, 6):
            pool.submit(here.append, [erased("p1", version)], {}, None).result()
        for one in writing:
            one.result()
    assert here.unreadable(range(1, 100)) == []
    there.append([erased("p1", 6)], {}, None)
    assert words(here) == []
    assert all(gone for _, _, gone in asked(database, KEYS))


def test_an_erasure_that_was_sent_again_after_a_restart_is_done_once(
    here: PostgresLog, server: Server
) -> None:
    filled(here)
    server.stop(signal.SIGINT)
    server.start()
    assert here.append([erased("p1", 2)], {}, command()) == range(5, 6)
    assert words(here) == ["of two", "of the office"]


def test_a_refused_append_destroys_no_key(here: PostgresLog, database: str) -> None:
    filled(here)
    with pytest.raises(Exception, match="no longer at 5"):
        here.append([erased("p1", 2)], {"review:a": 5}, None)
    assert len(words(here)) == 4
    assert asked(database, KEYS) == [("p1", 0, False), ("p2", 0, False)]


def test_keys_that_are_missing_are_said_and_not_begun_anew(
    here: PostgresLog, server: Server, database: str
) -> None:
    filled(here)
    server.statement("DELETE FROM quorate.keys", database)
    with pytest.raises(StoreUnavailable, match=r"keys is empty, and 3 private values are sealed"):
        open_postgres_log(database)
    assert {one.why for one in here.unreadable(range(1, 100))} == {"no_key"}
    server.statement("INSERT INTO quorate.keys VALUES ('', 0, NULL)", database)
    with closing(open_postgres_log(database)) as log:
        assert words(log) == ["of the office"]


def test_nothing_is_sealed_with_a_key_that_was_damaged(
    here: PostgresLog, server: Server, database: str
) -> None:
    filled(here)
    server.statement("UPDATE quorate.keys SET key = 'short' WHERE owner = 'p1'", database)
    with pytest.raises(StoreUnavailable, match=r"key p1/0 of private values is damaged"):
        here.append([by("p1", "review:a", 3, comment="lost")], {}, None)
    assert here.append([by("p2", "review:a", 3, comment="kept")], {}, None) == range(5, 6)
    assert words(here) == ["of two", "of the office", "kept"]
    assert [(one.position, one.why) for one in here.unreadable(range(1, 100))] == [
        (1, "no_key"), (2, "no_key"),
    ]  # fmt: skip
