"""What is entered for others: sittings, decisions taken elsewhere, and the letter of a decision."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import PROJECT, REVIEW, Bridge, made, serving, shown
from tests.web.office import ROUND, TITLES, with_money
from tests.web.rooms import Room

SITTING = f"{REVIEW}/sitting"
REPORT = "/decisions/report"
FILE = {"file": ("minutes of today.pdf", b"%PDF all for it", "application/pdf")}
SAME = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def bridge(tmp_path: Path) -> Iterator[Bridge]:
    with serving(tmp_path) as served:
        yield Bridge(served).found()


@pytest.fixture
def room(bridge: Bridge) -> Iterator[Room]:
    room = Room(bridge.opened())
    yield room
    room.site.close()


def sent(room: Room, name: str, path: str, files: Any = None, **fields: str) -> Any:
    page = f"{path}?project={PROJECT}" if path == REPORT else path
    data = {"token": room.visit(name).token(page), "key": "one-key", **fields}
    return room.visit(name).http.post(path, data=data, files=files, headers=SAME)


def attendance(choice: str = "option:go") -> dict[str, str]:
    seats = ("chair", "finance", "works")
    votes = {f"vote.{seat}": choice for seat in seats}
    return {**votes, **{f"present.{seat}": "on" for seat in seats}, "kind": "minutes"}


def today(room: Room) -> str:
    return room.bridge.served.now().date().isoformat()


def yesterday(room: Room) -> str:
    return (room.bridge.served.now().date() - timedelta(days=1)).isoformat()


def test_a_sitting_is_recorded_with_its_minutes_and_ruled_by_the_chair(room: Room) -> None:
    assert "Dua" in room.visit("Olga").seen(SITTING)
    recorded = sent(room, "Olga", SITTING, FILE, on=today(room), **attendance())
    assert recorded.status_code == 303, recorded.text
    head = room.bridge.served.house.log.head()
    again = sent(room, "Olga", SITTING, FILE, on=today(room), **attendance())
    assert again.status_code == 303
    assert room.bridge.served.house.log.head() == head
    assert {one["seat"] for one in room.review["ballots"]} == {"chair", "finance", "works"}
    (file,) = [
        one
        for one in shown(room.bridge.pm.get(f"/projects/{PROJECT}/evidence"))["evidence"]
        if one["evidence"] == "minutes"
    ]
    assert file["name"] == "minutes of today.pdf"
    room.vote("Dua", "option:no")
    assert "a sitting of portfolio_board is ruled by its chair" in (
        room.visit("Olga").seen(REVIEW).lower()
    )
    version = str(room.review["version"])
    assert room.send("Ana", "ruling", version=version).status_code == 303
    assert room.review["status"] == "ruled"


def test_a_sitting_without_minutes_keeps_what_was_entered(room: Room) -> None:
    refused = sent(room, "Olga", SITTING, on=today(room), **attendance())
    assert refused.status_code == 422
    assert "The minutes are missing." in refused.text
    assert refused.text.count(" checked") == 3
    assert refused.text.count('value="option:go" selected') == 3


def test_a_member_contests_the_ballot_that_was_recorded_for_them(room: Room) -> None:
    sent(room, "Olga", SITTING, FILE, on=today(room), **attendance())
    assert "The ballot recorded for me is not mine" in room.visit("Ben").seen(REVIEW)
    contested = room.send("Ben", "contest", seat="finance", reason="I said no.")
    assert contested.status_code == 303
    assert {one["seat"] for one in room.review["ballots"]} == {"chair", "works"}
    assert "The ballot recorded for me is not mine" not in room.visit("Ben").seen(REVIEW)


def test_a_decision_taken_elsewhere_waits_for_a_second_person(bridge: Bridge) -> None:
    bridge.served.now.ahead = timedelta(days=2)
    room = Room(bridge)
    fields = {"project": PROJECT, "decided": "gate:g1:go", "decided_by": bridge.ids["chair"]}
    more = {"on": yesterday(room), "at": "12:00", "kind": "minutes"}
    early = sent(room, "Olga", REPORT, FILE, **fields, **{**more, "on": "2020-01-01"})
    assert early.status_code == 409, early.text
    assert 'role="alert"' in early.text
    assert "is in force" in early.text
    more["key"] = "another"
    reported = sent(room, "Olga", REPORT, FILE, **fields, **more)
    assert reported.status_code == 303, reported.text
    assert "waits for a second person" in room.visit("Olga").seen(reported.headers["location"])
    page = room.visit("Ben").seen(REVIEW)
    for text in ("Ana", "go", "Confirm the reported decision", "/evidence/"):
        assert text in page
    own = room.send("Olga", "confirmation")
    assert own.status_code == 403
    assert "What to do" not in own.text
    assert 'role="alert"' in own.text
    assert room.send("Ben", "confirmation").status_code == 303
    assert room.review["status"] == "ruled"
    assert "Nothing waits to be confirmed." in room.visit("Olga").seen(REPORT)
    letter = room.visit("Rita").seen(f"/decisions/{REVIEW.removeprefix('/reviews/')}/letter")
    assert "Decision: approved" in letter
    room.site.close()


def test_a_letter_says_what_was_decided_by_whom_and_where_it_stands_on_record(room: Room) -> None:
    for name in ("Ana", "Ben", "Cem", "Dua"):
        room.vote(name)
    room.send("Ana", "ruling")
    path = f"/decisions/{REVIEW.removeprefix('/reviews/')}"
    assert "/letter" in room.visit("Rita").seen(path)
    letter = room.visit("Rita").seen(f"{path}/letter")
    for text in ("Decision: approved", "Build it.", "Petra", "policy gates, version 1"):
        assert text in letter, text
    (position,) = re.findall(r"on record as no. ([0-9,]+)", letter)
    *_, ruled = room.bridge.served.house.log.stream(room.review["review"])
    assert int(position.replace(",", "")) == ruled.position


def test_a_letter_names_money_and_conditions(bridge: Bridge) -> None:
    with_money(bridge.opened())
    room = Room(bridge)
    letter = room.visit("Rita").seen(f"/decisions/{ROUND}/letter")
    assert "400,000.00\N{NO-BREAK SPACE}EUR" in letter
    assert "FY2027" in letter
    assert "Looked at again" in letter or "looked at again" in letter
    room.site.close()


def test_a_round_is_shown_with_every_award(bridge: Bridge) -> None:
    with_money(bridge.opened())
    room = Room(bridge)
    page = room.visit("Rita").seen(f"/reviews/{ROUND}")
    assert "below the line" in page
    made(bridge.members["chair"].post(
        "/portfolios/CITY/rounds", {"projects": sorted(TITLES)[3:], "matter": "round"}
    ))  # fmt: skip
    second = "/reviews/portfolio.CITY/round/2"
    form = room.visit("Petra").seen(f"{second}/present")
    assert 'name="award.awards.0.rank"' in form
    fields = {
        "request": "Fund the depot.", "put": "award", "award.review_date": "2099-06-30",
        "award.awards.0.rank": "2", "award.awards.1.rank": "1",
        "award.awards.1.0.period": "FY2027", "award.awards.1.0.kind": "capex",
        "award.awards.1.0.sum": "1000.00",
    }  # fmt: skip
    put = sent(room, "Petra", f"{second}/present", **fields)
    assert put.status_code == 303, put.text
    assert "1,000.00" in room.visit("Ana").seen(second)
    assert 'value="1000.00"' in room.visit("Petra").seen(f"{second}/present")
    room.site.close()
