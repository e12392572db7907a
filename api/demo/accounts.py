"""Who a visitor of the demo can be: the one place from which accounts for it are made."""

from typing import NamedTuple

from api.demo import script
from api.sign_in import Role


class Account(NamedTuple):
    """Somebody a visitor can sign in as; they are registered by their address already.

    Attributes:
        does: what they do there, in a few words.
    """

    name: str
    email: str
    roles: tuple[Role, ...]
    does: str


def accounts() -> tuple[Account, ...]:
    """Return everybody a visitor can be."""
    people = script.people()
    return tuple(
        Account(
            people[one.person].name,
            people[one.person].email,
            tuple(Role(role) for role in one.roles),
            one.is_,
        )
        for one in script.visitors()
    )
