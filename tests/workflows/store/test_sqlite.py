"""What is true of the SQLite files: other processes, tampering, disks that fill up."""

import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from domain.base import document
from domain.catalogue import UnreadableEvent
from domain.event import leaf_hash
from tests.workflows.store.events import NOON, minutes, refusal
from workflows.store.contract import StoreUnavailable
from workflows.store.sql import _OF_STREAM, _POSITION_AT
from workflows.store.sqlite import SQLiteLog, open_log

ROOT = Path(__file__).parents[3]


def test_the_rows_hold_exactly_the_canonical_bytes_and_their_leaf_hash(
    file_log: SQLiteLog, tmp_path: Path
) -> None:
    sealed = [refusal("a:1"), refusal("b:1", at=NOON - minutes(1), ground="größer")]
    file_log.append(sealed, {}, None)
    with closing(sqlite3.connect(tmp_path / "events.db")) as connection:
        rows = connection.execute("SELECT * FROM stored_events").fetchall()
    noon = "2026-11-22T12:00:00.000000Z"
    assert rows == [
        (position, one.event.stream, 1, "act.refused/1", one.content, leaf_hash(one.content), noon)
        for position, one in enumerate(sealed, 1)
    ]


def test_the_writer_keeps_a_write_ahead_log_and_flushes_every_commit(file_log: SQLiteLog) -> None:
    def settings(connection: sqlite3.Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "busy_timeout")
        return [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names]

    assert file_log.writer is not None
    assert file_log.writer.carry_out(settings) == ["wal", 2, 5000]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE stored_events SET state = x'00'",
        "DELETE FROM stored_events",
        "INSERT OR REPLACE INTO stored_events SELECT * FROM stored_events",
        "INSERT INTO stored_events SELECT 3, 'b:1', 1, topic, state, leaf, clock"
        " FROM stored_events",
        "INSERT INTO stored_events SELECT NULL, 'b:1', 1, topic, state, leaf, clock"
        " FROM stored_events",
        "INSERT INTO stored_events SELECT 2, 'b:1', 2, topic, state, leaf, clock"
        " FROM stored_events",
        "INSERT INTO stored_events SELECT 2, 'a:1', 1, topic, state, leaf, clock"
        " FROM stored_events",
        "INSERT INTO stored_events SELECT 2, 'b:1', 1, topic, state, leaf, '2026-11-22T11'"
        " FROM stored_events",
        "UPDATE documents SET bytes = x'00'",
        "DELETE FROM documents",
    ],
)
def test_the_database_itself_refuses_to_change_the_record(
    file_log: SQLiteLog, tmp_path: Path, statement: str
) -> None:
    file_log.append([refusal("a:1", documents=(document({}),))], {}, None)
    with closing(sqlite3.connect(tmp_path / "events.db")) as connection:
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(statement)
        connection.rollback()
    assert file_log.append([refusal("b:1")], {}, None) == range(2, 3)


_FOREIGN: dict[str, list[object]] = {
    "state": [
        b"\x00",
        b"{}",
        refusal("b:1").content,
        refusal("a:1", 2).content,
        refusal("a:1").content.replace(b"not_now", b"not_n0w"),
        refusal("a:1").content + b" ",
        refusal("a:1").content.replace(b"act.refused/1", b"act.refused/9"),
    ],
    "originator_id": ["a:2"],
    "originator_version": [2],
    "topic": ["office.founded/1"],
    "leaf": [b"\x00" * 32],
}


@pytest.mark.parametrize(
    ("column", "value"), [(column, value) for column in _FOREIGN for value in _FOREIGN[column]]
)
def test_a_tampered_row_is_a_fault_that_names_its_position(
    tmp_path: Path, column: str, value: object
) -> None:
    log = open_log(tmp_path, writable=True)
    log.append([refusal("z:1"), refusal("a:1")], {}, None)
    log.close()
    with closing(sqlite3.connect(tmp_path / "events.db")) as connection, connection:
        connection.execute("DROP TRIGGER stored_events_never_changed")
        connection.execute(
            f"UPDATE stored_events SET {column} = ? WHERE notification_id = 2", (value,)
        )
    log = open_log(tmp_path, writable=False)
    with pytest.raises(UnreadableEvent, match="position 2"):
        log.read()
    with pytest.raises(UnreadableEvent, match="position 2"):
        log.at(2)
    assert log.at(1) is not None
    log.close()


@pytest.mark.parametrize(
    ("query", "values", "plan"),
    [
        (_POSITION_AT, ("x",), "SEARCH stored_events USING COVERING INDEX stored_events_clock"),
        (_OF_STREAM, ("a", 0), "SEARCH stored_events USING INDEX sqlite_autoindex_stored_events"),
    ],
)
def test_finding_a_place_is_an_index_seek(
    file_log: SQLiteLog, tmp_path: Path, query: str, values: tuple[object, ...], plan: str
) -> None:
    with closing(sqlite3.connect(tmp_path / "events.db")) as connection:
        steps = connection.execute(f"EXPLAIN QUERY PLAN {query}", values).fetchall()
    assert len(steps) == 1
    assert steps[0][3].startswith(plan)


# --- Other processes -------------------------------------------------------------------------


def _elsewhere(program: str, directory: Path) -> subprocess.CompletedProcess[str]:
    prelude = (
        "import sys; from pathlib import Path; from workflows.store.sqlite import open_log;"
        "from tests.workflows.store.events import refusal; where = Path(sys.argv[1])\n"
    )
    return subprocess.run(
        [sys.executable, "-c", prelude + program, str(directory)],
        cwd=ROOT, capture_output=True, text=True, timeout=30,
    )  # fmt: skip


def test_a_second_writer_is_refused_and_told_who_holds_the_lock(
    file_log: SQLiteLog, tmp_path: Path
) -> None:
    refused = _elsewhere("open_log(where, writable=True)", tmp_path)
    assert refused.returncode == 1
    assert f"{tmp_path}/writer.lock is held by process {os.getpid()}" in refused.stderr
    with pytest.raises(StoreUnavailable, match=r"writer\.lock"):
        open_log(tmp_path, writable=True)


def test_a_lock_file_left_behind_means_nothing(tmp_path: Path) -> None:
    (tmp_path / "writer.lock").write_text("1")
    open_log(tmp_path, writable=True).close()
    assert (tmp_path / "writer.lock").read_text() == str(os.getpid())
    open_log(tmp_path, writable=True).close()


def test_another_process_reads_what_this_one_writes(file_log: SQLiteLog, tmp_path: Path) -> None:
    file_log.append([refusal("a:1")], {}, None)
    read = _elsewhere(
        "log = open_log(where, writable=False); print(log.at(1).content.decode(), log.head())",
        tmp_path,
    )
    assert read.stdout.strip() == f"{refusal('a:1').content.decode()} 1"


def test_a_reader_sees_and_awaits_events_of_the_writer_process(tmp_path: Path) -> None:
    open_log(tmp_path, writable=True).close()
    reader = open_log(tmp_path, writable=False)
    assert reader.head() == 0
    writing = threading.Thread(
        target=_elsewhere,
        args=("open_log(where, writable=True).append([refusal('a:1')], {}, None)", tmp_path),
    )
    writing.start()
    assert reader.wait(0, 20) == 1
    assert reader.read()[0].content == refusal("a:1").content
    writing.join()
    reader.close()


def test_a_reader_waits_no_longer_than_it_says_and_not_at_all_when_closed(tmp_path: Path) -> None:
    open_log(tmp_path, writable=True).close()
    reader = open_log(tmp_path, writable=False)
    assert reader.wait(0, 0.05) == 0
    threading.Timer(0.05, reader.close).start()
    assert reader.wait(0, 60) == 0


def test_a_log_open_for_reading_refuses_to_write(tmp_path: Path) -> None:
    open_log(tmp_path, writable=True).close()
    reader = open_log(tmp_path, writable=False)
    with pytest.raises(StoreUnavailable, match="reading only"):
        reader.append([refusal("a:1")], {}, None)
    reader.close()


def test_there_is_nothing_to_read_where_there_is_no_log(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="there is no log in"):
        open_log(tmp_path, writable=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("writable", [True, False])
@pytest.mark.parametrize(
    ("damage", "why"),
    [
        ("PRAGMA user_version = 99", "has form 99"),
        ("PRAGMA application_id = 7", "not a log of this program"),
    ],
)
def test_a_file_of_another_program_or_form_is_not_opened(
    tmp_path: Path, writable: bool, damage: str, why: str
) -> None:
    open_log(tmp_path, writable=True).close()
    with closing(sqlite3.connect(tmp_path / "events.db")) as connection:
        connection.execute(damage)
    for _ in range(2):  # the second time shows that the lock was let go
        with pytest.raises(StoreUnavailable, match=why):
            open_log(tmp_path, writable=writable)


def test_a_file_that_is_no_database_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "events.db").write_bytes(b"minutes of the meeting" * 500)
    with pytest.raises(StoreUnavailable, match="not a database"):
        open_log(tmp_path, writable=True)
