"""Who acts, for whom, through which channel and when: all the domain knows of time and identity."""

import hmac
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from pydantic import Field

from domain.base import Code, Moment, Value

SALT_BYTES = 16


class Channel(StrEnum):
    """How an act reached the record."""

    LIVE = "live"
    IN_ROOM = "in_room"
    AFTERWARDS = "afterwards"
    IMPORT = "import"
    TAKEN_OVER = "taken_over"
    CLOCK = "clock"


class SignedIn(Value):
    """How the sender's identity was verified.

    Attributes:
        issuer: who vouched for the identity.
        token: id of the token that was verified, never the token itself.
        at: when the issuer vouched.
    """

    issuer: str
    token: str
    at: Moment


class Act(Value):
    """One person's act, as the door let it in.

    Attributes:
        by: id of the person whose act it is.
        on_behalf_of: absent for one's own seat, else the id of the person stood in for.
        recorded_by: id of the person whose verified identity sent it.
        signed_in: how that identity was verified; absent for what the system does itself.
        channel: how the act reached the record.
        command: id of the command, unique to (person, idempotency key).
        now: the moment of recording; the only clock the domain knows.
        seed: 32 random bytes made at the door; every salt and new id of the act derives from it.
        unseen: streams of the projects that are not shown to whoever acts; to this act they are as
            if they did not exist.
    """

    by: str
    on_behalf_of: str | None = None
    recorded_by: str
    signed_in: SignedIn | None = None
    channel: Channel = Channel.LIVE
    command: Code
    now: Moment
    seed: bytes = Field(min_length=32, max_length=32, repr=False)
    unseen: frozenset[str] = frozenset()

    def salt(self, stream: str, version: int, name: str) -> bytes:
        """Return the 128-bit salt of one private field of one event, fresh per occurrence."""
        return self._derive(f"salt\0{stream}\0{version}\0{name}")[:SALT_BYTES]

    def new_id(self, purpose: str) -> str:
        """Return a random id of 26 characters for something this act makes."""
        return self._derive(f"id\0{purpose}")[:13].hex()

    def at(self, now: datetime) -> "Act":
        """Return the same act at another moment."""
        return self.changed(now=now)

    def _derive(self, label: str) -> bytes:
        return hmac.digest(self.seed, label.encode(), sha256)
