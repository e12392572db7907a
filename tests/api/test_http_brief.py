"""The brief of a review over HTTP: before, during and after the vote, and looked back at."""

from typing import Any

from tests.api.conftest import PROJECT, REVIEW, Bridge, made, refused, shown
from tests.api.test_http_money import Treasury, line

BRIEF = f"{REVIEW}/brief"


def brief(bridge: Bridge, seat: str, **query: Any) -> dict[str, Any]:
    query = query or {"min_position": bridge.served.house.log.head()}
    found = shown(bridge.members[seat].get(BRIEF, **query))["brief"]
    assert isinstance(found, dict)
    return found


def test_a_brief_says_what_is_asked_by_whom_and_what_each_option_would_do(bridge: Bridge) -> None:
    found = brief(bridge.opened(), "chair")
    assert found["pack"]["request"] == "Build it."
    assert found["matter"]["gate"] == "g1"
    go, no = found["options"]
    assert (go["id"], go["recommended"], go["outcome"]) == ("go", True, "approve")
    assert go["does"]["events"] == [{"topic": "project.moved/1", "stream": f"project:{PROJECT}"}]
    assert no["does"]["events"][0]["topic"] == "project.rested/1"


def test_only_the_one_who_looks_sees_what_their_own_vote_would_lead_to(bridge: Bridge) -> None:
    bridge.opened()
    assert shown(bridge.pm.get(BRIEF))["brief"]["yours"] == []
    (yours,) = brief(bridge, "chair")["yours"]
    assert (yours["seat"], yours["ballot"], yours["may_vote"]) == ("chair", None, True)
    assert not yours["decides"]


def test_the_vote_that_settles_a_review_is_said_to_decide(bridge: Bridge) -> None:
    bridge.opened()
    for seat, option in (("finance", "go"), ("works", "no"), ("safety", "no")):
        made(bridge.vote(seat, option))
    (yours,) = brief(bridge, "chair")["yours"]
    assert yours["decides"]
    assert [(one["option"], one["outcome"]) for one in yours["if_voted"]] == [
        ("go", "approve"),  # a tie, and the chair's own choice settles it
        ("no", "reject"),
    ]


def test_a_check_that_is_not_met_is_shown_with_what_it_asks(bridge: Bridge) -> None:
    bridge.opened()
    loss = {"fact": "npv", "value": {"money": {"amount": "-1.00", "currency": "EUR"}}}
    made(bridge.pm.post(f"/projects/{PROJECT}/facts", loss))
    request = {"request": "Build it.", "recommendation": "go"}
    bridge.pack = made(bridge.pm.post(f"{REVIEW}/pack", request))["pack"]
    checks = brief(bridge, "chair")["checks"]
    (failed,) = checks["failed"]
    assert failed["id"] == "pays_back"
    assert failed["test"] == {"fact": "npv", "at_least": "0 EUR"}
    assert checks["met"] == []


def test_looking_back_shows_the_brief_as_it_was_and_lets_nobody_vote(bridge: Bridge) -> None:
    before = bridge.opened().served.house.log.head()
    made(bridge.vote("finance"))
    then = brief(bridge, "chair", as_of=before)
    assert then["review"]["ballots"] == []
    assert then["preview"]["waiting"] == ["chair", "finance", "safety", "works"]
    assert then["yours"][0]["may_vote"] is False
    assert brief(bridge, "chair")["preview"]["waiting"] == ["chair", "safety", "works"]


def test_a_ruled_review_shows_no_more_what_its_options_would_do(bridge: Bridge) -> None:
    bridge.opened()
    for seat in ("chair", "finance", "works", "safety"):
        made(bridge.vote(seat))
    made(bridge.members["chair"].post(f"{REVIEW}/ruling", {}))
    found = brief(bridge, "chair")
    assert [option["does"] for option in found["options"]] == [None, None]
    assert found["preview"]["may_rule"] is False
    assert found["yours"][0]["may_vote"] is False


def test_a_review_there_is_not_has_no_brief(bridge: Bridge) -> None:
    refused(bridge.pm.get("/reviews/NOBODY/g1/1/brief"), 404, "not_known")


def test_a_second_review_shows_what_changed_since_the_board_last_decided(served: Any) -> None:
    treasury = Treasury(served).found()
    made_envelope = treasury.envelope(line("1000.00"))
    assert made_envelope.status_code == 200
    treasury.proposed("A")
    made(treasury.pm.post("/projects/A/facts", {"fact": "risk", "value": {"number": "9"}}))
    first = treasury.funding("A", line("100.00"))
    assert treasury.brief(first)["since"] == []
    made(treasury.members["Ana"].post(f"{first}/ruling", {}))
    made(treasury.pm.post("/projects/A/facts", {"fact": "risk", "value": {"number": "12"}}))
    made(treasury.pm.post("/reviews", {"project": "A", "matter": "fund"}))
    second = treasury.voted("/reviews/A/fund/2", {"id": "fund", "amounts": [line("50.00")]})
    (since,) = treasury.brief(second)["since"]
    assert (since["decision"]["review"], since["decision"]["outcome"]) == (
        "review:A/fund/1",
        "approve",
    )
    assert since["happened"] == [
        {"topic": "fact.recorded/1", "times": 1},
    ]
    assert since["facts"] == [
        {"fact": "risk", "before": {"number": "9"}, "now": {"number": "12"}},
    ]


def test_an_approval_shows_the_money_left_and_what_falls_below_the_line(served: Any) -> None:
    treasury = Treasury(served).found()
    made_envelope = treasury.envelope(line("1000.00"))
    assert made_envelope.status_code == 200
    for code, asked in (("A", "700.00"), ("B", "400.00"), ("C", "300.00"), ("D", "1200.00")):
        treasury.proposed(code)
        made(treasury.pm.post(f"/projects/{code}/funds", {"lines": [line(asked)]}))
    path = treasury.funding("A", line("700.00"))
    found = treasury.brief(path)
    (project,) = found["projects"]
    (cell,) = project["envelope"]
    assert (cell["free_before"]["amount"], cell["free_after"]["amount"]) == ("1000.00", "300.00")
    # B no longer fits, C exactly does, D never did.
    assert cell["falls_below"] == [{"code": "B", "title": "Pumps B", "requested": "400.00"}]
    (money,) = project["money"]
    assert (money["spent"], money["cost_to_go"]) == ("0.00", "700.00")


def test_an_option_that_cannot_be_carried_out_says_why_before_the_vote(served: Any) -> None:
    treasury = Treasury(served).found()
    treasury.proposed("A")
    path = treasury.funding("A", line("700.00"))
    found = treasury.brief(path)
    (fund,) = found["options"]
    assert fund["does"]["refused"]["code"] == "funds_available"


def test_a_brief_says_why_an_act_is_not_open_to_whoever_looks(bridge: Bridge) -> None:
    bridge.opened()
    doors = brief(bridge, "chair")["doors"]
    assert doors["rule"]["code"] == "review_still_open"
    assert (doors["postpone"], doors["withdraw"]) == (None, None)
    stranger = shown(bridge.served.caller("Rita", "reader").get(BRIEF))["brief"]
    assert {one["code"] for one in stranger["doors"].values()} == {"not_permitted"}
    assert stranger["yours"] == []
    before = bridge.served.house.log.head()
    assert brief(bridge, "chair", as_of=before)["doors"] is None


def test_a_seat_that_may_not_vote_any_more_says_why(bridge: Bridge) -> None:
    bridge.opened()
    made(bridge.members["safety"].post(f"{REVIEW}/conflicts", {"reason": "My sister builds it."}))
    (yours,) = brief(bridge, "safety")["yours"]
    assert (yours["may_vote"], yours["refused"]["code"]) == (False, "in_conflict")
    assert yours["may_contest"] is False


def test_what_can_be_taken_up_about_a_project_is_listed_with_reasons(bridge: Bridge) -> None:
    (gate,) = shown(bridge.pm.get(f"/projects/{PROJECT}/openings"))["openings"]
    assert (gate["gate"], gate["needs"], gate["refusal"]) == ("g1", None, None)
    bridge.opened()
    head = bridge.served.house.log.head()
    (gate,) = shown(bridge.pm.get(f"/projects/{PROJECT}/openings", min_position=head))["openings"]
    assert gate["refusal"]["code"] == "taken"
    assert shown(bridge.pm.get(f"/projects/{PROJECT}/openings", as_of=head))["openings"] == []
    refused(bridge.pm.get("/projects/NONE/openings"), 404, "not_known")
