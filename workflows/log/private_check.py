"""The private values that are held, against what the events bind."""

from collections.abc import Iterator, Mapping

from domain.event import Event
from domain.private import disclosure_digest, open_disclosure
from workflows.store.contract import Disclosed, Log

Doubt = tuple[int, str, str]
_DAMAGED = (ValueError, TypeError, AttributeError, KeyError, AssertionError)


class PrivateCheck:
    """The state of one pass.

    Attributes:
        bound: how many private values the events bind. held: how many of them are held.
    """

    def __init__(self, log: Log) -> None:
        """Begin before the first event."""
        self._log = log
        self.bound = self.held = 0

    def page(self, events: Mapping[int, Event]) -> Iterator[Doubt]:
        """Take the events of a page by position; yield the private values that are not theirs."""
        self.bound += sum(len(event.sd or ()) for event in events.values())
        for one in self._log.disclosed(list(events)):
            self.held += 1
            if not _is_bound(one, events[one.position]):
                why = f"the private field {one.name} is not the one the event binds"
                yield one.position, "private_altered", why
        for shut in self._log.unreadable(list(events)):
            self.held += 1
            if shut.why == "no_key":
                why = f"the key of the private field {shut.name} is not in the vault"
                yield shut.position, "private_unreadable", why
            else:
                why = f"the private field {shut.name} was altered and cannot be opened"
                yield shut.position, "private_altered", why

    def finish(self) -> Iterator[Doubt]:
        """Yield the private values of no event: whoever looks for the newest would find them."""
        for position, name in self._log.private_of_no_event():
            why = f"a private field {name} is kept of no event"
            yield position, "private_altered", why


def _is_bound(held: Disclosed, event: Event) -> bool:
    try:
        named = open_disclosure(held.text)[0]
        digest = disclosure_digest(held.text)
    except _DAMAGED:
        return False
    return (named, held.stream) == (held.name, event.stream) and digest in (event.sd or ())
