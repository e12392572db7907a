"""The documents of a log against their digests, and against the events that name them."""

from collections.abc import Iterable, Iterator, Mapping

from domain.base import digest
from workflows.store.contract import Log, Stored

PAGE = 100


class Documents:
    """The state of one pass.

    Attributes:
        count: how many documents there are.
    """

    def __init__(self, log: Log) -> None:
        """Compare every document with its digest."""
        self._log = log
        self.count = 0
        self._altered: dict[str, int] = {}
        self._missing: dict[str, int] = {}
        after = ""
        while page := log.documents(after, PAGE):
            for name, content in page:
                self.count += 1
                if digest(content) != name:
                    # Whatever stands there for a name: in a file it may be of any type.
                    self._altered[str(name)] = 0
            after = page[-1][0]

    def named_by(self, row: Stored, names: Iterable[str], held: Mapping[str, bytes]) -> None:
        """Note which documents an event names.

        Args:
            row: the event.
            names: of the documents it names.
            held: documents that are known to be held.
        """
        for name in self._altered:
            if not self._altered[name] and name.encode() in row.content:
                self._altered[name] = row.position
        for name in names:
            if name not in held and name not in self._missing and self._log.document(name) is None:
                self._missing[name] = row.position

    def finish(self) -> Iterator[tuple[int, str, str]]:
        """Yield the documents that are not what they were, at the event that names each first."""
        for name, position in sorted(self._altered.items()):
            yield position, "document_altered", f"the document {name} has other bytes"
        for name, position in sorted(self._missing.items()):
            yield position, "document_missing", f"the document {name} is not held"
