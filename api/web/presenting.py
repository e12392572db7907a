"""Putting a pack before the board: the policy's options with their fields, and what is lacking."""

from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Response

from api.http.acting import Acting, Told
from api.http.evidence import list_evidence
from api.http.facts import list_facts
from api.http.people import list_people
from api.http.review_acts import REVIEW, Stream, present_pack
from api.http.validity import validated
from api.web import briefs
from api.web.briefs import Shown
from api.web.pack_form import (
    API_ONLY,
    AWARD_LINES,
    LINES,
    advice_rows,
    content_of,
    filled_from,
    heard_first,
    projects_of,
)
from api.web.post import Posting
from api.web.refusing import Refusal, tried
from api.web.review_forms import version_of
from api.web.reviews import OK, tab
from api.web.visit import Visit, Visiting, told
from domain.review_commands import PresentPack
from domain.words import Stance

router = APIRouter(include_in_schema=False)


@router.get(f"{REVIEW}/present")
def show_form(stream: Stream, visit: Visiting) -> Response:
    """Show the form of the pack, filled with the one before the board."""
    review = briefs.shown(visit, stream)
    wanted = heard_first(_wanted(review).get("advice", ()))
    return _page(visit, review, filled_from(review.pack) or wanted, None)


@router.post(f"{REVIEW}/present")
def present(stream: Stream, post: Posting, visit: Visiting) -> Response:
    """Put the pack before the board."""
    review = briefs.shown(visit, stream)
    currency = _currency(visit, review)

    def act(member: Acting) -> Told:
        content = content_of(post, review.brief["review"], currency)
        return present_pack(
            stream, validated(PresentPack, content, "form"), member, version_of(post)
        )

    came = tried(post, act)
    if isinstance(came, Refusal):
        ticked = {f"put.{name}": "on" for name in post.texts("put")}
        return _page(visit, briefs.shown(visit, stream), {**post.fields, **ticked}, came)
    return post.done(f"/reviews/{stream.partition(':')[2]}", came.position, "present")


def _page(visit: Visit, review: Shown, filled: dict[str, str], refusal: Refusal | None) -> Response:
    rule = review.policy.rule(review.matter)
    projects = projects_of(review.brief["review"])
    return tab(
        visit,
        review,
        "present",
        OK if refusal is None else refusal.status,
        filled=filled,
        refusal=refusal,
        form_refused="present",
        rule=rule,
        currency=_currency(visit, review),
        kinds=review.policy.text.get("money", {}).get("kinds", ()),
        projects=projects,
        needed=list(_needed(visit, review, projects)),
        owners=_owners(review),
        wanted=_wanted(review).get("advice", ()),
        functions=list(review.policy.text.get("advice", {})),
        stances=list(Stance),
        advice_rows=advice_rows(filled),
        people=told(list_people(visit.look, visit.whole()))["people"],
        lines=LINES,
        award_lines=AWARD_LINES,
        api_only=API_ONLY,
    )


def _currency(visit: Visit, review: Shown) -> str:
    """Return the planning currency of the policy, the office's where it says nothing of money."""
    money = review.policy.text.get("money")
    office = visit.office
    assert office is not None, "a review has an office"
    return str(money["currency"]) if money else office.currency


def _needed(visit: Visit, review: Shown, projects: list[str]) -> Iterator[dict[str, Any]]:
    """Yield each fact and kind of evidence the record must hold, and whether it does."""
    wanted = _wanted(review)
    for code in projects:
        facts = {one["fact"] for one in told(list_facts(code, visit.look))["facts"]}
        files = {one["evidence"] for one in told(list_evidence(code, visit.look))["evidence"]}
        for name in wanted.get("facts", ()):
            yield {"project": code, "what": review.policy.fact(name), "there": name in facts}
        for name in wanted.get("evidence", ()):
            yield {"project": code, "what": review.policy.evidence(name), "there": name in files}


def _wanted(review: Shown) -> dict[str, Any]:
    """Return what the policy wants in the pack."""
    return dict(review.policy.rule(review.matter).get("pack", {}))


def _owners(review: Shown) -> list[dict[str, Any]]:
    """Return the people of the review, by name: one of them can owe a condition."""
    row = review.brief["review"]
    every = [row["opened_by"], *(seat["person"] for seat in row["panel"])]
    for option in review.brief["options"]:
        every += option["owners"].values()
    every += [one["owner"] for project in review.brief["projects"] for one in project["conditions"]]
    people = {one["id"]: one for one in every if one}
    return sorted(people.values(), key=lambda one: (one["name"] or "", one["id"]))
