"""Erasing a person: what they brought in words is destroyed, what happened stays on record."""

from typing import ClassVar

from pydantic import Field

from domain.base import Text, Value
from domain.event import Body, Draft
from domain.hold import Holds, require_free
from domain.person import person_stream


class PersonErased(Body):
    """The private values of a person were destroyed: name, address, and all words of theirs.

    Recording it destroys them, here and by their key in every copy. Ids, votes and rulings stay.

    Attributes:
        basis: why it had to be, in law or in rules; shown for ever, so without personal data.
    """

    TOPIC: ClassVar[str] = "person.erased/1"
    basis: Text


class ErasePerson(Value):
    """Destroy the private values of a person.

    Attributes:
        basis: why, for example ``GDPR Art. 17(1)(a)``; shown for ever.
    """

    basis: Text = Field(min_length=1, max_length=500)


def erase(
    command: ErasePerson, ids: tuple[str, ...], holds: tuple[Holds, ...]
) -> tuple[Draft, ...]:
    """Destroy the private values of a person.

    Args:
        command: what was asked.
        ids: every id of this human being.
        holds: those on the person, and on whatever they left words about.

    Raises:
        OnHold: one of them is in force.
    """
    require_free(holds)
    body = PersonErased(basis=command.basis)
    return tuple(Draft(stream=person_stream(person), data=body) for person in ids)
