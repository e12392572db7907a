"""What was ruled before about the subjects of a review: in reviews of their own, and in rounds."""

from collections.abc import Iterable, Iterator

from domain.event import stream_kind
from domain.pack import EarlierRuling
from domain.policy import Policy
from domain.portfolio import portfolio_stream
from domain.project import Project
from domain.review import Review
from domain.review_events import review_stream
from workflows.loaded import Loaded
from workflows.rounds import IN_ROUNDS


def earlier(loaded: Loaded, review: Review, policy: Policy) -> tuple[EarlierRuling, ...]:
    """Return the earlier rulings about a review's subjects, one per review, oldest first."""
    about = [gate.id for gate in policy.lifecycle.gates] + list(policy.matters)
    rounds = [name for name, matter in policy.matters.items() if matter.kind in IN_ROUNDS]
    found: list[EarlierRuling] = []
    for subject in review.subjects:
        found += _ruled(loaded, subject, subject, about)
        if stream_kind(subject) == "project":
            project: Project = loaded.state(subject)
            for home in project.homes:
                found += _ruled(loaded, portfolio_stream(home), subject, rounds)
    return tuple(sorted(found, key=lambda ruling: ruling.position))


def _ruled(
    loaded: Loaded, kept_under: str, subject: str, about: Iterable[str]
) -> Iterator[EarlierRuling]:
    """Yield the rulings about a subject in the reviews kept under one stream."""
    for name in about:
        number = 1
        while loaded.version(review_stream(kept_under, name, number)) > 0:
            state: Review | None = loaded.state(review_stream(kept_under, name, number))
            ruled = None if state is None else state.as_earlier(subject)
            if state is not None and ruled is not None and subject in state.subjects:
                yield ruled
            number += 1
