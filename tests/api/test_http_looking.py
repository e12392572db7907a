"""Looking: from any place in the log, page by page, as we knew it and as it was, and live."""

import json
import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from api.settings import Settings
from domain.base import moment_text
from projections.decisions import DECISIONS
from projections.every import VIEWS
from tests.api.conftest import NPV, PROJECT, REVIEW, Bridge, Caller, made, refused, serving, shown


def proposed(bridge: Bridge, count: int) -> int:
    position = 0
    for number in range(count):
        proposal = {"portfolio": "CAP", "title": f"Project {number}"}
        position = made(bridge.pm.post("/projects", proposal))["position"]
    return position


def test_a_list_goes_on_where_the_page_before_ended_and_from_the_same_place(
    bridge: Bridge,
) -> None:
    head = proposed(bridge, 5)
    seen: list[str] = []
    response = bridge.pm.get("/projects", limit=2, min_position=head)
    while True:
        body = shown(response)
        assert body["position"] == head
        seen += [project["code"] for project in body["projects"]]
        link = response.headers.get("link")
        if link is None:
            assert body["next"] is None
            break
        target, _, relation = link.partition("; ")
        assert relation == 'rel="next"'
        proposed(bridge, 1)
        response = bridge.pm.http.get(target.strip("<>"))
    assert seen == [PROJECT, *(f"CAP-{number:03d}" for number in range(1, 6))]


def test_a_code_comes_from_the_portfolios_numbers_when_none_is_given(bridge: Bridge) -> None:
    answer = bridge.pm.post("/projects", {"portfolio": "CAP", "title": "Next"})
    assert made(answer)["project"] == "CAP-001"
    assert answer.headers["location"] == "/api/v1/projects/CAP-001"


def test_the_register_is_narrowed_by_portfolio_standing_and_phase(bridge: Bridge) -> None:
    head = proposed(bridge, 3)
    withdrawn = bridge.pm.post("/projects/CAP-002/withdrawal", {"reason": "Too early."})
    assert withdrawn.status_code == 200, withdrawn.text
    head = withdrawn.json()["position"]

    def codes(**query: Any) -> list[str]:
        found = shown(bridge.pm.get("/projects", min_position=head, **query))
        return [project["code"] for project in found["projects"]]

    assert codes(standing="withdrawn") == ["CAP-002"]
    assert codes(portfolio="CAP", standing="proposed") == [PROJECT, "CAP-001", "CAP-003"]
    assert codes(portfolio="NONE") == []
    assert codes(phase="build") == []
    assert codes(phase="idea", limit=1) == [PROJECT]
    assert set(codes(phase="idea")) >= {"CAP-001", "CAP-003"}
    refused(bridge.pm.get("/projects", standing="odd"), 422, "invalid_request")


def test_pages_of_decisions_reviews_and_the_trail_go_backwards(shared_bridge: Bridge) -> None:
    first = shared_bridge.pm.get("/trail", limit=3)
    body = shown(first)
    positions = [entry["position"] for entry in body["trail"]]
    assert positions == sorted(positions, reverse=True)
    query = parse_qs(urlsplit(first.headers["link"].partition(">")[0][1:]).query)
    assert query["as_of"] == [str(body["position"])]
    second = shown(shared_bridge.pm.get("/trail", limit=3, cursor=body["next"]))
    assert second["trail"][0]["position"] == positions[-1] - 1
    forward = shown(shared_bridge.pm.get("/trail", limit=2, after=0))
    assert [entry["position"] for entry in forward["trail"]] == [1, 2]
    onward = shown(shared_bridge.pm.get("/trail", limit=2, after=0, cursor=forward["next"]))
    assert [entry["position"] for entry in onward["trail"]] == [3, 4]


@pytest.mark.parametrize("path", ["/trail", "/decisions", "/reviews"])
def test_a_cursor_that_is_none_is_malformed(shared_bridge: Bridge, path: str) -> None:
    for cursor in ("x", "-1", "9" * 16, "१२"):
        refused(shared_bridge.pm.get(path, cursor=cursor), 422, "malformed")
    refused(shared_bridge.pm.get(path, limit=0), 422, "invalid_request")
    refused(shared_bridge.pm.get(path, limit=1001), 422, "malformed")
    refused(shared_bridge.pm.get(path, limit=10**30), 422, "invalid_request")


def test_a_question_is_asked_of_a_position_a_moment_or_a_day(bridge: Bridge) -> None:
    log = bridge.served.house.log
    head = proposed(bridge, 1)
    moment = log.clock(head)
    assert moment is not None
    shown(bridge.pm.get("/projects", min_position=head))
    at_moment = shown(bridge.pm.get("/projects", as_of=moment_text(moment)))
    assert (at_moment["position"], at_moment["as_of"]) == (head, moment_text(moment))
    today = shown(bridge.pm.get("/projects", as_of=moment.date().isoformat()))
    assert today["position"] == head
    assert today["as_of"] == f"{moment.date()}T23:59:59.999999Z"
    bridge.served.now.ahead = timedelta(days=2)
    again = Caller(bridge.served.base, bridge.served.issuer.issue_token("Petra", ["member"]))
    made(again.post("/projects", {"portfolio": "CAP", "title": "Later"}))
    assert shown(again.get("/projects", as_of=moment.date().isoformat()))["position"] == head
    again.http.close()


@pytest.mark.parametrize(
    ("as_of", "status", "code"),
    [
        ("yesterday", 422, "malformed"),
        ("2026-13-01", 422, "malformed"),
        ("2026-11-22T09:30:00", 422, "malformed"),
        ("0", 404, "not_known"),
        ("999999", 404, "not_known"),
        ("1999-01-01", 404, "not_known"),
        ("", 422, "malformed"),
        ("9" * 41, 422, "invalid_request"),
    ],
)
def test_a_place_there_is_not_is_told(
    shared_bridge: Bridge, as_of: str, status: int, code: str
) -> None:
    for path in ("/projects", "/office", "/me", f"/projects/{PROJECT}", "/trail", "/evidence/x"):
        response = shared_bridge.pm.http.get(f"/api/v1{path}", params={"as_of": as_of})
        if path != "/evidence/x":
            refused(response, status, code)


def test_as_it_was_is_asked_of_the_register_alone(bridge: Bridge) -> None:
    day = moment_text(bridge.served.now())[:10]
    head = bridge.served.house.log.head()
    found = shown(bridge.pm.get("/projects", effective=day, min_position=head))
    assert [project["code"] for project in found["projects"]] == [PROJECT]
    assert shown(bridge.pm.get("/projects", effective="2020-01-01"))["projects"] == []
    refused(bridge.pm.get("/projects", effective="12"), 422, "malformed")


def test_views_that_are_behind_are_waited_for_and_then_it_is_said(tmp_path: Path) -> None:
    with serving(tmp_path, Settings(view_wait_s=0.05)) as served:
        bridge = Bridge(served).found()
        bridge.pm.get("/projects", min_position=served.house.log.head())
        with closing(sqlite3.connect(tmp_path / "views.db", isolation_level=None)) as elsewhere:
            elsewhere.execute("BEGIN IMMEDIATE")  # nobody else writes views meanwhile
            proposal = {"portfolio": "CAP", "title": "A"}
            position = made(bridge.pm.post("/projects", proposal))["position"]
            response = bridge.pm.get("/projects", min_position=position)
            elsewhere.execute("ROLLBACK")
        problem = refused(response, 503, "views_behind")
        assert f"position {position}" in problem["detail"]
        assert response.headers["retry-after"]


def test_a_position_that_is_not_there_yet_is_not_waited_for(shared_bridge: Bridge) -> None:
    head = shared_bridge.served.house.log.head()
    assert shared_bridge.pm.get("/projects", min_position=head).status_code == 200
    problem = refused(shared_bridge.pm.get("/projects", min_position=head + 1), 404, "not_known")
    assert f"ends at position {head}" in problem["detail"]


def test_what_was_told_is_seen_when_its_position_is_asked_for(bridge: Bridge) -> None:
    for _ in range(20):
        position = made(bridge.pm.post("/projects", {"portfolio": "CAP", "title": "A"}))["position"]
        found = shown(bridge.pm.get("/projects", min_position=position))
        assert found["position"] >= position


def test_a_misspelt_or_doubled_question_is_not_answered_about_now(shared_bridge: Bridge) -> None:
    problem = refused(shared_bridge.pm.get("/projects", as_off=1), 422, "invalid_request")
    assert problem["errors"][0]["where"] == "query.as_off"
    assert "as_of, cursor, effective, limit" in problem["errors"][0]["what"]
    twice = shared_bridge.pm.http.get("/api/v1/projects?as_of=1&as_of=2")
    assert "more than once" in refused(twice, 422, "invalid_request")["errors"][0]["what"]
    refused(shared_bridge.pm.http.post("/api/v1/me?name=Eve"), 422, "invalid_request")


def test_open_steps_are_shown_for_now_and_not_for_the_past(shared_bridge: Bridge) -> None:
    now = shown(shared_bridge.pm.get(f"/projects/{PROJECT}"))["project"]
    assert "pass:g1" in now["open_steps"]
    assert now["proposer"]["name"] == "Petra"
    past = shown(shared_bridge.pm.get(f"/projects/{PROJECT}", as_of=now["since_position"]))
    assert past["project"]["open_steps"] is None
    refused(shared_bridge.pm.get(f"/projects/{PROJECT}", as_of=1), 404, "not_known")
    refused(shared_bridge.pm.get("/projects/NOWHERE/trail"), 404, "not_known")
    refused(shared_bridge.pm.get("/projects/NOWHERE/facts"), 404, "not_known")
    refused(shared_bridge.pm.get("/projects/NOWHERE/evidence"), 404, "not_known")


def test_a_policy_is_shown_with_its_versions_and_their_texts(shared_bridge: Bridge) -> None:
    policy = shown(shared_bridge.pm.get("/policies/gates"))["policy"]
    (version,) = policy["versions"]
    assert policy["in_force"] == version["digest"]
    text = shown(shared_bridge.pm.get(f"/policies/gates/versions/{version['digest']}"))["text"]
    assert text["policy"] == "gates"
    assert text["matters"]["pass_gate"]["window"] == {"days": "7"}
    refused(shared_bridge.pm.get("/policies/gates/versions/abc"), 404, "not_known")
    pack = f"/policies/gates/versions/{shared_bridge.pack}"
    refused(shared_bridge.pm.get(pack), 404, "not_known")
    refused(shared_bridge.pm.get("/policies/other"), 404, "not_known")
    assert shown(shared_bridge.pm.get("/policies"))["policies"] == [policy]
    (portfolio,) = shown(shared_bridge.pm.get("/portfolios"))["portfolios"]
    assert portfolio == shown(shared_bridge.pm.get("/portfolios/CAP"))["portfolio"]
    (board,) = shown(shared_bridge.pm.get("/boards"))["boards"]
    assert board["code"] == "portfolio_board"


def test_an_event_is_shown_byte_for_byte_with_what_is_held_of_it(shared_bridge: Bridge) -> None:
    auditor = shared_bridge.served.caller("Aude", "auditor")
    house = shared_bridge.served.house
    for position in range(1, house.log.head() + 1):
        event = shown(auditor.get(f"/events/{position}"))["event"]
        recorded = house.log.at(position)
        assert recorded is not None
        assert event["content"].encode() == recorded.content
        assert {one["name"] for one in event["disclosures"]} <= {"name", "request", "reasons"}
    refused(auditor.get("/events/2", as_of=1), 404, "not_known")
    refused(auditor.get("/events/99999"), 404, "not_known")
    refused(auditor.get("/events/x"), 422, "invalid_request")


def lines(caller: Caller, count: int, **given: Any) -> list[dict[str, Any]]:
    """Read the first so many events of the live stream."""
    found: list[dict[str, Any]] = []
    headers = given.pop("headers", {})
    with caller.http.stream("GET", "/api/v1/stream", params=given, headers=headers) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["quorate-position"]
        event: dict[str, Any] = {}
        for line in response.iter_lines():
            name, _, value = line.partition(": ")
            if name in {"id", "data"}:
                event[name] = value
            if not line and event:
                found.append(event)
                event = {}
            if len(found) == count:
                break
    return found


def test_the_live_stream_can_be_read_from_any_place_and_ends_at_one(shared_bridge: Bridge) -> None:
    found = lines(shared_bridge.pm, 99, after=0, as_of=3)
    assert [event["id"] for event in found] == ["1", "2", "3"]
    assert json.loads(found[0]["data"])["topic"] == "office.founded/1"
    resumed = lines(shared_bridge.pm, 2, headers={"Last-Event-ID": "3"})
    assert [event["id"] for event in resumed] == ["4", "5"]


def test_what_happens_reaches_the_live_stream(bridge: Bridge) -> None:
    head = bridge.served.house.log.head()
    found: list[dict[str, Any]] = []
    listener = threading.Thread(target=lambda: found.extend(lines(bridge.pm, 2, after=head)))
    listener.start()
    other = bridge.members["chair"]
    for risk in ("3", "4"):
        fact = {"fact": "risk", "value": {"number": risk}}
        made(other.post(f"/projects/{PROJECT}/facts", fact))
    listener.join(10)
    assert not listener.is_alive()
    assert [int(event["id"]) for event in found] == [head + 1, head + 2]


def test_only_so_many_live_streams_are_open_at_once(tmp_path: Path) -> None:
    with serving(tmp_path, Settings(streams_max=1)) as served:
        bridge = Bridge(served).found()
        with bridge.pm.http.stream("GET", "/api/v1/stream", params={"after": 0}):
            response = bridge.office.get("/stream", after=0, as_of=1)
            refused(response, 503, "too_many_streams")
            assert response.headers["retry-after"]


def test_health_names_nobody_and_says_how_far_the_views_are(shared_bridge: Bridge) -> None:
    response = shared_bridge.served.bearing(None).http.get("/health")
    health = response.json()
    assert health["status"] == "ok"
    assert health["head"] == shared_bridge.served.house.log.head()
    assert health["demo"] is False
    assert {view["name"] for view in health["views"]} >= {"register", "trail", "decisions"}
    assert not any(name in response.text for name in ("Ana", "Olga", "Petra", "Works"))


def test_a_sitting_is_recorded_contested_and_ruled_by_its_chair(bridge: Bridge) -> None:
    bridge.opened()
    minutes = made(bridge.pm.upload(PROJECT, b"minutes", evidence="minutes", name="m.txt"))
    ballots = [{"seat": seat, "option": "go"} for seat in ("chair", "finance", "works")]
    sitting = {
        "on": moment_text(bridge.served.now())[:10],
        "present": ["chair", "finance", "works"],
        "minutes": minutes["sha256"],
        "ballots": ballots,
    }
    refused(
        bridge.pm.post(f"{REVIEW}/sittings", {**sitting, "minutes": "0" * 64}), 422, "field_missing"
    )
    made(bridge.pm.post(f"{REVIEW}/sittings", sitting))
    contest = {"seat": "works", "reason": "I abstained."}
    refused(bridge.members["chair"].post(f"{REVIEW}/contests", contest), 403, "not_a_seat")
    position = made(bridge.members["works"].post(f"{REVIEW}/contests", contest))["position"]
    review = shown(bridge.pm.get(REVIEW, min_position=position))["review"]
    assert [ballot["seat"] for ballot in review["ballots"]] == ["chair", "finance"]
    postponed = bridge.pm.post(f"{REVIEW}/postponement", {"to": "2999-01-01", "reason": "Snow."})
    assert postponed.status_code == 200
    withdrawn = bridge.pm.post(f"{REVIEW}/withdrawal", {"reason": "Not now."})
    assert withdrawn.status_code == 200
    refused(bridge.members["chair"].post(f"{REVIEW}/ruling"), 409, "review_over")


def test_a_ruling_from_outside_is_reported_and_confirmed_by_another(bridge: Bridge) -> None:
    made(bridge.pm.post(f"/projects/{PROJECT}/facts", NPV))
    minutes = made(bridge.pm.upload(PROJECT, b"minutes", evidence="minutes", name="m.txt"))
    report = {
        "project": PROJECT,
        "gate": "g1",
        "option": "go",
        "decided_by": bridge.ids["chair"],
        "decided_at": moment_text(bridge.served.now()),
        "minutes": minutes["sha256"],
    }
    made(bridge.pm.post("/reported-rulings", report))
    refused(bridge.pm.post(f"{REVIEW}/confirmation"), 403, "not_your_own")
    position = made(bridge.members["finance"].post(f"{REVIEW}/confirmation"))["position"]
    (line,) = shown(bridge.pm.get("/decisions", reported=True, min_position=position))["decisions"]
    assert (line["ground"], line["decided_by"]["name"]) == ("reported", "Ana")
    decision = shown(bridge.pm.get(REVIEW.replace("/reviews", "/decisions")))["decision"]
    assert decision["effective_at"] == report["decided_at"]
    assert decision["checks"] is None
    assert shown(bridge.pm.get("/decisions", reported=False))["decisions"] == []


def test_a_view_that_stopped_says_where_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def burst(*_given: object) -> None:
        raise ValueError("cannot fold this")

    faulty = replace(DECISIONS, topics=frozenset({"portfolio.chartered/1"}), fold=burst)
    views = tuple(faulty if view is DECISIONS else view for view in VIEWS)
    monkeypatch.setattr("api.house.VIEWS", views)
    with serving(tmp_path) as served:
        bridge = Bridge(served).found()
        head = served.house.log.head()
        shown(bridge.pm.get("/projects", min_position=head))
        response = bridge.pm.get("/decisions")
        problem = refused(response, 503, "view_stopped")
        assert "portfolio.chartered/1" in problem["detail"]
        assert response.headers["retry-after"]
        health = bridge.pm.http.get("/health").json()
        assert health["status"] == "degraded"
        (stopped,) = [view for view in health["views"] if view["stopped_at"]]
        assert (stopped["name"], stopped["topic"]) == ("decisions", "portfolio.chartered/1")
