"""What is wrong with a book: all of it at once, by sheet, row and column, and nothing written."""

import datetime
import io
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import xlsxwriter  # type: ignore[import-untyped]  # it ships no types

from tests.story import Story
from tests.workflows.takeon_books import Book, Office, book_of, planted, written
from workflows.book_cells import Unreadable, read_sheets
from workflows.book_file import read_book
from workflows.book_values import Misread, day_in, money_in, text_in


@pytest.fixture
def office(story: Story) -> Office:
    return Office(story)


@pytest.fixture
def rows() -> Book:
    return book_of(6)


def test_an_unknown_phase_a_day_that_is_none_and_a_double_code_are_told_together(
    office: Office, rows: Book
) -> None:
    rows = planted(rows, "Projects", 3, Phase="bulding")
    rows = planted(rows, "Open conditions", 2, Due="31.06.2026")
    rows = planted(rows, "Projects", 6, Code="P-001")
    report = office.check(rows)
    told = {(f.sheet, f.row, f.column, f.cell, f.kind) for f in report.faults}
    assert told >= {
        ("Projects", 3, "Phase", "D3", "unknown_phase"),
        ("Open conditions", 2, "Due", "E2", "bad_date"),
        ("Projects", 6, "Code", "A6", "double_code"),
    }
    head = office.head
    prepared = office.takeons.prepare(written(rows), office.story.act("olga"))
    assert (prepared.written, office.head) == (False, head)
    why = [fault.why for fault in report.faults]
    assert "there is no day 31.06.2026" in why
    assert "policy works has no phase bulding; it has idea, building, done" in why


FAULTS: list[tuple[str, int, dict[str, Any], str, str]] = [
    ("People", 3, {"E-mail": "person.0@WORKS.example"}, "E-mail", "double"),
    ("People", 3, {"E-mail": "nobody"}, "E-mail", "malformed"),
    ("Boards and seats", 2, {"Board": "council"}, "Board", "unknown_board"),
    ("Boards and seats", 2, {"Seat": "throne"}, "Seat", "not_in_policy"),
    ("Boards and seats", 3, {"Seat": "chair"}, "Seat", "taken"),
    ("Boards and seats", 2, {"Person": "Nobody"}, "Person", "unknown_person"),
    ("Boards and seats", 2, {"Until": datetime.date(2026, 1, 1)}, "Until", "bad_date"),
    ("Portfolios", 2, {"Policy": "other"}, "Policy", "unknown_policy"),
    ("Envelopes", 2, {"Period": "FY2027-Q1"}, "Period", "unknown_period"),
    ("Envelopes", 2, {"Kind": "gold"}, "Kind", "unknown_kind"),
    ("Envelopes", 2, {"Currency": "GBP"}, "Currency", "other_currency"),
    ("Envelopes", 2, {"Currency": "EURO"}, "Currency", "unknown_currency"),
    ("Envelopes", 3, {"Portfolio": "PF0"}, "Period", "double"),
    ("Projects", 2, {"Portfolio": "PF9"}, "Portfolio", "unknown_portfolio"),
    ("Projects", 2, {"Standing": "sleeping"}, "Standing", "unknown_standing"),
    ("Projects", 2, {"Standing": "on_hold"}, "Standing", "not_together"),
    ("Projects", 2, {"Standing": "closed"}, "Standing", "not_together"),
    ("Projects", 2, {"Manager": None}, "Manager", "missing"),
    ("Projects", 2, {"Code": "A/B"}, "Code", "malformed"),
    ("Projects", 2, {"Baseline finish": None}, "Baseline finish", "missing"),
    ("Projects", 2, {"Baseline finish": datetime.date(2024, 1, 1)}, "Baseline finish", "bad_date"),
    ("Projects", 2, {"Benefit due": None}, "Benefit due", "missing"),
    ("Projects", 2, {"Currency": None}, "Currency", "missing"),
    ("Projects", 2, {"Decided by": "council"}, "Decided by", "unknown_board"),
    ("Projects", 2, {"Minutes": None}, "Minutes", "missing"),
    (
        "Projects", 2, {"Last decision": datetime.date(2026, 1, 3)}, "Last decision",
        "after_cut_over",
    ),
    ("Approved", 2, {"Project": "P-999"}, "Project", "unknown_project"),
    ("Approved", 2, {"Amount": Decimal("1000.005")}, "Amount", "bad_amount"),
    ("Approved", 2, {"Amount": "1.000,00"}, "Amount", "bad_amount"),
    ("Approved", 2, {"Amount": Decimal(-1)}, "Amount", "bad_amount"),
    ("Approved", 5, {"Amount": Decimal("1000.01")}, "Amount", "above_envelope"),
    ("Approved", 3, {"Project": "P-001"}, "Period", "double"),
    ("Open conditions", 3, {"Name": "Staff it"}, "Name", "malformed"),
    ("Open conditions", 3, {"Project": "P-001"}, "Name", "double"),
]  # fmt: skip


@pytest.mark.parametrize(("sheet", "row", "cells", "column", "kind"), FAULTS)
def test_a_planted_fault_is_told_where_it_is(
    office: Office,
    rows: Book,
    sheet: str,
    row: int,
    cells: dict[str, Any],
    column: str,
    kind: str,
) -> None:
    assert (sheet, row, column, kind) in office.faults(planted(rows, sheet, row, **cells))


def test_a_book_without_faults_has_none(office: Office, rows: Book) -> None:
    assert office.faults(rows) == []


def test_the_envelope_holds_exactly_what_was_approved_and_no_cent_less(
    office: Office, rows: Book
) -> None:
    short = planted(rows, "Envelopes", 2, Amount=Decimal("1999.99"))
    assert office.faults(short) == [("Approved", 5, "Amount", "above_envelope")]


@pytest.mark.parametrize(("day", "fits"), [(5, True), (6, False)])
def test_the_cut_over_is_today_at_the_latest(
    office: Office, rows: Book, day: int, fits: bool
) -> None:
    found = office.faults(rows, {"Cut-over date": datetime.date(2026, 1, day)})
    assert (("About", None, "Cut-over date", "after_now") in found) is not fits


def test_limits_that_are_not_the_policys_are_faults(office: Office, rows: Book) -> None:
    limits: list[dict[str, Any]] = [
        {"Matter": "start", "Board": "head", "Up to": Decimal("1000.01"), "Currency": "EUR"},
        {"Matter": "start", "Board": "works_board"},
        {"Matter": "finish", "Board": "head"},
        {"Matter": "dance", "Board": "head"},
    ]
    found = [one for one in office.faults({**rows, "Limits": limits}) if one[0] == "Limits"]
    assert ("Limits", 2, "Up to", "other_limit") in found
    assert ("Limits", 4, "Board", "other_limit") in found
    assert ("Limits", 5, "Matter", "unknown_matter") in found
    assert not [one for one in found if one[1] == 3]
    assert ("Limits", 1, "Matter", "missing_limit") in found


def test_two_people_of_one_name_are_told_apart_by_address(office: Office, rows: Book) -> None:
    rows = planted(rows, "People", 3, Name="Person 0")
    rows = planted(rows, "Open conditions", 2, Owner="person.1@works.example")
    rows = planted(rows, "Open conditions", 3, Owner="Person 0")
    found = office.faults(rows)
    assert ("Open conditions", 3, "Owner", "which_person") in found
    assert not [one for one in found if one[:2] == ("Open conditions", 2)]


def test_a_faulty_project_does_not_make_what_speaks_of_it_faulty(
    office: Office, rows: Book
) -> None:
    found = office.faults(planted(rows, "Projects", 2, **{"Last decision": "30.02.2026"}))
    assert found == [("Projects", 2, "Last decision", "bad_date")]


def test_codes_on_record_are_told(office: Office, rows: Book) -> None:
    office.taken_on(rows)
    found = office.faults(planted(rows, "Projects", 2, Title="Another title"))
    assert ("Projects", 2, "Code", "code_in_use") in found
    assert ("Portfolios", 2, "Code", "code_in_use") in found


# --- Cells as spreadsheets keep them ---------------------------------------------------------


def sheet_with(write: Callable[[Any, Any], None]) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        write(book, book.add_worksheet("People"))
    return content.getvalue()


def test_errors_and_formulas_never_calculated_are_seen() -> None:
    def write(_book: Any, sheet: Any) -> None:
        sheet.write_formula("B2", "=1/0", None, "#DIV/0!")
        sheet.write_formula("B3", "=A1", None, 7.5)
        sheet.write_formula("C4", "=Gone!A1", None, "#REF!")
        sheet.write_string("A4", "#REF! is only text here")

    broken = read_sheets(sheet_with(write))["People"].broken
    assert {place: why.split(";")[0] for place, why in broken.items()} == {
        (2, 2): "the cell shows the error #DIV/0!",
        (4, 3): "the cell shows the error #REF!",
    }


def test_a_broken_cell_is_a_fault_of_its_row(rows: Book) -> None:
    content = written(rows)
    read = read_book(content)
    assert read.faults == ()
    with_error = read_book(_with_error_in(content))
    assert [(f.sheet, f.row, f.column, f.cell, f.kind) for f in with_error.faults] == [
        ("Projects", 3, "Title", "B3", "broken_cell")
    ]


def _with_error_in(content: bytes) -> bytes:
    """Return a book in which a title is a formula that lost what it spoke of."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        for part in old.infolist():
            text = old.read(part)
            if part.filename == "xl/worksheets/sheet7.xml":
                broken = rb'<c r="B3" t="e"><f>Gone!A1</f><v>#REF!</v></c>'
                text, number = re.subn(rb'<c r="B3"[^>]*>.*?</c>', broken, text, count=1)
                assert number == 1
            new.writestr(part.filename, text)
    return made.getvalue()


def test_hidden_rows_are_read_and_told_and_merged_cells_are_seen() -> None:
    def write(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["Name", "E-mail"])
        sheet.write_row(1, 0, ["Ada", "ada@example.org"])
        sheet.set_row(1, None, None, {"hidden": True})
        sheet.merge_range("A4:B4", "both")
        book.add_worksheet("Other").hide()

    sheets = read_sheets(sheet_with(write))
    assert sheets["People"].hidden == {2}
    assert sheets["People"].merged == ((4, 1),)
    assert sheets["People"].rows[2][:2] == ["Ada", "ada@example.org"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not really", b"Name;E-mail\n"])
def test_what_is_no_workbook_is_one_fault(content: bytes) -> None:
    with pytest.raises(Unreadable):
        read_sheets(content)
    (fault,) = read_book(content).faults
    assert fault.kind == "unreadable"


def test_a_book_that_lacks_a_sheet_says_which() -> None:
    found = read_book(sheet_with(lambda _book, _sheet: None)).faults
    assert {fault.kind for fault in found} == {"missing_sheet"}
    assert "About" in {fault.sheet for fault in found}


def test_texts_lose_what_spreadsheets_add() -> None:
    assert text_in(" 'P-001\u00a0 ") == "P-001"
    assert text_in("New \n control  room") == "New control room"
    assert text_in(4711.0) == "4711"
    assert text_in("=1+1") == "=1+1"
    for wrong in (True, datetime.date(2026, 6, 30)):
        with pytest.raises(Misread):
            text_in(wrong)


@pytest.mark.parametrize(
    "cell",
    [
        "30.06.2026", "2026-06-30", " 30.6.2026 ", datetime.date(2026, 6, 30),
        datetime.datetime(2026, 6, 30),  # noqa: DTZ001  as a cell holds it
    ],
)  # fmt: skip
def test_a_day_is_read_in_every_form(cell: Any) -> None:
    assert day_in(cell) == datetime.date(2026, 6, 30)


@pytest.mark.parametrize(
    "cell",
    [
        *("31.06.2026", "2026-6-31", "06/30/2026", 46203.0, "30.06.26", "30.06.1899", True),
        datetime.datetime(2026, 6, 30, 12),  # noqa: DTZ001  as a cell holds it
    ],
)
def test_what_is_no_day_is_misread(cell: Any) -> None:
    with pytest.raises(Misread):
        day_in(cell)


@pytest.mark.parametrize(
    ("cell", "currency", "amount"),
    [
        (1250.5, "EUR", "1250.50"),
        (1234567890123.45, "EUR", "1234567890123.45"),
        (0.0, "EUR", "0.00"),
        (" 1250.50 ", "EUR", "1250.50"),
        (1250.0, "JPY", "1250"),
        (1.125, "KWD", "1.125"),
    ],
)
def test_money_is_read_exactly(cell: Any, currency: str, amount: str) -> None:
    assert money_in(cell, currency).as_json() == {"amount": amount, "currency": currency}


@pytest.mark.parametrize(
    ("cell", "currency"),
    [
        (0.1 + 0.2, "EUR"), (1250.005, "EUR"), (1250.5, "JPY"), (1.1255, "KWD"), (-0.01, "EUR"),
        (1e18, "EUR"), (1e300, "EUR"), (float("nan"), "EUR"), (True, "EUR"), ("1,5", "EUR"),
        ("12 EUR", "EUR"), (datetime.date(2026, 1, 1), "EUR"),
    ],
)  # fmt: skip
def test_money_that_does_not_fit_is_refused_never_rounded(cell: Any, currency: str) -> None:
    with pytest.raises(Misread):
        money_in(cell, currency)


def test_the_largest_amount_fits() -> None:
    assert money_in("99999999999999.99", "EUR").amount == Decimal("99999999999999.99")
    with pytest.raises(Misread):
        money_in("100000000000000", "EUR")
