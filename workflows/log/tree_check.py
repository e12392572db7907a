"""The tree of a log computed anew, against the nodes kept and every checkpoint there is."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from domain.checkpoint import Checkpoint, Note, VerifierKey
from domain.merkle import Frontier
from workflows.log.keys import signed_by
from workflows.store.contract import Log

Doubt = tuple[int, str, str]
Pair = tuple[Checkpoint, Note]


class TreeCheck:
    """The state of one pass: a tree that grows with the events' bytes.

    Attributes:
        checkpoints: how many distinct checkpoints it is held against.
    """

    def __init__(
        self,
        log: Log,
        trusted: tuple[VerifierKey, ...],
        signed: Iterable[Pair],
        held: Iterable[Pair],
    ) -> None:
        """Begin before the first event."""
        self._log = log
        self._trusted = trusted
        self._frontier = Frontier()
        self._made: dict[int, bytes] = {}
        self._checked = 0
        self._at: dict[int, dict[Checkpoint, str]] = defaultdict(dict)
        self._notes: dict[Checkpoint, list[Note]] = defaultdict(list)
        for where, pairs in (("signed", signed), ("held", held)):
            for checkpoint, note in pairs:
                self._at[checkpoint.size][checkpoint] = where
                self._notes[checkpoint].append(note)
        self.checkpoints = len(self._notes)
        self._agreed = 0

    @property
    def root(self) -> bytes:
        """Return the root of what was taken."""
        return self._frontier.root()

    def take(self, leaf: bytes) -> Iterator[Doubt]:
        """Take the hash of the next event's bytes; yield the checkpoints it contradicts."""
        made = self._frontier.grow(leaf)
        size = self._frontier.size
        if made:
            self._made[size] = b"".join(made)
        return self._contradicted(size) if size in self._at else iter(())

    def skip(self) -> None:
        """Go on where there is no event: whatever follows has another root."""
        list(self.take(bytes(32)))

    def page(self, last: int) -> Iterator[Doubt]:
        """Compare the nodes up to a position with those that are kept."""
        kept = dict(self._log.nodes(self._checked, last))
        for position in sorted(kept.keys() | self._made.keys()):
            if kept.get(position) != self._made.get(position):
                yield position, "nodes_differ", "the nodes of the tree kept here are others"
        self._made.clear()
        self._checked = last

    def finish(self, head: int) -> Iterator[Doubt]:
        """Yield what is signed and not there, nodes after the end, and notes nobody signed."""
        for position, _hashes in self._log.nodes(head, 2**62):
            yield position, "nodes_differ", "nodes are kept of a position after the last"
        for size in sorted(size for size in self._at if size > head):
            for where in self._at[size].values():
                why = f"the log ends at {head}, a {where} checkpoint covers {size}: its end is gone"
                yield size, "events_missing", why
        for checkpoint, notes in self._notes.items():
            trusted = [key for key in self._trusted if key.name == checkpoint.origin]
            if not all(signed_by(note, trusted) for note in notes):
                why = "no trusted key has signed this checkpoint"
                yield checkpoint.size, "checkpoint_unsigned", why

    def _contradicted(self, size: int) -> Iterator[Doubt]:
        root = self._frontier.root()
        for checkpoint, where in self._at[size].items():
            if checkpoint.root == root:
                self._agreed = size
                continue
            why = (
                f"the root of the first {size} events is not that of a {where} checkpoint:"
                f" something after position {self._agreed} and up to {size} was changed"
            )
            yield size, "root_differs", why
