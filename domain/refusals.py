"""Everything the domain can refuse, as a tree. A refusal is an answer with a name, not a fault.

Refused
├── NotKnown            it does not exist, or is not shown to you
├── NotPermitted        authority
│   ├── NotASeat            the person holds no seat that could do this
│   ├── ForAnother          a live act cannot be done for another person
│   ├── NotYourOwn          separation of duties: one's own proposal, error or record
│   ├── InConflict          a declared conflict of interest bars the seat
│   └── OutsideLimits       the authority given does not reach so far
├── NotNow              lifecycle
│   ├── StepNotOpen         the lifecycle has no such step from here
│   ├── ReviewStillOpen     it cannot be ruled yet
│   ├── ReviewOver          it was ruled or withdrawn
│   ├── WindowOver          the vote window has closed
│   ├── NoPack              nothing was put before the review
│   ├── FundsAvailable      the envelope does not hold the money
│   ├── PeriodOver          the period is closed: nothing is allocated in it any more
│   ├── CurrencyHeld        a portfolio holds money in the currency that would change
│   ├── ImportedRuling      a ruling brought forward from another record is not undone here
│   ├── OnHold              a legal hold stands against erasing or disposing of it
│   ├── NotDue              its retention period is not over, or nothing is left of it
│   └── NotInForce          the policy, seat or person is not in force at that moment
├── Unfit               the content does not fit the rules
│   ├── Malformed           a value has the wrong form, unit, currency or size
│   ├── UnknownFact         the policy has no such fact, evidence, option, gate or matter
│   ├── FieldMissing        an option or a pack lacks a required field
│   ├── OtherPack           the ballot attests another pack than the one presented
│   ├── PolicyFaulty        the policy text does not hold together
│   └── TooLarge            longer than can be recorded
├── Taken               a code, seat or name is already in use
├── Conflict            what was read has moved; load again and decide again
├── Stale               the version stated is not the present one
└── KeyReused           the same idempotency key came with another content
"""

from typing import ClassVar


class Refused(Exception):  # noqa: N818  a refusal is an answer, not a fault
    """A command that was turned down.

    Attributes:
        code: stable name for machines, for example ``review_still_open``.
        why: one sentence: what was wrong, and where.
        fix: one sentence: what to do about it.
    """

    code: ClassVar[str] = "refused"
    default_fix: ClassVar[str] = ""

    def __init__(self, why: str, *, fix: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.fix = fix or self.default_fix


class NotKnown(Refused):
    """It does not exist, or is not shown to this person."""

    code = "not_known"
    default_fix = "Check the spelling of the code, or ask for access."


class NotPermitted(Refused):
    """The person does not hold the authority the act needs."""

    code = "not_permitted"
    default_fix = "Ask somebody who holds the authority, or have it granted."


class NotASeat(NotPermitted):
    """The person holds no seat that could do this."""

    code = "not_a_seat"
    default_fix = "Only a member of the panel, as it stood when the review opened, can do this."


class ForAnother(NotPermitted):
    """A live act cannot be done for another person."""

    code = "for_another"
    default_fix = "Let the person act, or record the sitting with its minutes as evidence."


class NotYourOwn(NotPermitted):
    """Separation of duties: nobody decides on what is their own."""

    code = "not_your_own"
    default_fix = "Another person has to do this."


class InConflict(NotPermitted):
    """A declared conflict of interest bars the seat."""

    code = "in_conflict"
    default_fix = "A seat in conflict asks and answers, but does not vote."


class OutsideLimits(NotPermitted):
    """The authority that was given does not reach so far."""

    code = "outside_limits"
    default_fix = "Let the member of the seat act, or have the limits widened."


class NotNow(Refused):
    """The lifecycle does not allow the act at this moment."""

    code = "not_now"


class StepNotOpen(NotNow):
    """The lifecycle has no such step from the present phase and standing."""

    code = "step_not_open"
    default_fix = "Take one of the open steps."


class ReviewStillOpen(NotNow):
    """The review cannot be ruled yet."""

    code = "review_still_open"
    default_fix = "Wait for the missing ballots or for the end of the window."


class ReviewOver(NotNow):
    """The review was ruled or withdrawn."""

    code = "review_over"
    default_fix = "Open a new review."


class WindowOver(NotNow):
    """The vote window has closed."""

    code = "window_over"
    default_fix = "Rule the review, or open a new one."


class NoPack(NotNow):
    """Nothing was put before the review yet."""

    code = "no_pack"
    default_fix = "Present a pack first."


class FundsAvailable(NotNow):
    """There is not enough money in the envelope."""

    code = "funds_available"
    default_fix = "Ask for less, release money elsewhere, or have the envelope raised."


class PeriodOver(NotNow):
    """The period is closed: nothing is allocated in it any more."""

    code = "period_closed"
    default_fix = "Ask for money of a later period; costs are still recorded where they belong."


class CurrencyHeld(NotNow):
    """A portfolio holds money in the planning currency that would change."""

    code = "currency_held"
    default_fix = "Release the money and set its envelopes to zero first, or keep the currency."


class ImportedRuling(NotNow):
    """A ruling brought forward from another record is not undone here."""

    code = "imported_ruling"
    default_fix = "Correct the record it came from, or decide anew in a review of its own."


class NotInForce(NotNow):
    """The policy, seat or person is not in force at that moment."""

    code = "not_in_force"


class OnHold(NotNow):
    """A legal hold stands against it."""

    code = "on_hold"
    default_fix = "Keep it until whoever placed the hold lifts it."


class NotDue(NotNow):
    """It is not due to be disposed of."""

    code = "not_due"
    default_fix = "Look at what is due: quorate keeping due."


class Unfit(Refused):
    """The content does not fit the rules."""

    code = "unfit"


class Malformed(Unfit):
    """A value has the wrong form, unit, currency or size."""

    code = "malformed"


class UnknownFact(Unfit):
    """The policy in force has no such fact, evidence, option, gate or matter."""

    code = "not_in_policy"
    default_fix = "Use a name the policy in force lists: `quorate policy show`."


class FieldMissing(Unfit):
    """An option or a pack lacks a field the policy requires."""

    code = "field_missing"
    default_fix = "Fill in the field and send it again."


class OtherPack(Unfit):
    """The ballot attests another pack than the one presented."""

    code = "other_pack"
    default_fix = "Read the pack as it is now and vote again."


class PolicyFaulty(Unfit):
    """The policy text does not hold together.

    Attributes:
        faults: each fault with its line and column.
    """

    code = "policy_faulty"
    default_fix = "Mend the file; `quorate policy check` lists every fault."

    def __init__(self, why: str, *, faults: tuple[str, ...] = ()) -> None:
        super().__init__(why)
        self.faults = faults


class TooLarge(Unfit):
    """Longer than can be recorded; nothing was written."""

    code = "too_large"
    default_fix = "Shorten it, or attach the text as evidence."

    def __init__(self, what: str, size: int) -> None:
        super().__init__(f"{what} would take {size} bytes; an event holds at most 65535")


class Taken(Refused):
    """A code, seat or name is already in use."""

    code = "taken"
    default_fix = "Choose another code; codes are never changed or used again."


class Conflict(Refused):
    """Something that was read has moved since; the caller loads again and decides again."""

    code = "conflict"
    default_fix = "Load what you decide about again, and repeat the act."


class Stale(Refused):
    """The version the caller stated is not the present one."""

    code = "stale"
    default_fix = "Load it again: somebody changed it since you looked."


class KeyReused(Refused):
    """The same idempotency key came with another content."""

    code = "key_reused"
    default_fix = "Use a new key for a new act."
