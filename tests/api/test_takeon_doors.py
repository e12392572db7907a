"""Taking an office on through both doors: template, check, two people, and what is shown."""

from pathlib import Path

import pytest

from api import door
from api.clock import new_key
from domain.act import Act
from tests.api.conftest import Served, made, refused, serving, shown
from tests.api.test_exports import Quorate, kept
from tests.money_examples import MONEY_POLICY
from tests.workflows.takeon_books import book_of, planted, written
from workflows.book_file import read_book
from workflows.presets import PRESETS


@pytest.fixture
def quorate(capsys: pytest.CaptureFixture[str]) -> Quorate:
    return Quorate(capsys)


@pytest.mark.parametrize("preset", PRESETS)
def test_the_example_of_every_preset_is_a_book_without_faults(
    quorate: Quorate, tmp_path: Path, preset: str
) -> None:
    data, book = str(tmp_path / "data"), tmp_path / "book.xlsx"
    assert quorate("take-on", "--template", preset, "-o", str(book)).code == 0
    quorate("init", "--data", data, "--actor", "Olga")
    assert quorate("policy", "adopt", preset, "--data", data, "--actor", "Olga").code == 0
    told = quorate("take-on", str(tmp_path / "book-example.xlsx"), "--check", "--data", data)
    assert (told.code, told.err) == (0, ""), told
    assert "Nothing is wrong with it. Nothing was written." in told.out
    empty = {(fault.sheet, fault.kind) for fault in read_book(book.read_bytes()).faults}
    assert empty == {("About", "missing")}


def test_two_people_take_two_hundred_projects_on_at_the_command_line(
    quorate: Quorate, tmp_path: Path
) -> None:
    data, policy = str(tmp_path / "data"), kept(tmp_path, "works.yaml", MONEY_POLICY.encode())
    book = kept(tmp_path, "book.xlsx", written(book_of(200)))
    quorate("init", "--data", data, "--actor", "Olga")
    quorate("policy", "adopt", policy, "--data", data, "--actor", "Olga")
    told = quorate("take-on", book, "--data", data, "--actor", "Olga")
    assert (told.code, told.err) == (0, ""), told
    digest = told.out.split("Book ")[1].split()[0]
    assert "PF0        FY2027  capex  EUR   67,000.00  67,000.00" in told.out
    told = quorate("take-on", "--confirm", digest, "--data", data, "--actor", "Olga")
    assert told.code == 1
    assert "who prepared a book does not confirm it" in told.err
    told = quorate("take-on", "--confirm", digest, "--data", data, "--actor", "Petra")
    assert (told.code, told.err) == (0, ""), told
    assert "Projects           200" in told.out
    told = quorate("take-on", book, "--data", data, "--actor", "Olga")
    assert "is confirmed and counts already. Nothing changed." in told.out
    assert "200 projects at position" in quorate("status", "--data", data).out
    trail = quorate("trail", "P-001", "--data", data).out
    assert "project.taken_over" in trail
    assert quorate("recheck", "--data", data).code == 0


def test_three_planted_faults_are_told_by_sheet_row_and_column(
    quorate: Quorate, tmp_path: Path
) -> None:
    data, policy = str(tmp_path / "data"), kept(tmp_path, "works.yaml", MONEY_POLICY.encode())
    rows = planted(book_of(200), "Projects", 3, Phase="bulding")
    rows = planted(rows, "Open conditions", 2, Due="31.06.2026")
    book = kept(tmp_path, "book.xlsx", written(planted(rows, "Projects", 6, Code="P-001")))
    quorate("init", "--data", data, "--actor", "Olga")
    quorate("policy", "adopt", policy, "--data", data, "--actor", "Olga")
    before = quorate("status", "--data", data).out
    told = quorate("take-on", book, "--data", data, "--actor", "Olga")
    assert told.code == 1
    for line in (
        "Projects, row 3, column Phase (D3): unknown_phase:",
        "Projects, row 6, column Code (A6): double_code: code P-001 is there twice",
        "Open conditions, row 2, column Due (E2): bad_date: there is no day 31.06.2026",
        "faults; nothing was written.",
    ):
        assert line in told.err
    assert quorate("status", "--data", data).out == before


def test_a_template_is_never_written_over_a_file(quorate: Quorate, tmp_path: Path) -> None:
    book = kept(tmp_path, "book.xlsx", b"mine")
    told = quorate("take-on", "--template", "two-gate", "-o", book)
    assert told.code != 0
    assert "is there already" in told.err
    assert Path(book).read_bytes() == b"mine"
    for wrong in ((), (book, "--template", "two-gate"), ("--template", "two-gate"), ("--check",)):
        assert "say one of" in quorate("take-on", *wrong).err


def test_a_second_person_confirms_over_http(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        olga, petra = served.caller("Olga", "office"), served.caller("Petra", "administrator")
        member = served.caller("Max")
        made(olga.post("/office", {"title": "Works"}))
        made(olga.post("/policies", {"text": MONEY_POLICY}))
        house = served.house
        prepared = house.takeons.prepare(written(book_of(4)), _act_of(served, "Olga"))
        path = f"/take-ons/{prepared.book}"
        refused(member.get(path), 403, "not_permitted")
        refused(petra.get(f"/take-ons/{'0' * 64}"), 404, "not_known")
        seen = shown(petra.get(path))["take_on"]
        assert (seen["status"], seen["prepared_by"]["name"]) == ("prepared", "Olga")
        assert prepared.totals is not None
        assert seen["totals"] == prepared.totals.as_json()
        refused(member.post(f"{path}/confirmation"), 403, "not_permitted")
        refused(olga.post(f"{path}/confirmation"), 403, "not_your_own")
        answer = petra.post(f"{path}/confirmation")
        assert answer.status_code == 200, answer.text
        position = answer.json()["position"]
        seen = shown(member.get("/projects/P-001", min_position=position))["project"]
        assert seen["phase"] == "idea"
        assert seen["taken_over"]["manager"]["name"] == "Person 0"
        assert seen["taken_over"]["minutes"] == "2025/12, item 0"
        (condition,) = shown(member.get("/projects/P-001/conditions"))["conditions"]
        assert (condition["words"], condition["ruling"]) == ("Staff P-001.", None)
        (baseline,) = shown(member.get("/projects/P-001/baselines"))["baselines"]
        assert baseline["promise"]["total"]["amount"] == "1000.50"
        texts = [entry["texts"] for entry in shown(member.get("/trail"))["trail"]]
        assert not [one for one in texts if "book" in one or "email" in one]
        refused(petra.post(f"{path}/confirmation"), 409, "not_now")


def _act_of(served: Served, name: str) -> Act:
    person = served.issuer.verify(served.issuer.issue_token(name, ("office",)))
    return door.act_of(served.house, person, new_key())
