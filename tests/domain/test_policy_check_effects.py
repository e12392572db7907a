"""What the lint finds in effects: what cannot be meant, and what is left undone."""

from typing import Any

import pytest

from domain.policy import Policy
from domain.policy_check import Fault, check_policy
from tests.domain.test_policy_check import GO, OPTION, changed

MONEY = {"currency": "EUR", "kinds": ["capex"]}


def checked(policy: Policy, **fields: Any) -> tuple[Fault, ...]:
    """Check a policy with a section money."""
    return check_policy(policy.changed(**fields))


def option(outcome: str, *effects: dict[str, str], **fields: Any) -> dict[str, Any]:
    return {"id": "yes", "outcome": outcome, "effects": list(effects), **fields}


def matter(kind: str, one: dict[str, Any], **decider: str) -> Policy:
    """Return a sound policy with one more matter."""
    decided = [{"board": "owner", **decider}] + ([{"board": "board"}] if decider else [])
    return changed(("matters", "more"), {"kind": kind, "decided_by": decided, "options": [one]})


REST = {"do": "rest", "standing": "cancelled"}
ORDER = option("approve", {"do": "reprioritise"}, requires=["ranking"])
FUND = option("approve", {"do": "allocate"}, requires=["amounts"])


@pytest.mark.parametrize(
    ("policy", "say"),
    [
        (matter("fund", FUND), "allocate is about money; add a section money"),
        (matter("cancel", option("cancel", REST, {"do": "release"})), "release is about money"),
        (
            matter("set_envelope", option("approve", {"do": "set_envelope"})),
            "set_envelope is about money",
        ),
        (
            matter("resume", option("approve", {"do": "replace_baseline"})),
            "goes with a matter of kind change, or with a gate",
        ),
        (matter("defer", option("defer", REST)), "a matter of kind defer leads to deferred only"),
        (matter("hold", option("hold", REST)), "a matter of kind hold leads to on_hold only"),
        (matter("reject", option("reject", REST)), "a matter of kind reject leads to rejected"),
        (
            matter("relieve", option("approve", {"do": "relieve"}), up_to="5.00 EUR"),
            "relieve has no amount, so no limit can be kept to",
        ),
        (matter("reprioritise", ORDER, up_to="5.00 EUR"), "reprioritise has no amount"),
        (
            matter("reprioritise", option("approve", {"do": "reprioritise"})),
            "an option that does reprioritise requires ranking",
        ),
        (matter("fund", ORDER), "reprioritise goes with a matter of kind reprioritise"),
        (
            matter(
                "reprioritise",
                option("approve", {"do": "reprioritise", "only": "funded"}, requires=["ranking"]),
            ),
            "reprioritise acts on all projects at once; leave only out",
        ),
        (
            matter("reallocate", option("approve", {"do": "reallocate"}, requires=["awards"])),
            "reallocate is about money; add a section money",
        ),
    ],
)
def test_an_effect_that_cannot_be_meant_is_an_error(policy: Policy, say: str) -> None:
    (fault,) = check_policy(policy)
    assert (fault.level, fault.path[:2]) == ("error", ("matters", "more"))
    assert say in fault.message


@pytest.mark.parametrize(
    ("kind", "one"),
    [
        ("fund", FUND),
        ("cancel", option("cancel", REST, {"do": "release"})),
        ("set_envelope", option("approve", {"do": "set_envelope"})),
        ("change", option("approve", {"do": "replace_baseline"})),
    ],
)
def test_with_a_section_money_the_same_is_sound(kind: str, one: dict[str, Any]) -> None:
    policy = Policy.model_validate({**matter(kind, one).as_json(), "money": MONEY})
    assert [f for f in check_policy(policy) if f.path[:2] == ("matters", "more")] == []


@pytest.mark.parametrize(
    ("kind", "one", "say"),
    [
        ("cancel", option("cancel", REST), "becomes cancelled keeps its money; add release"),
        ("change", option("approve"), "approves but does nothing"),
        (
            "defer",
            option("defer", {"do": "rest", "standing": "deferred"}, {"do": "release"}),
            "a deferral without a date never comes back",
        ),
        (
            "fund",
            option("approve", {"do": "allocate"}, {"do": "oblige"}, requires=["amounts"]),
            "obliges without asking for conditions",
        ),
    ],
)
def test_what_an_option_leaves_undone_is_a_warning(
    kind: str, one: dict[str, Any], say: str
) -> None:
    policy = Policy.model_validate({**matter(kind, one).as_json(), "money": MONEY})
    found = [f for f in check_policy(policy) if f.path[:2] == ("matters", "more")]
    (fault,) = found
    assert fault.level == "warning"
    assert say in fault.message


def test_a_project_on_hold_may_keep_its_money() -> None:
    hold = option("hold", {"do": "rest", "standing": "on_hold"})
    policy = Policy.model_validate({**matter("hold", hold).as_json(), "money": MONEY})
    assert [f for f in check_policy(policy) if f.path[:2] == ("matters", "more")] == []


def test_a_round_may_be_decided_by_amount() -> None:
    award = option("approve", {"do": "allocate"}, requires=["awards"])
    policy = Policy.model_validate(
        {**matter("fund", award, up_to="5.00 EUR").as_json(), "money": MONEY}
    )
    found = [f for f in check_policy(policy) if f.path[:2] == ("matters", "more")]
    assert found == []


@pytest.mark.parametrize(
    ("effect", "say"),
    [
        ({"do": "move_phase"}, "rework that passes the gate"),
        ({"do": "move_phase", "to": "live"}, "rework that leads forward"),
        ({"do": "move_phase", "to": "idea"}, ""),
    ],
)
def test_rework_leads_back_never_forward(effect: dict[str, str], say: str) -> None:
    rework = {"id": "back", "outcome": "rework", "effects": [effect]}
    found = check_policy(changed((*GO, "options", 3), rework))
    assert [f.path[:4] for f in found] == ([(*GO, "options", 3)] if say else [])
    assert all(say in f.message for f in found)


def test_a_gate_may_replace_a_baseline() -> None:
    effects = [{"do": "move_phase"}, {"do": "replace_baseline"}]
    assert check_policy(changed((*OPTION, "effects"), effects)) == ()


REPLACED = {"id": "replaced", "label": "Replaced", "standing": "superseded"}


def replacing(kind: str, one: dict[str, Any]) -> Policy:
    """Return a policy with a matter about duplicates, and a place for what is superseded."""
    policy = matter(kind, one)
    cycle = policy.lifecycle.as_json()
    phases, rests = cycle["phases"], cycle.get("rests", {})
    assert isinstance(phases, list)
    assert isinstance(rests, dict)
    placed = {**cycle, "phases": [*phases, REPLACED], "rests": {**rests, "superseded": "replaced"}}
    return policy.changed(lifecycle=type(policy.lifecycle).model_validate(placed))


DIVIDE = {"outcome": "approve", "id": "yes", "requires": ["parts"]}


@pytest.mark.parametrize(
    ("kind", "one"),
    [
        ("supersede", option("approve", {"do": "supersede"})),
        ("merge", {**DIVIDE, "effects": [{"do": "merge"}]}),
        ("split", {**DIVIDE, "effects": [{"do": "split"}]}),
    ],
)
def test_what_replaces_projects_is_sound_with_a_place_for_what_is_superseded(
    kind: str, one: dict[str, Any]
) -> None:
    assert check_policy(replacing(kind, one)) == check_policy(matter("hold", option("hold")))
    (fault,) = check_policy(matter(kind, one))
    assert fault.level == "error"
    assert f"{kind}: lifecycle.rests names no phase for superseded" in fault.message


@pytest.mark.parametrize(
    ("policy", "say"),
    [
        (
            replacing("split", option("approve", {"do": "split"})),
            "an option that does split requires parts",
        ),
        (
            replacing("merge", {**DIVIDE, "effects": [{"do": "split"}]}),
            "split goes with a matter of kind split",
        ),
        (
            replacing("hold", option("approve", {"do": "supersede"})),
            "supersede goes with a matter of kind supersede",
        ),
    ],
)
def test_what_replaces_projects_without_saying_how_is_an_error(policy: Policy, say: str) -> None:
    (fault,) = check_policy(policy)
    assert (fault.level, say in fault.message) == ("error", True), fault


def test_a_division_does_nothing_else() -> None:
    both = {**DIVIDE, "effects": [{"do": "split"}, {"do": "oblige"}]}
    (fault,) = check_policy(replacing("split", both))
    assert "does nothing else" in fault.message


@pytest.mark.parametrize(
    ("one", "say"),
    [
        (option("approve", {"do": "rest", "standing": "superseded"}), "without saying by what"),
        ({**DIVIDE, "effects": [{"do": "supersede"}]}, "requires parts and divides nothing"),
    ],
)
def test_what_is_left_unsaid_of_replacing_is_a_warning(one: dict[str, Any], say: str) -> None:
    faults = check_policy(replacing("supersede", one))
    assert any(fault.level == "warning" and say in fault.message for fault in faults), faults
