"""Whether everything works: the one page that answers without sign-in, and names nobody."""

from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from api.house import House
from api.http.acting import house_of
from api.verifying import last_run
from domain.base import moment_text
from domain.office import OFFICE, Office
from workflows.log.signed import published

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


class Verification(BaseModel):
    """The last run of ``quorate verify``.

    Attributes:
        at: when it ended.
        age_s: seconds since then.
        ok: whether everything held.
        position: last position it verified.
        faults: how many things did not hold.
    """

    at: str
    age_s: int
    ok: bool
    position: int
    faults: int


class Health(BaseModel):
    """How the house is doing.

    Attributes:
        status: ``degraded`` while a view has stopped, following the log is held up, or the last
            verification found faults.
        head: last position of the log.
        founded: whether there is an office.
        demo: whether everything in this log is made up.
        signed: last position that a published checkpoint covers.
        unsigned_since: when the first event was recorded that none covers; absent where all are.
        verified: the last verification, if there was one.
    """

    status: Literal["ok", "degraded"]
    head: int
    founded: bool
    demo: bool
    signed: int = 0
    unsigned_since: str | None = None
    verified: Verification | None = None
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
    verified = _verified(house)
    doubtful = verified is not None and not verified.ok
    found = published(house.directory)
    signed = 0 if found is None else found[0].size
    waiting = house.log.clock(signed + 1)
    return Health(
        status="degraded" if stopped or told.fault or doubtful else "ok",
        head=told.head,
        founded=office is not None,
        demo=office is not None and office.demo,
        signed=signed,
        unsigned_since=None if waiting is None else moment_text(waiting),
        verified=verified,
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


def _verified(house: House) -> Verification | None:
    run = last_run(house.directory)
    if run is None:
        return None
    age = max(0, int((house.now() - run.at).total_seconds()))
    return Verification(
        at=moment_text(run.at), age_s=age, ok=run.ok, position=run.position, faults=run.faults
    )
