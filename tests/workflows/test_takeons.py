"""Taking an office on: prepared by one, confirmed by another, all or nothing."""

import datetime
from decimal import Decimal

import pytest

from domain.conditions import SatisfyCondition
from domain.lifecycle import Place
from domain.person import RegisterPerson
from domain.project_acts import ProposeProject
from domain.refusals import NotKnown, NotNow, NotPermitted, NotYourOwn
from domain.words import Standing
from projections.baselines import baselines
from projections.boards import board
from projections.conditions import Asked, conditions
from projections.portfolio_money import portfolio_money
from projections.reading import Page
from projections.register import Wanted, register
from projections.taken_over import taken_over
from projections.trail import trail
from tests.story import Story
from tests.workflows.takeon_books import Book, Office, book_of, planted, written
from workflows.store.sqlite import SQLiteLog

ALL = Page(limit=None)


@pytest.fixture
def office(story: Story) -> Office:
    return Office(story)


@pytest.fixture
def rows() -> Book:
    return book_of(6)


def test_checking_and_preparing_change_no_project(office: Office, rows: Book) -> None:
    before = office.head
    report = office.check(rows)
    assert (report.faults, report.status, office.head) == ((), "checked", before)
    digest = office.prepare(rows)
    assert digest == report.book
    assert office.story.topics(office.head - 1) == ["takeon.prepared/1"]
    assert not office.story.house.log.version("project:P-001")


def test_who_prepared_a_book_does_not_confirm_it(office: Office, rows: Book) -> None:
    digest = office.prepare(rows)
    with pytest.raises(NotYourOwn):
        office.takeons.confirm(digest, office.story.act("olga"))
    assert not office.story.house.log.version("portfolio:PF0")
    with pytest.raises(NotKnown):
        office.takeons.confirm("0" * 64, office.story.act("petra"))


def test_a_confirmed_book_counts_from_its_cut_over_in_one_append(
    office: Office, rows: Book
) -> None:
    digest = office.prepare(rows)
    head = office.head
    answer = office.takeons.confirm(digest, office.story.act("petra"))
    events = [one.event for one in office.story.house.log.read(head, 1000)]
    taken = [event for event in events if event.channel.value == "taken_over"]
    assert answer.content["events"] == len(taken)
    assert len({(event.command, event.at) for event in taken}) == 1
    assert taken[0].topic == "takeon.confirmed/1"
    since = datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)
    brought = [event for event in taken if event.topic.endswith(".taken_over/1")]
    assert {event.effective_at for event in brought} == {since}
    assert {event.source_ref for event in brought if event.stream == "project:P-001"} == {
        f"takeon:{digest}/Projects/2",
        f"takeon:{digest}/Open conditions/2",
    }
    assert not [event for event in events if event.topic.startswith("review.")]


def test_the_same_book_twice_changes_nothing(office: Office, rows: Book) -> None:
    office.prepare(rows)
    head = office.head
    again = office.takeons.prepare(written(rows), office.story.act("petra"))
    assert (again.status, again.written) == ("prepared", False)
    digest = str(again.book)
    office.takeons.confirm(digest, office.story.act("petra"))
    head = office.head
    again = office.takeons.prepare(written(rows), office.story.act("olga"))
    assert (again.status, again.written, again.faults) == ("confirmed", False, ())
    with pytest.raises(NotNow):
        office.takeons.confirm(digest, office.story.act("petra"))
    assert not [t for t in office.story.topics(head) if t.startswith(("takeon", "project"))]


def test_of_two_prepared_books_with_the_same_codes_only_one_counts(
    office: Office, rows: Book
) -> None:
    first, second = office.prepare(rows), office.prepare(planted(rows, "Projects", 2, Title="X"))
    office.takeons.confirm(second, office.story.act("petra"))
    with pytest.raises(NotNow, match=r"Projects, row 2.*P-001 is on record already"):
        office.takeons.confirm(first, office.story.act("petra"))
    assert office.story.project("P-001").title == "X"


def test_names_and_words_stay_out_of_documents_and_events(office: Office, rows: Book) -> None:
    digest = office.taken_on(rows)
    log = office.story.house.log
    text = log.document(digest)
    assert text is not None
    bytes_of_all = text + b"".join(one.content for one in log.read(0, 1000))
    for private in (b"Person 1", b"works.example", b"Staff P-001", b"Olga Ott"):
        assert private not in bytes_of_all


def test_states_are_as_the_book_says(office: Office, rows: Book) -> None:
    office.taken_on(rows)
    project = office.story.project("P-003")
    assert project.place == Place(phase="building", standing=Standing.ON_HOLD, left="building")
    current = project.promises.current
    assert current is not None
    assert current.ruling is None
    assert current.promise.total is not None
    assert current.promise.total.amount == Decimal("1000.50")
    portfolio = office.story.house.desk.load().portfolio("PF0")
    cell = ("FY2027", "capex")
    assert portfolio.free(cell) == 0
    assert portfolio.holds("P-001") == {cell: Decimal(1000)}


def test_every_view_counts_what_was_taken_over(office: Office, rows: Book) -> None:
    office.taken_on(rows)
    house = office.story.house
    house.views.catch_up()
    views = house.views.reading
    found = register(views, page=ALL).found
    assert [row.code for row in found] == [f"P-{n:03d}" for n in range(1, 7)]
    assert [row.standing for row in found][:4] == ["proposed", "active", "on_hold", "closed"]
    before = datetime.datetime(2026, 1, 1, 23, 59, tzinfo=datetime.UTC)
    assert register(views, wanted=Wanted(effective=before), page=ALL).found == ()
    (cell,) = portfolio_money(views, "PF0").found.cells
    assert cell.total.funded == cell.total.allocated == 2000
    assert cell.free == 0
    assert [row.condition for row in conditions(views).found] == ["staffing"] * 2
    assert [row.number for row in baselines(views, "P-001").found] == [1]
    assert {one.seat for one in board(views, "works_board").found.tenures} == {
        "chair", "finance", "technical",
    }  # fmt: skip
    brought = taken_over(views, "P-001").found
    assert brought is not None
    assert (brought.board, brought.minutes) == ("works_board", "2025/12, item 0")
    topics = {house.log.at(at).event.topic for at in trail(views, "project:P-001").found}  # type: ignore[union-attr]
    assert topics == {f"{noun}.taken_over/1" for noun in "project baseline funds condition".split()}


def test_a_condition_taken_over_is_met_by_its_owner_or_the_board_that_decided_last(
    office: Office, rows: Book
) -> None:
    office.taken_on(rows)
    house, story = office.story.house, office.story
    with pytest.raises(NotPermitted):
        house.conditions.satisfy("P-001", "staffing", SatisfyCondition(), story.act("cem"))
    owner = story.project("P-001").conditions["staffing"].owner
    chair = house.desk.load().board("works_board")
    assert chair is not None
    member = chair.member("chair", story.now.date())
    assert member is not None
    for person, code in ((owner, "P-001"), (member, "P-006")):
        act = story.act("cem").changed(by=person, recorded_by=person)
        house.conditions.satisfy(code, "staffing", SatisfyCondition(), act)
    house.views.catch_up()
    assert not conditions(house.views.reading, wanted=Asked(status="open")).found


def test_a_person_known_by_an_address_stays_the_same_person(office: Office, rows: Book) -> None:
    command = RegisterPerson(name="P. Null", email="person.0@WORKS.example")
    act = office.story.act("founder")
    known = office.story.house.people.register(command, act).content["person"]
    office.taken_on(rows)
    assert office.story.project("P-001").proposer == known


def test_a_book_whose_people_were_erased_is_prepared_again(office: Office, rows: Book) -> None:
    digest = office.prepare(rows)
    log = office.story.house.log
    assert isinstance(log, SQLiteLog)
    with log._database.writing() as connection:
        connection.execute("DELETE FROM private WHERE name = 'book'")
        connection.commit()
    with pytest.raises(NotNow, match="not held any more"):
        office.takeons.confirm(digest, office.story.act("petra"))


def test_new_projects_are_numbered_past_the_codes_that_were_brought_along(
    office: Office, rows: Book
) -> None:
    rows = planted(rows, "Projects", 7, Code="PF0-001")
    rows = planted(rows, "Approved", 7, Project="PF0-001")
    rows = planted(rows, "Open conditions", 3, Project="PF0-001")
    office.taken_on(rows)
    house = office.story.house
    for code in ("PF0-002", "PF0-003"):
        command = ProposeProject(portfolio="PF0", title="New")
        assert house.projects.propose(command, office.story.act("cem")).content["project"] == code


def test_an_office_of_two_hundred_projects_is_taken_on(office: Office) -> None:
    rows = book_of(200)
    office.taken_on(rows)
    house = office.story.house
    house.views.catch_up()
    assert len(register(house.views.reading, page=ALL).found) == 200
    cells = [portfolio_money(house.views.reading, f"PF{n}").found.cells[0] for n in range(3)]
    assert sum(cell.total.held for cell in cells) == 200_000
    assert len(conditions(house.views.reading, page=ALL).found) == 40
