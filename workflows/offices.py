"""Founding the office: the first act of all."""

from domain.act import Act
from domain.base import Value
from domain.office import OFFICE, FoundOffice, found, pepper
from domain.person import RegisterPerson, register
from workflows.calendar import require_zone
from workflows.desk import Answer, Asked, Decision, Desk
from workflows.loaded import Loaded
from workflows.people import Vouched, identity_stream


class Founder(Value):
    """Who founds an office: the identity somebody vouches for, and the name to be shown."""

    vouched: Vouched
    name: str


class Offices:
    """What is done about the office itself."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk

    def found(self, command: FoundOffice, act: Act, founder: Founder) -> Answer:
        """Begin the office; the one who acts becomes its founder, and known, in the same append.

        Raises:
            Taken: this log already has an office.
            Malformed: the time zone is unknown.
        """
        require_zone(command.zone)
        asked = Asked(act="found_office", subject=OFFICE, content=command.as_json())

        def decide(loaded: Loaded) -> Decision:
            drafts = found(loaded.state(OFFICE), command, act)
            stream = identity_stream(pepper(act), founder.vouched)
            person = RegisterPerson(name=founder.name)
            known = register(loaded.identity(stream), stream, person, act.by)
            return Decision((*drafts, *known), {"founder": act.by})

        return self._desk.perform(act, asked, decide)
