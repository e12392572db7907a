"""Re-check: a ruling made again from what its event names, and compared with what was recorded.

Pure. Only computed rulings can be made again; reported ones are counted apart.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from domain.base import Value, canonical
from domain.docket import Check, Docket
from domain.event import Event
from domain.pack import Pack
from domain.policy import Policy
from domain.review import Review
from domain.review_events import ReviewRuled
from domain.review_rulings import checks_document
from domain.ruling import UnknownEngine, rule
from domain.words import Ground

CHECKS_KEPT_MAX = 256

FaultKind = Literal[
    "unreadable_event", "document_missing", "document_altered", "no_review", "ballot_differs",
    "docket_differs", "cannot_rule", "verdict_differs", "checks_differ",
]  # fmt: skip


class HistoryFault(Value):
    """Something in the log that does not hold.

    Attributes:
        position: the event that is wrong, as far as it can be told; else the ruling's.
        kind: name of the fault, for machines.
        why: what is wrong, for people.
    """

    position: int
    kind: FaultKind
    why: str


def is_computed(body: ReviewRuled) -> bool:
    """Return whether a ruling was computed here, and so can be computed again."""
    return body.docket is not None or body.verdict.ground is not Ground.REPORTED


def against_log(position: int, event: Event, review: Review | None) -> Iterator[HistoryFault]:
    """Yield where a ruling's arguments are not what its review says on record.

    Args:
        position: place of the ruling.
        event: the ruling.
        review: its review, folded up to the event before the ruling.
    """
    body = event.data
    assert isinstance(body, ReviewRuled), "only rulings are checked"
    if body.docket is None:
        yield _fault(position, "docket_differs", "a computed ruling without its arguments")
        return
    if review is None or review.status != "open":
        status = "none" if review is None else review.status
        yield _fault(position, "no_review", f"no open review is on record before it, but {status}")
        return
    stands = review.docket(event.at)
    known = (review.policy, review.pack, review.subjects)
    if stands == body.docket and known == (body.policy, body.pack, body.subjects):
        return
    yield from _ballots(position, body.docket, stands, review)
    pairs = {
        **{
            name: (getattr(body.docket, name), getattr(stands, name))
            for name in Docket.model_fields
            if name != "ballots"
        },
        "policy": (body.policy, review.policy),
        "pack": (body.pack, review.pack),
        "subjects": (body.subjects, review.subjects),
    }
    for name, (ruled, recorded) in pairs.items():
        if ruled != recorded:
            why = f"the ruling was made with another {name} than the review has on record"
            yield _fault(position, "docket_differs", why)


def again(position: int, body: ReviewRuled, policy: Policy, pack: Pack) -> Iterator[HistoryFault]:
    """Rule again, and yield where the answer is not byte for byte the one recorded."""
    assert body.docket is not None, "a computed ruling has its arguments"
    try:
        ruling = rule(policy, pack, body.docket)
    except (UnknownEngine, KeyError) as fault:
        yield _fault(position, "cannot_rule", f"it cannot be ruled again: {fault}")
        return
    # Equal verdicts have equal bytes.
    if body.verdict != ruling.verdict:
        recorded = canonical(body.verdict.as_json())
        computed = canonical(ruling.verdict.as_json())
        why = f"recorded {recorded.decode()}, computed again {computed.decode()}"
        yield _fault(position, "verdict_differs", why)
    checks = _checks_digest(ruling.checks)
    if body.checks != checks:
        why = f"recorded checks {body.checks}, computed again {checks}"
        yield _fault(position, "checks_differ", why)


@lru_cache(CHECKS_KEPT_MAX)
def _checks_digest(checks: tuple[Check, ...]) -> str:
    """Return the digest of a list of checks. Most rulings come to the same few lists."""
    return checks_document(checks).digest


def _ballots(
    position: int, docket: Docket, stands: Docket, review: Review
) -> Iterator[HistoryFault]:
    ruled = {ballot.seat: ballot for ballot in docket.ballots}
    recorded = {ballot.seat: ballot for ballot in stands.ballots}
    places = {cast.ballot.seat: cast.position for cast in review.ballots}
    for seat in sorted(ruled.keys() | recorded.keys()):
        if ruled.get(seat) == recorded.get(seat):
            continue
        counted, cast = ruled.get(seat), recorded.get(seat)
        why = (
            f"the ruling at position {position} counted for seat {seat}:"
            f" {'nothing' if counted is None else canonical(counted.as_json()).decode()};"
            f" on record: {'nothing' if cast is None else canonical(cast.as_json()).decode()}"
        )
        yield _fault(places.get(seat, position), "ballot_differs", why)


def _fault(position: int, kind: FaultKind, why: str) -> HistoryFault:
    return HistoryFault(position=position, kind=kind, why=why)
