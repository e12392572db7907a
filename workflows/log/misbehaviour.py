"""Two faces of one log: signed checkpoints of the same size that say different roots.

A tree of one size has one root. So whoever signed both showed one log here and another one there,
and the two notes prove it to everybody who has the key; nothing else is needed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from domain.base import Value
from domain.checkpoint import Checkpoint, Note, VerifierKey
from workflows.log.keys import signed_by


class SplitView(Value):
    """Two checkpoints of one log and one size with different roots.

    Attributes:
        log: name of the log. position: the size of both.
        keys: the trusted keys that signed one of them or both.
        notes: the two signed notes, each to its last byte.
    """

    log: str
    position: int
    keys: tuple[str, ...]
    notes: tuple[str, str]

    @property
    def why(self) -> str:
        """Return what is wrong, for people."""
        return (
            f"two signed checkpoints of {self.log} say different roots of the first"
            f" {self.position} events: two logs were shown under one name. The two notes together"
            " prove it to everybody who has the key"
        )


def split_views(
    pairs: Iterable[tuple[Checkpoint, Note]], trusted: Iterable[VerifierKey]
) -> Iterator[SplitView]:
    """Yield the checkpoints that contradict the first of their size; each has a trusted signature.

    Of two sizes nothing follows from the notes alone: that needs the log, or a proof of growth.
    """
    keys = tuple(trusted)
    found: dict[tuple[str, int], dict[bytes, tuple[Note, list[str]]]] = defaultdict(dict)
    for checkpoint, note in pairs:
        own = [key for key in keys if key.name == checkpoint.origin]
        signers = [key.text for key in signed_by(note, own)]
        if signers:
            of_size = found[checkpoint.origin, checkpoint.size]
            of_size.setdefault(checkpoint.root, (note, signers))
    for (log, size), roots in sorted(found.items()):
        (first, by), *others = roots.values()
        for note, signers in others:
            notes = (first.content.decode(), note.content.decode())
            both = tuple(sorted({*by, *signers}))
            yield SplitView(log=log, position=size, keys=both, notes=notes)
