"""The tree beside the events: complete nodes in the event's own transaction, on every store."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from domain.base import digest, document
from domain.event import leaf_hash
from domain.merkle import EMPTY_ROOT, Frontier
from domain.refusals import Conflict
from tests.workflows.store.conftest import AnyLog
from tests.workflows.store.events import refusal
from workflows.store.contract import NoNode, StoreUnavailable
from workflows.store.sqlite import open_log

BEFORE_KEYS = (
    "DROP TABLE erased",
    "DROP INDEX private_owner",
    "ALTER TABLE private DROP COLUMN owner",
    "PRAGMA user_version = 2",
)
BEFORE_THE_TREE = (
    *BEFORE_KEYS,
    "DROP TRIGGER nodes_never_changed",
    "DROP TRIGGER nodes_never_deleted",
    "DROP TABLE nodes",
    "PRAGMA user_version = 1",
)


def filled(log: AnyLog, versions: range) -> list[bytes]:
    log.append([refusal("a:1", version) for version in versions], {}, None)
    return [leaf_hash(row.content) for row in log.contents(0, 10_000)]


def roots(leaves: list[bytes]) -> list[bytes]:
    frontier, found = Frontier(), [EMPTY_ROOT]
    for leaf in leaves:
        frontier.grow(leaf)
        found.append(frontier.root())
    return found


def kept(log: AnyLog) -> dict[int, bytes]:
    return dict(log.nodes(0, log.head()))


def completed_by(leaves: list[bytes]) -> dict[int, bytes]:
    frontier = Frontier()
    made = {size: b"".join(frontier.grow(leaf)) for size, leaf in enumerate(leaves, 1)}
    return {size: hashes for size, hashes in made.items() if hashes}


def test_every_size_has_the_root_of_its_events(log: AnyLog) -> None:
    for version in (1, 2, 3):
        log.append([refusal("b:1", version)], {}, None)
    leaves = filled(log, range(1, 300))
    assert [log.root(size) for size in range(303)] == roots(leaves)
    assert log.leaves(0, 1000) == leaves
    assert log.leaves(300, 5) == leaves[300:]
    assert kept(log) == completed_by(leaves)


def test_a_node_is_found_by_its_level_and_place(log: AnyLog) -> None:
    leaves = filled(log, range(1, 9))
    assert log.node(0, 7) == leaves[7]
    assert log.node(3, 0) == log.root(8)


@pytest.mark.parametrize(("level", "place"), [(0, 8), (1, 4), (4, 0), (3, 1)])
def test_a_node_whose_leaves_are_not_all_there_is_not_kept(
    log: AnyLog, level: int, place: int
) -> None:
    filled(log, range(1, 9))
    with pytest.raises(NoNode):
        log.node(level, place)
    with pytest.raises(NoNode):
        log.root(9)


def test_an_append_that_is_refused_leaves_no_node(log: AnyLog) -> None:
    leaves = filled(log, range(1, 2))
    with pytest.raises(Conflict):
        log.append([refusal("b:1"), refusal("b:1", 9)], {}, None)
    assert kept(log) == {}
    assert log.root(1) == leaves[0]


def test_rows_come_as_they_lie_there(log: AnyLog) -> None:
    first, second = refusal("a:1"), refusal("b:1")
    log.append([first, second], {}, None)
    row = log.contents(1, 5)[0]
    assert row == (
        2, "b:1", 1, "act.refused/1", second.content, leaf_hash(second.content),
        "2026-11-22T12:00:00.000000Z",
    )  # fmt: skip
    assert [one.position for one in log.contents(0, 1)] == [1]


def test_documents_come_in_the_order_of_their_digests(log: AnyLog) -> None:
    held = [document({"n": number}) for number in range(5)]
    log.append([refusal("a:1", documents=tuple(held))], {}, None)
    listed = sorted((one.digest, one.content) for one in held)
    assert log.documents() == listed
    assert log.documents(listed[1][0], 2) == listed[2:4]
    assert all(digest(content) == name for name, content in listed)


def test_documents_come_by_their_digests_and_what_is_not_held_is_left_out(log: AnyLog) -> None:
    held = [document({"n": number}) for number in range(3)]
    log.append([refusal("a:1", documents=tuple(held))], {}, None)
    wanted = {held[0].digest, held[2].digest, "0" * 64, "no digest", "\ufffd"}
    assert log.documents_of(wanted) == {one.digest: one.content for one in (held[0], held[2])}
    assert log.documents_of(()) == {}


# --- Files -----------------------------------------------------------------------------------


def before_the_tree(directory: Path, events: int) -> list[bytes]:
    log = open_log(directory, writable=True)
    leaves = filled(log, range(1, events + 1))
    log.close()
    with closing(sqlite3.connect(directory / "events.db")) as connection, connection:
        for statement in BEFORE_THE_TREE:
            connection.execute(statement)
    return leaves


@pytest.mark.parametrize("events", [0, 1, 2, 255, 256, 257])
def test_a_log_from_before_the_tree_gets_it_at_opening(tmp_path: Path, events: int) -> None:
    if events:
        leaves = before_the_tree(tmp_path, events)
    else:
        open_log(tmp_path, writable=True).close()
        with closing(sqlite3.connect(tmp_path / "events.db")) as connection, connection:
            for statement in BEFORE_THE_TREE:
                connection.execute(statement)
        leaves = []
    log = open_log(tmp_path, writable=True)
    assert [row.leaf for row in log.contents(0, 1000)] == leaves
    assert kept(log) == completed_by(leaves)
    leaves = filled(log, range(events + 1, events + 4))
    assert log.root(log.head()) == roots(leaves)[-1]
    log.close()
    with closing(sqlite3.connect(tmp_path / "events.db")) as connection:
        for statement in ("DELETE FROM nodes", "UPDATE nodes SET hashes = x'00'"):
            with pytest.raises(sqlite3.IntegrityError, match="on record"):
                connection.execute(statement)


def test_a_log_from_before_the_tree_says_how_to_bring_it_on(tmp_path: Path) -> None:
    before_the_tree(tmp_path, 3)
    with pytest.raises(StoreUnavailable, match="form 1"):
        open_log(tmp_path, writable=False)


def test_the_tree_is_filled_in_one_step_or_not_at_all(tmp_path: Path) -> None:
    before_the_tree(tmp_path, 5)
    with closing(sqlite3.connect(tmp_path / "events.db")) as connection, connection:
        connection.execute("CREATE TABLE stop (x)")
        connection.execute(
            "CREATE TRIGGER nodes_never_changed AFTER INSERT ON stop BEGIN SELECT 1; END"
        )
    with pytest.raises(StoreUnavailable, match="already exists"):
        open_log(tmp_path, writable=True)
    with closing(sqlite3.connect(tmp_path / "events.db")) as connection, connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert (
            connection.execute("SELECT * FROM sqlite_master WHERE name = 'nodes'").fetchall() == []
        )
        connection.execute("DROP TABLE stop")
    log = open_log(tmp_path, writable=True)
    assert log.root(5) == log.root(log.head())
    log.close()
