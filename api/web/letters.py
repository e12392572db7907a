"""The decision letter: one page to manager and sponsor, made of what is on record and no more."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from fastapi import APIRouter, Response

from api.http.conditions import list_project_conditions
from api.http.decisions import show_decision
from api.http.projects import show_project
from api.http.review_acts import Stream
from api.web.briefs import advice
from api.web.decisions import effects_of, pack_of, policy_of, review_of, words_of
from api.web.policy_words import PolicyWords
from api.web.visit import Visit, Visiting, told
from domain.event import stream_code, stream_kind
from domain.refusals import NotKnown

router = APIRouter(include_in_schema=False)
ALLOCATED = "funds.allocated/1"


@router.get("/decisions/{subject}/{about}/{number}/letter")
def show_letter(stream: Stream, visit: Visiting) -> Response:
    """Show the letter of a decision, to be printed."""
    decision = told(show_decision(stream, visit.look))["decision"]
    review, pack = review_of(visit, stream), pack_of(visit, stream, decision)
    version = policy_of(visit, decision["policy"])
    words = words_of(visit, version)
    about = decision.get("docket") or decision.get("reported") or {}
    effects = effects_of(visit, stream, decision)
    names = _names(decision, review)
    projects = list(_projects(visit, decision))
    return visit.page(
        "letter.html",
        decision=decision,
        verdict={"option": None, **decision["verdict"]},
        about={"matter": None, "gate": None, "board": None, **about},
        pack=pack or {},
        advice=advice(pack or {}),
        review=review,
        policy=words,
        version=version,
        projects=projects,
        members=[names.get(one.get("person")) for one in about.get("panel", ())],
        conditions=[one for project in projects for one in _conditions(visit, project, stream)],
        money=[line for one in effects if one["topic"] == ALLOCATED for line in _lines(one)],
        review_dates=sorted({d for one in effects if (d := one["data"].get("review_date"))}),
        next_gates=[] if words is None else _next_gates(words, projects),
    )


def _names(decision: Mapping[str, Any], review: Mapping[str, Any]) -> dict[str, Any]:
    """Return by id the people who took part, as they are shown."""
    every = [*decision["people"], *(seat["person"] for seat in review.get("panel", ()))]
    return {one["id"]: one for one in every if one}


def _projects(visit: Visit, decision: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the projects decided about, with manager and sponsor as far as they are on record."""
    for subject in decision["subjects"]:
        if stream_kind(subject) != "project":
            continue
        with suppress(NotKnown):
            project = told(show_project(stream_code(subject), visit.look))["project"]
            brought = project["taken_over"] or {}
            manager = brought.get("manager") or project["proposer"]
            yield {**project, "manager": manager, "sponsor": brought.get("sponsor")}


def _conditions(visit: Visit, project: Mapping[str, Any], stream: str) -> Iterator[dict[str, Any]]:
    """Yield the conditions a ruling imposed on a project, whatever became of them since."""
    found = told(list_project_conditions(project["code"], visit.look, visit.whole()))
    for one in reversed(found["conditions"]):
        if one["ruling"] == stream:
            yield one


def _lines(effect: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for line in effect["data"].get("lines", ()):
        yield {**line, "project": effect["data"].get("project")}


def _next_gates(words: PolicyWords, projects: list[dict[str, Any]]) -> list[str]:
    """Return the gates that lie before the projects, where they go on at all."""
    going = {one["phase"] for one in projects if one["standing"] in {"proposed", "active"}}
    gates = words.text["lifecycle"].get("gates", ())
    return [words.gate(gate["id"]) for gate in gates if going & set(gate["from"])]
