"""Two ids, one human being: state as it reads once doubles on record were joined.

What is on record keeps its ids. What is decided from it sees, in place of an id that is used no
more, the one that stands for it; and a human being counts once, however many ids they had.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from domain.board import Board, MemberAppointed, overlap
from domain.docket import PanelSeat
from domain.project import Project
from domain.refusals import Taken
from domain.review import CastBallot, Review

Joined = Mapping[str, str]
"""Id of a person no longer used to the id that stands for it."""


def seated_once(panel: Iterable[PanelSeat], joined: Joined) -> tuple[PanelSeat, ...]:
    """Return a panel with the ids that stand for its people, each human being counting once.

    Of two seats held under two ids of one human being the later is vacant. Two seats given to one
    id were given knowingly, and stay.
    """
    seated: list[PanelSeat] = []
    first: dict[str, str] = {}
    for place in panel:
        if place.person is None:
            seated.append(place)
            continue
        human = joined.get(place.person, place.person)
        twice = first.setdefault(human, place.person) != place.person
        seated.append(place.changed(person=None if twice else human))
    return tuple(seated)


def require_one_seat(board: Board | None, joined: Joined, appointed: MemberAppointed) -> None:
    """Refuse a seat to who holds another one of the board under an id that is used no more.

    Raises:
        Taken: and which seat that is.
    """
    for tenure in () if board is None else board.tenures:
        same = _one(tenure.person, joined) == appointed.person != tenure.person
        if same and overlap(tenure, appointed):
            raise Taken(
                f"this person holds seat {tenure.seat} under another id",
                fix="Relieve them of that seat first: a human being counts once.",
            )


def board_of(board: Board | None, joined: Joined) -> Board | None:
    """Return a board whose seats are held by the ids that stand for its people."""
    if board is None or not joined:
        return board

    def one(held: Sequence[Any], *fields: str) -> tuple[Any, ...]:
        changed = [{name: _one(getattr(each, name), joined) for name in fields} for each in held]
        return tuple(each.changed(**new) for each, new in zip(held, changed, strict=True))

    return board.changed(
        tenures=one(board.tenures, "person"),
        delegations=one(board.delegations, "holder", "person"),
        deputies=one(board.deputies, "holder", "person"),
        grants=one(board.grants, "person"),
    )


def project_of(project: Project, joined: Joined) -> Project:
    """Return a project whose people are the ids that stand for them."""
    if not joined:
        return project
    promises = project.promises
    changes = tuple(one.changed(by=_one(one.by, joined)) for one in promises.changes)
    owned = {
        name: condition.changed(owner=_one(condition.owner, joined))
        for name, condition in project.conditions.items()
    }
    return project.changed(
        proposer=_one(project.proposer, joined),
        conditions=owned,
        promises=promises.changed(changes=changes),
    )


def review_of(review: Review, joined: Joined) -> Review:
    """Return a review in which every human being counts once.

    The ballot a person cast in another's place counts no longer where they turn out to hold a seat
    of the panel, to have voted in another place as well, or to have proposed the subject.
    """
    if not joined:
        return review
    panel = seated_once(review.panel, joined)
    proposers = _all(review.proposers, joined)
    read = review.changed(
        panel=panel,
        proposers=proposers,
        opened_by=_one(review.opened_by, joined),
        recorder=None if review.recorder is None else _one(review.recorder, joined),
        ruled_by=_all(review.ruled_by, joined),
        recused=_all(review.recused, joined),
    )
    kept = tuple(b for b in review.ballots if not _admitted_in_error(b, review, read, joined))
    return read.changed(ballots=kept)


def _admitted_in_error(cast: CastBallot, on_record: Review, read: Review, joined: Joined) -> bool:
    """Return whether a ballot in another's place was admitted only because of a double."""
    if cast.ballot.on_behalf_of is None:
        return False
    person = cast.ballot.person
    human = _one(person, joined)
    if human in read.people or (human in read.proposers and person not in on_record.proposers):
        return True
    return any(
        _one(other.ballot.person, joined) == human
        for other in on_record.counting()
        if other.position < cast.position and other.ballot.seat != cast.ballot.seat
    )


def _one(person: str, joined: Joined) -> str:
    return joined.get(person, person)


def _all(people: Iterable[str], joined: Joined) -> tuple[str, ...]:
    return tuple(sorted({_one(person, joined) for person in people}))
