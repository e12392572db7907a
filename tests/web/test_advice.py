"""Advice on the pages: put from a form without script, seen by whoever votes, carried to paper."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.api import conftest
from tests.api.conftest import NPV, PROJECT, REVIEW, Bridge, made, serving, shown
from tests.api.test_http_advice import HEARING
from tests.web.rooms import Room
from tests.web.test_browser import faults, visiting

PRESENT = f"{REVIEW}/present"
DECISION = REVIEW.replace("/reviews", "/decisions")
WARNED = {
    "advice.0.function": "legal",
    "advice.0.stance": "advises_against",
    "advice.0.words": "The permit is void.",
    "advice.3.name": "River board",
    "advice.3.stance": "no_objection",
}


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    """An office whose gate wants the legal department heard, and a review without a pack."""
    monkeypatch.setattr(conftest, "POLICY", HEARING)
    with serving(tmp_path) as served:
        bridge = Bridge(served).found()
        made(bridge.pm.post(f"/projects/{PROJECT}/facts", NPV))
        made(bridge.pm.upload(PROJECT, b"%PDF a case"))
        made(bridge.pm.post("/reviews", {"project": PROJECT, "gate": "g1"}))
        room = Room(bridge)
        yield room
        room.site.close()


def present(room: Room, **advice: str) -> Any:
    fields = {"request": "Build it.", "put": "go", "recommendation": "go", **advice}
    return room.visit("Petra").post(PRESENT, **fields)


def pack(room: Room) -> dict[str, Any]:
    head = room.bridge.served.house.log.head()
    found: dict[str, Any] = shown(room.bridge.pm.get(f"{REVIEW}/pack", min_position=head))["pack"]
    return found


def test_the_form_says_who_is_to_be_heard_and_has_their_place_ready(room: Room) -> None:
    page = room.visit("Petra").seen(PRESENT)
    assert "To be heard: <b>Legal department</b>" in page
    assert '<option value="legal" selected>' in page
    assert page.count('<option value="advises_against"') == 3
    assert "Has to be heard" in room.visit("Ana").seen(f"{REVIEW}/policy")


def test_a_form_that_is_refused_comes_back_with_every_word_of_the_advice(room: Room) -> None:
    refused = present(room, **{**WARNED, "advice.0.function": ""})
    assert refused.status_code == 422
    assert "Advice 1 does not say whose it is" in refused.text
    assert "The permit is void." in refused.text
    assert 'value="River board"' in refused.text
    assert '<option value="no_objection" selected>' in refused.text
    without = present(room)
    assert "The pack lacks advice of legal" in without.text
    assert "Advice[0].stance is missing" in present(room, **{"advice.0.function": "legal"}).text


def test_the_brief_shows_the_adverse_first_wherever_it_was_put(room: Room) -> None:
    good = {f"advice.0.{part}": text for part, text in
            {"name": "River board", "stance": "supports", "words": "Welcome."}.items()}  # fmt: skip
    bad = {name.replace("0", "1"): text for name, text in WARNED.items() if "0" in name}
    assert present(room, **good, **bad).status_code == 303
    page = room.visit("Ana").seen(REVIEW)
    adverse = '<span class="tag stance-advises_against">advises against</span>'
    assert 0 < page.index(adverse) < page.index("The permit is void.") < page.index("River board")
    assert "Legal department" in page
    pack_page = room.visit("Ana").seen(f"{REVIEW}/pack")
    assert "Welcome." in pack_page
    assert "The permit is void." in pack_page


def test_a_new_pack_starts_with_the_advice_of_the_one_before(room: Room) -> None:
    works = {"advice.1.person": room.bridge.ids["works"], "advice.1.stance": "supports"}
    assert present(room, **WARNED, **works).status_code == 303
    before = pack(room)["advice"]
    assert [one["number"] for one in before] == [1, 2, 3], "places left empty are closed up"
    page = room.visit("Petra").seen(PRESENT)
    assert f'<option value="{room.bridge.ids["works"]}" selected>' in page
    assert page.count('<option value="advises_against"') == 5, "two places more than are filled"


def test_the_decision_and_its_letter_say_who_advised_what(room: Room) -> None:
    present(room, **WARNED)
    digest = pack(room)["digest"]
    for seat in ("chair", "finance", "works", "safety"):
        made(room.bridge.members[seat].post(f"{REVIEW}/ballots", {"pack": digest, "option": "go"}))
    made(room.bridge.members["chair"].post(f"{REVIEW}/ruling", {}))
    decision = room.visit("Petra").seen(DECISION)
    assert "The permit is void." in decision
    assert "Legal department" in decision
    letter = room.visit("Petra").seen(f"{DECISION}/letter")
    assert "Legal department: <b>advises against</b>" in letter
    assert "The permit is void." not in letter


@pytest.mark.slow
@pytest.mark.parametrize(("width", "script"), [(1440, True), (390, False)])
def test_a_manager_puts_adverse_advice_and_a_member_reads_it_before_the_vote(
    room: Room, browser: Browser, width: int, script: bool
) -> None:
    for name in ("Petra", "Ana"):
        room.account(name)
    options = {"viewport": {"width": width, "height": 900}, "java_script_enabled": script}
    with visiting(browser, room.site, "Petra", **options) as context:
        page = context.pages[0]
        page.goto(PRESENT)
        page.get_by_label("The request in one sentence").fill("Build it.")
        page.get_by_label("Stance 1").select_option("advises against")
        page.get_by_label("In words 1").fill("The permit is void.")
        page.get_by_label("Person on record 2").select_option("Cem")
        page.get_by_label("Stance 2").select_option("supports")
        page.get_by_label("Recommendation").select_option("go")
        _looks_right(page, script)
        page.get_by_role("button", name="Put the pack before the board").click()
        expect(page.get_by_text("The pack is before the board.")).to_be_visible()
    with visiting(browser, room.site, "Ana", **options) as context:
        page = context.pages[0]
        page.goto(REVIEW)
        advice = page.locator(".advice li")
        expect(advice.first).to_contain_text("advises against Legal department")
        expect(advice.first).to_contain_text("The permit is void.")
        expect(advice.nth(1)).to_contain_text("supports Cem")
        expect(page.get_by_role("button", name="go", exact=True)).to_be_visible()
        _looks_right(page, script)


def _looks_right(page: Page, script: bool) -> None:
    wide = page.viewport_size
    assert wide is not None
    if script:
        assert not faults(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= wide["width"]
