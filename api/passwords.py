"""Passwords: which will do, how they are kept, and whether one is right.

Source: RFC 9106; NIST SP 800-63B, which asks for length and for nothing else.
"""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.refusals import Malformed

CHARACTERS_MIN = 12
CHARACTERS_MAX = 200
AT_ONCE = 2
"""Passwords looked at side by side: each takes 64 MiB, and strangers may ask for it."""


class Passwords:
    """Keeps passwords as argon2id, and compares them in a time that tells nothing."""

    def __init__(self) -> None:
        """Keep passwords with the parameters of RFC 9106 for machines short of memory."""
        self._hasher = PasswordHasher()
        self._turn = threading.BoundedSemaphore(AT_ONCE)
        self._nobodys: str | None = None

    def kept(self, password: str) -> str:
        """Return a password as it is kept."""
        with self._turn:
            return self._hasher.hash(password)

    def is_right(self, kept: str | None, password: str) -> bool:
        """Return whether a password is the one kept; where none is, after as long a look."""
        if self._nobodys is None:
            self._nobodys = self.kept("nobody has this password")
        if len(password) > CHARACTERS_MAX:
            password = ""
        with self._turn:
            try:
                right = self._hasher.verify(kept or self._nobodys, password)
            except (VerificationError, InvalidHashError):
                return False
        return right and kept is not None


def require_fit(password: str, name: str) -> None:
    """Refuse a password that is too short, too long or the name.

    Raises:
        Malformed: and which of the rules it breaks.
    """
    fix = f"Choose {CHARACTERS_MIN} characters or more; a sentence is good."
    if len(password) < CHARACTERS_MIN:
        raise Malformed(f"a password has at least {CHARACTERS_MIN} characters", fix=fix)
    if len(password) > CHARACTERS_MAX:
        raise Malformed(f"a password has at most {CHARACTERS_MAX} characters", fix=fix)
    if password.strip().casefold() == name.strip().casefold():
        raise Malformed("a password is not the name", fix=fix)
