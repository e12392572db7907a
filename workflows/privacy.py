"""Erasing people, and the legal holds that stand against it."""

from domain.act import Act
from domain.erasure import ErasePerson, erase
from domain.event import stream_code, stream_kind
from domain.hold import Holds, LiftHold, PlaceHold, hold_stream, lift, place
from domain.person import person_stream
from domain.refusals import NotKnown
from workflows.desk import Answer, Asked, Decision, Desk
from workflows.loaded import EVOLVES, Loaded


class Privacy:
    """What is done about what is kept of people."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk

    def erase(self, person: str, command: ErasePerson, act: Act) -> Answer:
        """Destroy the private values of a person, under every id they had.

        Raises:
            NotKnown: nobody has this id.
            OnHold: the person, or something they left words about, is under a legal hold.
        """
        subject = person_stream(person)
        asked = Asked(
            act="erase_person", subject=subject, content={"person": person, **command.as_json()}
        )

        def decide(loaded: Loaded) -> Decision:
            one = loaded.person(person).id
            ids = (one, *sorted(other for other, to in loaded.joined().items() if to == one))
            drafts = erase(command, ids, self._holds(loaded, ids))
            return Decision(drafts, {"person": one, "erased": list(ids)})

        return self._desk.perform(act, asked, decide)

    def place(self, command: PlaceHold, act: Act) -> Answer:
        """Place a legal hold on a person, a project or another subject.

        Raises:
            NotKnown: there is no such subject.
        """
        asked = Asked(act="place_hold", content=command.as_json())

        def decide(loaded: Loaded) -> Decision:
            _require_subject(loaded, command.on)
            found: Holds | None = loaded.state(hold_stream(command.on))
            number = (0 if found is None else found.placed) + 1
            return Decision(place(found, command), {"on": command.on, "hold": number})

        return self._desk.perform(act, asked, decide)

    def lift(self, command: LiftHold, act: Act) -> Answer:
        """Lift a legal hold.

        Raises:
            NotKnown: no such hold is in force.
        """
        asked = Asked(act="lift_hold", content=command.as_json())

        def decide(loaded: Loaded) -> Decision:
            _require_subject(loaded, command.on)
            drafts = lift(loaded.state(hold_stream(command.on)), command)
            return Decision(drafts, {"on": command.on, "hold": command.hold})

        return self._desk.perform(act, asked, decide)

    def _holds(self, loaded: Loaded, ids: tuple[str, ...]) -> tuple[Holds, ...]:
        """Return the holds that stand against erasing somebody; each is read, so none slips in."""
        streams = {stream for one in ids for stream in self._desk.log.private_streams(one)}
        subjects = {person_stream(one) for one in ids} | {
            subject for stream in streams for subject in _subjects(loaded, stream)
        }
        found = ((one, loaded.state(hold_stream(one))) for one in sorted(subjects))
        return tuple(as_shown(loaded, one, holds) for one, holds in found if holds is not None)


def as_shown(loaded: Loaded, subject: str, holds: Holds) -> Holds:
    """Return holds as told to whoever acts: what is not shown to them has no name."""
    if loaded.version_shown(subject) > 0:
        return holds
    veiled = (one.changed(on="something not shown to you", reference="…") for one in holds.in_force)
    return holds.changed(in_force=tuple(veiled))


def _subjects(loaded: Loaded, stream: str) -> tuple[str, ...]:
    """Return what a stream is about: itself, and of a review its subjects."""
    if stream_kind(stream) != "review":
        return (stream,)
    review = loaded.state(stream)
    return (stream, *(() if review is None else review.subjects))


def _require_subject(loaded: Loaded, subject: str) -> None:
    kind = stream_kind(subject)
    if kind not in EVOLVES or not stream_code(subject) or loaded.version_shown(subject) == 0:
        raise NotKnown(
            f"there is no {subject}", fix="Give a stream, such as project:APX-1 or person:ID."
        )
