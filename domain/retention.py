"""Retention: how long which kind of record is kept, and what is due to be disposed of.

What can be disposed of are the bytes of evidence files and private values: names and words. Events
are kept for ever, so that every proof goes on holding.
"""

import calendar
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from domain.base import Code, Text, Value
from domain.event import Body, Draft, Event
from domain.policy import Name
from domain.refusals import Malformed, Stale

SCHEDULE = "retention:1"
MONTHS_MAX = 1200
"""A century: whoever wants to keep longer leaves the class out, and it is kept for ever."""

_MONTHS_A_YEAR = 12


class RecordKind(StrEnum):
    """What of the record can be disposed of."""

    EVIDENCE = "evidence"
    PROJECT_WORDS = "project_words"
    REVIEW_WORDS = "review_words"


class Begins(StrEnum):
    """From which event on the months of a class are counted."""

    ENDED = "ended"
    RULED = "ruled"


class RetentionClass(Value):
    """How long one kind of record is kept.

    Attributes:
        name: what it is called on every disposal under it.
        kind: files of projects, words on projects, or words in reviews.
        evidence: the one kind of evidence it is for; every kind without a class of its own, when
            absent.
        begins: ``ended``, the day the project ended (of a review, its last project), or ``ruled``,
            the day the review was ruled or withdrawn.
        months: calendar months after that day; the last day is still kept.
        basis: why so long, in law or in rules; shown for ever, so without personal data.
    """

    name: Code
    kind: RecordKind
    evidence: Name | None = None
    begins: Begins = Begins.ENDED
    months: int = Field(ge=1, le=MONTHS_MAX)
    basis: Text = Field(min_length=1, max_length=500)


class RetentionScheduled(Body):
    """A retention schedule is in force from now on, in place of the one before.

    Attributes:
        schedule: its number, from 1.
        classes: every class; what is in none is kept for ever.
    """

    TOPIC: ClassVar[str] = "retention.scheduled/1"
    schedule: int
    classes: tuple[RetentionClass, ...]


class SetSchedule(Value):
    """Set the retention schedule of the office, whole.

    Attributes:
        classes: every class of it; none at all disposes of nothing.
        replaces: number of the schedule that the person had before them, 0 for none.
    """

    classes: tuple[RetentionClass, ...] = Field(max_length=100)
    replaces: int = Field(ge=0)


class Schedule(Value):
    """The retention schedule in force."""

    number: int
    classes: tuple[RetentionClass, ...]

    def of(self, kind: RecordKind, evidence: str | None = None) -> RetentionClass | None:
        """Return the class of a kind of record; of evidence its own one before the general one."""
        found = {one.evidence: one for one in self.classes if one.kind is kind}
        return found.get(evidence) or found.get(None)


class Item(Value):
    """What is kept beside one event: private values, and of an attachment perhaps a file.

    Attributes:
        position: of the event.
        people: ids of whom it is about or who left it, by event.
        evidence: of an attachment, its kind. sha256: of a file held here, its digest.
    """

    position: int
    people: tuple[str, ...]
    evidence: str | None = None
    sha256: str | None = None


class Holding(Value):
    """What is kept beside the events of one subject, as far as it was not disposed of.

    Attributes:
        subject: its stream, of a project or a review.
        ended: day the project ended, or of a review the last of its projects; absent while one
            goes on.
        ruled: day a review was ruled or withdrawn.
    """

    subject: str
    ended: date | None = None
    ruled: date | None = None
    items: tuple[Item, ...] = ()


class Record(Value):
    """One record: everything of a subject that falls under one class.

    Attributes:
        under: name of the class. basis: its basis.
        kept_until: last day on which it is kept; absent where that day is not known yet.
    """

    under: str
    basis: str
    subject: str
    kept_until: date | None
    items: tuple[Item, ...]

    def is_due(self, on: date) -> bool:
        """Return whether it may be disposed of on a day: the day after the last one it is kept."""
        return self.kept_until is not None and on > self.kept_until


def set_schedule(schedule: Schedule | None, command: SetSchedule) -> tuple[Draft, ...]:
    """Set the schedule of the office.

    Raises:
        Stale: another one was set meanwhile.
        Malformed: two classes are for the same, or a class counts from what its kind has not.
    """
    number = 0 if schedule is None else schedule.number
    if command.replaces != number:
        found = f"schedule {number}" if number else "no schedule"
        raise Stale(f"{found} is in force, not {command.replaces}")
    names: set[str] = set()
    covered: set[tuple[RecordKind, str | None]] = set()
    for one in command.classes:
        _require_sense(one)
        if one.name in names:
            raise Malformed(f"two classes are called {one.name}", fix="Give each its own name.")
        if (one.kind, one.evidence) in covered:
            what = one.kind if one.evidence is None else f"{one.kind} {one.evidence}"
            raise Malformed(
                f"class {one.name}: another class is for {what} already",
                fix="Let one class say how long it is kept.",
            )
        names.add(one.name)
        covered.add((one.kind, one.evidence))
    body = RetentionScheduled(schedule=number + 1, classes=command.classes)
    return (Draft(stream=SCHEDULE, data=body),)


def _require_sense(one: RetentionClass) -> None:
    if one.evidence is not None and one.kind is not RecordKind.EVIDENCE:
        raise Malformed(
            f"class {one.name}: {one.kind} are of no kind of evidence",
            fix="Leave evidence out, or make it a class of the kind evidence.",
        )
    if one.begins is Begins.RULED and one.kind is not RecordKind.REVIEW_WORDS:
        raise Malformed(
            f"class {one.name}: {one.kind} belong to a project, which is not ruled but ends",
            fix="Count them from ended; only review_words can be counted from ruled.",
        )


def last_day(begun: date, months: int) -> date:
    """Return the same day some calendar months later; the month's last where it has no such day."""
    year, month = divmod(begun.year * _MONTHS_A_YEAR + begun.month - 1 + months, _MONTHS_A_YEAR)
    return date(year, month + 1, min(begun.day, calendar.monthrange(year, month + 1)[1]))


def records(schedule: Schedule | None, holding: Holding) -> tuple[Record, ...]:
    """Return the records of a subject, by class; what no class is for is none."""
    grouped: dict[str, tuple[RetentionClass, list[Item]]] = {}
    for item in holding.items:
        found = None if schedule is None else schedule.of(*_kind(holding.subject, item))
        if found is not None:
            grouped.setdefault(found.name, (found, []))[1].append(item)
    return tuple(
        Record(
            under=one.name,
            basis=one.basis,
            subject=holding.subject,
            kept_until=_kept_until(one, holding),
            items=tuple(items),
        )
        for one, items in grouped.values()
    )


def due(schedule: Schedule | None, holdings: Iterable[Holding], on: date) -> tuple[Record, ...]:
    """Return the records that may be disposed of on a day."""
    return tuple(
        record for holding in holdings for record in records(schedule, holding) if record.is_due(on)
    )


def _kind(subject: str, item: Item) -> tuple[RecordKind, str | None]:
    if item.evidence is not None:
        return RecordKind.EVIDENCE, item.evidence
    of_review = subject.startswith("review:")
    return (RecordKind.REVIEW_WORDS if of_review else RecordKind.PROJECT_WORDS), None


def _kept_until(one: RetentionClass, holding: Holding) -> date | None:
    begun = holding.ruled if one.begins is Begins.RULED else holding.ended
    return None if begun is None else last_day(begun, one.months)


def evolve(schedule: Schedule | None, event: Event, _position: int) -> Schedule | None:
    """Apply one event of the schedules."""
    if isinstance(event.data, RetentionScheduled):
        return Schedule(number=event.data.schedule, classes=event.data.classes)
    return schedule
