"""Every field of every event that holds a code is either said to name a project, or does not."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from domain.base import Code, Value
from domain.catalogue import BODIES, EVENTS
from projections.naming import NAMING, projects_in
from projections.occurrence import Occurrence

GOLDEN = Path(__file__).parents[1] / "golden" / "events"
OF_SOMETHING_ELSE = {
    "portfolio.chartered/1 policy",
    "project.proposed/1 portfolio",
    "project.taken_over/1 portfolio",
    "project.transferred/1 portfolio",
    "project.transferred/1 from_portfolio",
    "project.restricted/1 people",
    "review.opened/1 proposal.portfolio",
    "hold.placed/1 reference",
    "retention.scheduled/1 classes.name",
    "disposal.proposed/1 records.under",
    "record.disposed/1 under",
    "office.constituted/1 policy",
    "office.founded/1 origin",
}
"""Fields whose codes are of portfolios, policies, people, cases, classes and the log."""


def coded(model: type[Value], path: tuple[str, ...] = ()) -> Iterator[str]:
    """The fields of an event that hold codes, at any depth."""
    for name, field in model.model_fields.items():
        found = [field.annotation]
        is_code = field.metadata == list(Code.__metadata__)  # type: ignore[attr-defined]
        while found:
            one: Any = found.pop()
            if one is Code or one == Code:
                is_code = True
            elif isinstance(one, type) and issubclass(one, Value):
                yield from coded(one, (*path, name))
            else:
                found += get_args(one)
        if is_code:
            yield ".".join((*path, name))


def happened(topic: str, data: dict[str, Any], stream: str = "portfolio:P") -> Occurrence:
    at = "2026-01-01T00:00:00.000000Z"
    return Occurrence(1, topic, stream, 1, at, at, "a", "a", None, "live", None, data, b"")


def test_every_code_in_an_event_is_known_to_be_of_a_project_or_of_something_else() -> None:
    every = {f"{body.TOPIC} {path}" for body in BODIES for path in coded(body)}
    naming = {f"{topic} {path}" for topic, paths in NAMING.items() for path in paths}
    assert every == naming | OF_SOMETHING_ELSE
    assert set(NAMING) <= set(EVENTS)


@pytest.mark.parametrize("topic", sorted(NAMING))
def test_what_the_example_of_an_event_names_is_found(topic: str) -> None:
    name = topic.replace("/", ".")
    event = json.loads((GOLDEN / f"{name}.json").read_bytes())
    found = projects_in(happened(topic, event["data"]))
    assert found or topic == "review.opened/1"


def test_an_order_names_its_projects_and_those_of_the_one_before() -> None:
    data = {"order": ["A", "B"], "before": ["C"], "ruling": "review:portfolio.P/rank/1"}
    expected = {"project:A", "project:B", "project:C", "project:portfolio.P"}
    assert projects_in(happened("projects.prioritised/1", data)) == expected


def test_a_ruling_names_the_project_its_review_bears_and_not_the_one_it_happened_to() -> None:
    data = {"phase": "p", "standing": "active", "ruling": "review:A/merge/1"}
    assert projects_in(happened("project.moved/1", data, "project:B")) == {"project:A"}
    assert projects_in(happened("project.moved/1", data, "project:A")) == frozenset()


def test_a_hold_on_a_review_names_the_project_the_review_bears() -> None:
    data = {"hold": 1, "subjects": ["review:A/merge/1"], "reference": "Case 1"}
    stream = "hold:review:A/merge/1"
    assert projects_in(happened("hold.placed/1", data, stream)) == {"project:A"}


def test_an_undoing_names_the_project_of_what_it_undoes() -> None:
    data = {"subjects": ["project:B"], "proposal": {"undo": "review:A/g1/1", "into": "C"}}
    expected = {"project:A", "project:C"}
    assert projects_in(happened("review.opened/1", data, "review:B/error/1")) == expected
