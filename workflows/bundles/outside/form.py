"""Bytes in their one form: canonical JSON, base64, and what is not accepted."""

import base64
import json
from typing import Any

INTEGERS_BELOW = 2**53


class Rejected(Exception):  # noqa: N818  the answer of this program
    """Something in a bundle does not hold."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")


def canonical_bytes(value: Any) -> bytes:
    """Return JSON with sorted keys and no white space, in UTF-8 that is not escaped."""
    text = json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    return text.encode()


def read_strictly(content: bytes, where: str) -> Any:
    """Return what canonical bytes say; bytes that say it in any other way are rejected."""
    try:
        value = json.loads(
            content.decode(),
            object_pairs_hook=_each_key_once,
            parse_float=_no_fraction,
            parse_int=_small_integer,
            parse_constant=_no_fraction,
        )
        again = canonical_bytes(value)
    except (ValueError, RecursionError) as fault:
        raise Rejected(where, f"not canonical JSON: {fault}") from None
    if again != content:
        raise Rejected(where, "the bytes are not the canonical form of what they say")
    return value


def from_base64(text: str, where: str) -> bytes:
    """Return the bytes of standard base64 in its one form."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Rejected(where, "that is no base64") from None
    if base64.b64encode(data).decode() != text:
        raise Rejected(where, "that is no base64 in its one form")
    return data


def without_padding(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an object names one key twice")
    return found


def _no_fraction(text: str) -> Any:
    raise ValueError(f"{text}: numbers with a fraction are written as text")


def _small_integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) >= INTEGERS_BELOW:
        raise ValueError(f"{text[:20]} is not below 2**53")
    return int(text)
