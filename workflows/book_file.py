"""Reading the book of a take-on (.xlsx): every sheet by its form, all faults at once.

What is asked of each cell alone, and of the sheets among themselves, is asked here; what the policy
and the record say to it is asked in `workflows.book_rules`.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from domain.takeon_book import (
    ApprovedRow,
    Book,
    ConditionRow,
    EnvelopeRow,
    LimitRow,
    PersonRow,
    PortfolioRow,
    PrivatePart,
    ProjectRow,
    SeatRow,
)
from workflows.book_cells import BookFault, Sheet, Unreadable, read_sheets
from workflows.book_form import ABOUT, ABOUT_LINES, CUT_OVER, FORM, OFFICE, POLICY, PREPARED_BY
from workflows.book_parts import baseline_of, last_decision_of, line_of, standing_of
from workflows.book_rows import RowCells, SheetRows
from workflows.book_values import Misread, day_in, text_in

LISTS = "Lists"
"""Sheet of the template that holds what drop-downs offer; it is not read."""


class BookRead(NamedTuple):
    """What a file holds.

    Attributes:
        book: its sound rows; absent where it is not even a book.
        private: its people and words; as the book is sound, so is this.
        faults: everything wrong with it, in the order of sheets and rows.
        columns: number of each column by sheet and heading, to name cells by.
        notes: what the person should know and is no fault.
    """

    book: Book | None
    private: PrivatePart | None
    faults: tuple[BookFault, ...]
    columns: dict[tuple[str, str], int]
    notes: tuple[str, ...] = ()


def read_book(content: bytes) -> BookRead:
    """Return what a file holds, and everything that is wrong with it.

    Args:
        content: the bytes of the file.
    """
    try:
        sheets = read_sheets(content)
    except Unreadable as fault:
        return BookRead(None, None, (_whole("file", "unreadable", str(fault)),), {})
    missing = [name for name in (ABOUT, *FORM) if name not in sheets]
    if missing:
        why = "the book has no such sheet; start from the template"
        faults = tuple(_whole(name, "missing_sheet", why) for name in missing)
        return BookRead(None, None, faults, {})
    return _Reading(sheets).done()


def _whole(sheet: str, kind: str, why: str) -> BookFault:
    return BookFault(sheet=sheet, kind=kind, why=why)


class _Reading:
    """One book being read, sheet by sheet, those that others speak of first."""

    def __init__(self, sheets: dict[str, Sheet]) -> None:
        self._sheets = sheets
        self._tables = {name: SheetRows(sheets[name]) for name in FORM}
        self._about_faults: list[BookFault] = []
        self._people: dict[str, list[int]] = {}
        self._portfolios: set[str] = set()
        self._projects: set[str] = set()

    def done(self) -> BookRead:
        about = self._about()
        people = self._each("People", self._person)
        portfolios = self._each("Portfolios", self._portfolio)
        projects = self._each("Projects", self._project)
        conditions = self._each("Open conditions", self._condition)
        rows = {
            "seats": self._each("Boards and seats", self._seat),
            "limits": self._each("Limits", self._limit),
            "portfolios": portfolios,
            "envelopes": self._each("Envelopes", self._envelope),
            "projects": projects,
            "approved": self._each("Approved", self._approved),
            "conditions": tuple(row for row, _ in conditions),
        }
        book = private = None
        if about is not None:
            prepared_by = about.pop("prepared_by")
            book = Book.model_validate({**about, "people": len(people), **rows})
            private = PrivatePart(
                prepared_by=prepared_by, people=people, words=tuple(text for _, text in conditions)
            )
        found = [fault for table in self._tables.values() for fault in table.faults]
        return BookRead(
            book, private, (*self._about_faults, *found), self._columns(), tuple(self._notes())
        )

    def _each(self, sheet: str, read: Callable[[RowCells], Any]) -> tuple[Any, ...]:
        return tuple(made for row in self._tables[sheet] if (made := read(row)) is not None)

    # --- sheet by sheet -----------------------------------------------------------------------

    def _about(self) -> dict[str, Any] | None:
        sheet, found = self._sheets[ABOUT], {}
        for number, cells in sheet.rows.items():
            label = str(cells[0]).strip() if cells else ""
            if label in ABOUT_LINES and label not in found:
                found[label] = (number, cells[1] if len(cells) > 1 else "")
        given: dict[str, Any] = {}
        for label, field in (
            (OFFICE, "office"), (CUT_OVER, "cut_over"), (POLICY, "policy"),
            (PREPARED_BY, "prepared_by"),
        ):  # fmt: skip
            number, cell = found.get(label, (1, ""))
            try:
                broken = sheet.broken.get((number, 2))
                if broken is not None:
                    raise Misread("broken_cell", broken)
                value = day_in(cell) if label == CUT_OVER and cell != "" else text_in(cell)
                if value == "":
                    raise Misread("missing", f"{label} is empty")
                given[field] = value
            except Misread as fault:
                self._about_faults.append(
                    BookFault(
                        sheet=ABOUT,
                        row=number,
                        column=label,
                        cell=f"B{number}",
                        kind=fault.kind,
                        why=str(fault),
                    )
                )
        return given if len(given) == len(ABOUT_LINES) else None

    def _person(self, row: RowCells) -> PersonRow | None:
        name, email = row.text("Name"), row.text("E-mail")
        if email is not None and ("@" not in email or " " in email):
            row.fault("E-mail", "malformed", f"{email} is no e-mail address")
        if email is not None and email.casefold() in self._people:
            row.fault("E-mail", "double", f"{email} is there twice; each person once")
        for key in {text.casefold() for text in (name, email) if text is not None}:
            self._people.setdefault(key, []).append(row.number)
        fields = {"name": "Name", "email": "E-mail"}
        return row.made(PersonRow, fields, name=name, email=email)

    def _portfolio(self, row: RowCells) -> PortfolioRow | None:
        code = self._code(row, self._portfolios)
        fields = {"code": "Code", "title": "Title", "policy": "Policy"}
        title, policy = row.text("Title"), row.text("Policy")
        return row.made(PortfolioRow, fields, code=code, title=title, policy=policy)

    def _project(self, row: RowCells) -> ProjectRow | None:
        fields: dict[str, Any] = {
            "code": self._code(row, self._projects),
            "title": row.text("Title"),
            "portfolio": self._of(row, "Portfolio", self._portfolios),
            "phase": row.text("Phase"),
            "standing": standing_of(row),
            "manager": self._person_of(row, "Manager"),
            "sponsor": self._person_of(row, "Sponsor"),
            "baseline": baseline_of(row),
            "last_decision": last_decision_of(row),
        }
        headings = {
            "code": "Code", "title": "Title", "portfolio": "Portfolio", "phase": "Phase",
            "baseline": "Baseline cost", "last_decision": "Decided by",
        }  # fmt: skip
        return row.made(ProjectRow, headings, **fields)

    def _seat(self, row: RowCells) -> SeatRow | None:
        since, until = row.day("From"), row.day("Until")
        if since is not None and until is not None and until < since:
            row.fault("Until", "bad_date", f"{until} is before {since}")
        fields: dict[str, Any] = {
            "board": row.text("Board"),
            "seat": row.text("Seat"),
            "person": self._person_of(row, "Person"),
            "from": since,
            "until": until,
        }
        return row.made(SeatRow, {"board": "Board", "seat": "Seat"}, **fields)

    def _limit(self, row: RowCells) -> LimitRow | None:
        matter, board, up_to = row.text("Matter"), row.text("Board"), row.money("Up to")
        fields = {"matter": "Matter", "board": "Board"}
        return row.made(LimitRow, fields, matter=matter, board=board, up_to=up_to)

    def _envelope(self, row: RowCells) -> EnvelopeRow | None:
        code = self._of(row, "Portfolio", self._portfolios)
        return row.made(EnvelopeRow, {"line": "Period"}, portfolio=code, line=line_of(row))

    def _approved(self, row: RowCells) -> ApprovedRow | None:
        code = self._of(row, "Project", self._projects)
        return row.made(ApprovedRow, {"line": "Period"}, project=code, line=line_of(row))

    def _condition(self, row: RowCells) -> tuple[ConditionRow, str] | None:
        text = row.text("Text")
        if text is not None and len(text) > 8000:
            row.fault("Text", "malformed", "it has more than 8000 characters")
        fields: dict[str, Any] = {
            "project": self._of(row, "Project", self._projects),
            "name": row.text("Name"),
            "owner": self._person_of(row, "Owner"),
            "due": row.day("Due"),
        }
        made = row.made(ConditionRow, {"name": "Name"}, **fields)
        return None if made is None else (made, text or "")

    # --- what sheets say of each other --------------------------------------------------------

    def _code(self, row: RowCells, taken: set[str]) -> str | None:
        code = row.text("Code")
        if code is not None and code in taken:
            row.fault("Code", "double_code", f"code {code} is there twice; each once")
        elif code is not None:
            taken.add(code)
        return code

    def _of(self, row: RowCells, heading: str, known: set[str]) -> str | None:
        code = row.text(heading)
        if code is not None and code not in known:
            sheet = "Projects" if heading == "Project" else "Portfolios"
            row.fault(heading, f"unknown_{heading.lower()}", f"sheet {sheet} has no code {code}")
        return code

    def _person_of(self, row: RowCells, heading: str) -> int | None:
        named = row.text(heading)
        if named is None:
            return None
        found = self._people.get(named.casefold(), [])
        if len(found) != 1:
            why = (
                f"sheet People has nobody called {named}"
                if not found
                else f"{len(found)} people are called {named}; write the e-mail address"
            )
            row.fault(heading, "unknown_person" if not found else "which_person", why)
            return None
        return found[0]

    def _columns(self) -> dict[tuple[str, str], int]:
        return {
            (name, column.heading): at
            for name, table in self._tables.items()
            for column in FORM[name]
            if (at := table.column(column.heading)) is not None
        }

    def _notes(self) -> list[str]:
        notes = []
        for name, table in self._tables.items():
            hidden = [row.number for row in table if row.number in self._sheets[name].hidden]
            if hidden:
                rows = ", ".join(map(str, hidden[:10])) + (", ..." if len(hidden) > 10 else "")
                notes.append(f"{name}: {len(hidden)} hidden rows were read like the others: {rows}")
        unread = [name for name in self._sheets if name not in {ABOUT, LISTS, *FORM}]
        return [*notes, *(f"sheet {name} was not read" for name in unread)]
