"""What can happen to a condition of a project, and what it looks like then.

Names and fields of events are for ever.
"""

import datetime
from collections.abc import Mapping
from typing import ClassVar, Literal

from domain.base import Code
from domain.event import Body, Event
from domain.pack import Condition
from domain.policy import Name
from domain.project_events import Sha256
from domain.taken_over_events import ConditionTakenOver


class ConditionImposed(Body):
    """A conditional approval obliges somebody. Its words are a private text of the pack.

    Attributes:
        condition: its name; unique in the project while it is open.
        owner: id of the person who has to meet it.
        due: last day on which it is met in time, whole, in the office's zone.
        evidence: kind of evidence that shows it was met.
        ruling: review that imposed it.
    """

    TOPIC: ClassVar[str] = "condition.imposed/1"
    condition: Name
    owner: str
    due: datetime.date
    evidence: Name | None = None
    ruling: str


class ConditionSatisfied(Body):
    """Somebody who may say so said that the open condition was met. The comment is private.

    Attributes:
        condition: its name.
        sha256: digest of the evidence that shows it, attached to the project.
    """

    TOPIC: ClassVar[str] = "condition.satisfied/1"
    condition: Name
    sha256: Sha256 | None = None


class ConditionWaived(Body):
    """A ruling let the open condition go; the reason is the request of its pack.

    Attributes:
        condition: its name.
        ruling: review that decided it.
    """

    TOPIC: ClassVar[str] = "condition.waived/1"
    condition: Name
    ruling: str


class ConditionPassedOn(Body):
    """A merge or a split gave the open condition to another project.

    Attributes:
        condition: its name.
        to: code of the project that takes it over.
        division: review that decided it.
    """

    TOPIC: ClassVar[str] = "condition.passed_on/1"
    condition: Name
    to: Code
    division: str


class ConditionInherited(Body):
    """A merge or a split obliges this project to what another one was obliged to.

    Attributes:
        condition, owner, due, evidence, ruling: as it was imposed; no ruling, where it was taken
            over. board: then of the last decision before that, as stated.
        source: code of the project it was open on.
        division: review that decided it.
    """

    TOPIC: ClassVar[str] = "condition.inherited/1"
    condition: Name
    owner: str
    due: datetime.date
    evidence: Name | None = None
    ruling: str | None = None
    board: Name | None = None
    source: Code
    division: str


class ConditionLifted(Body):
    """The ruling that imposed the open condition was undone, and the condition with it.

    Attributes:
        condition: its name.
        undone: review whose ruling was undone.
        ruling: review that decided to undo it.
    """

    TOPIC: ClassVar[str] = "condition.lifted/1"
    condition: Name
    undone: str
    ruling: str


class ConditionKept(Body):
    """The ruling that imposed the condition was undone after it was settled: it stays as history.

    Attributes:
        condition: its name.
        undone: review whose ruling was undone.
        ruling: review that decided to undo it.
    """

    TOPIC: ClassVar[str] = "condition.kept/1"
    condition: Name
    undone: str
    ruling: str


class Obligation(Condition):
    """A condition as a ruling imposed it or as it was taken over, and what became of it.

    Attributes:
        ruling: review that imposed it; absent where it was taken over.
        board: of one that was taken over, the board of the last decision, as stated.
        position: where in the log it was imposed.
    """

    ruling: str | None = None
    board: Name | None = None
    position: int
    status: Literal["open", "satisfied", "waived", "passed_on", "lifted"] = "open"


def evolve(
    conditions: Mapping[str, Obligation], event: Event, position: int
) -> Mapping[str, Obligation]:
    """Apply one event of a project's stream to its conditions, the newest of each name."""
    match event.data:
        case ConditionImposed() | ConditionInherited() as body:
            return {**conditions, body.condition: _imposed(body, position)}
        case ConditionTakenOver() as body:
            return {**conditions, body.condition: _taken_over(body, position)}
        case ConditionSatisfied(condition=name):
            return _settled(conditions, name, "satisfied")
        case ConditionWaived(condition=name):
            return _settled(conditions, name, "waived")
        case ConditionPassedOn(condition=name):
            return _settled(conditions, name, "passed_on")
        case ConditionLifted(condition=name):
            return _settled(conditions, name, "lifted")
    return conditions


def _imposed(body: ConditionImposed | ConditionInherited, position: int) -> Obligation:
    return Obligation(
        id=body.condition,
        owner=body.owner,
        due=body.due,
        evidence=body.evidence,
        ruling=body.ruling,
        board=body.board if isinstance(body, ConditionInherited) else None,
        position=position,
    )


def _taken_over(body: ConditionTakenOver, position: int) -> Obligation:
    return Obligation(
        id=body.condition, owner=body.owner, due=body.due, board=body.board, position=position
    )


def _settled(
    conditions: Mapping[str, Obligation], name: str, status: str
) -> Mapping[str, Obligation]:
    found = conditions.get(name)
    return conditions if found is None else {**conditions, name: found.changed(status=status)}
