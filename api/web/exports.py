"""Exports as files, for whoever is signed in on the pages: the same files the API gives out."""

from fastapi import APIRouter, Response

from api.http.exports import Form, export_decisions, export_portfolio, export_register
from api.web.visit import Visiting
from domain.words import Outcome, Standing

router = APIRouter(include_in_schema=False)


@router.get("/exports/register.{form}")
def register(form: Form, visit: Visiting) -> Response:
    """Export the register, as it is narrowed and looked at."""
    standing = visit.chosen("standing", Standing)
    return export_register(
        form,
        visit.look,
        visit.effective or None,
        visit.text("portfolio") or None,
        None if standing is None else Standing(standing),
        visit.text("phase") or None,
    )


@router.get("/exports/portfolio.{form}")
def portfolio(form: Form, visit: Visiting) -> Response:
    """Export the money of one portfolio or of all."""
    return export_portfolio(form, visit.look, visit.text("portfolio") or None)


@router.get("/exports/decisions.{form}")
def decisions(form: Form, visit: Visiting) -> Response:
    """Export the decisions, as they are narrowed and looked at."""
    outcome = visit.chosen("outcome", Outcome)
    manner = visit.chosen("manner", ("computed", "reported"))
    return export_decisions(
        form,
        visit.look,
        visit.text("project") or None,
        None if outcome is None else Outcome(outcome),
        None if manner is None else manner == "reported",
        visit.text("since") or None,
        visit.text("until") or None,
    )
