"""What a form of an act goes through: whose it is, when it was, and that it happens once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import APIRouter, Depends, Response

from api.http.projects import propose_project
from api.http.validity import validated
from api.web.post import Posting, genuine
from domain.project_acts import ProposeProject
from tests.api.conftest import Bridge, serving
from tests.web.conftest import Site, Visitor

router = APIRouter(include_in_schema=False, dependencies=[Depends(genuine)])


@router.post("/propose")
def propose(post: Posting) -> Response:
    """The smallest page of an act: the API's own route is called with what was filled in."""
    command = validated(ProposeProject, post.filled("portfolio", "code", "title"), "form")
    told = propose_project(command, post.member())
    return post.done("/", told.position)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("forms")
    with serving(folder) as served:
        served.app.include_router(router)
        Bridge(served).found()
        site = Site(served)
        site.account("Olga", "office")
        site.account("Rita", "reader")
        yield site
        site.close()


def sent(visitor: Visitor, path: str = "/propose", **fields: str) -> tuple[int, str]:
    filled = {"portfolio": "CAP", "code": "P-1", "title": "A pump", **fields}
    response = visitor.post(path, page="/", **filled)
    return response.status_code, response.headers.get("location", response.text)


def test_an_act_looking_back_is_refused_and_says_why(site: Site) -> None:
    head = site.served.house.log.head()
    for clock in ("as_of=12", "effective=2026-01-01"):
        status, page = sent(site.signed_in("Olga"), f"/propose?{clock}")
        assert status == 409
        assert "Looking back" in page
        assert "nothing can be done in the past" in page
    assert site.served.house.log.head() == head


def test_an_act_needs_a_role_that_opens_its_door(site: Site) -> None:
    status, page = sent(site.signed_in("Rita"))
    assert status == 403
    assert "Not permitted" in page


def test_a_field_that_does_not_fit_is_named(site: Site) -> None:
    status, page = sent(site.signed_in("Olga"), code="x" * 101)
    assert status == 422
    assert "form.code" in page


def test_a_refusal_is_a_page_in_the_reader_s_language(site: Site) -> None:
    status, page = sent(site.signed_in("Olga", "de"), portfolio="NONE")
    assert status == 404
    assert "Nicht bekannt" in page
    assert "Was zu tun ist:" in page


def test_a_form_sent_twice_is_done_once(site: Site) -> None:
    visitor = site.signed_in("Olga")
    first = sent(visitor, key="one-key-of-a-form")
    head = site.served.house.log.head()
    assert first == sent(visitor, key="one-key-of-a-form")
    assert site.served.house.log.head() == head
    status, where = first
    assert status == 303
    assert where.startswith("/?said=done&min_position=")
    assert "Done and on record." in visitor.seen(where)
