"""Which files are attached to a subject. Their names and addresses are private, and not here."""

from typing import NamedTuple

from projections.as_of import AsOf
from projections.occurrence import Occurrence
from projections.reading import Answer, Page, Version, Views
from projections.view import State, View, never, own_stream


class Attachment(NamedTuple):
    """One file.

    Attributes:
        evidence: kind of evidence in the policy's vocabulary.
        sha256: digest of its bytes. size: their number.
        held: ``here`` or ``elsewhere``.
        dated: the moment its age is counted from, canonical text.
        checked_by: id of who compared a file held elsewhere with its digest.
        by: id of who attached it. at: when.
        position: where it was attached.
    """

    evidence: str
    sha256: str
    size: int
    media_type: str
    held: str
    dated: str
    checked_by: str | None
    by: str
    at: str
    position: int


def evidence(
    views: Views, subject: str, asked: AsOf | None = None
) -> Answer[tuple[Attachment, ...]]:
    """Return the files attached to a subject, in the order in which they were.

    Raises:
        ViewStopped: the view met an event it cannot fold.
    """
    with views.at(asked, EVIDENCE) as reading:
        return reading.answer(tuple(map(_attachment, reading.versions(EVIDENCE, subject))))


def holders(views: Views, sha256: str) -> frozenset[str]:
    """Return the subjects a file was ever attached to, by its digest.

    Raises:
        ViewStopped: the view met an event it cannot fold.
    """
    with views.at(None, EVIDENCE) as reading:
        found = reading.ordered(EVIDENCE, Page(limit=None), sha256)
        return frozenset(version.key for version in found)


def _attachment(version: Version) -> Attachment:
    return Attachment(**version.state, position=version.position)


def _fold(_subject: str, _last: State | None, happened: Occurrence) -> State:
    data = happened.data
    return {
        "evidence": data["evidence"],
        "sha256": data["sha256"],
        "size": data["size"],
        "media_type": data["media_type"],
        "held": data["held"],
        "dated": data["dated"],
        "checked_by": data.get("checked_by"),
        "by": happened.by,
        "at": happened.at,
    }


def _links(state: State) -> tuple[str, ...]:
    return (state["sha256"],)


def _about(subject: str, _state: State) -> tuple[str, ...]:
    return (subject,)


EVIDENCE = View(
    name="evidence",
    schema=2,
    topics=frozenset({"evidence.attached/1"}),
    keys=own_stream,
    fold=_fold,
    remembers=never,
    links=_links,
    about=_about,
)
