"""The documents of a log against their digests, and against the events that name them."""

from collections.abc import Iterator
from functools import lru_cache

from domain.base import digest
from workflows.store.contract import Log, Stored

PAGE = 100
NAMES_KEPT_MAX = 4_096
DIGEST_BYTES = 64
_NAMING = frozenset({"policy.adopted/1", "pack.presented/1", "review.opened/1", "review.ruled/1"})
_FIELDS = (b'"digest":"', b'"pack":"', b'"policy":"', b'"checks":"')


class Documents:
    """The state of one pass.

    Attributes:
        count: how many documents there are.
    """

    def __init__(self, log: Log) -> None:
        """Compare every document with its digest."""
        self.count = 0
        self._altered: dict[str, int] = {}
        self._missing: dict[str, int] = {}
        # The same policy, and each pack, is named by many events not far from each other.
        self._held = lru_cache(NAMES_KEPT_MAX)(lambda name: log.document(name) is not None)
        after = ""
        while page := log.documents(after, PAGE):
            for name, content in page:
                self.count += 1
                if digest(content) != name:
                    # Whatever stands there for a name: in a file it may be of any type.
                    self._altered[str(name)] = 0
            after = page[-1][0]

    def named_by(self, row: Stored) -> None:
        """Note which documents an event names."""
        for name in self._altered:
            if not self._altered[name] and name.encode() in row.content:
                self._altered[name] = row.position
        if row.topic not in _NAMING:
            return
        for field in _FIELDS:
            at = row.content.find(field)
            while at >= 0:
                start = at + len(field)
                self._look(row.content[start : start + 64], row.position)
                at = row.content.find(field, start)

    def finish(self) -> Iterator[tuple[int, str, str]]:
        """Yield the documents that are not what they were, at the event that names each first."""
        for name, position in sorted(self._altered.items()):
            yield position, "document_altered", f"the document {name} has other bytes"
        for name, position in sorted(self._missing.items()):
            yield position, "document_missing", f"the document {name} is not held"

    def _look(self, found: bytes, position: int) -> None:
        name = found.decode(errors="replace")
        if len(found) != DIGEST_BYTES or b'"' in found:
            return
        if name not in self._missing and not self._held(name):
            self._missing[name] = position
