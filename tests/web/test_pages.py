"""What the read pages show: the same as the API, in the reader's language, zone and moment."""

import re
from typing import Any

import pytest

from api.web.envelope_bars import bar
from api.web.said import Said
from api.web.words import Words
from tests.web.conftest import DECISION, PAGES, Site
from tests.web.office import LONG

NBSP = "\N{NO-BREAK SPACE}"


def test_my_work_names_the_ballot_that_is_due_and_who_has_the_ball(shared: Site) -> None:
    page = shared.signed_in("Ana").seen("/")
    assert "<b>1</b> Ballots due" in page
    assert "BRIDGE (north) ~2/g1/1" in page
    assert "Ana, Ben, Cem, Dua" in page
    assert f"30{NBSP}Jun{NBSP}2027" in page
    assert "No ballot of yours is missing." in shared.signed_in("Rita").seen("/")


def test_a_portfolio_shows_totals_that_lead_to_their_rows(shared: Site) -> None:
    page = shared.signed_in("Rita").seen("/portfolios/CITY")
    assert "1,750,000.00" in page
    assert "125,000.50" in page
    assert 'href="/portfolios/CITY?period=FY2027&kind=capex#rows"' in page
    assert 'href="/projects?portfolio=CITY&phase=idea"' in page
    german = shared.signed_in("Rita", "de").seen("/portfolios/CITY")
    assert "1.750.000,00" in german
    assert "Zugewiesen" in german


def test_the_register_is_narrowed_and_put_in_order(shared: Site) -> None:
    visitor = shared.signed_in("Rita")
    assert visitor.seen("/projects", standing="deferred").count("<tr>") == 3
    assert visitor.seen("/projects", text="WASSER").count("<tr>") == 2
    page = visitor.seen("/projects", sort="title")
    assert page.index("A bridge") < page.index("Depot") < page.index("Pumps")
    assert visitor.get("/projects", sort="colour").status_code == 422
    assert "No project fits." in visitor.seen("/projects", portfolio="NONE")


def test_names_are_text_whatever_is_in_them(shared: Site) -> None:
    page = shared.signed_in("Rita").get("/projects").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert LONG.strip() in page


def test_a_decision_shows_what_it_rested_on_and_what_it_did(shared: Site) -> None:
    visitor = shared.signed_in("Rita")
    (review,) = {DECISION.removeprefix("/decisions/")}
    assert f'href="/decisions/{review}"' in visitor.seen("/decisions")
    page = visitor.seen(DECISION)
    for text in ("capital, version 1", "Panel and ballots", "quorum", "Funds allocated", "award"):
        assert text in page
    assert f"400,000.00{NBSP}EUR" in page
    assert visitor.get("/decisions/NONE/g1/1").status_code == 404


def test_the_trail_says_who_did_what_in_words(shared: Site) -> None:
    visitor = shared.signed_in("Rita")
    page = visitor.seen("/trail", subject="C")
    assert "Cost recorded" in page
    assert "Petra" in page
    assert 'title="project.moved/1"' in page
    assert "Verlauf" in shared.signed_in("Rita", "de").seen("/trail")
    assert "Nothing is on record" in visitor.seen("/trail", subject="NONE")


def test_an_earlier_position_shows_what_was_known_there(shared: Site) -> None:
    visitor = shared.signed_in("Rita")
    assert "CITY" not in visitor.seen("/projects", as_of="20")
    page = visitor.seen("/portfolios", as_of="20")
    assert "You are looking back." in page
    assert 'href="/projects?as_of=20"' in page
    assert 'href="/portfolios/CAP?as_of=20"' in page


def test_the_second_clock_is_kept_and_used_where_a_page_has_it(shared: Site) -> None:
    visitor = shared.signed_in("Rita")
    page = visitor.seen("/projects", effective="2026-01-01")
    assert "No project fits." in page
    assert "As it was at 2026-01-01." in page
    assert "one clock only" in visitor.seen("/trail", effective="2026-01-01")


@pytest.mark.parametrize("as_of", ["99999", "yesterday", "2026-13-01", "x" * 41])
def test_a_place_there_is_not_is_answered_with_what_to_write(shared: Site, as_of: str) -> None:
    response = shared.signed_in("Rita").get("/projects", as_of=as_of)
    assert response.status_code in {404, 422}
    assert "What to do:" in response.text


@pytest.mark.parametrize("path", PAGES)
def test_no_page_shows_its_own_markup_as_text(shared: Site, path: str) -> None:
    text = shared.signed_in("Ana").get(path).text
    assert not re.search("&lt;(bdi|span|code|a) ?", text)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_takes_a_moment_and_shows_no_form_of_an_act_then(
    shared: Site, path: str
) -> None:
    page = shared.signed_in("Olga").seen(path, as_of="60")
    assert "You are looking back." in page
    assert 'name="key"' not in page


def test_times_are_in_the_zone_a_reader_chose_and_the_log_s_in_the_title(shared: Site) -> None:
    visitor = shared.signed_in("Rita")
    done = visitor.post("/preferences", language="de", zone="Pacific/Kiritimati")
    assert done.status_code == 303
    assert "Pacific/Kiritimati" in visitor.seen("/trail")
    wrong = visitor.post("/preferences", language="xx", zone="")
    assert wrong.status_code == 422
    assert visitor.post("/preferences", language="de", zone="Nowhere/None").status_code == 422


@pytest.mark.parametrize(
    ("language", "amount", "shown"),
    [
        ("en", "1200000.00", "1,200,000.00"),
        ("de", "1200000.00", "1.200.000,00"),
        ("en", "-0.50", "\N{MINUS SIGN}0.50"),
        ("de", "999", "999"),
        ("de", "1000", "1.000"),
        ("en", "123456789012345678901234567890.12", "123,456,789,012,345,678,901,234,567,890.12"),
    ],
)
def test_amounts_keep_every_digit(language: str, amount: str, shown: str) -> None:
    assert Said(Words(language), "UTC").amount(amount) == shown


def test_a_moment_is_shown_in_the_zone_with_the_day_it_is_there() -> None:
    said = Said(Words("en"), "Europe/Berlin")
    shown = said.moment("2026-12-31T23:30:00.000000Z")
    assert f"1{NBSP}Jan{NBSP}2027,{NBSP}00:30" in shown
    assert 'title="2026-12-31T23:30:00.000000Z (UTC, as the log says it)"' in shown


def test_bars_fit_the_longest_and_show_what_is_over() -> None:
    cell = {"envelope": "100.00", "currency": "EUR", "held": "150.00", "actual": "75.00"}
    drawn = bar({**cell, "requested": [{"amount": "300.00", "currency": "USD"}]})
    assert drawn is not None
    assert (drawn.envelope, drawn.allocated, drawn.actual, drawn.over) == (666, 1000, 500, 334)
    assert drawn.requested == 0
    nothing: dict[str, Any] = {"envelope": None, "held": "0.00", "actual": "0.00", "requested": []}
    assert bar({**cell, **nothing}) is None
