"""The office: the first thing on record, and who may set the rest up."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from domain.act import Act
from domain.base import Code, Text, Value
from domain.event import Body, Draft, Event
from domain.money import Currency
from domain.person import PersonJoined
from domain.refusals import Taken

OFFICE = "office:1"
PEPPER = "pepper"


class OfficeFounded(Body):
    """The office and its log began. Always position 1.

    Attributes:
        origin: name of the log, as its checkpoints will bear it.
        zone: time zone in which a bare date ends, IANA name.
        currency: default currency.
        languages: languages of labels, the first is the default.
        founder: the person who may adopt the first policy and fill its seats.
        demo: whether everything in this log is made up.
    """

    TOPIC: ClassVar[str] = "office.founded/1"
    origin: Code
    title: Text
    zone: str
    currency: Currency
    languages: tuple[str, ...]
    founder: str
    demo: bool = False


class OfficeConstituted(Body):
    """The office got its first policy: it says who adopts further ones.

    Attributes:
        policy: code of the policy.
    """

    TOPIC: ClassVar[str] = "office.constituted/1"
    policy: Code


class ActRefused(Body):
    """A verified person was refused an act on an existing subject; kept once per occasion.

    Attributes:
        act: name of the act that was refused.
        subject: stream it was about.
        subject_version: version of that stream when it was refused.
        ground: code of the refusal.
    """

    TOPIC: ClassVar[str] = "act.refused/1"
    act: str
    subject: str
    subject_version: int
    ground: str


class FoundOffice(Value):
    """Begin an office and its log.

    Attributes:
        zone: IANA time zone, for example ``Europe/Berlin``.
        origin: name of the log; no space, no plus sign.
        demo: whether everything in it will be made up.
    """

    title: Text = Field(min_length=1, max_length=200)
    zone: str = "UTC"
    currency: Currency = "EUR"
    languages: tuple[str, ...] = ("en",)
    origin: Code = Field(default="quorate.local", pattern=r"^[A-Za-z0-9.\-]+$")
    demo: bool = False


class Office(Value):
    """The office as its events leave it.

    Attributes:
        constitution: code of its first policy, which says who adopts further ones.
        joined: id of a person no longer used to the id that stands for it.
    """

    founder: str
    origin: str
    title: str
    zone: str
    currency: str
    languages: tuple[str, ...]
    demo: bool
    constitution: str | None = None
    joined: Mapping[str, str] = Field(default_factory=dict)

    def one(self, person: str) -> str:
        """Return the id that stands for a person; their own where they were never joined."""
        return self.joined.get(person, person)

    def ids_of(self, person: str) -> tuple[str, ...]:
        """Return every id of a person, the one that stands for all of them first."""
        one = self.one(person)
        return (one, *sorted(old for old, new in self.joined.items() if new == one))


def pepper(act: Act) -> str:
    """Return the key under which the office that an act founds will know identities."""
    return act.new_id("pepper")


def found(office: Office | None, command: FoundOffice, act: Act) -> tuple[Draft, ...]:
    """Begin the office; the one who acts becomes its founder.

    Raises:
        Taken: this log already has an office.
    """
    if office is not None:
        raise Taken("this log already has an office")
    founded = OfficeFounded(founder=act.by, **dict(command))
    # Identities are known by a keyed hash, so that the log holds no address even in disguise.
    return (Draft(stream=OFFICE, data=founded, private={PEPPER: pepper(act)}),)


def evolve(office: Office | None, event: Event, _position: int) -> Office | None:
    """Apply one event."""
    match event.data:
        case OfficeFounded() as body:
            return Office(**dict(body))
        case OfficeConstituted(policy=policy) if office is not None:
            return office.changed(constitution=policy)
        case PersonJoined() as body if office is not None:
            return _joined(office, body)
    return office


def _joined(office: Office, body: PersonJoined) -> Office:
    founder = body.into if office.founder == body.person else office.founder
    return office.changed(
        joined=joined_with(office.joined, body.person, body.into), founder=founder
    )


def joined_with(joined: Mapping[str, str], person: str, into: str) -> dict[str, str]:
    """Let one id stand for another, and for every id that one stood for."""
    moved = {old: into if new == person else new for old, new in joined.items()}
    return {**moved, person: into}
