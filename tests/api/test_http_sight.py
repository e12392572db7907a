"""Every route there is, asked by somebody who may not see two of the projects.

The routes come from the description of the API: a new one is tried without being named here, and
one that takes something new to fill in fails until it is said what. What names a hidden project is
answered exactly as what names one there never was; nothing else holds any mark of it.
"""

import re
from collections.abc import Iterator
from itertools import product
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import httpx
import pytest

from tests.api.conftest import serving
from tests.api.entangled import ALL_MARKS as MARKS
from tests.api.entangled import Entangled
from tests.api.hushed import SECRET, Hushed, line, money

HIDDEN, UNKNOWN = "HUSH-7", "NONE-7"
API = "/api/v1"
PASSING = {"date", "content-length", "idempotency-key"}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hushed]:
    with serving(tmp_path_factory.mktemp("hushed")) as served:
        hushed = Entangled(served).found().lived()
        assert hushed.olga.post("/me").status_code == 201
        hushed.seen(hushed.olga, "/projects")
        yield hushed


def described(office: Hushed, method: str) -> list[tuple[str, dict[str, Any]]]:
    paths = office.aude.get("/openapi.json").json()["paths"]
    return [
        (path.removeprefix(API), found[method])
        for path, found in paths.items()
        # What is under /log are hashes; the bundles of events there are for auditors alone.
        if method in found and path.startswith(API)
    ]


def fillings(office: Hushed) -> dict[str, list[Any]]:
    """What each parameter is filled with; `HIDDEN` in a text stands for a project not seen."""
    return {
        "code": [HIDDEN, "OPEN-1", "OPEN-2", "OPEN-3", "CAP", "gates"],
        "subject": [HIDDEN, "OPEN-1", "OPEN-2", "OPEN-3", "portfolio.CAP"],
        "about": ["g1", "fund", "change", "round", "rank", "twin", "join", "part", "closing"],
        "number": [1],
        "name": ["works_board", "secret_board"],
        "digest": [office.pack, "0" * 64],
        "sha256": [office.file],
        "person": [*office.ids.values()],
        "position": list(range(1, office.head + 1)),
        "form": ["csv"],
    }


QUERIES = {
    "project": [HIDDEN],
    "subject": [
        *(f"{mark}{HIDDEN}" for mark in ("project:", "names:project:")),
        *(f"{mark}{HIDDEN}/g1/1" for mark in ("review:", "about:review:")),
        *("portfolio:CAP", "review:portfolio.CAP/round/1", "project:OPEN-3"),
    ],
    "portfolio": ["CAP"],
    "effective": ["2999-01-01"],
    "overdue": ["false"],
    "status": ["ruled", "open", "approved"],
    "standing": ["active"],
    "phase": ["build"],
    "compare": ["original,current"],
    "outcome": ["approve"],
    "reported": ["false"],
    "since": ["2000-01-01"],
    "until": ["2999-01-01"],
    "owner": [],
    "board": ["works_board"],
    "on": ["2999-01-01"],
    "after": ["0"],
    "limit": ["1"],
    "cursor": [],
    "as_of": [],
    "min_position": [],
    "stream": [f"project:{HIDDEN}", "portfolio:CAP"],
    "first": ["1"],
    "last": ["1"],
}
"""Every parameter of a query: with what it is tried."""


def questions(office: Hushed) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every question of every route, now and before the restriction."""
    fills = fillings(office)
    for path, operation in described(office, "get"):
        names = re.findall(r"\{(\w+)\}", path)
        asked = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
        assert set(names) <= set(fills), f"{path}: say what to fill in"
        assert set(asked) <= set(QUERIES), f"{path}: say what to ask"
        variants: list[dict[str, Any]] = [{}]
        variants += [{name: value} for name in asked for value in QUERIES[name]]
        for values in product(*(fills[name] for name in names)):
            at = path
            for name, value in zip(names, values, strict=True):
                at = at.replace(f"{{{name}}}", quote(str(value)))
            for variant, as_of in product(variants, (None, office.before)):
                ends = {"as_of": as_of or office.head} if as_of or path == "/stream" else {}
                yield at, variant | (ends if "as_of" in asked else {})


def said(response: httpx.Response) -> str:
    """Everything an answer says: its status, its headers and its body."""
    headers = {name: value for name, value in response.headers.items() if name not in PASSING}
    return f"{response.status_code} {sorted(headers.items())} {response.text}"


def answered(office: Hushed, path: str, query: dict[str, Any]) -> str:
    """What is answered, without the digest of an export, which is over the question as well."""
    return re.sub("(?<=digest,)[0-9a-f]{64}", "", said(office.olga.get(path, **query)))


def asks_for_hidden(path: str, query: dict[str, Any]) -> bool:
    return HIDDEN in path or any(HIDDEN in str(value) for value in query.values())


def pages(office: Hushed, path: str, query: dict[str, Any]) -> Iterator[httpx.Response]:
    response = office.olga.get(path, **query)
    yield response
    while "link" in response.headers:
        target = urlsplit(response.headers["link"].partition(">")[0][1:])
        response = office.olga.get(path, **dict(parse_qsl(target.query)))
        yield response


def test_no_question_is_answered_with_anything_about_a_hidden_project(office: Hushed) -> None:
    tried = 0
    for path, query in questions(office):
        if asks_for_hidden(path, query):
            continue
        for response in pages(office, path, query):
            tried += 1
            found = [mark for mark in MARKS if mark in said(response)]
            assert not found, (path, query, found, response.text)
            assert response.status_code < 500, response.text
    assert tried > 300


def test_a_question_about_a_hidden_project_is_answered_as_about_one_there_never_was(
    office: Hushed,
) -> None:
    tried = 0
    for path, query in questions(office):
        if not asks_for_hidden(path, query):
            continue
        tried += 1
        hidden = answered(office, path, query)
        other = {name: str(value).replace(HIDDEN, UNKNOWN) for name, value in query.items()}
        unknown = answered(office, path.replace(HIDDEN, UNKNOWN), other)
        assert hidden.replace(HIDDEN, UNKNOWN) == unknown, (path, query)
        assert not [mark for mark in MARKS if mark != HIDDEN and mark in hidden]
    assert tried > 80


def test_those_who_see_it_meet_the_marks_at_every_such_route(office: Hushed) -> None:
    """The walk asks for the right things: who may see the projects finds all there is."""
    met: set[str] = set()
    for path, query in questions(office):
        if path != "/stream":
            text = office.aude.get(path, **query).text
            met |= {mark for mark in MARKS if mark in text}
    assert met == set(MARKS)


PACK = {"request": "Do it.", "options": []}
ACTS: dict[str, Any] = {
    "request_change": {"reason": "So.", "lines": [line("1.00")]},
    "withdraw_change": {"reason": "So."},
    "satisfy_condition": {},
    "record_fact": {"fact": "npv", "value": {"money": money("1.00")}},
    "attach_evidence": None,
    "attach_evidence_elsewhere": {
        "evidence": "business_case", "name": "a.pdf", "address": "x", "sha256": "0" * 64, "size": 1
    },
    "request_funds": {"lines": [line("1.00")]},
    "record_cost": {"lines": [line("1.00")]},
    "open_round": {"projects": ["OPEN-1", HIDDEN], "matter": "round"},
    "open_merge": {"projects": ["OPEN-1", HIDDEN]},
    "withdraw_project": {"reason": "So."},
    "restrict_project": {"roles": ["office"]},
    "lift_restriction": None,
    "open_review": {"project": HIDDEN, "gate": "g1"},
    "present_pack": PACK,
    "open_pack": None,
    "ask_question": {"text": "Why?"},
    "answer_question": {"text": "So."},
    "cast_vote": {"pack": "0" * 64, "option": "go_if"},
    "declare_conflict": {"reason": "So."},
    "record_sitting": {"on": "2026-01-01", "present": ["chair"], "minutes": "0" * 64,
                       "ballots": [{"seat": "chair", "option": "go_if"}]},
    "contest_ballot": {"seat": "chair", "reason": "So."},
    "postpone_review": {"to": "2999-01-01", "reason": "So."},
    "withdraw_review": {"reason": "So."},
    "rule_review": None,
    "report_ruling": {"project": HIDDEN, "gate": "g1", "option": "go_if", "decided_by": "?",
                      "decided_at": "2026-01-01T00:00:00Z", "minutes": "0" * 64},
    "confirm_ruling": None,
}  # fmt: skip
"""Every act on a project or review, with what it sends."""

ON_NO_PROJECT = {
    *("found_office", "sign_in", "register_person", "adopt_policy", "charter_portfolio"),
    *("appoint_member", "relieve_member", "set_envelope", "close_period", "confirm_take_on"),
    *("link_identity", "join_people", "delegate", "revoke_delegation", "name_deputy"),
    *("recall_deputy", "grant_authority"),
    *("erase_person", "place_hold", "lift_hold"),  # see test_privacy_doors.py
    *("set_retention", "propose_disposal", "approve_disposal", "decline_disposal"),
    # see test_keeping_doors.py
    "propose_project",  # a code that is taken is taken, whoever asks
}


ABOUT = {"subject": HIDDEN, "about": "g1", "number": 1, "question": 1, "condition": "permit"}


def acts(office: Hushed) -> Iterator[tuple[str, str, Any]]:
    for path, operation in described(office, "post"):
        name = operation["operationId"]
        if name in ON_NO_PROJECT:
            continue
        assert name in ACTS, f"say what {name} sends about a project that is not shown"
        code = "CAP" if path.startswith("/portfolios") else HIDDEN
        yield name, path.format(code=code, **ABOUT), ACTS[name]


def sent(office: Hushed, path: str, name: str, body: Any, headers: dict[str, str]) -> str:
    if name == "attach_evidence":
        query = {"evidence": "business_case", "name": "a.pdf"}
        url = f"{API}{path}"
        return said(office.olga.http.post(url, content=SECRET, params=query, headers=headers))
    return said(office.olga.http.post(f"{API}{path}", json=body, headers=headers))


@pytest.mark.parametrize("headers", [{}, {"If-Match": '"1"'}], ids=["plain", "if-match"])
def test_an_act_on_a_hidden_project_is_answered_as_on_one_there_never_was(
    office: Hushed, headers: dict[str, str]
) -> None:
    head = office.head
    for name, path, body in acts(office):
        hidden = sent(office, path, name, body, headers)
        there_is_none = renamed(body)
        unknown = sent(office, path.replace(HIDDEN, UNKNOWN), name, there_is_none, headers)
        assert hidden.replace(HIDDEN, UNKNOWN) == unknown, (name, hidden, unknown)
        assert hidden.startswith(("404 ", "412 ")), (name, hidden)
    assert office.head == head, "nothing is on record of it, refusals included"


def renamed(body: Any) -> Any:
    """Return a body that names a project there never was in the place of the hidden one."""
    if isinstance(body, dict):
        return {name: renamed(value) for name, value in body.items()}
    if isinstance(body, list):
        return [renamed(value) for value in body]
    return UNKNOWN if body == HIDDEN else body


def test_undoing_a_ruling_about_a_hidden_project_is_undoing_none(office: Hushed) -> None:
    body = {"project": "OPEN-1", "matter": "error", "undo": f"review:{HIDDEN}/g1/1"}
    hidden = said(office.olga.post("/reviews", body))
    unknown = said(office.olga.post("/reviews", body | {"undo": f"review:{UNKNOWN}/g1/1"}))
    assert hidden.replace(HIDDEN, UNKNOWN) == unknown
    assert hidden.startswith("404 ")


def test_the_title_of_a_project_proposed_restricted_is_in_no_event(
    office: Hushed,
) -> None:
    log = office.served.house.log
    started = list(log.stream("project:HUSH-8"))
    assert all(b"other works" not in one.content for one in started)
    first, second = (one.event.topic for one in started[:2])
    assert (first, second) == ("project.proposed/1", "project.restricted/1")
    shown = office.seen(office.aude, "/projects/HUSH-8").json()["project"]
    assert shown["title"] == "Xyzzy other works"


def test_an_order_with_a_project_that_is_not_shown_is_not_opened_and_names_none(
    office: Hushed,
) -> None:
    rounds = "/portfolios/CAP/rounds"
    body = {"projects": ["OPEN-1"], "matter": "rank"}
    answer = office.olga.post(rounds, body)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    assert not [mark for mark in MARKS if mark in answer.text]
    seen = office.ana.post(rounds, body)
    assert "HUSH-7 (rank 2)" in seen.json()["detail"]
