"""A policy's lifecycle as a table of steps: where each can be taken, and where it leads.

=====================  ===================================  ====================================
step                   can be taken from                    leads to
=====================  ===================================  ====================================
``pass:<gate>``        the gate's ``from`` phases, where    the gate's ``to`` phase, with that
                       the standing is the phase's own      phase's own standing
``defer``              proposed                             deferred
``hold``               active                               on hold
``resume``             deferred, on hold                    the phase left, with its own standing
``reject``             proposed, deferred                   rejected
``withdraw``           proposed, deferred                   withdrawn
``cancel``             active, on hold                      cancelled
``rest:closed``        active                               closed, where ``rests`` shows it
``rest:superseded``    any but what has ended, and closed   superseded, where ``rests`` shows it
=====================  ===================================  ====================================

A project that comes to rest is shown in the phase the policy names for that standing, or stays in
its own; the phase it left is remembered. What rests but is not deferred or on hold has ended: only
a gate leads out again. Data only: `workflows.machine` is the one evaluator.

Source: DESIGN.md section 2, "defer / hold / postpone".
"""

from collections.abc import Iterable, Iterator

from domain.base import Value
from domain.policy import Lifecycle, Name, Phase
from domain.words import Standing

RESUME = "resume"
RESTING_STEPS: dict[Standing, str] = {
    Standing.DEFERRED: "defer",
    Standing.ON_HOLD: "hold",
    Standing.REJECTED: "reject",
    Standing.WITHDRAWN: "withdraw",
    Standing.CANCELLED: "cancel",
    Standing.CLOSED: "rest:closed",
    Standing.SUPERSEDED: "rest:superseded",
}
"""The step that brings a project to rest with a standing."""

RESTS_FROM: dict[Standing, tuple[Standing, ...]] = {
    Standing.DEFERRED: (Standing.PROPOSED,),
    Standing.ON_HOLD: (Standing.ACTIVE,),
    Standing.REJECTED: (Standing.PROPOSED, Standing.DEFERRED),
    Standing.WITHDRAWN: (Standing.PROPOSED, Standing.DEFERRED),
    Standing.CANCELLED: (Standing.ACTIVE, Standing.ON_HOLD),
    Standing.CLOSED: (Standing.ACTIVE,),
    Standing.SUPERSEDED: (
        Standing.PROPOSED,
        Standing.DEFERRED,
        Standing.ACTIVE,
        Standing.ON_HOLD,
        Standing.CLOSED,
    ),
}
"""Standings from which a project may come to rest with another."""

SHOWN_ONLY = frozenset({Standing.CLOSED, Standing.SUPERSEDED})
"""Ends that need a phase of their own: without one in ``rests``, only gates lead to them."""

RESUMABLE: dict[Standing, Standing] = {
    Standing.DEFERRED: Standing.PROPOSED,
    Standing.ON_HOLD: Standing.ACTIVE,
}
"""Standings from which a project may resume, and the standing of the phases it can have left."""

Path = tuple[str | int, ...]
Found = Iterator[tuple[Path, str]]
"""What is wrong: the keys and places in lists that lead to it, and a sentence."""


class Place(Value):
    """Where a project is in its lifecycle.

    Attributes:
        phase: the phase shown.
        standing: whether it goes on, rests or has ended.
        left: the phase left when it came to rest; absent while it goes on.
    """

    phase: Name
    standing: Standing
    left: Name | None = None


class StepRule(Value):
    """One line of the table.

    Attributes:
        name: the step.
        sources: places it can be taken from; one without ``left`` stands for any phase left.
        target: where it leads.
    """

    name: str
    sources: tuple[Place, ...]
    target: Place


def pass_gate(gate: str) -> str:
    """Return the step that passes a gate."""
    return f"pass:{gate}"


def rest(standing: Standing) -> str:
    """Return the step that brings a project to rest with a standing."""
    return RESTING_STEPS[standing]


def start(lifecycle: Lifecycle) -> Place:
    """Return where a new proposal begins."""
    return _own(_known_phase(lifecycle, lifecycle.initial))


def brought_forward(lifecycle: Lifecycle, phase: Phase, standing: Standing) -> Place | None:
    """Return the place of a project that another register says is in a phase with a standing.

    A project that rests is said to be in the phase it left. None where nothing could have led
    there: that phase does not go together with that standing.
    """
    if standing is phase.standing and standing not in RESUMABLE:
        return _own(phase)
    if standing not in RESTS_FROM or phase.standing not in RESTS_FROM[standing]:
        return None
    if standing in SHOWN_ONLY and standing not in lifecycle.rests:
        return None
    return _at_rest(lifecycle, phase, standing)


def steps(lifecycle: Lifecycle) -> tuple[StepRule, ...]:
    """Return every step of a lifecycle whose names hold together.

    Where two rules of one name fit a place, the first one counts: rules that ask for a certain
    phase left come before rules for any.
    """
    return (
        *_gates(lifecycle),
        *(rule for standing in RESTING_STEPS for rule in _rests(lifecycle, standing)),
        *(rule for standing in RESUMABLE for rule in _resumes(lifecycle, standing)),
    )


def _gates(lifecycle: Lifecycle) -> Iterator[StepRule]:
    for gate in lifecycle.gates:
        sources = tuple(_own(_known_phase(lifecycle, name)) for name in gate.from_)
        target = _own(_known_phase(lifecycle, gate.to))
        yield StepRule(name=pass_gate(gate.id), sources=sources, target=target)


def _rests(lifecycle: Lifecycle, standing: Standing) -> Iterator[StepRule]:
    if standing in SHOWN_ONLY and standing not in lifecycle.rests:
        return
    name = RESTING_STEPS[standing]
    for source in filter(RESUMABLE.__contains__, RESTS_FROM[standing]):
        for phase in _with(lifecycle, RESUMABLE[source]):
            sources = _resting(lifecycle, phase, source)
            target = _at_rest(lifecycle, phase, standing)
            yield StepRule(name=name, sources=sources, target=target)
    for source in RESTS_FROM[standing]:
        for phase in _with(lifecycle, source):
            target = _at_rest(lifecycle, phase, standing)
            yield StepRule(name=name, sources=(_own(phase),), target=target)


def _resumes(lifecycle: Lifecycle, standing: Standing) -> Iterator[StepRule]:
    for phase in _with(lifecycle, RESUMABLE[standing]):
        sources = _resting(lifecycle, phase, standing)
        yield StepRule(name=RESUME, sources=sources, target=_own(phase))


def _resting(lifecycle: Lifecycle, phase: Phase, standing: Standing) -> tuple[Place, ...]:
    """Return where a project that left a phase may rest: shown where the policy says, or there.

    Both, because a project may have come to rest under an earlier version of the policy.
    """
    kept = Place(phase=phase.id, standing=standing)
    shown = _at_rest(lifecycle, phase, standing)
    return (kept,) if shown.phase == phase.id else (shown, kept)


def _at_rest(lifecycle: Lifecycle, phase: Phase, standing: Standing) -> Place:
    shown = lifecycle.rests.get(standing, phase.id)
    return Place(phase=shown, standing=standing, left=phase.id)


def _own(phase: Phase) -> Place:
    return Place(phase=phase.id, standing=phase.standing)


def _with(lifecycle: Lifecycle, standing: Standing) -> Iterator[Phase]:
    return (phase for phase in lifecycle.phases if phase.standing is standing)


def _known_phase(lifecycle: Lifecycle, name: str) -> Phase:
    phase = lifecycle.phase(name)
    assert phase is not None, f"a policy that was checked knows its phase {name}"
    return phase


# --- What must hold before there is a table ----------------------------------------------------


def faults(path: Path, cycle: Lifecycle) -> Found:
    """Yield what keeps a lifecycle from making sense; `steps` needs one without faults."""
    phases = {phase.id: phase for phase in cycle.phases}
    yield from repeated((p.id for p in cycle.phases), (*path, "phases"), "id")
    yield from repeated((g.id for g in cycle.gates), (*path, "gates"), "id")
    yield from absent(cycle.initial, phases, "phase", (*path, "initial"))
    initial = phases.get(cycle.initial)
    if initial is not None and initial.standing not in {Standing.PROPOSED, Standing.ACTIVE}:
        yield (*path, "initial"), f"a project begins proposed or active, not {initial.standing}"
    for index, gate in enumerate(cycle.gates):
        at = (*path, "gates", index)
        yield from unknown(gate.from_, phases, "phase", (*at, "from"))
        yield from repeated(gate.from_, (*at, "from"))
        yield from absent(gate.to, phases, "phase", (*at, "to"))
    for standing, name in cycle.rests.items():
        at = (*path, "rests", standing.value)
        yield from absent(name, phases, "phase", at)
        if standing not in RESTING_STEPS:
            yield at, f"a project does not rest while it is {standing}; leave this out"
        elif name in phases and phases[name].standing is not standing:
            yield at, f"phase {name} has standing {phases[name].standing}, not {standing}"


def oddities(path: Path, cycle: Lifecycle, led: set[str], decided: set[str]) -> Found:
    """Yield what a lifecycle can do without.

    Args:
        path: where the lifecycle stands.
        cycle: a lifecycle without faults.
        led: phases that options lead to.
        decided: gates that a matter decides.
    """
    reached = reachable(cycle, led)
    for index, phase in enumerate(cycle.phases):
        if phase.id not in reached and not phase.historical:
            message = "nothing leads to this phase; add a gate, or mark it historical: true"
            yield (*path, "phases", index), message
    labels = (str(phase.label).casefold() for phase in cycle.phases)
    for at, _ in repeated(labels, (*path, "phases"), "label"):
        yield at, "another phase bears this label; nobody can tell them apart"
    for index, gate in enumerate(cycle.gates):
        if gate.id not in decided and gate.to not in led:
            yield (*path, "gates", index), "no matter decides this gate; add one"


def closed_to(cycle: Lifecycle, gates: Iterable[str], standing: Standing) -> tuple[str, ...]:
    """Return phases in front of some gates, or of all, that cannot come to rest with a standing."""
    chosen = set(gates) or {gate.id for gate in cycle.gates}
    names = {name for gate in cycle.gates if gate.id in chosen for name in gate.from_}
    allowed = RESTS_FROM.get(standing, ())
    return tuple(p.id for p in cycle.phases if p.id in names and p.standing not in allowed)


def reachable(lifecycle: Lifecycle, led: Iterable[str] = ()) -> frozenset[str]:
    """Return the phases a project can come to, those that options lead to included."""
    reached = {lifecycle.initial, *lifecycle.rests.values(), *led}
    before = 0
    while before != len(reached):
        before = len(reached)
        reached |= {gate.to for gate in lifecycle.gates if reached.intersection(gate.from_)}
    return frozenset(reached)


def repeated(names: Iterable[str], path: Path, *key: str) -> Found:
    """Yield each name of a list that stands there a second time."""
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            yield (*path, index, *key), f"{name} is listed twice; keep one"
        seen.add(name)


def unknown(names: Iterable[str], known: Iterable[str], what: str, path: Path) -> Found:
    """Yield each name of a list that names nothing."""
    there = sorted(known)
    for index, name in enumerate(names):
        if name not in there:
            yield (*path, index), f"there is no {what} {name}; there are: {', '.join(there) or '-'}"


def absent(name: str | None, known: Iterable[str], what: str, path: Path) -> Found:
    """Yield a single name that names nothing."""
    for _, message in unknown(() if name is None else (name,), known, what, ()):
        yield path, message
