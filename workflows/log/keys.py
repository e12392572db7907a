"""The keys that sign checkpoints: Ed25519, in the text forms outsiders know.

Source: RFC 8032; C2SP signed-note; the private form is that of golang.org/x/mod/sumdb/note.
"""

from collections.abc import Iterable
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from domain.checkpoint import ED25519, NotANote, Note, Signature, VerifierKey, b64, unb64
from workflows.log.files import write_new

SEED_BYTES = 32
_PRIVATE = "PRIVATE+KEY"
_PRIME = 2**255 - 19
_SMALL_ORDER = frozenset(
    {
        0,
        1,
        _PRIME - 1,
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
        0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    }
)
"""The y of every point of small order: a key that is one accepts what nobody signed."""


class SigningKey:
    """A private key and its name.

    Attributes:
        verifier: the public half.
    """

    def __init__(self, name: str, seed: bytes) -> None:
        """Make the key that follows from 32 secret random bytes."""
        self._seed = seed
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = VerifierKey(name, self._key.public_key().public_bytes_raw())

    def sign(self, text: str) -> Signature:
        """Return the signature of a note's text."""
        made = self._key.sign(text.encode())
        return Signature(self.verifier.name, self.verifier.id, made)

    def save(self, path: Path) -> None:
        """Write the key to a new file that only its owner can read.

        Raises:
            FileExistsError: there is one; a key is never overwritten.
        """
        name, key_id = self.verifier.name, self.verifier.id.hex()
        text = f"{_PRIVATE}+{name}+{key_id}+{b64(bytes([ED25519]) + self._seed)}\n"
        write_new(path, text.encode(), 0o600)


def load_key(path: Path) -> SigningKey:
    """Return the key in a file.

    Raises:
        NotANote: the file holds none.
        OSError: it cannot be read.
    """
    text = path.read_text(encoding="utf-8").strip()
    prefix = f"{_PRIVATE}+"
    if not text.startswith(prefix):
        raise NotANote(f"{path} holds no private key")
    name, _, rest = text.removeprefix(prefix).partition("+")
    named_id, _, encoded = rest.partition("+")
    content = unb64(encoded)
    if len(content) != 1 + SEED_BYTES or content[0] != ED25519:
        raise NotANote(f"{path} holds no Ed25519 key")
    key = SigningKey(name, content[1:])
    if key.verifier.id.hex() != named_id:
        raise NotANote(f"{path} names the id {named_id}, its key has {key.verifier.id.hex()}")
    return key


def is_sound(key: VerifierKey) -> bool:
    """Return whether a public key is one that only a signature by its owner satisfies."""
    height = int.from_bytes(key.public, "little") & (2**255 - 1)
    return height < _PRIME and height not in _SMALL_ORDER


def signed_by(note: Note, keys: Iterable[VerifierKey]) -> list[VerifierKey]:
    """Return which of some trusted keys have signed a note.

    A line that bears name and id of a trusted key and does not verify spoils the whole note.
    Lines of other keys are passed over.
    """
    known = {(key.name, key.id): key for key in keys if is_sound(key)}
    found = []
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is None:
            continue
        try:
            public = Ed25519PublicKey.from_public_bytes(key.public)
            public.verify(signature.made, note.text.encode())
        except (InvalidSignature, ValueError):
            return []
        found.append(key)
    return found
