"""A served office with accounts, and people who visit its pages, with and without a browser."""

import os
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from api.accounts import Accounts
from tests.api.conftest import Bridge, Served, serving
from tests.web.office import ROUND, with_money

PASSWORD = "a sentence is good enough"
DECISION = f"/decisions/{ROUND}"
PAGES = (
    "/",
    "/portfolios",
    "/portfolios/CITY",
    "/projects",
    "/decisions",
    DECISION,
    f"{DECISION}/letter",
    "/decisions/report",
    "/reviews/new",
    "/trail",
    "/preferences",
    "/projects/C",
    "/projects/B",
    "/projects/D",
    "/projects/new",
    "/authority",
    "/boards",
    "/people",
    "/me",
    "/policies",
    "/policies/capital",
    "/keeping",
)
"""Every page somebody signed in can look at, in the office of `shared`; browsers walk over them."""
CHROMIUM = Path("/usr/bin/chromium")
expect.set_options(timeout=20_000)  # a busy machine shows its pages late
BROWSER = "QUORATE_BROWSER"
TOKEN = re.compile(r'name="token" value="([0-9a-f]{64})"')


class Visitor:
    """Somebody who visits pages without script, as a browser would."""

    def __init__(self, base: str, language: str = "en") -> None:
        headers = {"Accept": "text/html,*/*;q=0.8", "Accept-Language": language}
        self.http = httpx.Client(base_url=base, headers=headers, timeout=20, trust_env=False)

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.http.get(path, params=query or None)

    def seen(self, path: str, **query: Any) -> str:
        response = self.get(path, **query)
        assert response.status_code == 200, (response.status_code, response.text)
        return unescape(response.text)

    def token(self, path: str) -> str:
        found = TOKEN.search(self.get(path).text)
        assert found, f"no form at {path}"
        return found[1]

    def post(self, path: str, page: str = "", **fields: str) -> httpx.Response:
        """Send a form as it lies on a page, by default on the one it is sent to."""
        origin = str(self.http.base_url).rstrip("/")
        data = {"token": self.token(page or path), **fields}
        headers = {"Origin": origin, "Sec-Fetch-Site": "same-origin"}
        return self.http.post(path, data=data, headers=headers)

    def sign_in(self, name: str, password: str = PASSWORD) -> httpx.Response:
        return self.post("/sign-in", name=name, password=password)

    @property
    def session(self) -> str | None:
        return self.http.cookies.get("quorate-session")


class Site:
    """A served office, its accounts and its visitors."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.accounts = Accounts(served.directory, served.now)
        self._visitors: list[Visitor] = []

    def account(self, name: str, *roles: str) -> str:
        """Make an account with the usual password; returns its name."""
        self.accounts.add(name, roles or ("member",))
        self.accounts.set_password(self.accounts.link(name), PASSWORD)
        return name

    def visitor(self, language: str = "en") -> Visitor:
        visitor = Visitor(self.served.base, language)
        self._visitors.append(visitor)
        return visitor

    def signed_in(self, name: str, language: str = "en") -> Visitor:
        visitor = self.visitor(language)
        assert visitor.sign_in(name).status_code == 303
        return visitor

    def close(self) -> None:
        for visitor in self._visitors:
            visitor.http.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """An office that changes: a project, a full board, nothing decided."""
    with serving(tmp_path) as served:
        Bridge(served).found()
        site = Site(served)
        yield site
        site.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An office with money, decisions and open reviews, shared by tests that leave it as it is."""
    with serving(tmp_path_factory.mktemp("pages")) as served:
        with_money(Bridge(served).found().opened())
        site = Site(served)
        site.account("Ana")
        site.account("Olga", "office")
        site.account("Rita", "reader")
        yield site
        site.close()


def require_browser() -> None:
    """Skip where there is no Chromium; fail where one is required."""
    if CHROMIUM.exists():
        return
    if os.environ.get(BROWSER) == "required":
        pytest.fail(f"{BROWSER}=required, and there is no {CHROMIUM}")
    pytest.skip(f"no {CHROMIUM}: pages are not driven in a browser here")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium."""
    require_browser()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), headless=True, args=["--no-sandbox"]
        )
        yield browser
        browser.close()
