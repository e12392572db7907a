"""The page about keeping: schedule, what is due and held, and disposals, all without script."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.api.conftest import made
from tests.web.conftest import Site
from tests.web.test_browser import faults, visiting

CLASS = {
    "name": "words",
    "kind": "project_words",
    "evidence": "",
    "begins": "ended",
    "months": "12",
    "basis": "Rule 7 <b>",
}
APPROVE, RECORD = "Approve and destroy", "project:P{}=words"


@pytest.fixture
def office(site: Site) -> Site:
    """Two projects that were withdrawn long ago, and two people of the office."""
    office, petra = (site.served.caller(*who) for who in (("Olga", "office"), ("Petra",)))
    policy = {"portfolio": "CAP", "title": "A bridge"}
    for number in (1, 2):
        made(petra.post("/projects", {**policy, "code": f"P{number}"}))
        told = petra.post(f"/projects/P{number}/withdrawal", {"reason": f"Words {number}."})
        assert told.status_code == 200
    hold = {"on": "project:P2", "reference": "Case 12", "reason": "A claim."}
    made(office.post("/holds", hold))
    site.served.now.ahead = timedelta(days=800)
    site.account("Olga", "office")
    site.account("Otto", "office")
    site.account("Ana")
    return site


def test_a_records_manager_sets_proposes_and_somebody_else_approves(office: Site) -> None:
    olga = office.signed_in("Olga")
    assert "everything is kept for ever" in olga.seen("/keeping")
    answer = olga.post("/keeping/schedule", page="/keeping", replaces="0", **CLASS)
    assert answer.status_code == 303, answer.text
    page = olga.seen(answer.headers["location"])
    assert "The retention schedule is in force." in page
    assert "Rule 7 <b>" in page, "unescaped here, escaped on the wire"
    assert "Rule 7 <b>" not in olga.get("/keeping").text
    assert f'name="record" value="{RECORD.format(1)}"' in page
    assert RECORD.format(2) not in page, "what is held cannot be ticked"
    assert "Legal hold 1, Case 12, on project:P2" in page
    fields = {"page": "/keeping", "record": RECORD.format(1)}
    answer = olga.post("/keeping/disposals", **fields)
    assert answer.status_code == 303, answer.text
    page = olga.seen(answer.headers["location"])
    assert "Nothing is destroyed before somebody else approves." in page
    own = olga.post("/keeping/disposals/1/approval", page="/keeping")
    assert (own.status_code, "was proposed by you" in own.text) == (403, True)
    otto = office.signed_in("Otto")
    assert APPROVE in otto.seen("/keeping")
    answer = otto.post("/keeping/disposals/1/approval", page="/keeping")
    assert answer.status_code == 303, answer.text
    page = otto.seen(answer.headers["location"])
    assert "Approved and carried out." in page
    assert APPROVE not in page
    trail = otto.seen("/trail", subject="project:P1")
    assert "Words 1." not in trail
    assert "under words, disposal 1" in trail


def test_a_disposal_is_declined_with_a_reason(office: Site) -> None:
    olga = office.signed_in("Olga")
    olga.post("/keeping/schedule", page="/keeping", replaces="0", **CLASS)
    olga.post("/keeping/disposals", page="/keeping", record=RECORD.format(1))
    without = olga.post("/keeping/disposals/1/declining", page="/keeping")
    assert without.status_code == 422
    answer = olga.post("/keeping/disposals/1/declining", page="/keeping", reason="Not yet.")
    assert answer.status_code == 303
    assert "Declined. Nothing was destroyed." in olga.seen(answer.headers["location"])


def test_a_form_that_is_refused_comes_back_as_it_was(office: Site) -> None:
    olga = office.signed_in("Olga")
    wrong = CLASS | {"begins": "ruled"}
    answer = olga.post("/keeping/schedule", page="/keeping", replaces="0", **wrong)
    assert answer.status_code == 422
    assert "is not ruled but ends" in answer.text
    assert 'value="Rule 7 &lt;b&gt;"' in answer.text
    assert '<option value="ruled" selected>' in answer.text
    answer = olga.post("/keeping/schedule", page="/keeping", replaces="4", **CLASS)
    assert (answer.status_code, "No schedule is in force, not 4" in answer.text) == (412, True)
    answer = olga.post(
        "/keeping/schedule", page="/keeping", replaces="0", **CLASS | {"months": "a"}
    )
    assert (answer.status_code, "months" in answer.text) == (422, True)
    answer = olga.post("/keeping/disposals", page="/keeping")
    assert (answer.status_code, "No record is ticked" in answer.text) == (422, True)


def test_who_is_not_of_the_office_looks_and_does_nothing(office: Site) -> None:
    olga, ana = office.signed_in("Olga"), office.signed_in("Ana", "de")
    olga.post("/keeping/schedule", page="/keeping", replaces="0", **CLASS)
    page = ana.seen("/keeping")
    assert "Zur Vernichtung fällig" in page
    assert 'name="record"' not in page
    refused = ana.post("/keeping/disposals", page="/", record=RECORD.format(1))
    assert refused.status_code == 403
    back = olga.seen("/keeping", as_of="1")
    assert "everything is kept for ever" in back
    assert "/keeping/schedule" not in back


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_kept_out_of_it_and_it_never_scrolls_sideways(
    browser: Browser, office: Site, scheme: Any
) -> None:
    olga = office.signed_in("Olga")
    olga.post("/keeping/schedule", page="/keeping", replaces="0", **CLASS)
    for number in (1, 2):
        olga.post("/keeping/disposals", page="/keeping", record=RECORD.format(1))
        if number == 1:
            olga.post("/keeping/disposals/1/declining", page="/keeping", reason="Not yet.")
    narrow = {"width": 390, "height": 900}
    with visiting(browser, office, "Olga", color_scheme=scheme, viewport=narrow) as context:
        page = context.pages[0]
        page.goto("/keeping")
        for summary in page.locator("details.act > summary").all():
            summary.click()
        expect(page.get_by_role("button", name="Approve and destroy")).to_be_visible()
        assert not faults(page)
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert over <= 0
