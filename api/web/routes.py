"""Every page there is; each form of them is shown to be ours before its route sees it."""

from fastapi import APIRouter, Depends

from api.web import (
    authority,
    decisions,
    exports,
    keeping,
    letters,
    me,
    opening,
    people,
    policies,
    portfolio_acts,
    portfolios,
    preferences,
    presenting,
    project,
    project_acts,
    project_changes,
    projects,
    proposing,
    reports,
    review_forms,
    reviews,
    signing,
    sittings,
    static_files,
    takeons,
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
    proposing.router,
    project.router,
    project_acts.router,
    project_changes.router,
    portfolio_acts.router,
    decisions.router,
    exports.router,
    people.router,
    authority.router,
    me.router,
    policies.router,
    keeping.router,
    takeons.router,
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
