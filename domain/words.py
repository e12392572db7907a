"""The closed vocabularies of governance: standings, matters, outcomes, grounds.

Source: DESIGN.md section 2.
"""

from enum import StrEnum


class Standing(StrEnum):
    """Whether a project goes on, rests or has ended."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    ON_HOLD = "on_hold"
    DEFERRED = "deferred"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    CLOSED = "closed"
    SUPERSEDED = "superseded"


class MatterKind(StrEnum):
    """What is to be decided."""

    PASS_GATE = "pass_gate"
    FUND = "fund"
    SET_ENVELOPE = "set_envelope"
    CHANGE = "change"
    WAIVE = "waive"
    SET_ASIDE = "set_aside"
    REVOKE = "revoke"
    DEFER = "defer"
    HOLD = "hold"
    RESUME = "resume"
    CANCEL = "cancel"
    REJECT = "reject"
    ADOPT_POLICY = "adopt_policy"
    APPOINT = "appoint"
    RELIEVE = "relieve"
    GRANT_AUTHORITY = "grant_authority"
    TRANSFER = "transfer"
    SUPERSEDE = "supersede"
    MERGE = "merge"
    SPLIT = "split"
    REPRIORITISE = "reprioritise"
    REALLOCATE = "reallocate"
    CLOSE_PERIOD = "close_period"


ABOUT_SEVERAL = frozenset({MatterKind.REPRIORITISE, MatterKind.REALLOCATE})
"""Matters about several projects of one portfolio, and never about one alone."""


class Outcome(StrEnum):
    """What a review answers."""

    APPROVE = "approve"
    APPROVE_WITH_CONDITIONS = "approve_with_conditions"
    DEFER = "defer"
    HOLD = "hold"
    REWORK = "rework"
    REJECT = "reject"
    CANCEL = "cancel"
    NO_RULING = "no_ruling"


APPROVING = frozenset({Outcome.APPROVE, Outcome.APPROVE_WITH_CONDITIONS})
OPPOSING = frozenset({Outcome.REJECT, Outcome.CANCEL})
"""Outcomes by which a seat with a veto strikes every approving option."""


class Ground(StrEnum):
    """The one thing that settled the outcome: the first that applies, in this order."""

    NO_QUORUM = "no_quorum"
    VETO = "veto"
    MUST_FAILED = "must_failed"
    MUST_UNKNOWN = "must_unknown"
    HURDLE_MISSED = "hurdle_missed"
    CARRIED = "carried"
    TIE = "tie"
    NOT_CARRIED = "not_carried"
    REPORTED = "reported"


class Stance(StrEnum):
    """What a piece of advice comes to, from the most to the least welcome."""

    SUPPORTS = "supports"
    NO_OBJECTION = "no_objection"
    SUPPORTS_WITH_RESERVATIONS = "supports_with_reservations"
    ADVISES_AGAINST = "advises_against"


class Truth(StrEnum):
    """Three values: what is missing is never met and never failed."""

    MET = "met"
    FAILED = "failed"
    UNKNOWN = "unknown"


class FactKind(StrEnum):
    """What type of value a fact has."""

    NUMBER = "number"
    MONEY = "money"
    TEXT = "text"
    FLAG = "flag"
    DATE = "date"
    CHOICE = "choice"
