"""People: random ids for ever, names and addresses only as private fields."""

from typing import ClassVar

from pydantic import Field

from domain.base import Json, Text, Value
from domain.event import Body, Draft, Event
from domain.refusals import Taken


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


class RegisterPerson(Value):
    """Make a person known.

    Attributes:
        name: as it is to be shown.
        email: address, if known.
    """

    name: Text = Field(min_length=1, max_length=200)
    email: Text | None = Field(default=None, max_length=254)


class Person(Value):
    """A person as the record leaves them; the name is elsewhere, and erasable."""

    id: str


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


def evolve(person: Person | None, event: Event, _position: int) -> Person | None:
    """Apply one event of a person's stream."""
    match event.data:
        case PersonRegistered():
            return Person(id=event.stream.partition(":")[2])
    return person


def evolve_identity(identity: Identity | None, event: Event, _position: int) -> Identity | None:
    """Apply one event of an identity's stream."""
    match event.data:
        case IdentityLinked() as body:
            return Identity(person=body.person)
    return identity
