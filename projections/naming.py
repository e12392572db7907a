"""Which other projects an event names besides the one it happened to: by code, or by a review.

Whoever may not see a project is not shown the events that name it, on whatever stream they stand.
"""

from collections.abc import Iterator
from typing import Any

from domain.event import stream_code, stream_kind
from projections.occurrence import Occurrence

NAMING: dict[str, tuple[str, ...]] = {
    "number.given/1": ("project",),
    "funds.allocated/1": ("project",),
    "funds.released/1": ("project",),
    "funds.taken_over/1": ("project",),
    "funds.divided/1": ("sources.project", "parts.project"),
    "projects.prioritised/1": ("order", "before"),
    "project.superseded/1": ("superseded_by",),
    "project.divided/1": ("parts",),
    "project.succeeded/1": ("sources",),
    "baseline.divided/1": ("sources",),
    "condition.passed_on/1": ("to",),
    "condition.inherited/1": ("source",),
    "review.opened/1": ("proposal.into",),
}
"""Topic to the fields that hold codes of projects; a dot leads into a field."""

REVIEWS = ("ruling", "undone", "division", "proposal.undo", "subjects")
"""Fields of any event that hold the stream of a review."""


_NAMING = {
    topic: tuple(tuple(path.split(".")) for path in paths) for topic, paths in NAMING.items()
}
_REVIEWS = tuple(tuple(path.split(".")) for path in REVIEWS)


def projects_in(happened: Occurrence) -> frozenset[str]:
    """Return the streams of the projects an event names in its data, its own subjects aside."""
    data = happened.data
    found = {
        f"project:{code}"
        for path in _NAMING.get(happened.topic, ())
        for code in _values(data, path)
    }
    for path in _REVIEWS:
        if path[0] in data:
            for stream in _values(data, path):
                if stream_kind(stream) == "review":
                    found.add(f"project:{subject_of_review(stream)}")
    return frozenset(found - {happened.stream}) if found else _NONE


def subject_of_review(stream: str) -> str:
    """Return the code a review bears: of its project, or ``portfolio.CODE`` and the like."""
    return stream_code(stream).partition("/")[0]


_NONE: frozenset[str] = frozenset()


def _values(data: Any, path: tuple[str, ...]) -> Iterator[str]:
    """Yield the texts at a path; lists on the way are gone through."""
    if isinstance(data, list):
        for one in data:
            yield from _values(one, path)
    elif not path:
        yield data
    elif isinstance(data, dict) and path[0] in data:
        yield from _values(data[path[0]], path[1:])
