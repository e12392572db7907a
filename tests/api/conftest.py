"""A real server on loopback over a real data directory, and the people who call it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from api import clock
from api.app import create_app
from api.house import House
from api.settings import Settings
from api.sign_in import Issuer

POLICY = """\
policy: gates
title: {en: Stage gates, de: Tore}
language: 1
facts:
  npv: {type: money, unit: EUR}
  risk: {type: number, unit: points, min: 0, max: 25}
  site: {type: choice, choices: [north, south]}
evidence:
  business_case: {label: Business case}
  minutes: {label: Minutes}
boards:
  portfolio_board:
    chair: chair
    seats: [{id: chair}, {id: finance}, {id: works}, {id: safety}]
    quorum: 3
    voting: {more_than: 1/2, of: cast, tie: chair, conflict: leaves}
lifecycle:
  initial: idea
  phases:
    - {id: idea, label: {de: Einfall, en: Idea}, standing: proposed}
    - {id: build, label: Build, standing: active}
  gates:
    - {id: g1, from: [idea], to: build}
matters:
  pass_gate:
    kind: pass_gate
    decided_by: [{up_to: 5000000 EUR, board: portfolio_board}]
    window: {days: 7}
    pack: {facts: [npv], evidence: [business_case], recommendation: true}
    criteria:
      - {id: pays_back, test: {fact: npv, at_least: 0 EUR}}
    options:
      - {id: go, outcome: approve, effects: [{do: move_phase}]}
      - id: later
        outcome: defer
        requires: [review_date]
        effects: [{do: rest, standing: deferred}]
      - {id: no, outcome: reject, effects: [{do: rest, standing: rejected}]}
"""
SEATS = {"chair": "Ana", "finance": "Ben", "works": "Cem", "safety": "Dua"}
PROJECT = "BRIDGE (north) ~2"
REVIEW = "/reviews/BRIDGE%20(north)%20~2/g1/1"
NPV = {"fact": "npv", "value": {"money": {"amount": "40000.00", "currency": "EUR"}}}


class Clock:
    """A clock that can be put forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return clock.now() + self.ahead


class Caller:
    """Somebody who calls the API."""

    def __init__(self, base: str, token: str | None) -> None:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self.http = httpx.Client(base_url=base, headers=headers, timeout=20, trust_env=False)

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.http.get(f"/api/v1{path}", params=query or None)

    def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.post(f"/api/v1{path}", json=body, headers=named)

    def upload(self, code: str, content: bytes, **query: str) -> httpx.Response:
        query = {"evidence": "business_case", "name": "case.pdf", **query}
        headers = {"Content-Type": "application/pdf"}
        path = f"/api/v1/projects/{code}/evidence"
        return self.http.post(path, content=content, params=query, headers=headers)


class Served:
    """A house that is being served."""

    def __init__(self, directory: Path, settings: Settings) -> None:
        self.directory = directory
        self.now = Clock()
        self.house = House(directory, writable=True, now=self.now)
        self.issuer = Issuer(directory, self.now, settings)
        self.app = create_app(self.house, self.issuer, settings)
        self.base = ""
        self._callers: list[Caller] = []

    def caller(self, name: str, *roles: str) -> Caller:
        return self.bearing(self.issuer.issue_token(name, roles or ("member",)))

    def bearing(self, token: str | None) -> Caller:
        caller = Caller(self.base, token)
        self._callers.append(caller)
        return caller

    def close(self) -> None:
        for caller in self._callers:
            caller.http.close()
        self.house.close()


@contextmanager
def serving(directory: Path, settings: Settings | None = None) -> Iterator[Served]:
    served = Served(directory, settings or Settings())
    config = uvicorn.Config(
        served.app,
        host="127.0.0.1",
        port=0,
        log_config=None,
        ws="none",
        lifespan="on",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.005)
        assert thread.is_alive(), "the server did not start"
    port = server.servers[0].sockets[0].getsockname()[1]
    served.base = f"http://127.0.0.1:{port}"
    try:
        yield served
    finally:
        server.should_exit = True
        thread.join(15)
        served.close()


class Bridge:
    """An office with a policy, a full board, a portfolio and one project, made over HTTP."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.office = served.caller("Olga", "office")
        self.pm = served.caller("Petra")
        self.members = {seat: served.caller(name) for seat, name in SEATS.items()}
        self.ids: dict[str, str] = {}
        self.pack = ""

    def found(self) -> "Bridge":
        made(self.office.post("/office", {"title": "Works", "languages": ["en"]}))
        made(self.office.post("/policies", {"text": POLICY}))
        for seat, name in SEATS.items():
            self.ids[seat] = made(self.office.post("/people", {"name": name}))["person"]
            appointment = {"policy": "gates", "seat": seat, "person": self.ids[seat]}
            made(self.office.post("/boards/portfolio_board/members", appointment))
        charter = {"code": "CAP", "title": "Capital", "policy": "gates"}
        made(self.office.post("/portfolios", charter))
        requested = {"amount": "1200000.00", "currency": "EUR"}
        proposal = {"portfolio": "CAP", "code": PROJECT, "title": "A bridge"}
        made(self.pm.post("/projects", {**proposal, "requested": requested}))
        return self

    def opened(self) -> "Bridge":
        made(self.pm.post(f"/projects/{PROJECT}/facts", NPV))
        made(self.pm.upload(PROJECT, b"%PDF a case"))
        made(self.pm.post("/reviews", {"project": PROJECT, "gate": "g1"}))
        request = {"request": "Build it.", "recommendation": "go", "reasons": "It pays."}
        self.pack = made(self.pm.post(f"{REVIEW}/pack", request))["pack"]
        return self

    def vote(self, seat: str, option: str = "go", **more: Any) -> httpx.Response:
        ballot = {"pack": self.pack, "option": option, **more}
        return self.members[seat].post(f"{REVIEW}/ballots", ballot)


def made(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    return body


def shown(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    assert response.headers["quorate-position"] == str(body["position"])
    assert "as_of" in body
    return body


def refused(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Assert the one shape every error has, and return it."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    problem: dict[str, Any] = response.json()
    assert (response.status_code, problem["code"]) == (status, code), response.text
    assert set(problem) >= {"type", "title", "status", "detail", "fix", "code", "instance"}
    assert problem["type"] == f"/problems/{code}"
    assert problem["status"] == status
    assert problem["detail"]
    return problem


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path) as house:
        yield house


@pytest.fixture
def bridge(served: Served) -> Bridge:
    return Bridge(served).found()


@pytest.fixture(scope="module")
def shared_bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    """An office with an open review, shared by tests that leave it as it is."""
    with serving(tmp_path_factory.mktemp("shared")) as house:
        yield Bridge(house).found().opened()
