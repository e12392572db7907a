"""Exports: every row that the question has, and a digest, count and totals that prove them."""

import csv
import io
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from api.cli import main
from api.export_files import read_export, to_csv, to_xlsx
from api.export_table import FORMS, Table, complaints, row_of
from tests.api.conftest import REVIEW, Bridge, refused
from workflows.book_cells import read_sheets

NASTY = (
    "=1+1", "+49 30", "-", "@SUM(A1)", "'quoted", "#about", "\tindented", "a, b", 'say "no"',
    "two\nlines", "_x0041_", " spaces ", "\u202egnirts", "\U0001f600", "4711", "1e5", "true",
)  # fmt: skip


def table_of(*titles: str, requested: str = "1250.50") -> Table:
    rows = tuple(
        row_of(
            "register",
            {
                "code": f"P-{number}", "title": title, "portfolio": "CAP", "phase": "idea",
                "standing": "proposed", "requested": requested, "currency": "EUR",
            },
        )
        for number, title in enumerate(titles)
    )  # fmt: skip
    filters = (("portfolio", "=CAP"),)
    return Table("register", filters, "2026-01-01T00:00:00.000000Z", 7, "works.example", rows)


@pytest.mark.parametrize("write", [to_csv, to_xlsx])
def test_a_table_comes_back_as_it_was_written(write: Any) -> None:
    table = table_of(*NASTY)
    found, said = read_export(write(table))
    assert found == table
    assert complaints(found, said) == []


@pytest.mark.parametrize(
    "amount", ["0", "-0.01", "0.1", "1234567890123.45", "999999999999999999.99"]
)
@pytest.mark.parametrize("write", [to_csv, to_xlsx])
def test_amounts_come_back_exactly(write: Any, amount: str) -> None:
    found, said = read_export(write(table_of("A", requested=amount)))
    assert found.rows[0][8] == amount
    assert complaints(found, said) == []


def test_no_cell_of_a_csv_is_taken_for_a_formula() -> None:
    text = to_csv(table_of(*NASTY)).decode("utf-8-sig")
    records = list(csv.reader(io.StringIO(text, newline="")))
    assert {len(record) for record in records} == {len(FORMS["register"].columns)}
    cells = [cell for record in records for cell in record]
    assert not [cell for cell in cells if cell[:1] in {"=", "+", "-", "@", "\t", "\r"}]


def test_no_cell_of_a_workbook_is_a_formula() -> None:
    sheets = read_sheets(to_xlsx(table_of(*NASTY)))
    assert [row[1] for row in sheets["Rows"].rows.values()][1:] == list(NASTY)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"P-1,Bridge", b"P-1,Fridge"),
        (b"1250.5,EUR", b"1250.6,EUR"),
        (b"P-1,Bridge,CAP,idea,,proposed,,,1250.5,EUR\r\n", b""),
        (b"total requested EUR,2501", b"total requested EUR,2502"),
        (b"position,7", b"position,8"),
        (b"filter portfolio,'=CAP", b"filter portfolio,OPS"),
        (b"#about,rows,2", b"#about,rows,3"),
    ],
)
def test_whatever_was_changed_in_a_file_is_found(old: bytes, new: bytes) -> None:
    content = to_csv(table_of("Dam", "Bridge"))
    assert old in content
    table, said = read_export(content.replace(old, new))
    assert complaints(table, said)


class Told(NamedTuple):
    code: int | str | None
    out: str
    err: str


class Quorate(NamedTuple):
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str) -> Told:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        told = self.capsys.readouterr()
        return Told(ended.value.code or 0, told.out, told.err)


@pytest.fixture
def quorate(capsys: pytest.CaptureFixture[str]) -> Quorate:
    return Quorate(capsys)


def kept(folder: Path, name: str, content: bytes) -> str:
    path = folder / name
    path.write_bytes(content)
    return str(path)


def test_every_export_over_http_holds_alone_and_against_the_log(
    bridge: Bridge, quorate: Quorate, tmp_path: Path
) -> None:
    bridge.opened()
    for seat in ("chair", "finance", "works", "safety"):
        bridge.vote(seat)
    assert bridge.members["chair"].post(f"{REVIEW}/ruling", {}).status_code == 201
    for name in ("register", "portfolio", "decisions"):
        for form in ("csv", "xlsx"):
            answer = bridge.pm.get(f"/exports/{name}.{form}")
            assert answer.status_code == 200, answer.text
            position = answer.headers["quorate-position"]
            assert f'filename="{name}-{position}.{form}"' in answer.headers["content-disposition"]
            table, said = read_export(answer.content)
            assert complaints(table, said) == []
            assert str(table.position) == position
            file = kept(tmp_path, f"{name}.{form}", answer.content)
            data = str(bridge.served.directory)
            told = quorate("check-export", file, "--data", data)
            assert (told.code, told.err) == (0, ""), told
            assert "the log says the same" in told.out
    decisions, _ = read_export(bridge.pm.get("/exports/decisions.csv").content)
    assert [row[7] for row in decisions.rows] == ["approve"]


def test_an_export_is_narrowed_and_looks_back_as_the_register_does(bridge: Bridge) -> None:
    first = bridge.pm.get("/projects").json()["position"]
    bridge.pm.post("/projects", {"portfolio": "CAP", "code": "DAM", "title": "=A dam"})
    now, _ = read_export(bridge.pm.get("/exports/register.xlsx").content)
    then, _ = read_export(bridge.pm.get("/exports/register.xlsx", as_of=first).content)
    none, said = read_export(bridge.pm.get("/exports/register.csv", phase="build").content)
    assert [len(table.rows) for table in (now, then, none)] == [2, 1, 0]
    assert (then.position, none.filters) == (first, (("phase", "build"),))
    assert complaints(none, said) == []
    assert now.totals == {"requested EUR": "1200000", "rows proposed": "2"}


def test_who_may_not_read_may_not_export_and_a_strange_filter_is_refused(bridge: Bridge) -> None:
    nobody = bridge.served.bearing(None)
    refused(nobody.get("/exports/register.csv"), 401, "not_signed_in")
    refused(bridge.pm.get("/exports/register.csv", colour="red"), 422, "invalid_request")
    refused(bridge.pm.get("/exports/register.pdf"), 422, "invalid_request")
    refused(bridge.pm.get("/exports/portfolio.csv", portfolio="NONE"), 404, "not_known")


def test_a_changed_export_fails_alone_and_a_forged_one_against_the_log(
    bridge: Bridge, quorate: Quorate, tmp_path: Path
) -> None:
    content = bridge.pm.get("/exports/register.csv").content
    changed = kept(tmp_path, "changed.csv", content.replace(b"1200000", b"1300000", 1))
    told = quorate("check-export", changed)
    assert told.code == 1
    assert "total requested EUR" in told.err
    table, _ = read_export(content)
    row = tuple("A tunnel" if cell == "A bridge" else cell for cell in table.rows[0])
    forged = kept(tmp_path, "forged.xlsx", to_xlsx(table._replace(rows=(row,))))
    assert quorate("check-export", forged).code == 0
    told = quorate("check-export", forged, "--data", str(bridge.served.directory))
    assert told.code == 1
    assert "the file has and the log lacks" in told.err


def test_the_command_line_exports_what_http_does(
    bridge: Bridge, quorate: Quorate, tmp_path: Path
) -> None:
    file = str(tmp_path / "register.csv")
    data = str(bridge.served.directory)
    told = quorate("export", "register", "-o", file, "--data", data, "--only", "portfolio=CAP")
    assert told.code == 0, told
    answer = bridge.pm.get("/exports/register.csv", portfolio="CAP")
    assert Path(file).read_bytes() == answer.content
    for wrong in (("registry", "-o", file), ("register", "-o", "x.pdf")):
        assert quorate("export", *wrong, "--data", data).code != 0
    told = quorate("export", "register", "-o", file, "--data", data, "--only", "colour=red")
    assert "is not narrowed by colour" in told.err
    no_export = kept(tmp_path, "no.csv", b"a,b\r\n1,2\r\n")
    assert "no export that can be checked" in quorate("check-export", no_export).err
