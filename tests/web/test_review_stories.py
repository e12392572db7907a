"""Reviews in a real browser: whole stories, several people at once, on paper and on a phone."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.api.conftest import PROJECT, REVIEW, Bridge, made, serving
from tests.web.office import ROUND, with_money
from tests.web.rooms import Room
from tests.web.test_browser import faults, visiting

pytestmark = pytest.mark.slow
LETTER = f"/decisions/{REVIEW.removeprefix('/reviews/')}/letter"
PAPER = {"format": "A4", "margin": dict.fromkeys(("top", "bottom", "left", "right"), "12mm")}
MINUTES = {"name": "minutes.pdf", "mimeType": "application/pdf", "buffer": b"%PDF all for it"}
CLICKS_MAX = 3


class Story:
    """People at their own browsers, in one office."""

    def __init__(self, room: Room, browser: Browser, stack: ExitStack) -> None:
        self.room = room
        self._browser = browser
        self._stack = stack
        self._pages: dict[str, Page] = {}

    def at(self, name: str, path: str = REVIEW, **options: Any) -> Page:
        """Return the page of somebody, loaded anew."""
        if name not in self._pages:
            self.room.account(name)
            context = visiting(self._browser, self.room.site, name, **options)
            self._stack.enter_context(context)
            self._pages[name] = context.pages[0]
        page = self._pages[name]
        page.goto(path)
        return page

    def votes(self, name: str, option: str = "go") -> Page:
        page = self.at(name)
        page.get_by_role("button", name=option, exact=True).click()
        expect(page.get_by_text("Your ballot is on record.")).to_be_visible()
        return page


@pytest.fixture
def story(tmp_path: Path, browser: Browser) -> Iterator[Story]:
    with serving(tmp_path) as served, ExitStack() as stack:
        room = Room(Bridge(served).found().opened())
        yield Story(room, browser, stack)
        room.site.close()


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """An office that is only looked at: an open review with questions, a round, one decided."""
    with serving(tmp_path_factory.mktemp("still")) as served:
        bridge = Bridge(served).found().opened()
        with_money(bridge)
        made(bridge.members["chair"].post(f"{REVIEW}/questions", {"text": "At which rate?" * 9}))
        made(bridge.vote("finance", comment="W" * 300))
        room = Room(bridge)
        room.account("Ana")
        yield room
        room.site.close()


PAGES = (
    REVIEW,
    *(f"{REVIEW}/{tab}" for tab in ("pack", "panel", "preview", "policy", "history")),
    f"{REVIEW}/present",
    f"{REVIEW}/sitting",
    f"{REVIEW}?as_of=20",
    f"/reviews/{ROUND}",
    f"/decisions/{ROUND}/letter",
    "/reviews/new",
    "/reviews/new?project=B",
    "/decisions/report",
    "/decisions/report?project=B",
)


def test_a_gatekeeper_votes_three_clicks_after_signing_in(story: Story) -> None:
    page = story.at("Ana", "/")
    clicks = 0

    def click(target: Locator) -> None:
        nonlocal clicks
        clicks += 1
        target.click()

    click(page.locator("#ballots").get_by_role("link", name="g1/1"))
    expect(page.get_by_text("Build it.")).to_be_visible()
    click(page.get_by_role("button", name="go", exact=True))
    expect(page.get_by_text("Your ballot is on record.")).to_be_visible()
    assert clicks <= CLICKS_MAX
    assert [one["seat"] for one in story.room.review["ballots"]] == ["chair"]


def test_the_last_vote_says_that_it_decides_and_the_ruling_is_called(story: Story) -> None:
    story.votes("Ben")
    for name in ("Cem", "Dua"):
        story.votes(name, "no")
    page = story.at("Ana")
    expect(page.get_by_text("Your vote decides.")).to_be_visible()
    expect(page.get_by_text("then it can be ruled: rejected")).to_be_visible()
    page.get_by_role("button", name="go", exact=True).click()
    page.get_by_role("button", name="Call the ruling").click()
    expect(page.get_by_text("The decision is made and on record.")).to_be_visible()
    assert story.room.review["verdict"]["outcome"] == "approve"


def test_need_more_is_answered_put_anew_and_voted_again(story: Story) -> None:
    ben = story.at("Ben")
    ben.get_by_text("I need to know more").click()
    ben.get_by_label("What do you need to know?").fill("At which rate?")
    ben.get_by_role("button", name="Ask, and vote").click()
    expect(ben.get_by_text("On record: needs more")).to_be_visible()
    petra = story.at("Petra")
    petra.get_by_label("Your answer").fill("At four per cent.")
    petra.get_by_role("button", name="Answer", exact=True).click()
    petra.get_by_role("link", name="Put a new pack before the board").click()
    petra.get_by_label("Reasons").fill("It pays at four per cent.")
    petra.get_by_role("button", name="Put a new pack before the board").click()
    expect(petra.get_by_text("The pack is before the board.")).to_be_visible()
    ben = story.at("Ben")
    expect(ben.get_by_text("At four per cent.", exact=False).first).to_be_visible()
    expect(ben.get_by_text("On record:")).to_have_count(0)
    ben.get_by_role("button", name="go", exact=True).click()
    expect(ben.get_by_text("On record: go")).to_be_visible()


def test_a_conflict_of_interest_is_declared_and_the_vote_is_gone(story: Story) -> None:
    page = story.at("Dua")
    page.get_by_text("I have a conflict of interest").click()
    page.get_by_label("Reason", exact=True).first.fill("My sister builds it.")
    page.get_by_role("button", name="Declare it and do not vote").click()
    expect(page.get_by_text("Your conflict of interest is on record.")).to_be_visible()
    expect(page.get_by_role("button", name="go", exact=True)).to_have_count(0)


def test_a_pack_put_meanwhile_is_shown_before_a_vote_for_the_old_one_counts(story: Story) -> None:
    page = story.at("Ana")
    page.get_by_label("Comment").fill("As I said.")
    again = {"request": "Build it higher.", "recommendation": "go"}
    made(story.room.bridge.pm.post(f"{REVIEW}/pack", again))
    page.get_by_role("button", name="go", exact=True).click()
    expect(page.get_by_role("alert").get_by_text("A new pack was put")).to_be_visible()
    expect(page.get_by_text("Build it higher.")).to_be_visible()
    assert page.get_by_label("Comment").input_value() == "As I said."
    page.get_by_role("button", name="go", exact=True).click()
    expect(page.get_by_text("Your ballot is on record.")).to_be_visible()


def test_a_secretary_records_the_sitting_and_the_chair_rules_at_her_own_page(story: Story) -> None:
    olga = story.at("Olga", f"{REVIEW}/sitting")
    for seat in ("chair", "finance", "works", "safety"):
        olga.get_by_label(f"{seat}: present").check()
        olga.get_by_label(f"{seat}: Vote").select_option(label="go")
    olga.get_by_label("Attach a file").set_input_files(MINUTES)  # type: ignore[arg-type]
    olga.get_by_label("Kind of evidence").select_option("minutes")
    olga.get_by_role("button", name="Record the sitting").click()
    expect(olga.get_by_text("The sitting is on record.")).to_be_visible()
    expect(olga.get_by_role("button", name="Call the ruling")).to_be_disabled()
    ana = story.at("Ana")
    ana.get_by_role("button", name="Call the ruling").click()
    expect(ana.get_by_text("The decision is made and on record.")).to_be_visible()


def test_a_decision_taken_elsewhere_is_recorded_and_confirmed_by_two(
    tmp_path: Path, browser: Browser
) -> None:
    with serving(tmp_path) as served, ExitStack() as stack:
        bridge = Bridge(served).found()
        served.now.ahead = timedelta(days=2)
        story = Story(Room(bridge), browser, stack)
        day = (served.now().date() - timedelta(days=1)).isoformat()
        olga = story.at("Olga", f"/decisions/report?project={PROJECT}")
        olga.get_by_label("What was decided").select_option("gate:g1:go")
        olga.get_by_label("Decided by").select_option(label="Ana")
        olga.get_by_label("Decided on").fill(day)
        olga.get_by_label("Attach a file").set_input_files(MINUTES)  # type: ignore[arg-type]
        olga.get_by_role("button", name="Record it").click()
        expect(olga.get_by_text("waits for a second person.")).to_be_visible()
        ben = story.at("Ben", "/decisions/report")
        ben.get_by_role("link", name="Look and confirm").click()
        ben.get_by_role("button", name="Confirm the reported decision").click()
        expect(ben.get_by_text("The reported decision is confirmed.")).to_be_visible()
        story.room.site.close()


def test_looking_back_shows_the_brief_as_it_was_with_nothing_to_press(story: Story) -> None:
    head = story.room.bridge.served.house.log.head()
    story.votes("Ben")
    page = story.at("Ana", f"{REVIEW}?as_of={head}")
    expect(page.get_by_text("You are looking back.")).to_be_visible()
    expect(page.get_by_text("0 of 4 ballots cast")).to_be_visible()
    expect(page.locator("main form, main button")).to_have_count(0)


def test_brief_and_letter_print_on_one_page_each(story: Story) -> None:
    assert sheets(story.at("Ana")) == 1
    for name in ("Ana", "Ben", "Cem", "Dua"):
        story.votes(name)
    page = story.at("Ana")
    page.get_by_role("button", name="Call the ruling").click()
    page.get_by_role("link", name="Decision letter").click()
    assert page.url.endswith("/letter")
    expect(page.get_by_role("heading", name="Decision: approved")).to_be_visible()
    assert sheets(page) == 1


def sheets(page: Page) -> int:
    """Return on how many sheets of paper a page is printed."""
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(**PAPER)))  # type: ignore[arg-type]


def test_without_script_a_ballot_is_cast_and_a_refusal_is_read(story: Story) -> None:
    page = story.at("Ana", java_script_enabled=False)
    page.get_by_text("I need to know more").click()
    page.get_by_role("button", name="Ask, and vote").click()
    expect(page.get_by_role("alert").get_by_text("asks a question")).to_be_visible()
    page.get_by_role("button", name="go", exact=True).click()
    expect(page.get_by_text("Your ballot is on record.")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_kept_out_of_a_review(browser: Browser, still: Room, scheme: Any) -> None:
    with visiting(browser, still.site, "Ana", color_scheme=scheme) as context:
        page = context.pages[0]
        for path in PAGES:
            page.goto(path)
            assert not faults(page), path


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
def test_no_review_scrolls_sideways(browser: Browser, still: Room, width: int, locale: str) -> None:
    with visiting(browser, still.site, "Ana", viewport={"width": width, "height": 900}) as context:
        context.set_extra_http_headers({"Accept-Language": locale})
        page = context.pages[0]
        for path in PAGES:
            response = page.goto(path)
            assert response is not None
            assert response.status in {200, 404}, path
            over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert over <= 0, path
