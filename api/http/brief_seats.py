"""What whoever looks at a brief can do: for which seats they could vote, and what else is open."""

from collections.abc import Iterable
from typing import Any

from api.http.looking import Looking
from api.http.shown import Names
from domain.foresight import IfVoted, decides, if_voted
from domain.refusals import Refused
from projections.reviews import CountedBallot, ReviewRow
from workflows.outlook import Outlook
from workflows.voting import Place

NOT_SHOWN = "This is about a project that is not shown to you."


def seats_shown(look: Looking, row: ReviewRow, outlook: Outlook, who: str) -> list[dict[str, Any]]:
    """Return the seats somebody could vote for, and what each vote would lead to.

    Their own seats, or those of whom they stand in for; nothing for whoever has neither.
    """
    names = Names(look.house)
    cast = {one.seat: one for one in row.ballots}
    return [
        {
            "seat": place.seat,
            "on_behalf_of": names.person(place.on_behalf_of),
            "right": None if place.right is None else place.right.as_json(),
            "ballot": _ballot(cast.get(place.seat)),
            "may_contest": place.recorded and look.asked is None,
            **_vote(look, outlook, place, who),
        }
        for place in outlook.places
    ]


def doors_shown(look: Looking, outlook: Outlook) -> dict[str, Any] | None:
    """Return by act why it is refused, nothing for each that is open; nothing at all looking back.

    Only acts of an open review are named: there are no others once it is over.
    """
    if look.asked is not None or outlook.review.status != "open":
        return None
    return {name: refused(look, one) for name, one in outlook.doors._asdict().items()}


def refused(look: Looking, refusal: Refused | None) -> dict[str, str] | None:
    """Return a refusal as shown; its words are withheld where they name what is not shown."""
    if refusal is None:
        return None
    told = {"code": refusal.code, "why": refusal.why, "fix": refusal.fix}
    return {name: text if look.sight.tells(text) else NOT_SHOWN for name, text in told.items()}


def _ballot(cast: CountedBallot | None) -> dict[str, Any] | None:
    return None if cast is None else cast._asdict()


def _vote(look: Looking, outlook: Outlook, place: Place, who: str) -> dict[str, Any]:
    may_vote = place.refusal is None and look.asked is None
    choices: tuple[IfVoted, ...] = ()
    if outlook.pack is not None and outlook.foresight is not None:
        docket = outlook.review.docket(look.moment)
        choices = if_voted(outlook.policy, outlook.pack, docket, place.seat, who)
    return {
        "may_vote": may_vote,
        "refused": refused(look, place.refusal),
        "decides": place.refusal is None and decides(choices),
        "if_voted": list(_told(choices)),
    }


def _told(choices: Iterable[IfVoted]) -> Iterable[dict[str, Any]]:
    for choice in choices:
        yield {
            "option": choice.option,
            "outcome": choice.verdict.outcome,
            "leads_to": choice.verdict.option,
            "ground": choice.verdict.ground,
            "may_rule": choice.may_rule,
        }
