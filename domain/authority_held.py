"""Authority as a board's events leave it: delegations, covers for absences, and grants.

Every day is a calendar day in the office's zone, and a last day is included whole.
"""

import datetime
from typing import NamedTuple

from domain.base import Value
from domain.money import Money
from domain.stand_in_events import Limits


class Delegation(Value):
    """A standing transfer of a seat's vote; see `AuthorityDelegated`."""

    number: int
    seat: str
    holder: str
    person: str
    limits: Limits = Limits()
    from_: datetime.date
    until: datetime.date | None = None
    onward: bool = False
    of: int | None = None
    revoked: bool = False

    def holds_on(self, day: datetime.date) -> bool:
        """Return whether it holds on a day, as far as it alone says."""
        return not self.revoked and within(day, self.from_, self.until)


class Deputy(Value):
    """A cover for an absence; see `DeputyNamed`."""

    number: int
    seat: str
    holder: str
    person: str
    from_: datetime.date
    until: datetime.date
    recalled: bool = False

    def holds_on(self, day: datetime.date) -> bool:
        """Return whether it holds on a day."""
        return not self.recalled and within(day, self.from_, self.until)


class Grant(Value):
    """Authority of a sole decider up to an amount; see `AuthorityGranted`."""

    number: int
    seat: str
    person: str
    matters: tuple[str, ...]
    up_to: Money
    from_: datetime.date
    until: datetime.date | None = None


class About(NamedTuple):
    """What authority is asked for.

    Attributes:
        matter: its name in the policy.
        amount: money asked for, if any.
        portfolios: codes of the portfolios of the subjects; empty where a subject has none.
    """

    matter: str
    amount: Money | None = None
    portfolios: tuple[str, ...] = ()


def within(day: datetime.date, first: datetime.date, last: datetime.date | None) -> bool:
    """Return whether a day lies between two days, both included; open without a last."""
    return first <= day and (last is None or day <= last)


def beyond(limits: Limits, about: About) -> str | None:
    """Return in what way something is beyond limits, nothing where it is within them."""
    if limits.matters and about.matter not in limits.matters:
        return f"it covers {', '.join(limits.matters)}, not {about.matter}"
    if limits.portfolios and (
        not about.portfolios or not set(about.portfolios) <= set(limits.portfolios)
    ):
        return f"it covers portfolio {', '.join(limits.portfolios)} only"
    if limits.up_to is None:
        return None
    reach = f"it reaches up to {limits.up_to.amount} {limits.up_to.currency}"
    if about.amount is None:
        return f"{reach}, and no amount is stated"
    if about.amount.currency != limits.up_to.currency or about.amount.amount > limits.up_to.amount:
        return f"{reach}, not {about.amount.amount} {about.amount.currency}"
    return None


def wider(limits: Limits, than: Limits) -> str | None:
    """Return in what way limits let more through than others, nothing where they do not."""
    for name in ("matters", "portfolios"):
        ours, theirs = set(getattr(limits, name)), set(getattr(than, name))
        if theirs and (not ours or not ours <= theirs):
            return f"its {name} are {', '.join(sorted(theirs))}"
    if than.up_to is None:
        return None
    least = limits.up_to
    if least is None or least.currency != than.up_to.currency or least.amount > than.up_to.amount:
        return f"it reaches up to {than.up_to.amount} {than.up_to.currency}"
    return None
