"""Erasing and holding over HTTP and at the command line; pages say who is erased."""

from contextlib import closing
from pathlib import Path

import pytest

from tests.api.conftest import PROJECT, REVIEW, Bridge, made, refused, serving, shown
from tests.api.hushed import MARKS, Hushed
from tests.api.test_cli import Line
from workflows.store.sqlite import open_log

BASIS = {"basis": "GDPR Art. 17(1)(a)"}


def test_the_office_erases_somebody_and_everybody_sees_that(bridge: Bridge) -> None:
    bridge.opened()
    made(bridge.vote("finance", comment="Too dear."))
    ben = bridge.ids["finance"]
    refused(bridge.pm.post(f"/people/{ben}/erasure", BASIS), 403, "not_permitted")
    answer = bridge.office.post(f"/people/{ben}/erasure", BASIS)
    position = made(answer)["position"]
    person = shown(bridge.pm.get(f"/people/{ben}", min_position=position))["person"]
    assert person == {"id": ben, "name": None, "erased": True}
    review = bridge.pm.get(REVIEW, min_position=position)
    assert "Too dear." not in review.text
    assert '"erased":true' in review.text
    trail = bridge.office.get("/trail", min_position=position).json()["trail"]
    assert (trail[0]["topic"], trail[0]["data"]) == ("person.erased/1", BASIS)


def test_a_hold_is_placed_named_and_lifted(bridge: Bridge) -> None:
    on = f"project:{PROJECT}"
    bridge.opened()
    made(bridge.vote("finance", comment="Too dear."))
    hold = {"on": on, "reference": "Case 12", "reason": "A claim."}
    refused(bridge.pm.post("/holds", hold), 403, "not_permitted")
    assert made(bridge.office.post("/holds", hold))["hold"] == 1
    placed = {"on": on, "hold": 1, "reference": "Case 12"}
    assert shown(bridge.pm.get("/holds"))["holds"] == [placed]
    problem = refused(
        bridge.office.post(f"/people/{bridge.ids['finance']}/erasure", BASIS), 409, "on_hold"
    )
    assert problem["detail"] == f"{on} is under legal hold 1, Case 12"
    lifting = {"on": on, "hold": 1, "reason": "Settled."}
    before = made(bridge.office.post("/holds/lifting", lifting))["position"] - 1
    assert shown(bridge.pm.get("/holds"))["holds"] == []
    assert shown(bridge.pm.get("/holds", as_of=before))["holds"] == [placed]
    made(bridge.office.post(f"/people/{bridge.ids['finance']}/erasure", BASIS))


def test_a_hold_on_what_is_hidden_is_hidden(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        office = Hushed(served).found().lived()
        hidden = {"on": "project:HUSH-7", "reference": "Case 1", "reason": "So."}
        problem = refused(office.olga.post("/holds", hidden), 404, "not_known")
        unknown = refused(
            office.olga.post("/holds", hidden | {"on": "project:NONE-7"}), 404, "not_known"
        )
        assert problem["detail"].replace("HUSH", "NONE") == unknown["detail"]
        admin = served.caller("Olga", "office", "auditor")
        made(admin.post("/holds", hidden))
        assert len(shown(admin.get("/holds"))["holds"]) == 1
        for path in ("/holds", "/trail"):
            text = office.olga.get(path).text
            assert not [mark for mark in MARKS if mark in text]
        for person in office.ids.values():
            answer = office.olga.post(f"/people/{person}/erasure", BASIS)
            assert not [mark for mark in MARKS if mark in answer.text]


@pytest.fixture
def quorate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Line:
    line = Line(tmp_path / "data", capsys)
    assert line("init", "--actor", "Olga").code == 0
    assert line("people", "register", "Ben", "--email", "ben@x.example").code == 0
    return line


def test_who_registers_somebody_by_their_first_act_is_somebody_else(quorate: Line) -> None:
    told = quorate("people", "register", "Cem", "--actor", "Never seen")
    cem = told.out.split(" is ")[1].strip(". \n")
    with closing(open_log(quorate.data, writable=False)) as log:
        (registered,) = log.stream(f"person:{cem}")
    assert registered.event.by != cem


def test_the_command_line_erases_and_holds(quorate: Line) -> None:
    who = quorate("privacy", "erase", "ben@x.example", "--basis", "none given", "--json").json
    subject = f"person:{who['person']}"
    assert quorate(
        "privacy", "hold", subject, "--reference", "Case 1", "--reason", "x"
    ).out.startswith(f"{subject} is under legal hold 1, Case 1.")
    assert quorate("privacy", "holds", "--json").json["holds"][0]["on"] == subject
    told = quorate("privacy", "erase", who["person"], "--basis", "again")
    assert (told.code, "is under legal hold 1, Case 1" in told.err) == (1, True)
    assert quorate("privacy", "lift", subject, "1", "--reason", "y").code == 0
    told = quorate("privacy", "erase", who["person"], "--basis", "again")
    assert (told.code, "Run `quorate backup`" in told.err) == (0, True), told.err
    verified = quorate("verify")
    assert (verified.code, "2 private values are erased" in verified.out) == (0, True)
