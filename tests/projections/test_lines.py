"""The register as lists show it says what the register and the orders say, to the byte."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic_core import from_json, to_json

from domain.money import Money
from domain.portfolio_events import ProjectsPrioritised
from domain.project_events import ProjectMoved, ProjectProposed, ProjectRetitled
from domain.refusals import NotKnown
from domain.succession_events import ProjectSuperseded
from domain.words import Standing
from projections.as_of import AsOf
from projections.every import VIEWS
from projections.lines import ALL_FIELDS, FIELDS, Shown, line, line_statement, lines
from projections.priorities import ranks
from projections.reading import Answer, Page, Views
from projections.register import REGISTER, ProjectRow, Wanted, codes, register
from projections.runner import Runner
from tests.projections.asking import ALL, place, steps
from tests.projections.histories import PHASES, Author, Step, founded, tell
from workflows.store.sqlite import SQLiteLog, open_memory_log

LABELS = {"A/idea": "Einfall", "A/build": 'Bau "roh" \\ fertig', "B/build": "建设\n2"}
LABELLED = Shown(labels=LABELS)
PORTFOLIOS = (None, "A", "B")
HIDDEN: tuple[frozenset[str], ...] = (
    frozenset(),
    frozenset({"project:P-001"}),
    frozenset({"project:P-000", "project:P-003"}),
)


@contextmanager
def asked_about(history: list[Step], orders: list[str]) -> Iterator[tuple[SQLiteLog, Views]]:
    with TemporaryDirectory() as name:
        log = open_memory_log()
        author = founded(log)
        tell(author, history[::2])
        for portfolio, order in zip("AB", orders, strict=True):
            ranked = tuple(f"P-00{digit}" for digit in order)
            author.write(f"portfolio:{portfolio}", ProjectsPrioritised(order=ranked, ruling="r"))
        tell(author, history[1::2])
        runner = Runner(Path(name), log, VIEWS)
        try:
            runner.catch_up()
            yield log, runner.reading
        finally:
            runner.close()
            log.close()


def told(views: Views, asked: AsOf | None, wanted: Wanted, page: Page) -> Answer[tuple[str, ...]]:
    """The same, one object at a time: what this is held against."""
    found = register(views, asked, wanted, page)
    ranked = ranks(views, asked).found
    made = tuple(as_line(row, ranked) for row in found.found)
    return Answer(found.position, found.as_of, made, found.next, found.not_shown)


def as_line(row: ProjectRow, ranked: dict[str, int]) -> str:
    amount = {"amount": row.requested_amount, "currency": row.requested_currency}
    fields: dict[str, Any] = {
        "code": row.code,
        "title": row.title,
        "portfolio": row.portfolio,
        "phase": row.phase,
        "phase_label": LABELS.get(f"{row.portfolio}/{row.phase}", row.phase),
        "standing": row.standing,
        "since": row.since,
        "review_date": row.review_date,
        "superseded_by": codes(row.superseded_by),
        "rank": ranked.get(row.code),
        "requested": None if row.requested_amount is None else amount,
    }
    return to_json(fields).decode()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    history=steps,
    orders=st.lists(st.permutations("0123").map("".join), min_size=2, max_size=2),
    back=st.integers(0, 12),
    hidden=st.sampled_from(HIDDEN),
    then=st.none() | st.integers(0, 30),
    narrowed=st.tuples(
        st.sampled_from(PORTFOLIOS),
        st.sampled_from([None, *Standing]),
        st.sampled_from([None, *PHASES]),
    ),
    page=st.builds(Page, st.sampled_from([None, "P-001"]), st.sampled_from([None, 1, 2, 3])),
)
def test_a_line_says_what_the_register_and_the_orders_say(
    history: list[Step],
    orders: list[str],
    back: int,
    hidden: frozenset[str],
    then: int | None,
    narrowed: tuple[str | None, str | None, str | None],
    page: Page,
) -> None:
    with asked_about(history, orders) as (log, every):
        asked = place(log, max(1, log.head() - back))
        views = every.seen_without(hidden)
        moments = sorted({one.event.effective_at for one in log.read()})
        moment = None if then is None else moments[then % len(moments)]
        for wanted in (Wanted(moment), Wanted(moment, *narrowed)):
            expected = told(views, asked, wanted, page)
            assert lines(views, asked, wanted, page, LABELLED) == expected
            for text in expected.found:
                code = from_json(text)["code"]
                assert line(views, code, asked, wanted, LABELLED) == text


def proposed(author: Author, code: str, title: str) -> None:
    body = ProjectProposed(
        title=title,
        portfolio="A",
        phase="idea",
        standing=Standing.PROPOSED,
        requested=Money(amount="9.50", currency="EUR"),  # type: ignore[arg-type]
    )
    author.write(f"project:{code}", body)
    author.commit()


@pytest.fixture
def author() -> Iterator[Author]:
    log = open_memory_log()
    yield founded(log)
    log.close()


@pytest.fixture
def runner(author: Author, tmp_path: Path) -> Iterator[Runner]:
    proposed(author, "P-001", 'Brücke "Nord" \\ 橋 🌉\t/')
    proposed(author, "P-002", "P-002")
    proposed(author, "P-003", "P-002")
    runner = Runner(tmp_path, author.log, VIEWS)
    runner.catch_up()
    yield runner
    runner.close()


@pytest.fixture
def views(runner: Runner) -> Views:
    return runner.reading


def test_titles_keep_every_sign(views: Views) -> None:
    (found,) = lines(views, page=Page(limit=1)).found
    assert from_json(found)["title"] == 'Brücke "Nord" \\ 橋 🌉\t/'


def test_a_title_is_asked_for_only_where_the_code_stands_in_its_place(views: Views) -> None:
    def title(code: str, recorded: str) -> str:
        return f"of {code}, not {recorded}"

    found = map(from_json, lines(views, page=ALL, shown=Shown(title=title)).found)
    assert [one["title"] for one in found][1:] == ["of P-002, not P-002", "P-002"]
    assert from_json(line(views, "P-002", None, Wanted(), Shown(title=title)))["title"] == (
        "of P-002, not P-002"
    )
    # Not where nobody sees it.
    bare = lines(views, page=ALL, shown=Shown(fields=("code",), title=title)).found
    assert bare[1] == '{"code":"P-002"}'


def test_of_what_replaces_a_project_only_what_is_shown_is_named(
    views: Views, author: Author, runner: Runner
) -> None:
    body = ProjectSuperseded(
        superseded_by=("P-003", "P-002"),
        left="idea",
        phase="idea",
        standing=Standing.SUPERSEDED,
        from_phase="idea",
        from_standing=Standing.PROPOSED,
        ruling="review:R/1",
    )
    author.write("project:P-001", body)
    author.commit()
    runner.catch_up()
    told = {}
    for hidden in ("P-009", "P-002", "P-003"):
        seen = views.seen_without(frozenset({f"project:{hidden}"}))
        told[hidden] = from_json(line(seen, "P-001", None, Wanted(), ALL_FIELDS))["superseded_by"]
    assert told == {"P-009": ["P-003", "P-002"], "P-002": ["P-003"], "P-003": ["P-002"]}
    seen = views.seen_without(frozenset({"project:P-002", "project:P-003"}))
    assert from_json(line(seen, "P-001", None, Wanted(), ALL_FIELDS))["superseded_by"] == []


def test_as_it_was_the_place_is_that_of_the_moment_and_the_title_is_as_we_know_it(
    views: Views, author: Author, runner: Runner
) -> None:
    before = author.now
    author.write("project:P-001", ProjectRetitled(title="New"))
    body = ProjectMoved(
        phase="build",
        standing=Standing.ACTIVE,
        from_phase="idea",
        from_standing=Standing.PROPOSED,
        ruling="review:R/1",
    )
    author.write("project:P-001", body)
    author.commit()
    runner.catch_up()
    for moment, phase in ((None, "build"), (author.now, "build"), (before, "idea")):
        told = from_json(line(views, "P-001", None, Wanted(effective=moment), LABELLED))
        label = LABELS[f"A/{phase}"]
        assert (told["title"], told["phase"], told["phase_label"]) == ("New", phase, label)
        assert told["standing"] == ("active" if phase == "build" else "proposed")


def test_only_what_is_shown_is_told_and_in_that_order(views: Views) -> None:
    shown = Shown(fields=("standing", "position", "code"))
    assert lines(views, page=Page(limit=1), shown=shown).found == (
        '{"standing":"proposed","position":2,"code":"P-001"}',
    )
    whole = from_json(lines(views, page=Page(limit=1)).found[0])
    assert tuple(whole) == FIELDS


def test_there_is_no_line_of_a_project_there_was_not(views: Views, author: Author) -> None:
    with pytest.raises(NotKnown, match="no project P-003 at position 3"):
        line(views, "P-003", place(author.log, 3), Wanted(), ALL_FIELDS)
    hidden = views.seen_without(frozenset({"project:P-001"}))
    with pytest.raises(NotKnown, match="no project P-001"):
        line(hidden, "P-001", None, Wanted(), ALL_FIELDS)


@pytest.mark.parametrize("effective", [False, True])
@pytest.mark.parametrize("portfolio", [None, "A"])
def test_lines_take_no_more_seeks_than_the_register(
    views: Views, author: Author, effective: bool, portfolio: str | None
) -> None:
    moment = author.now if effective else None
    query = line_statement(Wanted(effective=moment, portfolio=portfolio), ALL_FIELDS)
    names = "position link portfolio effective after rows label place hidden".split()
    with views.at(None, REGISTER) as reading:
        rows = reading.connection.execute(f"EXPLAIN QUERY PLAN {query}", dict.fromkeys(names))
        plan = [row[3] for row in rows]
    assert "SEARCH k USING PRIMARY KEY (link=? AND key>?)" in plan
    assert "SEARCH v USING PRIMARY KEY (key=? AND position=?)" in plan
    assert "SEARCH x USING PRIMARY KEY (key=? AND position<?)" in plan
    for table in ("label", "place"):
        assert f"SEARCH {table} USING AUTOMATIC COVERING INDEX (key=?) LEFT-JOIN" in plan
    assert not [step for step in plan if step.startswith("SCAN") and "VIRTUAL" not in step]
    assert not [step for step in plan if "TEMP B-TREE" in step]
