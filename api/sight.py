"""What a person may see today: worked out once per request, and the same for every door.

A restricted project is shown to its proposer, to whoever is or was on the panel of a review about
it, to the people, roles and boards (a seat held today) it is restricted to, and to auditors, since
an audit needs the whole record. Administrators do not see it by being administrators.
"""

from typing import Any

from api import door
from api.house import House
from api.sign_in import Role, SignedInPerson
from domain.refusals import NotKnown
from projections.hiding import NOTHING, Hidden, without
from projections.occurrence import occurrence
from projections.sight import Restricted, projects_named, restrictions
from workflows.calendar import day_of
from workflows.store.contract import Recorded


class Sight:
    """What one person may see.

    Attributes:
        hidden: streams of the projects that are not shown to them.
    """

    def __init__(self, house: House, hidden: Hidden) -> None:
        """See everything in a house but some projects."""
        self._house = house
        self.hidden = hidden

    def shows(self, recorded: Recorded) -> bool:
        """Return whether an event is shown: one that names a hidden project is not."""
        if not self.hidden:
            return True
        happened = occurrence(recorded.position, recorded.content)
        return self.hidden.isdisjoint(projects_named(happened, self._about))

    def cut(self, content: Any) -> Any:
        """Return content without whatever names a hidden project."""
        return without(content, self.hidden) if self.hidden else content

    def _about(self, review: str) -> tuple[str, ...]:
        state = self._house.desk.load().state(review)
        return () if state is None else state.subjects


def sight_of(house: House, person: SignedInPerson) -> Sight:
    """Return what a person may see now.

    Raises:
        ViewStopped: nobody can say.
    """
    if Role.AUDITOR in person.roles:
        return Sight(house, NOTHING)
    every = restrictions(house.views.reading, house.log)
    if not every:
        return Sight(house, NOTHING)
    who = door.known(house, person)
    boards = _boards(house, who, frozenset(board for one in every for board in one.boards))
    hidden = (one.project for one in every if not _sees(one, who, person.roles, boards))
    return Sight(house, frozenset(hidden))


def _sees(one: Restricted, who: str | None, roles: frozenset[Role], boards: frozenset[str]) -> bool:
    if one.roles & {role.value for role in roles} or one.boards & boards:
        return True
    return who is not None and (who in one.people or who in one.always)


def _boards(house: House, who: str | None, named: frozenset[str]) -> frozenset[str]:
    """Return on which of some boards a person holds a seat today."""
    loaded = house.desk.load()
    try:
        today = day_of(house.now(), loaded.office().zone)
    except NotKnown:
        return frozenset()
    return frozenset(
        name
        for name in named
        if (board := loaded.board(name)) is not None
        and any(one.person == who and one.holds_on(today) for one in board.tenures)
    )
