"""Decisions: what was decided, and one page with everything a decision rested on."""

from contextlib import suppress
from typing import Any

from fastapi import APIRouter, Response

from api.http.decisions import list_decisions, show_decision
from api.http.looking import Paging
from api.http.policies import list_policies
from api.http.review_acts import Stream
from api.http.reviews import show_pack, show_review
from api.http.trail import list_trail
from api.web.briefs import advice
from api.web.policy_words import PolicyWords, policy_words
from api.web.visit import Visit, Visiting, told
from domain.refusals import NotKnown
from domain.words import Outcome

router = APIRouter(include_in_schema=False)
EFFECTS_MAX = 200
"""Events looked through for what a ruling did; they follow it at once."""
_ABOUT: dict[str, Any] = {
    **dict.fromkeys(("matter", "gate", "board", "engine")),
    **dict.fromkeys(("panel", "ballots", "conflicts"), ()),
}
_VERDICT: dict[str, Any] = {
    **dict.fromkeys(("option", "present", "seats", "cast")),
    **dict.fromkeys(("deciding", "tallies"), ()),
}
"""Fields an event leaves out where they are absent."""
MANNERS = ("computed", "reported")


@router.get("/decisions")
def show_decisions(visit: Visiting) -> Response:
    """Show the decisions, the last recorded first."""
    outcome, manner = visit.chosen("outcome", Outcome), visit.chosen("manner", MANNERS)
    asked = {name: visit.text(name) for name in ("project", "since", "until")}
    found = told(
        list_decisions(
            visit.look,
            visit.paging(),
            project=asked["project"] or None,
            outcome=None if outcome is None else Outcome(outcome),
            reported=None if manner is None else manner == "reported",
            since=asked["since"] or None,
            until=asked["until"] or None,
        )
    )
    return visit.page(
        "decisions.html",
        rows=found["decisions"],
        next=found["next"],
        not_shown=found["not_shown"],
        asked={**asked, "outcome": outcome, "manner": manner},
        outcomes=[one.value for one in Outcome],
        manners=MANNERS,
    )


@router.get("/decisions/{subject}/{about}/{number}")
def show_one_decision(stream: Stream, visit: Visiting) -> Response:
    """Show one decision with everything it rested on, and what it did."""
    decision = told(show_decision(stream, visit.look))["decision"]
    review = review_of(visit, stream)
    names = {one["id"]: one for one in decision["people"] if one}
    for seat in review.get("panel", ()):
        if seat["person"] is not None:
            names[seat["person"]["id"]] = seat["person"]
    pack, policy = pack_of(visit, stream, decision), policy_of(visit, decision["policy"])
    comments = {one["seat"]: one.get("comment") for one in review.get("ballots", ())}
    return visit.page(
        "decision.html",
        decision=decision,
        about={**_ABOUT, **(decision.get("docket") or decision.get("reported") or {})},
        verdict={**_VERDICT, **decision["verdict"]},
        names=names,
        comments=comments,
        review=review,
        pack=pack,
        advice=advice(pack or {}),
        policy=policy,
        words=words_of(visit, policy),
        effects=effects_of(visit, stream, decision),
    )


def review_of(visit: Visit, stream: str) -> dict[str, Any]:
    """Return the review, nothing where a ruling was reported without one."""
    with suppress(NotKnown):
        shown: dict[str, Any] = told(show_review(stream, visit.look))["review"]
        return shown
    return {}


def pack_of(visit: Visit, stream: str, decision: dict[str, Any]) -> dict[str, Any] | None:
    """Return the pack a decision rested on, nothing where there was none."""
    if decision.get("pack") is None:
        return None
    pack: dict[str, Any] = told(show_pack(stream, visit.look))["pack"]
    return pack


def policy_of(visit: Visit, digest: str) -> dict[str, Any]:
    """Return which version of which policy a digest is."""
    for policy in told(list_policies(visit.look, visit.whole()))["policies"]:
        for number, version in enumerate(policy["versions"], 1):
            if version["digest"] == digest:
                return {"code": policy["code"], "number": number, **version}
    return {"code": None, "number": None, "digest": digest}


def words_of(visit: Visit, version: dict[str, Any]) -> PolicyWords | None:
    """Return what a version of a policy calls things, nothing where it is not shown."""
    return policy_words(visit, version["code"], version["digest"]) if version["code"] else None


def effects_of(visit: Visit, stream: str, decision: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what the ruling did: the events of the same append, which name it."""
    paging = Paging(None, EFFECTS_MAX)
    after = told(list_trail(visit.look, paging, after=decision["position"]))["trail"]
    return [
        event
        for event in after
        if event["at"] == decision["at"] and event["data"].get("ruling") == stream
    ]
