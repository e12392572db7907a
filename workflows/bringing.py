"""Bringing a book forward: its rows against policy and record, and the events they become.

One pass does both, so what is checked and what is recorded can never differ: a book is checked when
it is prepared and again, against the record as it is by then, when it is confirmed.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from domain.base import Json
from domain.board import Board, MemberAppointed, Tenure, appoint
from domain.event import Body, Draft
from domain.money import Money
from domain.person import RegisterPerson, register
from domain.policy import Policy
from domain.policy_book import PolicyBook, policy_stream
from domain.portfolio import portfolio_stream
from domain.portfolio_events import PortfolioChartered
from domain.refusals import Refused
from domain.takeon_book import Book, BookRow, PersonRow, PrivatePart
from workflows.book_cells import BookFault, column_letter
from workflows.book_form import ABOUT, CUT_OVER, POLICY
from workflows.calendar import day_of, end_of_day
from workflows.loaded import Loaded

Columns = Mapping[tuple[str, str], int]
"""Number of each column by sheet and heading; empty where the file itself is not at hand."""


class Site:
    """What a book is brought to.

    Attributes:
        faults: what is wrong, growing. drafts: what is to be recorded, growing.
        since: the beginning of the cut-over day.
    """

    def __init__(
        self, book: Book, source: str, loaded: Loaded, now: datetime, columns: Columns
    ) -> None:
        """Bring a book to the record as it is loaded; ``source`` is what its rows are known by."""
        self._source = source
        self.book = book
        self.loaded = loaded
        self.now = now
        self.faults: list[BookFault] = []
        self.drafts: list[Draft] = []
        zone = loaded.office().zone
        self.since = end_of_day(book.cut_over - timedelta(days=1), zone)
        self._columns = columns
        self._policies: dict[str, Policy | None] = {}
        if self.since > now:
            why = f"{book.cut_over} has not come yet; today is {day_of(now, zone)}"
            self._about(CUT_OVER, "after_now", why)

    def fault(self, sheet: str, row: BookRow | None, heading: str, kind: str, why: str) -> None:
        """Note what is wrong with a cell."""
        at = self._columns.get((sheet, heading))
        number = 1 if row is None else row.row
        cell = None if at is None else f"{column_letter(at)}{number}"
        self.faults.append(
            BookFault(sheet=sheet, row=number, column=heading, cell=cell, kind=kind, why=why)
        )

    def refused(self, sheet: str, row: BookRow, heading: str, refusal: Refused) -> None:
        """Note what the domain refused."""
        self.fault(sheet, row, heading, refusal.code, refusal.why)

    def record(
        self,
        sheet: str,
        row: BookRow,
        stream: str,
        body: Body,
        private: Mapping[str, Json] | None = None,
    ) -> None:
        """Have something recorded of a row, effective at the cut-over."""
        self.drafts.append(
            Draft(
                stream=stream,
                data=body,
                private=private or {},
                effective_at=min(self.since, self.now),
                source_ref=f"{self._source}/{sheet}/{row.row}",
            )
        )

    def policy(self, code: str) -> Policy | None:
        """Return the version of a policy that is in force now, None where there is none."""
        if code not in self._policies:
            known: PolicyBook | None = self.loaded.state(policy_stream(code))
            rules = known is not None and any(v.effective_from <= self.now for v in known.versions)
            self._policies[code] = self.loaded.in_force(code, self.now)[1] if rules else None
        return self._policies[code]

    def governing(self) -> Policy | None:
        """Return the policy whose boards and limits the book states."""
        policy = self.policy(self.book.policy)
        if policy is None:
            why = f"policy {self.book.policy} is not in force; adopt it first: quorate policy adopt"
            self._about(POLICY, "unknown_policy", why)
        return policy

    def _about(self, heading: str, kind: str, why: str) -> None:
        self.faults.append(BookFault(sheet=ABOUT, column=heading, kind=kind, why=why))


def bring_people(
    site: Site, private: PrivatePart, stream_of: Callable[[str], str], new_id: Callable[[str], str]
) -> dict[int, str]:
    """Have those people registered whom nobody knows yet; return everybody's id by their row.

    Args:
        site: where they are brought to.
        private: who they are.
        stream_of: the stream of the identity an e-mail address is.
        new_id: makes the id of a new person, for a purpose.
    """
    ids = {}
    for person in private.people:
        assert person.email is not None, "the sheet asks for it"
        stream = stream_of(person.email.casefold())
        identity = site.loaded.identity(stream)
        if identity is None:
            ids[person.row] = new_id(f"person:{person.row}")
            site.drafts += register(None, stream, _known_as(person), ids[person.row])
        else:
            ids[person.row] = identity.person
    return ids


def bring_seats(site: Site, policy: Policy, people: Mapping[int, str]) -> None:
    """Have the seats filled as the book says."""
    sheet = "Boards and seats"
    held: dict[str, Board | None] = {}
    for row in site.book.seats:
        rule = policy.boards.get(row.board)
        if rule is None:
            known = ", ".join(sorted(policy.boards))
            why = f"policy {policy.policy} has no board {row.board}; it has {known}"
            site.fault(sheet, row, "Board", "unknown_board", why)
            continue
        person = people.get(row.person, "")
        body = MemberAppointed(seat=row.seat, person=person, from_=row.from_, until=row.until)
        board = held[row.board] if row.board in held else site.loaded.board(row.board)
        try:
            appoint(row.board, rule, board, body)
        except Refused as refusal:
            site.refused(sheet, row, "Seat", refusal)
            continue
        tenure = Tenure(seat=row.seat, person=person, from_=row.from_, until=row.until)
        held[row.board] = Board(tenures=(*(board or Board()).tenures, tenure))
        site.record(sheet, row, f"board:{row.board}", body)


def compare_limits(site: Site, policy: Policy) -> None:
    """Note where the limits of the book are not those of the policy."""
    stated: set[tuple[str, str]] = set()
    for row in site.book.limits:
        stated.add((row.matter, row.board))
        rules = _limits(policy).get((row.matter, row.board))
        if row.matter not in policy.matters:
            why = f"policy {policy.policy} has no matter {row.matter}"
            site.fault("Limits", row, "Matter", "unknown_matter", why)
        elif rules is None:
            why = f"by policy {policy.policy}, board {row.board} does not decide {row.matter}"
            site.fault("Limits", row, "Board", "other_limit", why)
        elif row.up_to not in rules:
            said = " or ".join(_worded(limit) for limit in rules)
            why = f"the book says {_worded(row.up_to)}, policy {policy.policy} says {said}"
            site.fault("Limits", row, "Up to", "other_limit", why)
    for (matter, board), rules in _limits(policy).items():
        if (matter, board) not in stated:
            said = " or ".join(_worded(limit) for limit in rules)
            why = f"by the policy, board {board} decides {matter} {said}; the book does not say so"
            site.fault("Limits", None, "Matter", "missing_limit", why)


def bring_portfolios(site: Site) -> None:
    """Have the portfolios of the book begun."""
    for row in site.book.portfolios:
        if site.policy(row.policy) is None:
            why = f"policy {row.policy} is not in force; adopt it first"
            site.fault("Portfolios", row, "Policy", "unknown_policy", why)
        stream = portfolio_stream(row.code)
        if site.loaded.state(stream) is not None:
            why = f"portfolio {row.code} is on record already"
            site.fault("Portfolios", row, "Code", "code_in_use", why)
        else:
            body = PortfolioChartered(title=row.title, policy=row.policy)
            site.record("Portfolios", row, stream, body)


def _known_as(person: PersonRow) -> RegisterPerson:
    return RegisterPerson(name=person.name, email=person.email)


def _limits(policy: Policy) -> dict[tuple[str, str], list[Money | None]]:
    found: dict[tuple[str, str], list[Money | None]] = {}
    for name, matter in policy.matters.items():
        for decider in matter.decided_by:
            found.setdefault((name, decider.board), []).append(decider.up_to)
    return found


def _worded(limit: Money | None) -> str:
    return "any amount" if limit is None else f"up to {limit.amount} {limit.currency}"
