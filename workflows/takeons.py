"""Taking an office on: one person prepares its book, a second one confirms it, and then it counts.

A book is all or nothing: it is brought forward by its confirmation, in one append with it, so an
interrupted take-on leaves nothing behind. Until then only the book itself is on record, which
changes no portfolio and no project.
"""

import hmac
import json
from functools import cached_property
from hashlib import sha256
from typing import Any, NamedTuple

from domain.act import Act, Channel
from domain.base import Document, Json, Value, canonical
from domain.office import OFFICE, PEPPER
from domain.private import open_disclosure
from domain.refusals import NotKnown, NotNow
from domain.takeon import (
    PRIVATE,
    Takeon,
    confirm,
    prepare,
    require_second,
    takeon_stream,
)
from domain.takeon_book import Book, ControlTotals, PrivatePart, book_document, totals_of
from workflows.book_cells import BookFault
from workflows.book_file import BookRead, read_book
from workflows.book_form import ABOUT, FORM
from workflows.bringing import (
    Site,
    bring_people,
    bring_portfolios,
    bring_seats,
    compare_limits,
)
from workflows.bringing_projects import (
    bring_approved,
    bring_conditions,
    bring_envelopes,
    bring_projects,
)
from workflows.desk import Answer, Asked, Decision, Desk
from workflows.loaded import Loaded
from workflows.people import People

FAULTS_SAID_MAX = 20
_ORDER = (ABOUT, *FORM)


class TakeonReport(Value):
    """What a book comes to.

    Attributes:
        faults: everything wrong with it; with one of them, nothing is written.
        notes: what the person should know and is no fault.
        book: digest it is known by; absent where it cannot be read.
        totals: its control totals.
        status: ``checked``, ``prepared`` or ``confirmed``.
        written: whether something was written.
    """

    faults: tuple[BookFault, ...] = ()
    notes: tuple[str, ...] = ()
    book: str | None = None
    totals: ControlTotals | None = None
    status: str = "checked"
    written: bool = False


class Prepared(NamedTuple):
    """A book on record.

    Attributes:
        status: ``prepared`` or ``confirmed``.
    """

    takeon: Takeon
    book: Book
    totals: ControlTotals

    @property
    def status(self) -> str:
        """Return whether it counts yet."""
        return "prepared" if self.takeon.confirmed_by is None else "confirmed"


class Takeons:
    """What is done about books."""

    def __init__(self, desk: Desk, people: People) -> None:
        """Work at a desk, with those who know people."""
        self._desk = desk
        self._people = people

    def check(self, content: bytes, act: Act) -> TakeonReport:
        """Say what a file comes to, and write nothing.

        Args:
            content: its bytes.
            act: who asks, and when.
        """
        return self._checked(read_book(content), act)[0]

    def prepare(self, content: bytes, act: Act) -> TakeonReport:
        """Put a book before a second person; with any fault, nothing is written."""
        report, text, read = self._checked(read_book(content), act)
        if text is None or report.faults or report.status != "checked":
            return report
        book, private = read.book, read.private
        assert book is not None
        assert private is not None
        stream = takeon_stream(text.digest)
        asked = Asked(act="prepare_take_on", subject=stream, content={"book": text.digest})

        def decide(loaded: Loaded) -> Decision:
            answer: dict[str, Json] = {"book": text.digest, "status": "prepared"}
            if loaded.takeon(text.digest) is not None:
                return Decision((), answer)
            return Decision(prepare(text, book.cut_over, private, totals_of(book)), answer)

        self._desk.perform(act, asked, decide)
        return report.changed(status="prepared", written=True)

    def confirm(self, digest: str, act: Act) -> Answer:
        """Confirm a book somebody else prepared; its state counts from here on.

        Raises:
            NotKnown: no such book was prepared.
            NotYourOwn: the same person prepared it.
            NotNow: it was confirmed already, or does not fit the record any more.
        """
        taken = act.changed(channel=Channel.TAKEN_OVER)
        subject = takeon_stream(digest)
        asked = Asked(act="confirm_take_on", subject=subject, content={"book": digest})

        def decide(loaded: Loaded) -> Decision:
            takeon = require_second(loaded.takeon(digest), digest, act.by)
            book, private = self._kept(loaded, takeon)
            site = Site(book, subject, loaded, act.now, {})
            self._bring(site, private, act)
            if site.faults:
                raise NotNow(_worded(site.faults), fix="Mend the book, and prepare it again.")
            totals = totals_of(book)
            answer: dict[str, Json] = {
                "book": digest,
                "status": "confirmed",
                "totals": totals.as_json(),
                "events": len(site.drafts) + 1,
            }
            return Decision((confirm(takeon, totals), *site.drafts), answer)

        return self._desk.perform(taken, asked, decide)

    def prepared(self, digest: str) -> Prepared:
        """Return a book on record, for whoever is to confirm it.

        Raises:
            NotKnown: no such book was prepared.
        """
        loaded = self._desk.load()
        takeon = loaded.takeon(digest)
        if takeon is None:
            raise NotKnown(f"no book {digest} was prepared")
        kept = json.loads(loaded.content(digest))
        totals = ControlTotals.model_validate(kept["totals"])
        return Prepared(takeon, Book.model_validate(kept["book"]), totals)

    def _checked(self, read: BookRead, act: Act) -> tuple[TakeonReport, Document | None, BookRead]:
        report = TakeonReport(faults=read.faults, notes=read.notes)
        if read.book is None or read.private is None:
            return report, None, read
        loaded = self._desk.load()
        text = None
        if not read.faults:
            # Only a book that is read whole has a digest and totals.
            text = book_document(read.book, self._keyed(read.private))
            report = report.changed(book=text.digest, totals=totals_of(read.book))
            takeon = loaded.takeon(text.digest)
            if takeon is not None:
                known = "prepared" if takeon.confirmed_by is None else "confirmed"
                return report.changed(status=known), text, read
        site = Site(read.book, "checked", loaded, act.now, read.columns)
        self._bring(site, read.private, act)
        faults = sorted((*read.faults, *site.faults), key=_in_order)
        return report.changed(faults=tuple(faults)), text, read

    def _bring(self, site: Site, private: PrivatePart, act: Act) -> None:
        people = bring_people(site, private, self._people.identity_of, act.new_id)
        policy = site.governing()
        if policy is not None:
            bring_seats(site, policy, people)
            compare_limits(site, policy)
        bring_portfolios(site)
        free = bring_envelopes(site)
        bring_projects(site, people)
        bring_conditions(site, private, people)
        bring_approved(site, free)

    def _kept(self, loaded: Loaded, takeon: Takeon) -> tuple[Book, PrivatePart]:
        kept: dict[str, Any] = json.loads(loaded.content(takeon.book))
        held = [one for one in self._desk.log.disclosed([takeon.position]) if one.name == PRIVATE]
        private = None
        if held:
            private = PrivatePart.model_validate(open_disclosure(held[0].text)[1])
        if private is None or self._keyed(private) != kept["private"]:
            raise NotNow(
                f"the people and words of book {takeon.book} are not held any more",
                fix="Prepare the book again.",
            )
        return Book.model_validate(kept["book"]), private

    def _keyed(self, private: PrivatePart) -> str:
        """Return what binds the private part to its book and lets nobody guess at it."""
        return hmac.digest(self._pepper, canonical(private.as_json()), sha256).hex()

    @cached_property
    def _pepper(self) -> bytes:
        pepper = self._desk.log.disclosed_of(OFFICE, PEPPER)
        if pepper is None:
            raise NotKnown("there is no office yet", fix="Found it first: `quorate init`.")
        return str(open_disclosure(pepper.text)[1]).encode()


def _in_order(fault: BookFault) -> tuple[int, int]:
    return _ORDER.index(fault.sheet) if fault.sheet in _ORDER else -1, fault.row or 0


def _worded(faults: list[BookFault]) -> str:
    said = [f"{fault.place}: {fault.why}" for fault in faults[:FAULTS_SAID_MAX]]
    more = len(faults) - len(said)
    return "; ".join(said) + (f"; and {more} more" if more else "")
