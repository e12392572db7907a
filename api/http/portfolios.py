"""Portfolios: what projects belong to, and under which policy."""

from fastapi import Response

from api.http.acting import Founder, Member, Told
from api.http.looking import Look, Pages, Seen
from api.http.section import Section
from api.http.shown import Names, Titles, at_answer
from domain.base import Code
from domain.portfolio import CharterPortfolio
from projections.portfolio_money import portfolio_version
from projections.portfolios import portfolio, portfolios
from projections.priorities import priorities
from workflows.dividing import OpenMerge

router = Section(tags=["portfolios"])


@router.post("/portfolios", status_code=201)
def charter_portfolio(command: CharterPortfolio, office: Founder) -> Told:
    """Begin a portfolio under a policy."""
    answer = office.house.portfolios.charter(command, office.act)
    return office.made(answer, "/portfolios/{portfolio}")


@router.post("/portfolios/{code}/merges", status_code=201)
def open_merge(code: Code, command: OpenMerge, member: Member) -> Told:
    """Open a review that makes one project of several; the pack's option says its parts."""
    return member.made_review(member.house.merges.open(code, command, member.act))


@router.get("/portfolios", response_model=Seen)
def list_portfolios(look: Look, pages: Pages) -> Response:
    """List the portfolios in the order of their codes."""
    found = portfolios(look.views, look.asked, pages.by_code())
    names = Names(look.house)
    shown = [names.of(row._asdict(), "chartered_by") for row in found.found]
    return look.page(found, {"portfolios": shown})


@router.get("/portfolios/{code}", response_model=Seen)
def show_portfolio(code: Code, look: Look) -> Response:
    """Show one portfolio; its money is at `/portfolios/{code}/money`."""
    found = portfolio(look.views, code, look.asked)
    version = portfolio_version(look.views, code, at_answer(found)).found
    shown = Names(look.house).of(found.found._asdict(), "chartered_by")
    return look.answer(found, {"portfolio": shown}, {"ETag": f'"{version}"'})


@router.get("/portfolios/{code}/priorities", response_model=Seen)
def show_priorities(code: Code, look: Look) -> Response:
    """Show in which order the projects stand, the one before it, and the ruling that gave it."""
    found = priorities(look.views, code, look.asked)
    titles = Titles(look.house)
    order = [
        {**one._asdict(), "title": titles.title(one.code, one.title)} for one in found.found.order
    ]
    return look.answer(found, {"priorities": {**found.found._asdict(), "order": order}})
