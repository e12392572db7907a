"""The page of a project: its forms, what comes back of them, and who sees which of them."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.api.conftest import NPV, PROJECT, Bridge, serving
from tests.web.conftest import Site, Visitor

HOME = "/projects/BRIDGE%20(north)%20~2"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[Site, Bridge]]:
    with serving(tmp_path) as served:
        bridge = Bridge(served).found()
        site = Site(served)
        for name, role in (("Petra", "member"), ("Ana", "member"), ("Olga", "office")):
            site.account(name, role)
        site.account("Rita", "reader")
        yield site, bridge
        site.close()


def upload(visitor: Visitor, name: str, content: bytes, **fields: str) -> httpx.Response:
    origin = str(visitor.http.base_url).rstrip("/")
    return visitor.http.post(
        f"{HOME}/evidence",
        data={"token": visitor.token(HOME), "evidence": "business_case", **fields},
        files={"file": (name, content, "text/html")},
        headers={"Origin": origin, "Sec-Fetch-Site": "same-origin"},
    )


def fact(visitor: Visitor, value: str, name: str = "npv", **fields: str) -> httpx.Response:
    return visitor.post(f"{HOME}/facts", page=HOME, fact=name, value=value, **fields)


def test_a_fact_is_typed_in_the_reader_s_language(office: tuple[Site, Bridge]) -> None:
    site, bridge = office
    assert fact(site.signed_in("Petra"), "1,200.50").status_code == 303
    assert fact(site.signed_in("Petra", "de"), "-1.300,5").status_code == 303
    (npv,) = bridge.pm.get(f"{HOME}/facts").json()["facts"]
    said = [one["value"]["money"]["amount"] for one in npv["history"]]
    assert said == ["1200.50", "-1300.50"]
    assert "-1.300,50" in site.signed_in("Petra", "de").seen(HOME).replace("\N{MINUS SIGN}", "-")


@pytest.mark.parametrize("value", ["1.200,50", "twelve", "1,20", "1e9", "", "9" * 70])
def test_what_is_no_number_comes_back_as_it_was_typed(
    office: tuple[Site, Bridge], value: str
) -> None:
    site, _ = office
    answer = fact(site.signed_in("Petra"), value, source="The <b>bank</b>")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert f'value="{value}"' in answer.text
    assert "The &lt;b&gt;bank&lt;/b&gt;" in answer.text
    assert "What you typed is still in the form." in answer.text


def test_a_choice_that_is_none_and_a_number_out_of_range_say_which_there_are(
    office: tuple[Site, Bridge],
) -> None:
    site, _ = office
    petra = site.signed_in("Petra")
    assert "north, south" in fact(petra, "west", "site").text
    assert fact(petra, "25", "risk").status_code == 303
    assert fact(petra, "25.01", "risk").status_code == 422
    assert fact(petra, "east", "no_such_fact").status_code == 422


def test_what_was_said_wrongly_is_corrected_and_stays_in_the_history(
    office: tuple[Site, Bridge],
) -> None:
    site, bridge = office
    wrong = bridge.pm.post(f"{HOME}/facts", NPV).json()["position"]
    assert fact(site.signed_in("Petra"), "41000", corrects=str(wrong)).status_code == 303
    page = site.signed_in("Petra").seen(HOME)
    assert "41,000.00" in page
    assert "40,000.00" in page
    assert f"corrected by no. {wrong + 1}" in page


def test_a_form_from_before_says_what_changed_and_loses_nothing(
    office: tuple[Site, Bridge],
) -> None:
    site, bridge = office
    petra = site.signed_in("Petra")
    version = bridge.pm.get(HOME).headers["etag"].strip('"')
    seen = str(site.served.house.log.head())
    bridge.pm.post(f"{HOME}/facts", NPV)
    late = fact(petra, "50000", version=version, seen=seen)
    assert late.status_code == 412
    assert "Since you looked:" in late.text
    assert "Fact recorded" in late.text
    assert 'value="50000"' in late.text


def test_a_form_sent_twice_is_one_act(office: tuple[Site, Bridge]) -> None:
    site, bridge = office
    petra = site.signed_in("Petra")
    version = bridge.pm.get(HOME).headers["etag"].strip('"')
    one = {"key": "form-1", "version": version}
    assert fact(petra, "1", **one).status_code == fact(petra, "1", **one).status_code == 303
    (npv,) = bridge.pm.get(f"{HOME}/facts").json()["facts"]
    assert len(npv["history"]) == 1


def test_evidence_goes_in_under_its_name_and_comes_out_to_be_saved_only(
    office: tuple[Site, Bridge],
) -> None:
    site, _ = office
    petra, content = site.signed_in("Petra"), b"<script>alert(1)</script>"
    assert upload(petra, "Fall \N{GRINNING FACE}.html", content).status_code == 303
    page = petra.seen(HOME)
    assert "Fall \N{GRINNING FACE}.html" in page
    sent = petra.get(f"{HOME}/evidence/{hashlib.sha256(content).hexdigest()}")
    assert sent.content == content
    assert sent.headers["content-type"] == "application/octet-stream"
    assert sent.headers["content-disposition"].startswith("attachment;")
    assert sent.headers["content-disposition"].endswith("Fall%20%F0%9F%98%80.html")
    assert "sandbox" in sent.headers["content-security-policy"]
    assert petra.get(f"{HOME}/evidence/{'0' * 64}").status_code == 404


def test_a_name_with_a_path_or_no_file_is_refused(office: tuple[Site, Bridge]) -> None:
    site, _ = office
    petra = site.signed_in("Petra")
    assert upload(petra, "../../etc/passwd", b"x").status_code == 422
    assert petra.post(f"{HOME}/evidence", page=HOME, evidence="business_case").status_code == 422
    ahead = upload(petra, "case.txt", b"x", dated="2999-01-01")
    assert ahead.status_code == 422
    assert "dated ahead" in ahead.text


def test_an_act_that_is_not_open_says_why_and_readers_are_offered_none(
    office: tuple[Site, Bridge],
) -> None:
    site, _ = office
    theirs = site.signed_in("Ana").seen(HOME)
    assert "Only the proposer withdraws project BRIDGE (north) ~2." in theirs
    assert "Policy gates says nothing of money." in theirs
    reader = site.signed_in("Rita").seen(HOME)
    assert "your role carries no acts" in reader
    assert '<form method="post" action="/projects' not in reader
    assert fact(site.signed_in("Rita"), "1").status_code == 403


def test_looking_back_shows_it_as_it_was_and_offers_nothing(office: tuple[Site, Bridge]) -> None:
    site, bridge = office
    before = site.served.house.log.head()
    bridge.pm.post(f"{HOME}/facts", NPV)
    petra = site.signed_in("Petra")
    assert "40,000.00" in petra.seen(HOME)
    proposed = bridge.pm.get(HOME).json()["project"]["proposed_at"]
    for clock in ({"as_of": str(before)}, {"effective": proposed}):
        page = petra.seen(HOME, **clock)
        assert "40,000.00" not in page
        assert "What you can do" not in page
    assert petra.post(f"{HOME}/facts?as_of={before}", page=HOME, fact="npv").status_code == 409


def test_a_restricted_project_is_unknown_on_its_page_too(office: tuple[Site, Bridge]) -> None:
    site, _ = office
    petra = site.signed_in("Petra")
    answer = petra.post(f"{HOME}/restriction", page=HOME, boards="portfolio_board")
    assert answer.status_code == 303
    assert "Restricted." in petra.seen(HOME)
    assert site.signed_in("Olga").get(HOME).status_code == 404
    assert "Restricted." in site.signed_in("Ana").seen(HOME)
    assert petra.post(f"{HOME}/opening", page=HOME).status_code == 303
    assert site.signed_in("Olga").get(HOME).status_code == 200


def test_a_project_is_proposed_with_whatever_title(office: tuple[Site, Bridge]) -> None:
    site, bridge = office
    petra = site.signed_in("Petra")
    title = ("<i>\N{ARABIC LETTER ALEF}\N{GRINNING FACE} & " + "w" * 500)[:500]
    fields = {"portfolio": "CAP", "title": title, "amount": "1,000.50", "currency": "EUR"}
    answer = petra.post("/projects/new", **fields)
    assert answer.status_code == 303
    place = answer.headers["location"].partition("?")[0]
    assert title in petra.seen(place)
    assert "<i>" not in petra.get(place).text
    shown = bridge.pm.get(place).json()["project"]
    assert shown["requested"] == {"amount": "1000.50", "currency": "EUR"}
    again = petra.post("/projects/new", **{**fields, "code": PROJECT, "title": "Kept"})
    assert again.status_code == 409
    assert 'value="Kept"' in again.text


def test_files_of_the_lists_carry_their_filter_and_their_place(office: tuple[Site, Bridge]) -> None:
    site, _ = office
    head = site.served.house.log.head()
    ana = site.signed_in("Ana")
    page = ana.get("/projects", portfolio="CAP", as_of=str(head)).text
    assert f'href="/exports/register.csv?portfolio=CAP&amp;as_of={head}"' in page
    file = ana.get("/exports/register.csv", portfolio="CAP", as_of=str(head))
    assert file.headers["content-disposition"] == f'attachment; filename="register-{head}.csv"'
    assert PROJECT in file.text
    assert ana.get("/exports/decisions.xlsx").status_code == 200
    assert ana.get("/exports/portfolio.xlsx", portfolio="CAP").status_code == 200
    assert ana.get("/exports/secrets.csv").status_code == 404
