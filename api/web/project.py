"""One project: where it stands, what is known and promised of it, and what can be done about it."""

from datetime import date, datetime
from typing import Any

from fastapi import APIRouter, Response

from api.door import ACTING
from api.http.changes import list_baselines, list_changes_of_project
from api.http.conditions import list_project_conditions
from api.http.decisions import list_decisions
from api.http.evidence import list_evidence
from api.http.facts import list_facts
from api.http.looking import Paging
from api.http.open_acts import list_open_acts
from api.http.people import list_people
from api.http.project_money import show_project_money
from api.http.projects import show_project
from api.http.reviews import list_reviews
from api.http.trail import list_project_trail
from api.web import promises, vocabulary
from api.web.lifestrip import strip
from api.web.returned import Returned
from api.web.trail import trail_rows
from api.web.visit import Visit, Visiting, told
from domain.base import Code
from domain.policy import Policy
from workflows.calendar import day_of

router = APIRouter(include_in_schema=False)
TRAIL_ROWS = 15
CHANGED_ROWS = 20
"""Entries shown of what changed since a form was shown."""
_IMPACT: dict[str, Any] = {
    **dict.fromkeys(("start_days", "finish_days")),
    **dict.fromkeys(("cost", "benefits_added", "benefits_removed", "benefits_changed"), ()),
}
"""Fields a difference leaves out where they are absent."""


@router.get("/projects/{code}")
def show_one_project(code: Code, visit: Visiting) -> Response:
    """Show one project."""
    return project_page(visit, code)


def project_page(visit: Visit, code: str, sent: Returned | None = None) -> Response:
    """Return the page of a project, with a form that came back where there is one."""
    look = visit.look
    project = told(show_project(code, look, visit.effective or None))["project"]
    policy = vocabulary.governing(visit, project["portfolio"])
    reviews = _reviews(visit, code)
    acts = told(list_open_acts(code, look))["acts"]
    return visit.page(
        "project.html",
        project=project,
        stops=_stops(visit, policy, project, reviews),
        reviews=reviews,
        promised=_promised(visit, code),
        changes=_changes(visit, code),
        conditions=told(list_project_conditions(code, look, visit.whole()))["conditions"],
        money=told(show_project_money(code, look))["money"],
        facts=_facts(visit, code, policy),
        evidence=told(list_evidence(code, look))["evidence"],
        evidence_kinds=vocabulary.evidence_of(visit, policy),
        rule=vocabulary.money_of(policy),
        boards=() if policy is None else tuple(policy.boards),
        trail=_trail(visit, code),
        acts={(one["act"], one["about"] or ""): one for one in acts},
        gates=[one for one in acts if one["act"] == "review"],
        people=told(list_people(look, visit.whole()))["people"],
        may_act=not look.person.roles.isdisjoint(ACTING),
        days_since=lambda moment: _days(visit, moment),
        sent=sent,
        since=_since(visit, code, sent),
        day=look.day,
        two_clocks=True,
    )


def _days(visit: Visit, moment: str) -> int:
    """Return how many days ago a moment was on the day looked at, in the office's zone."""
    there = day_of(datetime.fromisoformat(moment), visit.look.zone)
    return (date.fromisoformat(visit.look.day) - there).days


def _stops(
    visit: Visit, policy: Policy | None, project: dict[str, Any], reviews: list[dict[str, Any]]
) -> list[Any]:
    if policy is None:
        return []
    return list(strip(policy.lifecycle, project, reviews[::-1], visit.words.language))


def _reviews(visit: Visit, code: str) -> list[dict[str, Any]]:
    """Return the reviews about a project, the last first, each with what was decided."""
    decided = {
        one["review"]: one
        for one in told(list_decisions(visit.look, visit.whole(), project=code))["decisions"]
    }
    known = told(list_reviews(visit.look, visit.whole(), project=code))["reviews"]
    rows = [
        {
            "review": one["review"],
            "code": one["code"],
            "gate": one["gate"],
            "matter": one["matter"],
            "board": one["board"],
            "status": one["status"],
            "opened_at": one["opened_at"],
            "decision": decided.pop(one["review"], None),
        }
        for one in known
    ]
    # What was decided before this register began has a ruling and no review.
    rows += [
        {
            "review": one["review"],
            "code": one["review"].removeprefix("review:"),
            "gate": one["gate"],
            "matter": one["matter"],
            "board": one["board"],
            "status": "ruled",
            "opened_at": one["effective_at"],
            "decision": one,
        }
        for one in decided.values()
    ]
    return sorted(rows, key=lambda one: str(one["opened_at"]), reverse=True)


def _promised(visit: Visit, code: str) -> dict[str, Any] | None:
    """Return the original and the present baseline beside each other, None before the first."""
    found = told(list_baselines(code, visit.look))["baselines"]
    held = [one for one in found if one["withdrawn"] is None]
    if not held:
        return None
    current = found[-1] if found[-1]["withdrawn"] is None else None
    return promises.beside(held[0], current or held[-1], holds=current is not None)


def _changes(visit: Visit, code: str) -> list[dict[str, Any]]:
    found = told(list_changes_of_project(code, visit.look, visit.whole()))["changes"]
    return [{**one, "impact": {**_IMPACT, **one["impact"]}} for one in found]


def _facts(visit: Visit, code: str, policy: Policy | None) -> list[dict[str, Any]]:
    """Return every fact of the vocabulary, and those recorded under an earlier one."""
    terms = vocabulary.facts_of(visit, policy)
    said = {
        one["fact"]: one
        for one in told(list_facts(code, visit.look, visit.effective or None))["facts"]
    }
    names = [*terms, *(name for name in said if name not in terms)]
    return [{"name": name, "term": terms.get(name), "said": said.get(name)} for name in names]


def _trail(visit: Visit, code: str) -> list[dict[str, Any]]:
    return trail_rows(list_project_trail(code, visit.look, Paging(None, TRAIL_ROWS)))


def _since(visit: Visit, code: str, sent: Returned | None) -> list[dict[str, Any]]:
    """Return what changed since a form was shown that came too late."""
    if sent is None or sent.problem.code != "stale":
        return []
    found = list_project_trail(code, visit.look, Paging(None, CHANGED_ROWS), after=sent.seen)
    return trail_rows(found)
