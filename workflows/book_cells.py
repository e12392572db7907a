"""The cells of a spreadsheet file (.xlsx), with whatever would be misread told as a fault.

Every row with content counts, hidden ones included. A cell that shows an error such as ``#REF!``, a
formula nobody ever calculated and merged cells below the heading are faults: what they would be
read as is not what the person sees. The file is looked at twice, as the library that reads values
passes over errors in silence.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from xml.parsers import expat

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from domain.base import Value

FILE_BYTES_MAX = 20_000_000
UNPACKED_BYTES_MAX = 200_000_000
ROWS_MAX = 9_999
"""Rows of a sheet, its heading included; with `AMOUNT_MAX`, no total passes what money can be."""

Cell = str | int | float | bool | date | datetime | time | timedelta


class BookFault(Value):
    """One thing that is wrong with a book.

    Attributes:
        sheet: name of the sheet. row: as the spreadsheet counts; absent for the whole sheet.
        column: its heading. cell: the cell as the spreadsheet names it, for example ``D7``.
        kind: what kind of thing is wrong. why: one sentence.
    """

    sheet: str
    row: int | None = None
    column: str | None = None
    cell: str | None = None
    kind: str
    why: str

    @property
    def place(self) -> str:
        """Return where it is, in words."""
        parts = [self.sheet]
        if self.row is not None:
            parts.append(f"row {self.row}")
        if self.column is not None:
            parts.append(f"column {self.column}")
        return ", ".join(parts) + (f" ({self.cell})" if self.cell else "")


class Unreadable(Exception):  # noqa: N818  a fault of the file, named for what it is
    """The file is no workbook that can be read; its one fault says why."""


class Sheet(NamedTuple):
    """A sheet as it is read.

    Attributes:
        rows: every row by its number, from 1, with its cells from the first column on.
        broken: cells that cannot be read as the person sees them, by row and column from 1.
        hidden: numbers of rows that are hidden.
        merged: ranges of cells that are merged, as the row and column each begins at.
    """

    name: str
    rows: dict[int, list[Cell]]
    broken: dict[tuple[int, int], str]
    hidden: frozenset[int]
    merged: tuple[tuple[int, int], ...]


def column_letter(column: int) -> str:
    """Return the letters of a column, counted from 1."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def read_sheets(content: bytes, rows_max: int | None = ROWS_MAX) -> dict[str, Sheet]:
    """Return the sheets of a workbook by name.

    Args:
        content: the bytes of the file.
        rows_max: how many rows a sheet may have; any number when absent.

    Raises:
        Unreadable: the bytes are none, or unpack to more than is taken.
    """
    if len(content) > FILE_BYTES_MAX:
        raise Unreadable(f"the file is longer than {FILE_BYTES_MAX} bytes")
    try:
        seen = dict(_looked_at(content))
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            names = [name for name in book.sheet_names if name in seen]
            return {
                name: _sheet(book.get_sheet_by_name(name), seen[name], rows_max) for name in names
            }
    except (CalamineError, zipfile.BadZipFile, KeyError, ValueError, expat.ExpatError) as fault:
        raise Unreadable(
            f"this is no workbook (.xlsx) that can be read: {fault}; save it as .xlsx, unprotected"
        ) from None


def _sheet(sheet: CalamineSheet, seen: "_Seen", rows_max: int | None) -> Sheet:
    rows: dict[int, list[Cell]] = {}
    if sheet.end is not None:
        if rows_max is not None and sheet.end[0] >= rows_max:
            raise Unreadable(f"sheet {sheet.name} has more than {rows_max} rows")
        table = sheet.to_python(skip_empty_area=False)
        rows = {number: list(cells) for number, cells in enumerate(table, start=1)}
    merged = tuple((top[0] + 1, top[1] + 1) for top, _ in sheet.merged_cell_ranges or ())
    return Sheet(sheet.name, rows, seen.broken, frozenset(seen.hidden), merged)


class _Seen:
    """What a sheet's own XML says of cells and rows besides their values."""

    def __init__(self) -> None:
        self.broken: dict[tuple[int, int], str] = {}
        self.hidden: set[int] = set()
        self._at = (0, 0)
        self._is_error = self._has_formula = self._has_value = False
        self._value: list[str] | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        match tag.rpartition(":")[2]:
            case "row" if attributes.get("hidden") in {"1", "true"} and "r" in attributes:
                self.hidden.add(int(attributes["r"]))
            case "c":
                self._at = _position(attributes.get("r", "A1"))
                self._is_error = attributes.get("t") == "e"
                self._has_formula = self._has_value = False
            case "f":
                self._has_formula = True
            case "v" | "is":
                self._has_value, self._value = True, []

    def text(self, text: str) -> None:
        if self._value is not None:
            self._value.append(text)

    def end(self, tag: str) -> None:
        match tag.rpartition(":")[2]:
            case "v" | "is":
                if self._is_error:
                    shown = "".join(self._value or ())
                    self.broken[self._at] = f"the cell shows the error {shown}; mend its formula"
                self._value = None
            case "c" if self._has_formula and not self._has_value:
                self.broken[self._at] = (
                    "the formula was never calculated; open the file in a spreadsheet and save it"
                )


def _looked_at(content: bytes) -> Iterator[tuple[str, _Seen]]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if sum(part.file_size for part in packed.infolist()) > UNPACKED_BYTES_MAX:
            raise Unreadable(f"the file unpacks to more than {UNPACKED_BYTES_MAX} bytes")
        targets: dict[str, str] = {}
        for tag, attributes in _elements(packed.read("xl/_rels/workbook.xml.rels")):
            if tag == "Relationship":
                targets[attributes["Id"]] = attributes["Target"]
        for tag, attributes in _elements(packed.read("xl/workbook.xml")):
            if tag == "sheet":
                link = next(value for key, value in attributes.items() if key.endswith(":id"))
                target = targets[link].lstrip("/")
                path = target if target.startswith("xl/") else f"xl/{target}"
                if "worksheets/" in path:
                    yield attributes["name"], _seen(packed.read(path))


def _seen(content: bytes) -> _Seen:
    seen = _Seen()
    parser = _parser()
    parser.StartElementHandler = seen.start
    parser.EndElementHandler = seen.end
    parser.CharacterDataHandler = seen.text
    parser.Parse(content, True)  # noqa: FBT003  that this is the end of it
    return seen


def _elements(content: bytes) -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []
    parser = _parser()
    parser.StartElementHandler = lambda tag, attributes: found.append(
        (tag.rpartition(":")[2], attributes)
    )
    parser.Parse(content, True)  # noqa: FBT003  that this is the end of it
    return found


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()

    def refuse(*_declared: object) -> None:
        raise ValueError("it declares entities, as no spreadsheet does")

    parser.EntityDeclHandler = refuse
    return parser


def _position(reference: str) -> tuple[int, int]:
    match = re.fullmatch(r"([A-Z]{1,3})([0-9]{1,7})", reference)
    if match is None:
        raise ValueError(f"{reference} names no cell")
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]), column
