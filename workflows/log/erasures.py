"""Erasures on record: what is gone by one is no fault, what is gone without one is."""

from collections import Counter
from collections.abc import Iterator

from pydantic import ValidationError

from domain.erasure import PersonErased
from domain.event import Event, stream_code
from domain.pack import Pack
from domain.private import advice_text, disclosure_digest, owner_of
from domain.review_events import PackPresented
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
        self._log = log
        self._last = _last_erasures(log)
        self._destroyed = log.keys_destroyed()

    def took(self, recorded: Recorded, count: int) -> int:
        """Return how many of the private values gone of an event went with whose they were.

        Args:
            recorded: the event.
            count: how many are gone.
        """
        advisers = Counter(self._silenced(recorded))
        rest = Counter({_whose(recorded.event): count - advisers.total()})
        return sum(
            number
            for whose, number in sorted((advisers + rest).items())
            if self._is_gone(whose, recorded.position)
        )

    def _is_gone(self, whose: str, position: int) -> bool:
        if self._last.get(whose, 0) > position:
            return True
        if whose in self._destroyed:
            self.unseen.append((position, whose))
            return True
        return False

    def _silenced(self, recorded: Recorded) -> Iterator[str]:
        """Yield the advisers whose words are gone: of a pack not all is whoever presented it's."""
        body = recorded.event.data
        content = self._log.document(body.pack) if isinstance(body, PackPresented) else None
        if content is None:
            return
        try:
            put = Pack.model_validate_json(content).advice or ()
        except ValidationError:
            return  # it was altered, which is a fault of its own
        at = [recorded.position]
        here = {disclosure_digest(one.text) for one in self._log.disclosed(at)}
        shut = {one.name for one in self._log.unreadable(at)}
        for place, one in enumerate(put, start=1):
            if one.person is None or one.words is None:
                continue
            if one.words not in here and advice_text(place, one.person) not in shut:
                yield one.person


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
