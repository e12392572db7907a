"""What changed since the same board last decided about the same project."""

from collections import Counter
from typing import Any

from api.http.looking import Looking
from domain.event import stream_kind
from domain.pack import Pack, PackFact
from projections.as_of import AsOf
from projections.decisions import Decision, Ruled, decisions
from projections.reading import Page
from projections.reviews import ReviewRow

EVERY = Page(limit=None)


def since_last(look: Looking, row: ReviewRow, place: AsOf) -> list[dict[str, Any]]:
    """Return, for each project of a review, what changed since its board last decided about it.

    What that decision itself did is not counted. A project about which the board never decided
    is left out.
    """
    found = []
    for subject in row.subjects:
        last = _last(look, row, subject, place) if stream_kind(subject) == "project" else None
        if last is not None:
            found.append(_changed(look, row, subject, last, place))
    return found


def _last(look: Looking, row: ReviewRow, subject: str, place: AsOf) -> Decision | None:
    ruled = decisions(look.views, place, Ruled(subject), EVERY).found
    earlier = (one for one in ruled if one.board == row.board and one.position < row.born)
    return next((one for one in earlier if one.undone is None), None)


def _changed(
    look: Looking, row: ReviewRow, subject: str, last: Decision, place: AsOf
) -> dict[str, Any]:
    kept = ("review", "matter", "gate", "outcome", "option", "at", "position")
    happened = Counter(
        recorded.event.topic
        for recorded in look.house.log.stream(subject)
        if last.position < recorded.position <= place.position
        and recorded.event.data.as_json().get("ruling") != last.review
    )
    return {
        "subject": subject,
        "decision": {name: getattr(last, name) for name in kept},
        "facts": _facts(look, subject, last.pack, row.pack),
        "happened": [{"topic": t, "times": n} for t, n in sorted(happened.items())],
    }


def _facts(
    look: Looking, subject: str, before: str | None, now: str | None
) -> list[dict[str, Any]]:
    """Return the facts whose value in this pack is not the one in the pack ruled on before."""
    old, new = _values(look, subject, before), _values(look, subject, now)
    return [
        {
            "fact": name,
            "before": old[name].value.as_json() if name in old else None,
            "now": new[name].value.as_json() if name in new else None,
        }
        for name in sorted({*old, *new})
        if (old[name].value if name in old else None) != (new[name].value if name in new else None)
    ]


def _values(look: Looking, subject: str, digest: str | None) -> dict[str, PackFact]:
    if digest is None:
        return {}
    pack = Pack.model_validate_json(look.house.desk.texts.content(digest))
    newest: dict[str, PackFact] = {}
    for fact in sorted(pack.facts, key=lambda one: (one.effective_at, one.position)):
        if fact.subject == subject:
            newest[fact.fact] = fact
    return newest
