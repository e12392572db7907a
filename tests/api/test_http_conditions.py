"""Conditions and inboxes through both doors: HTTP and the command line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from api.cli import main
from tests.api import conftest
from tests.api.conftest import NPV, PROJECT, REVIEW, SEATS, Bridge, made, refused, serving, shown

GO = "      - {id: go, outcome: approve, effects: [{do: move_phase}]}\n"
GO_IF = """\
      - id: go_if
        outcome: approve_with_conditions
        requires: [conditions]
        effects: [{do: move_phase}, {do: oblige}]
"""
WAIVE = """\
  waive:
    kind: waive
    decided_by: [{board: portfolio_board}]
    options:
      - {id: waive, outcome: approve, effects: [{do: waive}]}
      - {id: keep, outcome: reject}
"""
POLICY = conftest.POLICY.replace(GO, GO + GO_IF).rstrip() + "\n" + WAIVE
AT = quote(f"/projects/{PROJECT}")
WAIVING = REVIEW.replace("g1", "waive")
SATISFACTION = f"{AT}/conditions/permit/satisfaction"


class Obliged(Bridge):
    """A bridge whose gate was passed with two conditions, the second asking for minutes."""

    def oblige(self) -> "Obliged":
        made(self.pm.post(f"/projects/{PROJECT}/facts", NPV))
        made(self.pm.upload(PROJECT, b"%PDF a case"))
        made(self.pm.post("/reviews", {"project": PROJECT, "gate": "g1"}))
        pack = {
            "request": "Build it.",
            "recommendation": "go_if",
            "options": [{"id": "go_if", "conditions": self.conditions()}],
            "condition_words": {"permit": "Get the permit of the river board."},
        }
        self.pack = made(self.pm.post(f"{REVIEW}/pack", pack))["pack"]
        for seat in SEATS:
            made(self.vote(seat, "go_if"))
        made(self.members["chair"].post(f"{REVIEW}/ruling"))
        return self

    def conditions(self) -> list[dict[str, Any]]:
        due = self.served.now().date().isoformat()
        return [
            {"id": "permit", "owner": self.ids["finance"], "due": due},
            {"id": "noise", "owner": self.ids["works"], "due": "2999-12-31", "evidence": "minutes"},
        ]

    def seen(self, path: str, **query: Any) -> dict[str, Any]:
        head = self.served.house.log.head()
        return shown(self.pm.get(path, **{"min_position": head, **query}))

    def told(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--data", str(self.served.directory)])
        out = capsys.readouterr()
        assert not ended.value.code, out.err
        return out.out


@pytest.fixture
def obliged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Obliged]:
    monkeypatch.setattr(conftest, "POLICY", POLICY)
    with serving(tmp_path) as served:
        bridge = Obliged(served)
        bridge.found()
        yield bridge.oblige()


def test_conditions_are_imposed_shown_met_and_looked_back_at(obliged: Obliged) -> None:
    found = obliged.seen(f"{AT}/conditions")
    noise, permit = found["conditions"]
    assert (permit["project"], permit["condition"], permit["status"]) == (PROJECT, "permit", "open")
    assert permit["owner"]["name"] == "Ben"
    assert permit["words"] == "Get the permit of the river board."
    assert (noise["words"], noise["evidence"], noise["overdue"]) == (None, "minutes", False)
    before = found["position"]
    finance = obliged.members["finance"]
    told = finance.post(SATISFACTION, {"comment": "The letter came."})
    assert told.status_code == 200, told.text
    assert told.json()["condition"] == "permit"
    after = obliged.seen("/conditions", status="satisfied")["conditions"]
    assert [(one["condition"], one["comment"]) for one in after] == [("permit", "The letter came.")]
    assert after[0]["settled_by"]["name"] == "Ben"
    then = obliged.seen("/conditions", as_of=before)["conditions"]
    assert [one["status"] for one in then] == ["open", "open"]
    assert then == found["conditions"]


def test_conditions_are_narrowed_and_paged(obliged: Obliged) -> None:
    def names(**query: Any) -> list[str]:
        return [one["condition"] for one in obliged.seen("/conditions", **query)["conditions"]]

    assert names(project=PROJECT) == ["noise", "permit"]
    assert names(owner=obliged.ids["finance"]) == ["permit"]
    assert names(project=PROJECT, owner=obliged.ids["works"]) == ["noise"]
    assert names(status="waived") == names(overdue="true") == names(project="OTHER") == []
    first = obliged.pm.get("/conditions", limit=1)
    assert [one["condition"] for one in shown(first)["conditions"]] == ["noise"]
    following = first.headers["link"].partition(">")[0].removeprefix("<")
    second = obliged.pm.http.get(following).json()
    assert [one["condition"] for one in second["conditions"]] == ["permit"]
    assert second["next"] is None


def test_a_condition_is_overdue_after_its_last_day_as_of_then(obliged: Obliged) -> None:
    (today,) = {
        one["due"]
        for one in obliged.seen("/conditions")["conditions"]
        if one["condition"] == "permit"
    }
    assert obliged.seen("/conditions", as_of=today, overdue="true")["conditions"] == []
    later = obliged.seen("/conditions", as_of="2999-01-01", overdue="true")
    assert [one["condition"] for one in later["conditions"]] == ["permit"]
    assert (later["day"], later["conditions"][0]["overdue"]) == ("2999-01-01", True)


def test_every_refusal_has_its_name(obliged: Obliged) -> None:
    noise = SATISFACTION.replace("permit", "noise")
    works, finance = obliged.members["works"], obliged.members["finance"]
    refused(works.post(noise, {}), 422, "field_missing")
    refused(works.post(noise, {"sha256": "a" * 64}), 422, "field_missing")
    refused(works.post(SATISFACTION.replace("permit", "other"), {}), 404, "not_known")
    refused(obliged.pm.post(SATISFACTION, {}), 403, "not_permitted")
    refused(obliged.served.caller("Ada", "auditor").post(SATISFACTION, {}), 403, "not_permitted")
    refused(finance.post(SATISFACTION, {"colour": "red"}), 422, "invalid_request")
    refused(finance.post(SATISFACTION, {}, If_Match='"1"'), 412, "stale")
    assert finance.post(SATISFACTION, {}).status_code == 200
    refused(finance.post(SATISFACTION, {}), 409, "not_now")
    refused(obliged.pm.get("/projects/NONE/conditions"), 404, "not_known")
    digest = made(obliged.pm.upload(PROJECT, b"All is quiet.", evidence="minutes"))["sha256"]
    assert works.post(noise, {"sha256": digest}).status_code == 200


def test_a_condition_is_waived_by_a_review_that_names_it(obliged: Obliged) -> None:
    opening = {"project": PROJECT, "matter": "waive"}
    refused(obliged.pm.post("/reviews", opening), 422, "field_missing")
    refused(obliged.pm.post("/reviews", {**opening, "condition": "other"}), 404, "not_known")
    made(obliged.pm.post("/reviews", {**opening, "condition": "permit"}))
    reason = {"request": "The river board was dissolved."}
    obliged.pack = made(obliged.pm.post(f"{WAIVING}/pack", reason))["pack"]
    for caller in obliged.members.values():
        made(caller.post(f"{WAIVING}/ballots", {"pack": obliged.pack, "option": "waive"}))
    made(obliged.members["chair"].post(f"{WAIVING}/ruling"))
    (one,) = obliged.seen("/conditions", status="waived")["conditions"]
    assert (one["condition"], one["waiver"]) == ("permit", f"review:{PROJECT}/waive/1")


def test_everybody_sees_their_own_inbox_and_the_office_that_of_others(obliged: Obliged) -> None:
    head = obliged.served.house.log.head()
    finance = obliged.members["finance"]
    mine = shown(finance.get("/inbox", min_position=head))
    assert mine["person"]["name"] == "Ben"
    (one,) = mine["waiting"]
    assert (one["what"], one["condition"], one["overdue"]) == ("satisfy", "permit", False)
    path = f"/people/{obliged.ids['finance']}/inbox"
    assert shown(obliged.office.get(path))["waiting"] == mine["waiting"]
    assert shown(obliged.served.caller("Ada", "auditor").get(path))["waiting"] == mine["waiting"]
    refused(finance.get(path), 403, "not_permitted")
    refused(obliged.office.get("/people/nobody/inbox"), 404, "not_known")
    stranger = shown(obliged.served.caller("Zoe").get("/inbox"))
    assert (stranger["person"], stranger["waiting"]) == (None, [])


def test_an_inbox_is_looked_back_at(obliged: Obliged) -> None:
    events = obliged.served.house.log.read(0, 10_000)
    presented = next(r.position for r in events if r.event.topic == "pack.presented/1")
    finance = obliged.members["finance"]
    (then,) = shown(finance.get("/inbox", as_of=presented))["waiting"]
    assert (then["what"], then["seat"], then["position"]) == ("vote", "finance", presented)
    assert shown(finance.get("/inbox", as_of=presented - 1))["waiting"] == []


def test_the_command_line_lists_conditions(
    obliged: Obliged, capsys: pytest.CaptureFixture[str]
) -> None:
    out = obliged.told(capsys, "conditions")
    assert out.splitlines()[0].split() == ["PROJECT", "CONDITION", "OWNER", "DUE", "STATUS"]
    assert "2 conditions at position" in out
    later = ("--as-of", "2999-01-01", "--overdue", "--project", PROJECT)
    told = json.loads(obliged.told(capsys, "conditions", "--json", *later))
    assert [(one["condition"], one["overdue"]) for one in told["conditions"]] == [("permit", True)]
    assert told["day"] == "2999-01-01"
    assert " overdue" in obliged.told(capsys, "conditions", *later)


def test_the_command_line_shows_the_inbox_of_a_name_or_an_id(
    obliged: Obliged, capsys: pytest.CaptureFixture[str]
) -> None:
    out = obliged.told(capsys, "inbox", "--person", "Ben")
    assert "satisfy permit" in out
    assert "1 thing at position" in out
    by_id = json.loads(obliged.told(capsys, "inbox", "--person", obliged.ids["finance"], "--json"))
    assert by_id["person"]["name"] == "Ben"
    assert [one["what"] for one in by_id["waiting"]] == ["satisfy"]
    before = json.loads(
        obliged.told(capsys, "inbox", "--person", "Ben", "--json", "--as-of", "3")
    )  # nobody was waited for yet
    assert before["waiting"] == []


def test_the_command_line_refuses_whom_and_what_it_does_not_know(
    obliged: Obliged, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in (("inbox", "--person", "Nemo"), ("conditions", "--project", "NONE")):
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--data", str(obliged.served.directory)])
        assert ended.value.code == 1
        assert "What to do:" in capsys.readouterr().err
