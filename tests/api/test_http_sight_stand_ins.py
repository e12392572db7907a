"""Restricted projects and who acts for whom: deputies, delegates and joined people see their own.

Emil stands in for somebody; Olga runs the office and never sees the project.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.api import hushed
from tests.api.conftest import Caller, made, refused, serving, shown
from tests.api.hushed import Hushed

HUSH = "/projects/HUSH-7"
ALLOWED = "seats: [{id: chair}], delegation: {}, deputies: {}, quorum: 1"
KEPT = "seats: [{id: keeper}], delegation: {onward: true}, deputies: {}, quorum: 1"
POLICY = hushed.POLICY.replace("seats: [{id: chair}], quorum: 1", ALLOWED).replace(
    "seats: [{id: keeper}], quorum: 1", KEPT
)


class Stood(Hushed):
    """The office, whose boards allow deputies and delegates."""

    policy = POLICY


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Hushed]:
    """An office with one project restricted to a board, and people who stand in nowhere yet."""
    with serving(tmp_path) as served:
        office = Stood(served).found()
        named = {"restricted": {"boards": ["secret_board"]}}
        body = {"portfolio": "CAP", "code": "HUSH-7", "title": "Pumps"}
        made(office.pm.post("/projects", body | named))
        for name in ("Emil", "Fritz"):
            office.ids[name] = made(office.olga.post("/people", {"name": name}))["person"]
        yield office


def sees(office: Hushed, caller: Caller) -> bool:
    return bool(office.seen(caller, HUSH).status_code == 200)


def days(office: Hushed, ahead: int) -> str:
    return (office.served.now().date() + timedelta(days=ahead)).isoformat()


def test_a_deputy_sees_what_the_seat_sees_up_to_the_last_day(office: Hushed) -> None:
    emil = office.served.caller("Emil")
    assert not sees(office, emil)
    cover = {"policy": "gates", "seat": "keeper", "person": office.ids["Emil"]}
    made(
        office.served.caller("Kim").post(
            "/boards/secret_board/deputies", cover | {"until": days(office, 2)}
        )
    )
    assert sees(office, emil)
    office.served.now.ahead = timedelta(days=3)
    assert not sees(office, office.served.caller("Emil"))


def test_a_delegate_sees_what_the_seat_sees_until_it_is_revoked(office: Hushed) -> None:
    fritz = office.served.caller("Fritz")
    given = {"policy": "gates", "seat": "keeper", "person": office.ids["Emil"], "onward": True}
    made(office.served.caller("Kim").post("/boards/secret_board/delegations", given))
    onward = {"policy": "gates", "seat": "keeper", "person": office.ids["Fritz"], "of": 1}
    emil = office.served.caller("Emil")
    made(emil.post("/boards/secret_board/delegations", onward))
    assert sees(office, emil)
    assert sees(office, fritz)
    revocation = "/boards/secret_board/delegations/1/revocation"
    assert office.served.caller("Kim").post(revocation, {"policy": "gates"}).status_code == 200
    assert not sees(office, emil)
    assert not sees(office, fritz), "what was passed on from it ended with it"


def test_a_deputy_of_a_panel_member_sees_what_the_review_is_about_and_votes(
    office: Hushed,
) -> None:
    cover = {"policy": "gates", "seat": "chair", "person": office.ids["Emil"]}
    made(office.ana.post("/boards/works_board/deputies", cover | {"until": days(office, 2)}))
    emil = office.served.caller("Emil")
    assert not sees(office, emil), "that seat has nothing to do with it yet"
    made(office.pm.post("/reviews", {"project": "HUSH-7", "matter": "fund"}))
    option = {"id": "fund", "amounts": [hushed.line("1.00")]}
    review = "/reviews/HUSH-7/fund/1"
    put = made(office.pm.post(f"{review}/pack", {"request": "Fund it.", "options": [option]}))
    assert sees(office, emil)
    (waiting,) = shown(office.seen(emil, "/inbox"))["waiting"]
    assert (waiting["what"], waiting["review"]) == ("vote", "review:HUSH-7/fund/1")
    made(emil.post(f"{review}/ballots", {"pack": put["pack"], "option": "fund"}))


def test_a_deputy_of_somebody_who_sees_it_by_name_does_not(office: Hushed) -> None:
    made(office.pm.post(f"{HUSH}/restriction", {"people": [office.ids["Kim"]]}))
    cover = {"policy": "gates", "seat": "keeper", "person": office.ids["Emil"]}
    made(
        office.served.caller("Kim").post(
            "/boards/secret_board/deputies", cover | {"until": days(office, 2)}
        )
    )
    assert sees(office, office.kim)
    assert not sees(office, office.served.caller("Emil"))


@pytest.mark.parametrize("by", ["proposer", "name", "panel"])
def test_of_joined_people_every_id_on_record_is_the_person(office: Hushed, by: str) -> None:
    double = {"proposer": "Petra", "name": "Emil", "panel": "Ana"}[by]
    if by == "name":
        made(office.pm.post(f"{HUSH}/restriction", {"people": [office.ids["Emil"]]}))
    if by == "panel":
        made(office.pm.post("/reviews", {"project": "HUSH-7", "matter": "fund"}))
    fritz = office.served.caller("Fritz")
    refused(office.seen(fritz, HUSH), 404, "not_known")
    joining = {"into": office.ids["Fritz"], "reason": "One colleague."}
    made(office.olga.post(f"/people/{office.ids[double]}/joining", joining))
    assert sees(office, fritz)
    assert not sees(office, office.olga)
