"""What is wrong with the file of a history is told by line, and by what it is."""

from datetime import UTC, datetime

import pytest

from workflows.history_file import COLUMNS, read_history

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
HEADER = ",".join(COLUMNS)
GOOD = "1,A-1,First,lifecycle,created,,Draft,2020-01-01,ana,,,"


def kinds(*lines: str, header: str = HEADER) -> list[tuple[int, str]]:
    content = "\n".join((header, *lines)).encode(errors="surrogateescape")
    return [(fault.line, fault.kind) for fault in read_history(content, NOW).faults]


def test_a_sound_file_has_no_faults() -> None:
    file = read_history(f"\ufeff{HEADER}\r\n{GOOD}\r\n\r\n".encode(), NOW)
    assert file.faults == []
    assert [(row.seq, row.case, row.line) for row in file.rows] == [(1, "A-1", 2)]
    assert file.rows[0].moment == datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("x,A-1,T,field,note_set,,,2020-01-01,ana,,,", "bad_seq"),
        (",A-1,T,field,note_set,,,2020-01-01,ana,,,", "bad_seq"),
        ("0,A-1,T,field,note_set,,,2020-01-01,ana,,,", "bad_seq"),
        ("-2,A-1,T,field,note_set,,,2020-01-01,ana,,,", "bad_seq"),
        ("1,A-1,T,field,note_set,,,2020-01-01,ana,,,", "repeated_seq"),
        ("2,,T,field,note_set,,,2020-01-01,ana,,,", "bad_case"),
        ("2,A/1,T,field,note_set,,,2020-01-01,ana,,,", "bad_case"),
        ("2,A-1,T,field,note_set,,,yesterday,ana,,,", "unparseable_date"),
        ("2,A-1,T,field,note_set,,,,ana,,,", "unparseable_date"),
        ("2,A-1,T,field,note_set,,,2020-02-30,ana,,,", "unparseable_date"),
        ("2,A-1,T,field,note_set,,,2020-01-01T10:00:00,ana,,,", "unparseable_date"),
        ("2,A-1,T,field,note_set,,,2026-01-05T09:00:01Z,ana,,,", "after_now"),
        ('2,A-1,T,field,note_set,,,2020-01-01,ana,,,"{""to"":"', "bad_attrs"),
        ("2,A-1,T,field,note_set,,,2020-01-01,ana,,,[1]", "bad_attrs"),
        ('2,A-1,T,field,note_set,,,2020-01-01,ana,,,"{""to"":NaN}"', "bad_attrs"),
        ('2,A-1,T,field,note_set,,,2020-01-01,ana,,,"{""to"":1,""to"":2}"', "bad_attrs"),
        ('2,A-1,T,field,note_set,,,2020-01-01,ana,,,"{""to"":""\\u0007""}"', "bad_attrs"),
        (f"2,A-1,{'T' * 501},field,note_set,,,2020-01-01,ana,,,", "too_long"),
        ("2,A-1,T\x07,field,note_set,,,2020-01-01,ana,,,", "malformed"),
        ("2,A-1,T\0,field,note_set,,,2020-01-01,ana,,,", "malformed"),
        ("2,A-1,T,field", "malformed"),
        ("2,A-1,T,field,note_set,,,2020-01-01,ana,,,,", "malformed"),
        ('2,"A"-1,T,field,note_set,,,2020-01-01,ana,,,', "malformed"),
        ("2,A-1,T\udcff,field,note_set,,,2020-01-01,ana,,,", "unreadable_encoding"),
    ],
)
def test_each_fault_of_a_row_has_a_name_and_a_line(line: str, kind: str) -> None:
    assert kinds(GOOD, line) == [(3, kind)]


def test_the_last_moment_allowed_is_now() -> None:
    assert kinds("1,A-1,T,lifecycle,created,,Draft,2026-01-05T09:00:00Z,ana,,,") == []


def test_a_row_over_several_lines_is_named_by_its_first() -> None:
    assert kinds('1,A-1,"First\nline",lifecycle,created,,Draft,2020-01-01,ana,,,', "x") == [
        (4, "malformed")
    ]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (HEADER.replace("seq,", ""), [(1, "missing_column")]),
        (f"{HEADER},extra", [(1, "unknown_column")]),
        (f"{HEADER},seq", [(1, "unknown_column")] * 2),
    ],
)
def test_a_file_without_its_columns_has_no_rows(
    header: str, expected: list[tuple[int, str]]
) -> None:
    assert kinds(GOOD, header=header) == expected


def test_an_empty_file_lacks_every_column() -> None:
    file = read_history(b"", NOW)
    assert [fault.kind for fault in file.faults] == ["missing_column"] * len(COLUMNS)
    assert not file.readable


def test_columns_may_stand_in_any_order() -> None:
    cells = dict(zip(COLUMNS, GOOD.split(","), strict=True))
    turned = tuple(reversed(COLUMNS))
    content = f"{','.join(turned)}\n{','.join(cells[name] for name in turned)}\n"
    assert read_history(content.encode(), NOW).rows[0].case == "A-1"


def test_seq_is_the_order_whatever_the_lines_say() -> None:
    second = "2,A-1,T,status,status_changed,Draft,Final,2019-01-01,ana,,,"
    content = "\n".join((HEADER, second, GOOD)).encode()
    assert [row.seq for row in read_history(content, NOW).rows] == [1, 2]
