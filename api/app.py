"""The HTTP application: the routes over one house, and what stands around them."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import anyio
from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.middleware import Middleware

from api.accounts import Accounts
from api.description import described
from api.house import House
from api.http import (
    authority,
    boards,
    brief,
    bundles,
    changes,
    conditions,
    decisions,
    evidence,
    exports,
    facts,
    health,
    inbox,
    keeping,
    live,
    log,
    money,
    office,
    open_acts,
    openings,
    people,
    policies,
    portfolios,
    privacy,
    project_money,
    projects,
    restrictions,
    review_acts,
    reviews,
    takeons,
    trail,
)
from api.http.acting import BASE
from api.http.answers import answer_everything
from api.http.validity import plain_query
from api.http.walls import BodyWall, SecureHeaders, SignInWall
from api.settings import Settings
from api.sign_in import Issuer
from api.web.routes import pages
from api.web.walls import PageWall

TITLE = "Quorate"
VERSION = "1"
SUMMARY = "Decisions about projects and portfolios, on a record that can be checked."
ROUTERS = (
    office.router,
    people.router,
    privacy.router,
    keeping.router,
    policies.router,
    boards.router,
    authority.router,
    portfolios.router,
    money.router,
    project_money.router,
    projects.router,
    restrictions.router,
    open_acts.router,
    changes.router,
    facts.router,
    evidence.router,
    review_acts.router,
    reviews.router,
    decisions.router,
    exports.router,
    conditions.router,
    brief.router,
    openings.router,
    inbox.router,
    takeons.router,
    trail.router,
    bundles.router,
    live.router,
)


def create_app(house: House, issuer: Issuer, settings: Settings | None = None) -> FastAPI:
    """Return the application over a house.

    Args:
        house: the data directory, open for writing; closing it stays with whoever opened it.
        issuer: who verifies tokens.
        settings: how the door behaves.
    """
    chosen = settings or Settings()
    accounts = Accounts(house.directory, house.now, chosen)
    app = FastAPI(
        title=TITLE,
        version=VERSION,
        summary=SUMMARY,
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{BASE}/openapi.json",
        lifespan=_lifespan,
        middleware=[
            Middleware(SecureHeaders),
            Middleware(PageWall, accounts=accounts),
            Middleware(SignInWall, issuer=issuer),
            Middleware(BodyWall, settings=chosen),
        ],
        separate_input_output_schemas=False,
        generate_unique_id_function=_operation_id,
    )
    app.state.house, app.state.settings, app.state.accounts = house, chosen, accounts
    app.state.arrivals = live.Arrivals(house.log, chosen.streams_max)
    _include(app)
    answer_everything(app)
    app.openapi = lambda: described(app)  # type: ignore[method-assign]  # the documented way
    return app


def _include(app: FastAPI) -> None:
    asked_plainly = [Depends(plain_query)]
    for router in ROUTERS:
        # Each by itself: a router among them would be searched once more at each of its levels.
        app.include_router(router, prefix=BASE, dependencies=asked_plainly)
    app.include_router(health.router)
    app.include_router(log.router, dependencies=asked_plainly)
    app.include_router(pages())


def _lifespan(app: FastAPI) -> AbstractAsyncContextManager[None]:
    @asynccontextmanager
    async def following() -> AsyncIterator[None]:
        app.state.uploads = anyio.CapacityLimiter(app.state.settings.uploads_max)
        app.state.house.views.follow()
        async with app.state.arrivals.watching():
            yield

    return following()


def _operation_id(route: APIRoute) -> str:
    return route.name
