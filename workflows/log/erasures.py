"""Erasures on record: what is gone by one is no fault, what is gone without one is."""

from domain.erasure import PersonErased
from domain.event import Event, stream_code
from domain.private import owner_of
from workflows.store.contract import Log, Recorded

PAGE = 500


class Erasures:
    """Who was erased, and when.

    Attributes:
        unseen: positions of events whose private values are gone with a key that no erasure on
            record destroyed, and whose they were.
    """

    def __init__(self, log: Log) -> None:
        """Look up who was erased, before the first event."""
        self.unseen: list[tuple[int, str]] = []
        self._last = _last_erasures(log)
        self._destroyed = log.keys_destroyed()

    def took(self, recorded: Recorded) -> bool:
        """Return whether private values of an event are gone with the person whose they were."""
        whose = _whose(recorded.event)
        if self._last.get(whose, 0) > recorded.position:
            return True
        if whose in self._destroyed:
            self.unseen.append((recorded.position, whose))
            return True
        return False


def _whose(event: Event) -> str:
    """Return whose the private values of an event are; the office's own are never taken out."""
    return owner_of(event.stream, event.by, "")


def _last_erasures(log: Log) -> dict[str, int]:
    found: dict[str, int] = {}
    after = 0
    while page := log.of_topic(PersonErased.TOPIC, after, PAGE):
        # That such a row is what it says is looked at where the pass meets it.
        found |= {stream_code(str(row.stream)): row.position for row in page}
        after = page[-1].position
    return found
