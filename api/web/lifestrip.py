"""The lifecycle of a project as a strip: phases, the gates between, every review on its gate."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from api.http.shown import worded
from domain.policy import Lifecycle
from domain.words import Standing

ENDS = frozenset({Standing.REJECTED, Standing.WITHDRAWN, Standing.CANCELLED, Standing.SUPERSEDED})
"""Standings no way through the gates leads to: such phases are shown where a project is in one."""


class Stop(NamedTuple):
    """One phase or gate of the strip.

    Attributes:
        kind: ``phase`` or ``gate``.
        state: of a phase: ``passed``, ``here``, ``left`` when it rests elsewhere, or ``ahead``.
        reviews: of a gate: the reviews about it, the first opened first.
    """

    kind: str
    id: str
    label: str
    state: str = ""
    reviews: tuple[dict[str, Any], ...] = ()


def strip(
    lifecycle: Lifecycle, project: dict[str, Any], reviews: list[dict[str, Any]], language: str
) -> list[Stop]:
    """Return the strip of a project.

    Args:
        lifecycle: of the policy that governs it.
        project: as it is shown; its phase, and the one it left where it rests.
        reviews: those about it, each with its gate, the first opened first.
        language: of the labels.
    """
    here, left = project["phase"], project["left_phase"]
    way = [phase.id for phase in _way(lifecycle, here)]
    at = way.index(left or here) if (left or here) in way else len(way)

    def state(place: int, phase: str) -> str:
        if phase == here:
            return "here"
        if phase == left:
            return "left"
        return "passed" if place < at else "ahead"

    stops: list[Stop] = []
    for place, phase in enumerate(_way(lifecycle, here)):
        for gate in lifecycle.gates:
            if gate.to == phase.id:
                about = tuple(one for one in reviews if one["gate"] == gate.id)
                said = worded(gate.label or gate.id, language)
                stops.append(Stop("gate", gate.id, said, reviews=about))
        label = worded(phase.label, language)
        stops.append(Stop("phase", phase.id, label, state(place, phase.id)))
    return stops


def _way(lifecycle: Lifecycle, here: str) -> Iterator[Any]:
    """Yield the phases on the way, and the resting one where the project is in it."""
    resting = {*lifecycle.rests.values()} - {gate.to for gate in lifecycle.gates}
    for phase in lifecycle.phases:
        aside = phase.historical or phase.standing in ENDS or phase.id in resting
        if phase.id == here or not aside:
            yield phase
