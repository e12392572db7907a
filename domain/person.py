"""People: random ids for ever, names and addresses only as private fields."""

from typing import ClassVar

from pydantic import Field

from domain.base import Code, Json, Text, Value
from domain.event import Body, Draft, Event
from domain.refusals import NotYourOwn, Taken

ERASED = "person.erased/1"
"""Topic of `domain.erasure.PersonErased`, which builds upon this module."""


class PersonRegistered(Body):
    """A person became known. Name and address are private fields."""

    TOPIC: ClassVar[str] = "person.registered/1"


class IdentityLinked(Body):
    """An identity somebody vouches for belongs to a person.

    Attributes:
        person: id of the person.
    """

    TOPIC: ClassVar[str] = "identity.linked/1"
    person: str


class PersonJoined(Body):
    """Two people on record turned out to be one. The reason is a private field.

    Attributes:
        person: the id that is used no more; what it did stays under it.
        into: the id that stands for it from here on.
    """

    TOPIC: ClassVar[str] = "person.joined/1"
    person: str
    into: str


class RegisterPerson(Value):
    """Make a person known.

    Attributes:
        name: as it is to be shown.
        email: address, if known.
    """

    name: Text = Field(min_length=1, max_length=200)
    email: Text | None = Field(default=None, max_length=254)


class LinkIdentity(Value):
    """Let an identity somebody vouches for belong to a person who is on record.

    Attributes:
        issuer: who vouches for it.
        subject: the identity, as the issuer names it.
    """

    issuer: Text = Field(min_length=1, max_length=200)
    subject: Text = Field(min_length=1, max_length=254)


class JoinPeople(Value):
    """Say that two people on record are one.

    Attributes:
        person: the id that is to be used no more.
        into: the id that is to stand for it.
        reason: how that is known.
    """

    person: Code
    into: Code
    reason: Text = Field(min_length=1, max_length=8000)


class Person(Value):
    """A person as the record leaves them; the name is elsewhere, and erasable.

    Attributes:
        erased: whether what was private of them was destroyed.
    """

    id: str
    erased: bool = False


class Identity(Value):
    """An identity, and the person it belongs to."""

    person: str


def person_stream(person: str) -> str:
    """Return the stream of a person."""
    return f"person:{person}"


def register(
    identity: Identity | None, identity_stream: str, command: RegisterPerson, person: str
) -> tuple[Draft, ...]:
    """Make a person known under an identity nobody has yet.

    Raises:
        Taken: the identity belongs to a person already.
    """
    if identity is not None:
        raise Taken("this person is registered already")
    private: dict[str, Json] = {"name": command.name}
    if command.email is not None:
        private["email"] = command.email
    return (
        Draft(stream=person_stream(person), data=PersonRegistered(), private=private),
        Draft(stream=identity_stream, data=IdentityLinked(person=person)),
    )


def link(identity: Identity | None, identity_stream: str, person: str) -> tuple[Draft, ...]:
    """Let an identity nobody has yet belong to a person.

    Raises:
        Taken: it belongs to a person already.
    """
    if identity is not None:
        whose = "this" if identity.person == person else "another"
        raise Taken(
            f"the identity belongs to {whose} person already",
            fix="Where both are the same human being, join the two people.",
        )
    return (Draft(stream=identity_stream, data=IdentityLinked(person=person)),)


def join(office: str, command: JoinPeople, person: str, into: str, by: str) -> tuple[Draft, ...]:
    """Say that two people on record are one; one id stands for the other from now on.

    Args:
        office: stream of the office: whoever decides anything rests on who is who.
        command: the two, as they were asked for.
        person: the id that stands for the first now.
        into: the id that stands for the second now.
        by: who says so.

    Raises:
        Taken: they are one already, or the id is used no more.
        NotYourOwn: somebody would take over another's seats by their own word.
    """
    if person == into:
        raise Taken(f"{command.person} and {command.into} are one person already")
    if person != command.person:
        raise Taken(f"{command.person} was joined into {person}", fix="Join that one instead.")
    if by in {person, into}:
        raise NotYourOwn("nobody joins themselves with somebody else")
    body = PersonJoined(person=person, into=into)
    return (Draft(stream=office, data=body, private={"reason": command.reason}),)


def evolve(person: Person | None, event: Event, _position: int) -> Person | None:
    """Apply one event of a person's stream."""
    match event.data:
        case PersonRegistered():
            return Person(id=event.stream.partition(":")[2])
    if person is not None and event.topic == ERASED:
        return person.changed(erased=True)
    return person


def evolve_identity(identity: Identity | None, event: Event, _position: int) -> Identity | None:
    """Apply one event of an identity's stream."""
    match event.data:
        case IdentityLinked() as body:
            return Identity(person=body.person)
    return identity
