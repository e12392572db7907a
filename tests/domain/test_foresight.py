"""What a ruling would be before anybody calls for it, and whether one more ballot settles it."""

import pytest

from domain.foresight import decides, foresee, if_voted
from domain.ruling import rule
from domain.words import Outcome
from tests.domain.test_ruling_tables import made


def test_what_is_foreseen_is_what_would_be_ruled_with_the_ballots_at_hand() -> None:
    case = made({"seats": "AA.v"})
    foresight = foresee(*case)
    assert foresight.ruling == rule(*case)
    assert (foresight.able, foresight.waiting) == (("s1", "s2", "s3"), ("s3",))
    assert not foresight.may_rule


def test_a_seat_in_conflict_is_barred_and_waits_for_nothing() -> None:
    foresight = foresee(*made({"seats": "AAx"}))
    assert (foresight.barred, foresight.waiting) == (("s3",), ())
    assert foresight.may_rule


def test_each_choice_of_a_seat_leads_to_what_would_be_ruled_after_it() -> None:
    choices = if_voted(*made({"seats": "AR."}), "s3", "person-s3")
    assert [(one.option, one.verdict.outcome, one.may_rule) for one in choices] == [
        ("approve", Outcome.APPROVE, True),
        ("defer", Outcome.NO_RULING, True),
        ("reject", Outcome.REJECT, True),
    ]


def test_a_ballot_already_cast_is_replaced_not_counted_twice() -> None:
    (approve, _, reject) = if_voted(*made({"seats": "ARA"}), "s3", "person-s3")
    assert (approve.verdict.cast, reject.verdict.cast) == (3, 3)
    assert reject.verdict.outcome is Outcome.REJECT


@pytest.mark.parametrize(
    ("seats", "settles"),
    [
        ("AR.", True),  # the last ballot, and it tips the scales
        ("AA.", False),  # the last ballot, and nothing it says matters
        ("AR..", False),  # another one is still missing after it
        (".", True),  # a board of one seat
    ],
)
def test_a_vote_decides_where_it_is_the_last_one_and_makes_a_difference(
    seats: str, settles: bool
) -> None:
    last = f"s{seats.index('.') + 1}"
    assert decides(if_voted(*made({"seats": seats}), last, f"person-{last}")) is settles
