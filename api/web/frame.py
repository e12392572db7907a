"""What every page has around it: who reads it, in which language and zone, and what leads on."""

from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode
from zoneinfo import available_timezones

import jinja2
from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from api.clock import new_key
from api.http.acting import house_of
from api.sign_in import Role, SignedInPerson
from api.web.said import Said
from api.web.sessions import VISITOR, form_token, session_of, set_cookie
from api.web.static_files import address
from api.web.words import LANGUAGES, Words, preferred
from domain.office import OFFICE, Office

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGE_COOKIE = "quorate-language"
ZONE_COOKIE = "quorate-zone"
OK = 200

PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'",
    # With no-referrer browsers send forms with `Origin: null`, and none could be told from ours.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Place(NamedTuple):
    """One entry of the navigation: its word and its address."""

    word: str
    path: str


NAVIGATION = (
    Place("nav.work", "/"),
    Place("nav.portfolios", "/portfolios"),
    Place("nav.projects", "/projects"),
    Place("nav.decisions", "/decisions"),
    Place("nav.trail", "/trail"),
    Place("nav.authority", "/authority"),
)


class Frame:
    """What surrounds one page for one reader."""

    def __init__(self, request: Request) -> None:
        """Surround the answer to a request."""
        self.request = request
        self.words = Words(self._language())
        self.said = Said(self.words, self._zone())

    @cached_property
    def office(self) -> Office | None:
        """Return the office, None while there is none."""
        office: Office | None = house_of(self.request).desk.load().state(OFFICE)
        return office

    @property
    def person(self) -> SignedInPerson | None:
        """Return who is signed in, if anybody is."""
        session = session_of(self.request)
        return None if session is None else session.person

    def content(self) -> dict[str, Any]:
        """Return what every template may use."""
        office, person = self.office, self.person
        return {
            "t": self.words,
            "w": self.words.of,
            "said": self.said,
            "language": self.words.language,
            "static": address,
            "office": office,
            "person": person,
            "roles": frozenset() if person is None else person.roles,
            "Role": Role,
            "navigation": () if person is None else NAVIGATION,
            "path": self.request.url.path,
            "form_token": form_token(self.request),
            "new_key": new_key,
            "acts_open": True,
            "back": None,
            "to": lambda path, **query: linked(path, query),
        }

    def page(self, template: str, status: int = OK, **content: Any) -> Response:
        """Return a page made of a template."""
        made = environment().get_template(template).render({**self.content(), **content})
        response = HTMLResponse(made, status_code=status)
        response.headers["Content-Language"] = self.words.language
        response.headers["Vary"] = "Cookie, Accept-Language"
        visitor = getattr(self.request.state, "visitor", None)
        if visitor is not None:
            set_cookie(self.request, response, VISITOR, visitor)
        return response

    def _language(self) -> str:
        chosen = self.request.cookies.get(LANGUAGE_COOKIE)
        if chosen in LANGUAGES:
            return chosen
        accepted = preferred(self.request.headers.get("accept-language", ""))
        if accepted is not None:
            return accepted
        of_office = () if self.office is None else self.office.languages
        return next((one for one in of_office if one in LANGUAGES), LANGUAGES[0])

    def _zone(self) -> str:
        chosen = self.request.cookies.get(ZONE_COOKIE, "")
        if chosen in zones():
            return chosen
        return "UTC" if self.office is None else self.office.zone


@cache
def zones() -> tuple[str, ...]:
    """Return the time zones a reader may choose, in the order of their names."""
    return tuple(sorted(name for name in available_timezones() if "/" in name or name == "UTC"))


@cache
def environment() -> jinja2.Environment:
    """Return the templates: what is put into them is text, and nothing may be missing."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def linked(path: str, query: dict[str, Any]) -> str:
    """Return an address with the query that is not empty."""
    kept = {name: value for name, value in query.items() if value not in (None, "")}
    return f"{path}?{urlencode(kept)}" if kept else path
