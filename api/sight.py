"""What a person may see today: worked out once per request, and the same for every door.

A restricted project is shown to its proposer, to whoever is or was on the panel of a review about
it, to the people, roles and boards (a seat held today) it is restricted to, and to auditors, since
an audit needs the whole record. Administrators do not see it by being administrators. Deputies and
delegates see what the seat sees in which they stand in, and of joined people each id is the person.
"""

from typing import Any, NamedTuple

from api import door
from api.house import House
from api.sign_in import Role, SignedInPerson
from domain.event import stream_code
from domain.stand_ins import stood_in_for
from projections.hiding import NOTHING, Hidden, without, without_streams
from projections.occurrence import occurrence
from projections.sight import Restricted, projects_named
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

    def named(self, content: Any) -> Any:
        """Return content in which no stream of a hidden project, or of a review of one, stands."""
        return without_streams(content, self.hidden) if self.hidden else content

    def tells(self, text: str) -> bool:
        """Return whether words that Quorate wrote name no hidden project."""
        return not any(stream_code(project) in text for project in self.hidden)

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
    every = house.restrictions.now()
    if not every:
        return Sight(house, NOTHING)
    who = door.known(house, person)
    eyes = None if who is None else _eyes(house, who, every)
    hidden = (one.project for one in every if not _sees(one, eyes, person.roles))
    return Sight(house, frozenset(hidden))


class _Eyes(NamedTuple):
    """As whom a person sees today.

    Attributes:
        ids: every id of theirs on record.
        boards: boards on which they hold a seat, or stand in for whoever does.
        seats: seats in whose members' place they may act: board, seat and every id of the member.
    """

    ids: frozenset[str]
    boards: frozenset[str]
    seats: frozenset[tuple[str, str, str]]


def _sees(one: Restricted, eyes: _Eyes | None, roles: frozenset[Role]) -> bool:
    if one.roles & {role.value for role in roles}:
        return True
    if eyes is None:
        return False
    named = eyes.ids & (one.people | one.always)
    return bool(named or one.boards & eyes.boards or one.seats & eyes.seats)


def _eyes(house: House, who: str, every: tuple[Restricted, ...]) -> _Eyes:
    """Return as whom a person sees some restricted projects today."""
    loaded = house.desk.load()
    office = loaded.office()
    today = day_of(house.now(), office.zone)
    names = {board for one in every for board in one.boards}
    names |= {board for one in every for board, _seat, _person in one.seats}
    boards, seats = set(), set()
    for name in names:
        board = loaded.board(name)
        if board is None:
            continue
        stood_in = stood_in_for(board, who, today)
        if stood_in or any(one.person == who and one.holds_on(today) for one in board.tenures):
            boards.add(name)
        seats |= {(name, seat, each) for seat, one in stood_in for each in office.ids_of(one)}
    return _Eyes(frozenset(office.ids_of(who)), frozenset(boards), frozenset(seats))
