"""Writing the book of a take-on (.xlsx): empty, or filled with rows.

Headings stay in sight and carry notes; what is picked from a list is picked from the policy, or
from the other sheets of the book. Texts are written as texts, whatever they begin with.
"""

import datetime
import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

import xlsxwriter  # type: ignore[import-untyped]  # it ships no types

from domain.money import MINOR_DIGITS
from domain.policy import Policy
from domain.policy_money import PERIODS_A_YEAR, MoneyRule
from domain.words import Standing
from workflows.book_cells import column_letter
from workflows.book_file import LISTS
from workflows.book_form import ABOUT, CUT_OVER, FORM, OFFICE, POLICY, PREPARED_BY, Column

Format: TypeAlias = Any
Worksheet: TypeAlias = Any

RowGiven = Mapping[str, str | Decimal | datetime.date]
"""What a row says, by heading."""

Rows = Mapping[str, Sequence[RowGiven]]
"""Rows by sheet."""

ROWS_LISTED = 5_000
"""How far down drop-downs and totals look: beyond any office's register."""

_MADE = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
_OTHER_SHEETS = {"people": "People", "portfolios": "Portfolios", "projects": "Projects"}
_NOTICE = (
    "Fill the sheets from left to right; notes stand at the headings, and * marks what every row"
    " says. Then: quorate take-on THIS-FILE --check. Compare the totals below with what it prints."
)


def write_book(
    policy: Policy, years: Iterable[int], about: Mapping[str, str | datetime.date], rows: Rows
) -> bytes:
    """Return a book as a file.

    Args:
        policy: whose names the drop-downs offer; its limits are filled in.
        years: fiscal years whose periods are offered.
        about: what the sheet `About` says, by label.
        rows: what the other sheets say.
    """
    content = io.BytesIO()
    # The moment a file was made is fixed, so that the same book is the same bytes.
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    book.set_properties({"title": "Quorate take-on", "created": _MADE})
    filled = {"Limits": limit_rows(policy), **rows}
    lists = _lists(policy, years)
    with book:
        formats = {
            "heading": book.add_format({"bold": True, "bg_color": "#D9E1F2", "bottom": 1}),
            "day": book.add_format({"num_format": "dd.mm.yyyy", "align": "left"}),
            "money": book.add_format({"num_format": "#,##0.00"}),
            "text": book.add_format({"num_format": "@"}),
            "title": book.add_format({"bold": True, "font_size": 14}),
        }
        _about(book.add_worksheet(ABOUT), formats, {POLICY: policy.policy, **about}, filled)
        for name, columns in FORM.items():
            sheet = book.add_worksheet(name)
            _sheet(sheet, formats, columns, lists)
            _fill(sheet, formats, columns, filled.get(name, ()))
        _write_lists(book.add_worksheet(LISTS), lists)
    return content.getvalue()


def limit_rows(policy: Policy) -> list[RowGiven]:
    """Return the limits of a policy as rows of the sheet."""
    rows: list[RowGiven] = []
    for name, matter in policy.matters.items():
        for decider in matter.decided_by:
            row: dict[str, str | Decimal | datetime.date] = {
                "Matter": name,
                "Board": decider.board,
            }
            if decider.up_to is not None:
                row |= {"Up to": decider.up_to.amount, "Currency": decider.up_to.currency}
            rows.append(row)
    return rows


def periods(rule: MoneyRule, years: Iterable[int]) -> list[str]:
    """Return the periods of some fiscal years, as a policy writes them."""
    marks = {"year": "", "half": "H", "quarter": "Q", "month": "M"}
    width = 2 if rule.periods == "month" else 1
    found = []
    for year in years:
        if rule.periods == "year":
            found.append(f"FY{year}")
        else:
            numbers = range(1, PERIODS_A_YEAR[rule.periods] + 1)
            found += [f"FY{year}-{marks[rule.periods]}{n:0{width}d}" for n in numbers]
    return found


def _lists(policy: Policy, years: Iterable[int]) -> dict[str, list[str]]:
    rule = policy.money
    seats = {seat.id for board in policy.boards.values() for seat in board.seats}
    main = [] if rule is None else [rule.currency]
    return {
        "boards": sorted(policy.boards),
        "seats": sorted(seats),
        "matters": list(policy.matters),
        "policies": [policy.policy],
        "phases": [phase.id for phase in policy.lifecycle.phases],
        "standings": list(Standing),
        "kinds": [] if rule is None else list(rule.kinds),
        "periods": [] if rule is None else periods(rule, years),
        "currencies": [*main, *(one for one in sorted(MINOR_DIGITS) if one not in main)],
    }


def _sheet(
    sheet: Worksheet,
    formats: Mapping[str, Format],
    columns: Sequence[Column],
    lists: Mapping[str, Sequence[str]],
) -> None:
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, 0, len(columns) - 1)
    for at, column in enumerate(columns):
        sheet.set_column(at, at, column.width, formats[column.kind])
        heading = f"{column.heading} *" if column.required else column.heading
        sheet.write_string(0, at, heading, formats["heading"])
        sheet.write_comment(0, at, column.note, {"x_scale": 2, "y_scale": 0.6})
        source = _source(column, lists)
        if source is not None:
            options = {
                "validate": "list",
                "source": source,
                "error_type": "warning",
                "error_title": "Not in the list",
                "error_message": f"{column.note} Keep it only if you know it is right.",
            }
            sheet.data_validation(1, at, ROWS_LISTED, at, options)


def _source(column: Column, lists: Mapping[str, Sequence[str]]) -> str | None:
    """Return the range a column is picked from, None where it is from none."""
    if column.list_of in _OTHER_SHEETS:
        return f"={_OTHER_SHEETS[column.list_of]}!$A$2:$A${ROWS_LISTED}"
    if column.list_of is None or not lists[column.list_of]:
        return None
    letter = column_letter([*lists].index(column.list_of) + 1)
    return f"={LISTS}!${letter}$2:${letter}${len(lists[column.list_of]) + 1}"


def _fill(
    sheet: Worksheet,
    formats: Mapping[str, Format],
    columns: Sequence[Column],
    rows: Sequence[RowGiven],
) -> None:
    for number, row in enumerate(rows, start=1):
        for at, column in enumerate(columns):
            value = row.get(column.heading)
            if isinstance(value, str):
                sheet.write_string(number, at, value, formats[column.kind])
            elif isinstance(value, Decimal):
                sheet.write_number(number, at, float(value), formats["money"])
            elif value is not None:
                sheet.write_datetime(number, at, value, formats["day"])


def _write_lists(sheet: Worksheet, lists: Mapping[str, Sequence[str]]) -> None:
    for at, (name, values) in enumerate(lists.items()):
        for number, value in enumerate((name, *values)):
            sheet.write_string(number, at, value)
    sheet.hide()


def _about(
    sheet: Worksheet,
    formats: Mapping[str, Format],
    about: Mapping[str, str | datetime.date],
    rows: Rows,
) -> None:
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 40)
    sheet.write_string(0, 0, "Take-on of a project office", formats["title"])
    for number, label in enumerate((OFFICE, CUT_OVER, POLICY, PREPARED_BY), start=2):
        sheet.write_string(number, 0, label, formats["heading"])
        value = about.get(label)
        if isinstance(value, datetime.date):
            sheet.write_datetime(number, 1, value, formats["day"])
        elif value is not None:
            sheet.write_string(number, 1, value, formats["text"])
        else:
            sheet.write_blank(number, 1, None, formats["day" if label == CUT_OVER else "text"])
    sheet.write_string(7, 0, _NOTICE)
    sheet.write_string(9, 0, "Control totals", formats["title"])
    at = 10
    for name in FORM:
        counted = f"=COUNTA('{name}'!A2:A{ROWS_LISTED})"
        sheet.write_string(at, 0, f"{name}, rows")
        sheet.write_formula(at, 1, counted, None, len(rows.get(name, ())))
        at += 1
    for name in ("Envelopes", "Approved"):
        amounts = [row["Amount"] for row in rows.get(name, ())]
        total = sum((one for one in amounts if isinstance(one, Decimal)), Decimal(0))
        sheet.write_string(at, 0, f"{name}, sum")
        formula = f"=SUM({name}!D2:D{ROWS_LISTED})"
        sheet.write_formula(at, 1, formula, formats["money"], float(total))
        at += 1
