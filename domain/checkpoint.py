"""Checkpoints: the root of the log at a size, in a note that keys sign.

A note is text, an empty line and a line for each signature. Lines of keys nobody here knows, such
as those of witnesses, are kept as they came and decide nothing.

Source: C2SP signed-note, tlog-checkpoint and tlog-proof (c2sp.org), read on 2026-11-23.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

from domain.merkle import HASH_BYTES

ED25519 = 1
"""Type byte of an Ed25519 signature over the text of a note."""

PROOF_VERSION = "c2sp.org/tlog-proof@v1"
NOTE_BYTES_MAX = 1_000_000
SIGNATURES_MAX = 100
PATH_MAX = 63
_KEY_ID_BYTES = 4
_NAME = re.compile(r"[^\s+\x00-\x1f\x7f]+")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,15}")
_DASH = "\N{EM DASH} "


class NotANote(ValueError):  # noqa: N818  a fault of bytes, named for what they are not
    """Bytes that are no signed note, checkpoint or proof in the one form they have."""


class Signature(NamedTuple):
    """A line of signature: who says to have signed, the short id of the key, and what was made."""

    name: str
    key_id: bytes
    made: bytes

    @property
    def line(self) -> str:
        """Return the line as it stands in a note."""
        return f"{_DASH}{self.name} {b64(self.key_id + self.made)}\n"


class Note(NamedTuple):
    """Signed text. ``text`` ends with a line feed and does not include the empty line."""

    text: str
    signatures: tuple[Signature, ...]

    @property
    def content(self) -> bytes:
        """Return the bytes of the note."""
        return f"{self.text}\n{''.join(one.line for one in self.signatures)}".encode()


class Checkpoint(NamedTuple):
    """What a log commits to: that its first ``size`` events have this root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """Return the text that is signed."""
        return f"{self.origin}\n{self.size}\n{b64(self.root)}\n"


class VerifierKey(NamedTuple):
    """A public key under a name: what an outsider holds to check signatures with."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """Return the short id. It helps to find a key and proves nothing."""
        said = self.name.encode() + b"\n" + bytes([ED25519]) + self.public
        return sha256(said).digest()[:_KEY_ID_BYTES]

    @property
    def text(self) -> str:
        """Return the key as outsiders exchange it: name, id and key."""
        return f"{self.name}+{self.id.hex()}+{b64(bytes([ED25519]) + self.public)}"


def read_key(text: str) -> VerifierKey:
    """Return the verifier key that a text stands for.

    Raises:
        NotANote: it is none, or of another kind than Ed25519.
    """
    name, _, rest = text.strip().partition("+")
    named_id, _, encoded = rest.partition("+")
    content = unb64(encoded)
    if not _NAME.fullmatch(name) or len(content) != 1 + HASH_BYTES or content[0] != ED25519:
        raise NotANote("a verifier key is NAME+ID+KEY of an Ed25519 key")
    key = VerifierKey(name, content[1:])
    if key.id.hex() != named_id:
        raise NotANote(f"the key of {name} has id {key.id.hex()}, not {named_id}")
    return key


def read_note(content: bytes) -> Note:
    """Return the note that bytes stand for; they are exactly its `Note.content`.

    Raises:
        NotANote: they are none.
    """
    if len(content) > NOTE_BYTES_MAX:
        raise NotANote(f"a note longer than {NOTE_BYTES_MAX} bytes is not read")
    try:
        said = content.decode()
    except UnicodeDecodeError:
        raise NotANote("a note is UTF-8 text") from None
    body, gap, lines = said.rpartition("\n\n")
    if not gap or not body or not lines.endswith("\n") or re.search(r"[\x00-\x09\x0b-\x1f]", said):
        raise NotANote("a note is text, an empty line and lines of signature")
    signatures = tuple(_signature(line) for line in lines[:-1].split("\n"))
    if len(signatures) > SIGNATURES_MAX:
        raise NotANote(f"a note with more than {SIGNATURES_MAX} signatures is not read")
    return Note(f"{body}\n", signatures)


def read_checkpoint(content: bytes) -> tuple[Checkpoint, Note]:
    """Return the checkpoint that bytes stand for, with its note. Nothing is verified.

    Raises:
        NotANote: they are none, or one with lines this program does not know.
    """
    note = read_note(content)
    lines = note.text.split("\n")
    # A line that nobody here understands would be signed all the same, so it is not passed over.
    if len(lines) != 4 or not lines[0] or not _NUMBER.fullmatch(lines[1]):
        raise NotANote("a checkpoint is a log's name, a size and a root, and nothing else")
    root = unb64(lines[2])
    if len(root) != HASH_BYTES:
        raise NotANote("the root of a checkpoint is a SHA-256")
    return Checkpoint(lines[0], int(lines[1]), root), note


def record(note: Note) -> bytes:
    """Return a note as it stands in a file of many, an empty line after each."""
    return note.content + b"\n"


def read_records(content: bytes) -> tuple[tuple[tuple[Checkpoint, Note], ...], bytes]:
    """Return the checkpoints of a file of many, and what a broken-off write left after the last.

    Raises:
        NotANote: one that is followed by others is none.
    """
    *parts, rest = content.split(b"\n\n")
    if len(parts) % 2:
        rest = parts.pop() + b"\n\n" + rest
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return tuple(read_checkpoint(b"%s\n\n%s\n" % pair) for pair in pairs), rest


class Proof(NamedTuple):
    """That an event is in the log: which leaf it is, from 0, the path up, and what was signed."""

    leaf: int
    path: tuple[bytes, ...]
    checkpoint: Checkpoint
    note: Note


def proof_content(leaf: int, path: Sequence[bytes], note: bytes) -> bytes:
    """Return the bytes of a ``.tlog-proof`` under a signed checkpoint."""
    hashes = "".join(f"{b64(one)}\n" for one in path)
    return f"{PROOF_VERSION}\nindex {leaf}\n{hashes}\n".encode() + note


def read_proof(content: bytes) -> Proof:
    """Return the proof that bytes stand for. Nothing is verified.

    Raises:
        NotANote: they are none.
    """
    head, gap, note = content.partition(b"\n\n")
    try:
        version, *lines = head.decode().split("\n")
    except UnicodeDecodeError:
        raise NotANote("a proof is UTF-8 text") from None
    if version != PROOF_VERSION or not gap:
        raise NotANote(f"a proof begins with {PROOF_VERSION}")
    if lines and lines[0].startswith("extra "):
        unb64(lines.pop(0).removeprefix("extra "))
    word, _, number = (lines.pop(0) if lines else "").partition(" ")
    if word != "index" or not _NUMBER.fullmatch(number):
        raise NotANote("a proof names the index of its event")
    path = tuple(unb64(line) for line in lines)
    if len(path) > PATH_MAX or any(len(one) != HASH_BYTES for one in path):
        raise NotANote(f"a path has at most {PATH_MAX} hashes of {HASH_BYTES} bytes")
    return Proof(int(number), path, *read_checkpoint(note))


def growth_content(old: int, path: Sequence[bytes], note: bytes) -> bytes:
    """Return a proof that the log of a checkpoint begins with a smaller one.

    The form is the one in which witnesses are asked to sign. Source: C2SP tlog-witness.
    """
    return f"old {old}\n{''.join(f'{b64(one)}{chr(10)}' for one in path)}\n".encode() + note


def b64(data: bytes) -> str:
    """Return standard base64."""
    return base64.b64encode(data).decode()


def unb64(text: str) -> bytes:
    """Return the bytes of standard base64, in its one form.

    Raises:
        NotANote: it is none.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NotANote("that is no base64") from None
    if b64(data) != text:
        # Padding bits that are not zero: two texts for one value.
        raise NotANote("that is no base64 in its one form")
    return data


def _signature(line: str) -> Signature:
    name, gap, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not gap or not _NAME.fullmatch(name):
        raise NotANote("a line of signature is a dash, a name and a signature")
    content = unb64(encoded)
    if len(content) <= _KEY_ID_BYTES:
        raise NotANote("a signature begins with the id of its key")
    return Signature(name, content[:_KEY_ID_BYTES], content[_KEY_ID_BYTES:])
