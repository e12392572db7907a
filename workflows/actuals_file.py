"""Reading a file of actual costs.

The file is CSV in UTF-8 with a header; a byte order mark is passed over.

==============  ===================================================================================
column          holds
==============  ===================================================================================
``code``        the project
``period``      as its policy writes periods, for example ``FY2027-Q1``
``kind``        one of its policy's kinds of money
``amount``      0 or more, as a plain number: ``1250.00``
``currency``    optional; the policy's planning currency where it is empty
``date``        optional; a moment with its offset, or a date: the beginning of that day here
``source_ref``  optional; what the row is called where it comes from
==============  ===================================================================================
"""

import csv
import io
from collections.abc import Iterator

from pydantic import TypeAdapter, ValidationError

from domain.base import Text
from workflows.history_file import RowFault

REQUIRED = ("code", "period", "kind", "amount")
COLUMNS = (*REQUIRED, "currency", "date", "source_ref")
CHARACTERS_MAX = 200
_TEXT: TypeAdapter[str] = TypeAdapter(Text)

Cells = dict[str, str]
"""What a row holds, by column."""


def read_actuals(content: bytes) -> tuple[list[tuple[int, Cells]], list[RowFault], bool]:
    """Return the rows of a file by line, the faults of the others, and whether it is such a table.

    Args:
        content: the bytes of the file.
    """
    # Bytes that are no UTF-8 stay in the text as marks, so that their lines can be named.
    text = content.removeprefix(b"\xef\xbb\xbf").decode(errors="surrogateescape")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, Cells]] = []
    faults: list[RowFault] = []
    header: list[str] | None = None
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            break
        except csv.Error as fault:
            faults.append(RowFault(line=line, kind="malformed", why=f"this is not CSV: {fault}"))
            continue
        if header is None:
            header = [name.strip() for name in record]
            if found := list(_header_faults(header)):
                return [], found, False
        elif any(record):
            why = _record_fault(record, header)
            if why is None:
                cells = dict(zip(header, (cell.strip() for cell in record), strict=True))
                rows.append((line, cells))
            else:
                faults.append(RowFault(line=line, kind="malformed", why=why))
    if header is None:
        return [], [*faults, *_header_faults([])], False
    return rows, faults, True


def _header_faults(header: list[str]) -> Iterator[RowFault]:
    for name in REQUIRED:
        if name not in header:
            yield RowFault(line=1, kind="missing_column", why=f"there is no column {name}")
    for name in dict.fromkeys(header):
        if name not in COLUMNS or header.count(name) > 1:
            shown = name.encode(errors="replace").decode()[:60]
            known = "twice" if name in COLUMNS else "unknown"
            yield RowFault(line=1, kind="unknown_column", why=f"column {shown!r} is {known}")


def _record_fault(record: list[str], header: list[str]) -> str | None:
    if len(record) != len(header):
        return f"{len(record)} fields where there are {len(header)} columns"
    for name, text in zip(header, record, strict=True):
        if any("\udc80" <= character <= "\udcff" for character in text):
            return f"{name} is not UTF-8; save the file as UTF-8"
        if len(text) > CHARACTERS_MAX:
            return f"{name} has {len(text)} characters; {CHARACTERS_MAX} are allowed"
        try:
            _TEXT.validate_python(text)
        except ValidationError:
            return f"{name} holds a control character"
    return None
