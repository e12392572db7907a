"""Counts of decisions equal the rows they count, at every place in the log."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given

from projections.counts import DecisionCount, decision_counts
from projections.decisions import decisions
from projections.every import VIEWS
from projections.register import register
from projections.runner import Runner
from tests.money_examples import MONEY_POLICY
from tests.projections.asking import ALL, place, steps
from tests.projections.histories import Step, founded, tell
from tests.projections.test_laws import unhurried
from tests.story import Story
from tests.workflows.test_import_history import ACCEPTED, CREATED, imported
from tests.workflows.test_money import endowed, funded, funding, line
from tests.workflows.test_priorities import ordered
from tests.workflows.test_undoing import set_aside, undoing
from workflows.store.sqlite import open_memory_log


@unhurried
@given(history=steps)
def test_counts_are_the_sums_of_their_rows_at_every_position(history: list[Step]) -> None:
    log = open_memory_log()
    tell(founded(log), history)
    with TemporaryDirectory() as directory:
        runner = Runner(Path(directory), log, VIEWS)
        runner.catch_up()
        for position in range(1, log.head() + 1):
            at = place(log, position)
            rows = decisions(runner.reading, at, page=ALL).found
            counts = decision_counts(runner.reading, at).found
            standing = [row for row in rows if row.undone != "set_aside"]
            assert sum(one.total for one in counts) == len(standing)
            assert sum(one.set_aside for one in counts) == len(rows) - len(standing)
            revoked = [row for row in rows if row.undone == "revoked"]
            assert sum(one.revoked for one in counts) == len(revoked)
            assert sum(one.computed for one in counts) == sum(not r.reported for r in standing)
            by_outcome = Counter(row.outcome for row in standing)
            found: Counter[str] = Counter()
            for one in counts:
                found[one.outcome] += one.total
            assert +found == +by_outcome
            homes = {
                row.code: row.portfolio for row in register(runner.reading, at, page=ALL).found
            }
            for portfolio in {*homes.values()}:
                own = decision_counts(runner.reading, at, portfolio).found
                assert own == tuple(one for one in counts if one.portfolio == portfolio)
        runner.close()
    log.close()


def test_a_round_counts_once_an_error_apart_and_a_change_of_mind_stays(tmp_path: Path) -> None:
    office = endowed(Story(tmp_path / "data"), MONEY_POLICY)
    for letter in "AB":
        funded(office, office.proposed(f"APX-{letter}"), line("100.00"))
    ordered(office, "BA")
    wrong = funding(office, "APX-A", line("50.00"))
    office.ruled(wrong)
    set_aside(office, "APX-A", wrong)
    regretted = funding(office, "APX-B", line("50.00"))
    office.ruled(regretted, by="pia")
    stream = undoing(office, "APX-B", regretted, "mind")
    for name in ("ana", "ben", "cem"):
        office.voted(stream, name, "revoke")
    office.ruled(stream)
    office.house.views.catch_up()
    counts = {
        (one.matter, one.outcome): one
        for one in decision_counts(office.house.views.reading, None, "APX").found
    }
    assert counts["order", "approve"].total == 1
    assert counts["fund", "approve"] == DecisionCount(
        "APX", "fund", "approve", computed=3, revoked=1, set_aside=1
    )
    office.close()


def test_imported_decisions_count_apart(tmp_path: Path) -> None:
    office = Story(tmp_path / "data")
    imported(office, CREATED, ACCEPTED)
    office.house.views.catch_up()
    counts = decision_counts(office.house.views.reading).found
    assert sum(one.imported for one in counts) == 1
    assert sum(one.computed + one.reported for one in counts) == 0
    office.close()
