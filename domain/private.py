"""Private fields: kept out of the event, bound to it by a salted digest, erasable at any time.

A disclosure is the base64url text of ``[salt, name, value]``; the event holds only its SHA-256.
Destroying the disclosure leaves every proof about the event standing.

Source: SD-JWT (RFC 9901) section 4.2, disclosures for object properties.
"""

import base64
import json
from hashlib import sha256

from domain.base import Json, Value


class Disclosure(Value):
    """One private field, opened.

    Attributes:
        digest: what the event holds in its place.
        name: name of the field.
        text: the disclosure itself, from which digest, name and value all follow.
    """

    digest: str
    name: str
    text: str

    @property
    def value(self) -> Json:
        """Return the value the field holds."""
        return open_disclosure(self.text)[1]


OFFICE_OWN = frozenset({"pepper", "title"})
"""Private fields that are nobody's: a secret of the office, the titles of restricted projects."""


_ADVICE = "advice:"


def advice_text(place: int, person: str | None) -> str:
    """Return under what name the words of a piece of advice are kept: they are its adviser's.

    Args:
        place: of the piece in its pack.
        person: id of who gave it, where they are on record.
    """
    return f"{_ADVICE}{place}" if person is None else f"{_ADVICE}{place}:{person}"


def adviser_text(place: int) -> str:
    """Return under what name it is kept who gave a piece of advice, where it is in words."""
    return f"adviser:{place}"


def owner_of(stream: str, by: str, name: str) -> str:
    """Return whose a private field is: whom it is about, else who said it; empty for nobody's.

    Args:
        stream: of the event.
        by: whose act it was.
        name: of the field.
    """
    if name in OFFICE_OWN:
        return ""
    if name.startswith(_ADVICE):
        return name.removeprefix(_ADVICE).partition(":")[2] or by
    kind, _, code = stream.partition(":")
    return code if kind == "person" else by


def disclose(salt: bytes, name: str, value: Json) -> Disclosure:
    """Return the disclosure of one field under a salt."""
    content = json.dumps([_b64(salt), name, value], ensure_ascii=False, separators=(",", ":"))
    text = _b64(content.encode())
    return Disclosure(digest=disclosure_digest(text), name=name, text=text)


def disclosure_digest(text: str) -> str:
    """Return the digest an event must hold for a disclosure."""
    return _b64(sha256(text.encode()).digest())


def open_disclosure(text: str) -> tuple[str, Json]:
    """Return the name and value of a disclosure."""
    _salt, name, value = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return name, value


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
