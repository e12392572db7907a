"""What the trail shows is what the log holds: bytes without their hash are never shown."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from api.http import trail
from domain.catalogue import UnreadableEvent
from tests.workflows.store.events import refusal
from workflows.store.sqlite import EVENTS_FILE, open_log

EVENTS = trail.PAGE + 3


def whole(directory: Path) -> None:
    with closing(open_log(directory, writable=True, durable=False)) as log:
        log.append([refusal("a:1", version) for version in range(1, EVENTS + 1)], {}, None)


def edited(directory: Path, statement: str) -> None:
    with closing(sqlite3.connect(directory / EVENTS_FILE, isolation_level=None)) as owner:
        for (name,) in owner.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            owner.execute(f"DROP TRIGGER {name}")
        owner.execute(statement)


def told(directory: Path, positions: list[int]) -> list[tuple[int, int]]:
    with closing(open_log(directory, writable=False)) as log:
        return [(place, fields["version"]) for place, fields in trail.happened(log, positions)]


def test_events_come_in_the_order_they_are_asked_for_however_many_there_are(tmp_path: Path) -> None:
    whole(tmp_path)
    positions = [*range(EVENTS, 0, -1), 2, 2]
    assert told(tmp_path, positions) == [(place, place) for place in positions]
    assert told(tmp_path, []) == []


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE stored_events SET state = x'7b7d' WHERE notification_id = 2", "kept hash"),
        ("UPDATE stored_events SET state = 'text' WHERE notification_id = 2", "kept hash"),
        ("UPDATE stored_events SET leaf = zeroblob(32) WHERE notification_id = 2", "kept hash"),
        ("DELETE FROM stored_events WHERE notification_id = 2", "there is no event"),
    ],
)
def test_an_event_that_was_changed_or_taken_away_is_named_and_not_shown(
    tmp_path: Path, statement: str, why: str
) -> None:
    whole(tmp_path)
    edited(tmp_path, statement)
    assert told(tmp_path, [3, 1]) == [(3, 3), (1, 1)]
    with pytest.raises(UnreadableEvent, match=f"position 2: .*{why}"):
        told(tmp_path, [3, 2, 1])
