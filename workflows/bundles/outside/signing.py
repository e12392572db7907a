"""Ed25519 signatures, verified slowly and in plain sight.

Source: RFC 8032 section 5.1; C2SP signed-note and tlog-checkpoint.
"""

from hashlib import sha256, sha512
from typing import NamedTuple

from workflows.bundles.outside.form import Rejected, from_base64

PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
CURVE_D = -121665 * pow(121666, -1, PRIME) % PRIME
DASH = "\u2014 "

Point = tuple[int, int, int, int]
"""x, y, z and t of extended coordinates: x/z, y/z, and t = xy/z."""

NEUTRAL: Point = (0, 1, 1, 0)


class TrustedKey(NamedTuple):
    """A key whoever checks brings along: its name, its short id, and 32 bytes."""

    name: str
    short_id: bytes
    public: bytes


class SignedRoot(NamedTuple):
    """A checkpoint that a trusted key has signed."""

    origin: str
    size: int
    root: bytes
    note: bytes


def read_trusted_key(text: str) -> TrustedKey:
    """Return the key that ``NAME+ID+KEY`` stands for."""
    name, _, rest = text.strip().partition("+")
    short, _, encoded = rest.partition("+")
    content = from_base64(encoded, "the key")
    if not name or len(content) != 33 or content[0] != 1:
        raise Rejected("the key", "it is no NAME+ID+KEY of an Ed25519 key")
    named = sha256(name.encode() + b"\n" + content).digest()[:4]
    if named.hex() != short:
        raise Rejected("the key", f"its id is {named.hex()}, not {short}")
    return TrustedKey(name, named, content[1:])


def read_signed_root(note: bytes, trusted: TrustedKey, where: str = "checkpoint") -> SignedRoot:
    """Return the checkpoint of a note that a trusted key has signed, or say where it has not."""
    try:
        text, gap, lines = note.decode().rpartition("\n\n")
    except UnicodeDecodeError:
        raise Rejected(where, "it is no text") from None
    body = text.split("\n")
    sound = gap and lines.endswith("\n") and len(body) == 3
    if not sound or not body[1].isascii() or not body[1].isdigit() or len(body[1]) > 16:
        raise Rejected(where, "it is no checkpoint: a name, a size, a root, and signatures")
    root = from_base64(body[2], where)
    if len(root) != 32 or str(int(body[1])) != body[1]:
        raise Rejected(where, "its size or root is not written as it has to be")
    if body[0] != trusted.name:
        raise Rejected(where, f"it is of the log {body[0]}; you trust a key of {trusted.name}")
    for line in lines[:-1].split("\n"):
        name, _, encoded = line.removeprefix(DASH).partition(" ")
        made = from_base64(encoded, where) if line.startswith(DASH) else b""
        ours = name == trusted.name and made[:4] == trusted.short_id
        if ours and is_signed(trusted.public, (text + "\n").encode(), made[4:]):
            return SignedRoot(body[0], int(body[1]), root, note)
    raise Rejected(where, f"the key {trusted.short_id.hex()} has not signed it")


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether a signature of a message was made with the key of a public one."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, commitment = _point(public), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or scalar >= ORDER or _same(_times(8, key), NEUTRAL):
        return False
    challenge = sha512(signature[:32] + public + message).digest()
    factor = int.from_bytes(challenge, "little") % ORDER
    return _same(_times(scalar, BASE), _sum(commitment, _times(factor, key)))


def _point(data: bytes) -> Point | None:
    """Return the point that 32 bytes stand for, in the one way it is written."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= PRIME:
        return None
    square = (y * y - 1) * pow(CURVE_D * y * y + 1, -1, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    if (x * x - square) % PRIME:
        x = x * pow(2, (PRIME - 1) // 4, PRIME) % PRIME
    if (x * x - square) % PRIME or (x == 0 and sign):
        return None
    x = PRIME - x if x & 1 != sign else x
    return x, y, 1, x * y % PRIME


def _sum(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % PRIME
    b = (one[1] + one[0]) * (other[1] + other[0]) % PRIME
    c = 2 * one[3] * other[3] * CURVE_D % PRIME
    d = 2 * one[2] * other[2] % PRIME
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % PRIME, g * h % PRIME, f * g % PRIME, e * h % PRIME


def _times(factor: int, point: Point) -> Point:
    found = NEUTRAL
    while factor:
        if factor & 1:
            found = _sum(found, point)
        point = _sum(point, point)
        factor >>= 1
    return found


def _same(one: Point, other: Point) -> bool:
    return (
        (one[0] * other[2] - other[0] * one[2]) % PRIME == 0
        and (one[1] * other[2] - other[1] * one[2]) % PRIME == 0
    )  # fmt: skip


def _base() -> Point:
    found = _point((4 * pow(5, -1, PRIME) % PRIME).to_bytes(32, "little"))
    assert found is not None, "the base point is on the curve"
    return found


BASE = _base()
