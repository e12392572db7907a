"""Every page there is; each form of them is shown to be ours before its route sees it."""

from fastapi import APIRouter, Depends

from api.web import (
    decisions,
    letters,
    opening,
    portfolios,
    preferences,
    presenting,
    projects,
    reports,
    review_forms,
    reviews,
    signing,
    sittings,
    static_files,
    trail,
    work,
)
from api.web.post import genuine

ROUTERS = (
    signing.router,
    preferences.router,
    work.router,
    portfolios.router,
    projects.router,
    decisions.router,
    trail.router,
    reviews.router,
    review_forms.router,
    letters.router,
    opening.router,
    presenting.router,
    sittings.router,
    reports.router,
)


def pages() -> APIRouter:
    """Return the routes of all pages, and of the files they use."""
    every = APIRouter(dependencies=[Depends(genuine)])
    for router in ROUTERS:
        every.include_router(router)
    every.include_router(static_files.router)
    return every
