"""Decisions: rulings with their effects, computed here or reported from outside."""

import json
from typing import Annotated, Any

from fastapi import Query, Response

from api.http.looking import Look, Looking, Pages, Seen
from api.http.review_acts import Stream
from api.http.section import Section
from api.http.shown import Names, texts
from domain.base import Code
from domain.project import project_stream
from domain.words import Outcome
from projections.counts import DecisionCount, decision_counts
from projections.decisions import Decision, Ruled, decision, decisions
from workflows.store.contract import Recorded

router = Section(tags=["decisions"])

OfProject = Annotated[Code | None, Query(alias="project", description="Code of a project.")]
OfPortfolio = Annotated[Code | None, Query(alias="portfolio", description="Code of a portfolio.")]
WithOutcome = Annotated[Outcome | None, Query(alias="outcome")]
Reported = Annotated[
    bool | None, Query(description="Only rulings reported from outside, or only computed ones.")
]
Bound = Annotated[str | None, Query(max_length=40, description="A moment with offset, or a date.")]


@router.get("/decisions", response_model=Seen)
def list_decisions(  # noqa: PLR0913  one parameter for each thing a list is narrowed by
    look: Look,
    pages: Pages,
    project: OfProject = None,
    outcome: WithOutcome = None,
    reported: Reported = None,
    since: Bound = None,
    until: Bound = None,
) -> Response:
    """List the decisions, the last recorded first."""
    subject = None if project is None else project_stream(project)
    wanted = Ruled(subject, outcome, reported, look.instant(since), look.instant(until))
    found = decisions(look.views, look.asked, wanted, pages.by_position())
    return look.page(found, {"decisions": _lines(look, found.found)})


@router.get("/decisions/counts", response_model=Seen)
def count_decisions(look: Look, portfolio: OfPortfolio = None) -> Response:
    """Count the decisions by portfolio, matter and outcome; those set aside are counted apart."""
    found = decision_counts(look.views, look.asked, portfolio)
    # Which portfolio a hidden project belongs to is not told either.
    told = {} if portfolio is not None else {"not_shown": found.not_shown}
    return look.answer(found, {**shown_counts(found.found), **told})


@router.get("/decisions/{subject}/{about}/{number}", response_model=Seen)
def show_decision(stream: Stream, look: Look) -> Response:
    """Show one decision: the verdict, everything it was made of, and every check."""
    found = decision(look.views, stream, look.asked)
    recorded = look.house.log.at(found.found.position)
    assert recorded is not None, "the view names positions of the log"
    shown = _shown(look, recorded) | {"not_shown": found.found.not_shown}
    return look.answer(found, {"decision": look.sight.cut(shown)})


def shown_counts(rows: tuple[DecisionCount, ...]) -> dict[str, Any]:
    """Return counts as shown, with the sums of their rows."""
    counts = [{**row._asdict(), "total": row.total} for row in rows]
    summed = ("computed", "reported", "imported", "revoked", "set_aside", "total")
    return {"counts": counts, "sum": {name: sum(one[name] for one in counts) for name in summed}}


def _lines(look: Looking, rows: tuple[Decision, ...]) -> list[dict[str, Any]]:
    names = Names(look.house)
    return [names.of(row._asdict(), "decided_by", "recorded_by") for row in rows]


def _shown(look: Looking, recorded: Recorded) -> dict[str, Any]:
    names, fields = Names(look.house), recorded.event.as_json()
    body = recorded.event.data.as_json()
    reported: Any = body.get("reported")
    checks = body.pop("checks", None)
    listed = None if checks is None else look.house.log.document(str(checks))
    docket: Any = body.get("docket") or {}
    decider = fields["by"] if reported is None else reported.get("decided_by")
    voted = {ballot["person"] for ballot in docket.get("ballots", ())}
    return {
        "review": recorded.event.stream,
        "position": recorded.position,
        "at": fields["at"],
        "effective_at": fields["effective_at"],
        "decided_by": None if decider is None else names.person(str(decider)),
        "recorded_by": names.person(str(fields["recorded_by"])),
        "channel": fields["channel"],
        **body,
        "checks": None if listed is None else json.loads(listed)["checks"],
        "people": [names.person(person) for person in sorted(voted)],
        "texts": texts(look.house, [recorded.position]).get(recorded.position, {}),
    }
