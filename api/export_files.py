"""Exports as files: written as CSV or XLSX, and read again to be checked.

CSV follows RFC 4180: UTF-8 with a byte order mark, CRLF, the headings first. What is said of the
rows follows them as records that begin with ``#about``, with as many fields as every other record.
No cell is taken for a formula: a text that begins with ``=``, ``+``, ``-``, ``@``, a tab or an
apostrophe, or like those records, is written with an apostrophe before it, and read without it.

XLSX has the sheet `Rows` and the sheet `About`; texts are texts there whatever they begin with.
"""

import csv
import datetime
import io
import re
from decimal import Decimal, InvalidOperation

import xlsxwriter  # type: ignore[import-untyped]  # it ships no types

from api.export_table import FORMAT, FORMS, NOT_SHOWN, Form, Table, cell_text
from domain.base import number_text
from domain.refusals import Malformed
from workflows.book_cells import Cell, Unreadable, read_sheets

ABOUT, ROWS = "About", "Rows"
MARK = "#about"
EXACT_DIGITS = 15
"""Digits a spreadsheet keeps of a number; a longer one is written as text."""

_RISKY = re.compile(r"[=+\-@\t\r'#]")
_MADE = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)

Said = list[tuple[str, str]]
"""What a file says of its rows, in order."""


def to_csv(table: Table) -> bytes:
    """Return a table as CSV."""
    form, text = FORMS[table.kind], io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(form.columns)
    for row in table.rows:
        writer.writerow(
            cell if name in form.numbers else _safe(cell)
            for name, cell in zip(form.columns, row, strict=True)
        )
    blank = [""] * (len(form.columns) - 3)
    for name, value in table.about():
        writer.writerow([MARK, _safe(name), _safe(value), *blank])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def to_xlsx(table: Table) -> bytes:
    """Return a table as a workbook."""
    form, content = FORMS[table.kind], io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    book.set_properties({"title": f"Quorate {table.kind}", "created": _MADE})
    with book:
        bold = book.add_format({"bold": True, "bottom": 1})
        money = book.add_format({"num_format": "#,##0.00"})
        sheet = book.add_worksheet(ROWS)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, len(table.rows), len(form.columns) - 1)
        for at, name in enumerate(form.columns):
            sheet.set_column(at, at, 34 if name == "title" else 16)
            sheet.write_string(0, at, name, bold)
        shown = money if form.unit is not None else None
        for number, row in enumerate(table.rows, start=1):
            for at, (name, cell) in enumerate(zip(form.columns, row, strict=True)):
                if cell and name in form.numbers and len(cell.strip("-0.")) <= EXACT_DIGITS:
                    sheet.write_number(number, at, float(cell), shown)
                elif cell:
                    sheet.write_string(number, at, cell)
        about = book.add_worksheet(ABOUT)
        about.set_column(0, 1, 40)
        for number, (name, value) in enumerate(table.about()):
            about.write_string(number, 0, name, bold)
            about.write_string(number, 1, value)
    return content.getvalue()


def read_export(content: bytes) -> tuple[Table, Said]:
    """Return the table of a file, and what the file says of it.

    Raises:
        Malformed: it is no export, or of a form that is not known here.
    """
    try:
        header, rows, said = (
            _from_xlsx(content) if content.startswith(b"PK") else _from_csv(content)
        )
    except (Unreadable, UnicodeDecodeError, csv.Error) as fault:
        raise _no_export(str(fault)) from None
    about = dict(said)
    form = FORMS.get(about.get("export", ""))
    if form is None or about.get("format") != FORMAT:
        raise _no_export("it does not say of which known kind and format it is")
    if header != list(form.columns):
        raise _no_export(f"the columns of {about['export']} are {', '.join(form.columns)}")
    table = Table(
        kind=about["export"],
        filters=tuple((n.removeprefix("filter "), v) for n, v in said if n.startswith("filter ")),
        instant=about.get("instant", ""),
        position=_number(about.get("position", ""), "at which position it holds"),
        origin=about.get("log", ""),
        rows=tuple(_row(form, row) for row in rows),
        not_shown=_number(about.get(NOT_SHOWN, "0"), "how many rows are not shown"),
    )
    return table, said


def _from_csv(content: bytes) -> tuple[list[str], list[list[str]], Said]:
    text = content.removeprefix(b"\xef\xbb\xbf").decode()
    header, *records = list(csv.reader(io.StringIO(text, newline=""), strict=True)) or [[]]
    said = [(_plain(one[1]), _plain(one[2])) for one in records if one[:1] == [MARK]]
    rows = [[_plain(cell) for cell in one] for one in records if one and one[0] != MARK]
    return header, rows, said


def _from_xlsx(content: bytes) -> tuple[list[str], list[list[str]], Said]:
    sheets = read_sheets(content, rows_max=None)
    if ABOUT not in sheets or ROWS not in sheets:
        raise Unreadable(f"it has no sheets {ROWS} and {ABOUT}")
    table = [[_cell(cell) for cell in row] for row in sheets[ROWS].rows.values()] or [[]]
    said = [(_cell(row[0]), _cell(row[1])) for row in sheets[ABOUT].rows.values() if len(row) > 1]
    return table[0], table[1:], said


def _row(form: Form, row: list[str]) -> tuple[str, ...]:
    if len(row) != len(form.columns):
        raise _no_export(f"a row has {len(row)} cells where there are {len(form.columns)} columns")
    try:
        return tuple(
            cell_text(form, name, cell) for name, cell in zip(form.columns, row, strict=True)
        )
    except InvalidOperation:
        raise _no_export("a cell that is to be a number is none") from None


def _cell(cell: Cell) -> str:
    if isinstance(cell, float) and not isinstance(cell, bool):
        return number_text(Decimal(repr(cell)))
    return str(cell)


def _number(text: str, what: str) -> int:
    if not re.fullmatch("[0-9]{1,15}", text):
        raise _no_export(f"it does not say {what}")
    return int(text)


def _safe(text: str) -> str:
    return f"'{text}" if _RISKY.match(text) else text


def _plain(text: str) -> str:
    return text[1:] if text.startswith("'") else text


def _no_export(why: str) -> Malformed:
    return Malformed(
        f"this is no export that can be checked: {why}",
        fix="Give a file as `quorate export` or the server wrote it.",
    )
