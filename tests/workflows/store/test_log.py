"""What every store promises; `log` is each kind of store in turn."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.base import Document, document
from domain.event import Sealed
from domain.refusals import Conflict, KeyReused
from tests.workflows.store.conftest import AnyLog
from tests.workflows.store.events import NOON, command, minutes, refusal
from workflows.store.contract import AlreadyDone, CommandRow, Leaf, Log, StoreUnavailable
from workflows.store.mapper import Unsound
from workflows.store.sqlite import open_memory_log


def test_it_keeps_the_contract(log: AnyLog) -> None:
    promised: Log = log
    assert promised.head() == 0


def test_an_empty_log_answers_every_question(log: AnyLog) -> None:
    assert log.head() == log.version("refusal:x") == log.position_at(NOON) == 0
    several: list[list[object]] = [[*log.stream("refusal:x")], [*log.read()], [*log.disclosed([1])]]
    assert [*several, [*log.leaves_at([1])]] == [[], [], [], []]
    assert log.at(1) is None
    assert log.clock(1) is None
    assert log.document("0" * 64) is None
    assert log.command("c1") is None
    assert log.disclosed_of("refusal:x", "name") is None
    assert log.wait(0, 0.01) == 0


def test_positions_run_from_one_without_a_gap(log: AnyLog) -> None:
    assert log.append([refusal("a:1"), refusal("b:1")], {}, None) == range(1, 3)
    with pytest.raises(Conflict):
        log.append([refusal("a:1", 2), refusal("b:1", 7)], {}, None)
    assert log.append([refusal("a:1", 2)], {}, None) == range(3, 4)
    assert [recorded.position for recorded in log.read()] == [1, 2, 3]
    assert (log.head(), log.version("a:1"), log.version("b:1")) == (3, 2, 1)


def test_one_append_may_hold_several_events_of_a_stream(log: AnyLog) -> None:
    log.append([refusal("a:1", 1), refusal("b:1", 1), refusal("a:1", 2)], {"a:1": 0}, None)
    assert [recorded.event.version for recorded in log.stream("a:1")] == [1, 2]


@pytest.mark.parametrize("version", [1, 3, 4])
def test_a_written_stream_that_has_moved_is_a_conflict(log: AnyLog, version: int) -> None:
    log.append([refusal("a:1", 1)], {}, None)
    with pytest.raises(Conflict, match="a:1 is at version 1"):
        log.append([refusal("a:1", version)], {}, None)
    assert log.head() == 1


@pytest.mark.parametrize(("version", "conflicts"), [(0, True), (1, True), (2, False), (3, True)])
def test_a_read_stream_must_stand_where_it_was_read(
    log: AnyLog, version: int, conflicts: bool
) -> None:
    log.append([refusal("a:1", 1), refusal("a:1", 2)], {}, None)
    if conflicts:
        with pytest.raises(Conflict, match="a:1 is at version 2"):
            log.append([refusal("b:1")], {"a:1": version}, command())
        assert (log.head(), log.command("c1")) == (2, None)
    else:
        log.append([refusal("b:1")], {"a:1": version, "c:1": 0}, command())
        assert log.head() == 3


def test_of_threads_racing_for_one_version_exactly_one_wins(log: AnyLog) -> None:
    def try_once(version: int, number: int) -> bool:
        barrier.wait()
        try:
            log.append([refusal("a:1", version, ground=f"g{number}")], {}, None)
        except Conflict:
            return False
        return True

    barrier = threading.Barrier(4)
    with ThreadPoolExecutor(4) as pool:
        for version in range(1, 21):
            assert sum(pool.map(try_once, [version] * 4, range(4))) == 1
    assert log.head() == log.version("a:1") == 20


def test_a_command_sent_again_gets_its_first_answer(log: AnyLog) -> None:
    log.append([refusal("z:1")], {}, None)
    log.append([refusal("a:1"), refusal("a:1", 2)], {}, command("c1", answer=b'"yes"'))
    kept = CommandRow(id="c1", request_digest="r1", first=2, last=3, answer=b'"yes"')
    assert log.command("c1") == kept
    with pytest.raises(AlreadyDone) as done:
        log.append([refusal("a:1")], {}, command("c1", answer=b'"no"'))
    assert (done.value.row, log.head()) == (kept, 3)


def test_a_key_used_for_another_request_is_refused_even_before_a_conflict(log: AnyLog) -> None:
    log.append([refusal("a:1")], {}, command("c1", "r1"))
    with pytest.raises(KeyReused):
        log.append([refusal("a:1", 9)], {}, command("c1", "r2"))


def test_a_refusal_is_kept_as_the_answer_of_a_command_without_events(log: AnyLog) -> None:
    assert len(log.append((), {}, command("c1", answer=b'{"refused":"not_now"}'))) == 0
    kept = log.command("c1")
    assert kept is not None
    assert (kept.first, kept.last, kept.answer) == (0, 0, b'{"refused":"not_now"}')
    with pytest.raises(AlreadyDone):
        log.append((), {}, command("c1"))


def test_documents_and_private_fields_are_kept_with_their_event(log: AnyLog) -> None:
    policy = document({"quorum": 3})
    first = refusal("a:1", private={"name": "Ana", "email": "a@b"}, documents=(policy,))
    second = refusal("a:1", 2, private={"name": "Anna"}, documents=(policy,))
    log.append([first, second], {}, None)
    assert log.document(policy.digest) == b'{"quorum":3}'
    held = log.disclosed([2, 1, 5])
    assert [(d.position, d.name) for d in held] == [(1, "email"), (1, "name"), (2, "name")]
    assert [d.text for d in held[:2]] == [d.text for d in first.disclosures]
    assert log.disclosed_of("a:1", "name") == held[2]


def test_nothing_is_kept_beside_an_event_that_was_not_written(log: AnyLog) -> None:
    policy = document({"quorum": 3})
    with pytest.raises(Conflict):
        log.append([refusal("a:1", private={"n": "A"}, documents=(policy,))], {"b:1": 4}, None)
    assert (log.document(policy.digest), log.disclosed([1])) == (None, [])


def _unsound() -> dict[str, Sealed]:
    sound = refusal("a:1", private={"name": "Ana"})
    stranger = refusal("b:1", private={"name": "Eve"}).disclosures
    relabelled = sound.disclosures[0].changed(text=stranger[0].text)
    return {
        "bytes of another event": sound.changed(content=refusal("b:1").content),
        "a document under a wrong digest": sound.changed(
            documents=(Document(digest="0" * 64, content=b"{}"),)
        ),
        "a private field of another event": sound.changed(disclosures=stranger),
        "a private field with another text": sound.changed(disclosures=(relabelled,)),
    }


@pytest.mark.parametrize("kind", _unsound())
def test_nothing_enters_that_could_not_be_read_or_proved(log: AnyLog, kind: str) -> None:
    with pytest.raises(Unsound):
        log.append([_unsound()[kind]], {}, None)
    assert log.head() == 0


def test_what_is_read_is_what_was_sealed(log: AnyLog) -> None:
    sealed = [refusal("a:1", at=NOON), refusal("b:1", ground="größer <&> \u20ac")]
    log.append(sealed, {}, None)
    assert [r.content for r in log.read()] == [s.content for s in sealed]
    assert [r.event for r in log.read()] == [s.event for s in sealed]
    assert log.at(2) == log.read(after=1)[0] == next(log.stream("b:1"))
    assert log.at(3) is None


def test_reading_goes_on_after_any_place(log: AnyLog) -> None:
    log.append([refusal("a:1", version) for version in range(1, 1202)], {}, None)
    assert [r.event.version for r in log.stream("a:1", after=3)] == list(range(4, 1202))
    assert len(list(log.stream("a:1", after=201))) == 1000
    assert list(log.stream("a:1", after=1201)) == []
    assert len(log.read()) == 500
    assert [r.position for r in log.read(after=1199, limit=5)] == [1200, 1201]


@pytest.mark.parametrize(
    ("asked", "found"),
    [([], []), ([1], [1]), ([3, 1], [1, 3]), ([2, 2], [2]), ([3, 4, 0, -1], [3]), ([4], [])],
)
def test_leaves_at_places_come_in_the_order_of_the_log(
    log: AnyLog, asked: list[int], found: list[int]
) -> None:
    log.append([refusal("a:1"), refusal("b:1"), refusal("a:1", 2)], {}, None)
    every = {row.position: row for row in log.contents()}
    leaves = [Leaf(place, every[place].content, every[place].leaf) for place in found]
    assert log.leaves_at(asked) == leaves


def test_the_clock_never_goes_back(log: AnyLog) -> None:
    for version, minute in enumerate([0, 5, 3, 5, 6], 1):
        log.append([refusal("a:1", version, at=NOON + minutes(minute))], {}, None)
    assert [log.clock(p) for p in range(1, 6)] == [NOON + minutes(m) for m in [0, 5, 5, 5, 6]]
    assert [r.clock for r in log.read()] == [NOON + minutes(m) for m in [0, 5, 5, 5, 6]]


def test_the_position_of_a_moment_is_exact_at_every_bound(log: AnyLog) -> None:
    for version, minute in enumerate([0, 5, 3, 5, 6], 1):
        log.append([refusal("a:1", version, at=NOON + minutes(minute))], {}, None)
    tick = timedelta(microseconds=1)
    expected = {
        NOON - tick: 0, NOON: 1, NOON + tick: 1,
        NOON + minutes(5) - tick: 1, NOON + minutes(5): 4, NOON + minutes(5) + tick: 4,
        NOON + minutes(6) - tick: 4, NOON + minutes(6): 5, NOON + minutes(999): 5,
    }  # fmt: skip
    assert {moment: log.position_at(moment) for moment in expected} == expected


@given(
    st.lists(st.integers(0, 20), min_size=1, max_size=12), st.integers(-1, 21), st.integers(1, 4)
)
def test_clock_and_position_agree_with_their_definition(
    offsets: list[int], asked: int, batch: int
) -> None:
    log = open_memory_log()
    ats = [NOON + minutes(offset) for offset in offsets]
    events = [refusal("a:1", version, at=at) for version, at in enumerate(ats, 1)]
    for start in range(0, len(events), batch):
        log.append(events[start : start + batch], {}, None)
    clocks = [max(ats[: place + 1]) for place in range(len(ats))]
    moment = NOON + minutes(asked)
    assert [r.clock for r in log.read()] == clocks
    assert log.position_at(moment) == sum(clock <= moment for clock in clocks)
    log.close()


def test_waiting_ends_within_milliseconds_of_an_append(log: AnyLog) -> None:
    for version in range(1, 6):
        with ThreadPoolExecutor(1) as pool:
            head = pool.submit(log.wait, version - 1, 5.0)
            threading.Event().wait(0.02)
            log.append([refusal("a:1", version)], {}, None)
            assert head.result(timeout=0.1) == version


def test_waiting_ends_at_once_when_there_is_more_and_in_time_when_there_is_not(
    log: AnyLog,
) -> None:
    log.append([refusal("a:1")], {}, None)
    assert log.wait(0, 60) == 1
    assert log.wait(1, 0.01) == 1


def test_closing_lets_those_go_who_wait(log: AnyLog) -> None:
    with ThreadPoolExecutor(1) as pool:
        head = pool.submit(log.wait, 0, 60.0)
        threading.Event().wait(0.02)
        log.close()
        assert head.result(timeout=1) == 0


def test_a_closed_log_says_so(log: AnyLog) -> None:
    log.append([refusal("a:1")], {}, None)
    log.close()
    log.close()
    with pytest.raises(StoreUnavailable, match="closed"):
        log.append([refusal("a:1", 2)], {}, None)
    with pytest.raises(StoreUnavailable, match="closed"):
        log.read()
