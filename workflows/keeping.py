"""Keeping records no longer than they are due: the schedule, and disposal by two people."""

from domain.act import Act
from domain.base import Json
from domain.disposal import (
    ApproveDisposal,
    Chosen,
    DeclineDisposal,
    Disposal,
    Due,
    ProposeDisposal,
    approve,
    decline,
    disposal_stream,
    propose,
)
from domain.hold import Holds
from domain.refusals import NotKnown
from domain.retention import SCHEDULE, Schedule, SetSchedule, set_schedule
from workflows.calendar import day_of
from workflows.desk import Answer, Asked, Decision, Desk
from workflows.disposed import attached_still, destroy_files
from workflows.loaded import Loaded
from workflows.privacy import as_shown
from workflows.shelf import Shelf, require_shelved
from workflows.store.evidence import Evidence


class Keeping:
    """What a records manager does."""

    def __init__(self, desk: Desk, evidence: Evidence) -> None:
        """Work at a desk, with the files held here."""
        self._desk = desk
        self._evidence = evidence

    def set_schedule(self, command: SetSchedule, act: Act) -> Answer:
        """Set the retention schedule of the office, whole.

        Raises:
            Stale: another one was set meanwhile.
            Malformed: it makes no sense.
        """
        asked = Asked(act="set_retention", content=command.as_json())

        def decide(loaded: Loaded) -> Decision:
            schedule: Schedule | None = loaded.state(SCHEDULE)
            drafts = set_schedule(schedule, command)
            return Decision(drafts, {"schedule": command.replaces + 1})

        return self._desk.perform(act, asked, decide)

    def propose(self, command: ProposeDisposal, act: Act) -> Answer:
        """Propose to dispose of records that are due.

        Raises:
            NotKnown: there is no such project or review.
            NotDue: one of the records is not due.
            OnHold: one is under a legal hold.
        """
        asked = Asked(act="propose_disposal", content=command.as_json())

        def decide(loaded: Loaded) -> Decision:
            number = len(loaded.texts.streams("disposal")) + 1
            shelf = Shelf(self._desk.log, loaded.state)
            found = self._found(loaded, shelf, command.records, act)
            schedule = shelf.schedule
            drafts = propose(command, number, 0 if schedule is None else schedule.number, found)
            return Decision(drafts, {"disposal": number, "records": len(command.records)})

        return self._desk.perform(act, asked, decide)

    def approve(self, command: ApproveDisposal, act: Act) -> Answer:
        """Approve a disposal that somebody else proposed; then it is carried out.

        Raises:
            NotKnown: there is no such disposal.
            StepNotOpen: it was approved or declined before.
            NotYourOwn: the person proposed it.
            NotDue: a record is not due any more, or not what was proposed.
            OnHold: a legal hold was placed meanwhile.
        """
        asked = _asked("approve_disposal", command.disposal, {})

        def decide(loaded: Loaded) -> Decision:
            disposal = _disposal(loaded, command.disposal)
            chosen = tuple(Chosen(subject=r.subject, under=r.under) for r in disposal.records)
            found = self._found(loaded, Shelf(self._desk.log, loaded.state), chosen, act)
            files = {one.position: one.sha256 for r in disposal.records for one in r.files}
            shared = attached_still(
                self._desk.log, frozenset(files.values()), without=frozenset(files)
            )
            proposers = loaded.office().ids_of(disposal.proposed_by)
            drafts = approve(disposal, act, proposers, found, shared)
            told: dict[str, Json] = {
                "disposal": disposal.number,
                "destroyed": [*sorted(set(files.values()) - shared)],
                "kept": [*sorted(shared)],
                "events": sum(len(one.positions) for one in disposal.records),
            }
            return Decision(drafts, told)

        with self._evidence.disposing():
            answer = self._desk.perform(act, asked, decide)
            destroy_files(self._desk.log, self._evidence)
        return answer

    def decline(self, command: DeclineDisposal, act: Act) -> Answer:
        """Turn a disposal down, or take one's own proposal back.

        Raises:
            NotKnown: there is no such disposal.
            StepNotOpen: it was approved or declined before.
        """
        asked = _asked("decline_disposal", command.disposal, {"reason": command.reason})

        def decide(loaded: Loaded) -> Decision:
            drafts = decline(_disposal(loaded, command.disposal), command)
            return Decision(drafts, {"disposal": command.disposal})

        return self._desk.perform(act, asked, decide)

    def _found(
        self, loaded: Loaded, shelf: Shelf, chosen: tuple[Chosen, ...], act: Act
    ) -> dict[Chosen, Due]:
        """Return those of some records that are due, with holds as told to whoever acts."""
        for one in chosen:
            require_shelved(one.subject)
            if loaded.version_shown(one.subject) == 0:
                raise NotKnown(f"there is no {one.subject}")
        today = day_of(act.now, loaded.office().zone)
        return {one: due.changed(holds=_shown(loaded, due)) for one, due in
                shelf.chosen(chosen, today).items()}  # fmt: skip


def _shown(loaded: Loaded, due: Due) -> tuple[Holds, ...]:
    return tuple(as_shown(loaded, one.in_force[0].on, one) for one in due.holds)


def _disposal(loaded: Loaded, number: int) -> Disposal:
    found: Disposal | None = loaded.state(disposal_stream(number))
    if found is None or not all(loaded.shows(one) for one in found.subjects):
        raise NotKnown(f"there is no disposal {number}", fix="See quorate keeping due.")
    return found


def _asked(act: str, disposal: int, content: dict[str, Json]) -> Asked:
    told: dict[str, Json] = {"disposal": disposal, **content}
    return Asked(act=act, subject=disposal_stream(disposal), content=told)
