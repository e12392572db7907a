"""Many commands share one transaction, and each succeeds or fails for itself."""

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from domain.base import document
from domain.refusals import Conflict, KeyReused, Refused
from tests.workflows.store.conftest import AnyLog
from tests.workflows.store.events import command, refusal
from workflows.store.contract import AlreadyDone
from workflows.store.sqlite import SQLiteLog
from workflows.store.turns import Job, Outcome
from workflows.store.writer import SQLiteWork

INTEGRITY = (sqlite3.IntegrityError, psycopg.IntegrityError)
"""What a database says of rows it will not have."""


def test_commands_in_one_transaction_succeed_and_fail_each_for_itself(log: AnyLog) -> None:
    appends: list[Callable[[], object]] = [
        lambda: log.append([refusal("a:1")], {}, command("c1")),
        lambda: log.append([refusal("b:1", documents=(document({"x": 1}),)), refusal("a:1", 9)],
                           {}, command("c2")),
        lambda: log.append([refusal("c:1"), refusal("c:1", 2)], {"a:1": 1}, command("c3")),
        lambda: log.append([refusal("d:1")], {}, command("c1")),
        lambda: log.append([refusal("d:1")], {}, command("c1", "other")),
    ]  # fmt: skip
    answers = _in_one_transaction(log, appends)
    assert answers[0] == range(1, 2)
    assert isinstance(answers[1], Conflict)
    assert answers[2] == range(2, 4)
    assert isinstance(answers[3], AlreadyDone)
    assert answers[3].row == log.command("c1")
    assert isinstance(answers[4], KeyReused)
    assert [recorded.event.stream for recorded in log.read()] == ["a:1", "c:1", "c:1"]
    assert log.command("c2") is None
    assert log.document(document({"x": 1}).digest) is None


def _in_one_transaction(log: AnyLog, appends: list[Callable[[], object]]) -> list[object]:
    """Hold the writer up until everything is queued, in order."""

    def attempt(append: Callable[[], object]) -> object:
        try:
            return append()
        except (AlreadyDone, Refused, *INTEGRITY) as fault:
            return fault

    writer = log.writer
    assert writer is not None
    with ThreadPoolExecutor(len(appends)) as pool:
        with writer._turn:
            answers = []
            for number, append in enumerate(appends, 1):
                answers.append(pool.submit(attempt, append))
                while len(writer._waiting) < number:
                    threading.Event().wait(0.001)
        return [answer.result() for answer in answers]


def test_a_fault_of_the_caller_leaves_the_writer_working(sqlite_log: SQLiteLog) -> None:
    def stumble(connection: object) -> None:
        raise ZeroDivisionError

    assert sqlite_log.writer is not None
    with pytest.raises(ZeroDivisionError):
        sqlite_log.writer.carry_out(stumble)
    assert sqlite_log.append([refusal("a:1")], {}, None) == range(1, 2)


def test_an_interrupted_writer_leaves_nobody_waiting_and_nothing_half_written(
    sqlite_log: SQLiteLog,
) -> None:
    def interrupt(connection: object) -> None:
        queued.wait(5)
        raise KeyboardInterrupt

    log = sqlite_log
    writer, queued = log.writer, threading.Event()
    assert writer is not None
    beside = Job[SQLiteWork](lambda connection: queued.set())
    writer._waiting.append(beside)  # in the same transaction
    with pytest.raises(KeyboardInterrupt):
        writer.carry_out(interrupt)
    assert isinstance(beside.outcome, Outcome)
    assert "same key" in str(beside.outcome.fault)
    assert log.append([refusal("a:1")], {}, None) == range(1, 2)


def test_a_fault_among_many_concerns_its_own_caller_only(log: AnyLog) -> None:
    sound = refusal("b:1", private={"name": "Ana"})
    answers = _in_one_transaction(
        log,
        [
            lambda: log.append([refusal("a:1")], {}, command("c1")),
            lambda: log.append([sound.changed(disclosures=sound.disclosures * 2)], {}, None),
            lambda: log.append([refusal("a:1", 2)], {"a:1": 1}, command("c3")),
        ],
    )
    assert (answers[0], answers[2]) == (range(1, 2), range(2, 3))
    assert isinstance(answers[1], INTEGRITY)
    assert [recorded.position for recorded in log.read()] == [1, 2]


def test_many_threads_lose_nothing(log: AnyLog) -> None:
    def work(number: int) -> list[int]:
        stream = f"a:{number}"
        return [log.append([refusal(stream, v)], {}, command(f"{stream}/{v}"))[0]
                for v in range(1, 41)]  # fmt: skip

    with ThreadPoolExecutor(8) as pool:
        positions = sorted(p for found in pool.map(work, range(8)) for p in found)
    assert positions == list(range(1, 321)) == [r.position for r in log.read()]


def test_what_was_written_before_a_fault_is_undone_without_leaving_a_gap(log: AnyLog) -> None:
    policy = document({"quorum": 3})
    sound = refusal("a:1", private={"name": "Ana"}, documents=(policy,))
    twice = sound.changed(disclosures=sound.disclosures * 2)
    with pytest.raises(INTEGRITY):
        log.append([refusal("b:1"), twice], {}, command())
    assert (log.head(), log.document(policy.digest), log.disclosed([1, 2])) == (0, None, [])
    assert log.append([sound], {}, command()) == range(1, 2)
