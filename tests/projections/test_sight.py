"""What is restricted today, read from the view and from what the log holds beyond it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.restriction import Restriction
from projections.every import VIEWS
from projections.hiding import without
from projections.reading import Page
from projections.register import register
from projections.sight import Restricted, Restrictions
from tests.story import Story

OF_NO_PROJECT = {
    *("portfolios", "policies", "boards", "people", "authority"),
    *("money", "priorities", "sight", "trail"),
}
"""Views no row of which is shown as a project's own: money is summed whole, the trail by events, an
order has its places one by one."""


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    told = Story(tmp_path).governed()
    yield told
    told.close()


def found(story: Story) -> tuple[Restricted, ...]:
    return story.house.restrictions.now()


def restrict(story: Story, code: str) -> None:
    story.house.restricting.restrict(code, Restriction(roles=("office",)), story.act("pia"))


def test_every_view_says_which_projects_its_rows_are_about_or_has_none() -> None:
    silent = {view.name for view in VIEWS if view.about is None}
    assert silent == OF_NO_PROJECT, "a new view says what its rows are about"


def test_a_restriction_holds_before_any_view_has_seen_it(story: Story) -> None:
    code = story.ready()
    story.opened(code)
    restrict(story, code)
    (one,) = found(story)
    assert story.house.views.health().views[0].position < story.house.log.head()
    assert (one.project, one.roles) == (f"project:{code}", frozenset({"office"}))
    panel = {story.person(name) for name in ("pia", "ana", "ben", "cem")}
    assert one.always == panel
    story.house.views.catch_up()
    assert found(story) == (one,)


def test_what_is_opened_beyond_the_view_is_open(story: Story) -> None:
    code = story.proposed()
    restrict(story, code)
    story.house.views.catch_up()
    story.house.restricting.lift(code, story.act("pia"))
    assert found(story) == ()


def test_what_is_kept_in_mind_is_what_a_new_reading_finds(story: Story) -> None:
    first, second = story.ready(), story.proposed()

    def same() -> tuple[Restricted, ...]:
        anew = Restrictions(story.house.views.reading, story.house.log).now()
        assert found(story) == anew
        return anew

    assert same() == ()
    restrict(story, first)
    before = same()
    story.opened(first)
    assert same()[0].always > before[0].always
    restrict(story, second)
    assert len(same()) == 2
    story.house.views.catch_up()
    story.house.restricting.lift(first, story.act("pia"))
    assert [one.project for one in same()] == [f"project:{second}"]
    restrict(story, first)
    assert len(same()) == 2


def test_a_page_is_full_though_rows_were_left_out_of_it(story: Story) -> None:
    codes = [story.proposed() for _ in range(6)]
    story.house.views.catch_up()
    hidden = frozenset(f"project:{code}" for code in (codes[0], codes[2], codes[5]))
    views = story.house.views.reading.seen_without(hidden)
    first = register(views, page=Page(limit=2))
    assert [row.code for row in first.found] == [codes[1], codes[3]]
    assert (first.next, first.not_shown) == (codes[3], 2)
    second = register(views, page=Page(first.next, 2))
    assert [row.code for row in second.found] == [codes[4]]
    assert (second.next, second.not_shown) == (None, 1)


def test_whatever_names_a_hidden_project_goes_and_the_rest_stays() -> None:
    hidden = frozenset({"project:A"})
    content = {
        "subjects": ["project:A", "project:B"],
        "awards": [{"project": "A", "amount": "1"}, {"project": "B", "amount": "2"}],
        "project:A": 1,
        "by": {"A": 1, "B": 2},
        "ruling": "review:A/g1/1",
        "other": "review:AB/g1/1",
        "text": "A plan",
        "number": 7,
    }
    assert without(content, hidden) == {
        "subjects": ["project:B"],
        "awards": [{"project": "B", "amount": "2"}],
        "by": {"B": 2},
        "other": "review:AB/g1/1",
        "text": "A plan",
        "number": 7,
    }
