"""What the lint finds: one change to a sound policy, one fault, at its own path."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from domain.policy import Policy
from domain.policy_check import check_policy

SOUND: dict[str, Any] = {
    "policy": "grants",
    "title": "Grants",
    "language": "1",
    "facts": {
        "npv": {"type": "money", "unit": "EUR"},
        "cost": {"type": "money", "unit": "EUR"},
        "risk": {"type": "number", "min": "0", "max": "25"},
        "start": {"type": "date"},
        "note": {"type": "text"},
        "ready": {"type": "flag"},
        "size": {"type": "choice", "choices": ["small", "large"]},
    },
    "evidence": {"case": {}},
    "advice": {"legal": {}},
    "boards": {
        "board": {
            "seats": [{"id": "a"}, {"id": "b"}, {"id": "c"}],
            "chair": "a",
            "quorum": "2",
            "voting": {"more_than": "1/2", "tie": "chair", "veto": ["b"]},
        },
        "owner": {"seats": [{"id": "own"}], "voting": {"more_than": "1/2"}},
    },
    "lifecycle": {
        "initial": "idea",
        "phases": [
            {"id": "idea", "label": "Idea", "standing": "proposed"},
            {"id": "live", "label": "Live", "standing": "active"},
            {"id": "shelf", "label": "Shelf", "standing": "deferred"},
        ],
        "gates": [{"id": "go", "from": ["idea"], "to": "live"}],
        "rests": {"deferred": "shelf"},
    },
    "matters": {
        "go": {
            "kind": "pass_gate",
            "gates": ["go"],
            "decided_by": [{"up_to": "1000.00 EUR", "board": "owner"}, {"board": "board"}],
            "pack": {"facts": ["npv"], "evidence": ["case"], "advice": ["legal"]},
            "criteria": [
                {"id": "pays", "test": {"fact": "npv", "at_least": "0.00 EUR"}},
                {
                    "id": "safe",
                    "kind": "should",
                    "weight": "2",
                    "test": {"fact": "risk", "at_most": "9"},
                },
                {
                    "id": "cheap",
                    "kind": "info",
                    "test": {"ratio": ["npv", "cost"], "at_least": "0.5"},
                },
            ],
            "hurdle": "2",
            "window": {"days": "7", "early": "settled", "early_after_days": "7"},
            "options": [
                {"id": "yes", "outcome": "approve", "effects": [{"do": "move_phase"}]},
                {
                    "id": "later",
                    "outcome": "defer",
                    "requires": ["review_date"],
                    "effects": [{"do": "rest", "standing": "deferred"}],
                },
                {
                    "id": "no",
                    "outcome": "reject",
                    "effects": [{"do": "rest", "standing": "rejected"}],
                },
            ],
            "otherwise": "no",
        },
        "adopt": {
            "kind": "adopt_policy",
            "decided_by": [{"board": "board"}],
            "options": [{"id": "yes", "outcome": "approve", "effects": [{"do": "adopt"}]}],
        },
        "appoint": {
            "kind": "appoint",
            "decided_by": [{"board": "board"}],
            "options": [{"id": "yes", "outcome": "approve", "effects": [{"do": "appoint"}]}],
        },
    },
}

Path = tuple[str | int, ...]
BOARD, CYCLE, GO = ("boards", "board"), ("lifecycle",), ("matters", "go")
TEST, OPTION = (*GO, "criteria", 0, "test"), (*GO, "options", 0)


def changed(path: Path, value: Any) -> Policy:
    data = copy.deepcopy(SOUND)
    inside: Any = data
    for part in path[:-1]:
        inside = inside[part]
    if isinstance(inside, list) and path[-1] == len(inside):
        inside.append(value)
    else:
        inside[path[-1]] = value
    return Policy.model_validate(data)


# What is changed, to what, where the fault is, and what it says.
ERRORS: list[tuple[Path, Any, Path, str]] = [
    (("facts", "size", "choices"), [], ("facts", "size", "type"), "a choice needs its choices"),
    (("facts", "note", "choices"), ["x"], ("facts", "note", "choices"), "a text has no choices"),
    (
        ("facts", "size", "choices", 2),
        "small",
        ("facts", "size", "choices", 2),
        "small is listed twice",
    ),
    (("facts", "note", "unit"), "kg", ("facts", "note", "unit"), "a text has no unit"),
    (("facts", "start", "min"), "1", ("facts", "start", "min"), "a date has no min"),
    (("facts", "risk", "min"), "26", ("facts", "risk", "min"), "26 is above the greatest value 25"),
    (("facts", "npv", "unit"), "QQQ", ("facts", "npv", "unit"), "QQQ is no known currency"),
    ((*BOARD, "seats", 3), {"id": "a"}, (*BOARD, "seats", 3, "id"), "a is listed twice"),
    ((*BOARD, "chair"), "z", (*BOARD, "chair"), "there is no seat z; there are: a, b, c"),
    ((*BOARD, "chair"), None, (*BOARD, "voting", "tie"), "the chair settles ties"),
    (
        BOARD,
        {"seats": [{"id": "a"}], "voting": {"at_least": "1/1"}, "deputies": {"named_by": "chair"}},
        (*BOARD, "deputies", "named_by"),
        "the chair names deputies",
    ),
    ((*BOARD, "voting", "veto"), ["a", "z"], (*BOARD, "voting", "veto", 1), "there is no seat z"),
    (
        (*BOARD, "voting", "more_than"),
        "1/1",
        (*BOARD, "voting", "more_than"),
        "nothing is more than all",
    ),
    ((*BOARD, "quorum"), "4", (*BOARD, "quorum"), "4 is more than the 3 seats there are"),
    ((*BOARD, "quorum"), "0", (*BOARD, "quorum"), "a quorum is above 0"),
    ((*BOARD, "quorum"), "3/2", (*BOARD, "quorum"), "a quorum is above 0 and at most all seats"),
    ((*BOARD, "quorum"), "1/0", (*BOARD, "quorum"), "a quorum is above 0"),
    ((*CYCLE, "initial"), "gone", (*CYCLE, "initial"), "there is no phase gone"),
    (
        (*CYCLE, "initial"),
        "shelf",
        (*CYCLE, "initial"),
        "a project begins proposed or active, not deferred",
    ),
    (
        (*CYCLE, "phases", 3),
        {"id": "live", "label": "L", "standing": "active"},
        (*CYCLE, "phases", 3, "id"),
        "live is listed twice",
    ),
    (
        (*CYCLE, "gates", 1),
        {"id": "go", "from": ["idea"], "to": "live"},
        (*CYCLE, "gates", 1, "id"),
        "go is listed twice",
    ),
    (
        (*CYCLE, "gates", 0, "from"),
        ["idea", "gone"],
        (*CYCLE, "gates", 0, "from", 1),
        "there is no phase gone",
    ),
    (
        (*CYCLE, "gates", 0, "from"),
        ["idea", "idea"],
        (*CYCLE, "gates", 0, "from", 1),
        "idea is listed twice",
    ),
    ((*CYCLE, "gates", 0, "to"), "gone", (*CYCLE, "gates", 0, "to"), "there is no phase gone"),
    (
        (*CYCLE, "rests", "deferred"),
        "gone",
        (*CYCLE, "rests", "deferred"),
        "there is no phase gone",
    ),
    (
        (*CYCLE, "rests", "rejected"),
        "shelf",
        (*CYCLE, "rests", "rejected"),
        "has standing deferred, not rejected",
    ),
    (
        (*CYCLE, "rests", "active"),
        "live",
        (*CYCLE, "rests", "active"),
        "does not rest while it is active",
    ),
    ((*GO, "gates", 1), "gone", (*GO, "gates", 1), "there is no gate gone; there are: go"),
    ((*GO, "gates", 1), "go", (*GO, "gates", 1), "go is listed twice"),
    (
        ("matters", "adopt", "gates"),
        ["go"],
        ("matters", "adopt", "gates"),
        "only a matter of kind pass_gate",
    ),
    (
        ("matters", "too"),
        {**SOUND["matters"]["go"], "gates": []},
        ("matters", "too", "gates"),
        "matter go decides go already",
    ),
    (
        (*GO, "decided_by", 1, "board"),
        "gone",
        (*GO, "decided_by", 1, "board"),
        "there is no board gone",
    ),
    (
        (*GO, "decided_by", 0),
        {"board": "owner"},
        (*GO, "decided_by", 1),
        "no amount is left for this board",
    ),
    (
        (*GO, "decided_by", 1),
        {"board": "board", "up_to": "1000.00 EUR"},
        (*GO, "decided_by", 1, "up_to"),
        "limits rise; this is not above 1000",
    ),
    (
        (*GO, "decided_by", 1),
        {"board": "board", "up_to": "2000.00 USD"},
        (*GO, "decided_by", 1, "up_to"),
        "limits are in one currency, EUR",
    ),
    ((*GO, "pack", "facts", 1), "gone", (*GO, "pack", "facts", 1), "there is no fact gone"),
    (
        (*GO, "pack", "evidence"),
        ["gone"],
        (*GO, "pack", "evidence", 0),
        "there is no evidence gone",
    ),
    (
        (*GO, "pack", "advice"),
        ["legal", "gone"],
        (*GO, "pack", "advice", 1),
        "there is no advice gone",
    ),
    ((*GO, "criteria", 1, "id"), "pays", (*GO, "criteria", 1, "id"), "pays is listed twice"),
    (
        (*GO, "criteria", 2, "id"),
        "quorum",
        (*GO, "criteria", 2, "id"),
        "the name of a check of its own",
    ),
    ((*GO, "criteria", 2, "weight"), "-1", (*GO, "criteria", 2, "weight"), "a weight is 0 or more"),
    ((*GO, "hurdle"), "2.01", (*GO, "hurdle"), "weigh 2; it is never reached"),
    (
        (*GO, "window", "early_after_days"),
        "8",
        (*GO, "window", "early_after_days"),
        "over before that day",
    ),
    (
        (*GO, "options", 3),
        {"id": "yes", "outcome": "approve"},
        (*GO, "options", 3, "id"),
        "yes is listed twice",
    ),
    ((*OPTION, "id"), "no_ruling", (*OPTION, "id"), "what happens when no option is taken"),
    ((*OPTION, "outcome"), "no_ruling", (*OPTION, "outcome"), "an option rules something"),
    (
        (*GO, "otherwise"),
        "gone",
        (*GO, "otherwise"),
        "there is no option gone; there are: later, no, no_ruling",
    ),
    ((*GO, "otherwise"), "later", (*GO, "otherwise"), "taken unasked, but requires review_date"),
    (
        (*OPTION, "effects", 0, "to"),
        "gone",
        (*OPTION, "effects", 0, "to"),
        "there is no phase gone",
    ),
    (
        (*OPTION, "effects", 0),
        {"do": "resume", "to": "live"},
        (*OPTION, "effects", 0, "to"),
        "only move_phase leads to a phase",
    ),
    (
        (*OPTION, "effects", 0),
        {"do": "adopt"},
        (*OPTION, "effects", 0, "do"),
        "adopt goes with a matter of kind adopt_policy",
    ),
    (
        (*OPTION,),
        {
            "id": "yes",
            "outcome": "approve",
            "requires": ["target"],
            "effects": [{"do": "move_phase", "to": "live"}],
        },
        (*OPTION, "effects", 0, "to"),
        "the option requires a target",
    ),
    ((*OPTION, "effects", 0), {"do": "rest"}, (*OPTION, "effects", 0, "do"), "rest, and only rest"),
    (
        (*OPTION, "effects", 0),
        {"do": "rest", "standing": "active"},
        (*OPTION, "effects", 0, "standing"),
        "does not rest while it is active",
    ),
    (
        (*OPTION, "effects", 0),
        {"do": "rest", "standing": "closed"},
        (*OPTION, "effects", 0, "standing"),
        "lifecycle.rests names no phase for closed",
    ),
    (
        (*OPTION, "effects", 0),
        {"do": "rest", "standing": "on_hold"},
        (*OPTION, "effects", 0, "standing"),
        "from idea a project cannot become on_hold",
    ),
    (
        ("matters", "adopt", "options", 0, "effects", 0),
        {"do": "move_phase", "to": "live"},
        ("matters", "adopt", "options", 0, "effects", 0, "do"),
        "only a matter of kind pass_gate moves",
    ),
    (TEST, {"fact": "gone", "equals": "1"}, (*TEST, "fact"), "there is no fact gone"),
    (TEST, {"fact": "npv"}, TEST, "there is nothing to compare with"),
    (TEST, {"fact": "npv", "one_of": []}, TEST, "there is nothing to compare with"),
    (
        TEST,
        {"fact": "npv", "at_least": "1"},
        (*TEST, "at_least"),
        "1 does not fit: write money as amount",
    ),
    (TEST, {"fact": "npv", "at_least": "1.00 USD"}, (*TEST, "at_least"), "the fact is in EUR"),
    (TEST, {"fact": "npv", "at_least": "1.005 EUR"}, (*TEST, "at_least"), "EUR has 2 digits"),
    (
        TEST,
        {"fact": "risk", "at_most": "1e3"},
        (*TEST, "at_most"),
        "1e3 does not fit: write a number",
    ),
    (TEST, {"fact": "risk", "one_of": ["1", "x"]}, (*TEST, "one_of", 1), "x does not fit"),
    (
        TEST,
        {"fact": "start", "at_least": "22.11.2026"},
        (*TEST, "at_least"),
        "write a day as year-month-day",
    ),
    (
        TEST,
        {"fact": "start", "at_least": "2026-02-30"},
        (*TEST, "at_least"),
        "2026-02-30 does not fit",
    ),
    (
        TEST,
        {"fact": "note", "at_least": "a"},
        (*TEST, "at_least"),
        "a text is compared by: equals, one_of",
    ),
    (TEST, {"fact": "ready", "equals": "yes"}, (*TEST, "equals"), "write true or false"),
    (
        TEST,
        {"fact": "ready", "one_of": ["true"]},
        (*TEST, "one_of"),
        "a flag is compared by: equals",
    ),
    (
        TEST,
        {"fact": "size", "equals": "huge"},
        (*TEST, "equals"),
        "the fact is one of: small, large",
    ),
    (
        TEST,
        {"ratio": ["npv", "risk"], "at_least": "1"},
        (*TEST, "ratio"),
        "two numbers or two amounts",
    ),
    (
        TEST,
        {"ratio": ["npv", "gone"], "at_least": "1"},
        (*TEST, "ratio", 1),
        "there is no fact gone",
    ),
    (TEST, {"ratio": ["npv", "cost"], "one_of": ["1"]}, (*TEST, "one_of"), "is compared by"),
    (TEST, {"evidence": "gone"}, (*TEST, "evidence"), "there is no evidence gone"),
    (TEST, {"evidence": "case", "equals": "1"}, (*TEST, "equals"), "nothing to compare"),
    (
        TEST,
        {"earlier": "gone", "one_of": ["approve"]},
        (*TEST, "earlier"),
        "there is no matter or gate gone",
    ),
    (TEST, {"earlier": "go"}, (*TEST, "earlier"), "say which outcomes count"),
    (TEST, {"earlier": "go", "one_of": ["go"]}, (*TEST, "one_of", 0), "there is no outcome go"),
    (
        TEST,
        {"n": 3, "n_of": [{"evidence": "case"}, {"evidence": "case"}]},
        (*TEST, "n"),
        "3 of 2 tests can never be met",
    ),
    (
        TEST,
        {"any_of": [{"evidence": "case"}, {"all_of": [{"fact": "gone", "equals": "1"}]}]},
        (*TEST, "any_of", 1, "all_of", 0, "fact"),
        "there is no fact gone",
    ),
]

WARNINGS: list[tuple[Path, Any, Path, str]] = [
    (
        (*CYCLE, "phases", 3),
        {"id": "far", "label": "Far", "standing": "active"},
        (*CYCLE, "phases", 3),
        "nothing leads to this phase",
    ),
    (
        (*CYCLE, "phases", 2, "label"),
        "LIVE",
        (*CYCLE, "phases", 2, "label"),
        "another phase bears this label",
    ),
    (
        (*CYCLE, "gates", 1),
        {"id": "back", "from": ["live"], "to": "idea"},
        (*CYCLE, "gates", 1),
        "no matter decides this gate",
    ),
    (
        ("boards", "idle"),
        {"seats": [{"id": "x"}], "voting": {"at_least": "1/1"}},
        ("boards", "idle"),
        "this board decides nothing",
    ),
    (("matters", "adopt", "kind"), "transfer", ("matters",), "no matter of kind adopt_policy"),
    (
        (*GO, "decided_by", 1),
        {"board": "board", "up_to": "2000.00 EUR"},
        (*GO, "decided_by"),
        "nobody decides above 2000",
    ),
    ((*GO, "otherwise"), "yes", (*GO, "otherwise"), "silence approves"),
    ((*OPTION, "effects"), [], OPTION, "approves a gate but moves nothing"),
]

BOUNDS: list[tuple[Path, Any]] = [
    ((*BOARD, "quorum"), "3"),
    ((*BOARD, "quorum"), "2/2"),
    ((*BOARD, "voting"), {"at_least": "1/1"}),
    ((*GO, "criteria", 2, "weight"), "0"),
    (("facts", "risk", "min"), "25"),
    ((*GO, "decided_by", 0, "up_to"), "0.01 EUR"),
    (TEST, {"n": 2, "n_of": [{"evidence": "case"}, {"evidence": "case"}]}),
    (TEST, {"earlier": "go", "one_of": ["approve"]}),
    (TEST, {"fact": "start", "at_least": "2026-02-28", "at_most": "2028-02-29"}),
    (TEST, {"ratio": ["risk", "risk"], "at_least": "0.5"}),
    (
        (*CYCLE, "phases", 3),
        {"id": "old", "label": "Old", "standing": "active", "historical": "true"},
    ),
]


def test_a_sound_policy_has_no_fault() -> None:
    assert check_policy(Policy.model_validate(SOUND)) == ()


@pytest.mark.parametrize(("path", "value", "at", "say"), ERRORS)
def test_an_error_is_found_where_it_is(path: Path, value: Any, at: Path, say: str) -> None:
    found = check_policy(changed(path, value))
    assert any(f.path == at and say in f.message for f in found), found
    assert {f.level for f in found} == {"error"}


@pytest.mark.parametrize(("path", "value", "at", "say"), WARNINGS)
def test_a_warning_is_found_where_it_is(path: Path, value: Any, at: Path, say: str) -> None:
    if (path, value) == (("matters", "adopt", "kind"), "transfer"):
        policy = changed(
            ("matters", "adopt"),
            {
                **SOUND["matters"]["adopt"],
                "kind": "transfer",
                "options": [{"id": "yes", "outcome": "approve", "effects": [{"do": "transfer"}]}],
            },
        )
    else:
        policy = changed(path, value)
    (fault,) = check_policy(policy)
    assert (fault.path, fault.level) == (at, "warning")
    assert say in fault.message


@pytest.mark.parametrize(("path", "value"), BOUNDS)
def test_what_stands_exactly_at_its_bound_is_sound(path: Path, value: Any) -> None:
    assert check_policy(changed(path, value)) == ()


@pytest.mark.parametrize(
    ("path", "many"),
    [
        ((*BOARD, "seats"), lambda n: [{"id": f"s{i}"} for i in range(n)]),
        (
            (*GO, "criteria"),
            lambda n: [
                {"id": f"c{i}", "kind": "should", "test": {"evidence": "case"}} for i in range(n)
            ],
        ),
    ],
)
def test_sizes_are_bounded_at_two_hundred(path: Path, many: Callable[[int], Any]) -> None:
    changed(path, many(200))
    with pytest.raises(ValueError, match="at most 200"):
        changed(path, many(201))


def test_at_most_forty_options() -> None:
    options = [{"id": f"o{i}", "outcome": "rework"} for i in range(41)]
    changed((*GO, "options"), options[:40])
    with pytest.raises(ValueError, match="at most 40"):
        changed((*GO, "options"), options)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("facts", "npv", "exogenous"), "yes"),
        (("facts", "risk", "max"), "1_000"),
        (("facts", "risk", "max"), "\u0661"),
        (("facts", "risk", "max_age_days"), "7.0"),
        ((*BOARD, "quorum"), "\u0663"),
        ((*BOARD, "voting", "more_than"), "0.5"),
        ((*GO, "decided_by", 0, "up_to"), "1000"),
        ((*CYCLE, "phases", 0, "label"), {"English!": "Idea"}),
        ((*CYCLE, "phases", 0, "label"), {}),
    ],
)
def test_a_scalar_has_one_spelling(path: Path, value: Any) -> None:
    with pytest.raises(ValueError, match="validation error"):
        changed(path, value)
