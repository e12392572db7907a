"""Pictures of the pages of the demo, wide and narrow, light and dark: `make screenshots`.

Not a test: the pictures are looked at. Three of them are in the README.
"""

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from api.clock import now
from api.demo.build import build
from bench.pages import served
from tests.web.conftest import CHROMIUM

FOLDER = Path(__file__).parent.parent.parent / "docs" / "screens"
WIDTHS = (1440, 390)
HEIGHT = 1000
SCHEMES = ("light", "dark")
WHO = "Jakub"


def main() -> None:
    """Load the demo, serve it, and take a picture of each page."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder) / "demo", now())
        with served(Path(folder) / "demo") as base, sync_playwright() as playing:
            browser = playing.chromium.launch(
                executable_path=str(CHROMIUM), args=["--no-sandbox", "--force-color-profile=srgb"]
            )
            for width in WIDTHS:
                for scheme in SCHEMES:
                    _pictures(browser, base, width, scheme)
            browser.close()


def _pictures(browser: Browser, base: str, width: int, scheme: str) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHT},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(f"{base}/")
    _keep(page, "sign-in", width, scheme)
    page.get_by_role("button", name=WHO).first.click()
    page.wait_for_load_state()
    for name, path in _places(page, base):
        page.goto(base + path)
        _keep(page, name, width, scheme)
    context.close()


def _places(page: Page, base: str) -> list[tuple[str, str]]:
    """Return the pages to show, by the names of their pictures."""

    def first(path: str, link: str) -> str:
        page.goto(base + path)
        rows = page.locator(f"main td a[href^='{link}'], main h2 a[href^='{link}']")
        found = rows.first.get_attribute("href")
        assert found is not None, f"{path} links to no {link}"
        return found

    decision = first("/decisions", "/decisions/")
    return [
        ("my-work", "/"),
        ("brief", first("/", "/reviews/")),
        ("portfolio", first("/portfolios", "/portfolios/")),
        ("projects", "/projects"),
        ("project", first("/projects", "/projects/WAT")),
        ("decisions", "/decisions"),
        ("decision", decision),
        ("letter", f"{decision}/letter"),
        ("trail", "/trail"),
        ("authority", "/authority"),
        ("looking-back", "/projects?as_of=3000"),
    ]


def _keep(page: Page, name: str, width: int, scheme: str) -> None:
    page.screenshot(path=FOLDER / f"{name}-{width}-{scheme}.png")


if __name__ == "__main__":
    main()
