"""What is done about conditions outside rulings: they are satisfied, by those who may say so."""

import datetime

from domain.act import Act
from domain.base import Json
from domain.board import Board
from domain.condition_events import Obligation
from domain.conditions import SatisfyCondition, require_imposable, require_open, satisfy
from domain.event import Draft
from domain.pack import Pack
from domain.policy import Policy
from domain.project import Project, project_stream
from domain.review import Review
from workflows.calendar import day_of
from workflows.desk import Answer, Asked, Decision, Desk
from workflows.loaded import Loaded


class Conditions:
    """What is done about the conditions of approvals."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk

    def satisfy(
        self,
        code: str,
        condition: str,
        command: SatisfyCondition,
        act: Act,
        if_match: int | None = None,
    ) -> Answer:
        """Say that a condition of a project is met.

        Raises:
            NotKnown: there is no such project, or no such condition of it.
            NotNow: the condition is satisfied or waived already.
            NotPermitted: neither its owner nor today a member of the board that imposed it.
            FieldMissing: the evidence it asks for is not named, or not attached.
        """
        content: dict[str, Json] = {"project": code, "condition": condition, **command.as_json()}
        asked = Asked(
            act="satisfy_condition",
            subject=project_stream(code),
            content=content,
            if_match=if_match,
        )

        def decide(loaded: Loaded) -> Decision:
            project = loaded.project(code)
            board = _imposing(loaded, require_open(project, condition))
            today = day_of(act.now, loaded.office().zone)
            members = _members(None if board is None else loaded.board(board), today)
            drafts = satisfy(project, condition, command, act.by, members)
            return Decision(drafts, {"project": code, "condition": condition})

        return self._desk.perform(act, asked, decide)


def require_conditions(
    loaded: Loaded,
    review: Review,
    policy: Policy,
    projects: tuple[Project, ...],
    presented: tuple[Draft, ...],
    act: Act,
) -> None:
    """Refuse a pack whose conditions a ruling could not impose as they stand.

    Raises:
        NotKnown: nobody has the id of an owner.
        FieldMissing, Malformed, UnknownFact, Taken: see `require_imposable`.
    """
    packs = [Pack.model_validate_json(text.content) for one in presented for text in one.documents]
    today = day_of(act.now, loaded.office().zone)
    for pack in packs:
        matter = policy.matters[review.matter]
        require_imposable(matter, pack.options, projects, policy, today)
        for owner in {one.owner for option in pack.options for one in option.conditions}:
            loaded.person(owner)


def _imposing(loaded: Loaded, obligation: Obligation) -> str | None:
    """Return the board that imposed a condition, or decided last before it was taken over."""
    if obligation.ruling is None:
        return obligation.board
    return loaded.review(obligation.ruling).board


def _members(board: Board | None, day: datetime.date) -> frozenset[str]:
    tenures = () if board is None else board.tenures
    return frozenset(tenure.person for tenure in tenures if tenure.holds_on(day))
