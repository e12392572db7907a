"""The brief of a review: what somebody needs to decide in five minutes, and what would follow.

Everything here is on record or follows from it; nothing is an opinion of the program.
"""

from typing import Any

from fastapi import Response

from api import door
from api.http.brief_projects import money_left, projects_shown
from api.http.brief_seats import doors_shown, refused, seats_shown
from api.http.looking import Look, Looking, Seen
from api.http.review_acts import REVIEW, Stream
from api.http.reviews import pack_shown, questions_shown, review_shown
from api.http.section import Section
from api.http.shown import Names, at_answer, worded
from api.http.since import since_last
from domain.act import Act
from domain.docket import Check
from domain.pack import PackOption
from domain.policy import Option
from domain.words import Truth
from projections.as_of import AsOf
from projections.reading import Answer
from projections.reviews import ReviewRow, review
from workflows.outlook import Consequence, Outlook

router = Section(tags=["reviews"])


@router.get(f"{REVIEW}/brief", response_model=Seen)
def show_brief(stream: Stream, look: Look) -> Response:
    """Show what is asked, what changed, what failed, what it costs, and what a vote would do."""
    found, shown = brief(look, stream)
    return look.answer(found, {"brief": shown}, {"ETag": f'"{found.found.version}"'})


def brief(look: Looking, stream: str) -> tuple[Answer[ReviewRow], dict[str, Any]]:
    """Return a review and its brief, as of the place looked from.

    Raises:
        NotKnown: there was no such review then.
    """
    found = review(look.views, stream, look.asked)
    place = at_answer(found) or look.here
    act = _onlooker(look, place)
    outlook = look.house.outlooks.of(stream, act, place.position)
    shown = {
        "review": review_shown(look, found.found),
        **_about(look, outlook),
        "pack": None if found.found.pack is None else pack_shown(look, found),
        "since": since_last(look, found.found, place),
        "checks": _checks(look, outlook),
        "projects": projects_shown(look, place, found.found.subjects, outlook),
        "questions": questions_shown(look, found.found),
        "preview": _preview(outlook),
        "yours": seats_shown(look, found.found, outlook, act.by),
        "doors": doors_shown(look, outlook),
    }
    return found, look.sight.cut(shown)


def _onlooker(look: Looking, place: AsOf) -> Act:
    """Return whoever looks, at the moment looked from: windows and ages are counted to there."""
    act = door.onlooker(look.house, look.person)
    who = door.known(look.house, look.person)
    if who is not None:
        act = act.changed(by=who, recorded_by=who)
    return act if look.asked is None else act.changed(now=place.moment)


def _about(look: Looking, outlook: Outlook) -> dict[str, Any]:
    review_, policy, language = outlook.review, outlook.policy, _language(look)
    matter, board = policy.matters[review_.matter], policy.boards[review_.board]
    gate = None if review_.gate is None else policy.lifecycle.gate(review_.gate)
    label = matter.label if gate is None or gate.label is None else gate.label
    put = () if outlook.pack is None else outlook.pack.options
    names = Names(look.house)
    return {
        "matter": {
            "id": review_.matter,
            "kind": matter.kind,
            "gate": review_.gate,
            "label": worded(label or review_.gate or review_.matter, language),
        },
        "board": {"id": review_.board, "label": worded(board.label or review_.board, language)},
        "seats": {seat.id: worded(seat.label or seat.id, language) for seat in board.seats},
        "policy": {"code": policy.policy, "digest": review_.policy},
        "options": [_option(look, option, outlook, names) for option in put],
    }


def _language(look: Looking) -> str:
    return look.house.desk.load().office().languages[0]


# --- Options, and what each would do -----------------------------------------------------------


def _option(look: Looking, put: PackOption, outlook: Outlook, names: Names) -> dict[str, Any]:
    rule, consequence = _matter_option(put, outlook), outlook.consequence(put.id)
    assert outlook.pack is not None, "an option is put by a pack"
    return {
        "id": put.id,
        "label": worded(rule.label or put.id, _language(look)),
        "outcome": rule.outcome,
        "recommended": outlook.pack.recommendation == put.id,
        "fields": {name: value for name, value in put.as_json().items() if name != "id"},
        "owners": {one.id: names.person(one.owner) for one in put.conditions},
        "does": None if consequence is None else _does(look, consequence),
    }


def _matter_option(put: PackOption, outlook: Outlook) -> Option:
    rule = outlook.policy.matters[outlook.review.matter].option(put.id)
    assert rule is not None, "a pack puts options of the policy"
    return rule


def _does(look: Looking, consequence: Consequence) -> dict[str, Any]:
    refusal = consequence.refusal
    if refusal is not None:
        return {"refused": refused(look, refusal)}
    drafts = consequence.drafts
    return {
        "events": [{"topic": draft.data.TOPIC, "stream": draft.stream} for draft in drafts],
        "money": [line for draft in drafts for line in money_left(draft)],
    }


# --- Checks ------------------------------------------------------------------------------------


def _checks(look: Looking, outlook: Outlook) -> dict[str, Any] | None:
    """Return the checks of the matter by how they came out; those of the board are elsewhere."""
    if outlook.foresight is None:
        return None
    criteria = {one.id: one for one in outlook.policy.matters[outlook.review.matter].criteria}
    language = _language(look)

    def told(check: Check) -> dict[str, Any]:
        criterion = criteria.get(check.id)
        if criterion is None:
            return {**check.as_json(), "label": check.id}
        label = worded(criterion.label or check.id, language)
        return {**check.as_json(), "label": label, "test": criterion.test.as_json()}

    every = [check for check in outlook.foresight.ruling.checks if _of_the_matter(check)]
    return {truth.value: [told(one) for one in every if one.truth is truth] for truth in Truth}


def _of_the_matter(check: Check) -> bool:
    return check.of in {"criterion", "hurdle"}


# --- The ruling foreseen -----------------------------------------------------------------------


def _preview(outlook: Outlook) -> dict[str, Any] | None:
    foresight = outlook.foresight
    if foresight is None:
        return None
    return {
        "verdict": foresight.ruling.verdict.as_json(),
        "board": [c.as_json() for c in foresight.ruling.checks if not _of_the_matter(c)],
        "may_rule": foresight.may_rule and outlook.review.status == "open",
        "able": list(foresight.able),
        "waiting": list(foresight.waiting),
        "barred": list(foresight.barred),
    }
