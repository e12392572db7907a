"""In which portfolio a project is and which policy governs it, as one pass over a log has it."""

from datetime import datetime

from domain import policy_book
from domain.event import Event, stream_code, stream_kind
from domain.policy_book import PolicyBook, policy_stream
from domain.portfolio_events import PortfolioChartered
from domain.project_events import ProjectProposed, ProjectTransferred
from domain.refusals import NotInForce
from domain.taken_over_events import ProjectTakenOver


class Governed:
    """Portfolios and policies up to the event taken last."""

    def __init__(self) -> None:
        """Begin before the first event."""
        self._portfolios: dict[str, str] = {}
        self._policies: dict[str, str] = {}
        self._books: dict[str, PolicyBook | None] = {}

    def take(self, event: Event, position: int) -> None:
        """Go on by one event."""
        match event.data:
            case ProjectProposed() | ProjectTransferred() | ProjectTakenOver() as body:
                self._portfolios[event.stream] = body.portfolio
            case PortfolioChartered(policy=policy):
                self._policies[stream_code(event.stream)] = policy
        if stream_kind(event.stream) == "policy":
            book = self._books.get(event.stream)
            self._books[event.stream] = policy_book.evolve(book, event, position)

    def portfolios_of(self, subjects: tuple[str, ...]) -> tuple[str, ...]:
        """Return the portfolios of some subjects, sorted; none where a subject has none."""
        found = {self._portfolio(subject) for subject in subjects}
        return tuple(sorted(one for one in found if one is not None)) if None not in found else ()

    def policies_of(self, subjects: tuple[str, ...], moment: datetime) -> frozenset[str]:
        """Return digests of the versions in force for some subjects at a moment."""
        codes = {self._policies.get(portfolio) for portfolio in self.portfolios_of(subjects)}
        found = {self._in_force(code, moment) for code in codes if code is not None}
        return frozenset(digest for digest in found if digest is not None)

    def _portfolio(self, subject: str) -> str | None:
        if stream_kind(subject) == "portfolio":
            return stream_code(subject)
        return self._portfolios.get(subject)

    def _in_force(self, code: str, moment: datetime) -> str | None:
        book = self._books.get(policy_stream(code))
        try:
            return None if book is None else book.in_force(code, moment)
        except NotInForce:
            return None
