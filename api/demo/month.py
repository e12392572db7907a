"""What else happens in the office of the demo: absences, an order, closed books, a secret."""

from collections.abc import Iterator
from datetime import date, timedelta

from api.demo import script
from api.demo.boards import HEAD, brief_of, decided
from api.demo.case import Case, euros
from api.demo.hearing import Hearing
from api.demo.office import POLICY, DemoOffice, Life, text_of
from domain.baselines import GOING
from domain.pack import PackOption
from domain.restriction import Restriction
from workflows.envelopes import OpenRound
from workflows.periods import ClosePeriod
from workflows.stand_ins import Delegate, NameDeputy

AWAY = timedelta(days=27)
SECRET = "WAT 11"
"""Portfolio and place in its script of the project that not everybody is to see."""


def happenings(office: DemoOffice, cases: list[Case]) -> Iterator[Life]:
    """Yield all of it."""
    for weeks in (96, 41):
        yield absence(office, weeks)
    yield delegation(office)
    yield order(office, "PWR")
    for portfolio in script.portfolios():
        yield closing(office, portfolio)
    yield secret(office, cases)


def absence(office: DemoOffice, weeks: int) -> Life:
    """Let the member for finance be away for four weeks, and name who covers."""
    yield office.moment(office.days.ago(weeks), f"away {weeks}")
    first, last = office.today, office.today + AWAY
    command = NameDeputy(
        policy=POLICY, board="gate_board", seat="finance", person=office.ids["liwei"], until=last
    )
    office.house.stand_ins.name_deputy(command, office.act("joao"))
    office.covers["gate_board", "finance"] = ("liwei", first, last)


def delegation(office: DemoOffice) -> Life:
    """Let a member of the change board delegate what is small, standing."""
    yield office.moment(office.days.ago(60), "delegation")
    command = Delegate(
        policy=POLICY,
        board="change_board",
        seat="engineering",
        person=office.ids["pjotr"],
        matters=("change",),
        up_to=euros(25_000),
    )
    office.house.stand_ins.delegate(command, office.act("laila"))


def order(office: DemoOffice, portfolio: str) -> Life:
    """Put the projects of a portfolio in an order: those under way first."""
    yield office.moment(office.days.ago(30), f"order {portfolio}")
    desk = office.house.desk.load()
    every = [desk.project(one.partition(":")[2]) for one in desk.texts.streams("project")]
    going = [one for one in every if one.portfolio == portfolio and one.standing in GOING]
    ranked = sorted(going, key=lambda one: (one.standing != "active", one.code))
    codes = tuple(one.code for one in ranked)
    command = OpenRound(projects=codes, matter="reprioritise")
    content = office.house.envelopes.open_round(portfolio, command, office.act(HEAD)).content
    stream = text_of(content, "review")
    options = (PackOption(id="rank", ranking=codes), PackOption(id="decline"))
    words = f"Put the projects in an order: {script.portfolios()[portfolio]}."
    yield from Hearing(office, stream, brief_of(office, stream, words, options)).play()


def closing(office: DemoOffice, portfolio: str) -> Life:
    """Close the books of the year of the founding, late in the year after."""
    year = office.days.founded.year
    yield office.moment(date(year + 1, 12, 1), f"closing {portfolio}")
    command = ClosePeriod(period=f"FY{year}")
    content = office.house.periods.close(portfolio, command, office.act(HEAD)).content
    words = f"Close the books of FY{year}: {script.portfolios()[portfolio]}."
    yield from decided(office, content, ("close", "decline"), words)


def secret(office: DemoOffice, cases: list[Case]) -> Life:
    """Let a project be seen by the boards that decide about it, and by the office alone."""
    yield office.moment(office.days.ago(12), "secret")
    case = next(one for one in cases if one.label == SECRET)
    seen_by = Restriction(boards=("gate_board", "investment_committee"), roles=("office",))
    office.house.restricting.restrict(case.code, seen_by, office.act(case.manager))
