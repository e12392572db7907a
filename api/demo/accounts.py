"""Who a visitor of the demo can be: the one place from which accounts for it are made."""

from contextlib import suppress
from typing import NamedTuple

from api.accounts import Accounts, Session
from api.demo import script
from api.sign_in import Role
from domain.office import Office
from domain.refusals import NotKnown, Taken


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


def visitors(office: Office | None) -> tuple[Account, ...]:
    """Return whom a visitor can be with one click: nobody, where the office is no demo."""
    return accounts() if office is not None and office.demo else ()


def be(office: Office | None, email: str, kept: Accounts) -> Session:
    """Sign in as one of the made-up people, without a password.

    Args:
        office: the office that is visited.
        email: by which they are known.
        kept: the accounts of its data directory; theirs is made at first need.

    Raises:
        NotKnown: the office is no demo, or nobody there can be visited under that address.
    """
    chosen = next((one for one in visitors(office) if one.email == email), None)
    if chosen is None:
        raise NotKnown("nobody can be chosen here", fix="Sign in with a name and a password.")
    with suppress(Taken):
        kept.add(chosen.email, chosen.roles, shown=chosen.name)
    return kept.enter(chosen.email)
