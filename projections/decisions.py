"""What was decided: every ruled review, newest first."""

from datetime import datetime
from typing import NamedTuple

from domain.base import moment_text
from domain.refusals import NotKnown
from projections.as_of import AsOf
from projections.occurrence import Occurrence
from projections.reading import FIRST_PAGE, Answer, Page, Version, Views, cut
from projections.view import EVERYTHING, State, View, own_stream


class Decision(NamedTuple):
    """One ruled review.

    Attributes:
        review: its stream.
        subjects: streams it is about.
        matter, gate, board: where they are known; a reported ruling may not say.
        reported: whether it was decided outside and is counted apart.
        decided_by: id of who decided, absent where a report does not say; for a computed
            ruling of who had it ruled.
        recorded_by: id of whose verified identity sent it.
        at, effective_at: when it was recorded, and since when it holds.
        policy, pack: digests.
        undone: whether the ruling was ``set_aside`` as an error, left out of counts, or
            ``revoked``; absent while it stands.
        not_shown: how many of its subjects are hidden, and left out of the others.
    """

    review: str
    subjects: tuple[str, ...]
    matter: str | None
    gate: str | None
    board: str | None
    option: str | None
    outcome: str
    ground: str
    reported: bool
    decided_by: str | None
    recorded_by: str
    at: str
    effective_at: str
    position: int
    policy: str
    pack: str | None
    undone: str | None = None
    not_shown: int = 0


class Ruled(NamedTuple):
    """Which decisions are wanted.

    Attributes:
        subject: stream they are about, for example ``project:APX-042``.
        reported: only reported or only computed ones.
        since, until: decided from the one moment up to the other, both included.
    """

    subject: str | None = None
    outcome: str | None = None
    reported: bool | None = None
    since: datetime | None = None
    until: datetime | None = None


_UNDOING = {"ruling.set_aside/1": "set_aside", "ruling.revoked/1": "revoked"}
EVERY_DECISION = Ruled()


def decisions(
    views: Views, asked: AsOf | None = None, wanted: Ruled = EVERY_DECISION, page: Page = FIRST_PAGE
) -> Answer[tuple[Decision, ...]]:
    """Return decisions, the last recorded first; the cursor is a position.

    Raises:
        ViewStopped: the view met an event it cannot fold.
    """
    where = {
        "outcome": wanted.outcome,
        "reported": wanted.reported,
        "since": wanted.since and moment_text(wanted.since),
        "until": wanted.until and moment_text(wanted.until),
    }
    further = ""
    if wanted.since is not None:
        further += " AND v.held_from >= :since"
    if wanted.until is not None:
        further += " AND v.held_from <= :until"
    link = EVERYTHING if wanted.subject is None else wanted.subject
    with views.at(asked, DECISIONS) as reading:
        found = reading.newest(DECISIONS, page, link, where, further)
        rows, more = cut([_decision(version) for version in found], page)
        return reading.answer(rows, rows[-1].position if more else None)


def decision(views: Views, review: str, asked: AsOf | None = None) -> Answer[Decision]:
    """Return the decision one review came to.

    Raises:
        NotKnown: there was no such ruling then.
        ViewStopped: the view met an event it cannot fold.
    """
    with views.at(asked, DECISIONS) as reading:
        state = reading.state(DECISIONS, review)
        if state is None:
            raise NotKnown(
                f"there is no ruling of {review} at position {reading.position}",
                fix="Check the code, or ask for the review instead.",
            )
        return reading.answer(_decision(Version(review, state["ruled"], "", state)))


def _decision(version: Version) -> Decision:
    state = version.state
    return Decision(
        review=version.key,
        subjects=tuple(state["subjects"]),
        matter=state["matter"],
        gate=state["gate"],
        board=state["board"],
        option=state["option"],
        outcome=state["outcome"],
        ground=state["ground"],
        reported=bool(state["reported"]),
        decided_by=state["decided_by"],
        recorded_by=state["recorded_by"],
        at=state["at"],
        effective_at=state["held_from"],
        position=state["ruled"],
        policy=state["policy"],
        pack=state["pack"],
        undone=state["undone"],
        not_shown=state.get("not_shown", 0),
    )


def _fold(_review: str, last: State | None, happened: Occurrence) -> State | None:
    if happened.topic in _UNDOING:
        return None if last is None else {**last, "undone": _UNDOING[happened.topic]}
    data, verdict = happened.data, happened.data["verdict"]
    reported = data.get("reported")
    about = reported or data.get("docket") or {}
    return {
        "outcome": verdict["outcome"],
        "reported": int(reported is not None or verdict["ground"] == "reported"),
        "subjects": data["subjects"],
        "matter": about.get("matter"),
        "gate": about.get("gate"),
        "board": about.get("board"),
        "option": verdict.get("option"),
        "ground": verdict["ground"],
        "decided_by": happened.by if reported is None else reported.get("decided_by"),
        "recorded_by": happened.recorded_by,
        "at": happened.at,
        "policy": data["policy"],
        "pack": data.get("pack"),
        "ruled": happened.position,
        "held_from": happened.effective_at,
        "undone": None,
        "channel": happened.channel,
    }


def _links(state: State) -> list[str]:
    return list(state["subjects"])


def _about(_key: str, state: State) -> list[str]:
    return [*state["subjects"]]


DECISIONS = View(
    name="decisions",
    schema=3,
    topics=frozenset({"review.ruled/1", *_UNDOING}),
    keys=own_stream,
    fold=_fold,
    columns={
        "outcome": "TEXT NOT NULL",
        "reported": "INTEGER NOT NULL",
        "held_from": "TEXT NOT NULL",
    },
    links=_links,
    about=_about,
)
