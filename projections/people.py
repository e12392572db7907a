"""Who is on record: since when, by how many identities, and which ids stand for one human being."""

from typing import NamedTuple

from projections.as_of import AsOf
from projections.occurrence import Occurrence
from projections.reading import FIRST_PAGE, Answer, Page, Version, Views, cut
from projections.view import Own, State, View


class PersonRow(NamedTuple):
    """One person; the name is elsewhere, and erasable.

    Attributes:
        person: their id. since: when they became known. by: id of who made them known.
        identities: number of identities that belong to them.
        joined_into: id that stands for them since two were found to be one.
    """

    person: str
    since: str
    by: str
    identities: int
    joined_into: str | None


def people(
    views: Views, asked: AsOf | None = None, page: Page = FIRST_PAGE
) -> Answer[tuple[PersonRow, ...]]:
    """Return everybody on record in the order of their ids, which the cursor is one of.

    Raises:
        ViewStopped: the view met an event it cannot fold.
    """
    with views.at(asked, PEOPLE) as reading:
        rows, more = cut([_row(one) for one in reading.ordered(PEOPLE, page)], page)
        return reading.answer(rows, rows[-1].person if more else None)


def _row(version: Version) -> PersonRow:
    return PersonRow(person=version.key, **version.state)


def _keys(happened: Occurrence, _own: Own) -> tuple[str, ...]:
    if happened.topic == "person.registered/1":
        return (happened.stream.partition(":")[2],)
    return (happened.data["person"],)


def _fold(_person: str, last: State | None, happened: Occurrence) -> State | None:
    if happened.topic == "person.registered/1":
        begun = {"since": happened.effective_at, "by": happened.by}
        return {**begun, "identities": 0, "joined_into": None}
    if last is None:
        return None
    if happened.topic == "identity.linked/1":
        return {**last, "identities": last["identities"] + 1}
    return {**last, "joined_into": happened.data["into"]}


def _links(_state: State) -> tuple[str, ...]:
    return ()


PEOPLE = View(
    name="people",
    schema=1,
    topics=frozenset({"person.registered/1", "identity.linked/1", "person.joined/1"}),
    keys=_keys,
    fold=_fold,
    links=_links,
)
