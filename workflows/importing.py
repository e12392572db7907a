"""One row of a history as events: what is recorded when it is imported."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import ValidationError

from domain.base import Json
from domain.docket import Verdict
from domain.event import Body, Draft, stream_code
from domain.facts import FactValue, require_fit
from domain.policy import FactType, Phase
from domain.project import Project, project_stream
from domain.project_events import (
    FactRecorded,
    ProjectMoved,
    ProjectProposed,
    ProjectRested,
    ProjectResumed,
    ProjectRetitled,
    ProjectWithdrawn,
)
from domain.refusals import Malformed, Taken
from domain.review_events import ReportedRuling, ReviewRuled, review_stream
from domain.words import FactKind, Ground, Standing
from workflows.desk import Decision
from workflows.history_lives import Step
from workflows.history_words import Answered, PolicyWords, arrival
from workflows.loaded import Loaded

NAMING_PEOPLE = frozenset({"approvers", "authors", "delegate", "reviewers", "sponsor"})
"""Facts whose values are names: the event holds the ids of the people, the names stay private."""

ABOUT_NO_GATE = "reported"


class ReviewNumbers:
    """The number each review of a project got last, so that none has to be looked for twice."""

    def __init__(self) -> None:
        """Begin without knowing any."""
        self._last: dict[str, int] = {}

    def free(self, loaded: Loaded, subject: str, about: str) -> str:
        """Return the stream of the next review of a subject about a gate."""

        def is_taken(number: int) -> bool:
            return loaded.version(review_stream(subject, about, number)) > 0

        number = self._last.get(_series(review_stream(subject, about, 1)), 0) + 1
        if is_taken(number):
            number = _first_free(number, is_taken)
        return review_stream(subject, about, number)

    def used(self, stream: str) -> None:
        """Remember that a review is on record."""
        self._last[_series(stream)] = int(stream.rpartition("/")[2])


def names_in(step: Step) -> Iterator[str]:
    """Yield the names of everybody a row speaks of."""
    actor = step.row.column("actor")
    if actor:
        yield actor
    if step.delegate is not None:
        yield step.delegate
    for fact, text in step.facts:
        if fact in NAMING_PEOPLE:
            yield from _names(text)
            yield from _names(step.row.attrs.get("from", ""))


def recorded(
    loaded: Loaded,
    step: Step,
    words: PolicyWords,
    people: Mapping[str, str],
    portfolio: str,
    numbers: ReviewNumbers,
) -> Decision:
    """Return the events of one row.

    Args:
        loaded: the streams it is decided on.
        step: what the row does.
        words: the policy it is read by.
        people: id by name, of everybody the row speaks of.
        portfolio: where new projects go.
        numbers: how reviews are numbered.

    Raises:
        Taken: somebody proposed a project of this code in the meantime.
    """
    subject = project_stream(step.code)
    bodies: list[tuple[str, Body]] = []
    if step.begins is not None:
        if loaded.version(subject) > 0:
            raise Taken(f"project {step.code} exists already")
        bodies.append((subject, _proposed(step, step.begins[0], portfolio)))
    else:
        title = step.row.column("title")
        if title and title != loaded.project(step.code).title:
            bodies.append((subject, ProjectRetitled(title=title)))
    if step.answered is not None:
        stream = numbers.free(loaded, subject, step.answered.gate or ABOUT_NO_GATE)
        bodies.append((stream, _ruled(step, step.answered, words, people)))
        if step.phase is not None:
            bodies.append((subject, _caused(_project(loaded, step), step.phase, stream)))
    if step.removes:
        bodies.append((subject, _withdrawn(_project(loaded, step), words)))
    bodies += [(subject, _fact(name, text, words, people)) for name, text in step.facts]
    return Decision(_drafts(step, bodies, people), {"project": step.code})


def _project(loaded: Loaded, step: Step) -> Project:
    """Return the project as it is when the row changes its phase."""
    if step.begins is None:
        return loaded.project(step.code)
    phase = step.begins[0]
    return Project(
        code=step.code,
        title=step.code,
        portfolio="",
        phase=phase.id,
        standing=phase.standing,
        proposer="",
    )


def _proposed(step: Step, phase: Phase, portfolio: str) -> ProjectProposed:
    return ProjectProposed(
        title=step.row.column("title") or step.code,
        portfolio=portfolio,
        phase=phase.id,
        standing=phase.standing,
    )


def _ruled(
    step: Step, answered: Answered, words: PolicyWords, people: Mapping[str, str]
) -> ReviewRuled:
    return ReviewRuled(
        subjects=(project_stream(step.code),),
        policy=words.digest,
        verdict=Verdict(outcome=answered.outcome, option=answered.option, ground=Ground.REPORTED),
        reported=ReportedRuling(
            matter=answered.matter,
            gate=answered.gate,
            decided_by=None if step.delegate is None else people[step.delegate],
        ),
    )


def _caused(project: Project, phase: Phase, ruling: str) -> Body:
    how, place = arrival(project.place, phase)
    where: dict[str, Any] = {
        "phase": place.phase,
        "standing": place.standing,
        "from_phase": project.phase,
        "from_standing": project.standing,
        "ruling": ruling,
    }
    if how == "rests":
        return ProjectRested(left=place.left or project.phase, **where)
    return ProjectResumed(**where) if how == "resumes" else ProjectMoved(**where)


def _withdrawn(project: Project, words: PolicyWords) -> ProjectWithdrawn:
    return ProjectWithdrawn(
        phase=words.policy.lifecycle.rests.get(Standing.WITHDRAWN, project.phase),
        standing=Standing.WITHDRAWN,
        from_phase=project.phase,
        from_standing=project.standing,
        left=project.left or project.phase,
    )


def _fact(name: str, text: str, words: PolicyWords, people: Mapping[str, str]) -> FactRecorded:
    said = _by_id(text, people) if name in NAMING_PEOPLE else text
    return FactRecorded(fact=name, value=_value(name, words.policy.facts.get(name), said))


def _value(name: str, kind: FactType | None, text: str) -> FactValue:
    """Return a value of the type the policy asks for; as text where it is none.

    History is not refused for the form it was kept in. An empty text says that a fact was cleared.
    """
    told = FactValue(text=text)
    if kind is None or not text:
        return told
    try:
        match kind.type:
            case FactKind.NUMBER:
                value = FactValue(number=Decimal(text))
            case FactKind.DATE:
                value = FactValue(date=date.fromisoformat(text))
            case FactKind.FLAG if text in {"true", "false"}:
                value = FactValue(flag=text == "true")
            case _:
                value = told
        require_fit(name, kind, value)
    except (ValueError, InvalidOperation, ValidationError, Malformed):
        return told
    return value


def _drafts(
    step: Step, bodies: list[tuple[str, Body]], people: Mapping[str, str]
) -> tuple[Draft, ...]:
    actor = step.row.column("actor")
    private: dict[str, Json] = {}
    if step.row.column("pr"):
        private["pr"] = step.row.column("pr")
    if "from" in step.row.attrs:
        before = step.row.attrs["from"]
        about_people = any(fact in NAMING_PEOPLE for fact, _ in step.facts)
        private["from"] = _by_id(before, people) if about_people else before
    return tuple(
        Draft(
            stream=stream,
            data=body,
            by=people.get(actor),
            effective_at=_effective(step, body),
            source_ref=step.row.column("source_ref") or None,
            private=private if place == 0 else {},
        )
        for place, (stream, body) in enumerate(bodies)
    )


def _effective(step: Step, body: Body) -> datetime:
    if step.begins is not None and isinstance(body, ProjectProposed):
        return step.begins[1]
    return step.row.moment


def _names(text: str) -> list[str]:
    return [name for name in re.split(r"\s*[,;]\s*", text.strip()) if name]


def _by_id(text: str, people: Mapping[str, str]) -> str:
    return ", ".join(people[name] for name in _names(text))


def _series(stream: str) -> str:
    return stream_code(stream).rpartition("/")[0]


def _first_free(taken: int, is_taken: Callable[[int], bool]) -> int:
    """Return the first number that is free, of those that are taken up to some number."""
    step = 1
    while is_taken(taken + step):
        taken += step
        step *= 2
    free = taken + step
    while free - taken > 1:
        middle = (taken + free) // 2
        if is_taken(middle):
            taken = middle
        else:
            free = middle
    return free
