"""Who may see a project: restricting it to some, and opening it to everybody again."""

from domain.act import Act
from domain.base import Json
from domain.policy import Policy
from domain.project import Project, project_stream
from domain.restriction import (
    Restriction,
    deciding_boards,
    opened,
    require_boards,
    require_keeper,
    restricted,
)
from workflows.calendar import day_of
from workflows.desk import Answer, Asked, Decision, Desk
from workflows.loaded import Loaded


class Restricting:
    """What is done about who sees a project."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk

    def restrict(
        self, code: str, restriction: Restriction, act: Act, if_match: int | None = None
    ) -> Answer:
        """Let only some see a project; it replaces an earlier restriction.

        Raises:
            NotPermitted: the person neither proposed it nor sits on a board that decides about it.
            UnknownFact: the policy has no such board.
            NotKnown: there is no such person.
        """
        content: dict[str, Json] = {"project": code, **restriction.as_json()}

        def decide(loaded: Loaded) -> Decision:
            policy = _for_its_keeper(loaded, loaded.project(code), act)
            require_named(loaded, policy, restriction)
            return Decision((restricted(project_stream(code), restriction),), {"project": code})

        return self._desk.perform(act, _asked("restrict_project", code, content, if_match), decide)

    def lift(self, code: str, act: Act, if_match: int | None = None) -> Answer:
        """Let everybody see a project again.

        Raises:
            NotPermitted: the person neither proposed it nor sits on a board that decides about it.
            NotNow: it is not restricted.
        """

        def decide(loaded: Loaded) -> Decision:
            project = loaded.project(code)
            _for_its_keeper(loaded, project, act)
            draft = opened(project_stream(code), project.restriction)
            return Decision((draft,), {"project": code})

        asked = _asked("open_project", code, {"project": code}, if_match)
        return self._desk.perform(act, asked, decide)


def require_named(loaded: Loaded, policy: Policy, restriction: Restriction) -> None:
    """Refuse a restriction to boards or people there are not.

    Raises:
        UnknownFact: the policy has no such board.
        NotKnown: there is no such person.
    """
    require_boards(policy, restriction)
    for person in restriction.people:
        loaded.person(person)


def _for_its_keeper(loaded: Loaded, project: Project, act: Act) -> Policy:
    """Return the policy of a project to somebody who may say who sees it."""
    _, policy = loaded.governing(project, act.now)
    today = day_of(act.now, loaded.office().zone)
    boards = [loaded.board(name) for name in deciding_boards(policy)]
    deciders = {
        tenure.person
        for board in boards
        if board is not None
        for tenure in board.tenures
        if tenure.holds_on(today)
    }
    require_keeper(project.code, act.by, project.proposer, deciders)
    return policy


def _asked(act: str, code: str, content: dict[str, Json], if_match: int | None) -> Asked:
    return Asked(act=act, subject=project_stream(code), content=content, if_match=if_match)
