"""The pages in a real browser: no fault of access, no other host, no script needed, no scroll."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.web.conftest import PAGES, PASSWORD, Site

WIDTHS = (1440, 390)


def visiting(browser: Browser, site: Site, name: str = "Ana", **options: Any) -> BrowserContext:
    """Return a browser context in which somebody is signed in."""
    context = browser.new_context(base_url=site.served.base, **{"locale": "en-GB", **options})
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("Name or e-mail").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{site.served.base}/")
    return context


def faults(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:150]}" for one in found for node in one["nodes"]]


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_kept_out_of_any_page(browser: Browser, shared: Site, scheme: Any) -> None:
    with visiting(browser, shared, "Olga", color_scheme=scheme) as context:
        page = context.pages[0]
        for path in (*PAGES, "/projects?as_of=20", "/nothing-here"):
            page.goto(path)
            assert not faults(page), path
    with browser.new_context(base_url=shared.served.base, color_scheme=scheme) as context:
        page = context.new_page()
        page.goto("/sign-in")
        assert not faults(page)
        shared.accounts.set_roles("Rita", ["reader"])
        page.goto(f"/welcome/{shared.accounts.link('Rita')}")
        assert not faults(page)


@pytest.mark.slow
def test_no_page_asks_another_host_or_says_anything_to_the_console(
    browser: Browser, shared: Site
) -> None:
    asked, said = set(), []
    with visiting(browser, shared) as context:
        page = context.pages[0]
        page.on("request", lambda request: asked.add(request.url.split("/")[2]))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        for path in PAGES:
            page.goto(path, wait_until="networkidle")
    assert asked == {shared.served.base.partition("//")[2]}
    assert not said


@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
def test_no_page_scrolls_sideways(browser: Browser, shared: Site, width: int, locale: str) -> None:
    with visiting(browser, shared, viewport={"width": width, "height": 900}) as context:
        context.set_extra_http_headers({"Accept-Language": locale})
        page = context.pages[0]
        for path in (*PAGES, "/projects?as_of=20"):
            page.goto(path)
            over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert over <= 0, path


@pytest.mark.slow
def test_without_script_everything_reads_and_forms_work(browser: Browser, shared: Site) -> None:
    with visiting(browser, shared, java_script_enabled=False) as context:
        page = context.pages[0]
        page.goto("/projects")
        page.get_by_label("Code or title").fill("depot")
        page.get_by_role("button", name="Apply").click()
        expect(page.locator("tbody tr")).to_have_count(1)
        page.goto("/preferences")
        page.get_by_label("Language").select_option("de")
        page.get_by_role("button", name="Keep").click()
        expect(page.get_by_role("link", name="Meine Arbeit")).to_be_visible()
        page.get_by_role("button", name="Abmelden").click()
        page.goto("/projects")
        assert "/sign-in" in page.url


@pytest.mark.slow
def test_with_script_a_filter_changes_the_rows_and_the_address(
    browser: Browser, shared: Site
) -> None:
    with visiting(browser, shared) as context:
        page = context.pages[0]
        page.goto("/projects")
        page.get_by_label("Standing").select_option("deferred")
        page.wait_for_url(re.compile("standing=deferred"))
        page.wait_for_function("document.querySelectorAll('#rows tbody tr').length === 2")


@pytest.mark.slow
def test_looking_back_is_said_kept_across_links_and_left_again(
    browser: Browser, shared: Site
) -> None:
    with visiting(browser, shared) as context:
        page = context.pages[0]
        page.goto("/portfolios")
        page.get_by_label("As we knew it").fill("20")
        page.get_by_role("button", name="Look").click()
        expect(page.get_by_text("You are looking back.")).to_be_visible()
        page.get_by_role("link", name="Projects", exact=True).click()
        assert "as_of=20" in page.url
        expect(page.get_by_text("You are looking back.")).to_be_visible()
        page.get_by_role("link", name="Back to now").first.click()
        expect(page.get_by_text("You are looking back.")).to_have_count(0)


@pytest.mark.slow
def test_every_place_is_reached_by_keyboard(browser: Browser, shared: Site) -> None:
    with visiting(browser, shared) as context:
        page = context.pages[0]
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        reached = set()
        for _ in range(12):
            page.keyboard.press("Tab")
            reached.add(page.evaluate("document.activeElement.textContent.trim()"))
        assert {"My work", "Portfolios", "Projects", "Decisions", "Trail", "Sign out"} <= reached
