"""The cache of states always says what folding the whole stream would say."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.event import Event
from domain.refusals import Conflict
from tests.workflows.store.conftest import AnyLog
from tests.workflows.store.events import refusal
from workflows.store.contract import Recorded
from workflows.store.sqlite import open_memory_log
from workflows.store.states import States


def grow(state: tuple[int, ...] | None, event: Event, _position: int) -> tuple[int, ...]:
    return (*(state or ()), event.version)


class Watched:
    """A log that notes what is read of it."""

    def __init__(self, log: AnyLog) -> None:
        self._log = log
        self.read: list[int] = []
        self.asked: list[str] = []

    def stream(self, stream: str, after: int = 0) -> Iterator[Recorded]:
        self.asked.append(stream)
        for recorded in self._log.stream(stream, after):
            self.read.append(recorded.event.version)
            yield recorded


def _filled(log: AnyLog, stream: str, first: int, last: int) -> None:
    log.append([refusal(stream, version) for version in range(first, last + 1)], {}, None)


def test_a_stream_that_is_not_there_has_no_state(log: AnyLog) -> None:
    assert States(log, {"a": grow}).state("a:1") == (None, 0)


def test_only_events_above_what_is_kept_are_read(log: AnyLog) -> None:
    watched = Watched(log)
    states = States(watched, {"a": grow})
    _filled(log, "a:1", 1, 3)
    assert states.state("a:1") == ((1, 2, 3), 3)
    _filled(log, "a:1", 4, 5)
    assert states.state("a:1") == ((1, 2, 3, 4, 5), 5)
    assert states.state("a:1") == ((1, 2, 3, 4, 5), 5)
    assert watched.read == [1, 2, 3, 4, 5]


def test_after_a_commit_nothing_needs_reading(log: AnyLog) -> None:
    watched = Watched(log)
    states = States(watched, {"a": grow})
    for version in (1, 2):
        sealed = [refusal("a:1", version), refusal("other:1", version)]
        states.advance(sealed, log.append(sealed, {}, None))
    assert states.state("a:1") == ((1, 2), 2)
    assert watched.read == []


def test_events_that_do_not_follow_on_what_is_kept_are_left_for_the_next_reading(
    log: AnyLog,
) -> None:
    states = States(log, {"a": grow})
    _filled(log, "a:1", 1, 3)
    states.advance([refusal("a:1", 3)], range(3, 4))
    states.state("a:1")
    states.advance([refusal("a:1", 2), refusal("a:1", 3)], range(2, 4))
    assert states.state("a:1") == ((1, 2, 3), 3)


def test_what_was_forgotten_is_folded_anew(log: AnyLog) -> None:
    watched = Watched(log)
    states = States(watched, {"a": grow})
    _filled(log, "a:1", 1, 2)
    states.state("a:1")
    states.forget(["a:1", "a:2"])
    assert states.state("a:1") == ((1, 2), 2)
    assert watched.read == [1, 2, 1, 2]


def test_the_least_recently_used_makes_room(log: AnyLog) -> None:
    watched = Watched(log)
    states = States(watched, {"a": grow}, states_max=2)
    for stream in ("a:1", "a:2", "a:3"):
        _filled(log, stream, 1, 1)
    for stream in ("a:1", "a:2", "a:1", "a:3"):
        states.state(stream)
    watched.read.clear()
    states.state("a:1")
    states.state("a:3")
    assert watched.read == []
    states.state("a:2")
    assert watched.read == [1]


def test_streams_of_an_unknown_kind_have_no_state(log: AnyLog) -> None:
    with pytest.raises(KeyError, match="'b'"):
        States(log, {"a": grow}).state("b:1")


@given(st.lists(st.sampled_from(["append", "append and advance", "ask", "forget", "other"])))
def test_the_state_is_always_the_fold_of_the_stream(steps: list[str]) -> None:
    log = open_memory_log()
    states = States(log, {"a": grow}, states_max=1)
    version = 0
    for step in steps:
        if step.startswith("append"):
            version += 1
            sealed = [refusal("a:1", version)]
            positions = log.append(sealed, {}, None)
            if step.endswith("advance"):
                states.advance(sealed, positions)
        elif step == "forget":
            states.forget(["a:1"])
        elif step == "other":
            states.state("a:2")
        else:
            assert states.state("a:1")[1] == version
    assert states.state("a:1") == (tuple(range(1, version + 1)) or None, version)
    log.close()


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["mine", "mine, not advanced", "theirs", "ask", "forget"]),
            st.sampled_from(["a:1", "a:2", "a:3"]),
        ),
        max_size=30,
    )
)
def test_after_a_refresh_every_state_holds_at_the_head(steps: list[tuple[str, str]]) -> None:
    log = open_memory_log()
    states = States(log, {"a": grow}, states_max=2)
    versions = dict.fromkeys(["a:1", "a:2", "a:3"], 0)
    for step, stream in steps:
        if step == "forget":
            states.forget([stream])
        elif step == "ask":
            assert states.refresh(log) == log.head()
            assert states.state(stream)[1] == versions[stream]
        else:
            versions[stream] += 1
            sealed = [refusal(stream, versions[stream])]
            positions = log.append(sealed, {}, None)
            if step == "mine":
                states.advance(sealed, positions)
    states.refresh(log)
    for stream, version in versions.items():
        assert states.state(stream) == (tuple(range(1, version + 1)) or None, version)
    log.close()


def test_what_is_known_not_to_have_moved_is_not_read_again(log: AnyLog) -> None:
    watched = Watched(log)
    states = States(watched, {"a": grow})
    _filled(log, "a:1", 1, 2)
    for _ in range(3):
        states.refresh(log)
        states.state("a:1")
        states.state("a:none")
    _filled(log, "a:other", 1, 1)
    states.refresh(log)
    states.state("a:1")
    assert (watched.read, watched.asked) == ([1, 2], ["a:1", "a:none"])


def test_a_refresh_is_never_outrun_by_what_other_threads_keep(log: AnyLog) -> None:
    states = States(log, {"a": grow}, states_max=3)
    durable = {f"a:{number}": 0 for number in range(4)}
    barrier = threading.Barrier(4)

    def work(number: int) -> None:
        barrier.wait()
        for turn in range(40):
            stream = f"a:{(number + turn) % 4}"
            known = dict(durable)
            states.refresh(log)
            for name, least in known.items():
                assert states.state(name)[1] >= least
            version = states.state(stream)[1]
            sealed = [refusal(stream, version + 1)]
            with suppress(Conflict):
                positions = log.append(sealed, {stream: version}, None)
                durable[stream] = max(durable[stream], version + 1)
                if turn % 3:
                    states.advance(sealed, positions)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))


def test_threads_share_states_without_harm(log: AnyLog) -> None:
    states = States(log, {"a": grow}, states_max=2)
    barrier = threading.Barrier(4)

    def work(number: int) -> None:
        barrier.wait()
        for turn in range(60):
            stream = f"a:{(number + turn) % 3}"
            state, version = states.state(stream)
            assert (state or ()) == tuple(range(1, version + 1))
            sealed = [refusal(stream, version + 1)]
            with suppress(Conflict):
                positions = log.append(sealed, {stream: version}, None)
                states.advance(sealed, positions)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    for stream in ("a:0", "a:1", "a:2"):
        assert states.state(stream)[1] == log.version(stream)
