"""The book of a take-on: everything an office brings forward, as rows of sheets.

The book is kept as a document, so it holds no name, address or free text: people stand in it as the
number of their row. Who they are, and the words of conditions, is kept apart as a private field and
bound to the document by a keyed hash.
"""

from decimal import Decimal
from typing import Any

from pydantic import Field

from domain.base import Code, Document, Json, Text, Value, document
from domain.funds import Cell, Line
from domain.money import Money
from domain.person import RegisterPerson
from domain.policy_terms import Day, Name
from domain.taken_over_events import LastDecision
from domain.words import Standing

SHEETS = (
    "People", "Boards and seats", "Limits", "Portfolios", "Envelopes", "Projects", "Approved",
    "Open conditions",
)  # fmt: skip
"""Every sheet of rows, in the order in which the book has them; `About` stands before them."""


class BookRow(Value):
    """A row, with its number as the spreadsheet counts."""

    row: int = Field(ge=1)


class SeatRow(BookRow):
    """Who sits where; both days are whole, open without a last one."""

    board: Name
    seat: Name
    person: int
    from_: Day = Field(alias="from")
    until: Day | None = None


class LimitRow(BookRow):
    """Up to which amount a board decides a matter; without one, any amount."""

    matter: Name
    board: Name
    up_to: Money | None = None


class PortfolioRow(BookRow):
    """A portfolio and the policy its projects are governed by."""

    code: Code
    title: Text = Field(min_length=1, max_length=500)
    policy: Code


class EnvelopeRow(BookRow):
    """What a portfolio may allocate."""

    portfolio: Code
    line: Line


class BaselinePart(Value):
    """What a project promised.

    Attributes:
        cost: as one sum. benefit: as one sum, due on its own day.
    """

    start: Day
    finish: Day
    cost: Money
    benefit: Money | None = None
    benefit_due: Day | None = None


class ProjectRow(BookRow):
    """A project and where it stands; phase and standing as the book words them."""

    code: Code
    title: Text = Field(min_length=1, max_length=500)
    portfolio: Code
    phase: Text
    standing: Standing
    manager: int
    sponsor: int | None = None
    baseline: BaselinePart | None = None
    last_decision: LastDecision | None = None


class ApprovedRow(BookRow):
    """What a project had been given in one period, of one kind."""

    project: Code
    line: Line


class ConditionRow(BookRow):
    """A condition that is open; its words are private."""

    project: Code
    name: Name
    owner: int
    due: Day


class Book(Value):
    """What an office brings forward.

    Attributes:
        office: the name the book gives it. cut_over: from which day on the state counts here.
        policy: code of the policy whose boards and limits the book states.
        people: how many people the book names.
    """

    office: Text
    cut_over: Day
    policy: Code
    people: int
    seats: tuple[SeatRow, ...] = ()
    limits: tuple[LimitRow, ...] = ()
    portfolios: tuple[PortfolioRow, ...] = ()
    envelopes: tuple[EnvelopeRow, ...] = ()
    projects: tuple[ProjectRow, ...] = ()
    approved: tuple[ApprovedRow, ...] = ()
    conditions: tuple[ConditionRow, ...] = ()


class PersonRow(BookRow, RegisterPerson):
    """A person, under an address."""


class PrivatePart(Value):
    """What of a book is kept apart, erasable.

    Attributes:
        prepared_by: who made the book, as it says.
        people: in the order of the sheet. words: of the conditions, in the order of theirs.
    """

    prepared_by: Text
    people: tuple[PersonRow, ...]
    words: tuple[Text, ...]


class SheetCount(Value):
    """How many rows of a sheet are brought forward."""

    sheet: str
    rows: int


class MoneyTotal(Value):
    """What a portfolio may allocate and has given, in one period, of one kind.

    Attributes:
        envelope, approved: in the currency of the sheets; absent where they say nothing.
    """

    portfolio: Code
    period: str
    kind: Name
    currency: str
    envelope: Money | None = None
    approved: Money | None = None


class ControlTotals(Value):
    """What a book comes to: what two people compare with the book before it counts."""

    counts: tuple[SheetCount, ...]
    money: tuple[MoneyTotal, ...]


def totals_of(book: Book) -> ControlTotals:
    """Return the control totals of a book."""
    rows = (
        book.people, len(book.seats), len(book.limits), len(book.portfolios),
        len(book.envelopes), len(book.projects), len(book.approved), len(book.conditions),
    )  # fmt: skip
    counts = tuple(
        SheetCount(sheet=sheet, rows=number) for sheet, number in zip(SHEETS, rows, strict=True)
    )
    return ControlTotals(counts=counts, money=tuple(_money(book)))


def _money(book: Book) -> list[MoneyTotal]:
    homes = {project.code: project.portfolio for project in book.projects}
    envelopes: dict[tuple[str, Cell, str], Decimal] = {}
    approved: dict[tuple[str, Cell, str], Decimal] = {}
    for envelope in book.envelopes:
        _add(envelopes, envelope.portfolio, envelope.line)
    for given in book.approved:
        _add(approved, homes.get(given.project, ""), given.line)
    totals = []
    for key in sorted({*envelopes, *approved}):
        portfolio, (period, kind), currency = key
        sums: dict[str, Any] = {
            name: Money(amount=found[key], currency=currency)
            for name, found in (("envelope", envelopes), ("approved", approved))
            if key in found
        }
        totals.append(
            MoneyTotal(portfolio=portfolio, period=period, kind=kind, currency=currency, **sums)
        )
    return totals


def _add(sums: dict[tuple[str, Cell, str], Decimal], portfolio: str, line: Line) -> None:
    key = portfolio, line.cell, line.amount.currency
    sums[key] = sums.get(key, Decimal(0)) + line.amount.amount


def book_document(book: Book, private: str) -> Document:
    """Return the document a book is known by, with the keyed hash of its private part."""
    content: dict[str, Json] = {
        "book": book.as_json(),
        "private": private,
        "totals": totals_of(book).as_json(),
    }
    return document(content)
