"""What a project has promised: asked for, decided, numbered; replaced only by an approved change.

A request says what is to be promised as a whole, and starts from the baseline that holds then. It
is decided once, and only while that baseline still holds.
"""

from typing import Literal

from domain.act import Act
from domain.base import Value
from domain.baseline_events import (
    Aspect,
    BaselineDivided,
    BaselineSet,
    BaselineWithdrawn,
    ChangeRequested,
    ChangeWithdrawn,
    Promise,
)
from domain.change_commands import RequestChange, WithdrawChange, promise_asked
from domain.event import Draft, Event
from domain.lifecycle import RESUMABLE
from domain.policy_money import MoneyRule
from domain.private import disclose
from domain.promises import moved, repriced
from domain.refusals import Malformed, NotKnown, NotNow, NotPermitted
from domain.taken_over_events import BaselineTakenOver
from domain.words import Standing

GOING = frozenset({Standing.PROPOSED, Standing.ACTIVE, *RESUMABLE})
"""Standings from which a project goes on, or may; only such a one promises anything."""


class Change(Value):
    """A request for another baseline.

    Attributes:
        baseline: number of the baseline it starts from; absent for the first.
        moves: what of it is not as in that baseline.
        by: id of who requested it.
    """

    number: int
    baseline: int | None = None
    promise: Promise
    moves: tuple[Aspect, ...]
    by: str
    status: Literal["requested", "withdrawn", "approved"] = "requested"


class Baseline(Value):
    """A promise that holds, or held.

    Attributes:
        change: number of the request that was approved; absent for a share of a division, and
            where the promise was taken over.
        sources: of such a share, the projects whose promises were divided.
        ruling: review that decided it; absent where it was taken over.
        withdrawn: whether the ruling was undone, and nothing promised in its stead.
    """

    number: int
    promise: Promise
    change: int | None = None
    sources: tuple[str, ...] = ()
    ruling: str | None = None
    withdrawn: bool = False


class Promises(Value):
    """What a project has promised and was asked to promise, each in the order of numbers."""

    changes: tuple[Change, ...] = ()
    baselines: tuple[Baseline, ...] = ()

    @property
    def current(self) -> Baseline | None:
        """Return the baseline that holds; none where the newest was withdrawn."""
        newest = self.baselines[-1] if self.baselines else None
        return None if newest is None or newest.withdrawn else newest

    @property
    def next_number(self) -> int:
        """Return the number of the next baseline; none is ever used again."""
        return self.baselines[-1].number + 1 if self.baselines else 1

    def before(self, change: Change) -> Promise | None:
        """Return the promise a change starts from, None for the first."""
        found = (b.promise for b in self.baselines if b.number == change.baseline)
        return next(found, None)


def evolve(promises: Promises, event: Event) -> Promises:
    """Apply one event. Total and silent: what happened is never refused."""
    match event.data:
        case ChangeRequested() as body:
            change = Change(
                number=body.change,
                baseline=body.baseline,
                promise=body.promise,
                moves=body.moves,
                by=event.by,
            )
            return promises.changed(changes=(*promises.changes, change))
        case ChangeWithdrawn(change=number):
            return promises.changed(changes=_with_status(promises, number, "withdrawn"))
        case BaselineSet() as body:
            baseline = Baseline(**dict(body))
            return promises.changed(
                changes=_with_status(promises, body.change, "approved"),
                baselines=(*promises.baselines, baseline),
            )
        case BaselineDivided() as body:
            return promises.changed(baselines=(*promises.baselines, Baseline(**dict(body))))
        case BaselineWithdrawn(number=number):
            kept = (
                one.changed(withdrawn=True) if one.number == number else one
                for one in promises.baselines
            )
            return promises.changed(baselines=tuple(kept))
        case BaselineTakenOver() as body:
            return promises.changed(baselines=(*promises.baselines, Baseline(**dict(body))))
    return promises


def request(
    stream: str, promises: Promises, command: RequestChange, rule: MoneyRule | None, act: Act
) -> tuple[int, tuple[Draft, ...]]:
    """Ask for another baseline; return the number the request gets, and its events.

    Raises:
        FieldMissing: the first baseline lacks cost or dates.
        Malformed: it moves nothing, ends before it starts, or names a benefit twice.
        UnknownFact: the policy has no such period, kind or planning rate.
    """
    scope = None
    if command.scope is not None:
        scope = disclose(act.salt(stream, 0, "scope"), "scope", command.scope)
    current = promises.current
    before = None if current is None else current.promise
    promise = promise_asked(before, command, rule, scope)
    moves = moved(before, promise)
    if not moves:
        raise Malformed(
            "the change moves nothing", fix="Say what is to be other than in the baseline."
        )
    number = len(promises.changes) + 1
    body = ChangeRequested(
        change=number,
        baseline=None if current is None else current.number,
        promise=promise,
        moves=moves,
    )
    draft = Draft(
        stream=stream,
        data=body,
        private={"reason": command.reason},
        disclosed=() if scope is None else (scope,),
    )
    return number, (draft,)


def withdraw(
    stream: str, promises: Promises, number: int, command: WithdrawChange, person: str
) -> tuple[Draft, ...]:
    """Take a request back; only who made it may.

    Raises:
        NotKnown: there is no such request. NotNow: it was decided or withdrawn.
        NotPermitted: somebody else made it.
    """
    change = undecided(promises, number)
    if change.by != person:
        raise NotPermitted(
            f"only who requested change {number} withdraws it",
            fix="Ask that person, or let the board reject it.",
        )
    body = ChangeWithdrawn(change=number)
    return (Draft(stream=stream, data=body, private={"reason": command.reason}),)


def replace(
    stream: str, promises: Promises, number: int, rule: MoneyRule | None, ruling: str
) -> tuple[Draft, ...]:
    """Make what a change asks for the baseline that holds.

    Raises:
        NotNow: it was decided or withdrawn, or starts from a baseline that holds no more.
    """
    change = to_decide(promises, number)
    body = BaselineSet(
        number=promises.next_number,
        promise=repriced(change.promise, rule),
        change=number,
        ruling=ruling,
    )
    return (Draft(stream=stream, data=body),)


def undecided(promises: Promises, number: int) -> Change:
    """Return a request that was neither approved nor withdrawn.

    Raises:
        NotKnown: there is no such request. NotNow: it was decided or withdrawn.
    """
    found = next((change for change in promises.changes if change.number == number), None)
    if found is None:
        raise NotKnown(f"there is no change {number} of this project")
    if found.status != "requested":
        raise NotNow(f"change {number} was {found.status}", fix="Request another change.")
    return found


def to_decide(promises: Promises, number: int) -> Change:
    """Return a request that can be decided: the baseline it starts from still holds.

    Raises:
        NotKnown: there is no such request.
        NotNow: it was decided or withdrawn, or starts from a baseline that holds no more.
    """
    change = undecided(promises, number)
    current = promises.current
    holding = None if current is None else current.number
    if holding != change.baseline:
        raise NotNow(
            f"change {number} starts from {_said(change.baseline)},"
            f" and {_said(holding)} holds by now",
            fix=f"Request the change again from {_said(holding)}.",
        )
    return change


def require_going(code: str, standing: Standing) -> None:
    """Refuse another baseline for a project that has ended.

    Raises:
        NotNow: it has.
    """
    if standing not in GOING:
        raise NotNow(f"project {code} is {standing}; it promises nothing more")


def _said(number: int | None) -> str:
    return f"baseline {number}" if number else "no baseline"


def _with_status(
    promises: Promises, number: int | None, status: Literal["withdrawn", "approved"]
) -> tuple[Change, ...]:
    return tuple(
        change.changed(status=status) if change.number == number else change
        for change in promises.changes
    )
