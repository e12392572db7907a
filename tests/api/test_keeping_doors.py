"""Retention and disposal over HTTP and at the command line."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import PROJECT, REVIEW, Bridge, made, refused, serving, shown
from tests.api.hushed import MARKS, Hushed
from tests.api.test_cli import Line
from tests.story import Story
from workflows.projects import WithdrawProject

TALK = {"name": "talk", "kind": "review_words", "begins": "ruled", "months": 12, "basis": "Rule 7"}
SUBJECT = f"review:{PROJECT}/g1/1"
RECORD = {"subject": SUBJECT, "under": "talk"}


@pytest.fixture
def ruled(bridge: Bridge) -> Bridge:
    """A review with a comment, ruled more than a year ago, and a schedule."""
    bridge.opened()
    for seat in ("chair", "finance", "works", "safety"):
        made(bridge.vote(seat, comment="Too dear."))
    made(bridge.members["chair"].post(f"{REVIEW}/ruling", {}))
    set_to(bridge, [TALK], 0)
    bridge.served.now.ahead = timedelta(days=370)
    bridge.office = bridge.served.caller("Olga", "office")
    bridge.pm = bridge.served.caller("Petra")
    return bridge


def set_to(bridge: Bridge, classes: list[dict[str, Any]], replaces: int) -> int:
    answer = bridge.office.post("/retention", {"classes": classes, "replaces": replaces})
    return int(made(answer)["schedule"])


def test_the_office_sets_a_schedule_and_everybody_sees_it(bridge: Bridge) -> None:
    empty = shown(bridge.pm.get("/retention"))["schedule"]
    assert empty == {"number": 0, "classes": []}
    body = {"classes": [TALK], "replaces": 0}
    refused(bridge.pm.post("/retention", body), 403, "not_permitted")
    position = made(bridge.office.post("/retention", body))["position"]
    found = shown(bridge.pm.get("/retention", min_position=position))["schedule"]
    assert found == {"number": 1, "classes": [TALK]}
    assert shown(bridge.pm.get("/retention", as_of=position - 1))["schedule"] == empty
    refused(bridge.office.post("/retention", body), 412, "stale")
    twice = {"classes": [TALK, TALK], "replaces": 1}
    refused(bridge.office.post("/retention", twice), 422, "malformed")
    refused(
        bridge.office.post("/retention", {"classes": [TALK | {"months": 0}], "replaces": 1}),
        422,
        "invalid_request",
    )


def test_what_is_due_is_listed_by_day_and_says_what_it_is(ruled: Bridge) -> None:
    at = str(shown(ruled.pm.get(REVIEW))["as_of"])[:10]
    answer = shown(ruled.pm.get("/disposals/due"))
    (one,) = answer["due"]
    assert (one["subject"], one["under"], one["basis"], one["files"], one["holds"]) == (
        *(SUBJECT, "talk", "Rule 7", [], []),
    )
    assert len(one["positions"]) == 5, "a pack with its reasons, and four ballots"
    last = one["kept_until"]
    assert last.endswith(at[7:])
    assert shown(ruled.pm.get("/disposals/due", on=last))["due"] == []
    refused(ruled.pm.get("/disposals/due", on="soon"), 422, "invalid_request")


def test_one_proposes_another_approves_and_the_trail_says_both(ruled: Bridge) -> None:
    refused(ruled.pm.post("/disposals", {"records": [RECORD]}), 403, "not_permitted")
    answer = ruled.office.post("/disposals", {"records": [RECORD]})
    assert made(answer)["disposal"] == 1
    assert answer.headers["location"] == "/api/v1/disposals/1"
    problem = refused(ruled.office.post("/disposals/1/approval"), 403, "not_your_own")
    assert "disposal 1 was proposed by you" in problem["detail"]
    second = ruled.served.caller("Otto", "office")
    before = shown(second.get("/disposals/1"))["disposal"]
    assert (before["status"], before["events"], before["settled_by"]) == ("proposed", 5, None)
    assert before["records"][0]["subject"] == SUBJECT
    done = shown_act(second.post("/disposals/1/approval"))
    assert (done["events"], done["destroyed"], done["kept"]) == (5, [], [])
    review = ruled.pm.get(REVIEW, min_position=done["position"])
    assert "Too dear." not in review.text
    after = shown(ruled.pm.get("/disposals"))["disposals"][0]
    assert (after["proposed_by"]["name"], after["settled_by"]["name"]) == ("Olga", "Otto")
    assert shown(ruled.pm.get("/disposals/due"))["due"] == []
    trail = shown(ruled.pm.get("/trail", subject=SUBJECT))["trail"]
    assert [one["topic"] for one in trail[:3]] == [
        *("record.disposed/1", "disposal.approved/1", "disposal.proposed/1"),
    ]
    assert trail[0]["data"]["under"] == "talk"


def shown_act(response: Any) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def test_a_hold_placed_after_the_proposal_blocks_it_by_name(ruled: Bridge) -> None:
    made(ruled.office.post("/disposals", {"records": [RECORD]}))
    on = f"project:{PROJECT}"
    made(ruled.office.post("/holds", {"on": on, "reference": "Case 12", "reason": "A claim."}))
    second = ruled.served.caller("Otto", "office")
    problem = refused(second.post("/disposals/1/approval"), 409, "on_hold")
    assert problem["detail"] == f"{on} is under legal hold 1, Case 12"
    (one,) = shown(ruled.pm.get("/disposals/due"))["due"]
    assert one["holds"] == [{"on": on, "hold": 1, "reference": "Case 12"}]


def test_a_disposal_is_declined_with_a_reason_that_can_be_erased(ruled: Bridge) -> None:
    made(ruled.office.post("/disposals", {"records": [RECORD]}))
    refused(ruled.office.post("/disposals/1/declining", {}), 422, "invalid_request")
    shown_act(ruled.office.post("/disposals/1/declining", {"reason": "The audit is in May."}))
    one = shown(ruled.pm.get("/disposals/1"))["disposal"]
    assert (one["status"], one["reason"]) == ("declined", "The audit is in May.")
    refused(ruled.office.post("/disposals/1/approval"), 409, "step_not_open")
    refused(ruled.pm.get("/disposals/2"), 404, "not_known")
    refused(ruled.office.post("/disposals/2/approval"), 404, "not_known")


def test_the_list_of_what_is_due_comes_in_pages(ruled: Bridge) -> None:
    for number in (2, 3):
        made(ruled.pm.post("/projects", {"portfolio": "CAP", "code": f"P{number}", "title": "P"}))
        shown_act(ruled.pm.post(f"/projects/P{number}/withdrawal", {"reason": "No."}))
    words = TALK | {"name": "words", "kind": "project_words", "begins": "ended", "months": 1}
    set_to(ruled, [TALK, words], 1)
    ruled.served.now.ahead += timedelta(days=40)
    pm = ruled.served.caller("Petra")
    every = [one["subject"] for one in shown(pm.get("/disposals/due"))["due"]]
    assert every == ["project:P2", "project:P3", SUBJECT]
    first = shown(pm.get("/disposals/due", limit=2))
    assert [one["subject"] for one in first["due"]] == every[:2]
    rest = shown(pm.get("/disposals/due", limit=2, cursor=first["next"]))
    assert ([one["subject"] for one in rest["due"]], rest["next"]) == (every[2:], None)


def test_what_is_hidden_is_neither_listed_nor_proposed(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        office = Hushed(served).found().lived()
        classes = [TALK | {"name": "words", "kind": "project_words", "begins": "ended"}, TALK]
        made(office.olga.post("/retention", {"classes": classes, "replaces": 0}))
        served.now.ahead = timedelta(days=800)
        olga, admin = (served.caller("Olga", "office", *more) for more in ((), ("auditor",)))
        for path in ("/disposals/due", "/disposals", "/trail"):
            text = olga.get(path).text
            assert not [mark for mark in MARKS if mark in text], path
        seen = [one["subject"] for one in shown(admin.get("/disposals/due"))["due"]]
        (hidden, *_) = [subject for subject in seen if "HUSH" in subject]
        record = {"subject": hidden, "under": "talk"}
        unknown = record | {"subject": hidden.replace("HUSH", "NONE")}
        problem = refused(olga.post("/disposals", {"records": [record]}), 404, "not_known")
        other = refused(olga.post("/disposals", {"records": [unknown]}), 404, "not_known")
        assert problem["detail"].replace("HUSH", "NONE") == other["detail"]
        made(admin.post("/disposals", {"records": [record]}))
        for path in ("/disposals", "/disposals/1", "/trail"):
            text = olga.get(path).text
            assert not [mark for mark in MARKS if mark in text], path
        refused(olga.post("/disposals/1/approval"), 404, "not_known")


@pytest.fixture
def quorate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Line:
    line = Line(tmp_path / "data", capsys)
    assert line("init", "--actor", "Olga").code == 0
    return line


def test_the_command_line_sets_shows_and_refuses(quorate: Line, tmp_path: Path) -> None:
    assert "everything is kept for ever" in quorate("keeping", "schedule").out
    file = tmp_path / "schedule.json"
    file.write_text(json.dumps({"classes": [TALK]}))
    assert quorate("keeping", "set", str(file)).out.startswith("Schedule 1 is in force")
    assert quorate("keeping", "schedule", "--json").json == {"number": 1, "classes": [TALK]}
    assert "talk" in quorate("keeping", "schedule").out
    for text, why in (
        ("[", "is no schedule"),
        ('{"classes": [{"name": "a"}]}', "classes.0.kind"),
        (json.dumps({"classes": [TALK | {"kind": "evidence"}]}), "is not ruled but ends"),
    ):
        file.write_text(text)
        told = quorate("keeping", "set", str(file))
        assert (told.code, why in told.err) == (1, True), told.err
    assert quorate("keeping", "due", "--json").json == {"due": []}
    told = quorate("keeping", "due", "--on", "soon")
    assert (told.code, "soon is no date" in told.err) == (1, True)
    for words, why in (
        ((), "name records, or give --all"),
        (("project:X-1",), "names no class"),
        (("project:X-1=talk",), "there is no project:X-1"),
    ):
        told = quorate("keeping", "propose", *words)
        assert (told.code, why in told.err) == (1, True), told.err
    assert "Nothing is due" in quorate("keeping", "propose", "--all").out
    assert quorate("keeping", "disposals", "--json").json == {"disposals": []}
    told = quorate("keeping", "approve", "1")
    assert (told.code, "there is no disposal 1" in told.err) == (1, True)


def test_the_command_line_disposes_by_two_people(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.story.START", datetime(2020, 1, 6, 9, tzinfo=UTC))
    story = Story(tmp_path / "data").governed()
    shared = b"Two projects have it."
    for code in ("APX-1", "APX-2"):
        story.proposed(code)
        story.attached(code, "minutes", shared)
    digest = story.attached("APX-1", "business_case", b"Only one has it.")
    back = WithdrawProject(reason="No.")
    story.house.projects.withdraw("APX-1", back, story.act("pia"))
    story.close()
    quorate, record = Line(story.house.directory, capsys), "project:APX-1=files"
    file = tmp_path / "schedule.json"
    files = {"name": "files", "kind": "evidence", "months": 12, "basis": "Rule 8"}
    file.write_text(json.dumps({"classes": [files]}))
    assert quorate("keeping", "set", str(file)).code == 0
    assert record not in quorate("keeping", "due", "--on", "2021-01-06").out
    assert f"{record}  2021-01-06" in quorate("keeping", "due", "--on", "2021-01-07").out
    assert "Disposal 1 is proposed" in quorate("keeping", "propose", "--all", "--actor", "Olga").out
    told = quorate("keeping", "approve", "1", "--actor", "Olga")
    assert (told.code, "was proposed by you" in told.err) == (1, True)
    told = quorate("keeping", "approve", "1", "--actor", "Otto")
    assert "2 events and 1 files are destroyed" in told.out
    assert "Kept, because another record holds the same file" in told.out
    assert "quorate backup" in told.err
    assert "approved" in quorate("keeping", "disposals").out
    verified = quorate("verify")
    assert verified.code == 0, verified.out
    assert f"the file {digest} was disposed of under files at position" in verified.out
    assert "3 private values and files were disposed of" in verified.out


def test_the_command_line_declines(quorate: Line) -> None:
    told = quorate("keeping", "decline", "1", "--reason", "Not now.")
    assert (told.code, "there is no disposal 1" in told.err) == (1, True)
