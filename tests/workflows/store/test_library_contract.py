"""What the store relies on in `eventsourcing`. When one of these fails, the library has moved."""

import inspect
import os
from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

import pytest
from eventsourcing.application import Application
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import (
    ApplicationRecorder,
    EventStore,
    InfrastructureFactory,
    InfrastructureFactoryError,
    Mapper,
    Notification,
    ProgrammingError,
    StoredEvent,
    Subscription,
)
from eventsourcing.projection import ApplicationSubscription

from domain.catalogue import UnreadableEvent
from tests.workflows.store.conftest import AnyLog
from tests.workflows.store.events import command, refusal
from workflows.store.contract import AlreadyDone
from workflows.store.mapper import CanonicalMapper, Entry, Unsound
from workflows.store.recorder import LogRecorder
from workflows.store.sqlite import SQLiteLog


def test_the_version_is_the_one_this_was_written_against() -> None:
    major, minor, patch = (int(part) for part in version("eventsourcing").split(".")[:3])
    assert (major, minor) == (9, 5)
    assert patch >= 6


@pytest.mark.parametrize(
    ("kind", "methods"),
    [
        (ApplicationRecorder, {"insert_events", "select_events", "select_notifications",
                               "max_notification_id", "subscribe"}),
        (InfrastructureFactory, {"application_recorder", "aggregate_recorder",
                                 "tracking_recorder", "process_recorder"}),
        (Subscription, {"__next__"}),
    ],
)  # fmt: skip
def test_the_abstract_classes_ask_for_what_is_implemented_here(
    kind: Any, methods: set[str]
) -> None:
    assert kind.__abstractmethods__ - {"__iter__"} == methods


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        (EventStore.put, ["self", "domain_events", "kwargs"]),
        (ApplicationRecorder.insert_events, ["self", "stored_events", "kwargs"]),
        (ApplicationRecorder.select_events,
         ["self", "originator_id", "gt", "lte", "desc", "limit"]),
        (ApplicationRecorder.select_notifications,
         ["self", "start", "limit", "stop", "topics", "inclusive_of_start"]),
        (ApplicationRecorder.subscribe, ["self", "gt", "topics"]),
        (Subscription.__init__, ["self", "recorder", "gt", "topics"]),
        (Mapper.to_stored_event, ["self", "domain_event"]),
        (Mapper.to_domain_event, ["self", "stored_event"]),
        (Application.construct_env, ["self", "name", "env"]),
        (Application.construct_factory, ["self", "env"]),
        (Application.construct_mapper, ["self"]),
        (StoredEvent, ["originator_id", "originator_version", "topic", "state"]),
        (Notification, ["originator_id", "originator_version", "topic", "state", "id"]),
    ],
)  # fmt: skip
def test_the_signatures_are_the_ones_overridden_or_called(
    function: Any, parameters: list[str]
) -> None:
    assert list(inspect.signature(function).parameters) == parameters


def test_an_entry_is_an_event_to_the_library() -> None:
    entry = Entry(refusal("a:1", 3))
    assert isinstance(entry, DomainEventProtocol)
    assert (entry.originator_id, entry.originator_version) == ("a:1", 3)


def test_put_hands_everything_to_the_recorder_in_one_transaction(log: AnyLog) -> None:
    events = [Entry(refusal("a:1")), Entry(refusal("b:1"))]
    recordings = log.application.events.put(events, read={"c:1": 0}, command=command())
    assert [recording.notification.id for recording in recordings] == [1, 2]
    with pytest.raises(AlreadyDone):
        log.application.events.put(events, read={}, command=command())


def test_the_librarys_own_save_writes_canonical_bytes_too(log: AnyLog) -> None:
    log.application.save(Entry(refusal("a:1")))
    assert log.read()[0].content == refusal("a:1").content


def test_the_recorder_refuses_what_it_does_not_know(log: AnyLog) -> None:
    recorder = log.application.recorder
    with pytest.raises(ProgrammingError):
        recorder.insert_events([StoredEvent("a:1", 1, "act.refused/1", b"{}")])
    with pytest.raises(ProgrammingError):
        log.application.events.put([Entry(refusal("a:1"))], tracking="mine")
    with pytest.raises(Unsound):
        log.application.events.put([object()])  # type: ignore[list-item]
    assert log.head() == 0


def test_the_repository_folds_with_a_function_of_ours(log: AnyLog) -> None:
    def count(state: int | None, entries: Iterable[Entry]) -> int:
        return (state or 0) + sum(entry.sealed.event.version for entry in entries)

    log.append([refusal("a:1", version) for version in (1, 2, 3)], {}, None)
    repository: Any = log.application.repository
    assert repository.get("a:1", projector_func=count) == 6
    assert repository.get("a:1", version=2, projector_func=count) == 3


def test_events_of_a_stream_are_selected_as_the_library_asks(log: AnyLog) -> None:
    log.append([refusal("a:1", version) for version in range(1, 6)], {}, None)
    select = log.application.recorder.select_events
    assert [s.originator_version for s in select("a:1", gt=1, lte=4)] == [2, 3, 4]
    assert [s.originator_version for s in select("a:1", desc=True, limit=2)] == [5, 4]


def test_notifications_are_selected_as_the_library_asks(log: AnyLog) -> None:
    recorder = log.application.recorder
    assert recorder.max_notification_id() is None
    log.append([refusal("a:1", version) for version in range(1, 6)], {}, None)
    assert recorder.max_notification_id() == 5

    def ids(*args: Any, **kwargs: Any) -> list[int]:
        return [one.id for one in recorder.select_notifications(*args, **kwargs)]

    assert ids(None, 2) == ids(1, 2) == [1, 2]
    assert ids(2, 9, stop=4) == [2, 3, 4]
    assert ids(2, 9, stop=4, inclusive_of_start=False) == [3, 4]
    assert ids(1, 9, topics=["act.refused/1"]) == [1, 2, 3, 4, 5]
    assert ids(1, 9, topics=["office.founded/1", "x"]) == []


def test_a_subscription_yields_what_is_there_and_then_what_comes(log: AnyLog) -> None:
    log.append([refusal("a:1", version) for version in range(1, 701)], {}, None)
    with log.application.recorder.subscribe(gt=1) as subscription:
        assert [next(subscription).id for _ in range(699)] == list(range(2, 701))
        log.append([refusal("a:1", 701)], {}, None)
        assert next(subscription).id == 701
    assert list(subscription) == []


def test_a_subscription_to_topics_skips_the_others(log: AnyLog) -> None:
    log.append([refusal("a:1", version) for version in range(1, 4)], {}, None)
    recorder = log.application.recorder
    assert isinstance(recorder, LogRecorder)
    with recorder.subscribe(topics=["act.refused/1"]) as subscription:
        assert [next(subscription).id for _ in range(3)] == [1, 2, 3]
    with recorder.subscribe(topics=["office.founded/1"]) as nothing:
        nothing._turn_page()
        assert (list(nothing._page), nothing._seen) == ([], 3)


def test_the_librarys_application_subscription_gives_events_and_tracking(log: AnyLog) -> None:
    log.append([refusal("a:1"), refusal("a:1", 2)], {}, None)
    with ApplicationSubscription(log.application, gt=1) as subscription:
        entry, tracking = next(subscription)
    assert isinstance(entry, Entry)
    assert entry.sealed.event == refusal("a:1", 2).event
    assert (tracking.application_name, tracking.notification_id) == ("quorate", 2)


def test_the_mapper_names_the_row_that_does_not_fit() -> None:
    mapper = CanonicalMapper(transcoder=Any)  # type: ignore[arg-type]
    row = mapper.to_stored_event(Entry(refusal("a:1")))
    assert mapper.to_domain_event(row).sealed.content == row.state == refusal("a:1").content
    wrong = Notification("a:2", 1, row.topic, row.state, id=7)
    with pytest.raises(UnreadableEvent, match=r"position 7 .* version 1 of a:2"):
        mapper.to_domain_event(wrong)


def test_no_variable_of_the_process_changes_how_bytes_are_kept(
    monkeypatch: pytest.MonkeyPatch, file_log: SQLiteLog
) -> None:
    monkeypatch.setitem(os.environ, "COMPRESSOR_TOPIC", "zlib")
    monkeypatch.setitem(os.environ, "IS_SNAPSHOTTING_ENABLED", "y")
    recorder = file_log.application.recorder
    assert isinstance(recorder, LogRecorder)
    application = type(file_log.application)(recorder)
    application.save(Entry(refusal("a:1")))
    assert application.snapshots is None
    assert application.repository.cache is None
    assert file_log.read()[0].content == refusal("a:1").content


def test_the_factory_offers_the_log_and_nothing_else(log: AnyLog) -> None:
    factory = log.application.factory
    assert factory.application_recorder() is log.application.recorder
    for other in ("aggregate_recorder", "tracking_recorder", "process_recorder"):
        with pytest.raises(InfrastructureFactoryError):
            getattr(factory, other)()
