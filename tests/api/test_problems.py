"""Every refusal has its problem, every problem its own name."""

from collections.abc import Iterator

from api.problems import OTHERS, REFUSALS, of_refusal
from domain.refusals import PolicyFaulty, Refused


def every_refusal(root: type[Refused] = Refused) -> Iterator[type[Refused]]:
    yield root
    for child in root.__subclasses__():
        yield from every_refusal(child)


def test_every_refusal_there_is_has_a_status_and_a_title() -> None:
    assert set(REFUSALS) == set(every_refusal())


def test_a_refusal_is_the_callers_to_mend() -> None:
    assert all(400 <= kind.status < 500 for kind in REFUSALS.values())


def test_no_two_problems_share_a_code() -> None:
    codes = [refusal.code for refusal in REFUSALS] + list(OTHERS)
    assert len(set(codes)) == len(codes)


def test_a_faulty_policy_lists_every_fault_at_its_place() -> None:
    faults = ("line 3, column 5: facts.npv: is unknown", "the policy is empty")
    problem = of_refusal(PolicyFaulty("it has faults", faults=faults), "/api/v1/policies")
    assert problem.status == 422
    assert problem.errors is not None
    assert [(one.where, one.what) for one in problem.errors] == [
        ("line 3, column 5", "facts.npv: is unknown"),
        ("policy", "the policy is empty"),
    ]
