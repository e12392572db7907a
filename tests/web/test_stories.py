"""Whole stories in a real browser: people who manage, run, stand in and audit."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.api.conftest import Bridge, made, serving
from tests.web.conftest import PASSWORD, Site
from tests.web.office import CAPITAL, with_money
from tests.web.test_browser import faults, visiting

MARKED = "<b>\N{GRINNING FACE}</b> \N{ARABIC LETTER ALEF}\N{ARABIC LETTER BEH} & "
TITLE = (MARKED + "w" * 500)[:499]
COVERED = CAPITAL.replace(
    "investment: {seats: [{id: chair}], quorum: 1, voting: {at_least: 1/1}}",
    "investment:\n    seats: [{id: chair}]\n    quorum: 1\n    voting: {at_least: 1/1}\n"
    "    deputies: {}\n    delegation: {}",
).replace("language: 1", "language: 1\nfacts:\n  npv: {type: money, unit: EUR, label: Worth}")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An office with money, whose sole decider may be covered for."""
    folder: Path = tmp_path_factory.mktemp("stories")
    with serving(folder) as served:
        bridge = Bridge(served).found()
        with_money(bridge)
        made(bridge.office.post("/policies", {"text": COVERED}))
        site = Site(served)
        site.account("Ana")
        site.account("Petra")
        site.account("Olga", "office")
        site.account("Dora", "auditor")
        yield site
        site.close()


@pytest.mark.slow
@pytest.mark.parametrize("script", [True, False])
def test_a_project_manager_proposes_says_attaches_and_asks_for_a_change(
    browser: Browser, city: Site, script: bool
) -> None:
    with visiting(browser, city, "Petra", java_script_enabled=script) as context:
        page = context.pages[0]
        page.goto("/projects")
        page.get_by_role("link", name="Propose a project").click()
        page.locator("select[name=portfolio]").select_option("CITY")
        page.get_by_label("Title", exact=True).fill(TITLE)
        page.get_by_label("Amount asked for").fill("250,000")
        page.get_by_role("button", name="Propose a project").click()
        expect(page.get_by_text("Proposed and on record.")).to_be_visible()
        expect(page.locator("h1 bdi").last).to_have_text(TITLE)
        record(page, "Worth", "1,250,000.00")
        expect(page.locator("#facts").get_by_text("1,250,000.00")).to_be_visible()
        attach(page)
        expect(page.get_by_role("link", name="Case.txt")).to_be_visible()
        change(page)
        expect(page.locator("#changes").get_by_text("The plan.")).to_be_visible()
        assert fits(page)


@pytest.mark.slow
def test_the_office_registers_somebody_who_comes_in_by_her_link(
    browser: Browser, city: Site
) -> None:
    with visiting(browser, city, "Olga") as context:
        page = context.pages[0]
        page.goto("/people")
        page.get_by_text("Register a person").first.click()
        box = page.locator("#act-register")
        box.get_by_label("Name", exact=True).fill("Wilma " + TITLE[:150])
        box.get_by_label("E-mail address").fill("wilma@works.example")
        box.get_by_label("Member").check()
        box.get_by_role("button", name="Register a person").click()
        link = page.locator("#one-time-link").inner_text()
        assert fits(page)
    with browser.new_context(base_url=city.served.base, locale="de-DE") as context:
        page = context.new_page()
        page.goto(link)
        page.get_by_label("Neues Passwort").fill(PASSWORD)
        page.get_by_label("Noch einmal").fill(PASSWORD)
        page.get_by_role("button").last.click()
        page.goto("/me")
        assert page.locator("h1").inner_text().startswith("Wilma <b>")
        assert fits(page)


@pytest.mark.slow
def test_a_member_names_a_deputy_and_recalls_him(browser: Browser, city: Site) -> None:
    with visiting(browser, city, "Ana") as context:
        page = context.pages[0]
        page.goto("/me")
        box = page.locator("#deputy-investment-chair")
        box.locator("summary").click()
        box.get_by_label("Who covers for you").select_option(label="Ben")
        box.get_by_label("Until").fill("2027-12-31")
        box.get_by_role("button", name="Name a deputy").click()
        expect(page.get_by_text("The deputy is named.")).to_be_visible()
        page.goto("/authority?on=2027-12-31&board=investment")
        expect(page.get_by_text("Deputy: Ben")).to_be_visible()
        page.goto("/authority?on=2028-01-01&board=investment")
        expect(page.get_by_text("Deputy: Ben")).to_have_count(0)
        page.goto("/me")
        page.get_by_text("Recall the deputy").first.click()
        page.get_by_role("button", name="Recall the deputy").click()
        assert page.get_by_text("Ben").count() == page.locator("option", has_text="Ben").count()


@pytest.mark.slow
def test_an_auditor_is_four_clicks_from_all_a_decision_rested_on(
    browser: Browser, city: Site
) -> None:
    clicks = 0
    with browser.new_context(base_url=city.served.base, locale="en-GB") as context:
        page = context.new_page()
        page.goto("/sign-in")
        page.get_by_label("Name or e-mail").fill("Dora")
        page.get_by_label("Password").fill(PASSWORD)
        for place in (
            page.get_by_role("button", name="Sign in"),
            page.get_by_role("link", name="Decisions", exact=True),
            page.locator("#rows tbody a").first,
        ):
            place.click()
            clicks += 1
        for part in ("The ruling", "What was before them", "Panel and ballots", "What it did"):
            expect(page.get_by_role("heading", name=part)).to_be_visible()
    assert clicks <= 4


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forms_that_are_open_and_forms_that_came_back_keep_nobody_out(
    browser: Browser, city: Site, scheme: str
) -> None:
    with visiting(browser, city, "Ana", viewport={"width": 390, "height": 800}) as context:
        page = context.pages[0]
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for path in ("/projects/C", "/portfolios/CITY", "/me"):
            page.goto(path)
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            assert not faults(page), path
            assert fits(page), path
        page.goto("/portfolios/CITY")
        page.locator("#act-envelope summary").click()
        page.locator("#act-envelope").get_by_role("button").click()
        expect(page.get_by_role("alert")).to_be_visible()
        assert not faults(page)


def record(page: Page, name: str, value: str) -> None:
    row = page.locator("#facts tr", has_text=name)
    row.locator("summary").click()
    row.get_by_label(re.compile(f"^{name}")).fill(value)
    row.get_by_role("button", name="Record").click()


def attach(page: Page) -> None:
    box = page.locator("#act-evidence")
    box.locator("summary").click()
    box.get_by_label("Kind of evidence").select_option("acceptance")
    file = {"name": "Case.txt", "mimeType": "text/plain", "buffer": b"It pays."}
    box.get_by_label("File", exact=True).set_input_files(file)  # type: ignore[arg-type]
    box.get_by_role("button", name="Attach evidence").click()


def change(page: Page) -> None:
    box = page.locator("#act-change")
    box.locator("summary").click()
    box.get_by_label("Period").first.fill("FY2027")
    box.get_by_label("Amount", exact=True).first.fill("400,000")
    box.get_by_label("Start", exact=True).fill("2027-01-01")
    box.get_by_label("Finish", exact=True).fill("2027-12-31")
    box.get_by_label("Reason", exact=True).fill("The plan.")
    box.get_by_role("button", name="Ask for a change").click()


def fits(page: Page) -> bool:
    over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return bool(over <= 0)
