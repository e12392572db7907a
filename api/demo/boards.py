"""What the office of the demo does besides projects: envelopes, rounds, seats, its own rules."""

from datetime import date, timedelta
from decimal import Decimal

from api.demo import script
from api.demo.case import Case, euros
from api.demo.hearing import Brief, Hearing
from api.demo.office import FOUNDER, LIMIT_AFTER, LIMIT_BEFORE, POLICY, DemoOffice, Life, text_of
from api.demo.promises import costs
from domain.base import Json
from domain.funds import Line
from domain.pack import Award, PackOption
from workflows.envelopes import OpenRound, SetEnvelope
from workflows.governing import AdoptPolicy, RelieveMember

ROOM_PERCENT = 112
"""How much more an envelope holds than the plans of the projects ask for."""
ROUNDING = Decimal(50_000)
DAYS_BETWEEN_LOOKS = 14
LOOKS_BEFORE_A_ROUND = 4
"""How often the office looks at a single project that waits before it holds a round for it."""
HEAD = "marlene"


def envelopes(office: DemoOffice, portfolio: str, cases: list[Case]) -> Life:
    """Set the envelopes at the founding, and look at them again before each fiscal year."""
    founded, today = office.days.founded, office.days.today
    years = range(founded.year, today.year + 3)
    yield office.moment(founded + timedelta(days=1), f"envelope {portfolio}")
    yield from _set(office, portfolio, _needs(cases, portfolio, list(years)[:3], 0))
    for year in list(years)[1:]:
        yield office.moment(date(year - 1, 11, 10), f"envelope {portfolio} {year}")
        yield from _set(office, portfolio, _needs(cases, portfolio, [year, year + 1], 1))


def _needs(cases: list[Case], portfolio: str, years: list[int], again: int) -> tuple[Line, ...]:
    """Return what the plans of all projects ask for, with some room."""
    need = {(f"FY{year}", kind): Decimal(0) for year in years for kind in ("capex", "opex")}
    for case in cases:
        if case.payer == portfolio:
            for line in case.lines():
                if line.cell in need:
                    need[line.cell] += line.amount.amount
    return tuple(
        Line(
            period=cell[0],
            kind=cell[1],
            amount=euros((amount * (ROOM_PERCENT + 6 * again) / 100 // ROUNDING + 1) * ROUNDING),
        )
        for cell, amount in sorted(need.items())
    )


def _set(office: DemoOffice, portfolio: str, lines: tuple[Line, ...]) -> Life:
    command = SetEnvelope(lines=lines)
    content = office.house.envelopes.set(portfolio, command, office.act(HEAD)).content
    words = script.everywhere()["envelope"].format(what=script.portfolios()[portfolio])
    yield from decided(office, content, ("set", "decline"), words)


def rounds(office: DemoOffice, portfolio: str, cases: list[Case]) -> Life:
    """Hold a funding round when several projects wait for one, or one has waited long."""
    patience = LOOKS_BEFORE_A_ROUND
    while True:
        yield office.after(DAYS_BETWEEN_LOOKS, f"round {portfolio} {office.today}")
        waiting = [case for case in cases if case.code in office.waiting[portfolio]]
        patience = patience - 1 if waiting else LOOKS_BEFORE_A_ROUND
        if len(waiting) > 1 or (waiting and patience <= 0):
            yield from _round(office, portfolio, waiting)
            patience = LOOKS_BEFORE_A_ROUND


def _round(office: DemoOffice, portfolio: str, waiting: list[Case]) -> Life:
    codes = tuple(case.code for case in waiting)
    command = OpenRound(projects=codes, matter="round")
    content = office.house.envelopes.open_round(portfolio, command, office.act(HEAD)).content
    # The last of several stays below the line and comes again in the next round.
    funded = waiting[: max(1, len(waiting) - 1)]
    awards = tuple(
        Award(project=case.code, rank=rank, amounts=case.lines() if case in funded else ())
        for rank, case in enumerate(waiting, start=1)
    )
    options = (PackOption(id="award", awards=awards), PackOption(id="decline"))
    words = script.everywhere()["round"].format(what=script.portfolios()[portfolio])
    brief = brief_of(office, str(content["review"]), words, options)
    yield from Hearing(office, str(content["review"]), brief).play()
    for case in funded:
        case.funded = bool(office.house.desk.load().portfolio(portfolio).holds(case.code))
        if case.funded:
            office.waiting[portfolio].remove(case.code)
            office.begun.append(costs(case))


def seats(office: DemoOffice) -> Life:
    """Let two members retire, and others take their seats: each by a ruling of its own."""
    for weeks, board, seat, old, new in (
        (88, "gate_board", "procurement", "hung", "anneliese"),
        (47, "investment_committee", "works_council", "ingrid", "leopold"),
    ):
        yield office.moment(office.days.ago(weeks), f"leaves {board}")
        command = RelieveMember(
            policy=POLICY,
            board=board,
            seat=seat,
            person=office.ids[old],
        )
        content = office.house.governing.relieve(command, office.act(HEAD)).content
        words = f"Relieve {script.people()[old].name}, who retires."
        yield from decided(office, content, ("relieve", "decline"), words)
        yield office.after(3, f"joins {board}")
        content = office.appoint(board, seat, new, HEAD).content
        words = f"Appoint {script.people()[new].name}."
        yield from decided(office, content, ("appoint", "decline"), words)


def rules(office: DemoOffice) -> Life:
    """Let the investment committee raise what the head decides alone, half way through."""
    yield office.moment(office.days.ago(70), "policy")
    text = office.policy_text.replace(LIMIT_BEFORE, LIMIT_AFTER)
    answer = office.house.governing.adopt(AdoptPolicy(text=text), office.act(FOUNDER))
    words = f"Let the head of the portfolio office decide alone up to {LIMIT_AFTER}."
    yield from decided(office, answer.content, ("adopt", "decline"), words)


def decided(
    office: DemoOffice, content: dict[str, Json], options: tuple[str, ...], words: str
) -> Life:
    """Let a board take the first of some options."""
    stream = text_of(content, "review")
    put = tuple(PackOption(id=option) for option in options)
    yield from Hearing(office, stream, brief_of(office, stream, words, put)).play()


def brief_of(office: DemoOffice, stream: str, words: str, options: tuple[PackOption, ...]) -> Brief:
    """Return what whoever opened a review puts before the board; it is to take the first option."""
    return Brief(
        by=office.name_of(office.review(stream).opened_by),
        request=words,
        reasons=None,
        option=options[0].id,
        options=options,
        conditions={},
    )
