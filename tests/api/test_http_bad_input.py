"""Issue 2, "Bad input": each gets a named problem that says what, where and what to do."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.settings import Settings
from tests.api.conftest import (
    NPV,
    POLICY,
    PROJECT,
    REVIEW,
    Bridge,
    made,
    refused,
    serving,
    shown,
)

FACTS = f"/projects/{PROJECT}/facts"


def number(value: Any) -> dict[str, Any]:
    return {"fact": "risk", "value": {"number": value}}


def money(amount: Any, currency: Any = "EUR") -> dict[str, Any]:
    return {"fact": "npv", "value": {"money": {"amount": amount, "currency": currency}}}


@pytest.mark.parametrize(
    ("body", "where", "what"),
    [
        ({**NPV, "colour": "red"}, "body.colour", "is not a field"),
        (money("1", "XAU"), "body.value.money", "unknown currency XAU"),
        (money("1", "euro"), "body.value.money.currency", "does not have the form"),
        (money("1" + "0" * 18), "body.value.money", "below 10**18"),
        (money("-1" + "0" * 18), "body.value.money", "below 10**18"),
        (money("1" * 40), "body.value.money.amount", "at most 30 digits"),
        (money("0.001"), "body.value.money", "EUR has 2 digits"),
        (money(1.5), "body.value.money.amount", "write a number as text"),
        (money("NaN"), "body.value.money.amount", "finite number"),
        (money("Infinity"), "body.value.money.amount", "finite number"),
        (money("ten"), "body.value.money.amount", "a number written as text"),
        (number("1e40"), "body.value.number", "at most 30 digits"),
        ({"fact": "npv"}, "body.value", "is missing"),
        ({"fact": "npv", "value": {}}, "body.value", "exactly one of"),
        ({"fact": "NPV!", "value": {"flag": True}}, "body.fact", "does not have the form"),
        ({**NPV, "corrects": 0}, "body.corrects", "at least 1"),
        ({**NPV, "effective_at": "2026-01-01T00:00:00"}, "body.effective_at", "offset from UTC"),
        ({**NPV, "source": "a\u0000b"}, "body.source", "control characters"),
        ([], "body", "JSON object"),
    ],
)
def test_a_body_that_does_not_fit_is_told_where_and_what(
    shared_bridge: Bridge, body: Any, where: str, what: str
) -> None:
    problem = refused(shared_bridge.pm.post(FACTS, body), 422, "invalid_request")
    (complaint,) = problem["errors"]
    assert complaint["where"] == where
    assert what in complaint["what"]
    assert problem["fix"]


def test_every_fault_of_a_body_is_told_at_once(shared_bridge: Bridge) -> None:
    body = {"portfolio": "A/B", "title": "", "colour": 1}
    problem = refused(shared_bridge.pm.post("/projects", body), 422, "invalid_request")
    assert [one["where"] for one in problem["errors"]] == [
        "body.portfolio",
        "body.title",
        "body.colour",
    ]


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (money("5", "USD"), "is in EUR, not USD"),
        (number("26"), "at most 25 points"),
        (number("-1"), "at least 0 points"),
        ({"fact": "risk", "value": {"flag": True}}, "is a number, not another type"),
        ({"fact": "site", "value": {"text": "west"}}, "one of: north, south"),
        ({**NPV, "effective_at": "2999-01-01T00:00:00Z"}, "has not come yet"),
    ],
)
def test_a_fact_in_the_wrong_unit_or_range_is_malformed(
    shared_bridge: Bridge, body: Any, what: str
) -> None:
    assert what in refused(shared_bridge.pm.post(FACTS, body), 422, "malformed")["detail"]


def test_a_fact_the_policy_does_not_have_is_named_with_those_it_has(shared_bridge: Bridge) -> None:
    body = {"fact": "mood", "value": {"text": "good"}}
    problem = refused(shared_bridge.pm.post(FACTS, body), 422, "not_in_policy")
    assert "npv, risk, site" in problem["detail"]


@pytest.mark.parametrize(
    "content",
    [b"{", b"\xff\xfe", b'{"fact": ' + b"[" * 100_000, b'{"n": ' + b"9" * 5000 + b"}", b"nonsense"],
)
def test_a_body_that_is_no_json_is_a_bad_request(shared_bridge: Bridge, content: bytes) -> None:
    for path in (FACTS, "/policies"):
        caller = shared_bridge.office
        response = caller.http.post(
            f"/api/v1{path}", content=content, headers={"Content-Type": "application/json"}
        )
        assert response.status_code == 400, response.text
        assert response.json()["code"] in {"malformed_json", "bad_request"}
        refused(response, 400, response.json()["code"])


def test_nan_in_json_is_no_number(shared_bridge: Bridge) -> None:
    for content in (b'{"fact":"risk","value":{"number":NaN}}', b'{"pack":"x","confidence":NaN}'):
        path = FACTS if b"fact" in content else f"{REVIEW}/ballots"
        response = shared_bridge.pm.http.post(
            f"/api/v1{path}", content=content, headers={"Content-Type": "application/json"}
        )
        refused(response, 422, "invalid_request")


def test_a_whole_number_no_encoder_agrees_on_is_refused(shared_bridge: Bridge) -> None:
    ballot = {"pack": shared_bridge.pack, "option": "go", "seen": 2**60}
    chair = shared_bridge.members["chair"]
    refused(chair.post(f"{REVIEW}/ballots", ballot), 422, "invalid_request")


def test_bodies_over_the_limit_are_not_read(tmp_path: Path) -> None:
    with serving(tmp_path, Settings(json_bytes_max=2000, evidence_bytes_max=3000)) as served:
        office = served.caller("Olga", "office")
        made(office.post("/office", {"title": "Works"}))
        refused(office.post("/people", {"name": "x" * 3000}), 413, "body_too_large")
        refused(office.post("/policies", {"text": "x" * 3000}), 413, "body_too_large")
        pieces = (b"x" * 1000 for _ in range(4))
        response = office.http.post(
            "/api/v1/projects/X/evidence",
            params={"evidence": "case", "name": "a"},
            content=pieces,
            headers={"Content-Type": "application/pdf"},
        )
        assert response.status_code in {404, 413}


def test_a_file_over_the_limit_is_refused_and_not_held(tmp_path: Path) -> None:
    with serving(tmp_path, Settings(evidence_bytes_max=3000)) as served:
        bridge = Bridge(served).found()
        made(bridge.pm.upload(PROJECT, b"x" * 3000))
        before = served.house.log.head()
        refused(bridge.pm.upload(PROJECT, b"x" * 3001), 413, "body_too_large")
        pieces = (b"x" * 1000 for _ in range(4))
        response = bridge.pm.http.post(
            f"/api/v1/projects/{PROJECT}/evidence",
            params={"evidence": "business_case", "name": "a"},
            content=pieces,
            headers={"Content-Type": "application/pdf"},
        )
        refused(response, 413, "body_too_large")
        assert served.house.log.head() == before
        assert len([f for f in (tmp_path / "evidence/sha256").rglob("*") if f.is_file()]) == 1


def test_a_code_in_use_is_taken(bridge: Bridge) -> None:
    proposal = {"portfolio": "CAP", "code": PROJECT, "title": "Another"}
    refused(bridge.pm.post("/projects", proposal), 409, "taken")
    charter = {"code": "CAP", "title": "Again", "policy": "gates"}
    refused(bridge.office.post("/portfolios", charter), 409, "taken")
    refused(bridge.office.post("/people", {"name": "Ana"}), 409, "taken")
    refused(bridge.office.post("/office", {"title": "Second"}), 409, "taken")
    seat = {"policy": "gates", "seat": "chair", "person": bridge.ids["finance"]}
    refused(bridge.office.post("/boards/portfolio_board/members", seat), 409, "taken")


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b.pdf", "a\\b.pdf", "..", "a\nb"])
def test_path_tricks_in_the_name_of_a_file_are_refused_before_it_is_held(
    shared_bridge: Bridge, name: str
) -> None:
    held = shared_bridge.served.directory / "evidence"
    before = sorted(held.rglob("*"))
    problem = refused(shared_bridge.pm.upload(PROJECT, b"trick", name=name), 422, "malformed")
    assert "path" in problem["detail"]
    assert sorted(held.rglob("*")) == before


@pytest.mark.parametrize("digest", ["..%2F..%2Fissuer.jwk", "%2e%2e", "A" * 64, "0" * 63])
def test_path_tricks_in_a_digest_lead_nowhere(shared_bridge: Bridge, digest: str) -> None:
    response = shared_bridge.pm.get(f"/evidence/{digest}")
    assert response.status_code in {404, 422}
    assert response.headers["content-type"] == "application/problem+json"


def test_a_file_that_was_altered_on_disk_is_not_sent(bridge: Bridge) -> None:
    sha256 = made(bridge.pm.upload(PROJECT, b"as it was"))["sha256"]
    path = bridge.served.directory / "evidence" / "sha256" / sha256[:2] / sha256
    path.chmod(0o640)
    path.write_bytes(b"as it is not")
    refused(bridge.pm.get(f"/evidence/{sha256}"), 500, "evidence_damaged")


def test_a_policy_with_an_alias_is_refused_with_line_and_column(shared_bridge: Bridge) -> None:
    text = POLICY.replace("north, south", "&a north, *a")
    problem = refused(shared_bridge.office.post("/policies", {"text": text}), 422, "policy_faulty")
    assert [one["where"] for one in problem["errors"]] == ["line 7, column 34", "line 7, column 44"]
    assert "alias" in problem["errors"][1]["what"]


def test_a_policy_with_a_key_twice_or_a_wrong_type_is_refused_likewise(
    shared_bridge: Bridge,
) -> None:
    for text, what in (
        (POLICY + "title: Twice\n", "written twice"),
        (POLICY.replace("days: 7", "days: many"), "days"),
        ("", "is too short"),
        ("- a list", ""),
    ):
        response = shared_bridge.office.http.post(
            "/api/v1/policies", content=text, headers={"Content-Type": "application/yaml"}
        )
        assert response.status_code == 422
        problem = refused(response, 422, response.json()["code"])
        assert what in problem["errors"][0]["what"]
        assert problem["code"] in {"policy_faulty", "invalid_request"}


def test_a_policy_in_no_known_form_is_a_bad_request(shared_bridge: Bridge) -> None:
    for kind, content in (("text/html", b"<p>"), ("application/yaml", b"\xff")):
        response = shared_bridge.office.http.post(
            "/api/v1/policies", content=content, headers={"Content-Type": kind}
        )
        refused(response, 400, "bad_request")


def test_a_ballot_needs_a_seat_the_pack_as_it_is_and_an_option_it_offers(
    shared_bridge: Bridge,
) -> None:
    path, pack = f"{REVIEW}/ballots", shared_bridge.pack
    chair, pm = shared_bridge.members["chair"], shared_bridge.pm
    refused(pm.post(path, {"pack": pack, "option": "go"}), 403, "not_a_seat")
    refused(chair.post(path, {"pack": "ab" * 32, "option": "go"}), 422, "other_pack")
    refused(chair.post(path, {"pack": pack, "option": "maybe"}), 422, "not_in_policy")
    refused(chair.post(path, {"pack": pack}), 422, "field_missing")
    refused(chair.post(path, {"pack": pack, "choice": "need_more"}), 422, "field_missing")
    other = {"pack": pack, "option": "go", "seat": "finance"}
    refused(chair.post(path, other), 403, "not_a_seat")
    another = {"pack": pack, "option": "go", "person": shared_bridge.ids["finance"]}
    refused(chair.post(path, another), 422, "invalid_request")


def test_a_review_is_not_ruled_too_early_nor_by_a_stranger(shared_bridge: Bridge) -> None:
    refused(shared_bridge.members["chair"].post(f"{REVIEW}/ruling"), 409, "review_still_open")
    stranger = shared_bridge.served.caller("Stranger")
    refused(stranger.post(f"{REVIEW}/ruling"), 403, "not_permitted")


def test_after_the_window_no_ballot_counts_and_the_ruling_says_no_quorum(bridge: Bridge) -> None:
    bridge.opened()
    bridge.served.now.ahead = timedelta(days=9)
    bridge.members = {seat: bridge.served.caller(name) for seat, name in (("chair", "Ana"),)}
    refused(bridge.vote("chair"), 409, "window_over")
    verdict = made(bridge.members["chair"].post(f"{REVIEW}/ruling"))["verdict"]
    assert (verdict["outcome"], verdict["ground"]) == ("no_ruling", "no_quorum")
    refused(bridge.vote("chair"), 409, "review_over")


def test_an_amount_no_board_may_decide_is_not_permitted(bridge: Bridge) -> None:
    body = {"project": PROJECT, "gate": "g1", "amount": {"amount": "5000000.01", "currency": "EUR"}}
    refused(bridge.pm.post("/reviews", body), 403, "not_permitted")
    usd = {**body, "amount": {"amount": "1", "currency": "USD"}}
    refused(bridge.pm.post("/reviews", usd), 422, "malformed")
    refused(bridge.pm.post("/reviews", {**body, "gate": "g9"}), 422, "not_in_policy")
    refused(bridge.pm.post("/reviews", {"project": PROJECT}), 422, "field_missing")
    refused(bridge.pm.post("/reviews", {**body, "project": "X"}), 404, "not_known")


def test_a_pack_that_lacks_what_the_policy_asks_for_is_refused(bridge: Bridge) -> None:
    made(bridge.pm.post("/reviews", {"project": PROJECT, "gate": "g1"}))
    pack = {"request": "Build it.", "recommendation": "go"}
    problem = refused(bridge.pm.post(f"{REVIEW}/pack", pack), 422, "field_missing")
    assert "fact npv, evidence business_case" in problem["detail"]
    refused(bridge.members["chair"].post(f"{REVIEW}/pack/opened"), 409, "no_pack")
    refused(bridge.pm.get(f"{REVIEW}/pack"), 409, "no_pack")


def test_nothing_is_half_written_by_what_was_refused(shared_bridge: Bridge) -> None:
    log = shared_bridge.served.house.log
    before = log.head()
    refused(shared_bridge.pm.post(FACTS, {**NPV, "colour": "red"}), 422, "invalid_request")
    refused(shared_bridge.pm.post(FACTS, number("26")), 422, "malformed")
    refused(shared_bridge.pm.post(FACTS, NPV, If_Match='"9999"'), 412, "stale")
    assert log.head() == before


def test_an_unreadable_request_makes_nobody_known(served_empty: Bridge) -> None:
    office = served_empty.office
    made(office.post("/office", {"title": "Works"}))
    newcomer = served_empty.served.caller("Newcomer")
    refused(newcomer.post("/projects", {}), 422, "invalid_request")
    assert shown(newcomer.get("/me"))["me"]["person"] is None
    known = made(newcomer.post("/me"))["person"]
    assert shown(newcomer.get("/me"))["me"]["person"] == {"id": known, "name": "Newcomer"}


@pytest.fixture
def served_empty(served: Any) -> Bridge:
    return Bridge(served)
