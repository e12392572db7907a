"""Restricting a project and opening it again: who says so, who sees it, and what totals say."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from api.sign_in import Role
from domain.restriction import DoorRole
from tests.api.conftest import Caller, made, refused, serving, shown
from tests.api.hushed import Hushed, line
from tests.api.test_http_looking import lines

HUSH = "/projects/HUSH-7"
ROUND = "/reviews/portfolio.CAP/round/1"


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hushed]:
    with serving(tmp_path_factory.mktemp("lived")) as served:
        yield Hushed(served).found().lived()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Hushed]:
    """An office with one project that everybody sees."""
    with serving(tmp_path) as served:
        hushed = Hushed(served).found()
        body = {"portfolio": "CAP", "code": "HUSH-7", "title": "Pumps"}
        made(hushed.pm.post("/projects", body))
        made(hushed.olga.post("/me"))
        yield hushed


def sees(office: Hushed, caller: Caller, path: str = HUSH) -> bool:
    status = office.seen(caller, path).status_code
    assert status in {200, 404}
    return bool(status == 200)


def restrict(office: Hushed, **named: Any) -> dict[str, Any]:
    return made(office.pm.post(f"{HUSH}/restriction", named))


def test_a_seat_a_role_or_a_name_opens_a_restricted_project_and_nothing_else_does(
    office: Hushed,
) -> None:
    rita = office.served.caller("Rita", "reader")
    assert sees(office, rita)
    restrict(office, boards=["secret_board"])
    seen = [sees(office, caller) for caller in (office.pm, office.kim, office.aude)]
    assert seen == [True, True, True]
    assert not any(sees(office, caller) for caller in (office.olga, office.ana, rita))
    restrict(office, roles=["reader"])
    assert sees(office, rita)
    assert sees(office, office.olga), "she has that role as well"
    assert not sees(office, office.ana)
    restrict(office, people=[office.ids["Ana"]])
    assert sees(office, office.ana)
    assert not sees(office, office.kim)


def test_today_s_restriction_hides_the_past_and_opening_shows_it_again(office: Hushed) -> None:
    before = office.head
    restrict(office, boards=["secret_board"])
    refused(office.olga.get(HUSH, as_of=before), 404, "not_known")
    assert shown(office.olga.get("/projects", as_of=before))["not_shown"] == 1
    opened = made(office.pm.post(f"{HUSH}/opening"))
    assert sees(office, office.olga)
    hidden_then = shown(office.olga.get(HUSH, as_of=opened["position"] - 1))
    assert hidden_then["project"]["restricted"] is None


def test_whoever_is_on_the_panel_of_a_review_sees_what_it_is_about(office: Hushed) -> None:
    restrict(office, boards=["secret_board"])
    assert not sees(office, office.ana)
    made(office.pm.post("/reviews", {"project": "HUSH-7", "matter": "fund"}))
    assert sees(office, office.ana)
    assert sees(office, office.ana, "/reviews/HUSH-7/fund/1")
    withdrawn = office.pm.post("/reviews/HUSH-7/fund/1/withdrawal", {"reason": "Later."})
    assert withdrawn.status_code == 200
    assert sees(office, office.ana), "of a past one as well"


def test_a_seat_counts_on_the_day_it_is_held(office: Hushed) -> None:
    restrict(office, boards=["secret_board"])
    assert sees(office, office.kim)
    relief = {"policy": "gates", "seat": "keeper", "person": office.ids["Kim"]}
    made(office.olga.post("/boards/secret_board/reliefs", relief))
    assert not sees(office, office.kim)


def test_its_proposer_or_somebody_who_decides_says_who_sees_it(office: Hushed) -> None:
    named = {"boards": ["secret_board"]}
    refused(office.olga.post(f"{HUSH}/restriction", named), 403, "not_permitted")
    made(office.ana.post(f"{HUSH}/restriction", named))
    assert shown(office.seen(office.kim, HUSH))["project"]["restricted"] == {
        "boards": ["secret_board"],
        "roles": [],
        "people": [],
    }
    refused(office.ana.post(f"{HUSH}/opening"), 404, "not_known")
    made(office.pm.post(f"{HUSH}/opening"))
    refused(office.pm.post(f"{HUSH}/opening"), 409, "not_now")


def test_a_restriction_names_somebody_there_is(office: Hushed) -> None:
    def refuse(status: int, code: str, **named: Any) -> None:
        refused(office.pm.post(f"{HUSH}/restriction", named), status, code)

    refuse(422, "invalid_request")
    refuse(422, "invalid_request", roles=["king"])
    refuse(422, "not_in_policy", boards=["round_table"])
    refuse(404, "not_known", people=["nobody"])
    body = {"portfolio": "CAP", "code": "N-1", "title": "N", "restricted": {"boards": ["no"]}}
    refused(office.pm.post("/projects", body), 422, "not_in_policy")


def test_the_door_and_the_record_know_the_same_roles() -> None:
    assert set(get_args(DoorRole)) == {role.value for role in Role}


def test_totals_hold_what_is_hidden_in_one_line_without_names(lived: Hushed) -> None:
    stands = shown(lived.seen(lived.olga, "/portfolios/CAP/money"))["portfolio"]
    whole = shown(lived.seen(lived.aude, "/portfolios/CAP/money"))["portfolio"]
    assert (stands["not_shown"], whole["not_shown"]) == (2, 0)
    (cell,), (all_of_it,) = stands["cells"], whole["cells"]
    assert [row["code"] for row in cell["projects"]] == ["OPEN-1"]
    assert cell["not_shown"]["projects"] == 2
    for name in ("approved", "allocated", "held", "actual", "requested", "free", "envelope"):
        assert cell[name] == all_of_it[name]
    rows = [float(row["held"]) for row in (*cell["projects"], cell["not_shown"])]
    assert sum(rows) == pytest.approx(float(cell["held"]))
    assert all_of_it["not_shown"] is None


def test_lists_say_how_many_are_not_shown_and_pages_add_up_to_it(lived: Hushed) -> None:
    for path, rows in (("/projects", "projects"), ("/trail", "trail"), ("/reviews", "reviews")):
        whole = len(shown(lived.seen(lived.aude, path, limit=1000))[rows])
        counted, response = 0, lived.seen(lived.olga, path, limit=1)
        while True:
            page = shown(response)
            counted += len(page[rows]) + page["not_shown"]
            if page["next"] is None:
                break
            response = lived.olga.http.get(response.headers["link"].partition(">")[0][1:])
        assert counted == whole, path


def test_a_round_shows_the_open_project_and_how_many_are_not_shown(lived: Hushed) -> None:
    review = shown(lived.seen(lived.olga, ROUND))["review"]
    assert (review["subjects"], review["not_shown"]) == (["project:OPEN-1"], 1)
    pack = shown(lived.seen(lived.olga, f"{ROUND}/pack"))["pack"]
    (option,) = [one for one in pack["content"]["options"] if one["id"] == "award"]
    assert [award["project"] for award in option["awards"]] == ["OPEN-1"]
    decision = shown(lived.seen(lived.olga, ROUND.replace("reviews", "decisions")))["decision"]
    assert (decision["subjects"], decision["not_shown"]) == (["project:OPEN-1"], 1)
    problem = refused(lived.olga.post(f"{ROUND}/questions", {"text": "Why?"}), 403, "not_permitted")
    assert "not shown to you" in problem["detail"]


def test_a_file_of_an_open_project_is_sent_though_a_hidden_one_has_it_too(office: Hushed) -> None:
    digest = made(office.pm.upload("HUSH-7", b"shared"))["sha256"]
    restrict(office, boards=["secret_board"])
    assert office.seen(office.olga, f"/evidence/{digest}").status_code == 404
    made(office.pm.post("/projects", {"portfolio": "CAP", "code": "O-1", "title": "Open"}))
    made(office.pm.upload("O-1", b"shared"))
    assert office.seen(office.olga, f"/evidence/{digest}").content == b"shared"


def test_a_live_stream_goes_quiet_about_a_project_from_its_restriction_on(office: Hushed) -> None:
    head = office.head
    found: list[dict[str, Any]] = []
    listener = threading.Thread(target=lambda: found.extend(lines(office.olga, 2, after=head)))
    listener.start()
    first = made(office.pm.post(f"{HUSH}/funds", {"lines": [line("1.00")]}))["position"]
    while not found and listener.is_alive() and office.head < first:
        listener.join(0.01)
    restrict(office, boards=["secret_board"])
    made(office.pm.post(f"{HUSH}/funds", {"lines": [line("2.00")]}))
    made(office.pm.post("/projects", {"portfolio": "CAP", "code": "O-1", "title": "Open"}))
    last = made(office.pm.post("/projects", {"portfolio": "CAP", "code": "O-2", "title": "Open"}))
    listener.join(10)
    assert not listener.is_alive()
    told = {int(event["id"]) for event in found}
    assert not told & {first + 1, first + 2}
    assert told <= {first, first + 3, last["position"]}
