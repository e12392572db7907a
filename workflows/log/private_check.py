"""The private values that are held, against what the events bind."""

from collections.abc import Iterator, Mapping

from domain.event import Event
from domain.private import disclosure_digest, open_disclosure
from workflows.log.disposals import Disposals
from workflows.log.erasures import Erasures
from workflows.store.contract import Disclosed, Log, Recorded

Doubt = tuple[int, str, str]
_DAMAGED = (ValueError, TypeError, AttributeError, KeyError, AssertionError)


class PrivateCheck:
    """The state of one pass.

    Attributes:
        held: how many private values are held.
        erased: how many are gone with the person whose they were.
        erasures: what is known of those people.
    """

    def __init__(self, log: Log, disposals: Disposals) -> None:
        """Begin before the first event, beside what knows of disposals."""
        self._log = log
        self._disposals = disposals
        self.erasures = Erasures(log)
        self.held = self.erased = 0

    def page(self, read: Mapping[int, Recorded]) -> Iterator[Doubt]:
        """Take the events of a page by position; yield the private values that are not theirs."""
        missing = {position: len(one.event.sd or ()) for position, one in read.items()}
        for one in self._log.disclosed(list(read)):
            missing[one.position] -= 1
            yield from self._disposals.still_held(read[one.position], one.name)
            if not _is_bound(one, read[one.position].event):
                why = f"the private field {one.name} is not the one the event binds"
                yield one.position, "private_altered", why
        for shut in self._log.unreadable(list(read)):
            missing[shut.position] -= 1
            if shut.why == "no_key":
                why = f"the key of the private field {shut.name} is not in the vault"
                yield shut.position, "private_unreadable", why
            else:
                why = f"the private field {shut.name} was altered and cannot be opened"
                yield shut.position, "private_altered", why
        for position, count in missing.items():
            self.held += len(read[position].event.sd or ()) - count
            if count < 1 or self._disposals.gone(read[position], _so_many(count), count):
                continue
            erased = self.erasures.took(read[position], count)
            self.erased += erased
            if erased < count:
                why = f"{_so_many(count - erased)} taken out, and nobody was erased for it"
                yield position, "private_missing", why

    def finish(self) -> Iterator[Doubt]:
        """Yield the private values of no event: whoever looks for the newest would find them."""
        for position, name in self._log.private_of_no_event():
            why = f"a private field {name} is kept of no event"
            yield position, "private_altered", why


def _so_many(count: int) -> str:
    return "a private value was" if count == 1 else f"{count} private values were"


def _is_bound(held: Disclosed, event: Event) -> bool:
    try:
        named = open_disclosure(held.text)[0]
        digest = disclosure_digest(held.text)
    except _DAMAGED:
        return False
    return (named, held.stream) == (held.name, event.stream) and digest in (event.sd or ())
