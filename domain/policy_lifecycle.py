"""The lifecycle of a policy: phases in order, the gates between them, and where a project rests."""

from pydantic import Field

from domain.base import Value
from domain.policy_terms import Flag, Label, Name
from domain.words import Standing


class Phase(Value):
    """One phase; a resting place is a phase whose standing says that the project rests.

    Attributes:
        historical: known from the past only, so nothing need lead to it any more.
    """

    id: Name
    label: Label
    standing: Standing
    historical: Flag = False


class Gate(Value):
    """What stands between two phases.

    Attributes:
        from_: phases from which the gate may be passed; written ``from``.
        to: the phase behind it.
    """

    id: Name
    label: Label | None = None
    from_: tuple[Name, ...] = Field(alias="from", min_length=1)
    to: Name


class Lifecycle(Value):
    """Phases in order, the gates between them, and where a project rests.

    Attributes:
        initial: phase of a new proposal.
        rests: standing to the resting phase shown for it; without one the phase is kept.
    """

    initial: Name
    phases: tuple[Phase, ...] = Field(min_length=1, max_length=100)
    gates: tuple[Gate, ...] = Field(default=(), max_length=200)
    rests: dict[Standing, Name] = Field(default_factory=dict)

    def phase(self, name: str) -> Phase | None:
        """Return a phase by name."""
        return next((p for p in self.phases if p.id == name), None)

    def gate(self, name: str) -> Gate | None:
        """Return a gate by name."""
        return next((g for g in self.gates if g.id == name), None)
