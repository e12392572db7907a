"""Every computed ruling comes out the same again; whatever was altered is named by position."""

import sqlite3
from pathlib import Path

import pytest

from domain.base import canonical, read_canonical
from domain.event import leaf_hash
from domain.history import HistoryFault
from tests.story import Story
from workflows.recheck import Recheck, recheck
from workflows.store.sqlite import EVENTS_FILE, open_log


@pytest.fixture
def reviewed(office: Story) -> Story:
    """An office with three rulings: approved, rejected, and one by a ballot cast anew."""
    first = office.opened(office.ready("APX-1"))
    office.presented(first)
    for name, option in (("ana", "go"), ("ben", "no"), ("cem", "go")):
        office.voted(first, name, option)
    assert office.ruled(first)["outcome"] == "approve"
    second = office.opened(office.ready("APX-2", npv="10"))
    office.presented(second)
    for name in ("ana", "ben", "cem"):
        office.voted(second, name, "go")
    assert office.ruled(second)["ground"] == "must_failed"
    third = office.opened(office.ready("APX-3"))
    office.presented(third)
    for name, option in (("ana", "no"), ("ben", "no"), ("ana", "go"), ("cem", "go")):
        office.voted(third, name, option)
    assert office.ruled(third)["outcome"] == "approve"
    return office


def copied(office: Story, to: Path) -> Path:
    """Copy the log, as somebody would who wants to change it."""
    to.mkdir()
    source = sqlite3.connect(office.house.directory / EVENTS_FILE)
    target = sqlite3.connect(to / EVENTS_FILE)
    source.backup(target)
    triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    for (name,) in target.execute(triggers).fetchall():
        target.execute(f"DROP TRIGGER {name}")
    target.commit()
    source.close()
    target.close()
    return to


def altered(directory: Path, position: int, old: str, new: str, *, leaf: bool = True) -> None:
    """Change the bytes of one event; with its leaf hash, so that only its meaning gives it away."""
    with sqlite3.connect(directory / EVENTS_FILE) as log:
        query = "SELECT state FROM stored_events WHERE notification_id = ?"
        (content,) = log.execute(query, (position,)).fetchone()
        assert old.encode() in content
        changed = content.replace(old.encode(), new.encode())
        assert canonical(read_canonical(changed)) == changed
        log.execute(
            "UPDATE stored_events SET state = ? WHERE notification_id = ?", (changed, position)
        )
        if leaf:
            log.execute(
                "UPDATE stored_events SET leaf = ? WHERE notification_id = ?",
                (leaf_hash(changed), position),
            )
    log.close()


def checked(directory: Path) -> Recheck:
    log = open_log(directory, writable=False)
    try:
        return recheck(log)
    finally:
        log.close()


def faults(directory: Path) -> list[tuple[int, str]]:
    return [(fault.position, fault.kind) for fault in checked(directory).faults]


def place(office: Story, topic: str, number: int = 0, stream: str = "") -> int:
    """Return the position of an event of some topic."""
    found = [
        r.position
        for r in office.house.log.read(0, 10_000)
        if r.event.topic == topic and r.event.stream.startswith(stream)
    ]
    return found[number]


def test_rulings_come_out_the_same_again(reviewed: Story) -> None:
    told: list[tuple[int, int]] = []
    report = recheck(reviewed.house.log, lambda done, head: told.append((done, head)))
    assert (report.computed, report.equal, report.reported, report.faults) == (3, 3, 0, ())
    assert report.position == reviewed.house.log.head()
    assert told[-1] == (report.position, report.position)


def test_an_altered_ballot_in_a_copy_is_named_by_position(reviewed: Story, tmp_path: Path) -> None:
    copy = copied(reviewed, tmp_path / "copy")
    assert faults(copy) == []
    ballot = place(reviewed, "ballot.cast/1", stream="review:APX-1")
    altered(copy, ballot, '"option":"go"', '"option":"no"')
    report = checked(copy)
    assert [(f.position, f.kind) for f in report.faults] == [(ballot, "ballot_differs")]
    assert (report.computed, report.equal) == (3, 2)


def test_a_ballot_altered_without_its_hash_is_an_event_that_cannot_be_read(
    reviewed: Story, tmp_path: Path
) -> None:
    copy = copied(reviewed, tmp_path / "copy")
    ballot = place(reviewed, "ballot.cast/1", stream="review:APX-1")
    altered(copy, ballot, '"option":"go"', '"option":"no"', leaf=False)
    assert faults(copy)[0] == (ballot, "unreadable_event")


def test_an_altered_verdict_is_found(reviewed: Story, tmp_path: Path) -> None:
    copy = copied(reviewed, tmp_path / "copy")
    ruling = place(reviewed, "review.ruled/1", 1)
    altered(copy, ruling, '"ground":"must_failed"', '"ground":"must_unknown"')
    assert faults(copy) == [(ruling, "verdict_differs")]


def test_a_ruling_that_says_it_was_reported_is_found_as_computed(
    reviewed: Story, tmp_path: Path
) -> None:
    copy = copied(reviewed, tmp_path / "copy")
    ruling = place(reviewed, "review.ruled/1", 1)
    altered(copy, ruling, '"ground":"must_failed"', '"ground":"reported"')
    assert faults(copy) == [(ruling, "verdict_differs")]


def test_an_altered_panel_is_found(reviewed: Story, tmp_path: Path) -> None:
    copy = copied(reviewed, tmp_path / "copy")
    opened = place(reviewed, "review.opened/1", 0)
    altered(copy, opened, reviewed.people["ben"], reviewed.people["hana"])
    found = faults(copy)
    assert (place(reviewed, "review.ruled/1"), "docket_differs") in found


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ("DELETE FROM documents WHERE digest = ?", "document_missing"),
        ("UPDATE documents SET bytes = bytes || ' ' WHERE digest = ?", "document_altered"),
        ("UPDATE documents SET bytes = x'7b7d' WHERE digest = ?", "document_altered"),
    ],
)
def test_a_pack_that_is_gone_or_altered_is_found(
    reviewed: Story, tmp_path: Path, change: str, kind: str
) -> None:
    copy = copied(reviewed, tmp_path / "copy")
    with sqlite3.connect(copy / EVENTS_FILE) as log:
        log.execute(change, (reviewed.review("review:APX-1/start/1").pack,))
    log.close()
    assert faults(copy) == [(place(reviewed, "review.ruled/1"), kind)]


def test_a_row_that_is_no_bytes_is_named_by_position(reviewed: Story, tmp_path: Path) -> None:
    copy = copied(reviewed, tmp_path / "copy")
    with sqlite3.connect(copy / EVENTS_FILE) as log:
        log.execute("UPDATE stored_events SET state = 'text' WHERE notification_id = 4")
    log.close()
    assert (4, "unreadable_event") in faults(copy)


def test_a_ruling_without_its_review_is_found(reviewed: Story, tmp_path: Path) -> None:
    copy = copied(reviewed, tmp_path / "copy")
    opened = place(reviewed, "review.opened/1", 2)
    with sqlite3.connect(copy / EVENTS_FILE) as log:
        log.execute("DELETE FROM stored_events WHERE notification_id = ?", (opened,))
    log.close()
    assert faults(copy) == [
        (opened, "unreadable_event"),
        (place(reviewed, "review.ruled/1", 2), "no_review"),
    ]


def test_faults_are_values() -> None:
    fault = HistoryFault(position=3, kind="no_review", why="none")
    assert fault.as_json() == {"position": 3, "kind": "no_review", "why": "none"}
