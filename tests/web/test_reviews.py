"""The pages of a review: what they show, what their forms do, and how they say no."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api import conftest
from tests.api.conftest import NPV, PROJECT, REVIEW, Bridge, made, serving
from tests.api.test_http_authority import POLICY as WITH_STAND_INS
from tests.api.test_http_authority import named, registered
from tests.web.rooms import Room

HEAD = re.compile(r'name="version" value="([0-9]+)"')


@pytest.fixture
def bridge(tmp_path: Path) -> Iterator[Bridge]:
    with serving(tmp_path) as served:
        yield Bridge(served).found()


@pytest.fixture
def room(bridge: Bridge) -> Iterator[Room]:
    room = Room(bridge.opened())
    yield room
    room.site.close()


@pytest.fixture
def with_stand_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    monkeypatch.setattr(conftest, "POLICY", WITH_STAND_INS)
    with serving(tmp_path) as served:
        room = Room(Bridge(served).found().opened())
        yield room
        room.site.close()


def test_the_brief_says_what_is_asked_what_each_option_does_and_who_is_missing(room: Room) -> None:
    page = room.visit("Ana").seen(REVIEW)
    for text in (
        "Build it.", "1,200,000.00", "recommended by <bdi>Petra</bdi>", "It pays.",
        "the project moves on", "1 met", "0 of 4 ballots cast", "Your vote", 'value="option:go"',
        "Abstain",
    ):  # fmt: skip
        assert text in page, text
    assert "Your vote" not in room.visit("Petra").seen(REVIEW)


@pytest.mark.parametrize("tab", ["pack", "panel", "preview", "policy", "history"])
def test_everything_else_is_one_step_further(room: Room, tab: str) -> None:
    assert f"/{tab}" in room.visit("Rita").seen(REVIEW)
    page = room.visit("Rita").seen(f"{REVIEW}/{tab}")
    said = {
        "pack": "40,000.00",
        "panel": "Ben",
        "preview": "no quorum",
        "policy": "more than 1/2",
        "history": "Pack presented",
    }
    assert said[tab] in page


def test_a_file_of_the_pack_is_sent_to_be_kept(room: Room) -> None:
    page = room.visit("Rita").seen(f"{REVIEW}/pack")
    (digest,) = set(re.findall(r"/evidence/([0-9a-f]{64})", page))
    sent = room.visit("Rita").get(f"/evidence/{digest}")
    assert sent.content == b"%PDF a case"
    assert sent.headers["content-disposition"].startswith("attachment")


def test_looking_at_the_pack_records_nothing_and_saying_so_does(room: Room) -> None:
    head = room.bridge.served.house.log.head()
    room.visit("Ana").seen(f"{REVIEW}/pack")
    assert room.bridge.served.house.log.head() == head
    assert room.send("Ana", "opened").status_code == 303
    assert "Ana" in room.visit("Rita").seen(f"{REVIEW}/pack")


def test_a_ballot_is_cast_with_comment_and_confidence_and_sent_twice_counts_once(
    room: Room,
) -> None:
    first = room.vote("Ana", comment="A good bridge.", confidence="4", key="once")
    assert first.status_code == 303
    head = room.bridge.served.house.log.head()
    assert room.vote("Ana", comment="A good bridge.", confidence="4", key="once").status_code == 303
    assert room.bridge.served.house.log.head() == head
    page = room.visit("Ana").seen(first.headers["location"])
    assert "Your ballot is on record." in page
    assert "On record: <strong>go</strong>" in page
    assert "A good bridge." in room.visit("Rita").seen(f"{REVIEW}/panel")


def test_another_choice_from_a_page_sent_before_is_asked_for_again(room: Room) -> None:
    room.vote("Ana", key="once")
    again = room.vote("Ana", "option:no", key="once")
    assert again.status_code == 409
    assert "This form was sent already" in again.text
    assert room.vote("Ana", "option:no").status_code == 303


def test_a_ballot_for_another_pack_shows_the_new_one_and_keeps_what_was_written(
    room: Room,
) -> None:
    old = room.bridge.pack
    again = {"request": "Build it higher.", "recommendation": "go"}
    room.bridge.pack = made(room.bridge.pm.post(f"{REVIEW}/pack", again))["pack"]
    refused = room.send("Ana", "vote", pack=old, choice="option:go", comment="As I said.")
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    assert "A new pack was put before the board" in refused.text
    assert "Build it higher." in refused.text
    assert "As I said." in refused.text
    assert room.bridge.pack in refused.text


def test_need_more_asks_and_is_refused_without_a_question(room: Room) -> None:
    empty = room.vote("Ben", "need_more")
    assert empty.status_code == 422
    assert "A ballot that needs more asks a question." in empty.text
    assert room.vote("Ben", "need_more", question="At which rate?").status_code == 303
    assert "At which rate?" in room.visit("Petra").seen(REVIEW)
    answered = room.visit("Petra").post(
        f"{REVIEW}/questions/1/answer", page=REVIEW, text="At four per cent."
    )
    assert answered.status_code == 303
    assert "At four per cent." in room.visit("Ben").seen(REVIEW)
    assert room.send("Cem", "questions", text="And the ferry?").status_code == 303


def test_a_conflict_of_interest_takes_the_vote_away_and_says_so(room: Room) -> None:
    assert room.send("Dua", "conflict", reason="My sister builds it.").status_code == 303
    page = room.visit("Dua").seen(REVIEW)
    assert "declared a conflict of interest" in page
    assert 'value="option:go"' not in page


def test_a_vote_of_somebody_without_a_seat_is_refused_in_words(room: Room) -> None:
    refused = room.vote("Petra")
    assert refused.status_code == 403
    assert "You hold no seat on the panel" in refused.text


def test_a_deputy_votes_in_the_place_of_the_member_it_says(with_stand_ins: Room) -> None:
    room = with_stand_ins
    emil = registered(room.bridge, "Emil")
    assert "Your vote" not in room.visit("Emil").seen(REVIEW)
    named(room.bridge, emil)
    page = room.visit("Emil").seen(REVIEW)
    assert "Vote in the place of <bdi>Ben</bdi>" in page
    assert room.vote("Emil", seat="finance").status_code == 303
    (ballot,) = room.review["ballots"]
    assert (ballot["person"]["name"], ballot["on_behalf_of"]["name"]) == ("Emil", "Ben")
    assert "(deputy)" in room.visit("Rita").seen(f"{REVIEW}/panel")


def test_a_delegate_is_told_what_the_delegation_does_not_reach(with_stand_ins: Room) -> None:
    room = with_stand_ins
    given = {
        "policy": "gates", "seat": "works", "person": registered(room.bridge, "Emil"),
        "up_to": {"amount": "1199999.99", "currency": "EUR"},
    }  # fmt: skip
    made(room.bridge.members["works"].post("/boards/portfolio_board/delegations", given))
    page = room.visit("Emil").seen(REVIEW)
    assert "Vote in the place of <bdi>Cem</bdi>" in page
    assert "Delegation 1 of seat works" in page
    assert 'value="option:go"' not in page


def test_whoever_may_call_the_ruling_gets_the_button_once_it_may_be_ruled(room: Room) -> None:
    assert "Call the ruling" not in room.visit("Ana").seen(REVIEW)
    for name in ("Ben", "Cem", "Dua"):
        room.vote(name)
    room.vote("Ana", "abstain")
    assert "Call the ruling" in room.visit("Ana").seen(REVIEW)
    closed = room.visit("Rita").seen(REVIEW)
    assert "disabled" in closed
    assert "only its panel or the one who opened it rules" in closed.lower()
    version = HEAD.search(room.visit("Ana").get(REVIEW).text)
    assert version
    room.vote("Ben", "option:no")
    stale = room.send("Ana", "ruling", version=version[1])
    assert stale.status_code == 412
    assert "Somebody changed this review" in stale.text
    ruled = room.send("Ana", "ruling", version=str(room.review["version"]))
    assert ruled.status_code == 303
    assert room.review["status"] == "ruled"
    assert "The decision with all it rested on" in room.visit("Rita").seen(REVIEW)


def test_a_review_is_postponed_and_withdrawn_with_a_reason(room: Room) -> None:
    late = room.send("Petra", "postponement", to="2020-01-01", reason="No time.")
    assert late.status_code == 422
    assert "No time." in late.text
    assert room.send("Petra", "postponement", to="2099-01-01", reason="No time.").status_code == 303
    assert room.send("Petra", "withdrawal", reason="It is over.").status_code == 303
    assert room.review["status"] == "withdrawn"


def test_looking_back_shows_the_brief_as_it_was_and_offers_nothing(room: Room) -> None:
    head = room.bridge.served.house.log.head()
    room.vote("Ana")
    page = room.visit("Ana").seen(REVIEW, as_of=str(head))
    assert "0 of 4 ballots cast" in page
    assert 'name="key"' not in page
    assert "Postpone" not in page
    assert room.visit("Ana").get(f"{REVIEW}/vote", as_of=str(head)).status_code == 405


def test_what_can_be_taken_up_is_offered_and_what_cannot_says_why(bridge: Bridge) -> None:
    room = Room(bridge)
    page = room.visit("Petra").seen("/reviews/new", project=PROJECT)
    assert 'value="gate:g1"' in page
    fields = {"page": f"/reviews/new?project={PROJECT}", "project": PROJECT}
    nothing = room.visit("Petra").post("/reviews/new", **fields)
    assert nothing.status_code == 422
    opened = room.visit("Petra").post("/reviews/new", what="gate:g1", **fields)
    assert opened.status_code == 303
    assert opened.headers["location"].startswith("/reviews/BRIDGE%20(north)%20~2/g1/1/present?")
    page = room.visit("Petra").seen("/reviews/new", project=PROJECT)
    assert "is open" in page
    assert 'value="gate:g1"' not in page
    room.site.close()


def test_a_pack_is_put_from_a_form_that_says_what_is_lacking(bridge: Bridge) -> None:
    room = Room(bridge)
    made(bridge.pm.post("/reviews", {"project": PROJECT, "gate": "g1"}))
    path = f"{REVIEW}/present"
    page = room.visit("Petra").seen(path)
    assert page.count("lacking") == 2
    refused = room.visit("Petra").post(
        path, request="Build it.", put="go", recommendation="go", reasons="It pays."
    )
    assert refused.status_code == 422
    assert "The pack lacks fact npv" in refused.text
    assert "It pays." in refused.text
    made(bridge.pm.post(f"/projects/{PROJECT}/facts", NPV))
    made(bridge.pm.upload(PROJECT, b"%PDF a case"))
    fields = {"request": "Build it.", "recommendation": "go", "later.review_date": "2099-06-30"}
    form = {"token": room.visit("Petra").token(path), "put": ["go", "later"], **fields}
    sent = room.visit("Petra").http.post(path, data=form, headers={"Sec-Fetch-Site": "same-origin"})
    assert sent.status_code == 303, sent.text
    page = room.visit("Ana").seen(sent.headers["location"])
    assert "30\N{NO-BREAK SPACE}Jun\N{NO-BREAK SPACE}2099" in page
    assert "The pack is before the board." in page
    assert "checked" in room.visit("Petra").seen(path)
    room.site.close()
