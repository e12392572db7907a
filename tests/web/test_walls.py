"""What stands around the pages: forged forms, other hosts, paths out of the way, what is kept."""

from hashlib import sha256

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from api.web.sessions import local_path
from api.web.static_files import FILES, FOLDER
from tests.web.conftest import PAGES, PASSWORD, Site


def page_routes(site: Site, method: str) -> list[str]:
    found = set()
    for context in iter_route_contexts(site.served.app.routes):
        route = context.original_route
        if (
            isinstance(route, APIRoute)
            and not route.include_in_schema
            and method in (route.methods or ())
        ):
            found.add(route.path)
    return sorted(found)


def test_every_form_without_the_token_of_this_visit_is_refused(shared: Site) -> None:
    visitor, other = shared.signed_in("Olga"), shared.signed_in("Ana")
    paths = page_routes(shared, "POST")
    assert {"/sign-in", "/sign-out", "/preferences"} <= set(paths)
    for path in paths:
        for fields in ({}, {"token": ""}, {"token": "0" * 64}, {"token": other.token("/")}):
            response = visitor.http.post(path, data=fields)
            assert response.status_code == 403, path
            assert "token of this visit" in response.text
    assert visitor.session


def test_every_form_of_another_site_is_refused_though_its_token_is_right(shared: Site) -> None:
    visitor = shared.signed_in("Olga")
    token = visitor.token("/")
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        for path in page_routes(shared, "POST"):
            response = visitor.http.post(path, data={"token": token}, headers=headers)
            assert response.status_code == 403, (path, headers)


def test_a_form_needs_a_token_before_sign_in_too(shared: Site) -> None:
    visitor = shared.visitor()
    response = visitor.http.post("/sign-in", data={"name": "Ana", "password": PASSWORD})
    assert response.status_code == 403
    assert visitor.session is None


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "\n//evil.example",
        "evil",
        "http:evil.example",
        "",
    ],
)
def test_sign_in_leads_to_no_other_site(shared: Site, wanted: str) -> None:
    response = shared.visitor().post("/sign-in", name="Ana", password=PASSWORD, next=wanted)
    assert response.headers["location"] == "/"
    inside = shared.signed_in("Ana").get("/sign-in", next=wanted)
    assert inside.headers["location"] == "/"


def test_local_paths_are_kept_as_they_are() -> None:
    for path in ("/", "/projects?portfolio=CAP&as_of=12", "/projects/A%20B"):
        assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "/static/../accounts.py",
        "/static/..%2f..%2fapp.py",
        "/static/%2e%2e/%2e%2e/app.py",
        "/static//etc/passwd",
        "/static/vendor/..%5c..%5capp.py",
        "/static/pages.css%00.txt",
        "/static/",
    ],
)
def test_no_path_leads_out_of_the_static_files(shared: Site, path: str) -> None:
    response = shared.visitor().http.get(path)
    assert response.status_code in {303, 404}
    assert "import" not in response.text


def test_static_files_are_kept_as_long_as_their_address_is_the_same(shared: Site) -> None:
    visitor = shared.visitor()
    page = visitor.get("/sign-in").text
    start = page.index("/static/pages.css?v=")
    address = page[start : page.index('"', start)]
    assert "immutable" in visitor.http.get(address).headers["cache-control"]
    assert visitor.http.get("/static/pages.css?v=old").headers["cache-control"] == "no-cache"


def test_what_was_vendored_is_what_was_looked_at() -> None:
    folder = FOLDER / "vendor"
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    sums = {name: digest for digest, name in (line.split() for line in lines)}
    held = {path.name for path in folder.iterdir()} - {"SHA256SUMS"}
    assert set(sums) == held
    for name, digest in sums.items():
        assert sha256((folder / name).read_bytes()).hexdigest() == digest, name
        assert f"vendor/{name}" in FILES


@pytest.mark.parametrize("path", [*PAGES, "/nothing-here", "/static/pages.css"])
def test_every_answer_says_what_it_may_use_and_by_whom_it_may_be_framed(
    shared: Site, path: str
) -> None:
    headers = shared.signed_in("Olga").get(path).headers
    policy = headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "*" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_script_or_style_of_its_own(shared: Site, path: str) -> None:
    page = shared.signed_in("Olga").get(path).text
    assert " style=" not in page
    assert "<style" not in page
    assert " onclick" not in page
    assert page.count("<script") == page.count("<script src=") == 1


def test_a_page_there_is_not_says_so_as_a_page(shared: Site) -> None:
    response = shared.signed_in("Olga").get("/nothing-here")
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html")
    assert "My work" in response.text
