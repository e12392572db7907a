"""Which doors open to whom: no token, a bad token, the wrong role; and the shape of every route."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from tests.api.conftest import NPV, PROJECT, REVIEW, Bridge, made, refused, serving, shown

METHODS = {"GET", "POST"}
FILLED = {"number": "1", "question": "1", "position": "1", "sha256": "0" * 64}


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Every route that answers with data; pages have walls of their own, see tests/web."""
    for route in iter_route_contexts(app.routes):
        if not getattr(route.original_route, "include_in_schema", True):
            continue
        for method in sorted(METHODS & set(route.methods or ())):
            yield (
                method,
                re.sub(
                    r"\{(\w+)\}", lambda found: FILLED.get(found[1], "nothing"), route.path or ""
                ),
            )


def test_there_are_routes_to_walk(shared_bridge: Bridge) -> None:
    assert len(list(routes(shared_bridge.served.app))) > 50


def test_only_health_answers_without_sign_in(shared_bridge: Bridge) -> None:
    nobody = shared_bridge.served.bearing(None).http
    for method, path in routes(shared_bridge.served.app):
        response = nobody.request(method, path)
        if path == "/health":
            assert response.status_code == 200
        else:
            refused(response, 401, "not_signed_in")
            assert response.headers["www-authenticate"] == 'Bearer realm="quorate"'


def test_a_path_there_is_not_tells_a_stranger_nothing(shared_bridge: Bridge) -> None:
    nobody = shared_bridge.served.bearing(None).http
    for path in ("/", "/api/v1/nothing", "/docs", "/api/v1/openapi.json", "/health/", "//health"):
        refused(nobody.get(path), 401, "not_signed_in")


def test_a_token_that_does_not_hold_is_refused_and_told_why(shared_bridge: Bridge) -> None:
    served = shared_bridge.served
    good = served.issuer.issue_token("Ana", ["member"])
    expired = served.issuer.issue_token("Ana", ["member"], timedelta(seconds=-1))
    for token, why in (
        (expired, "the token has expired"),
        (good[:-4] + "AAAA", "the signature of the token does not fit its content"),
        (good.rpartition(".")[0] + ".", "the token is not signed"),
        ("x" * 9000, "the token is longer than"),
    ):
        response = served.bearing(token).get("/me")
        assert why in refused(response, 401, "not_signed_in")["detail"]
        assert why in response.headers["www-authenticate"]


def test_no_header_but_a_bearer_token_is_trusted(shared_bridge: Bridge) -> None:
    http = shared_bridge.served.bearing(None).http
    for headers in (
        {"X-Forwarded-User": "Ana"},
        {"Authorization": "Basic QW5hOmE="},
        {"Authorization": "Bearer"},
        {"Cookie": "token=abc"},
    ):
        refused(http.get("/api/v1/me", headers=headers), 401, "not_signed_in")


def test_a_role_opens_its_doors_and_no_others(shared_bridge: Bridge) -> None:
    served, pm = shared_bridge.served, shared_bridge.pm
    reader, auditor = served.caller("Rita", "reader"), served.caller("Aude", "auditor")
    for caller in (reader, auditor):
        problem = refused(caller.post(f"/projects/{PROJECT}/facts", NPV), 403, "not_permitted")
        assert "administrator or office or member" in problem["detail"]
        shown(caller.get("/projects"))
    refused(pm.post("/people", {"name": "Eve"}), 403, "not_permitted")
    refused(
        pm.post("/portfolios", {"code": "X", "title": "X", "policy": "gates"}), 403, "not_permitted"
    )
    refused(pm.get("/events/1"), 403, "not_permitted")
    refused(reader.get("/events/1"), 403, "not_permitted")
    shown(auditor.get("/events/1"))
    refused(served.caller("Nil", "reader").post("/me"), 403, "not_permitted")


def test_a_token_without_a_role_we_know_opens_nothing_that_acts(shared_bridge: Bridge) -> None:
    nobody = shared_bridge.served.bearing(shared_bridge.served.issuer.issue_token("Zoe", []))
    problem = refused(nobody.post("/me"), 403, "not_permitted")
    assert "your token has none" in problem["detail"]
    refused(nobody.get("/projects"), 403, "not_permitted")


def test_every_error_of_every_route_is_a_problem(shared_bridge: Bridge) -> None:
    caller = shared_bridge.served.caller("Stray", "member", "office", "auditor").http
    for method, path in routes(shared_bridge.served.app):
        if path.endswith("/stream"):
            continue
        response = caller.request(method, path)
        if response.status_code >= 400:
            assert response.status_code < 500, response.text
            refused(response, response.status_code, response.json()["code"])


def test_a_path_there_is_not_is_a_problem(shared_bridge: Bridge) -> None:
    refused(shared_bridge.pm.get("/nothing"), 404, "no_such_page")
    refused(shared_bridge.pm.get("/projects/A%2FB"), 404, "no_such_page")
    refused(shared_bridge.pm.http.get("/docs"), 404, "no_such_page")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/v1/projects", "GET, POST"),
        ("PUT", f"/api/v1{REVIEW}/pack", "GET, POST"),
        ("PATCH", "/api/v1/me", "GET, POST"),
        ("GET", f"/api/v1{REVIEW}/ballots", "POST"),
        ("POST", "/health", "GET"),
    ],
)
def test_a_method_that_is_not_done_lists_every_one_that_is(
    shared_bridge: Bridge, method: str, path: str, allowed: str
) -> None:
    response = shared_bridge.pm.http.request(method, path)
    refused(response, 405, "method_not_allowed")
    assert response.headers["allow"] == allowed


ON_BOTH_CLOCKS = {
    "/api/v1/projects",
    "/api/v1/projects/{code}",
    "/api/v1/projects/{code}/facts",
    "/api/v1/exports/register.{form}",
}


def test_every_question_takes_a_place_in_the_log(shared_bridge: Bridge) -> None:
    described = shown_description(shared_bridge)
    for path, operations in described["paths"].items():
        if path.startswith("/log/"):
            continue  # a signed log has its own places: sizes and tiles
        asked = {one["name"] for one in operations.get("get", {}).get("parameters", ())}
        assert path == "/health" or "get" not in operations or {"as_of", "min_position"} <= asked
        effective = "effective" in asked
        assert effective == (path in ON_BOTH_CLOCKS), path


def test_the_description_says_what_errors_look_like(shared_bridge: Bridge) -> None:
    described = shown_description(shared_bridge)
    assert described["openapi"] == "3.1.0"
    assert "HTTPValidationError" not in described["components"]["schemas"]
    assert "Problem" in described["components"]["schemas"]
    names = [o["operationId"] for p in described["paths"].values() for o in p.values()]
    assert len(set(names)) == len(names)
    for operations in described["paths"].values():
        for operation in operations.values():
            (media,) = operation["responses"]["422"]["content"]
            assert media == "application/problem+json"


def shown_description(bridge: Bridge) -> dict[str, Any]:
    described: dict[str, Any] = bridge.pm.get("/openapi.json").json()
    return described


def test_every_answer_is_marked_as_data_that_is_not_kept(shared_bridge: Bridge) -> None:
    for response in (
        shared_bridge.pm.get("/projects"),
        shared_bridge.pm.get("/nothing"),
        shared_bridge.served.bearing(None).get("/me"),
        shared_bridge.pm.http.get("/health"),
    ):
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in response.headers["content-security-policy"]


def test_before_the_office_is_founded_every_question_says_so(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with serving(tmp_path_factory.mktemp("empty")) as served:
        olga = served.caller("Olga", "office")
        refused(olga.get("/office"), 404, "not_known")
        refused(olga.post("/people", {"name": "Ana"}), 404, "not_known")
        refused(olga.get("/projects", as_of="2026-01-01"), 404, "not_known")
        assert shown(olga.get("/projects"))["projects"] == []
        assert shown(olga.get("/me"))["me"]["person"] is None
        health = olga.http.get("/health").json()
        assert (health["status"], health["head"], health["founded"]) == ("ok", 0, False)
        refused(served.caller("Eve").post("/office", {"title": "Mine"}), 403, "not_permitted")
        refused(olga.post("/office", {"title": "X", "zone": "Mars/Base"}), 422, "malformed")


def test_a_fault_of_the_server_is_a_problem_that_tells_nothing(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    def burst(*_given: object) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(bridge.served.house.projects, "record_fact", burst)
    response = bridge.pm.post(f"/projects/{PROJECT}/facts", NPV)
    refused(response, 500, "fault")
    assert "secret" not in response.text
    assert response.headers["x-content-type-options"] == "nosniff"


def test_a_store_that_cannot_write_says_so_and_keeps_nothing(bridge: Bridge) -> None:
    log = bridge.served.house.log
    before = log.head()
    assert log.writer is not None
    log.writer.close()
    response = bridge.pm.post(f"/projects/{PROJECT}/facts", NPV)
    refused(response, 503, "store_unavailable")
    assert response.headers["retry-after"] == "2"
    assert log.head() == before
    shown(bridge.pm.get("/projects"))


def test_the_office_is_founded_by_whoever_signed_in_and_known_by_name(bridge: Bridge) -> None:
    me = shown(bridge.office.get("/me"))["me"]
    assert me["person"]["name"] == "Olga"
    assert me["roles"] == ["office"]
    office = shown(bridge.office.get("/office"))["office"]
    assert office["founder"] == me["person"]
    assert (
        "pepper"
        not in bridge.served.caller("Aude", "auditor")
        .get("/events/1")
        .text.replace('\\"', '"')
        .partition('"disclosures"')[2]
    )
    assert made(bridge.office.post("/me"))["person"] == me["person"]["id"]


def test_a_members_seats_are_shown_to_them(bridge: Bridge) -> None:
    head = bridge.served.house.log.head()
    me = shown(bridge.members["finance"].get("/me", min_position=head))["me"]
    assert [(seat["board"], seat["seat"]) for seat in me["seats"]] == [
        ("portfolio_board", "finance")
    ]
    board = shown(bridge.pm.get("/boards/portfolio_board"))["board"]
    assert {one["seat"]: one["person"]["name"] for one in board["members"]}["finance"] == "Ben"
    person = shown(bridge.pm.get(f"/people/{bridge.ids['finance']}"))["person"]
    assert person == {"id": bridge.ids["finance"], "name": "Ben"}
    refused(bridge.pm.get("/people/nobody"), 404, "not_known")
