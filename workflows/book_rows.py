"""The rows of a sheet of a book, read cell by cell; what is wrong is noted, with where it is."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, TypeVar

from pydantic import ValidationError

from domain.money import Money
from domain.takeon_book import BookRow
from workflows.book_cells import BookFault, Cell, Sheet, column_letter
from workflows.book_form import FORM, REMARK
from workflows.book_values import Misread, currency_in, day_in, money_in, text_in

Read = TypeVar("Read")
Row = TypeVar("Row", bound=BookRow)
_SHOWN_MAX = 60


class SheetRows:
    """A sheet with its headings found.

    Attributes:
        faults: what is wrong with it, growing as rows are read.
    """

    def __init__(self, sheet: Sheet) -> None:
        """Find the columns of a sheet by the headings in its first row."""
        self.name = sheet.name
        self.faults: list[BookFault] = []
        self._sheet = sheet
        self._columns: dict[str, int] = {}
        self._find_columns()
        for row, column in sheet.merged:
            self.fault(row, None, "merged_cells", "cells are merged here; unmerge them", column)

    def __iter__(self) -> Iterator["RowCells"]:
        """Yield the rows that say something, below the headings."""
        for number, cells in self._sheet.rows.items():
            known = [at for heading, at in self._columns.items() if heading != REMARK]
            held = (cells[at - 1] for at in known if at <= len(cells))
            broken = any((number, at) in self._sheet.broken for at in known)
            if number > 1 and (broken or any(not _is_empty(cell) for cell in held)):
                yield RowCells(self, number, cells)

    def column(self, heading: str) -> int | None:
        """Return the number of a column, from 1."""
        return self._columns.get(heading)

    def broken(self, row: int, column: int) -> str | None:
        """Return why a cell cannot be read, if it cannot."""
        return self._sheet.broken.get((row, column))

    def fault(
        self, row: int, heading: str | None, kind: str, why: str, column: int | None = None
    ) -> None:
        """Note what is wrong with a cell."""
        at = column or self._columns.get(heading or "")
        cell = None if at is None else f"{column_letter(at)}{row}"
        self.faults.append(
            BookFault(sheet=self.name, row=row, column=heading, cell=cell, kind=kind, why=why)
        )

    def _find_columns(self) -> None:
        form = {column.heading.casefold(): column for column in FORM[self.name]}
        for at, cell in enumerate(self._sheet.rows.get(1, []), start=1):
            heading = str(cell).replace("*", "").strip()
            column = form.get(heading.casefold())
            if column is None and heading:
                why = f"there is no column {heading[:_SHOWN_MAX]}; give it the heading {REMARK}"
                known = ", ".join(one.heading for one in FORM[self.name])
                self.fault(1, None, "unknown_column", f"{why}, or one of: {known}", at)
            elif column is not None and column.heading in self._columns:
                if column.heading != REMARK:
                    self.fault(1, heading, "double_column", "the column is there twice", at)
            elif column is not None:
                self._columns[column.heading] = at
        for column in FORM[self.name]:
            if column.required and column.heading not in self._columns:
                why = f"there is no column {column.heading}"
                self.fault(1, column.heading, "missing_column", why)


class RowCells:
    """One row being read.

    Attributes:
        number: as the spreadsheet counts.
        sound: whether nothing was wrong with it so far.
    """

    def __init__(self, rows: SheetRows, number: int, cells: list[Cell]) -> None:
        """Read a row of a sheet."""
        self.number = number
        self.sound = True
        self._rows = rows
        self._cells = cells

    def fault(self, heading: str, kind: str, why: str) -> None:
        """Note what is wrong with a cell of this row."""
        self.sound = False
        self._rows.fault(self.number, heading, kind, why)

    def text(self, heading: str) -> str | None:
        """Return the text of a cell, None where it is empty or cannot be read."""
        return self._read(heading, lambda cell: text_in(cell) or None)

    def day(self, heading: str) -> date | None:
        """Return the day of a cell, None where it is empty or cannot be read."""
        return self._read(heading, day_in)

    def money(self, heading: str) -> Money | None:
        """Return an amount in the currency of the row, None where there is none."""
        if self._is_blank(heading):
            return self._read(heading, lambda _cell: None)
        if self._is_blank("Currency"):
            self.fault("Currency", "missing", "an amount needs its currency")
            return None
        currency = self._read("Currency", currency_in)
        if currency is None:
            return None
        return self._read(heading, lambda cell: money_in(cell, currency))

    def made(self, kind: type[Row], headings: Mapping[str, str], **fields: Any) -> Row | None:
        """Return the value of a row; None, and faults, where it is not sound.

        Args:
            kind: what the row becomes.
            headings: the columns its fields are read from.
            fields: what was read.
        """
        if not self.sound:
            return None
        given = {name: value for name, value in fields.items() if value is not None}
        try:
            return kind.model_validate({"row": self.number, **given})
        except ValidationError as fault:
            for detail in fault.errors():
                field = str(detail["loc"][0]) if detail["loc"] else ""
                why = detail["msg"].removeprefix("Value error, ")
                self.fault(headings.get(field, field), "malformed", why)
            return None

    def _read(self, heading: str, read: Callable[[Cell], Read | None]) -> Read | None:
        column = self._rows.column(heading)
        if column is None:
            return None
        broken = self._rows.broken(self.number, column)
        if broken is not None:
            self.fault(heading, "broken_cell", broken)
            return None
        cell = self._cells[column - 1] if column <= len(self._cells) else ""
        form = next(one for one in FORM[self._rows.name] if one.heading == heading)
        if _is_empty(cell):
            if form.required:
                self.fault(heading, "missing", "it is empty")
            return None
        try:
            return read(cell)
        except Misread as fault:
            self.fault(heading, fault.kind, str(fault))
            return None

    def _is_blank(self, heading: str) -> bool:
        column = self._rows.column(heading)
        if column is None:
            return True
        if self._rows.broken(self.number, column) is not None:
            return False
        return column > len(self._cells) or _is_empty(self._cells[column - 1])


def _is_empty(cell: Cell) -> bool:
    return isinstance(cell, str) and not cell.strip("\u00a0\u200b\ufeff \t\r\n'")
