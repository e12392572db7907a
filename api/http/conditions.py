"""Conditions of approvals: whose they are, until when, what became of them, which are overdue.

A condition that is overdue is shown as such on the day asked about; nothing happens by itself.
"""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from fastapi import Query, Response

from api.house import House
from api.http.acting import IfMatch, Member, Told
from api.http.looking import Look, Looking, Pages, Paging, Seen
from api.http.section import Section
from api.http.shown import Names, texts
from domain.base import Code, Json, Text
from domain.conditions import SatisfyCondition, text_name
from domain.policy import Name
from projections.conditions import Asked, ConditionRow, conditions
from projections.register import project

router = Section(tags=["conditions"])

OfProject = Annotated[Code | None, Query(alias="project", description="Code of a project.")]
OfOwner = Annotated[Text | None, Query(alias="owner", description="Id of a person.")]
InStatus = Annotated[
    Literal["open", "satisfied", "waived", "passed_on", "lifted"] | None, Query(alias="status")
]
OnlyOverdue = Annotated[
    bool, Query(alias="overdue", description="Only those open after their last day, as of then.")
]


@router.get("/conditions", response_model=Seen)
def list_conditions(
    look: Look,
    pages: Pages,
    project: OfProject = None,
    owner: OfOwner = None,
    status: InStatus = None,
    overdue: OnlyOverdue = False,  # noqa: FBT002  a parameter of the query
) -> Response:
    """List the conditions of approvals, the last imposed first."""
    return _listed(look, pages, Asked(project, owner, status, look.day if overdue else None))


@router.get("/projects/{code}/conditions", response_model=Seen)
def list_project_conditions(code: Code, look: Look, pages: Pages) -> Response:
    """List the conditions of one project, the last imposed first."""
    project(look.views, code, look.asked)
    return _listed(look, pages, Asked(project=code))


@router.post("/projects/{code}/conditions/{condition}/satisfaction")
def satisfy_condition(
    code: Code, condition: Name, command: SatisfyCondition, member: Member, if_match: IfMatch
) -> Told:
    """Say that a condition is met, naming the evidence it asks for."""
    answer = member.house.conditions.satisfy(code, condition, command, member.act, if_match)
    return member.told(answer)


def condition_lines(house: House, rows: Iterable[ConditionRow], day: str) -> list[dict[str, Any]]:
    """Return conditions as shown: names, words, comments, and whether they are overdue on a day."""
    kept = tuple(rows)
    names = Names(house)
    words = {
        ruling: {} if ruling is None else _words(house, ruling)
        for ruling in {row.ruling for row in kept}
    }
    brought = texts(house, (row.imposed_position for row in kept if row.ruling is None))
    said = texts(house, (row.settled_position for row in kept if row.settled_position is not None))
    return [
        {
            **names.of(row._asdict(), "owner", "settled_by"),
            "overdue": row.overdue(day),
            "words": words[row.ruling].get(text_name(row.condition))
            or brought.get(row.imposed_position, {}).get("words"),
            "comment": said.get(row.settled_position or 0, {}).get("comment"),
        }
        for row in kept
    ]


def _listed(look: Looking, pages: Paging, wanted: Asked) -> Response:
    found = conditions(look.views, look.asked, wanted, pages.by_position())
    lines = condition_lines(look.house, found.found, look.day)
    return look.page(found, {"day": look.day, "conditions": lines})


def _words(house: House, ruling: str) -> dict[str, Json]:
    """Return the private texts of the pack a review was ruled with; it imposed the conditions."""
    presented = [
        recorded.position
        for recorded in house.log.stream(ruling)
        if recorded.event.topic == "pack.presented/1"
    ]
    return texts(house, presented[-1:]).get(presented[-1], {}) if presented else {}
