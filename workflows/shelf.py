"""The shelf: what is kept of projects and reviews, when it is due, and which holds it is under."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from domain.disposal import Chosen, Due
from domain.event import stream_kind
from domain.hold import Holds, hold_stream
from domain.holding import Traces, evolve
from domain.office import OFFICE, Office
from domain.person import person_stream
from domain.portfolio import portfolio_stream
from domain.refusals import Malformed
from domain.retention import SCHEDULE, Holding, Record, Schedule, due
from workflows.calendar import day_of
from workflows.store.contract import Log, Recorded

State = Callable[[str], Any]
"""The state of a stream, none where there is none."""

KINDS = ("project", "review")
"""Kinds of streams that have records."""


class Shelf:
    """The records of an office at one place in its log."""

    def __init__(self, log: Log, state: State, until: int | None = None) -> None:
        """Look at a log.

        Args:
            log: where the events are.
            state: gives the state of a stream at the place looked at.
            until: last position looked at; the end when absent.
        """
        self._log, self._state, self._until = log, state, until
        self._traces: dict[str, Traces] = {}

    @property
    def schedule(self) -> Schedule | None:
        """Return the retention schedule in force, none where none was ever set."""
        found: Schedule | None = self._state(SCHEDULE)
        return found

    def due(self, subject: str, on: date) -> tuple[Due, ...]:
        """Return the records of a project or a review that are due, with the holds they are under.

        Raises:
            Malformed: the subject is neither.
        """
        found = due(self.schedule, (self.holding(subject),), on)
        return tuple(Due(record=one, holds=tuple(self._holds(one))) for one in found)

    def chosen(self, chosen: tuple[Chosen, ...], on: date) -> dict[Chosen, Due]:
        """Return those of some records that are due."""
        subjects = sorted({one.subject for one in chosen})
        found = {
            Chosen(subject=subject, under=one.record.under): one
            for subject in subjects
            for one in self.due(subject, on)
        }
        return {one: found[one] for one in chosen if one in found}

    def holding(self, subject: str) -> Holding:
        """Return what is kept of a project or a review."""
        require_shelved(subject)
        traces, zone = self._of(subject), self._office.zone
        ends = [self._of(one).ended_at for one in self._projects(subject)]
        ended = None if not ends or None in ends else max(one for one in ends if one is not None)
        return Holding(
            subject=subject,
            ended=None if ended is None else day_of(ended, zone),
            ruled=None if traces.ruled_at is None else day_of(traces.ruled_at, zone),
            items=traces.items,
        )

    @property
    def _office(self) -> Office:
        office: Office = self._state(OFFICE)
        return office

    def _projects(self, subject: str) -> tuple[str, ...]:
        """Return the streams whose end counts: the project's own, or those a review is about."""
        if stream_kind(subject) == "project":
            return (subject,)
        review = self._state(subject)
        return () if review is None else review.subjects

    def _of(self, stream: str) -> Traces:
        if stream not in self._traces:
            self._state(stream)
            traces = Traces()
            for one in self._recorded(stream):
                traces = evolve(traces, one.event, one.position)
            self._traces[stream] = traces
        return self._traces[stream]

    def _recorded(self, stream: str) -> Iterator[Recorded]:
        for recorded in self._log.stream(stream):
            if self._until is not None and recorded.position > self._until:
                return
            yield recorded

    def _holds(self, record: Record) -> Iterator[Holds]:
        """Yield the holds on a record: on what it is about, and on whoever left something in it.

        One on the office stands against every disposal.
        """
        about = {OFFICE, record.subject, *self._projects(record.subject)}
        for stream in sorted(about):
            project = self._state(stream) if stream_kind(stream) == "project" else None
            about |= {portfolio_stream(home) for home in (() if project is None else project.homes)}
        people = {person for item in record.items for person in item.people}
        ids = {one for person in people for one in self._office.ids_of(person)}
        for stream in sorted(about | {person_stream(one) for one in ids}):
            holds: Holds | None = self._state(hold_stream(stream))
            if holds is not None and holds.in_force:
                yield holds


def require_shelved(subject: str) -> None:
    """Refuse a subject that has no records.

    Raises:
        Malformed: it is neither a project nor a review.
    """
    if stream_kind(subject) not in KINDS:
        raise Malformed(
            f"{subject} has no records to dispose of",
            fix="Name a project or a review, such as project:APX-1 or review:APX-1/start/1;"
            " what is kept of a person goes by an erasure.",
        )
