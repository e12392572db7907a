"""Lifecycles run by `transitions`: the only evaluator of whether a step is open.

One machine per policy text, without a model of its own, shared by all threads: it is only read
after it is built, and every question brings a throwaway probe. Its states are pairs of phase and
standing; the phase a project left is a guard on a transition, not a state of its own.

Pitfalls of the library avoided here: automatic transitions would bypass the lifecycle, a queued
machine answers before it has moved, a failed guard returns False and says nothing.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from transitions import EventData, Machine, MachineError

from domain.lifecycle import Place, steps
from domain.policy import Lifecycle
from domain.refusals import StepNotOpen
from domain.words import Standing

MACHINES_MAX = 64
_BETWEEN = "@"


class _Probe:
    """A project's place, as the machine moves it."""

    __slots__ = ("left", "state")

    def __init__(self, place: Place) -> None:
        self.state = _state(place)
        self.left = place.left

    def place(self) -> Place:
        standing, _, phase = self.state.partition(_BETWEEN)
        return Place(phase=phase, standing=Standing(standing), left=self.left)


class _Text:
    """A lifecycle known by the digest of the policy text it stands in, to look machines up by."""

    __slots__ = ("digest", "lifecycle")

    def __init__(self, digest: str, lifecycle: Lifecycle) -> None:
        self.digest = digest
        self.lifecycle = lifecycle

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Text) and other.digest == self.digest

    def __hash__(self) -> int:
        return hash(self.digest)


def open_steps(policy_digest: str, lifecycle: Lifecycle, place: Place) -> tuple[str, ...]:
    """Return the steps that can be taken from a place, sorted.

    Args:
        policy_digest: digest of the policy text the lifecycle stands in.
        lifecycle: a lifecycle that was checked.
        place: where the project is; one the lifecycle does not know has no open step.
    """
    machine = _machine(_Text(policy_digest, lifecycle))
    state = _state(place)
    if state not in machine.states:
        return ()
    return tuple(
        sorted(step for step in machine.get_triggers(state) if _moved(machine, place, step))
    )


def take(policy_digest: str, lifecycle: Lifecycle, place: Place, step: str) -> Place:
    """Return where a step leads.

    Args:
        policy_digest: digest of the policy text the lifecycle stands in.
        lifecycle: a lifecycle that was checked.
        place: where the project is.
        step: ``pass:<gate>``, ``resume`` or a resting step; see `domain.lifecycle`.

    Raises:
        StepNotOpen: the lifecycle has no such step from there.
    """
    moved = _moved(_machine(_Text(policy_digest, lifecycle)), place, step)
    if moved is not None:
        return moved
    known = ", ".join(open_steps(policy_digest, lifecycle, place)) or "none"
    raise StepNotOpen(
        f"step {step} is not open in phase {place.phase}, standing {place.standing};"
        f" open steps: {known}"
    )


def _moved(machine: Machine, place: Place, step: str) -> Place | None:
    probe = _Probe(place)
    event = machine.events.get(step)
    if event is None or probe.state not in machine.states:
        return None
    try:
        taken = event.trigger(probe)
    except MachineError:
        return None
    return probe.place() if taken else None


@lru_cache(maxsize=MACHINES_MAX)
def _machine(text: _Text) -> Machine:
    rules = steps(text.lifecycle)
    places = [place for rule in rules for place in (*rule.sources, rule.target)]
    machine = Machine(
        model=None,
        states=sorted({_state(place) for place in places}),
        initial=None,
        auto_transitions=False,
        send_event=True,
        queued=False,
    )
    for rule in rules:
        for source in rule.sources:
            machine.add_transition(
                rule.name,
                _state(source),
                _state(rule.target),
                conditions=[_left(source.left)],
                after=[_leave(rule.target.left)],
            )
    return machine


def _left(phase: str | None) -> Callable[[EventData], bool]:
    """Return the guard that a certain phase was left; any will do where none is asked for."""

    def was_left(event: EventData) -> bool:
        probe: Any = event.model
        return phase is None or bool(probe.left == phase)

    return was_left


def _leave(phase: str | None) -> Callable[[EventData], None]:
    def remember(event: EventData) -> None:
        probe: Any = event.model
        probe.left = phase

    return remember


def _state(place: Place) -> str:
    return f"{place.standing}{_BETWEEN}{place.phase}"
