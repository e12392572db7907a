"""Change control over HTTP and on the command line: a promise, a change, and both side by side."""

import json
from pathlib import Path
from typing import Any

import pytest

from api.cli import main
from tests.api.conftest import POLICY, Bridge, Served, made, refused, shown

CHANGE = """\
  change:
    kind: change
    decided_by: [{up_to: 100.00 EUR, board: portfolio_board}]
    options:
      - {id: agree, outcome: approve, effects: [{do: replace_baseline}]}
      - {id: "no", outcome: reject}
money:
  currency: EUR
  kinds: [capex]
"""
FIRST = {
    "start": "2027-01-01", "finish": "2027-12-31", "reason": "So it was promised.",
    "scope": "One bridge.", "benefits": [
        {"name": "minutes_saved", "number": "5", "unit": "minutes", "due": "2028-06-30"}
    ],
}  # fmt: skip
PATH = "/projects/B-1"


def lines(amount: str) -> list[dict[str, Any]]:
    money = {"amount": amount, "currency": "EUR"}
    return [{"period": "FY2027", "kind": "capex", "amount": money}]


@pytest.fixture
def office(served: Served, monkeypatch: pytest.MonkeyPatch) -> Bridge:
    monkeypatch.setattr("tests.api.conftest.POLICY", POLICY + CHANGE)
    bridge = Bridge(served).found()
    made(bridge.pm.post("/projects", {"portfolio": "CAP", "code": "B-1", "title": "A bridge"}))
    return bridge


def requested(bridge: Bridge, amount: str, **fields: Any) -> dict[str, Any]:
    body = {"lines": lines(amount), "reason": "Steel got dearer.", **fields}
    return made(bridge.pm.post(f"{PATH}/changes", body))


def decide(bridge: Bridge, change: int, option: str) -> int:
    asked = {"project": "B-1", "matter": "change", "change": change}
    review = str(made(bridge.pm.post("/reviews", asked))["review"])
    path = f"/reviews/{review.removeprefix('review:')}"
    pack = made(bridge.pm.post(f"{path}/pack", {"request": "Agree."}))["pack"]
    for member in bridge.members.values():
        made(member.post(f"{path}/ballots", {"pack": pack, "option": option}))
    return int(made(bridge.members["chair"].post(f"{path}/ruling"))["position"])


def changed(bridge: Bridge) -> int:
    """A first baseline, one that replaced it, a rejected change and a withdrawn one."""
    requested(bridge, "50.00", **FIRST)
    decide(bridge, 1, "agree")
    requested(bridge, "60.50", finish="2028-01-10", benefits=[])
    decide(bridge, 2, "agree")
    requested(bridge, "61.00")
    head = decide(bridge, 3, "no")
    requested(bridge, "62.00")
    withdrawn = bridge.pm.post(f"{PATH}/changes/4/withdrawal", {"reason": "Not needed."})
    assert withdrawn.status_code == 200, withdrawn.text
    assert withdrawn.json()["position"] > head
    return int(withdrawn.json()["position"])


def test_changes_are_listed_with_what_became_of_them_and_their_impact(office: Bridge) -> None:
    head = changed(office)
    rows = shown(office.pm.get("/changes", project="B-1", min_position=head))["changes"]
    assert [(row["number"], row["status"]) for row in rows] == [
        (4, "withdrawn"), (3, "rejected"), (2, "approved"), (1, "approved"),
    ]  # fmt: skip
    second = rows[2]
    assert second["moves"] == ["benefits", "cost", "finish"]
    assert second["impact"]["finish_days"] == 10
    assert second["impact"]["benefits_removed"] == ["minutes_saved"]
    assert second["impact"]["planned"] == [
        {"currency": "EUR", "before": "50", "after": "60.5", "difference": "10.5"}
    ]
    assert second["rise"] == {"amount": "10.50", "currency": "EUR"}
    assert (second["became"], second["review"]) == (2, "review:B-1/change/2")
    assert (second["reason"], second["scope"]) == ("Steel got dearer.", None)
    assert second["requested_by"]["name"] == "Petra"
    of_it = shown(office.pm.get(f"{PATH}/changes", status="rejected"))["changes"]
    assert [row["number"] for row in of_it] == [3]


def test_baselines_are_shown_with_their_scope_and_side_by_side(office: Bridge) -> None:
    head = changed(office)
    body = shown(office.pm.get(f"{PATH}/baselines", min_position=head))
    assert [(row["number"], row["scope"]) for row in body["baselines"]] == [
        (1, "One bridge."), (2, "One bridge."),
    ]  # fmt: skip
    assert "comparison" not in body
    for asked in ("1,2", "original,current"):
        (pair,) = shown(office.pm.get(f"{PATH}/baselines", compare=asked))["comparison"]
        assert (pair["from"], pair["to"]) == (1, 2)
        assert pair["difference"]["cost"][0]["difference"] == "10.5"
        assert pair["difference"]["moves"] == ["benefits", "cost", "finish"]
    back = shown(office.pm.get(f"{PATH}/baselines", compare="2,1"))["comparison"][0]
    assert back["difference"]["cost"][0]["difference"] == "-10.5"


def test_what_was_promised_is_known_as_of_any_moment(office: Bridge) -> None:
    requested(office, "50.00", **FIRST)
    first = decide(office, 1, "agree")
    asked = requested(office, "60.00")["position"]
    second = decide(office, 2, "agree")
    for position, numbers, status in ((first, [1], []), (asked, [1], ["requested"]),
                                      (second, [1, 2], ["approved"])):  # fmt: skip
        body = shown(office.pm.get(f"{PATH}/baselines", as_of=position))
        assert [row["number"] for row in body["baselines"]] == numbers
        rows = shown(office.pm.get(f"{PATH}/changes", as_of=position))["changes"]
        assert [row["status"] for row in rows] == [*status, "approved"]


@pytest.mark.parametrize("asked", ["1", "1,", "0,1", "first,1", "1;2"])
def test_a_comparison_names_two_baselines(office: Bridge, asked: str) -> None:
    refused(office.pm.get(f"{PATH}/baselines", compare=asked), 422, "invalid_request")


def test_what_is_not_there_is_said_so(office: Bridge) -> None:
    refused(office.pm.get("/projects/NONE/changes"), 404, "not_known")
    refused(office.pm.get("/projects/NONE/baselines"), 404, "not_known")
    problem = refused(office.pm.get(f"{PATH}/baselines", compare="1,2"), 404, "not_known")
    assert "no baseline 1" in problem["detail"]
    nothing = {"reason": "None."}
    refused(office.pm.post(f"{PATH}/changes/7/withdrawal", nothing), 404, "not_known")
    refused(office.pm.post("/projects/NONE/changes", nothing), 404, "not_known")
    refused(office.pm.post(f"{PATH}/changes", nothing), 422, "field_missing")


def test_a_stale_change_is_a_conflict_over_http(office: Bridge) -> None:
    requested(office, "50.00", **FIRST)
    requested(office, "51.00", **FIRST)
    decide(office, 1, "agree")
    asked = {"project": "B-1", "matter": "change", "change": 2}
    problem = refused(office.pm.post("/reviews", asked), 409, "not_now")
    assert problem["detail"] == "change 2 starts from no baseline, and baseline 1 holds by now"


def test_a_request_is_refused_where_the_project_has_moved_on(office: Bridge) -> None:
    seen = office.pm.get(PATH).headers["etag"]
    requested(office, "50.00", **FIRST)
    body = {"lines": lines("51.00"), **FIRST}
    refused(office.pm.post(f"{PATH}/changes", body, If_Match=seen), 412, "stale")


def test_the_command_line_lists_changes(office: Bridge, capsys: pytest.CaptureFixture[str]) -> None:
    changed(office)
    table = told(office.served.directory, capsys)
    assert "2  approved" in table
    assert "+10.5 EUR" in table
    assert "+10 days" in table
    assert "4 changes at position" in table
    narrowed = "--project", "B-1", "--status", "rejected", "--json"
    answer = json.loads(told(office.served.directory, capsys, *narrowed))
    assert [row["number"] for row in answer["changes"]] == [3]
    then = json.loads(told(office.served.directory, capsys, "--as-of", "5", "--json"))
    assert then["changes"] == []


def told(data: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(("changes", *arguments, "--data", str(data)))
    assert not ended.value.code
    return capsys.readouterr().out
