"""What is brought forward, and what may still happen to it afterwards."""

import datetime
from typing import Any

import pytest

from domain.base import read_canonical
from domain.baseline_events import BaselineSet, ChangeRequested, Promise
from domain.catalogue import read_event
from domain.event import Draft, seal
from domain.lifecycle import Place, brought_forward
from domain.money import Money
from domain.policy import Lifecycle
from domain.project import Project, evolve
from domain.taken_over_events import BaselineTakenOver, ProjectTakenOver
from domain.undoing import restore_baseline
from domain.words import Standing
from tests.domain.golden import ACT

LIFECYCLE = Lifecycle.model_validate(
    {
        "initial": "idea",
        "phases": [
            {"id": "idea", "label": "Idea", "standing": "proposed"},
            {"id": "build", "label": "Build", "standing": "active"},
            {"id": "parked", "label": "Parked", "standing": "on_hold"},
            {"id": "done", "label": "Done", "standing": "closed"},
        ],
        "rests": {"on_hold": "parked", "closed": "done"},
    }
)


@pytest.mark.parametrize(
    ("phase", "standing", "place"),
    [
        ("idea", "proposed", ("idea", None)),
        ("build", "active", ("build", None)),
        ("done", "closed", ("done", None)),
        ("build", "closed", ("done", "build")),
        ("build", "on_hold", ("parked", "build")),
        ("idea", "deferred", ("idea", "idea")),
        ("build", "cancelled", ("build", "build")),
        ("idea", "active", None),
        ("idea", "on_hold", None),
        ("parked", "on_hold", None),  # it left a phase, and the book does not say which
        ("build", "deferred", None),
        ("build", "rejected", None),
        ("idea", "closed", None),
        ("build", "superseded", None),
    ],
)
def test_phase_and_standing_go_together_or_have_no_place(
    phase: str, standing: str, place: tuple[str, str | None] | None
) -> None:
    found = LIFECYCLE.phase(phase)
    assert found is not None
    expected = None
    if place is not None:
        expected = Place(phase=place[0], standing=Standing(standing), left=place[1])
    assert brought_forward(LIFECYCLE, found, Standing(standing)) == expected


def promise(cost: int) -> Promise:
    day = datetime.date(2026, 1, 1)
    return Promise(total=Money(amount=cost, currency="EUR"), start=day, finish=day)  # type: ignore[arg-type]


def told(*bodies: Any) -> Project:
    """Return a project after some events, each read back from its bytes."""
    project: Project | None = None
    for version, body in enumerate(bodies, start=1):
        content = seal(Draft(stream="project:P", data=body), ACT, version, 0).content
        project = evolve(project, read_event(content), version)
    assert project is not None
    return project


def test_undoing_the_first_change_promises_again_what_was_taken_over() -> None:
    taken = ProjectTakenOver(
        title="P", portfolio="A", phase="build", standing=Standing.ACTIVE, manager="m"
    )
    asked = ChangeRequested(change=1, baseline=1, promise=promise(2), moves=("cost",))
    changed = BaselineSet(number=2, promise=promise(2), change=1, ruling="review:P/change/1")
    first = BaselineTakenOver(number=1, promise=promise(1))
    project = told(taken, first, asked, changed)
    (draft,) = restore_baseline(project, "review:P/change/1", "review:P/error/1")
    content = seal(draft, ACT, 5, 0).content
    fields: Any = read_canonical(content)
    assert "change" not in fields["data"]
    project = told(taken, first, asked, changed, read_event(content).data)
    assert project.promises.current is not None
    assert project.promises.current.promise == promise(1)
    assert project.promises.changes[0].status == "approved"


def test_the_manager_stands_for_a_project_as_its_proposer_does() -> None:
    taken = ProjectTakenOver(
        title="P", portfolio="A", phase="build", standing=Standing.ON_HOLD, left="build",
        manager="m", sponsor="s",
    )  # fmt: skip
    project = told(taken)
    assert (project.proposer, project.left) == ("m", "build")
