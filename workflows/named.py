"""Which documents an event names, told from its bytes before anything in them is believed."""

from collections.abc import Iterator

from workflows.store.contract import Stored

DIGEST_BYTES = 64
_NAMING = frozenset({"policy.adopted/1", "pack.presented/1", "review.opened/1", "review.ruled/1"})
_FIELDS = (b'"digest":"', b'"pack":"', b'"policy":"', b'"checks":"')


def named_in(row: Stored) -> Iterator[str]:
    """Yield the digests of the documents that a row names."""
    if row.topic not in _NAMING or not isinstance(row.content, bytes):
        return
    for field in _FIELDS:
        at = row.content.find(field)
        while at >= 0:
            start = at + len(field)
            found = row.content[start : start + DIGEST_BYTES]
            if len(found) == DIGEST_BYTES and b'"' not in found:
                yield found.decode(errors="replace")
            at = row.content.find(field, start)
