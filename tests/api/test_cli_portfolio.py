"""Portfolios and actual costs at the command line."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from api.cli import main
from domain.funding import RequestFunds
from domain.funds import Line
from domain.pack import PackOption
from domain.portfolio import CharterPortfolio
from domain.review_commands import OpenReview
from tests.money_examples import MONEY_POLICY
from tests.story import Story
from workflows.envelopes import SetEnvelope

HEADER = "code,period,kind,amount,currency,date,source_ref"


class Told(NamedTuple):
    code: int | str | None
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.out)
        return answer


class Quorate(NamedTuple):
    data: Path
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str) -> Told:
        with pytest.raises(SystemExit) as ended:
            main((*arguments, "--data", str(self.data)))
        told = self.capsys.readouterr()
        return Told(ended.value.code or 0, told.out, told.err)


def money(amount: str, kind: str = "capex", unit: str = "EUR") -> Line:
    return Line.model_validate(
        {"period": "FY2027", "kind": kind, "amount": {"amount": amount, "currency": unit}}
    )


def endowed(data: Path) -> int:
    """Fund one project of two out of an envelope; returns the position of the envelope."""
    story = Story(data).governed(MONEY_POLICY)
    house = story.house
    lines = (money("1250000.00"), money("5000.00", "opex"))
    position = house.envelopes.set("APX", SetEnvelope(lines=lines), story.act("hana")).position
    code, other = story.proposed("APX-A"), story.proposed("APX-B")
    house.funds.request(code, RequestFunds(lines=(money("40000.00"),)), story.act("pia"))
    asked = RequestFunds(lines=(money("700.50", unit="GBP"),))
    house.funds.request(other, asked, story.act("pia"))
    command = OpenReview(project=code, matter="fund")
    stream = str(house.reviews.open(command, story.act("pia")).content["review"])
    given = PackOption(id="fund", amounts=(money("30000.00"), money("100.00", "opex", "GBP")))
    story.presented(stream, options=(given,))
    for name in ("ana", "ben", "cem"):
        story.voted(stream, name, "fund")
    story.ruled(stream)
    charter = CharterPortfolio(code="ZED", title="Last", policy="works")
    house.portfolios.charter(charter, story.act("founder"))
    story.close()
    return position


@pytest.fixture
def quorate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Quorate:
    return Quorate(tmp_path / "data", capsys)


@pytest.fixture
def envelope(quorate: Quorate) -> int:
    return endowed(quorate.data)


def words(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines() if line]


def test_a_portfolio_is_shown_with_units_and_numbers_aligned(
    quorate: Quorate, envelope: int
) -> None:
    assert envelope
    told = quorate("portfolio", "APX")
    lines = told.out.splitlines()
    assert lines[0] == "APX  Apex"
    heading, capex, opex = lines[2:5]
    assert heading.split() == [
        *("PERIOD", "KIND", "UNIT", "REQUESTED", "ENVELOPE", "APPROVED", "ALLOCATED", "RELEASED"),
        *("HELD", "FREE", "ACTUAL"),
    ]
    assert "40,000.00 EUR + 700.50 GBP  1,250,000.00  30,000.00" in capex
    assert opex.split() == [
        *("FY2027", "opex", "EUR", "5,000.00", "115.00", "115.00", "0.00", "115.00"),
        *("4,885.00", "0.00"),
    ]
    assert len(heading) == len(capex) == len(opex)
    assert "Planned at 1 GBP = 1.15 EUR." in lines
    assert ["APX-A", "proposed", "FY2027", "opex", "EUR", "115.00", "115.00", "0.00"] in words(
        told.out
    )
    assert "Standing: 2 proposed" in lines
    assert lines[-1].startswith("2 projects at position ")


def test_every_portfolio_is_shown_where_none_is_named(quorate: Quorate, envelope: int) -> None:
    told = quorate("portfolio")
    assert told.out.index("APX  Apex") < told.out.index("ZED  Last")
    assert "No money yet." in told.out
    assert "Standing: no projects" in told.out
    before = quorate("portfolio", "--as-of", str(envelope))
    assert "ZED" not in before.out
    assert f"0 projects at position {envelope}," in before.out
    assert [row for row in words(before.out) if "capex" in row] == [
        ["FY2027", "capex", "EUR", "1,250,000.00", *["0.00"] * 4, "1,250,000.00", "0.00"]
    ]


def test_a_portfolio_as_json_is_what_http_shows(quorate: Quorate, envelope: int) -> None:
    told = quorate("portfolio", "APX", "--json", "--as-of", str(envelope)).json
    (shown,) = told["portfolios"]
    assert told["position"] == envelope
    assert [cell["free"] for cell in shown["cells"]] == ["1250000.00", "5000.00"]
    assert quorate("portfolio", "NONE").code == 1


def test_an_office_without_portfolios_says_so(quorate: Quorate) -> None:
    Story(quorate.data).close()
    assert quorate("portfolio").out == "No portfolios.\n"
    assert quorate("portfolio", "--json").json == {"portfolios": []}


def test_costs_come_in_by_file_once(quorate: Quorate, envelope: int, tmp_path: Path) -> None:
    assert envelope
    path = tmp_path / "march costs.csv"
    path.write_text(
        f"{HEADER}\nAPX-A,FY2027,capex,1250.00,,2026-03-31,inv 1\nAPX-A,FY2027,opex,1,,,\n"
    )
    first = quorate("import", "actuals", str(path))
    assert first.out == (
        "Imported 2 of 2 rows from source march_costs; 0 known already, 0 left out.\n"
    )
    again = quorate("import", "actuals", str(path), "--json").json
    assert (again["imported"], again["already_known"], again["refused"]) == (0, 2, False)
    assert "Nothing changed." in quorate("import", "actuals", str(path)).out
    assert "1,250.00" in quorate("portfolio", "APX").out


def test_a_file_with_faults_is_refused_whole(
    quorate: Quorate, envelope: int, tmp_path: Path
) -> None:
    assert envelope
    path = tmp_path / "costs.csv"
    path.write_text(
        f"{HEADER}\nAPX-A,FY2027,capex,-5,,,\nAPX-Z,FY2027,capex,5,,,\nAPX-A,FY2027,capex,5,,,\n"
    )
    told = quorate("import", "actuals", str(path))
    assert (told.code, told.out) == (1, "")
    assert f"{path}:2: bad_amount: an amount of money is 0 or more" in told.err
    assert f"{path}:3: unknown_project: there is no project APX-Z" in told.err
    assert "Refused: 2 faults; nothing was written." in told.err
    skipped = quorate("import", "actuals", str(path), "--skip-bad-rows")
    assert skipped.code == 0
    assert "Imported 1 of 3 rows from source costs; 0 known already, 2 left out." in skipped.out
    assert quorate("import", "actuals", str(tmp_path / "none.csv")).code == 1
