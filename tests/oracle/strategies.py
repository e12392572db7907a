"""Policies, packs and dockets made by chance, small and full of edges, for anybody's properties.

Everything stands close to a bound: facts just at, below and above their limits, ages exactly at and
a microsecond over, shares that panels of up to seven seats can meet exactly.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Any, NamedTuple

from hypothesis import strategies as st

from domain.docket import Ballot, Docket, PanelSeat
from domain.facts import FactValue
from domain.pack import EarlierRuling, Pack, PackEvidence, PackFact, PackOption
from domain.policy import FactType, Policy, Predicate

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
SUBJECTS = ("project:A-1", "project:A-2")
REVIEW = "review:A-1/g1/1"

VOCABULARY: dict[str, Any] = {
    "npv": {"type": "number", "max_age_days": 30},
    "heads": {"type": "number"},
    "cost": {"type": "money", "unit": "EUR", "max_age_days": 0},
    "grant": {"type": "money"},
    "sponsor": {"type": "text"},
    "grade": {"type": "choice", "choices": ("a", "b", "c")},
    "safe": {"type": "flag"},
    "due": {"type": "date"},
}

FACT_TYPES = {name: FactType.model_validate(kind) for name, kind in VOCABULARY.items()}

VALUES: dict[str, list[dict[str, Any]]] = {
    "npv": [{"number": n} for n in ("-1", "0", "9.99", "10", "10.01", "20")] + [{"text": "10"}],
    "heads": [{"number": n} for n in ("-3", "0", "3", "5", "5.000000000000000000001", "20")],
    "cost": [
        {"money": {"amount": a, "currency": c}}
        for a, c in (("49999.99", "EUR"), ("50000", "EUR"), ("50000.01", "EUR"), ("50000", "USD"))
    ],
    "grant": [
        {"money": {"amount": a, "currency": c}}
        for a, c in (("0", "EUR"), ("25000", "EUR"), ("25000", "USD"), ("16666.67", "EUR"))
    ],
    "sponsor": [{"text": "ana"}, {"text": "bo"}],
    "grade": [{"text": "a"}, {"text": "b"}, {"number": "1"}],
    "safe": [{"flag": True}, {"flag": False}],
    "due": [{"date": d} for d in ("2026-11-21", "2026-11-22", "2026-11-23")],
}

LEAVES: tuple[dict[str, Any], ...] = (
    {"fact": "npv", "at_least": "10"},
    {"fact": "npv", "at_most": "10"},
    {"fact": "npv", "at_least": "0", "at_most": "10.00"},
    {"fact": "npv", "equals": "10.0"},
    {"fact": "npv", "one_of": ("9.99", "20")},
    {"fact": "heads", "at_least": "5"},
    {"fact": "cost", "at_most": "50000"},
    {"fact": "cost", "at_most": "50000.00 EUR"},
    {"fact": "cost", "at_least": "50000 USD"},
    {"fact": "grant", "at_least": "25000"},
    {"fact": "grant", "at_most": "25000 EUR", "at_least": "0.01 EUR"},
    {"fact": "sponsor", "equals": "ana"},
    {"fact": "grade", "one_of": ("a", "c")},
    {"fact": "grade", "at_least": "a"},
    {"fact": "safe", "equals": "true"},
    {"fact": "safe", "equals": "false"},
    {"fact": "due", "at_most": "2026-11-22"},
    {"fact": "due", "at_least": "2026-11-22"},
    {"fact": "due", "equals": "2026-11-22"},
    {"ratio": ("npv", "heads"), "at_least": "2"},
    {"ratio": ("npv", "heads"), "at_most": "2"},
    {"ratio": ("heads", "npv"), "equals": "0.5"},
    {"ratio": ("cost", "grant"), "at_least": "2"},
    {"ratio": ("cost", "grant"), "at_most": "3"},
    {"ratio": ("cost", "heads"), "at_most": "10000"},
    {"ratio": ("sponsor", "heads"), "at_most": "1"},
    {"evidence": "case"},
    {"evidence": "audit"},
    {"earlier": "g0", "one_of": ("approve", "approve_with_conditions")},
    {"earlier": "fund", "one_of": ("approve",)},
)

FACT_VALUES = {
    name: [FactValue.model_validate(value) for value in values] for name, values in VALUES.items()
}

OUTCOMES = (
    "approve", "approve_with_conditions", "reject", "cancel", "defer", "hold", "rework",
)  # fmt: skip
OFTEN = ("approve", "approve", "approve_with_conditions", "reject", "reject")
SHARES = ("1/2", "2/3", "1/3", "1/1", "3/5", "1/4", "3/4", "2/7")
HOLDERS = (*["person"] * 8, "vacant", "proposer")
VAGUE_CHOICES = ("abstain", "need_more", "stray")
QUORUMS = ("1", "1", "0", "2", "4", "1/2", "1/3", "1/4", "2/3", "1/1", "3/7")
AGES = (timedelta(0), DAY, TICK, 30 * DAY, 30 * DAY + TICK, 30 * DAY - TICK, -DAY)


class Case(NamedTuple):
    """The three arguments of a ruling."""

    policy: Policy
    pack: Pack
    docket: Docket


# What a seed makes is small already, so facts and criteria come from one draw, which is ten times
# as fast as drawing each; what votes do is drawn piece by piece and shrinks well.
seeds = st.integers(0, 2**32 - 1)


def predicates() -> st.SearchStrategy[Predicate]:
    """Tests of the vocabulary above, up to three levels deep."""
    return seeds.map(lambda seed: Predicate.model_validate(_test(Random(seed), 2)))


def _test(chance: Random, depth: int) -> dict[str, Any]:
    if depth == 0 or chance.random() < 1 / 2:
        return dict(chance.choice(LEAVES))
    parts = tuple(_test(chance, depth - 1) for _ in range(chance.randint(1, 3)))
    match chance.choice(("all_of", "any_of", "n_of")):
        case "n_of":
            return {"n_of": parts, "n": chance.randint(1, 4)}
        case combined:
            return {combined: parts}


@cache
def packs(options: tuple[str, ...] = ("o0",)) -> st.SearchStrategy[Pack]:
    """Packs that hold some of the vocabulary, of some age, about one subject or two."""
    return seeds.map(lambda seed: _pack(Random(seed), options))


def _pack(chance: Random, options: tuple[str, ...]) -> Pack:
    subjects = SUBJECTS[: chance.choice((1, 1, 1, 2))]
    facts = [
        PackFact(
            subject=subject,
            fact=name,
            value=chance.choice(FACT_VALUES[name]),
            position=chance.randint(1, 10**6),
            effective_at=NOW - chance.choice(AGES),
        )
        for subject in SUBJECTS
        for name in FACT_VALUES
        for _ in range(chance.choice((0, 1, 1, 1, 1, 2)))
    ]
    chance.shuffle(facts)
    evidence = tuple(
        PackEvidence(
            subject=chance.choice((*SUBJECTS, REVIEW)),
            kind=chance.choice(("case", "audit")),
            sha256="0" * 64,
            position=1,
            dated=NOW - chance.choice(AGES),
        )
        for _ in range(chance.randint(0, 3))
    )
    earlier = tuple(
        EarlierRuling(
            subject=chance.choice(SUBJECTS),
            matter="pass" if gate else "fund",
            gate=gate,
            outcome=chance.choice(OUTCOMES),
            position=position,
        )
        for position in chance.sample(range(9), chance.randint(0, 3))
        for gate in (chance.choice(("g0", None)),)
    )
    return Pack(
        review=REVIEW,
        subjects=subjects,
        options=tuple(PackOption(id=option) for option in options),
        facts=tuple(facts),
        evidence=evidence,
        earlier=earlier,
    )


def _criteria(chance: Random) -> list[dict[str, Any]]:
    return [
        {
            "id": f"c{number}",
            "kind": chance.choice(("must", "should", "should", "info")),
            "weight": chance.choice(("1", "0", "2", "0.5")),
            "test": _test(chance, 2),
        }
        for number in range(chance.randint(0, 3))
    ]


@cache
def among(*items: Any) -> st.SearchStrategy[Any]:
    """One of some items; kept, because making a strategy takes longer than drawing from it."""
    return st.sampled_from(items)


@cache
def few(most: int, *items: Any) -> st.SearchStrategy[tuple[Any, ...]]:
    """Up to so many different items."""
    return st.lists(st.sampled_from(items), max_size=most, unique=True).map(tuple)


def _voting(draw: st.DrawFn, seats: tuple[str, ...]) -> dict[str, Any]:
    return {
        draw(among("more_than", "at_least")): draw(among(*SHARES)),
        "of": draw(among("cast", "present", "seats")),
        "tie": draw(among("chair", "fails")),
        "veto": draw(few(3, *seats)),
        "conflict": draw(among("leaves", "stays")),
    }


def _policy(
    draw: st.DrawFn, seats: tuple[str, ...], options: tuple[str, ...], *, bare: bool
) -> Policy:
    matter = {
        "kind": "hold",
        "decided_by": [{"board": "board"}],
        "criteria": () if bare else _criteria(Random(draw(seeds))),
        "hurdle": draw(among(*[None] * 6, "0", "1", "1.5", "3")),
        "window": draw(windows),
        "options": [
            {"id": option, "outcome": draw(among(*OUTCOMES, *OFTEN))} for option in options
        ],
        "otherwise": draw(among("no_ruling", *options)),
        "proposer_may_decide": draw(st.booleans()),
    }
    board = {
        "seats": [{"id": seat} for seat in seats],
        "chair": draw(among(*seats)),
        "quorum": draw(among(*QUORUMS)),
        "voting": _voting(draw, seats),
    }
    phases = [{"id": "idea", "label": "Idea", "standing": "proposed"}]
    return Policy.model_validate(
        {
            "policy": "made-up",
            "title": "Made up",
            "language": "1",
            "facts": FACT_TYPES,
            "evidence": {"case": {"max_age_days": 30}, "audit": {}},
            "boards": {"board": board},
            "lifecycle": {"initial": "idea", "phases": phases},
            "matters": {"pass": matter},
        }
    )


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Policies with one board, `board`, and one matter, `pass`."""
    return _policy(draw, ("s1", "s2", "s3"), ("o0", "o1"), bare=False)


@st.composite
def cases(
    draw: st.DrawFn,
    *,
    seats_max: int = 7,
    options_max: int = 4,
    bare: bool = False,
    missing: int = 1,
) -> Case:
    """Policies, packs and dockets that belong together.

    Args:
        bare: without criteria, so that all that is drawn goes into the vote.
        missing: how often a ballot is missing, by weight; any other choice has about weight 1.
    """
    seats = tuple(f"s{number}" for number in range(1, draw(_up_to(seats_max)) + 1))
    options = tuple(f"o{number}" for number in range(draw(_up_to(options_max))))
    policy = _policy(draw, seats, options, bare=bare)
    left_out = draw(among(None, None, *options))
    listed = tuple(option for option in options if option != left_out)
    # An option of the pack that the policy does not have happens when another policy is tried.
    extra = ("stray",) if not listed or draw(among(*[False] * 9, True)) else ()
    put = (*listed, *extra)
    pack = _bare_pack(put) if bare else draw(packs(put))
    choices = (*["missing"] * missing, *VAGUE_CHOICES, *options * 2, *options[:1] * 5)
    panel, ballots = [], []
    for seat in seats:
        holder, choice = draw(among(*HOLDERS)), draw(among(*choices))
        person = None if holder == "vacant" else f"p-{holder}-{seat}"
        panel.append(PanelSeat(seat=seat, person=person))
        if choice in {"abstain", "need_more"}:
            ballots.append(Ballot(seat=seat, person="any", choice=choice))
        elif choice != "missing":
            ballots.append(Ballot(seat=seat, person="any", choice="option", option=choice))
    docket = Docket(
        matter="pass",
        board="board",
        now=NOW,
        opened_at=NOW - draw(among(0, 3, 2, 14)) * DAY - draw(ticks),
        closes_at=draw(among(None, NOW, NOW + TICK, NOW + DAY)),
        panel=tuple(panel),
        conflicts=draw(few(2, *seats)),
        waivers=draw(few(1, "c0", "c1")),
        ballots=tuple(ballots),
        proposers=tuple(p.person for p in panel if p.person and "proposer" in p.person),
    )
    return Case(policy, pack, docket)


@cache
def _up_to(most: int) -> st.SearchStrategy[int]:
    return st.integers(1, most)


ticks = st.sampled_from((timedelta(0), TICK, -TICK))
windows = st.sampled_from(
    (
        None,
        {"days": 14},
        {"days": 14, "early": "settled"},
        {"days": 14, "early": "settled", "early_after_days": 3},
    )
)


def _bare_pack(options: tuple[str, ...]) -> Pack:
    made = tuple(PackOption(id=option) for option in options)
    return Pack(review=REVIEW, subjects=SUBJECTS[:1], options=made)
