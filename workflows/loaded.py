"""What one act has loaded: every stream it read, at which version, and the texts they name."""

from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any, TypeVar

from domain import board as boards
from domain import (
    disposal,
    doubles,
    hold,
    policy_book,
    portfolio,
    project,
    retention,
    review,
    takeon,
)
from domain import office as offices
from domain import person as people
from domain.base import Document
from domain.board import Board
from domain.docket import PanelSeat
from domain.event import Event, stream_kind
from domain.office import OFFICE, Office
from domain.pack import Pack
from domain.person import Identity, Person
from domain.policy import Board as BoardRule
from domain.policy import Policy
from domain.policy_book import PolicyBook
from domain.portfolio import Portfolio
from domain.project import Project
from domain.refusals import NotKnown, NotPermitted
from domain.review import Review
from domain.takeon import Takeon, takeon_stream
from workflows.policy_text import policy_from_document
from workflows.store.contract import Log
from workflows.store.states import Evolve, States


def _no_state(state: object, _event: Event, _position: int) -> object:
    return state


EVOLVES: Mapping[str, Evolve] = {
    "office": offices.evolve,
    "person": people.evolve,
    "identity": people.evolve_identity,
    "policy": policy_book.evolve,
    "board": boards.evolve,
    "portfolio": portfolio.evolve,
    "project": project.evolve,
    "review": review.evolve,
    "takeon": takeon.evolve,
    "hold": hold.evolve,
    "retention": retention.evolve,
    "disposal": disposal.evolve,
    "refusal": _no_state,
}
"""How each kind of stream is folded."""

TEXTS_MAX = 256

T = TypeVar("T")
Text = TypeVar("Text", Policy, Pack)


class Texts:
    """Policies and packs by digest, read once and kept while there is room; and which streams."""

    def __init__(self, log: Log) -> None:
        """Read from a log's documents."""
        self._log = log
        self._policies: OrderedDict[str, Policy] = OrderedDict()
        self._packs: OrderedDict[str, Pack] = OrderedDict()

    def content(self, digest: str) -> bytes:
        """Return a document's bytes.

        Raises:
            NotKnown: no such document is held.
        """
        content = self._log.document(digest)
        if content is None:
            raise NotKnown(f"no document {digest} is held")
        return content

    def streams(self, kind: str) -> list[str]:
        """Return the names of the streams of a kind, sorted."""
        return self._log.streams(kind)

    def policy(self, digest: str) -> Policy:
        """Return the policy text with a digest."""
        found = self._policies.get(digest)
        if found is None:
            found = _kept(self._policies, digest, policy_from_document(self.content(digest)))
        return found

    def pack(self, digest: str) -> Pack:
        """Return the pack with a digest: every voter attests the same one."""
        found = self._packs.get(digest)
        if found is None:
            found = _kept(self._packs, digest, Pack.model_validate_json(self.content(digest)))
        return found


def _kept(texts: OrderedDict[str, Text], digest: str, found: Text) -> Text:
    texts[digest] = found
    with suppress(KeyError):  # another thread may have made room meanwhile
        while len(texts) > TEXTS_MAX:
            texts.popitem(last=False)
    return found


class Loaded:
    """The streams one act reads. What it read is what must not have moved when it appends.

    A project that is not shown to whoever acts is to the act as if there were none.
    """

    def __init__(
        self, states: States, texts: Texts, basis: int, unseen: frozenset[str] = frozenset()
    ) -> None:
        """Start with nothing read, the log's head being at ``basis``; some projects not shown."""
        self._unseen = unseen
        self._states = states
        self.texts = texts
        self.basis = basis
        self.read: dict[str, int] = {}
        self._new: dict[str, Document] = {}
        self._held: dict[str, Any] = {}

    def state(self, stream: str) -> Any:
        """Return the state of a stream, None where there is none."""
        if stream not in self.read:
            self._held[stream], self.read[stream] = self._states.state(stream)
        return self._held[stream]

    def version(self, stream: str) -> int:
        """Return the version of a stream, 0 where there is none."""
        self.state(stream)
        return self.read[stream]

    def version_shown(self, stream: str) -> int:
        """Return the version of a stream as told to whoever acts: 0 where it is not shown."""
        return 0 if self._is_unseen(stream) else self.version(stream)

    def shows(self, stream: str) -> bool:
        """Return whether a stream is shown to whoever acts; one there never was is not hidden."""
        return not self._is_unseen(stream)

    def hold(self, text: Document) -> None:
        """Hold a document that this act is about to record."""
        self._new[text.digest] = text

    def content(self, digest: str) -> bytes:
        """Return a document's bytes, one this act is about to record included."""
        new = self._new.get(digest)
        return self.texts.content(digest) if new is None else new.content

    def pack(self, digest: str | None) -> Pack | None:
        """Return a pack, None where there is none."""
        if digest is None:
            return None
        new = self._new.get(digest)
        return self.texts.pack(digest) if new is None else Pack.model_validate_json(new.content)

    def office(self) -> Office:
        """Return the office.

        Raises:
            NotKnown: it was not founded yet.
        """
        office: Office | None = self.state(OFFICE)
        if office is None:
            raise NotKnown("there is no office yet", fix="Found it first: `quorate init`.")
        return office

    def identity(self, stream: str) -> Identity | None:
        """Return the identity of a stream."""
        found: Identity | None = self.state(stream)
        return found

    def joined(self) -> doubles.Joined:
        """Return which ids of people stand for which others."""
        office: Office | None = self.state(OFFICE)
        return {} if office is None else office.joined

    def person(self, person: str) -> Person:
        """Return a person; of one who was joined with another, the one that stands for them.

        Raises:
            NotKnown: nobody has this id.
        """
        found: Person | None = self.state(people.person_stream(person))
        known = _known(found, f"person {person}")
        return known.changed(id=self.joined().get(known.id, known.id))

    def portfolios_under(self, policy: str) -> tuple[Portfolio, ...]:
        """Return every portfolio whose projects a policy governs, in the order of codes."""
        every = (self.state(stream) for stream in self.texts.streams("portfolio"))
        return tuple(one for one in every if one is not None and one.policy == policy)

    def portfolio(self, code: str) -> Portfolio:
        """Return a portfolio."""
        found: Portfolio | None = self.state(portfolio.portfolio_stream(code))
        return _known(found, f"portfolio {code}")

    def project(self, code: str) -> Project:
        """Return a project.

        Raises:
            NotKnown: there is none, or it is not shown to whoever acts.
        """
        stream = project.project_stream(code)
        found: Project | None = None if stream in self._unseen else self.state(stream)
        return doubles.project_of(_known(found, f"project {code}"), self.joined())

    def board(self, name: str) -> Board | None:
        """Return a board, None where nobody was ever appointed."""
        found: Board | None = self.state(boards.board_stream(name))
        return doubles.board_of(found, self.joined())

    def panel(self, name: str, rule: BoardRule, day: date) -> tuple[PanelSeat, ...]:
        """Return every seat of a board with whoever holds it on a day, each human being once."""
        found: Board | None = self.state(boards.board_stream(name))
        return doubles.seated_once(boards.panel(rule, found, day), self.joined())

    def review(self, stream: str) -> Review:
        """Return a review by its stream.

        Raises:
            NotKnown: there is none, or what it is about is not shown to whoever acts.
            NotPermitted: some of what it is about is not.
        """
        found: Review | None = None if self._is_unseen(stream) else self.state(stream)
        shown = _known(found, stream.replace(":", " ", 1))
        if not self._unseen.isdisjoint(shown.subjects):
            raise NotPermitted(
                "this review is also about projects that are not shown to you",
                fix="Let somebody act to whom all of them are shown.",
            )
        return doubles.review_of(shown, self.joined())

    def book(self, policy: str) -> PolicyBook:
        """Return the adopted versions of a policy."""
        found: PolicyBook | None = self.state(policy_book.policy_stream(policy))
        return _known(found, f"policy {policy}")

    def takeon(self, book: str) -> Takeon | None:
        """Return the take-on of a book, None where it was never prepared."""
        found: Takeon | None = self.state(takeon_stream(book))
        return found

    def in_force(self, policy: str, moment: datetime) -> tuple[str, Policy]:
        """Return digest and text of the version of a policy in force at a moment."""
        digest = self.book(policy).in_force(policy, moment)
        return digest, self.texts.policy(digest)

    def governing(self, subject: Project, moment: datetime) -> tuple[str, Policy]:
        """Return digest and text of the policy a project is governed by at a moment."""
        return self.in_force(self.portfolio(subject.portfolio).policy, moment)

    def _is_unseen(self, stream: str) -> bool:
        if stream in self._unseen:
            return True
        if not self._unseen or stream_kind(stream) != "review":
            return False
        found: Review | None = self.state(stream)
        return found is not None and self._unseen.issuperset(found.subjects)


def _known(found: T | None, what: str) -> T:
    if found is None:
        raise NotKnown(f"there is no {what}")
    return found
