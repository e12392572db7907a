"""Reading the file of a history: a table of what happened to which case, in which order.

The file is CSV in UTF-8 with a header and exactly these columns; a byte order mark is passed over.

===============  ==================================================================================
column           holds
===============  ==================================================================================
``seq``          order of recording: a whole number above 0, each once; time never reorders
``case_id``      the case; it becomes the code of a project
``title``        its title at that row; empty leaves it as it is
``kind``         ``lifecycle``, ``status``, or what else there is to know: ``field``, ``evidence``…
``activity``     ``created``, ``accepted``, ``removed`` for a lifecycle; else what was done
``status_from``  the status before, where it is known
``status_to``    the status after; a label of one of the policy's phases, in any case
``timestamp``    ISO 8601 with offset; a bare date is the first moment of that day in UTC
``actor``        who recorded it there, not always who decided; names become people
``pr``           where it was discussed, if known
``source_ref``   where the row comes from
``attrs``        JSON object of further facts: ``to`` and ``from`` of a field, ``url`` of evidence
===============  ==================================================================================

Pure: the same bytes at the same moment always read the same, and every fault is named by its line.
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from domain.base import INTEGER_MAX, Code, Json, Text, Value

COLUMNS = (
    "seq", "case_id", "title", "kind", "activity", "status_from", "status_to", "timestamp",
    "actor", "pr", "source_ref", "attrs",
)  # fmt: skip
CHARACTERS_MAX = {
    "seq": 10, "case_id": 48, "title": 500, "kind": 60, "activity": 60, "status_from": 100,
    "status_to": 100, "timestamp": 40, "actor": 200, "pr": 200, "source_ref": 500, "attrs": 16_000,
}  # fmt: skip
"""Longest content of each column, in characters."""

ATTRIBUTE_CHARACTERS_MAX = 4_000
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CODE: TypeAdapter[str] = TypeAdapter(Code)
_TEXT: TypeAdapter[str] = TypeAdapter(Text)


class RowFault(Value):
    """What keeps a row, or the whole file, from being imported.

    Attributes:
        line: line of the file, counted from 1, on which the row begins; 1 is the header.
        kind: name of the fault, for machines.
        why: what is wrong, for people.
    """

    line: int
    kind: str
    why: str


class Row(NamedTuple):
    """One row that can be read.

    Attributes:
        line: line of the file on which it begins.
        moment: its timestamp, in UTC.
        attrs: its attributes as text; lists joined by commas.
        written: every column as written, in the order of `COLUMNS`.
    """

    line: int
    seq: int
    case: str
    moment: datetime
    attrs: dict[str, str]
    written: tuple[str, ...]

    def column(self, name: str) -> str:
        """Return what a column holds, without space at its ends."""
        return self.written[COLUMNS.index(name)].strip()

    @property
    def content(self) -> dict[str, Json]:
        """Return everything the row says, by which it is known again."""
        return {name: text for name, text in zip(COLUMNS, self.written, strict=True) if text}


class HistoryFile(NamedTuple):
    """What a file holds.

    Attributes:
        rows: the rows that can be read, in the order of ``seq``.
        faults: what is wrong with the others.
        readable: whether it is such a table at all; otherwise there are no rows to speak of.
    """

    rows: list[Row]
    faults: list[RowFault]
    readable: bool = True


class _Unreadable(Exception):  # noqa: N818  becomes a fault of the row
    def __init__(self, kind: str, why: str) -> None:
        super().__init__(why)
        self.kind = kind


def read_history(content: bytes, now: datetime) -> HistoryFile:
    """Read a file and check every row of it, as far as that can be done without a policy.

    Args:
        content: the bytes of the file.
        now: no row can be later than this.
    """
    # Bytes that are no UTF-8 stay in the text as marks, so that their lines can be named.
    text = content.removeprefix(b"\xef\xbb\xbf").decode(errors="surrogateescape")
    records = _records(text)
    header = next(records, (1, []))[1]
    faults = list(_header_faults(header))
    if faults:
        return HistoryFile([], faults, readable=False)
    order = [header.index(name) for name in COLUMNS]
    rows: dict[int, Row] = {}
    for line, record in records:
        try:
            row = _row(line, record, order, now)
            if row.seq in rows:
                first = rows[row.seq].line
                raise _Unreadable("repeated_seq", f"seq {row.seq} stands on line {first} already")
            rows[row.seq] = row
        except _Unreadable as fault:
            faults.append(RowFault(line=line, kind=fault.kind, why=str(fault)))
    return HistoryFile([rows[seq] for seq in sorted(rows)], faults)


def _records(text: str) -> Iterator[tuple[int, list[str] | str]]:
    """Yield each record, or what is wrong with it, with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            yield line, f"this is not CSV: {fault}"
            continue
        if record:
            yield line, record


def _header_faults(header: list[str] | str) -> Iterator[RowFault]:
    names = [] if isinstance(header, str) else header
    for name in COLUMNS:
        if name not in names:
            yield RowFault(line=1, kind="missing_column", why=f"there is no column {name}")
    for name in names:
        if name not in COLUMNS or names.count(name) > 1:
            shown = name.encode(errors="replace").decode()[:60]
            known = "twice" if name in COLUMNS else "unknown"
            yield RowFault(line=1, kind="unknown_column", why=f"column {shown!r} is {known}")


def _row(line: int, record: list[str] | str, order: list[int], now: datetime) -> Row:
    if isinstance(record, str):
        raise _Unreadable("malformed", record)
    if len(record) != len(COLUMNS):
        count = len(record)
        raise _Unreadable("malformed", f"{count} fields where there are {len(COLUMNS)} columns")
    written = tuple(record[place] for place in order)
    for name, text in zip(COLUMNS, written, strict=True):
        _require_text(name, text)
    cells = dict(zip(COLUMNS, (text.strip() for text in written), strict=True))
    moment = _moment(cells["timestamp"])
    if moment > now:
        raise _Unreadable("after_now", f"{cells['timestamp']} has not come yet")
    return Row(
        line=line,
        seq=_seq(cells["seq"]),
        case=_case(cells["case_id"]),
        moment=moment,
        attrs=_attrs(cells["attrs"]),
        written=written,
    )


def _require_text(name: str, text: str) -> None:
    if any("\udc80" <= character <= "\udcff" for character in text):
        raise _Unreadable("unreadable_encoding", f"{name} is not UTF-8; save the file as UTF-8")
    if len(text) > CHARACTERS_MAX[name]:
        most = CHARACTERS_MAX[name]
        raise _Unreadable("too_long", f"{name} has {len(text)} characters; {most} are allowed")
    try:
        _TEXT.validate_python(text.strip())
    except ValidationError:
        raise _Unreadable("malformed", f"{name} holds a control character") from None


def _seq(text: str) -> int:
    if not re.fullmatch("[0-9]{1,10}", text) or not 0 < int(text) <= INTEGER_MAX:
        shown = text[:20] or "nothing"
        raise _Unreadable("bad_seq", f"seq is a whole number above 0, not {shown}")
    return int(text)


def _case(text: str) -> str:
    try:
        return _CODE.validate_python(text)
    except ValidationError as fault:
        why = fault.errors()[0]["msg"].removeprefix("Value error, ")
        raise _Unreadable("bad_case", f"case_id {text!r} cannot be a code: {why}") from None


def _moment(text: str) -> datetime:
    try:
        if _DATE.fullmatch(text):
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise _Unreadable(
        "unparseable_date",
        f"{text[:40] or 'nothing'} is no moment; write 2026-11-22T09:30:00+01:00 or 2026-11-22",
    )


def _attrs(text: str) -> dict[str, str]:
    if not text:
        return {}
    try:
        pairs = json.loads(
            text,
            object_pairs_hook=_once,
            parse_int=str,
            parse_float=str,
            parse_constant=_no_constant,
        )
    except (ValueError, RecursionError) as fault:
        raise _Unreadable("bad_attrs", f"attrs is no JSON object: {fault}") from None
    if not isinstance(pairs, dict):
        raise _Unreadable("bad_attrs", "attrs is JSON, but no object")
    found = {name: _plain(value) for name, value in pairs.items()}
    for name, value in found.items():
        try:
            _TEXT.validate_python(name + value)
        except ValidationError:
            raise _Unreadable("bad_attrs", f"attrs.{name!r} holds a control character") from None
        if len(value) > ATTRIBUTE_CHARACTERS_MAX:
            raise _Unreadable("too_long", f"attrs.{name} has {len(value)} characters")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key stands there twice")
    return dict(pairs)


def _no_constant(text: str) -> str:
    raise ValueError(f"{text} is no JSON")


def _plain(value: Any) -> str:
    """Return a value of JSON as text: lists of texts joined by commas, null as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value)
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
