"""The evidence files of a log against the digests their events name."""

from collections.abc import Iterator

from domain.project_events import EvidenceAttached
from workflows.log.disposals import Disposals
from workflows.store.contract import Recorded
from workflows.store.evidence import Evidence


class Attachments:
    """The state of one pass.

    Attributes:
        count: files that were looked at. elsewhere: those nobody here can open.
    """

    def __init__(self, evidence: Evidence, disposals: Disposals) -> None:
        """Begin before the first event."""
        self._evidence = evidence
        self._disposals = disposals
        self.count = self.elsewhere = 0

    def take(self, recorded: Recorded) -> Iterator[tuple[int, str, str]]:
        """Yield what is wrong with the file an event attaches; what was disposed of is not."""
        body, position = recorded.event.data, recorded.position
        if not isinstance(body, EvidenceAttached):
            return
        if body.held == "elsewhere":
            self.elsewhere += 1
            return
        if not self._evidence.holds(body.sha256) and self._disposals.gone(
            recorded, f"the file {body.sha256} was"
        ):
            return
        self.count += 1
        try:
            self._evidence.open(body.sha256).close()
        except Exception as fault:  # noqa: BLE001  whatever keeps it from being read is the finding
            why = f"the file {body.sha256} cannot be opened: {fault}"
            yield position, "evidence_missing", why
            return
        if not self._evidence.check(body.sha256):
            yield position, "evidence_altered", f"the file {body.sha256} has other bytes"
