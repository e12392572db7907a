"""Sign-in: a signed token of the embedded issuer becomes a verified person; nothing else does.

The issuer's key pair lies in ``keys/issuer.jwk`` of the data directory, made when it is first
needed. One algorithm is accepted, Ed25519, whatever a token's header says.

Source: RFC 7519 (JWT), RFC 8725 (its best current practices), RFC 9864 (the algorithm's name).
"""

import base64
import json
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError, MissingClaimError
from joserfc.jwk import OKPKey

from api.clock import new_key
from api.settings import Settings
from domain.base import Value
from workflows.people import OFFICE_ISSUER

ALGORITHM = "Ed25519"
AUDIENCE = "quorate"
KEY_FILE = Path("keys") / "issuer.jwk"
SUBJECT_CHARACTERS_MAX = 200


class Role(StrEnum):
    """Which doors a person may go through. Who may decide is never read from here."""

    ADMINISTRATOR = "administrator"
    OFFICE = "office"
    MEMBER = "member"
    AUDITOR = "auditor"
    READER = "reader"


class SignedInPerson(Value):
    """Somebody whose identity was verified.

    Attributes:
        issuer: who vouched for the identity.
        subject: the identity, as the issuer names it.
        name: as it is to be shown.
        email: an address the issuer vouches for as well, if any.
        token_id: id of the token, never the token itself.
        issued_at: when the issuer vouched.
        expires: until when, exclusive.
    """

    issuer: str
    subject: str
    name: str
    roles: frozenset[Role]
    token_id: str
    issued_at: datetime
    expires: datetime
    email: str | None = None


class NotSignedIn(Exception):  # noqa: N818  an answer of the door, not a fault
    """No verified identity came with the request.

    Attributes:
        why: one sentence: what is wrong with the token.
        fix: one sentence: what to do about it.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
        self.fix = "Get a token with `quorate token` and send it as `Authorization: Bearer TOKEN`."


class Issuer:
    """The embedded issuer of one data directory: gives tokens out and verifies them."""

    def __init__(
        self, directory: Path, now: Callable[[], datetime], settings: Settings | None = None
    ) -> None:
        """Use the key of a data directory, made at first need."""
        self._path = directory / KEY_FILE
        self._now = now
        self._settings = settings or Settings()
        self._key: OKPKey | None = None
        self._verified: OrderedDict[bytes, SignedInPerson] = OrderedDict()
        self._turn = threading.Lock()

    def issue_token(
        self, name: str, roles: Iterable[str], lifetime: timedelta | None = None
    ) -> str:
        """Return a token for a person.

        Args:
            name: the person, by name or e-mail address; the same name is the same person.
            roles: which doors it opens.
            lifetime: how long it holds; the setting's time, when absent.

        Raises:
            ValueError: no name, a name too long, or a role there is not.
        """
        if not 1 <= len(name.strip()) <= SUBJECT_CHARACTERS_MAX:
            raise ValueError(f"a name has 1 to {SUBJECT_CHARACTERS_MAX} characters")
        key, now = self._key_pair(), self._now()
        until = now + (lifetime or timedelta(seconds=self._settings.token_lifetime_s))
        claims = {
            "iss": OFFICE_ISSUER,
            "aud": AUDIENCE,
            "sub": subject_of(name),
            "name": name.strip(),
            "roles": sorted({Role(role).value for role in roles}),
            "iat": int(now.timestamp()),
            "nbf": int(now.timestamp()),
            "exp": int(until.timestamp()),
            "jti": new_key(),
        }
        header = {"alg": ALGORITHM, "kid": key.thumbprint()}
        return jwt.encode(header, claims, key, algorithms=[ALGORITHM])

    def verify(self, token: str) -> SignedInPerson:
        """Return the person a token vouches for.

        Raises:
            NotSignedIn: it is not one of ours, or does not hold now.
        """
        if len(token) > self._settings.token_bytes_max:
            raise NotSignedIn(f"the token is longer than {self._settings.token_bytes_max} bytes")
        place = sha256(token.encode(errors="replace")).digest()
        with self._turn:
            kept = self._verified.get(place)
        if kept is not None and self._now() < kept.expires:
            return kept
        person = self._verified_now(token)
        with self._turn:
            self._verified[place] = person
            while len(self._verified) > self._settings.tokens_kept_max:
                self._verified.popitem(last=False)
        return person

    def _verified_now(self, token: str) -> SignedInPerson:
        key = self._key_pair()
        header = _header(token)
        if header.get("alg") != ALGORITHM:
            raise NotSignedIn(
                f"the token is not signed with {ALGORITHM}, and nothing else is taken"
            )
        if header.get("kid") != key.thumbprint():
            raise NotSignedIn("the token names another key than the one this office signs with")
        try:
            claims = jwt.decode(token, key, algorithms=[ALGORITHM]).claims
        except (JoseError, ValueError):
            raise NotSignedIn("the signature of the token does not fit its content") from None
        return self._person(claims)

    def _person(self, claims: dict[str, object]) -> SignedInPerson:
        _require_claims(claims, int(self._now().timestamp()))
        roles = claims.get("roles")
        named = roles if isinstance(roles, list) else []
        return SignedInPerson(
            issuer=str(claims["iss"]),
            subject=str(claims["sub"]),
            name=str(claims.get("name") or claims["sub"]),
            roles=frozenset(role for role in Role if role.value in named),
            token_id=str(claims["jti"]),
            issued_at=_moment(claims["iat"]),
            expires=_moment(claims["exp"]),
        )

    def _key_pair(self) -> OKPKey:
        if self._key is None:
            if not self._path.exists():
                _make_key(self._path)
            self._key = OKPKey.import_key(json.loads(self._path.read_text()))
        return self._key


def subject_of(name: str) -> str:
    """Return the identity that goes with a name; addresses are the same in any case."""
    return name.strip().casefold() if "@" in name else name.strip()


def _make_key(path: Path) -> None:
    """Make the key pair in one step: of two processes that try, one does, and both use it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    pair = OKPKey.generate_key("Ed25519").as_dict(private=True)
    beside = path.with_name(f"{path.name}.{new_key()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(json.dumps(pair))
        file.flush()
        os.fsync(descriptor)
    with suppress(FileExistsError):
        path.hardlink_to(beside)
    beside.unlink()


def _header(token: str) -> dict[str, object]:
    """Return what a token says of itself, for a clear refusal; nothing here is trusted."""
    parts = token.split(".")
    if len(parts) != 3:
        raise NotSignedIn("the token is no JWT: it does not have three parts between dots")
    try:
        padding = "=" * (-len(parts[0]) % 4)
        header = json.loads(base64.urlsafe_b64decode(parts[0] + padding))
    except (ValueError, RecursionError):
        raise NotSignedIn("the token is no JWT: its first part is no JSON") from None
    if not isinstance(header, dict):
        raise NotSignedIn("the token is no JWT: its first part is no JSON object")
    if not parts[2] or str(header.get("alg", "none")).lower() == "none":
        raise NotSignedIn("the token is not signed, and an unsigned one is never trusted")
    return header


def _require_claims(claims: dict[str, object], now: int) -> None:
    essential = jwt.JWTClaimsRegistry(
        now=now,
        iss={"essential": True, "value": OFFICE_ISSUER},
        aud={"essential": True, "value": AUDIENCE},
        sub={"essential": True},
        exp={"essential": True},
        nbf={"essential": True},
        iat={"essential": True},
        jti={"essential": True},
    )
    try:
        essential.validate(claims)
    except ExpiredTokenError:
        raise NotSignedIn("the token has expired") from None
    except MissingClaimError as fault:
        raise NotSignedIn(f"the token lacks the claim {fault.claim}") from None
    except InvalidClaimError as fault:
        raise NotSignedIn(_UNFIT.get(fault.claim, f"the claim {fault.claim} is unfit")) from None
    if claims["aud"] != AUDIENCE:
        raise NotSignedIn(_UNFIT["aud"])


_UNFIT = {
    "iss": "the token was issued by somebody this office does not know",
    "aud": f"the token is for another audience than {AUDIENCE}",
    "iat": "the token says it was issued in the future",
    "nbf": "the token does not hold yet",
    "exp": "the token does not say when it expires",
}


def _moment(seconds: object) -> datetime:
    assert isinstance(seconds, int | float), "checked as a claim"
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        raise NotSignedIn("the token names a moment that does not exist") from None
