"""Facts about projects: what was said, by whom, since when it holds, and what corrected it."""

from typing import Any

from fastapi import Response

from api.http.acting import IfMatch, Member, Told
from api.http.looking import Effective, Look, Looking, Seen
from api.http.section import Section
from api.http.shown import Names, at_answer, texts
from domain.base import Code
from domain.project import project_stream
from domain.project_acts import RecordFact
from projections.facts import Assertion, history, known
from projections.register import project

router = Section(tags=["facts"])


@router.post("/projects/{code}/facts", status_code=201)
def record_fact(code: Code, command: RecordFact, member: Member, if_match: IfMatch) -> Told:
    """Record a fact about a project, or correct an earlier assertion by its position."""
    answer = member.house.projects.record_fact(code, command, member.act, if_match)
    return member.made(answer, "/projects/{project}/facts")


@router.get("/projects/{code}/facts", response_model=Seen)
def list_facts(code: Code, look: Look, effective: Effective = None) -> Response:
    """List what is known of a project, each fact with everything that was ever said of it."""
    place = at_answer(project(look.views, code, look.asked))
    found = known(look.views, project_stream(code), place, look.instant(effective))
    said = [(one, history(look.views, one.subject, one.fact, place).found) for one in found.found]
    return look.answer(found, {"facts": _shown(look, said)})


def _shown(
    look: Looking, said: list[tuple[Assertion, tuple[Assertion, ...]]]
) -> list[dict[str, Any]]:
    names = Names(look.house)
    sources = texts(look.house, (one.position for _, past in said for one in past))

    def shown(one: Assertion) -> dict[str, Any]:
        source = sources.get(one.position, {}).get("source")
        return {**names.of(one._asdict(), "by"), "source": source}

    return [{**shown(one), "history": [shown(past) for past in before]} for one, before in said]
