"""Whether everything works: the one page that answers without sign-in, and names nobody."""

from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from api.house import House
from api.http.acting import house_of
from domain.office import OFFICE, Office

router = APIRouter(tags=["health"])


class ViewState(BaseModel):
    """How one view is doing.

    Attributes:
        lag: events of the log that it has not seen yet.
        stopped_at, topic: the event it cannot fold, if there is one.
    """

    name: str
    position: int
    lag: int
    stopped_at: int | None = None
    topic: str | None = None


class Health(BaseModel):
    """How the house is doing.

    Attributes:
        status: ``degraded`` while a view has stopped or following the log is held up.
        head: last position of the log.
        founded: whether there is an office.
        demo: whether everything in this log is made up.
    """

    status: Literal["ok", "degraded"]
    head: int
    founded: bool
    demo: bool
    views: list[ViewState]


@router.get("/health")
def show_health(request: Request, response: Response) -> Health:
    """Say how the house is doing; answers without sign-in."""
    health = _health(house_of(request))
    response.headers["Quorate-Position"] = str(health.head)
    return health


def _health(house: House) -> Health:
    told = house.views.health()
    office: Office | None = house.desk.load().state(OFFICE)
    stopped = any(view.stopped_at is not None for view in told.views)
    return Health(
        status="degraded" if stopped or told.fault else "ok",
        head=told.head,
        founded=office is not None,
        demo=office is not None and office.demo,
        views=[
            ViewState(
                name=view.name,
                position=view.position,
                lag=view.lag,
                stopped_at=view.stopped_at,
                topic=view.topic,
            )
            for view in told.views
        ],
    )
