"""Change control: what was promised is replaced by an approved change, and by nothing else."""

from datetime import date
from typing import Any

import pytest

from domain.baselines import Promises
from domain.change_commands import RequestChange, WithdrawChange
from domain.event import Event
from domain.pack import PackOption
from domain.refusals import (
    FieldMissing,
    Malformed,
    NotKnown,
    NotNow,
    NotPermitted,
    Refused,
    Taken,
    UnknownFact,
)
from domain.review_commands import OpenReview, WithdrawReview
from tests.examples import BOARD_POLICY
from tests.money_examples import FUNDING, MONEY, MONEY_POLICY
from tests.story import Story
from tests.workflows.test_money import line
from workflows.projects import WithdrawProject

CHANGE = """
  change:
    kind: change
    decided_by: [{up_to: 100.00 EUR, board: head}, {board: works_board}]
    options:
      - {id: agree, outcome: approve, effects: [{do: replace_baseline}]}
      - {id: "no", outcome: reject}
    otherwise: "no"
"""
GATED = """
  finish:
    kind: pass_gate
    gates: [finish]
    decided_by: [{board: works_board}]
    options:
      - {id: go, outcome: approve, effects: [{do: replace_baseline}, {do: move_phase}]}
      - {id: back, outcome: rework}
    otherwise: back
"""
OLD_FINISH = BOARD_POLICY[
    BOARD_POLICY.index("  finish:\n    kind") : BOARD_POLICY.index("  pause:")
]
POLICY = BOARD_POLICY.rstrip() + FUNDING.rstrip() + CHANGE + MONEY
PLAIN_POLICY = BOARD_POLICY.rstrip() + CHANGE
GATED_POLICY = BOARD_POLICY.replace(OLD_FINISH, GATED.lstrip("\n")).rstrip() + CHANGE + MONEY
DAYS: dict[str, Any] = {"start": date(2027, 1, 1), "finish": date(2027, 12, 31)}
LABELS = {"head": ("hana",), "works_board": ("ana", "ben", "cem")}


@pytest.fixture
def office(story: Story) -> Story:
    """An office that controls changes; its head decides up to 100.00 more."""
    return story.governed(POLICY)


def request(office: Story, code: str, by: str = "pia", **fields: Any) -> int:
    """Ask for another baseline; returns the number of the change."""
    command = RequestChange.model_validate({"reason": "Steel got dearer.", **fields})
    answer = office.house.changes.request(code, command, office.act(by))
    return int(str(answer.content["change"]))


def opened(office: Story, code: str, change: int | None, **fields: Any) -> str:
    given = {"matter": "change"} | fields
    command = OpenReview(project=code, change=change, **given)
    return str(office.house.reviews.open(command, office.act("pia")).content["review"])


def voted(office: Story, stream: str, option: str = "agree") -> str:
    """Put a pack before a review and let its whole board vote; returns who calls the ruling."""
    office.presented(stream)
    board = LABELS[office.review(stream).board]
    for name in board:
        office.voted(stream, name, option)
    return board[0]


def decided(office: Story, code: str, change: int, option: str = "agree") -> dict[str, Any]:
    stream = opened(office, code, change)
    return office.ruled(stream, by=voted(office, stream, option))


def promises(office: Story, code: str) -> Promises:
    return office.project(code).promises


def promised(office: Story, code: str = "APX-A", amount: str = "1000.00") -> str:
    """A project with a first baseline."""
    office.proposed(code)
    change = request(office, code, lines=(line(amount),), **DAYS)
    assert decided(office, code, change)["outcome"] == "approve"
    return code


def last(office: Story) -> Event:
    return list(office.house.log.read(0, 10_000))[-1].event


def test_an_approved_change_replaces_the_baseline_in_the_same_append(office: Story) -> None:
    code = promised(office)
    change = request(office, code, lines=(line("1050.00"),), finish=date(2028, 1, 31))
    assert last(office).data.as_json()["moves"] == ["cost", "finish"]
    before = office.house.log.head()
    stream = opened(office, code, change)
    assert office.review(stream).amount == line("50.00").amount
    office.ruled(stream, by=voted(office, stream))
    assert office.topics(before)[-2:] == ["review.ruled/1", "baseline.set/1"]
    state = promises(office, code)
    assert [one.number for one in state.baselines] == [1, 2]
    assert state.current is not None
    assert state.current.ruling == stream
    assert state.current.promise.finish == date(2028, 1, 31)
    assert state.current.promise.start == DAYS["start"], "what is left out stays as it was"


def test_the_first_baseline_is_decided_by_the_size_of_the_whole_cost(office: Story) -> None:
    office.proposed("APX-A")
    stream = opened(office, "APX-A", request(office, "APX-A", lines=(line("100.01"),), **DAYS))
    assert (office.review(stream).board, promises(office, "APX-A").current) == ("works_board", None)


@pytest.mark.parametrize(
    ("amount", "rise", "board"),
    [
        ("999.99", "0.00", "head"), ("1000.00", "0.00", "head"), ("1100.00", "100.00", "head"),
        ("1100.01", "100.01", "works_board"),
    ],
)  # fmt: skip
def test_who_decides_follows_from_how_far_the_cost_rises(
    office: Story, amount: str, rise: str, board: str
) -> None:
    code = promised(office)
    change = request(office, code, lines=(line(amount),), finish=date(2028, 1, 1))
    review = office.review(opened(office, code, change))
    assert review.amount == line(rise).amount
    assert review.board == board


def test_the_caller_cannot_make_a_change_smaller_than_it_is(office: Story) -> None:
    code = promised(office)
    change = request(office, code, lines=(line("9000.00"),))
    with pytest.raises(Malformed, match="how far its cost rises"):
        opened(office, code, change, amount=line("1.00").amount)


@pytest.mark.parametrize("end", ["rejected", "withdrawn", "never ruled"])
def test_only_an_approved_change_replaces_a_baseline(office: Story, end: str) -> None:
    code = promised(office)
    held = promises(office, code).baselines
    change = request(office, code, lines=(line("1.00"),))
    if end == "withdrawn":
        command = WithdrawChange(reason="Not needed.")
        office.house.changes.withdraw(code, change, command, office.act("pia"))
    elif end == "rejected":
        assert decided(office, code, change, "no")["outcome"] == "reject"
    else:
        voted(office, opened(office, code, change))
    assert promises(office, code).baselines == held


@pytest.mark.parametrize("end", ["approved", "rejected", "withdrawn"])
def test_a_change_is_decided_once(office: Story, end: str) -> None:
    code = promised(office)
    change = request(office, code, lines=(line("1.00"),))
    if end == "withdrawn":
        command = WithdrawChange(reason="Not needed.")
        office.house.changes.withdraw(code, change, command, office.act("pia"))
    else:
        decided(office, code, change, "agree" if end == "approved" else "no")
    with pytest.raises(NotNow, match=rf"change {change} was"):
        opened(office, code, change)
    again = WithdrawChange(reason="Once more.")
    with pytest.raises(NotNow, match=rf"change {change} was"):
        office.house.changes.withdraw(code, change, again, office.act("pia"))


def test_of_two_changes_from_one_baseline_the_second_is_stale(office: Story) -> None:
    code = promised(office)
    first = request(office, code, lines=(line("1010.00"),))
    second = request(office, code, lines=(line("1020.00"),))
    third = request(office, code, finish=date(2028, 2, 1))
    earlier = opened(office, code, first)
    office.house.reviews.withdraw(earlier, WithdrawReview(reason="Later."), office.act("pia"))
    stream = opened(office, code, second)
    by = voted(office, stream)
    with pytest.raises(Taken):
        opened(office, code, first)
    office.ruled(stream, by=by)
    with pytest.raises(NotNow, match="starts from baseline 1, and baseline 2 holds by now"):
        opened(office, code, third)
    assert [one.number for one in promises(office, code).baselines] == [1, 2]


def test_a_ruling_on_a_change_gone_stale_meanwhile_writes_nothing(story: Story) -> None:
    office = story.governed(
        POLICY.replace(CHANGE, CHANGE + CHANGE.replace("  change:", "  alter:"))
    )
    code = promised(office)
    first = opened(office, code, request(office, code, lines=(line("1010.00"),)))
    second = opened(office, code, request(office, code, lines=(line("1020.00"),)), matter="alter")
    by = voted(office, first), voted(office, second)
    office.ruled(first, by=by[0])
    before, held = office.house.log.head(), promises(office, code)
    with pytest.raises(NotNow, match="baseline 2 holds by now"):
        office.ruled(second, by=by[1])
    assert office.topics(before) == ["act.refused/1"]
    assert promises(office, code) == held
    assert office.review(second).status == "open"


def test_one_change_is_before_one_review_at_a_time(story: Story) -> None:
    office = story.governed(
        POLICY.replace(CHANGE, CHANGE + CHANGE.replace("  change:", "  alter:"))
    )
    code = promised(office)
    change = request(office, code, lines=(line("1010.00"),))
    opened(office, code, change)
    with pytest.raises(Taken, match=r"change 2 is before review review:APX-A/change/2"):
        opened(office, code, change, matter="alter")


def test_a_change_withdrawn_while_it_is_voted_on_is_not_approved(office: Story) -> None:
    code = promised(office)
    change = request(office, code, lines=(line("1010.00"),))
    stream = opened(office, code, change)
    by = voted(office, stream)
    command = WithdrawChange(reason="Found the money elsewhere.")
    office.house.changes.withdraw(code, change, command, office.act("pia"))
    with pytest.raises(NotNow, match="was withdrawn"):
        office.ruled(stream, by=by)
    assert len(promises(office, code).baselines) == 1


def test_only_who_requested_a_change_withdraws_it(office: Story) -> None:
    code = promised(office)
    change = request(office, code, by="zoe", lines=(line("1010.00"),))
    command = WithdrawChange(reason="I do not like it.")
    with pytest.raises(NotPermitted):
        office.house.changes.withdraw(code, change, command, office.act("pia"))


def test_who_requested_a_change_does_not_decide_it(office: Story) -> None:
    code = promised(office)
    change = request(office, code, by="hana", lines=(line("1010.00"),))
    stream = opened(office, code, change)
    office.presented(stream)
    with pytest.raises(Refused) as refusal:
        office.voted(stream, "hana", "agree")
    assert isinstance(refusal.value, NotPermitted)


@pytest.mark.parametrize(
    ("fields", "refusal", "why"),
    [
        ({}, Malformed, "moves nothing"),
        ({"lines": (line("1000.00"),)}, Malformed, "moves nothing"),
        ({"finish": "2026-12-31"}, Malformed, "finish on 2026-12-31, before it starts"),
        ({"total": line("5.00").amount}, FieldMissing, "by period and kind"),
        ({"lines": (line("5.00", kind="cash"),)}, UnknownFact, "it has capex, opex"),
        ({"lines": (line("5.00", currency="USD"),)}, UnknownFact, "no planning rate of USD"),
        ({"benefits": [{"name": "a", "due": "2028-01-01"}]}, Malformed, "one of two"),
        (
            {"benefits": [{"name": "a", "number": "1", "due": "2028-01-01"}] * 2},
            Malformed,
            "a is given twice",
        ),
    ],
)
def test_a_request_that_does_not_fit_is_refused(
    office: Story, fields: dict[str, Any], refusal: type[Refused], why: str
) -> None:
    code = promised(office)
    with pytest.raises(refusal, match=why):
        request(office, code, **fields)


@pytest.mark.parametrize("lacking", ["lines", "start", "finish"])
def test_the_first_baseline_says_what_it_costs_and_when(office: Story, lacking: str) -> None:
    office.proposed("APX-A")
    fields: dict[str, Any] = {"lines": (line("5.00"),), **DAYS}
    with pytest.raises(FieldMissing, match="the first baseline"):
        request(office, "APX-A", **{k: v for k, v in fields.items() if k != lacking})


def test_a_project_may_start_and_finish_on_one_day(office: Story) -> None:
    office.proposed("APX-A")
    day: dict[str, Any] = dict.fromkeys(("start", "finish"), date(2027, 1, 1))
    assert request(office, "APX-A", lines=(line("5.00"),), **day) == 1


def test_without_money_in_the_policy_a_cost_is_one_total(story: Story) -> None:
    office = story.governed(PLAIN_POLICY)
    office.proposed("APX-A")
    with pytest.raises(UnknownFact, match="says nothing of money"):
        request(office, "APX-A", lines=(line("5.00"),), **DAYS)
    change = request(office, "APX-A", total=line("100.00").amount, **DAYS)
    assert office.review(opened(office, "APX-A", change)).board == "head"


def test_a_scope_is_private_and_goes_on_into_the_next_baseline(office: Story) -> None:
    office.proposed("APX-A")
    first = request(office, "APX-A", lines=(line("5.00"),), scope="Pumps, no pipes.", **DAYS)
    assert b"no pipes" not in last(office).to_bytes()
    asked = last(office).data.as_json()["promise"]
    assert isinstance(asked, dict)
    assert asked["scope"] in (last(office).sd or ())
    decided(office, "APX-A", first)
    second = request(office, "APX-A", lines=(line("6.00"),))
    decided(office, "APX-A", second)
    kept = [one.promise.scope for one in promises(office, "APX-A").baselines]
    assert kept == [asked["scope"]] * 2


@pytest.mark.parametrize(
    ("fields", "refusal", "why"),
    [
        ({"change": None}, FieldMissing, "the number of the change"),
        ({"change": 9}, NotKnown, "no change 9"),
        ({"change": 1, "matter": "fund"}, UnknownFact, "replaces no baseline"),
    ],
)
def test_a_review_of_a_change_names_one_there_is(
    office: Story, fields: dict[str, Any], refusal: type[Refused], why: str
) -> None:
    code = promised(office)
    with pytest.raises(refusal, match=why):
        opened(office, code, **fields)


def test_a_project_that_has_ended_promises_nothing_more(office: Story) -> None:
    office.proposed("APX-A")
    stream = opened(office, "APX-A", request(office, "APX-A", lines=(line("5.00"),), **DAYS))
    by = voted(office, stream)
    office.house.projects.withdraw("APX-A", WithdrawProject(reason="Over."), office.act("pia"))
    with pytest.raises(NotNow, match="promises nothing more"):
        request(office, "APX-A", lines=(line("6.00"),), **DAYS)
    with pytest.raises(NotNow, match="promises nothing more"):
        office.ruled(stream, by=by)


def test_a_gate_may_set_a_baseline_as_it_is_passed(story: Story) -> None:
    office = story.governed(GATED_POLICY)
    code = office.ready("APX-A")
    start = office.opened(code)
    office.presented(start)
    for name in LABELS["works_board"]:
        office.voted(start, name, "go")
    office.ruled(start)
    change = request(office, code, lines=(line("5.00"),), **DAYS)
    with pytest.raises(FieldMissing, match="number of the change"):
        opened(office, code, None, matter=None, gate="finish")
    stream = opened(office, code, change, matter=None, gate="finish")
    voted(office, stream, "go")
    before = office.house.log.head()
    office.ruled(stream)
    assert office.topics(before) == ["review.ruled/1", "baseline.set/1", "project.moved/1"]


def test_a_pack_may_put_only_to_agree(office: Story) -> None:
    code = promised(office)
    stream = opened(office, code, request(office, code, lines=(line("1010.00"),)))
    office.presented(stream, options=(PackOption(id="agree"),))
    office.voted(stream, "hana", "agree")
    office.ruled(stream, by="hana")
    assert len(promises(office, code).baselines) == 2


def test_the_policy_without_change_control_knows_no_such_matter(story: Story) -> None:
    office = story.governed(MONEY_POLICY)
    office.proposed("APX-A")
    change = request(office, "APX-A", lines=(line("5.00"),), **DAYS)
    with pytest.raises(UnknownFact, match="no matter change"):
        opened(office, "APX-A", change)


def test_setting_a_change_aside_promises_again_what_was_promised_before(story: Story) -> None:
    office = story.governed(MONEY_POLICY.replace("\nmoney:", CHANGE + "money:"))
    code = promised(office)
    change = request(office, code, lines=(line("1500.00"),))
    stream = opened(office, code, change)
    office.ruled(stream, by=voted(office, stream))
    assert [b.number for b in promises(office, code).baselines] == [1, 2]
    command = OpenReview(project=code, matter="error", undo=stream)
    undo = str(office.house.reviews.open(command, office.act("pia")).content["review"])
    office.presented(undo)
    office.voted(undo, "hana", "set_aside")
    office.ruled(undo, by="hana")
    first, _, third = promises(office, code).baselines
    assert (third.number, third.promise, third.ruling) == (3, first.promise, undo)
