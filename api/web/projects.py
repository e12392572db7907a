"""The register: every project with its place, narrowed and put in order."""

from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Response

from api.door import ACTING
from api.http.looking import Paging
from api.http.portfolios import list_portfolios
from api.http.projects import list_projects
from api.web.visit import Visit, Visiting, told
from domain.words import Standing

router = APIRouter(include_in_schema=False)
ORDERS = ("code", "title", "portfolio", "phase_label", "standing", "since", "review_date")


@router.get("/projects")
def show_projects(visit: Visiting) -> Response:
    """Show the register."""
    order = visit.chosen("sort", ORDERS) or ORDERS[0]
    text = visit.text("text").casefold()
    if order == ORDERS[0] and not text:
        found = _asked(visit, visit.paging())
        rows, following, not_shown = found["projects"], found["next"], found["not_shown"]
    else:
        # What of the hidden fits a text cannot be told; the list in the order of codes tells more.
        not_shown = 0
        rows = [row for row in every_project(visit) if _holds(row, text)]
        rows.sort(key=lambda row: ((row[order] or "\uffff").casefold(), row["code"]))
        following = None
    return visit.page(
        "projects.html",
        rows=rows,
        next=following,
        not_shown=not_shown,
        portfolios=told(list_portfolios(visit.look, visit.whole()))["portfolios"],
        standings=[one.value for one in Standing],
        orders=ORDERS,
        asked={name: visit.text(name) for name in ("portfolio", "standing", "phase", "text")},
        order=order,
        may_act=not visit.look.person.roles.isdisjoint(ACTING),
        two_clocks=True,
    )


def every_project(visit: Visit, portfolio: str | None = None) -> Iterator[dict[str, Any]]:
    """Return every project that is looked at, however many pages of the API they fill."""
    paging = visit.whole()
    while True:
        found = _asked(visit, paging, portfolio)
        yield from found["projects"]
        if found["next"] is None:
            return
        paging = Paging(found["next"], paging.limit)


def _asked(visit: Visit, paging: Paging, portfolio: str | None = None) -> dict[str, Any]:
    standing = visit.chosen("standing", Standing)
    return told(
        list_projects(
            visit.look,
            paging,
            effective=visit.effective or None,
            portfolio=portfolio or visit.text("portfolio") or None,
            standing=None if standing is None else Standing(standing),
            phase=visit.text("phase") or None,
        )
    )


def _holds(row: dict[str, Any], text: str) -> bool:
    return text in row["code"].casefold() or text in row["title"].casefold()
