"""Re-check of a whole log: every computed ruling made again, and every doubt named by position."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from pydantic import ValidationError

from domain import office as offices
from domain import review as reviews
from domain.base import Value, digest
from domain.catalogue import UnreadableEvent
from domain.doubles import review_of
from domain.event import stream_kind
from domain.history import FaultKind, HistoryFault, again, against_log, is_computed
from domain.office import OFFICE, Office
from domain.pack import Pack
from domain.policy import Policy
from domain.refusals import PolicyFaulty
from domain.review import Review
from domain.review_events import ReviewRuled
from workflows.policy_text import policy_from_document
from workflows.store.contract import Log, Recorded

PAGE = 500
POLICIES_KEPT_MAX = 64

_DAMAGED = (ValueError, TypeError, AttributeError)
"""What reading a row ends in that is no event, or whose columns are not even of the right type."""

Progress = Callable[[int, int], None]
"""Told the position reached, and the head of the log."""


class Recheck(Value):
    """What came of a re-check.

    Attributes:
        position: last position checked.
        computed: rulings computed here; each was made again.
        equal: those that came out the same, from arguments that are what the log says.
        reported: rulings that were decided elsewhere, and cannot be made again.
        faults: what does not hold, in the order of positions.
    """

    position: int
    computed: int
    equal: int
    reported: int
    faults: tuple[HistoryFault, ...] = ()


def recheck(log: Log, progress: Progress | None = None) -> Recheck:
    """Make every computed ruling of a log again. Memory grows with the reviews under way only.

    Args:
        log: the log; one open for reading only will do.
        progress: told after every page.
    """
    checking = Rechecking(log)
    head, position = log.head(), 0
    while position < head:
        last = min(position + PAGE, head)
        page = tuple(_page(log, position, last))
        checking.ahead(log.documents_of(_named(page)))
        for found in page:
            if isinstance(found, HistoryFault):
                checking.faults.append(found)
            else:
                checking.take(found)
        position = last
        if progress is not None:
            progress(position, head)
    return Recheck(
        position=head,
        computed=checking.computed,
        equal=checking.equal,
        reported=checking.reported,
        faults=tuple(sorted(checking.faults, key=lambda fault: fault.position)),
    )


def _page(log: Log, after: int, last: int) -> Iterator[Recorded | HistoryFault]:
    """Yield the events of a page; in the place of one that cannot be read, what is wrong."""
    try:
        page = log.read(after, last - after)
        if [one.position for one in page] == list(range(after + 1, last + 1)):
            yield from page
            return
    except _DAMAGED:
        # Somewhere on this page; each position on its own tells where.
        pass
    for position in range(after + 1, last + 1):
        try:
            recorded = log.at(position)
        except _DAMAGED as fault:
            known = isinstance(fault, UnreadableEvent)
            why = str(fault) if known else f"position {position}: the row is damaged: {fault}"
            yield HistoryFault(position=position, kind="unreadable_event", why=why)
            continue
        if recorded is None:
            why = f"position {position}: there is no event"
            yield HistoryFault(position=position, kind="unreadable_event", why=why)
        else:
            yield recorded


def _named(page: Iterable[Recorded | HistoryFault]) -> set[str]:
    """Return the digests of the documents that the rulings of a page name."""
    bodies = (one.event.data for one in page if isinstance(one, Recorded))
    rulings = [body for body in bodies if isinstance(body, ReviewRuled)]
    named = {name for body in rulings for name in (body.policy, body.pack, body.checks)}
    return {name for name in named if name is not None}


class _Missing(Exception):  # noqa: N818  becomes a fault of the ruling
    def __init__(self, kind: FaultKind, why: str) -> None:
        super().__init__(why)
        self.kind: FaultKind = kind


class Rechecking:
    """The state of one pass over a log.

    Attributes:
        computed, equal, reported: rulings seen so far, see `Recheck`.
        faults: what does not hold.
    """

    def __init__(self, log: Log) -> None:
        """Begin before the first event, with a log to look documents up in."""
        self._log = log
        self._open: dict[str, Review] = {}
        self._policies: dict[str, Policy] = {}
        self._ahead: Mapping[str, bytes] = {}
        self._office: Office | None = None
        self.computed = self.equal = self.reported = 0
        self.faults: list[HistoryFault] = []

    def ahead(self, documents: Mapping[str, bytes]) -> None:
        """Take documents that the next events name; one that is not among them is looked up."""
        self._ahead = documents

    def take(self, recorded: Recorded) -> None:
        """Check an event if it is a ruling, and fold it if it happened to a review."""
        event = recorded.event
        if event.stream == OFFICE:
            self._office = offices.evolve(self._office, event, recorded.position)
        if stream_kind(event.stream) != "review":
            return
        if isinstance(event.data, ReviewRuled):
            self._ruling(recorded, event.data)
        review = reviews.evolve(self._open.get(event.stream), event, recorded.position)
        if review is not None and review.status in {"open", "reported"}:
            self._open[event.stream] = review
        else:
            self._open.pop(event.stream, None)

    def _ruling(self, recorded: Recorded, body: ReviewRuled) -> None:
        if not is_computed(body):
            self.reported += 1
            return
        self.computed += 1
        review = self._open.get(recorded.event.stream)
        if review is not None and self._office is not None:
            review = review_of(review, self._office.joined)
        found = list(against_log(recorded.position, recorded.event, review))
        if body.docket is not None:
            found += self._again(recorded.position, body)
        self.equal += not found
        self.faults += found

    def _again(self, position: int, body: ReviewRuled) -> Iterator[HistoryFault]:
        try:
            policy, pack = self._policy(body.policy), self._pack(body.pack)
            if body.checks is not None:
                self._document(body.checks, "list of checks")
        except _Missing as fault:
            yield HistoryFault(position=position, kind=fault.kind, why=str(fault))
            return
        yield from again(position, body, policy, pack)

    def review(self, stream: str) -> Review | None:
        """Return a review that is under way, as far as it was taken."""
        return self._open.get(stream)

    def policy(self, wanted: str) -> Policy | None:
        """Return the policy of a digest, nothing where it is not held whole."""
        try:
            return self._policy(wanted)
        except _Missing:
            return None

    def _policy(self, wanted: str) -> Policy:
        if wanted not in self._policies:
            content = self._document(wanted, "policy")
            try:
                policy = policy_from_document(content)
            except PolicyFaulty as fault:
                raise _Missing("document_altered", fault.why) from None
            while len(self._policies) >= POLICIES_KEPT_MAX:
                self._policies.pop(next(iter(self._policies)))
            self._policies[wanted] = policy
        return self._policies[wanted]

    def _pack(self, wanted: str | None) -> Pack:
        if wanted is None:
            raise _Missing("document_missing", "a computed ruling names no pack")
        try:
            return Pack.model_validate_json(self._document(wanted, "pack"))
        except ValidationError:
            raise _Missing("document_altered", f"document {wanted} is no pack") from None

    def _document(self, wanted: str, what: str) -> bytes:
        try:
            content = self._ahead.get(wanted) or self._log.document(wanted)
        except TypeError:
            raise _Missing("document_altered", f"the {what} {wanted} is held as no bytes") from None
        if content is None:
            raise _Missing("document_missing", f"the {what} {wanted} is not held")
        if digest(content) != wanted:
            why = f"the {what} {wanted} has other bytes, of digest {digest(content)}"
            raise _Missing("document_altered", why)
        return content
