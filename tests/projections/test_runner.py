"""The runner: one writer, views that stop alone, rebuilding beside, reading one's own writes."""

import signal
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from domain.project_events import ProjectRetitled
from projections import tracking
from projections.as_of import AsOf
from projections.boards import BOARDS
from projections.every import VIEWS
from projections.facts import known
from projections.files import ViewsUnavailable
from projections.occurrence import Occurrence
from projections.reading import ViewStopped
from projections.register import REGISTER, Wanted, register, statement
from projections.reviews import reviews
from projections.runner import Runner
from projections.trail import trail
from projections.view import Own, State, View
from tests.projections.asking import ALL, Until, bytes_of, everything, place
from tests.projections.histories import Author, Step, founded, tell
from workflows.store.contract import Stored
from workflows.store.sqlite import SQLiteLog, open_log

PROJECT = "project:P-001"
OTHER = Path(__file__).parent.parent.parent


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SQLiteLog]:
    opened = open_log(tmp_path, writable=True)
    yield opened
    opened.close()


def random_steps(number: int, seed: int = 1) -> list[Step]:
    chance = Random(seed)
    return [
        Step(chance.randrange(29), chance.randrange(8), chance.randrange(12), chance.randrange(9))
        for _ in range(number)
    ]


@pytest.fixture
def author(log: SQLiteLog) -> Author:
    started = founded(log)
    tell(started, [Step(0, 1, 1, 0), Step(6, 1, 0, 0), *random_steps(120)])
    return started


def retitle(author: Author, title: str) -> int:
    position = author.write(PROJECT, ProjectRetitled(title=title))
    author.commit()
    return position


def failing_at(view: View, position: int) -> View:
    def fold(key: str, last: State | None, happened: Occurrence) -> State | None:
        if happened.position == position:
            raise ValueError("bad luck")
        return view.fold(key, last, happened)

    return replace(view, fold=fold)


def with_register(view: View) -> tuple[View, ...]:
    return tuple(view if one is REGISTER else one for one in VIEWS)


def test_a_poisoned_event_stops_its_view_alone(
    tmp_path: Path, log: SQLiteLog, author: Author
) -> None:
    poisoned = retitle(author, "poison")
    retitle(author, "after it")
    runner = Runner(tmp_path, log, with_register(failing_at(REGISTER, poisoned)))
    assert runner.catch_up() == log.head()
    assert runner.wait_for(log.head(), 0.1)
    with pytest.raises(ViewStopped) as stopped:
        register(runner.reading)
    assert (stopped.value.view, stopped.value.position) == ("register", poisoned)
    assert stopped.value.topic == "project.retitled/1"
    first, *others = runner.health().views
    assert (first.position, first.stopped_at, first.message) == (
        poisoned - 1, poisoned, "ValueError: bad luck"
    )  # fmt: skip
    assert {one.lag for one in others} == {0}
    assert trail(runner.reading, PROJECT).position == log.head()
    # What the view knew before the event is still right.
    assert register(runner.reading, place(log, poisoned - 1)).position == poisoned - 1
    runner.close()


def test_a_mended_view_goes_on_where_it_stopped(
    tmp_path: Path, log: SQLiteLog, author: Author
) -> None:
    poisoned = retitle(author, "poison")
    broken = Runner(tmp_path, log, with_register(failing_at(REGISTER, poisoned)))
    broken.catch_up()
    retitle(author, "after it")
    broken.catch_up()
    broken.close()
    mended = Runner(tmp_path, log, VIEWS)
    mended.catch_up()
    assert {one.title for one in register(mended.reading).found} >= {"after it"}
    followed = bytes_of(tmp_path)
    mended.rebuild()
    assert bytes_of(tmp_path) == followed
    mended.close()


def test_a_row_the_table_refuses_stops_the_view_too(
    tmp_path: Path, log: SQLiteLog, author: Author
) -> None:
    assert author.position > 0
    twice = replace(BOARDS, keys=lambda happened, own: [*BOARDS.keys(happened, own)] * 2)
    runner = Runner(tmp_path, log, (twice, REGISTER))
    runner.catch_up()
    board, others = runner.health().views
    assert board.stopped_at is not None
    assert "UNIQUE" in (board.message or "")
    assert others.lag == 0
    runner.close()


def test_a_row_the_table_refuses_takes_no_other_row_with_it(
    tmp_path: Path, log: SQLiteLog, author: Author
) -> None:
    poisoned = retitle(author, "poison")
    retitle(author, "after it")

    def keys(happened: Occurrence, own: Own) -> list[str]:
        return [*REGISTER.keys(happened, own)] * (2 if happened.position == poisoned else 1)

    broken = Runner(tmp_path, log, with_register(replace(REGISTER, keys=keys)))
    broken.catch_up()
    stopped, *others = broken.health().views
    assert (stopped.position, stopped.stopped_at) == (poisoned - 1, poisoned)
    assert {one.lag for one in others} == {0}
    broken.close()
    mended = Runner(tmp_path, log, VIEWS)
    mended.catch_up()
    followed = bytes_of(tmp_path)
    mended.rebuild()
    assert bytes_of(tmp_path) == followed
    mended.close()


def test_an_unreadable_event_stops_every_view_before_it(
    tmp_path: Path, log: SQLiteLog, author: Author
) -> None:
    class Torn(Until):
        def contents(self, after: int = 0, limit: int = 500) -> list[Stored]:
            rows = super().contents(after, limit)
            return [r._replace(content=b"{}") if r.position == 50 else r for r in rows]

    runner = Runner(tmp_path, Torn(log, author.position), VIEWS)
    runner.catch_up()
    assert {(one.position, one.stopped_at) for one in runner.health().views} == {(49, 50)}
    runner.close()
    whole = Runner(tmp_path, log, VIEWS)
    assert whole.catch_up() == log.head()
    whole.close()


def test_rows_and_tracking_are_written_together(
    tmp_path: Path, log: SQLiteLog, author: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    until = Until(log, 40)
    runner = Runner(tmp_path, until, VIEWS)
    runner.catch_up()
    before = bytes_of(tmp_path)
    until.end = author.position

    def full(*_told: object) -> None:
        raise sqlite3.OperationalError("disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(tracking, "save", full)
        with pytest.raises(sqlite3.OperationalError):
            runner.catch_up()
    assert bytes_of(tmp_path) == before
    assert runner.catch_up() == author.position
    followed = bytes_of(tmp_path)
    runner.rebuild()
    assert bytes_of(tmp_path) == followed
    runner.close()


KILLED = """
import sys
from pathlib import Path
from projections import folding, runner
from projections.every import VIEWS
from workflows.store.sqlite import open_log
folding.ROWS_KEPT_MAX = 50
read = runner.read_batch
def slow(source, after, limit=3):
    print(after, flush=True)
    return read(source, after, 3)
runner.read_batch = slow
log = open_log(Path(sys.argv[1]), writable=False)
runner.Runner(Path(sys.argv[1]), log, VIEWS).catch_up()
"""


def test_killed_at_any_moment_it_goes_on_by_itself(
    tmp_path: Path, log: SQLiteLog, author: Author
) -> None:
    tell(author, random_steps(900, seed=2))
    for lines in (3, 20, 40):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(tmp_path)],
            cwd=OTHER, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        for _ in range(lines):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    runner = Runner(tmp_path, log, VIEWS)
    assert 0 < runner.health().views[0].position < log.head()
    runner.catch_up()
    followed = bytes_of(tmp_path)
    runner.rebuild()
    assert bytes_of(tmp_path) == followed
    runner.close()


def test_one_reads_what_one_wrote(tmp_path: Path, log: SQLiteLog, author: Author) -> None:
    runner = Runner(tmp_path, log, VIEWS)
    runner.follow()
    assert runner.wait_for(author.position, 10)
    waits = []
    for number in range(40):
        position = retitle(author, f"title {number}")
        began = time.perf_counter()
        assert runner.wait_for(position, 5)
        waits.append(time.perf_counter() - began)
        assert f"title {number}" in {row.title for row in register(runner.reading).found}
    assert statistics.median(waits) < 0.05
    assert not runner.wait_for(author.position + 1, 0.02)
    runner.close()


def test_only_one_process_writes(tmp_path: Path, log: SQLiteLog, author: Author) -> None:
    first = Runner(tmp_path, log, VIEWS)
    second = Runner(tmp_path, log, VIEWS)
    assert (first.writes, second.writes) == (True, False)
    assert not second.health().writes
    assert second.health().writer == first.health().writer
    assert not second.wait_for(author.position, 0.02)
    first.catch_up()
    assert second.catch_up() == author.position
    assert second.wait_for(author.position, 0.02)
    assert register(second.reading).found == register(first.reading).found
    with pytest.raises(ViewsUnavailable):
        second.rebuild()
    first.rebuild()
    assert register(second.reading).found == register(first.reading).found
    second.close()
    first.close()
    third = Runner(tmp_path, log, VIEWS)
    assert third.writes
    third.close()
    with pytest.raises(ViewsUnavailable):
        register(third.reading)


def test_whoever_stands_by_takes_over_when_the_writer_ends(
    tmp_path: Path, log: SQLiteLog, author: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projections.runner.RETRY_S", 0.02)
    first, second = Runner(tmp_path, log, VIEWS), Runner(tmp_path, log, VIEWS)
    for runner in (first, second):
        runner.follow()
    assert second.wait_for(author.position, 10)
    assert (first.writes, second.writes) == (True, False)
    first.close()
    retitle(author, "taken over")
    assert second.wait_for(author.position, 10)
    assert second.health().writes
    assert "taken over" in {row.title for row in register(second.reading).found}
    second.rebuild()
    second.close()


def test_readers_keep_reading_while_it_is_rebuilt(
    tmp_path: Path, log: SQLiteLog, author: Author
) -> None:
    runner = Runner(tmp_path, log, VIEWS)
    runner.follow()
    assert runner.wait_for(author.position, 10)
    asked = place(log, author.position)
    expected = everything(runner.reading, asked)
    over = threading.Event()
    faults: list[str] = []

    def read() -> None:
        while not over.is_set():
            if everything(runner.reading, asked) != expected:
                faults.append("another answer")

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    told: list[tuple[int, int]] = []
    for number in range(3):
        retitle(author, f"meanwhile {number}")
        assert runner.rebuild(lambda position, head: told.append((position, head))) >= (
            author.position
        )
    over.set()
    for reader in readers:
        reader.join()
    assert not faults
    assert told[-1] == (author.position, author.position)
    assert {row.title for row in register(runner.reading).found} >= {"meanwhile 2"}
    assert len(list(tmp_path.glob("views.*.db"))) <= 2
    runner.close()


def test_another_form_rebuilds_that_view_only(
    tmp_path: Path, log: SQLiteLog, author: Author
) -> None:
    runner = Runner(tmp_path, log, VIEWS)
    runner.catch_up()
    rows = bytes_of(tmp_path)
    runner.close()
    newer = replace(REGISTER, schema=REGISTER.schema + 1)
    changed = tuple(newer if one is REGISTER else one for one in VIEWS)
    other = Runner(tmp_path, log, changed)
    others = [author.position] * (len(VIEWS) - 1)
    assert [one.position for one in other.health().views] == [0, *others]
    other.catch_up()
    other.close()
    assert bytes_of(tmp_path).replace("'2/", "'1/") != rows  # the number is part of the form
    assert len(bytes_of(tmp_path)) == len(rows)
    fewer = Runner(tmp_path, log, VIEWS[1:])
    fewer.catch_up()
    fewer.close()
    assert "register" not in bytes_of(tmp_path)


def test_views_of_another_log_are_made_anew(tmp_path: Path, log: SQLiteLog, author: Author) -> None:
    other_place = tmp_path / "other"
    other_log = open_log(other_place, writable=True)
    tell(founded(other_log), random_steps(30, seed=9))
    other = Runner(tmp_path, other_log, VIEWS)
    other.catch_up()
    other.close()
    other_log.close()
    runner = Runner(tmp_path, log, VIEWS)
    assert {one.position for one in runner.health().views} == {0}
    assert runner.catch_up() == author.position
    runner.close()


def test_a_file_that_is_no_database_is_made_anew(
    tmp_path: Path, log: SQLiteLog, author: Author
) -> None:
    runner = Runner(tmp_path, log, VIEWS)
    runner.catch_up()
    runner.close()
    (tmp_path / (tmp_path / "views.db").readlink()).write_bytes(b"not a database at all" * 500)
    again = Runner(tmp_path, log, VIEWS)
    assert again.catch_up() == author.position
    again.close()


def test_following_goes_on_after_a_fault(
    tmp_path: Path, log: SQLiteLog, author: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projections.runner.RETRY_S", 0.01)
    runner = Runner(tmp_path, log, VIEWS)
    with monkeypatch.context() as broken:
        broken.setattr(tracking, "save", _full)
        runner.follow()
        for _ in range(500):
            if runner.health().fault:
                break
            time.sleep(0.01)
        assert "full" in (runner.health().fault or "")
    assert runner.wait_for(author.position, 5)
    runner.close()


def _full(*_told: object) -> None:
    raise sqlite3.OperationalError("disk is full")


@pytest.mark.parametrize("effective", [False, True])
@pytest.mark.parametrize("portfolio", [None, "A"])
def test_looking_back_seeks_once_per_key(
    tmp_path: Path, log: SQLiteLog, author: Author, effective: bool, portfolio: str | None
) -> None:
    runner = Runner(tmp_path, log, VIEWS)
    runner.catch_up()
    moment = log.clock(author.position) if effective else None
    query = statement(Wanted(effective=moment, portfolio=portfolio))
    names = "position link portfolio effective after rows".split()
    with runner.reading.at(None, REGISTER) as reading:
        rows = reading.connection.execute(f"EXPLAIN QUERY PLAN {query}", dict.fromkeys(names))
        plan = [row[3] for row in rows]
    runner.close()
    assert "SEARCH k USING PRIMARY KEY (link=? AND key>?)" in plan
    assert "SEARCH v USING PRIMARY KEY (key=? AND position=?)" in plan
    assert "SEARCH x USING PRIMARY KEY (key=? AND position<?)" in plan
    assert not [step for step in plan if step.startswith("SCAN") or "TEMP B-TREE" in step]
    if effective:
        assert any("register_placed (key=? AND effective_at<?)" in step for step in plan)


def test_an_answer_says_as_of_when(tmp_path: Path, log: SQLiteLog, author: Author) -> None:
    until = Until(log, 60)
    runner = Runner(tmp_path, until, VIEWS)
    runner.catch_up()
    now = register(runner.reading)
    assert (now.position, now.as_of) == (60, log.clock(60))
    earlier = place(log, 30)
    asked = AsOf(position=30, moment=earlier.moment.replace(microsecond=5))
    assert register(runner.reading, asked).as_of == asked.moment
    # Asked about what is not folded yet, it says how far it really got.
    ahead = register(runner.reading, place(log, author.position))
    assert (ahead.position, ahead.as_of) == (60, log.clock(60))
    runner.close()


def test_private_words_are_not_copied(tmp_path: Path, log: SQLiteLog, author: Author) -> None:
    runner = Runner(tmp_path, log, VIEWS)
    assert runner.catch_up() == author.position
    runner.close()
    assert log.disclosed([author.position])
    assert "private words" not in bytes_of(tmp_path)


def test_pages_join_to_the_whole(tmp_path: Path, log: SQLiteLog, author: Author) -> None:
    runner = Runner(tmp_path, log, VIEWS)
    assert runner.catch_up() == author.position
    for ask in (register, reviews):
        whole, page = ask(runner.reading, page=ALL).found, replace(ALL, limit=3)
        pages: list[object] = []
        while True:
            answer = ask(runner.reading, page=page)
            pages += answer.found
            if answer.next is None:
                break
            page = replace(page, after=answer.next)
        assert tuple(pages) == whole
    assert known(runner.reading, PROJECT).found
    runner.close()
