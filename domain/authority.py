"""Who may decide what: the policy names the board by matter and amount; seats name the people."""

from collections.abc import Mapping

from domain.docket import PanelSeat
from domain.money import Money
from domain.policy import Matter, Policy
from domain.refusals import Malformed, NotPermitted, UnknownFact


def matter_for_gate(policy: Policy, gate: str) -> str:
    """Return the name of the matter that decides on a gate.

    Raises:
        UnknownFact: the policy has no such gate, or no matter covers it.
    """
    if policy.lifecycle.gate(gate) is None:
        gates = ", ".join(g.id for g in policy.lifecycle.gates)
        raise UnknownFact(f"policy {policy.policy} has no gate {gate}; it has {gates}")
    for name, matter in policy.matters.items():
        if matter.kind == "pass_gate" and (gate in matter.gates or not matter.gates):
            return name
    raise UnknownFact(f"policy {policy.policy} says for no board that it decides on gate {gate}")


def matter_named(policy: Policy, name: str) -> Matter:
    """Return a matter by name.

    Raises:
        UnknownFact: the policy has no such matter.
    """
    matter = policy.matters.get(name)
    if matter is None:
        known = ", ".join(sorted(policy.matters))
        raise UnknownFact(f"policy {policy.policy} has no matter {name}; it has {known}")
    return matter


def matter_of_kind(policy: Policy, kind: str) -> str | None:
    """Return the name of the first matter of a kind, in the order of names."""
    return next((n for n in sorted(policy.matters) if policy.matters[n].kind == kind), None)


NO_GRANTS: Mapping[str, Money] = {}


def board_for(
    matter: Matter, amount: Money | None, granted: Mapping[str, Money] = NO_GRANTS
) -> str:
    """Return the board that decides a matter up to an amount.

    Args:
        matter: the matter.
        amount: money asked for, if any.
        granted: board of a sole decider to the amount granted for this matter.

    Raises:
        NotPermitted: the amount is above what any board may decide.
        Malformed: the amount is in another currency than the limit.
        UnknownFact: the limit asks for an amount and none was given.
    """
    for decider in matter.decided_by:
        if decider.granted and decider.board not in granted:
            continue
        if decider.up_to is None:
            return decider.board
        if amount is None:
            raise Malformed(
                "who decides depends on the amount, and none was given",
                fix="State the amount asked for.",
            )
        if decider.granted and exceeds(amount, granted[decider.board]):
            continue
        if not exceeds(amount, decider.up_to):
            return decider.board
    limit = matter.decided_by[-1].up_to
    assert limit is not None, "who decides any amount was found above"
    if amount is None:
        raise NotPermitted(
            "nobody was granted authority to decide this", fix="Have it granted by the board."
        )
    raise NotPermitted(
        f"{amount.amount} {amount.currency} is above {limit.amount}, the most any board may decide",
        fix="Ask for less, or adopt a policy under which a board may decide it.",
    )


def exceeds(amount: Money, limit: Money) -> bool:
    """Return whether an amount is above a limit; exactly at it, it is not.

    Raises:
        Malformed: they are in two currencies.
    """
    if amount.currency != limit.currency:
        raise Malformed(f"the limit is in {limit.currency}, the amount in {amount.currency}")
    return amount.amount > limit.amount


def filled(panel: tuple[PanelSeat, ...]) -> tuple[str, ...]:
    """Return the seats somebody holds."""
    return tuple(seat.seat for seat in panel if seat.person is not None)
