"""Exports: the register, the money of portfolios and the decisions, as files with a digest."""

from typing import Annotated, Literal

from fastapi import Query, Response

from api.export_files import to_csv, to_xlsx
from api.exporting import export
from api.http.decisions import Bound, OfProject, Reported, WithOutcome
from api.http.looking import Effective, Look, Looking
from api.http.projects import InPhase, InPortfolio, InStanding
from api.http.section import Section
from domain.base import Code

router = Section(tags=["exports"])

Form = Literal["csv", "xlsx"]
_WRITE = {"csv": to_csv, "xlsx": to_xlsx}
_MEDIA = {
    "csv": "text/csv; charset=utf-8; header=present",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FILES: dict[int | str, dict[str, object]] = {
    200: {
        "description": "The file.",
        "content": {
            media.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}
            for media in _MEDIA.values()
        },
    }
}
OnePortfolio = Annotated[
    Code | None, Query(alias="portfolio", description="Code of a portfolio; all when absent.")
]


@router.get("/exports/register.{form}", response_class=Response, responses=_FILES)
def export_register(
    form: Form,
    look: Look,
    effective: Effective = None,
    portfolio: InPortfolio = None,
    standing: InStanding = None,
    phase: InPhase = None,
) -> Response:
    """Export the register, every row of it, with the question and a digest inside."""
    asked = {"effective": effective, "portfolio": portfolio, "standing": standing, "phase": phase}
    return _file(look, "register", form, asked)


@router.get("/exports/portfolio.{form}", response_class=Response, responses=_FILES)
def export_portfolio(form: Form, look: Look, portfolio: OnePortfolio = None) -> Response:
    """Export the money of portfolios by period, kind and project."""
    return _file(look, "portfolio", form, {"portfolio": portfolio})


@router.get("/exports/decisions.{form}", response_class=Response, responses=_FILES)
def export_decisions(  # noqa: PLR0913  one parameter for each thing a list is narrowed by
    form: Form,
    look: Look,
    project: OfProject = None,
    outcome: WithOutcome = None,
    reported: Reported = None,
    since: Bound = None,
    until: Bound = None,
) -> Response:
    """Export the decisions, the last recorded first."""
    told = None if reported is None else str(reported).lower()
    asked = {
        "project": project, "outcome": outcome, "reported": told, "since": since, "until": until,
    }  # fmt: skip
    return _file(look, "decisions", form, asked)


def _file(look: Looking, kind: str, form: Form, asked: dict[str, str | None]) -> Response:
    filters = {name: str(value) for name, value in asked.items() if value is not None}
    table = export(look.house, look.views, kind, filters, look.asked)
    return Response(
        _WRITE[form](table),
        media_type=_MEDIA[form],
        headers={
            "Quorate-Position": str(table.position),
            "Content-Disposition": f'attachment; filename="{kind}-{table.position}.{form}"',
        },
    )
