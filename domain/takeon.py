"""A take-on: one person prepares a book, another one confirms it, and only then it counts."""

import datetime
from typing import ClassVar

from pydantic import Field

from domain.base import Document, Value
from domain.event import Body, Draft, Event
from domain.money import Money
from domain.project_events import Sha256
from domain.refusals import NotKnown, NotNow, NotYourOwn
from domain.takeon_book import ControlTotals, PrivatePart, SheetCount

PRIVATE = "book"
"""Name of the private field that holds the people and words of a book."""


class TakeonPrepared(Body):
    """Somebody prepared a book for a second person to confirm. Its people are a private field.

    Attributes:
        book: digest of the document that holds it with its control totals.
        cut_over: from which day on its state counts.
        counts: rows by sheet. envelopes, approved: sums by currency.
    """

    TOPIC: ClassVar[str] = "takeon.prepared/1"
    book: Sha256
    cut_over: datetime.date
    counts: tuple[SheetCount, ...]
    envelopes: tuple[Money, ...]
    approved: tuple[Money, ...]


class TakeonConfirmed(Body):
    """A second person confirmed the book; what follows in the same append is its state.

    Attributes:
        book: digest of its document.
        prepared_by: id of who prepared it.
        counts: rows by sheet. envelopes, approved: sums by currency.
    """

    TOPIC: ClassVar[str] = "takeon.confirmed/1"
    book: Sha256
    prepared_by: str
    counts: tuple[SheetCount, ...]
    envelopes: tuple[Money, ...]
    approved: tuple[Money, ...]


class Takeon(Value):
    """A take-on as its events leave it.

    Attributes:
        prepared_by, confirmed_by: ids of people. position: where it was prepared.
    """

    book: str
    cut_over: datetime.date
    prepared_by: str
    position: int = Field(ge=1)
    confirmed_by: str | None = None


def takeon_stream(book: str) -> str:
    """Return the stream of the take-on of a book."""
    return f"takeon:{book}"


def evolve(takeon: Takeon | None, event: Event, position: int) -> Takeon | None:
    """Apply one event. Total and silent: what happened is never refused."""
    match event.data:
        case TakeonPrepared() as body:
            return Takeon(
                book=body.book, cut_over=body.cut_over, prepared_by=event.by, position=position
            )
        case TakeonConfirmed() if takeon is not None:
            return takeon.changed(confirmed_by=event.by)
    return takeon


def prepare(
    text: Document, cut_over: datetime.date, private: PrivatePart, totals: ControlTotals
) -> tuple[Draft, ...]:
    """Put a book before a second person."""
    body = TakeonPrepared(
        book=text.digest,
        cut_over=cut_over,
        counts=totals.counts,
        envelopes=_sums(totals, "envelope"),
        approved=_sums(totals, "approved"),
    )
    stream = takeon_stream(text.digest)
    return (
        Draft(stream=stream, data=body, private={PRIVATE: private.as_json()}, documents=(text,)),
    )


def require_second(takeon: Takeon | None, book: str, person: str) -> Takeon:
    """Return a take-on that a person may confirm.

    Raises:
        NotKnown: no such book was prepared.
        NotYourOwn: the person prepared it.
        NotNow: it was confirmed already.
    """
    if takeon is None:
        raise NotKnown(
            f"no book {book} was prepared",
            fix="Prepare it first: `quorate take-on BOOK.xlsx`; it tells the digest.",
        )
    if takeon.confirmed_by is not None:
        raise NotNow(f"book {book} was confirmed already", fix="Nothing is left to do.")
    if takeon.prepared_by == person:
        raise NotYourOwn("who prepared a book does not confirm it")
    return takeon


def confirm(takeon: Takeon, totals: ControlTotals) -> Draft:
    """Confirm a book that one may confirm."""
    body = TakeonConfirmed(
        book=takeon.book,
        prepared_by=takeon.prepared_by,
        counts=totals.counts,
        envelopes=_sums(totals, "envelope"),
        approved=_sums(totals, "approved"),
    )
    return Draft(stream=takeon_stream(takeon.book), data=body)


def _sums(totals: ControlTotals, name: str) -> tuple[Money, ...]:
    sums: dict[str, Money] = {}
    for line in totals.money:
        amount: Money | None = getattr(line, name)
        if amount is not None:
            before = sums.get(amount.currency)
            added = amount.amount + (0 if before is None else before.amount)
            sums[amount.currency] = Money(amount=added, currency=amount.currency)
    return tuple(sums[currency] for currency in sorted(sums))
