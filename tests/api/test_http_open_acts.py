"""Which acts are open: asked of the very rules that carry them out, and nothing is kept of it."""

from typing import Any
from urllib.parse import quote

from domain.refusals import NotPermitted, Taken
from tests.api.conftest import PROJECT, Bridge, Caller, Served, shown

PATH = f"/projects/{quote(PROJECT)}/acts"


def acts(caller: Caller) -> dict[tuple[str, str | None], dict[str, Any]]:
    return {(one["act"], one["about"]): one for one in shown(caller.get(PATH))["acts"]}


def test_acts_are_open_to_whom_the_rules_let_and_nothing_is_recorded(bridge: Bridge) -> None:
    shown(bridge.office.get(PATH))
    head = bridge.served.house.log.head()
    mine, others = acts(bridge.pm), acts(bridge.office)
    assert mine["fact", None]["open"]
    assert mine["withdraw", None]["open"]
    assert mine["review", "g1"]["open"]
    assert not mine["funds", None]["open"]
    assert "says nothing of money" in mine["funds", None]["why"]
    assert others["withdraw", None]["code"] == NotPermitted.code
    assert "only the proposer withdraws" in others["withdraw", None]["why"]
    assert bridge.served.house.log.head() == head


def test_a_review_that_is_open_closes_its_gate_to_another(shared_bridge: Bridge) -> None:
    gate = acts(shared_bridge.pm)["review", "g1"]
    assert gate["code"] == Taken.code
    assert "is open" in gate["why"]


def test_whoever_only_reads_is_told_which_door_is_shut(shared_bridge: Bridge) -> None:
    found = acts(shared_bridge.served.caller("Rita", "reader"))
    assert found
    assert not any(one["open"] for one in found.values())
    assert "opens to the role" in found["fact", None]["why"]


def test_nothing_is_open_in_the_past(bridge: Bridge) -> None:
    head = bridge.served.house.log.head()
    assert shown(bridge.pm.get(PATH, as_of=str(head)))["acts"] == []


def test_what_is_hidden_has_no_acts(bridge: Bridge, served: Served) -> None:
    restriction = {"boards": ["portfolio_board"]}
    assert (
        bridge.pm.post(f"{PATH.removesuffix('/acts')}/restriction", restriction).status_code < 300
    )
    assert served.caller("Olga", "office").get(PATH).status_code == 404
    assert ("open", None) in acts(bridge.pm)


def test_people_are_listed_with_names_and_never_with_addresses(bridge: Bridge) -> None:
    bridge.office.post("/people", {"name": "Vera Vogt", "email": "vera@works.example"})
    found = bridge.pm.get("/people")
    assert "Vera Vogt" in {one["person"]["name"] for one in shown(found)["people"]}
    assert "vera@works.example" not in found.text
