"""Which reviews of a project could be opened now, and why others cannot: tried, not recorded."""

from typing import NamedTuple

from domain.act import Act
from domain.policy import Policy
from domain.project import Project
from domain.refusals import FieldMissing, Refused
from domain.review_commands import OpenReview
from domain.words import ABOUT_SEVERAL, MatterKind
from workflows.loaded import Loaded
from workflows.reviews import NOT_ABOUT_A_PROJECT, opened
from workflows.voting import refusal_of

NEEDS = {
    MatterKind.CHANGE: "change",
    MatterKind.WAIVE: "condition",
    MatterKind.TRANSFER: "portfolio",
    MatterKind.SUPERSEDE: "into",
    MatterKind.SET_ASIDE: "undo",
    MatterKind.REVOKE: "undo",
}
"""What has to be said beside the matter for a review of each kind to be opened."""


class Openable(NamedTuple):
    """A gate or another matter of a project's policy.

    Attributes:
        gate: the gate, where it is about one.
        needs: what has to be said beside it, a field of `OpenReview`.
        refusal: why no review of it can be opened now; absent where one can.
    """

    matter: str
    gate: str | None
    kind: MatterKind
    needs: str | None
    refusal: Refused | None


def openable(loaded: Loaded, code: str, act: Act) -> tuple[Openable, ...]:
    """Return the gates and matters about one project, the gates first.

    Raises:
        NotKnown: there is no such project.
        NotInForce: no policy governs it now.
    """
    project = loaded.project(code)
    _, policy = loaded.governing(project, act.now)
    return tuple(_openable(loaded, project, act, *one) for one in _wanted(policy))


def _wanted(policy: Policy) -> list[tuple[str, str | None, MatterKind]]:
    """Return the gates in the order of the lifecycle, then every other matter about a project."""
    deciding = {
        gate: name
        for name, matter in policy.matters.items()
        if matter.kind is MatterKind.PASS_GATE
        for gate in matter.gates or tuple(gate.id for gate in policy.lifecycle.gates)
    }
    found: list[tuple[str, str | None, MatterKind]] = [
        (deciding[gate.id], gate.id, MatterKind.PASS_GATE)
        for gate in policy.lifecycle.gates
        if gate.id in deciding
    ]
    elsewhere = NOT_ABOUT_A_PROJECT | ABOUT_SEVERAL | {MatterKind.PASS_GATE}
    return found + [
        (name, None, matter.kind)
        for name, matter in policy.matters.items()
        if matter.kind not in elsewhere
    ]


def _openable(
    loaded: Loaded, project: Project, act: Act, matter: str, gate: str | None, kind: MatterKind
) -> Openable:
    about = None if gate is not None else matter
    command = OpenReview(project=project.code, gate=gate, matter=about)
    refusal = refusal_of(lambda: opened(loaded, command, act)[0])
    # A gate that replaces the baseline decides the change that asks for it.
    needs = NEEDS.get(kind) if gate is None else "change"
    if needs is None or not isinstance(refusal, FieldMissing):
        return Openable(matter, gate, kind, None if gate else needs, refusal)
    return Openable(matter, gate, kind, needs, None)
