"""The signer: reads the log, computes its tree anew, and signs what follows on what it signed.

It runs in a process of its own, with a key and a memory of its own. It writes only ``log/``, and
never signs a shorter log or another history, whoever asks.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from domain.checkpoint import Checkpoint, Note, VerifierKey, read_key, read_records, record
from domain.event import leaf_hash
from domain.log_key import LogKeyRotated
from domain.merkle import Frontier
from domain.office import OfficeFounded
from workflows.log.files import append_durably, clear_abandoned, write_whole
from workflows.log.keys import SigningKey, load_key, signed_by
from workflows.log.signed import (
    CHECKPOINT,
    KEY,
    LOG,
    SIGNED,
    LogContradicted,
    published,
    require_begins_with,
)
from workflows.log.tiles import ENTRY_BYTES_MAX, Tiles, write_below
from workflows.store.contract import Log, Stored
from workflows.store.lock import WriterLock

PAGE = 500
LOCK = "lock"
_KEYS = f"{KEY}*"

Signed = tuple[Checkpoint, Note]


class Signer:
    """The one signer of a log, as long as it holds the lock of its own directory.

    Attributes:
        last: what was signed last, if anything was.
    """

    def __init__(
        self, log: Log, data: Path, directory: Path, new_seed: Callable[[], bytes]
    ) -> None:
        """Take the lock, the keys and the memory of a signer's directory.

        Args:
            log: the log, open for reading.
            data: the data directory; only ``log/`` in it is written.
            directory: the signer's own.
            new_seed: gives 32 secret random bytes, when the first key is made.

        Raises:
            StoreUnavailable: another signer is at work there.
            NotANote: its memory or a key is damaged.
        """
        self._log = log
        self._log_directory = data / LOG
        self._data = data
        self._directory = directory
        self._new_seed = new_seed
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = WriterLock(directory / LOCK)
        try:
            self._log_directory.mkdir(parents=True, exist_ok=True)
            clear_abandoned(self._log_directory)
            clear_abandoned(directory)
            self._memory = self._recall()
            self._forget_progress()
        except BaseException:
            self._lock.release()
            raise

    @property
    def last(self) -> Signed | None:
        """Return what was signed last, if anything was."""
        return self._memory[-1] if self._memory else None

    def sign(self) -> Signed | None:
        """Sign the log as it is, and publish; nothing where there is no office yet.

        Returns:
            The checkpoint and its note; the last one again where nothing was added since.

        Raises:
            LogContradicted: the log is not the one signed before; nothing is signed.
        """
        head = self._log.head()
        if head == 0 and self.last is None:
            return None
        try:
            self._require_following(head)
            if self.last is None or head > self.last[0].size:
                self._tiles_up_to(head)
                self._remember(self._signed(head))
            else:
                self._tiles_up_to(head)
            self._publish()
        except BaseException:
            # What was half done is done anew next time, from the first event.
            self._forget_progress()
            raise
        return self.last

    def make_key(self) -> VerifierKey:
        """Make a further key, which signs once the record says so."""
        key = SigningKey(self._origin(), self._new_seed())
        key.save(self._directory / f"{KEY}.{key.verifier.id.hex()}")
        return key.verifier

    def key(self) -> VerifierKey:
        """Return the key that signs now."""
        self._require_following(self._log.head())
        return self._in_force().verifier

    def close(self) -> None:
        """Give the lock up."""
        self._lock.release()

    def _recall(self) -> list[Signed]:
        memory = self._directory / SIGNED
        try:
            content = memory.read_bytes()
        except FileNotFoundError:
            return []
        records, rest = read_records(content)
        if rest:
            # A signature that was never published: it was being remembered when the power went.
            write_whole(memory, content[: len(content) - len(rest)], self._directory, 0o600)
        return list(records)

    def _forget_progress(self) -> None:
        self._frontier = Frontier()
        self._tiles = Tiles(write_below(self._log_directory))
        self._rotations: list[tuple[int, LogKeyRotated]] = []
        self._published: int | None = None

    def _require_following(self, head: int) -> None:
        """Compute the tree up to the head, and compare it with what was signed and is kept."""
        shown = published(self._data)
        known = [found for found in (self.last, shown) if found is not None]
        if shown is not None and not signed_by(shown[1], self._keys()):
            raise LogContradicted(
                "the checkpoint that is published was signed by no key of this signer",
                "Run the signer whose key it is, or move `log/` aside if there is none.",
            )
        for checkpoint, _note in known:
            if head < checkpoint.size:
                require_begins_with(self._log, checkpoint, head)
        roots = {checkpoint.size: checkpoint.root for checkpoint, _note in known}
        for row in self._rows(self._frontier.size, head):
            self._frontier.grow(_sound_leaf(row))
            if row.topic == LogKeyRotated.TOPIC:
                self._rotations.append((row.position, self._rotation(row.position)))
            if roots.get(row.position) not in {None, self._frontier.root()}:
                raise LogContradicted(
                    f"up to position {row.position} the events do not have the root that was"
                    " signed: something in them was changed afterwards"
                )
        require_begins_with(
            self._log, Checkpoint(self._origin(), head, self._frontier.root()), head
        )

    def _rows(self, after: int, head: int) -> Iterator[Stored]:
        while after < head:
            page = self._log.contents(after, min(PAGE, head - after))
            for row in page:
                after += 1
                if row.position != after:
                    raise LogContradicted(f"position {after}: there is no event")
                yield row
            if not page:
                raise LogContradicted(f"position {after + 1}: there is no event")

    def _tiles_up_to(self, head: int) -> None:
        for row in self._rows(self._tiles.size, head):
            self._tiles.take(row.content, _sound_leaf(row))
        if self._tiles.root() != self._frontier.root():
            raise LogContradicted(f"the log changed up to position {head} while it was read")
        self._tiles.finish()

    def _signed(self, head: int) -> Signed:
        checkpoint = Checkpoint(self._origin(), head, self._frontier.root())
        keys = [self._in_force()]
        before = 0 if self.last is None else self.last[0].size
        for position, rotation in self._rotations:
            if position > before:
                # Both sign the checkpoint that first covers a change of key.
                keys.append(self._held(rotation.replaces))
        signatures = tuple(key.sign(checkpoint.text) for key in keys)
        return checkpoint, Note(checkpoint.text, signatures)

    def _remember(self, signed: Signed) -> None:
        # Remembered before anybody sees it: what was shown must never be forgotten.
        append_durably(self._directory / SIGNED, record(signed[1]))
        self._memory.append(signed)

    def _publish(self) -> None:
        assert self.last is not None, "there is something to publish"
        note = self.last[1].content
        if self._published == self.last[0].size:
            return
        if self._published is None:
            everything = b"".join(record(one) for _checkpoint, one in self._memory)
            write_whole(self._log_directory / SIGNED, everything, self._log_directory)
        else:
            append_durably(self._log_directory / SIGNED, record(self.last[1]))
        key = f"{self._in_force().verifier.text}\n".encode()
        write_whole(self._log_directory / KEY, key, self._log_directory)
        write_whole(self._log_directory / CHECKPOINT, note, self._log_directory)
        self._published = self.last[0].size

    def _in_force(self) -> SigningKey:
        if self._rotations:
            return self._held(self._rotations[-1][1].key)
        first = self._directory / KEY
        if not first.exists():
            SigningKey(self._origin(), self._new_seed()).save(first)
        return load_key(first)

    def _held(self, text: str) -> SigningKey:
        wanted = read_key(text)
        for path in sorted(self._directory.glob(_KEYS)):
            key = load_key(path)
            if key.verifier == wanted:
                return key
        raise LogContradicted(
            f"the record says that key {text} signs, and this signer does not hold it",
            "Bring the key to the signer's directory; if nobody here made it, somebody else"
            " wrote to the log.",
        )

    def _keys(self) -> list[VerifierKey]:
        return [load_key(path).verifier for path in sorted(self._directory.glob(_KEYS))]

    def _rotation(self, position: int) -> LogKeyRotated:
        recorded = self._log.at(position)
        assert recorded is not None, "it was read a moment ago"
        body = recorded.event.data
        assert isinstance(body, LogKeyRotated), "the topic says so"
        return body

    def _origin(self) -> str:
        first = self._log.at(1)
        if first is None or not isinstance(first.event.data, OfficeFounded):
            raise LogContradicted("the log does not begin with the founding of an office")
        return first.event.data.origin


def _sound_leaf(row: Stored) -> bytes:
    content = row.content
    if not isinstance(content, bytes) or len(content) > ENTRY_BYTES_MAX:
        raise LogContradicted(f"position {row.position}: the row holds no event")
    leaf = leaf_hash(content)
    if leaf != row.leaf:
        raise LogContradicted(
            f"position {row.position}: the bytes do not have the hash kept with them"
        )
    return leaf
