"""A policy: governance as data. Values only; it holds no code, so it can be judged by for ever.

The text a person writes is YAML in which every scalar is text; its digest is over the canonical
JSON of that text as written, before any default of this module is applied. Order decides where a
policy is a list (phases, options, criteria) and never where it is a mapping.
"""

from decimal import Decimal
from typing import Literal, Self

from pydantic import Field, model_validator

from domain.base import Code, Text, Value
from domain.policy_boards import Board, Seat, Voting
from domain.policy_lifecycle import Gate, Lifecycle, Phase
from domain.policy_money import MoneyRule
from domain.policy_terms import (
    NAME_PATTERN,
    Count,
    Day,
    Days,
    Figure,
    Flag,
    Label,
    Language,
    Name,
    PolicyMoney,
    Quorum,
    Share,
    Whole,
)
from domain.words import FactKind, MatterKind, Outcome, Standing

__all__ = [
    "NAME_PATTERN",
    "AdviceType",
    "Board",
    "Count",
    "Criterion",
    "Day",
    "Days",
    "Decider",
    "EffectRule",
    "EvidenceType",
    "FactType",
    "Figure",
    "Flag",
    "Gate",
    "Label",
    "Language",
    "Lifecycle",
    "Matter",
    "MoneyRule",
    "Name",
    "Option",
    "OptionField",
    "PackRule",
    "Phase",
    "Policy",
    "PolicyMoney",
    "Predicate",
    "Quorum",
    "Seat",
    "Share",
    "Voting",
    "Whole",
    "Window",
]


class FactType(Value):
    """What one fact of the vocabulary is.

    Attributes:
        unit: unit of a number, or currency of money.
        min, max: bounds, both allowed.
        choices: the allowed texts of a choice.
        exogenous: whether it would be the same had earlier rulings gone another way.
        max_age_days: older than this at the ruling, it is unknown.
    """

    type: FactKind
    label: Label | None = None
    unit: Text | None = None
    min: Figure | None = None
    max: Figure | None = None
    choices: tuple[Text, ...] = ()
    exogenous: Flag = False
    max_age_days: Days | None = None


class EvidenceType(Value):
    """What one kind of evidence is; ``max_age_days`` bounds how old it may be at the ruling."""

    label: Label | None = None
    max_age_days: Days | None = None


class AdviceType(Value):
    """A function that is asked for its advice, such as legal or finance."""

    label: Label | None = None


class Predicate(Value):
    """One test, in Kleene logic. Exactly one subject is present, with the comparison it needs.

    Attributes:
        fact: a fact compared by ``at_least``, ``at_most``, ``equals`` or ``one_of``.
        ratio: two facts, the first divided by the second, compared exactly, never rounded.
        evidence: a kind of evidence that must be at hand and fresh.
        earlier: a gate or matter that must have been ruled with an outcome in ``one_of``.
        all_of, any_of, n_of: combinations; ``n`` goes with ``n_of``.
    """

    fact: Name | None = None
    ratio: tuple[Name, Name] | None = None
    evidence: Name | None = None
    earlier: Name | None = None
    all_of: tuple["Predicate", ...] | None = Field(default=None, min_length=1)
    any_of: tuple["Predicate", ...] | None = Field(default=None, min_length=1)
    n_of: tuple["Predicate", ...] | None = Field(default=None, min_length=1)
    n: Count | None = None
    at_least: Text | None = None
    at_most: Text | None = None
    equals: Text | None = None
    one_of: tuple[Text, ...] | None = None

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        subjects = (
            self.fact, self.ratio, self.evidence, self.earlier, self.all_of, self.any_of, self.n_of,
        )  # fmt: skip
        if sum(subject is not None for subject in subjects) != 1:
            raise ValueError("a test has exactly one subject: a fact, ratio, evidence, ...")
        if (self.n is not None) != (self.n_of is not None):
            raise ValueError("n and n_of go together")
        return self


class Criterion(Value):
    """One named criterion.

    Attributes:
        kind: ``must`` knocks out, ``should`` adds its weight, ``info`` is only shown.
        weight: what a met ``should`` adds towards the matter's hurdle.
    """

    id: Name
    label: Label | None = None
    kind: Literal["must", "should", "info"] = "must"
    weight: Figure = Decimal(1)
    test: Predicate


class Decider(Value):
    """Which board decides up to an amount; without ``up_to``, any amount.

    Attributes:
        granted: the board, of one seat, decides only what its member was granted, up to the
            lesser of the grant and ``up_to``; without a grant the next board decides.
    """

    up_to: PolicyMoney | None = None
    board: Name
    granted: Flag = False


class PackRule(Value):
    """What a pack must hold before it can be presented.

    Attributes:
        advice: functions whose advice is in it, whatever they advise.
    """

    facts: tuple[Name, ...] = ()
    evidence: tuple[Name, ...] = ()
    advice: tuple[Name, ...] = ()
    recommendation: bool = False


class Window(Value):
    """How long a vote is open.

    Attributes:
        days: calendar days, the last one included whole.
        early: ``settled`` lets a review be ruled once no missing ballot can change the outcome.
        early_after_days: but not before this many days.
    """

    days: Days
    early: Literal["never", "settled"] = "never"
    early_after_days: Days = 0


class EffectRule(Value):
    """What an option does when it is the outcome.

    Attributes:
        do: name of the effect.
        to: target phase of ``move_phase``; the gate's own target when absent.
        standing: the standing ``rest`` leads to.
        only: of several projects, those above the line, those below it, or all.
    """

    do: Literal[
        "move_phase", "rest", "resume", "adopt", "appoint", "relieve", "transfer",
        "allocate", "release", "set_envelope", "oblige", "waive", "replace_baseline",
        "undo", "grant", "supersede", "merge", "split",
        "reprioritise", "reallocate", "close_period",
    ]  # fmt: skip
    to: Name | None = None
    standing: Standing | None = None
    only: Literal["all", "funded", "not_funded"] = "all"


OptionField = Literal[
    "amount", "amounts", "awards", "conditions", "review_date", "target", "effective_on",
    "parts", "ranking", "unspent",
]  # fmt: skip


class Option(Value):
    """One allowed outcome with the fields it requires of the pack."""

    id: Name
    label: Label | None = None
    outcome: Outcome
    requires: tuple[OptionField, ...] = ()
    effects: tuple[EffectRule, ...] = ()


class Matter(Value):
    """How one kind of thing is decided.

    Attributes:
        kind: what is decided.
        gates: for ``pass_gate``, the gates decided this way; every gate when empty.
        decided_by: boards by amount, the first whose limit covers it; the last may be unlimited.
        hurdle: least sum of the weights of met ``should`` criteria.
        window: how long the vote is open; without one, until every seat has voted.
        options: in the order in which they are tried.
        otherwise: option taken when none carries; ``no_ruling`` leaves everything as it is.
        proposer_may_decide: whether the proposer of the subject may hold a deciding seat.
    """

    kind: MatterKind
    label: Label | None = None
    gates: tuple[Name, ...] = ()
    decided_by: tuple[Decider, ...] = Field(min_length=1, max_length=20)
    pack: PackRule = PackRule()
    criteria: tuple[Criterion, ...] = Field(default=(), max_length=200)
    hurdle: Figure | None = None
    window: Window | None = None
    options: tuple[Option, ...] = Field(min_length=1, max_length=40)
    otherwise: Name = "no_ruling"
    proposer_may_decide: Flag = False

    def option(self, name: str) -> Option | None:
        """Return an option by name."""
        return next((o for o in self.options if o.id == name), None)


class Policy(Value):
    """A whole policy, as adopted.

    Attributes:
        policy: its code; versions of one policy share it.
        language: version of this policy language.
        sources: where its rules come from.
        advice: the functions that are asked for advice.
    """

    policy: Code
    title: Label
    language: Literal["1"]
    sources: tuple[Text, ...] = ()
    facts: dict[Name, FactType] = Field(default_factory=dict)
    evidence: dict[Name, EvidenceType] = Field(default_factory=dict)
    advice: dict[Name, AdviceType] = Field(default_factory=dict)
    boards: dict[Name, Board] = Field(min_length=1)
    lifecycle: Lifecycle
    matters: dict[Name, Matter] = Field(min_length=1)
    money: MoneyRule | None = None
