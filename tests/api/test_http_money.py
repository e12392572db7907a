"""Money over HTTP: envelopes, requests, costs, rounds, and many clients after the last of it."""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import Caller, Served, made, refused, serving, shown
from tests.money_examples import MONEY_POLICY

SEATS = (
    ("works_board", "chair", "Ana"),
    ("works_board", "finance", "Ben"),
    ("works_board", "technical", "Cem"),
    ("head", "head", "Hana"),
)
MONEY = "/portfolios/APX/money"


def line(amount: str, period: str = "FY2027", kind: str = "capex", unit: str = "EUR") -> Any:
    return {"period": period, "kind": kind, "amount": {"amount": amount, "currency": unit}}


class Treasury:
    """An office with a board, a portfolio and its envelope, made over HTTP."""

    policy = MONEY_POLICY

    def __init__(self, served: Served) -> None:
        self.served = served
        self.office = served.caller("Olga", "office")
        self.pm = served.caller("Petra")
        self.members = {name: served.caller(name) for _board, _seat, name in SEATS}
        self.hana = self.members["Hana"]

    def found(self) -> "Treasury":
        made(self.office.post("/office", {"title": "Works", "languages": ["en"]}))
        made(self.office.post("/policies", {"text": self.policy}))
        for board, seat, name in SEATS:
            person = made(self.office.post("/people", {"name": name}))["person"]
            appointment = {"policy": "works", "seat": seat, "person": person}
            made(self.office.post(f"/boards/{board}/members", appointment))
        charter = {"code": "APX", "title": "Apex", "policy": "works"}
        made(self.office.post("/portfolios", charter))
        return self

    def envelope(self, *lines: Any, **headers: str) -> Any:
        return self.hana.post("/portfolios/APX/envelope", {"lines": lines}, **headers)

    def proposed(self, code: str) -> str:
        proposal = {"portfolio": "APX", "code": code, "title": f"Pumps {code}"}
        return str(made(self.pm.post("/projects", proposal))["project"])

    def voted(self, path: str, option: dict[str, Any], presenter: Caller | None = None) -> str:
        """Put a pack before a review and have the board vote for its option; not ruled yet."""
        body = {"request": "Fund it.", "options": [option]}
        pack = made((presenter or self.pm).post(f"{path}/pack", body))["pack"]
        for name in ("Ana", "Ben", "Cem"):
            ballot = {"pack": pack, "option": option["id"]}
            made(self.members[name].post(f"{path}/ballots", ballot))
        return path

    def funding(self, code: str, *lines: Any) -> str:
        made(self.pm.post("/reviews", {"project": code, "matter": "fund"}))
        return self.voted(f"/reviews/{code}/fund/1", {"id": "fund", "amounts": lines})

    def brief(self, path: str) -> dict[str, Any]:
        head = self.served.house.log.head()
        found = shown(self.members["Ana"].get(f"{path}/brief", min_position=head))["brief"]
        assert isinstance(found, dict)
        return found

    def cell(self, **query: Any) -> dict[str, Any]:
        (found,) = self.stands(**query)["cells"]
        assert isinstance(found, dict)
        return found

    def stands(self, **query: Any) -> dict[str, Any]:
        query = query or {"min_position": self.served.house.log.head()}
        found = shown(self.pm.get(MONEY, **query))["portfolio"]
        assert isinstance(found, dict)
        return found


@pytest.fixture
def treasury(tmp_path: Path) -> Iterator[Treasury]:
    with serving(tmp_path) as house:
        yield Treasury(house).found()


def test_a_portfolio_shows_its_money_and_the_projects_it_is_made_of(treasury: Treasury) -> None:
    told = treasury.envelope(line("1000.00")).json()
    assert told["verdict"]["outcome"] == "approve"
    code = treasury.proposed("A 1")
    made(treasury.pm.post(f"/projects/{code}/funds", {"lines": [line("500.00", unit="GBP")]}))
    made(treasury.members["Ana"].post(f"{treasury.funding(code, line('300.00'))}/ruling"))
    wrong = made(treasury.pm.post(f"/projects/{code}/costs", {"lines": [line("90.00")]}))
    right = {"lines": [line("9.00")], "corrects": wrong["position"], "source": "invoice 7"}
    made(treasury.pm.post(f"/projects/{code}/costs", right))
    cell = treasury.cell()
    (row,) = cell.pop("projects")
    totals = {
        "requested": [{"amount": "500.00", "currency": "GBP"}],
        "approved": "300.00",
        "funded": "300.00",
        "unfunded": "0.00",
        "allocated": "300.00",
        "released": "0.00",
        "held": "300.00",
        "actual": "9.00",
    }
    about = {"period": "FY2027", "kind": "capex", "currency": "EUR", "rates": []}
    late = {"closed": False, "overspent": "0.00", "not_shown": None}
    assert cell == {**about, **late, "envelope": "1000.00", "free": "700.00", **totals}
    where = {"code": "A 1", "title": "Pumps A 1", "phase": "idea", "standing": "proposed"}
    assert {name: row[name] for name in (*where, *totals)} == {**where, **totals}
    project = treasury.pm.http.get(row["href"])
    assert shown(project)["project"]["title"] == "Pumps A 1"
    then = treasury.cell(as_of=wrong["position"])
    assert (then["actual"], then["projects"][0]["actual"]) == ("90.00", "90.00")


def test_counts_link_to_the_projects_they_count(treasury: Treasury) -> None:
    for code in ("A", "B", "C"):
        treasury.proposed(code)
    made_or_told = treasury.pm.post("/projects/C/withdrawal", {"reason": "No need."})
    assert made_or_told.status_code == 200
    stands = treasury.stands()
    assert {one["standing"]: one["projects"] for one in stands["standings"]} == {
        "proposed": 2,
        "withdrawn": 1,
    }
    for counts in (stands["standings"], stands["phases"]):
        for one in counts:
            listed = shown(treasury.pm.http.get(one["href"]))["projects"]
            assert len(listed) == one["projects"]
    assert len(shown(treasury.pm.http.get(stands["href"]))["projects"]) == 3


def test_an_envelope_is_set_on_what_was_seen_or_not_at_all(treasury: Treasury) -> None:
    first = treasury.pm.get("/portfolios/APX")
    seen = first.headers["etag"]
    assert (seen, shown(first)["portfolio"]["code"]) == ('"1"', "APX")
    assert treasury.envelope(line("10.00"), If_Match=seen).status_code == 200
    refused(treasury.envelope(line("11.00"), If_Match=seen), 412, "stale")
    treasury.stands()
    now = treasury.pm.get("/portfolios/APX").headers["etag"]
    assert now == treasury.pm.get(MONEY).headers["etag"] == '"2"'
    assert (
        treasury.pm.get(MONEY, as_of=treasury.served.house.log.head() - 1).headers["etag"] == seen
    )
    assert treasury.envelope(line("11.00"), If_Match=now).status_code == 200


def test_whoever_is_no_sole_decider_opens_the_review(treasury: Treasury) -> None:
    told = treasury.pm.post("/portfolios/APX/envelope", {"lines": [line("10.00")]}).json()
    assert told["review"] == "review:portfolio.APX/envelope/1"
    assert "verdict" not in told
    assert treasury.stands()["cells"] == []


def test_an_envelope_below_what_projects_hold_is_refused(treasury: Treasury) -> None:
    treasury.envelope(line("100.00"))
    path = treasury.funding(treasury.proposed("A"), line("60.00"))
    made(treasury.members["Ana"].post(f"{path}/ruling"))
    problem = refused(treasury.envelope(line("59.99")), 409, "funds_available")
    assert "projects hold 60.00 EUR" in problem["detail"]


@pytest.mark.parametrize(
    ("lines", "status", "code"),
    [
        ([], 422, "invalid_request"),
        ([line("-1")], 422, "invalid_request"),
        ([line("1", period="2027")], 422, "invalid_request"),
        ([line("1", period="FY2027-Q1")], 422, "not_in_policy"),
        ([line("1", kind="cash")], 422, "not_in_policy"),
        ([line("1", unit="USD")], 422, "not_in_policy"),
        ([line("1"), line("2")], 422, "malformed"),
    ],
)
def test_lines_that_do_not_fit_are_refused_at_every_door(
    treasury: Treasury, lines: list[Any], status: int, code: str
) -> None:
    treasury.proposed("A")
    for caller, path in (
        (treasury.hana, "/portfolios/APX/envelope"),
        (treasury.pm, "/projects/A/funds"),
        (treasury.pm, "/projects/A/costs"),
    ):
        refused(caller.post(path, {"lines": lines}), status, code)


def test_a_round_funds_what_is_above_the_line(treasury: Treasury) -> None:
    treasury.envelope(line("1000.00"))
    codes = [treasury.proposed(code) for code in "ABCDE"]
    body = {"projects": codes, "matter": "round"}
    opened = treasury.hana.post("/portfolios/APX/rounds", body)
    path = made(opened)["review"].replace("review:", "/reviews/")
    assert opened.headers["location"] == f"/api/v1{path}"
    awards = [
        {"project": code, "rank": rank, "amounts": [line("300.00")] if rank < 4 else []}
        for rank, code in enumerate(codes, start=1)
    ]
    option = {"id": "award", "awards": awards, "review_date": "2027-01-15"}
    treasury.voted(path, option, treasury.hana)
    made(treasury.members["Ana"].post(f"{path}/ruling"))
    stands = treasury.stands()
    (cell,) = stands["cells"]
    assert [row["code"] for row in cell["projects"]] == ["A", "B", "C"]
    assert (cell["held"], cell["free"]) == ("900.00", "100.00")
    assert {one["standing"]: one["projects"] for one in stands["standings"]} == {
        "deferred": 2,
        "proposed": 3,
    }


def rule_all(given: tuple[str, str, list[str]]) -> list[tuple[str, str]]:
    """In a process of its own: rule several reviews at once, and tell what became of each."""
    base, token, paths = given
    barrier = threading.Barrier(len(paths))

    def rule(path: str) -> tuple[str, str]:
        caller = Caller(base, token)
        barrier.wait(20)
        answer = caller.post(f"{path}/ruling")
        while answer.status_code == 409 and answer.json()["code"] == "conflict":
            answer = caller.post(f"{path}/ruling")  # as the answer says: try again
        caller.http.close()
        return path, "ruled" if answer.status_code == 201 else answer.json()["code"]

    with ThreadPoolExecutor(len(paths)) as pool:
        return list(pool.map(rule, paths))


def test_of_many_clients_after_the_last_money_exactly_the_affordable_win(
    treasury: Treasury,
) -> None:
    """Two processes of clients, each with eight connections, threads and a pace of its own."""
    treasury.envelope(line("1000.00"))
    paths = [treasury.funding(treasury.proposed(f"P{n:02d}"), line("130.00")) for n in range(16)]
    tokens = [treasury.served.issuer.issue_token(name, ["member"]) for name in ("Ana", "Ben")]
    base = treasury.served.base
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        halves = zip((base, base), tokens, (paths[::2], paths[1::2]), strict=True)
        answers = dict(answer for half in pool.map(rule_all, halves) for answer in half)
    assert Counter(answers.values()) == {"ruled": 7, "funds_available": 9}
    cell = treasury.cell()
    assert (cell["held"], cell["free"]) == ("910.00", "90.00")
    won = {f"P{n:02d}" for n, path in enumerate(paths) if answers[path] == "ruled"}
    assert {row["code"]: row["held"] for row in cell["projects"]} == dict.fromkeys(won, "130.00")
    portfolio = treasury.served.house.desk.load().portfolio("APX")
    assert portfolio.free(("FY2027", "capex")) == 90


def test_what_there_is_not_is_not_known(treasury: Treasury) -> None:
    for path in ("/portfolios/NONE", "/portfolios/NONE/money"):
        refused(treasury.pm.get(path), 404, "not_known")
    body = {"lines": [line("1")]}
    for path in ("/portfolios/NONE/envelope", "/projects/NONE/funds", "/projects/NONE/costs"):
        refused(treasury.hana.post(path, body), 404, "not_known")
    round_body = {"projects": ["NONE"]}
    refused(treasury.hana.post("/portfolios/APX/rounds", round_body), 404, "not_known")
