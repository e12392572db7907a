"""Many at once: one wins, nobody is half done, nothing is lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from domain.project_acts import ProposeProject
from domain.refusals import Refused
from tests.story import Story


def together(*acts: Callable[[], object]) -> list[str]:
    """Run acts at once; return ``done`` or the code of the refusal for each."""

    def attempt(act: Callable[[], object]) -> str:
        try:
            act()
        except Refused as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(attempt, acts))


def test_of_many_who_call_for_one_ruling_exactly_one_rules(office: Story) -> None:
    stream = office.opened(office.ready("APX-042"))
    office.presented(stream)
    office.voted(stream, "ana", "go")
    office.voted(stream, "ben", "go")
    acts = [office.act(name) for name in ("ana", "ben", "cem", "ana", "ben", "cem")]
    results = together(*[lambda act=act: office.house.rulings.rule(stream, act) for act in acts])
    assert sorted(results) == ["done"] + ["review_over"] * 5
    assert office.topics().count("project.moved/1") == 1


def test_portfolio_numbers_are_given_once_and_without_gaps(office: Story) -> None:

    acts = [office.act("pia") for _ in range(12)]
    command = ProposeProject(portfolio="APX", title="One of many")
    results = together(
        *[lambda act=act: office.house.projects.propose(command, act) for act in acts]
    )
    done = results.count("done")
    assert done + results.count("conflict") == 12
    found = {r.event.stream for r in office.house.log.read(0, 10_000)}
    codes = sorted(s for s in found if s.startswith("project:"))
    assert codes == [f"project:APX-{n:03d}" for n in range(1, done + 1)]


def test_the_same_command_sent_at_once_is_carried_out_once(office: Story) -> None:

    act = office.act("pia", "one-key")
    command = ProposeProject(portfolio="APX", code="APX-900", title="Once")
    results = together(*[lambda: office.house.projects.propose(command, act)] * 8)
    assert results == ["done"] * 8
    assert office.topics().count("project.proposed/1") == 1
