"""Files that were disposed of: destroyed once no attachment that is still kept names them."""

import json
from collections.abc import Iterator

from domain.catalogue import UnreadableEvent
from domain.project_events import EvidenceAttached
from workflows.store.contract import Log
from workflows.store.evidence import Evidence

PAGE = 500


def destroy_files(log: Log, evidence: Evidence) -> None:
    """Destroy the bytes of what was disposed of, for who keeps others from attaching meanwhile.

    Also what a kill left over, or an older copy of the files brought back. A file that was attached
    anew since, or that another record holds, stays.

    Raises:
        UnreadableEvent: an attachment cannot be read, so that nobody knows what it holds.
        StoreUnavailable: the disk refuses.
    """
    files = {one.sha256 for one in log.disposed() if one.sha256 is not None}
    found = sorted(one for one in files if evidence.holds(one))
    if not found:
        return
    kept = attached_still(log, frozenset(found))
    for one in found:
        if one not in kept:
            evidence.destroy(one)


def attached_still(
    log: Log, files: frozenset[str], without: frozenset[int] = frozenset()
) -> frozenset[str]:
    """Return those of some files that an attachment names which was not disposed of.

    Args:
        log: the log, which is gone through whole.
        files: digests.
        without: positions of attachments that do not count.

    Raises:
        UnreadableEvent: an attachment cannot be read.
    """
    gone = {(one.position, one.leaf) for one in log.disposed()}
    return frozenset(
        sha256
        for position, leaf, sha256 in _attachments(log)
        if sha256 in files and position not in without and (position, leaf) not in gone
    )


def _attachments(log: Log) -> Iterator[tuple[int, bytes, str]]:
    """Yield every attachment of a file held here: its position, its leaf, the digest."""
    after = 0
    while page := log.of_topic(EvidenceAttached.TOPIC, after, PAGE):
        for row in page:
            try:
                data = json.loads(row.content)["data"]
                held, sha256 = data["held"], data["sha256"]
            except (ValueError, KeyError, TypeError) as fault:
                raise UnreadableEvent(f"position {row.position}: {fault!r}") from fault
            if held == "here":
                yield row.position, row.leaf, sha256
        after = page[-1].position
