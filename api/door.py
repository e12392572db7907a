"""The door: a verified person and an idempotency key become an act. Roles open doors, no more."""

import re
from collections.abc import Iterable
from hashlib import sha256

from api.clock import new_key, new_seed
from api.house import House
from api.problems import Turned
from api.sign_in import Role, SignedInPerson, subject_of
from domain.act import Act, SignedIn
from domain.office import OFFICE
from domain.refusals import NotKnown, NotPermitted, Taken
from workflows.offices import Founder
from workflows.people import Vouched

KEY_CHARACTERS_MAX = 128
KEY_AS_IT_IS_MAX = 70
"""Longest key that a command id bears as it was sent: a command id has at most 100 characters."""

ACTING = (Role.ADMINISTRATOR, Role.OFFICE, Role.MEMBER)
FOUNDING = (Role.ADMINISTRATOR, Role.OFFICE)
RAW = (Role.ADMINISTRATOR, Role.OFFICE, Role.AUDITOR)
READING = tuple(Role)

_VISIBLE = re.compile(rf"[!-~]{{1,{KEY_CHARACTERS_MAX}}}")
_DIGESTED = "sha256-"


def require_role(person: SignedInPerson, roles: Iterable[Role]) -> None:
    """Refuse a person none of whose roles opens this door.

    Raises:
        NotPermitted: and which role opens it.
    """
    wanted = tuple(roles)
    if not person.roles.intersection(wanted):
        held = ", ".join(sorted(person.roles)) or "none"
        opens = " or ".join(wanted)
        raise NotPermitted(
            f"this door opens to the role {opens}; your token has {held}",
            fix=f"Ask the administrator for a token with the role {opens}.",
        )


def require_key(given: str | None) -> str:
    """Return the idempotency key of a request, a new one where none was given.

    Raises:
        Turned: the key is not 1 to 128 visible ASCII characters.
    """
    if given is None:
        return new_key()
    if not _VISIBLE.fullmatch(given):
        raise Turned(
            "malformed_header",
            f"Idempotency-Key is not 1 to {KEY_CHARACTERS_MAX} visible ASCII characters",
            "Send a key such as a UUID, or none at all.",
        )
    return given


def command_id(person: str, key: str) -> str:
    """Return the id of a command: the key as sent, or its digest where it would not fit."""
    fits = len(key) <= KEY_AS_IT_IS_MAX and "/" not in key and not key.startswith(_DIGESTED)
    return f"{person}:{key if fits else _DIGESTED + sha256(key.encode()).hexdigest()}"


def vouched(person: SignedInPerson) -> Vouched:
    """Return the identity of a person, as the record knows identities."""
    return Vouched(issuer=person.issuer, subject=subject_of(person.subject), email=person.email)


def known(house: House, person: SignedInPerson) -> str | None:
    """Return the id of a person, None while there is no office or they were never seen to act."""
    try:
        return house.people.known(vouched(person))
    except NotKnown:
        return None


def act_of(house: House, person: SignedInPerson, key: str) -> Act:
    """Return a person's act, now; at first sight the person becomes known.

    Raises:
        NotKnown: there is no office yet.
    """
    who = signed_in(house, person, _unnamed(house, person))
    # Another seed than that of signing in, or what the act makes would bear the person's own id.
    return _named(_unnamed(house, person), who, key)


def founding_act(house: House, person: SignedInPerson, key: str) -> Act:
    """Return the act that founds the office: its person becomes known by it.

    Where there is an office already it is an ordinary act, to be refused.
    """
    if is_founded(house):
        return act_of(house, person, key)
    unnamed = _unnamed(house, person)
    return _named(unnamed, unnamed.new_id("person"), key)


def founder_of(person: SignedInPerson) -> Founder:
    """Return a person as the founder of an office."""
    return Founder(vouched=vouched(person), name=person.name)


def onlooker(house: House, person: SignedInPerson) -> Act:
    """Return the act of somebody who only looks: nothing is ever recorded of it."""
    return _unnamed(house, person)


def signed_in(house: House, person: SignedInPerson, act: Act) -> str:
    """Return the id of a person, who becomes known under the id this act would give."""
    named = act.changed(command=f"sign-in:{new_key()}")
    try:
        return house.people.sign_in(vouched(person), person.name, named)
    except Taken:
        # The same person came through the door twice at once for the first time.
        return house.people.known(vouched(person)) or _unreachable()


def is_founded(house: House) -> bool:
    """Return whether there is an office."""
    return house.log.version(OFFICE) > 0


def _unnamed(house: House, person: SignedInPerson) -> Act:
    sign_in = SignedIn(issuer=person.issuer, token=person.token_id, at=person.issued_at)
    return Act(
        by="nobody",
        recorded_by="nobody",
        signed_in=sign_in,
        command="sign-in",
        now=house.now(),
        seed=new_seed(),
    )


def _named(act: Act, person: str, key: str) -> Act:
    return act.changed(by=person, recorded_by=person, command=command_id(person, key))


def _unreachable() -> str:
    raise AssertionError("an identity that is taken has a person")
