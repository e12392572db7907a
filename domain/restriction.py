"""Who may see a project: everybody, or the boards, roles and people it is restricted to.

A restriction is about looking and says nothing of who decides. Today's restriction governs every
view, of the past as well: what is hidden today is hidden at every moment.
"""

from collections.abc import Iterable
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from domain.base import Code, Value
from domain.event import Body, Draft, Event
from domain.policy import Name, Policy
from domain.refusals import NotNow, NotPermitted, UnknownFact

DoorRole = Literal["administrator", "auditor", "member", "office", "reader"]
"""A role that opens doors; the door knows the same ones."""

NAMED_MAX = 200
"""How many boards, roles or people one restriction names at most, each."""


class Restriction(Value):
    """Who sees a project besides those who always do; at least one of the three is named.

    Attributes:
        boards: boards of the policy; whoever holds a seat on one of them that day sees it.
        roles: whoever comes through the door with one of these roles sees it.
        people: ids of people.
    """

    boards: tuple[Name, ...] = Field(default=(), max_length=NAMED_MAX)
    roles: tuple[DoorRole, ...] = Field(default=(), max_length=NAMED_MAX)
    people: tuple[Code, ...] = Field(default=(), max_length=NAMED_MAX)

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if not (self.boards or self.roles or self.people):
            raise ValueError("a restriction names at least one board, role or person")
        return self


class ProjectRestricted(Body):
    """From now on only those named see the project, and those who always do.

    Attributes:
        boards, roles, people: see `Restriction`; each sorted.
    """

    TOPIC: ClassVar[str] = "project.restricted/1"
    boards: tuple[Name, ...]
    roles: tuple[DoorRole, ...]
    people: tuple[Code, ...]


class ProjectOpened(Body):
    """From now on everybody who comes through the door sees the project."""

    TOPIC: ClassVar[str] = "project.opened/1"


def restricted(stream: str, restriction: Restriction) -> Draft:
    """Return what records that a project is restricted; it replaces what was said before."""
    body = ProjectRestricted(**dict(sorted_restriction(restriction)))
    return Draft(stream=stream, data=body)


def sorted_restriction(restriction: Restriction) -> Restriction:
    """Return a restriction with each of its names once, sorted."""
    return Restriction(
        boards=tuple(sorted({*restriction.boards})),
        roles=tuple(sorted({*restriction.roles})),
        people=tuple(sorted({*restriction.people})),
    )


def opened(stream: str, restriction: Restriction | None) -> Draft:
    """Return what records that a restriction is lifted.

    Raises:
        NotNow: the project is not restricted.
    """
    if restriction is None:
        raise NotNow(
            "this project is not restricted", fix="Nothing is to be done: everybody sees it."
        )
    return Draft(stream=stream, data=ProjectOpened())


def require_keeper(code: str, person: str, proposer: str, deciders: Iterable[str]) -> None:
    """Refuse whoever may not say who sees a project.

    Args:
        code: of the project.
        person: id of whoever acts.
        proposer: id of the person who proposed it.
        deciders: ids of those who hold a seat, that day, on a board that decides about it.

    Raises:
        NotPermitted: the person neither proposed it nor decides about it.
    """
    if person != proposer and person not in deciders:
        raise NotPermitted(
            f"who sees project {code} is said by its proposer, or from a board that decides on it",
            fix="Ask the proposer, or a member of a board that decides.",
        )


def deciding_boards(policy: Policy) -> tuple[str, ...]:
    """Return the boards that decide a matter of a policy, sorted."""
    named = (decider.board for matter in policy.matters.values() for decider in matter.decided_by)
    return tuple(sorted({*named}))


def require_boards(policy: Policy, restriction: Restriction) -> None:
    """Refuse boards the policy does not have.

    Raises:
        UnknownFact: and which it has.
    """
    for board in restriction.boards:
        if board not in policy.boards:
            known = ", ".join(sorted(policy.boards))
            raise UnknownFact(f"policy {policy.policy} has no board {board}; it has {known}")


def evolve(restriction: Restriction | None, event: Event) -> Restriction | None:
    """Apply one event of a project's stream."""
    match event.data:
        case ProjectRestricted() as body:
            return Restriction(boards=body.boards, roles=body.roles, people=body.people)
        case ProjectOpened():
            return None
    return restriction
