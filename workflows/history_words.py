"""The words of a history and those of a policy: which phase a status is, which step leads there.

History is not refused for breaking rules that came later: a step the policy does not have is named,
and recorded all the same.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from domain.authority import matter_for_gate, matter_of_kind
from domain.lifecycle import RESTING_STEPS, RESUMABLE, RESUME, Place, pass_gate
from domain.policy import Gate, Matter, Option, Phase, Policy
from domain.refusals import UnknownFact
from domain.words import MatterKind, Outcome, Standing
from workflows import machine

_PASS = pass_gate("")
_KINDS = {
    "defer": MatterKind.DEFER,
    "hold": MatterKind.HOLD,
    RESUME: MatterKind.RESUME,
    "reject": MatterKind.REJECT,
    "cancel": MatterKind.CANCEL,
}
_OUTCOMES = {
    Standing.PROPOSED: Outcome.REWORK,
    Standing.ACTIVE: Outcome.APPROVE,
    Standing.ON_HOLD: Outcome.HOLD,
    Standing.DEFERRED: Outcome.DEFER,
    Standing.REJECTED: Outcome.REJECT,
    Standing.WITHDRAWN: Outcome.CANCEL,
    Standing.CANCELLED: Outcome.CANCEL,
    Standing.CLOSED: Outcome.APPROVE,
    Standing.SUPERSEDED: Outcome.APPROVE,
}
"""What must have been answered for a project to come to a standing, where the policy cannot say."""

_RESTS = frozenset(RESTING_STEPS) - {Standing.CLOSED}
_UNDECIDED = frozenset({Standing.PROPOSED, Standing.DEFERRED})
_PRONOUNCED = frozenset({Standing.ACTIVE, Standing.CLOSED, Standing.REJECTED})
_VERBS = ("_changed", "_set", "_assigned", "_recorded")
_OTHER_NAMES = {"target_release": "target"}
_MENTIONED = frozenset({"to", "from", "url"})


_Shown = tuple[str, Standing]


class Answered(NamedTuple):
    """What is known of the decision behind a change of status.

    Attributes:
        open: whether the policy has a step from there to here.
    """

    outcome: Outcome
    matter: str | None = None
    gate: str | None = None
    option: str | None = None
    open: bool = True


class PolicyWords:
    """A policy, as the words of a history are read by it.

    Attributes:
        digest: digest of its text.
    """

    def __init__(self, digest: str, policy: Policy) -> None:
        """Read by a policy with this digest."""
        self.policy = policy
        self.digest = digest
        self._phases = dict(_named(policy.lifecycle.phases))
        self._reach: dict[Place, dict[_Shown, list[str]]] = {}

    def phase(self, status: str) -> Phase | None:
        """Return the phase a status is, by label or id, in any case."""
        return self._phases.get(status.casefold())

    def initial(self) -> Phase:
        """Return the phase of a new proposal."""
        found = self.policy.lifecycle.phase(self.policy.lifecycle.initial)
        assert found is not None, "a policy that was checked knows its initial phase"
        return found

    def knows(self, fact: str) -> bool:
        """Return whether the policy's vocabulary has a name, be it of a fact or of evidence.

        Of evidence a history holds the address at most, so that is kept as a fact of this name.
        """
        return fact in self.policy.facts or fact in self.policy.evidence

    def fact_of(self, activity: str) -> str:
        """Return the fact an activity is about: its own name, or what is left without the verb."""
        if self.knows(activity):
            return activity
        verb = next((verb for verb in _VERBS if activity.endswith(verb)), "")
        name = activity.removesuffix(verb)
        return _OTHER_NAMES.get(name, name)

    def answered(self, place: Place, phase: Phase, known: frozenset[str]) -> Answered:
        """Return what is known of the decision that led from a place to a phase.

        Of several gates that lead there, the one is taken whose matter lacks the fewest of the
        facts it asks for, then asks for the most, then stands first in the policy.
        """
        steps = self._reached(place).get((phase.id, phase.standing), [])
        if not steps:
            return Answered(_OUTCOMES[phase.standing], open=False)
        if RESUME in steps:
            return self._of_matter(matter_of_kind(self.policy, MatterKind.RESUME), None, phase)
        gates = [step.removeprefix(_PASS) for step in steps if step.startswith(_PASS)]
        if not gates:
            kind = _KINDS.get(steps[0])
            name = None if kind is None else matter_of_kind(self.policy, kind)
            return self._of_matter(name, None, phase)
        matters = {gate: self._matter_for(gate) for gate in gates}
        gate = max(gates, key=lambda gate: self._fitness(matters[gate], known))
        return self._of_matter(matters[gate], gate, phase)

    def _reached(self, place: Place) -> dict[_Shown, list[str]]:
        """Return the steps open from a place by where they lead, in the policy's order."""
        found = self._reach.get(place)
        if found is None:
            found = self._reach[place] = {}
            lifecycle = self.policy.lifecycle
            order = {pass_gate(gate.id): at for at, gate in enumerate(lifecycle.gates)}
            steps = machine.open_steps(self.digest, lifecycle, place)
            for step in sorted(steps, key=lambda step: order.get(step, len(order))):
                target = machine.take(self.digest, lifecycle, place, step)
                found.setdefault((target.phase, target.standing), []).append(step)
            for step, name in self._by_option(steps):
                phase = lifecycle.phase(name)
                listed = [] if phase is None else found.setdefault((name, phase.standing), [])
                if step not in listed:
                    listed.append(step)
        return found

    def _by_option(self, steps: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Yield gates with phases that an option, not the gate itself, leads to."""
        for step in steps:
            name = self._matter_for(step.removeprefix(_PASS)) if step.startswith(_PASS) else None
            for option in () if name is None else self.policy.matters[name].options:
                for effect in option.effects:
                    if effect.do == "move_phase" and effect.to is not None:
                        yield step, effect.to

    def _matter_for(self, gate: str) -> str | None:
        try:
            return matter_for_gate(self.policy, gate)
        except UnknownFact:
            return None

    def _fitness(self, matter: str | None, known: frozenset[str]) -> tuple[int, int]:
        """Return how well a matter fits: how few of the facts it asks for lack, how many do not."""
        asked = frozenset[str]() if matter is None else {*self.policy.matters[matter].pack.facts}
        return -len(asked - known), len(asked & known)

    def _of_matter(self, name: str | None, gate: str | None, phase: Phase) -> Answered:
        if name is None:
            return Answered(_OUTCOMES[phase.standing], None, gate)
        rule = None if gate is None else self.policy.lifecycle.gate(gate)
        option = _option(self.policy.matters[name], rule, phase)
        if option is None:
            return Answered(_OUTCOMES[phase.standing], name, gate)
        return Answered(option.outcome, name, gate, option.id)


def arrival(place: Place, phase: Phase) -> tuple[str, Place]:
    """Return what a project does when it comes to a phase, and where it is then.

    It ``resumes`` into the phase it had left, ``rests`` with a standing that goes no further, and
    ``moves`` otherwise.
    """
    if phase.id == place.left and RESUMABLE.get(place.standing) is phase.standing:
        return "resumes", Place(phase=phase.id, standing=phase.standing)
    if phase.standing in _RESTS:
        left = place.left or place.phase
        return "rests", Place(phase=phase.id, standing=phase.standing, left=left)
    return "moves", Place(phase=phase.id, standing=phase.standing)


def is_pronounced(before: Standing, after: Standing) -> bool:
    """Return whether a change of standing pronounces on a proposal: accepts or rejects it."""
    return before in _UNDECIDED and after in _PRONOUNCED


def mentioned(
    attrs: dict[str, str], fact: str | None, otherwise: str = ""
) -> Iterator[tuple[str, str]]:
    """Yield the facts the attributes of a row speak of; a fact cleared is an empty text.

    Args:
        attrs: the attributes.
        fact: the fact the row itself is about, if it is about one.
        otherwise: its value, where the attributes do not say it.
    """
    if fact is not None:
        yield fact, next((attrs[name] for name in ("to", "url", fact) if name in attrs), otherwise)
    for name, value in attrs.items():
        if name != fact and (fact is None or name not in _MENTIONED):
            yield name, value


def _named(phases: Iterable[Phase]) -> Iterator[tuple[str, Phase]]:
    listed = tuple(phases)
    for phase in listed:
        yield phase.id.casefold(), phase
    # Labels are what people wrote, so they go before ids.
    for phase in listed:
        labels = [phase.label] if isinstance(phase.label, str) else phase.label.values()
        for label in labels:
            yield label.casefold(), phase


def _option(matter: Matter, gate: Gate | None, phase: Phase) -> Option | None:
    """Return the first option of a matter that leads to a phase."""
    for option in matter.options:
        for effect in option.effects:
            moved = effect.do == "move_phase" and gate is not None
            if (
                (moved and gate is not None and (effect.to or gate.to) == phase.id)
                or (effect.do == "rest" and effect.standing is phase.standing)
                or (effect.do == "resume" and gate is None)
            ):
                return option
    return None
