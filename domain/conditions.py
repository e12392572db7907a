"""Conditions of an approval: imposed by a ruling, satisfied by an act, waived by another ruling.

A condition that is due stays open until it is satisfied or waived: being overdue is no event, it is
seen by comparing the last day with the moment asked about.
"""

import datetime
from typing import Annotated

from pydantic import Field

from domain.base import Json, Text, Value
from domain.condition_events import (
    ConditionImposed,
    ConditionSatisfied,
    ConditionWaived,
    Obligation,
)
from domain.event import Draft
from domain.pack import Condition, PackOption
from domain.policy import Matter, Name, Policy
from domain.project import Project, project_stream
from domain.project_events import Sha256
from domain.refusals import (
    FieldMissing,
    Malformed,
    NotKnown,
    NotNow,
    NotPermitted,
    Taken,
    UnknownFact,
)

OBLIGE = "oblige"
"""Name of the effect that imposes the conditions of the option taken."""


class SatisfyCondition(Value):
    """Say that an open condition is met.

    Attributes:
        sha256: digest of the evidence that shows it, already attached to the project.
        comment: kept as a private field.
    """

    sha256: Sha256 | None = None
    comment: Annotated[Text, Field(min_length=1, max_length=8000)] | None = None


def impose(
    project: Project,
    option: PackOption,
    ruling: str,
    effective_at: datetime.datetime | None = None,
) -> tuple[Draft, ...]:
    """Impose the conditions of the option taken on a project.

    Raises:
        FieldMissing: the option says none.
        Taken: a condition of that name is open already.
    """
    if not option.conditions:
        raise FieldMissing(
            f"option {option.id} says no conditions to impose on project {project.code}",
            fix="Present the pack with the conditions of this option.",
        )
    require_fresh(project, option.conditions)
    return tuple(
        Draft(
            stream=project_stream(project.code),
            data=ConditionImposed(
                condition=condition.id,
                owner=condition.owner,
                due=condition.due,
                evidence=condition.evidence,
                ruling=ruling,
            ),
            effective_at=effective_at,
        )
        for condition in option.conditions
    )


def satisfy(
    project: Project, condition: str, command: SatisfyCondition, person: str, board: frozenset[str]
) -> tuple[Draft, ...]:
    """Record that a condition is met.

    Args:
        project: the project it was imposed on.
        condition: its name.
        command: the evidence that shows it, and a comment.
        person: who says so.
        board: the members of the board that imposed it, today.

    Raises:
        NotKnown, NotNow: there is no such condition, or it is settled already.
        NotPermitted: neither its owner nor a member of the board that imposed it.
        FieldMissing: the evidence it asks for is not named, or not attached.
    """
    obligation = require_open(project, condition)
    if person != obligation.owner and person not in board:
        raise NotPermitted(
            f"only its owner or the board that imposed it says that condition {condition} is met",
            fix="Let the owner or a member of the board do this.",
        )
    _require_evidence(project, obligation, command.sha256)
    private: dict[str, Json] = {} if command.comment is None else {"comment": command.comment}
    body = ConditionSatisfied(condition=condition, sha256=command.sha256)
    return (Draft(stream=project_stream(project.code), data=body, private=private),)


def waive(
    project: Project,
    condition: str | None,
    ruling: str,
    effective_at: datetime.datetime | None = None,
) -> tuple[Draft, ...]:
    """Let a condition go.

    Raises:
        FieldMissing: the review names none.
        NotKnown, NotNow: there is no such condition, or it is settled already.
    """
    open_condition = require_named(project, condition)
    body = ConditionWaived(condition=open_condition, ruling=ruling)
    stream = project_stream(project.code)
    return (Draft(stream=stream, data=body, effective_at=effective_at),)


def require_named(project: Project, condition: str | None) -> str:
    """Return the name of an open condition that is to be waived.

    Raises:
        FieldMissing: none is named.
        NotKnown, NotNow: there is no such condition, or it is settled already.
    """
    if condition is None:
        raise FieldMissing(
            f"say which condition of project {project.code} to waive", fix="Name the condition."
        )
    return require_open(project, condition).id


def require_open(project: Project, condition: str) -> Obligation:
    """Return a condition that is open.

    Raises:
        NotKnown: no such condition was imposed.
        NotNow: it is satisfied or waived.
    """
    found = project.conditions.get(condition)
    if found is None:
        names = ", ".join(sorted(project.conditions)) or "none"
        raise NotKnown(f"project {project.code} has no condition {condition}; it has {names}")
    if found.status != "open":
        raise NotNow(
            f"condition {condition} of project {project.code} is {found.status} already",
            fix="Nothing is left to do; withdraw a review that was to waive it.",
        )
    return found


def require_fresh(project: Project, conditions: tuple[Condition, ...]) -> None:
    """Refuse conditions that bear the name of an open one.

    Raises:
        Taken: one does.
    """
    for condition in conditions:
        held = project.conditions.get(condition.id)
        if held is not None and held.status == "open":
            since = held.ruling or "it was taken over"
            raise Taken(
                f"condition {condition.id} of project {project.code} is open since {since}",
                fix="Give the new condition another name, or settle the open one first.",
            )


def require_imposable(
    matter: Matter,
    options: tuple[PackOption, ...],
    projects: tuple[Project, ...],
    policy: Policy,
    today: datetime.date,
) -> None:
    """Refuse to put conditions before a review that its ruling could not impose as they stand.

    Raises:
        FieldMissing: an option that obliges says no conditions.
        Malformed: a condition is given twice, could not be met in time, or would not be imposed.
        UnknownFact: the policy has no such kind of evidence.
        Taken: a condition of that name is open on a subject.
    """
    for option in options:
        rule = matter.option(option.id)
        obliges = rule is not None and any(effect.do == OBLIGE for effect in rule.effects)
        if obliges and not option.conditions:
            raise FieldMissing(f"option {option.id} imposes conditions and says none")
        required = rule is not None and "conditions" in rule.requires
        if option.conditions and not obliges and not required:
            raise Malformed(
                f"option {option.id} has conditions, and the policy does not impose them",
                fix="Leave them out, or adopt a policy in which this option has {do: oblige}.",
            )
        ids = [condition.id for condition in option.conditions]
        if len(set(ids)) != len(ids):
            raise Malformed(f"option {option.id} gives one condition twice")
        for condition in option.conditions:
            _require_sound(condition, policy, today)
        for project in projects:
            require_fresh(project, option.conditions)


def condition_texts(
    words: dict[Name, str] | None, options: tuple[PackOption, ...]
) -> tuple[tuple[str, str], ...]:
    """Return the words of conditions under the names of their private texts.

    Raises:
        UnknownFact: words are given for a condition that no option has.
    """
    given = words or {}
    unknown = set(given) - {one.id for option in options for one in option.conditions}
    if unknown:
        raise UnknownFact(
            f"no option has a condition {', '.join(sorted(unknown))}",
            fix="Give words only for conditions of the options put.",
        )
    return tuple((text_name(condition), text) for condition, text in sorted(given.items()))


def text_name(condition: str) -> str:
    """Return the name of the private text of a pack that holds a condition's words."""
    return f"condition:{condition}"


def _require_sound(condition: Condition, policy: Policy, today: datetime.date) -> None:
    if condition.due < today:
        raise Malformed(
            f"condition {condition.id} is due on {condition.due}, which has passed",
            fix=f"Give {today} or a later day.",
        )
    if condition.evidence is not None and condition.evidence not in policy.evidence:
        known = ", ".join(sorted(policy.evidence)) or "none"
        raise UnknownFact(
            f"policy {policy.policy} has no evidence {condition.evidence}; it has {known}"
        )


def _require_evidence(project: Project, obligation: Obligation, sha256: str | None) -> None:
    wanted = obligation.evidence
    if sha256 is None:
        if wanted is not None:
            raise FieldMissing(
                f"condition {obligation.id} is met by evidence {wanted}, and none is named",
                fix="Attach it to the project, and name its SHA-256.",
            )
        return
    kinds = {one.evidence for one in project.evidence if one.sha256 == sha256}
    if not kinds or (wanted is not None and wanted not in kinds):
        raise FieldMissing(
            f"no {wanted or 'evidence'} with SHA-256 {sha256} is attached to {project.code}",
            fix="Attach it to the project first.",
        )
