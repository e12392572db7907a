"""What is true of PostgreSQL: several processes that write, a server that restarts, its schema."""

import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import psycopg
import pytest

from domain.base import document
from domain.catalogue import UnreadableEvent
from domain.event import leaf_hash
from domain.refusals import Conflict
from tests.workflows.store.events import NOON, command, minutes, refusal
from tests.workflows.store.servers import Server
from tests.workflows.store.test_disposal import disposed
from tests.workflows.store.test_privacy import erased
from workflows.store import postgres_arrivals
from workflows.store.contract import AlreadyDone, StoreUnavailable
from workflows.store.postgres import PostgresLog, migrate, open_postgres_log
from workflows.store.sqlite import open_memory_log

pytestmark = pytest.mark.postgres

ROOT = Path(__file__).parents[3]
NO_GUARD = "ALTER TABLE quorate.stored_events DISABLE TRIGGER USER;"


def test_both_stores_hold_the_same_bytes_hashes_and_clocks(here: PostgresLog) -> None:
    memory = open_memory_log()
    for version in range(1, 20):
        sealed = [
            refusal("a:1", version, at=NOON + minutes(version % 3), ground="größer"),
            refusal("b:\u00e4", version, private={"name": "Ana"}),
        ]
        for log in (here, memory):
            log.append(sealed, {"a:1": version - 1}, command(f"c{version}"))
    assert here.contents(0, 100) == memory.contents(0, 100)
    assert here.nodes(0, 100) == memory.nodes(0, 100)
    assert here.root(38) == memory.root(38)
    assert here.disclosed(range(1, 39)) == memory.disclosed(range(1, 39))
    assert here.command("c7") == memory.command("c7")
    memory.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE quorate.stored_events SET state = '\\x00'",
        "DELETE FROM quorate.stored_events",
        "TRUNCATE quorate.stored_events",
        "INSERT INTO quorate.stored_events SELECT 4, 'b:1', 1, topic, state, leaf, clock"
        " FROM quorate.stored_events WHERE notification_id = 1",
        "INSERT INTO quorate.stored_events SELECT 3, 'b:1', 2, topic, state, leaf, clock"
        " FROM quorate.stored_events WHERE notification_id = 1",
        "INSERT INTO quorate.stored_events SELECT 3, 'b:1', 1, topic, state, leaf, '2026-11-22T11'"
        " FROM quorate.stored_events WHERE notification_id = 1",
        "UPDATE quorate.documents SET bytes = '\\x00'",
        "DELETE FROM quorate.documents",
        "TRUNCATE quorate.documents",
        "UPDATE quorate.nodes SET hashes = '\\x00'",
        "DELETE FROM quorate.nodes",
    ],
)
def test_the_database_itself_refuses_to_change_the_record(
    here: PostgresLog, server: Server, database: str, statement: str
) -> None:
    here.append([refusal("z:1", documents=(document({}),)), refusal("a:1")], {}, None)
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
        server.statement(
            statement.replace("3, 'b:1'", "4, 'b:1'").replace(" 2, ", " 3, "), database
        )
    assert here.append([refusal("b:1")], {}, None) == range(3, 4)


@pytest.mark.parametrize(
    "change",
    ["state = '\\x00'", "state = state || ' '::bytea", "originator_id = 'a:2'",
     "originator_version = 2", "topic = 'office.founded/1'", "leaf = '\\x00'"],
)  # fmt: skip
def test_a_tampered_row_is_a_fault_that_names_its_position(
    here: PostgresLog, server: Server, database: str, change: str
) -> None:
    here.append([refusal("z:1"), refusal("a:1")], {}, None)
    server.statement(
        f"{NO_GUARD} UPDATE quorate.stored_events SET {change} WHERE notification_id = 2", database
    )
    with pytest.raises(UnreadableEvent, match="position 2"):
        here.read()
    assert here.at(1) is not None


def test_a_tree_with_a_hole_takes_no_more_leaves(
    here: PostgresLog, server: Server, database: str
) -> None:
    here.append([refusal("a:1", version) for version in (1, 2, 3)], {}, None)
    server.statement(
        "ALTER TABLE quorate.nodes DISABLE TRIGGER USER; DELETE FROM quorate.nodes;" + NO_GUARD
        + "DELETE FROM quorate.stored_events WHERE notification_id = 2", database
    )  # fmt: skip
    with pytest.raises(StoreUnavailable, match="no node ending at 2"):
        here.append([refusal("b:1")], {}, None)


# --- Several that write ----------------------------------------------------------------------


def test_of_two_writers_racing_for_one_version_exactly_one_wins(
    here: PostgresLog, there: PostgresLog
) -> None:
    def try_once(log: PostgresLog, version: int, ground: str) -> bool:
        barrier.wait()
        with suppress(Conflict):
            log.append([refusal("b:1", version, ground=ground)], {"a:1": version - 1}, None)
            log.append([refusal("a:1", version)], {"b:1": version}, None)
            return True
        return False

    barrier = threading.Barrier(4)
    logs, grounds = [here, there, here, there], ["g0", "g1", "g2", "g3"]
    with ThreadPoolExecutor(4) as pool:
        for version in range(1, 16):
            assert sum(pool.map(try_once, logs, [version] * 4, grounds)) == 1
    assert here.head() == there.head() == 30


def test_a_command_sent_to_two_writers_at_once_is_carried_out_once(
    here: PostgresLog, there: PostgresLog
) -> None:
    def send(log: PostgresLog) -> object:
        barrier.wait()
        try:
            return log.append([refusal("a:1")], {}, command("c1"))
        except AlreadyDone as done:
            return range(done.row.first, done.row.last + 1)

    barrier = threading.Barrier(4)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(send, [here, there] * 2)) == [range(1, 2)] * 4
    assert here.head() == 1


WRITE = """
import sys
from tests.workflows.store.events import command, refusal
from workflows.store.postgres import open_postgres_log
log = open_postgres_log(sys.argv[1])
name, version = sys.argv[2], 0
for turn in range(60):
    batch = int(sys.argv[3]) if turn % 3 else 1
    events = [refusal(f"{name}:1", version + n) for n in range(1, batch + 1)]
    log.append(events, {}, command(f"{name}{turn}"))
    version += batch
log.close()
"""


@pytest.mark.slow
def test_a_follower_misses_nothing_of_writers_with_batches_of_any_size(
    here: PostgresLog, database: str
) -> None:
    batches = {"one": 1, "few": 7, "many": 200}
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITE, database, name, str(batch)], cwd=ROOT)
        for name, batch in batches.items()
    ]
    expected = {f"{name}:1": 20 + 40 * batch for name, batch in batches.items()}
    seen, found = 0, Counter[str]()
    until = time.monotonic() + 60
    while sum(found.values()) < sum(expected.values()) and time.monotonic() < until:
        head = here.wait(seen, 0.5)
        page = here.read(seen, limit=max(1, head - seen))
        # Exactly what was announced, and nothing that would show a hole behind.
        assert [recorded.position for recorded in page] == list(range(seen + 1, head + 1))
        for recorded in page:
            found[recorded.event.stream] += 1
            assert recorded.event.version == found[recorded.event.stream]
        seen = head
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert found == expected


# --- Waiting ---------------------------------------------------------------------------------


def test_what_another_writes_is_heard_of_at_once(
    here: PostgresLog, there: PostgresLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_arrivals, "PULL_S", 60)
    here.wait(0, 0.2)
    for version in range(1, 6):
        with ThreadPoolExecutor(1) as pool:
            head = pool.submit(here.wait, version - 1, 10.0)
            threading.Event().wait(0.02)
            there.append([refusal("a:1", version)], {}, None)
            assert head.result(timeout=5) == version


def test_what_was_not_heard_of_is_found_by_looking(
    here: PostgresLog, there: PostgresLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_arrivals, "CHANNEL", "nowhere")
    monkeypatch.setattr(postgres_arrivals, "PULL_S", 0.2)
    here.wait(0, 0.1)
    there.append([refusal("a:1")], {}, None)
    assert here.wait(0, 10) == 1


# --- A server that restarts --------------------------------------------------------------------


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_after_a_restart_of_the_server_everything_goes_on(
    here: PostgresLog, there: PostgresLog, server: Server, how: signal.Signals
) -> None:
    here.append([refusal("a:1")], {}, command("c1"))
    assert here.wait(0, 1) == 1
    server.stop(how)
    with pytest.raises(StoreUnavailable, match="cannot open postgresql:///office_"):
        here.read()
    server.start()
    assert here.head() == 1
    assert here.append([refusal("a:1", 2)], {}, command("c2")) == range(2, 3)
    assert there.append([refusal("a:1", 3)], {}, command("c3")) == range(3, 4)
    assert here.wait(2, 10) == 3


def test_without_a_command_nobody_can_tell_whether_it_was_written(
    here: PostgresLog, server: Server
) -> None:
    here.append([refusal("a:1")], {}, None)
    server.stop()
    server.start()
    with pytest.raises(StoreUnavailable, match="under the same key"):
        here.append([refusal("a:1", 2)], {}, None)
    assert here.append([refusal("a:1", 2)], {}, None) == range(2, 3)


@pytest.mark.slow
def test_a_restart_under_load_loses_nothing_acknowledged(
    here: PostgresLog, there: PostgresLog, server: Server
) -> None:
    def write(log: PostgresLog, stream: str) -> dict[int, bytes]:
        told = {}
        version = 0
        while not enough.is_set():
            sealed = refusal(stream, version + 1)
            try:
                position = log.append([sealed], {}, command(f"{stream}/{version}"))[0]
            except AlreadyDone as done:
                position = done.row.first
            except StoreUnavailable:
                continue  # the same command again, as its client would
            told[position] = sealed.content
            version += 1
        return told

    enough = threading.Event()
    with ThreadPoolExecutor(6) as pool:
        writing = [pool.submit(write, (here, there)[n % 2], f"a:{n}") for n in range(6)]
        for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGINT):
            time.sleep(0.4)
            server.stop(how)
            server.start()
        time.sleep(0.4)
        enough.set()
        told = {p: content for done in writing for p, content in done.result().items()}
    kept = {row.position: row.content for row in here.contents(0, 10**6)}
    assert kept == told
    assert sorted(kept) == list(range(1, len(kept) + 1))
    assert here.leaves(0, 10**6) == [leaf_hash(kept[place]) for place in sorted(kept)]
    assert len(kept) > 20


# --- The schema --------------------------------------------------------------------------------


def test_a_database_without_a_log_says_how_to_make_one(server: Server) -> None:
    url = server.database(migrated=False)
    with pytest.raises(StoreUnavailable, match="holds no log yet; make it once: quorate migrate"):
        open_postgres_log(url)
    assert migrate(url)
    assert not migrate(url)
    open_postgres_log(url).close()


def test_however_many_prepare_a_database_it_is_prepared_once(server: Server) -> None:
    url = server.database(migrated=False)
    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(migrate, [url] * 6)) == [False] * 5 + [True]


def test_a_log_of_another_form_is_not_opened(server: Server, database: str) -> None:
    server.statement("UPDATE quorate.form SET version = 99", database)
    for attempt in (open_postgres_log, migrate):
        with pytest.raises(StoreUnavailable, match="has form 99, this program knows form 3"):
            attempt(database)


def test_a_worker_needs_no_right_to_change_the_schema(server: Server, database: str) -> None:
    server.statement(
        "DROP ROLE IF EXISTS worker; CREATE ROLE worker LOGIN;"
        " GRANT USAGE ON SCHEMA quorate TO worker;"
        " GRANT SELECT ON ALL TABLES IN SCHEMA quorate TO worker;"
        " GRANT INSERT ON quorate.stored_events, quorate.nodes, quorate.documents,"
        " quorate.private, quorate.commands, quorate.keys, quorate.disposed TO worker;"
        " GRANT DELETE ON quorate.private TO worker;"
        " GRANT UPDATE (key) ON quorate.keys TO worker;", database
    )  # fmt: skip
    with closing(open_postgres_log(database.replace("quorate@", "worker@"))) as log:
        sealed = refusal("a:1", documents=(document({}),), private={"name": "Ana"})
        assert log.append([sealed, refusal("b:1")], {}, command()) == range(1, 3)
        assert log.append([erased("p1", 1)], {}, None) == range(3, 4)
        assert log.append([disposed("a:1", 2, 1)], {}, None) == range(4, 5)
        assert (log.wait(3, 1), log.disclosed([1])) == (4, [])
    server.statement("DROP OWNED BY worker; DROP ROLE worker", database)


def test_a_database_that_cannot_be_written_keeps_nothing_and_says_why(
    server: Server, database: str
) -> None:
    name = psycopg.conninfo.conninfo_to_dict(database)["dbname"]
    server.statement(f"ALTER DATABASE {name} SET default_transaction_read_only TO on")
    with closing(open_postgres_log(database)) as log:
        with pytest.raises(StoreUnavailable, match=r"nothing was written: .*make the database"):
            log.append([refusal("a:1")], {}, command())
        assert (log.head(), log.command("c1")) == (0, None)


def test_a_log_open_for_reading_refuses_to_write(database: str) -> None:
    with (
        closing(open_postgres_log(database, writable=False)) as log,
        pytest.raises(StoreUnavailable, match="reading only"),
    ):
        log.append([refusal("a:1")], {}, None)


def test_no_fault_tells_the_password() -> None:
    for url in ("postgresql://ana:secret@127.0.0.1:1/x", "postgresql://ana:secret@[::1/x"):
        with pytest.raises(StoreUnavailable) as told:
            open_postgres_log(url)
        assert "secret" not in str(told.value)
