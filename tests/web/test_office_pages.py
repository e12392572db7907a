"""Pages of the office: people and their accounts, boards, policies, money, the demo."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.demo.accounts import accounts
from tests.api.conftest import POLICY, Bridge, made, serving
from tests.web.conftest import PASSWORD, Site, Visitor
from tests.web.office import with_money

LINK = re.compile(r'<code id="one-time-link">[^<]*(/welcome/[^<]+)</code>')


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Bridge]]:
    with serving(tmp_path_factory.mktemp("office")) as served:
        bridge = Bridge(served).found()
        with_money(bridge.opened())
        site = Site(served)
        site.account("Olga", "office")
        site.account("Adam", "administrator")
        site.account("Ana")
        yield site, bridge
        site.close()


def test_a_person_is_registered_and_opens_her_account_with_a_link_shown_once(
    office: tuple[Site, Bridge],
) -> None:
    site, bridge = office
    olga = site.signed_in("Olga")
    person = {"name": "Vera <b>Vogt</b>", "email": "Vera@Works.example", "roles": "member"}
    answer = olga.post("/people", **person)
    assert answer.status_code == 303
    page = olga.get(answer.headers["location"]).text
    assert "Vera &lt;b&gt;Vogt&lt;/b&gt;" in page
    found = LINK.search(page)
    assert found
    assert not LINK.search(olga.get("/people").text)
    vera = site.visitor()
    assert vera.post(found[1], password=PASSWORD, again=PASSWORD).status_code == 303
    registered = {
        one["person"]["name"]: one["person"]["id"]
        for one in bridge.office.get("/people").json()["people"]
    }
    vera.post("/projects/new", portfolio="CAP", title="Hers")
    assert registered[person["name"]] in {
        one["by"]["id"]
        for one in bridge.office.get("/trail").json()["trail"]
        if one["topic"] == "project.proposed/1"
    }


def test_the_office_cannot_become_somebody_by_giving_them_a_link(
    office: tuple[Site, Bridge],
) -> None:
    site, _ = office
    olga = site.signed_in("Olga")
    in_use = olga.post("/people/accounts", page="/people", name="Ana", roles="member")
    assert in_use.status_code == 403
    assert "is in use" in in_use.text
    higher = olga.post("/people/accounts", page="/people", name="Eve", roles="administrator")
    assert higher.status_code == 403
    assert "only an administrator" in higher.text.casefold()
    assert site.signed_in("Ana").session
    adam = site.signed_in("Adam")
    renewed = adam.post("/people/accounts", page="/people", name="Ana", roles="member")
    assert renewed.status_code == 303
    member = site.signed_in("Ana")
    refused = member.post("/people/accounts", page="/", name="Ana", roles="office")
    assert refused.status_code == 403


def test_people_are_linked_and_joined_by_the_office_alone(office: tuple[Site, Bridge]) -> None:
    site, bridge = office
    olga = site.signed_in("Olga")
    ids = [
        made(bridge.office.post("/people", {"name": name}))["person"]
        for name in ("Double One", "Double Two")
    ]
    linked = {"issuer": "https://idp.example", "subject": "d-1"}
    assert olga.post(f"/people/{ids[0]}/identities", page="/people", **linked).status_code == 303
    twice = olga.post(f"/people/{ids[1]}/identities", page="/people", **linked)
    assert twice.status_code == 409
    assert "belongs to another person" in twice.text
    joining = {"into": ids[0], "reason": "The same face."}
    assert olga.post(f"/people/{ids[1]}/joining", page="/people", **joining).status_code == 303
    assert (
        site.signed_in("Ana").post(f"/people/{ids[1]}/joining", page="/", **joining).status_code
        == 403
    )


def test_a_policy_with_faults_comes_back_by_line_and_column(office: tuple[Site, Bridge]) -> None:
    site, _ = office
    olga = site.signed_in("Olga")
    head = site.served.house.log.head()
    broken = POLICY.replace("quorum: 3", "quorum: 30").replace("from: [idea]", "from: [ideas]")
    answer = olga.post("/policies", text=broken)
    assert answer.status_code == 422
    assert len(re.findall(r"<code>line [0-9]+, column [0-9]+</code>", answer.text)) == 2
    assert "quorum: 30" in answer.text
    checked = olga.post("/policies", text=POLICY, check="yes")
    assert checked.status_code == 200
    assert "Policy gates has no faults." in checked.text
    assert site.served.house.log.head() == head


def test_a_seat_is_given_and_taken_from_the_page_of_the_boards(
    office: tuple[Site, Bridge],
) -> None:
    site, bridge = office
    ana = site.signed_in("Ana")
    assert "Give a seat" not in ana.seen("/boards")
    olga = site.signed_in("Olga")
    fields = {"policy": "gates", "seat": "chair", "person": bridge.ids["works"]}
    taken = olga.post("/boards/portfolio_board/members", page="/boards", **fields)
    assert taken.status_code in {403, 409}
    assert 'role="alert"' in taken.text


def test_an_envelope_and_a_round_are_begun_on_the_page_of_a_portfolio(
    office: tuple[Site, Bridge],
) -> None:
    site, _ = office
    ana = site.signed_in("Ana")
    line = {"period": "FY2027", "kind": "capex", "amount": "1,500,000", "currency": "EUR"}
    answer = ana.post("/portfolios/CITY/envelope", page="/portfolios/CITY", **line)
    assert answer.status_code == 303
    assert "1,500,000.00" in ana.seen("/portfolios/CITY")
    wrong = ana.post(
        "/portfolios/CITY/envelope", page="/portfolios/CITY", **{**line, "period": "FY27"}
    )
    assert wrong.status_code == 422
    assert 'value="FY27"' in wrong.text
    none = ana.post("/portfolios/CITY/rounds", page="/portfolios/CITY", matter="round")
    assert "no project was ticked" in none.text.casefold()
    begun = ana.post(
        "/portfolios/CITY/rounds", page="/portfolios/CITY", matter="round", projects="D"
    )
    assert begun.headers["location"].startswith("/reviews/portfolio.CITY/round/2?")


def test_nobody_can_be_chosen_where_the_office_is_no_demo(office: tuple[Site, Bridge]) -> None:
    site, _ = office
    stranger = site.visitor()
    assert "sign-in/as" not in stranger.get("/sign-in").text
    for chosen in (accounts()[0].email, "Ana", "Olga"):
        answer = stranger.post("/sign-in/as", page="/sign-in", email=chosen)
        assert answer.status_code == 404
        assert stranger.session is None
    assert accounts()[0].email not in {one.subject for one in site.accounts.listed()}


def test_in_a_demo_one_click_signs_in_and_only_as_its_made_up_people(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        founder = served.caller("Friedrich", "office")
        made(founder.post("/office", {"title": "Made up", "demo": True}))
        site = Site(served)
        site.account("Friedrich", "administrator")
        visitor: Visitor = site.visitor()
        for one in accounts():
            assert one.name in visitor.seen("/sign-in")
        refused = visitor.post("/sign-in/as", page="/sign-in", email="Friedrich")
        assert refused.status_code == 404
        auditor = next(one for one in accounts() if "auditor" in one.roles)
        answer = visitor.post("/sign-in/as", page="/sign-in", email=auditor.email)
        assert answer.status_code == 303
        assert auditor.name in visitor.seen("/decisions")
        elsewhere = {"email": auditor.email, "next": "https://elsewhere.example/"}
        again = site.visitor().post("/sign-in/as", page="/sign-in", **elsewhere)
        assert again.headers["location"] == "/"
        site.close()


def test_a_book_that_nobody_prepared_is_unknown_and_only_the_office_looks(
    office: tuple[Site, Bridge],
) -> None:
    site, _ = office
    assert site.signed_in("Olga").get(f"/take-ons/{'0' * 64}").status_code == 404
    assert site.signed_in("Ana").get(f"/take-ons/{'0' * 64}").status_code == 403
