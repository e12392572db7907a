"""The versions of a policy: adopted, superseded by the next, never edited."""

import datetime
from typing import ClassVar

from domain.base import Document, Moment, Value
from domain.event import Body, Draft, Event
from domain.refusals import Malformed, NotInForce


class PolicyAdopted(Body):
    """A version of a policy was adopted.

    Attributes:
        digest: digest of the policy as written; the text is a document.
        effective_from: since when it rules; never before it was recorded.
        ruling: review that decided it; absent for the founder's first policy.
    """

    TOPIC: ClassVar[str] = "policy.adopted/1"
    digest: str
    effective_from: Moment
    ruling: str | None = None


class Adopted(Value):
    """One version and since when it rules."""

    digest: str
    effective_from: datetime.datetime


class PolicyBook(Value):
    """Every adopted version of one policy, in the order of adoption."""

    versions: tuple[Adopted, ...] = ()

    def in_force(self, code: str, moment: datetime.datetime) -> str:
        """Return the digest of the version in force at a moment.

        Raises:
            NotInForce: no version is in force yet.
        """
        ruling = [v for v in self.versions if v.effective_from <= moment]
        if not ruling:
            raise NotInForce(
                f"no version of policy {code} is in force at that moment",
                fix="Adopt the policy first, or wait for the day it takes effect.",
            )
        return max(enumerate(ruling), key=lambda item: (item[1].effective_from, item[0]))[1].digest


def policy_stream(code: str) -> str:
    """Return the stream of a policy."""
    return f"policy:{code}"


def adopt(
    code: str, text: Document, effective_from: datetime.datetime, now: datetime.datetime,
    ruling: str | None = None,
) -> tuple[Draft, ...]:  # fmt: skip
    """Adopt a version of a policy.

    Raises:
        Malformed: it would take effect in the past, where it could rule nothing.
    """
    require_ahead(effective_from, now)
    body = PolicyAdopted(digest=text.digest, effective_from=effective_from, ruling=ruling)
    return (Draft(stream=policy_stream(code), data=body, documents=(text,)),)


def require_ahead(effective_from: datetime.datetime, now: datetime.datetime) -> None:
    """Refuse a policy that would take effect in the past.

    Raises:
        Malformed: the moment has passed.
    """
    if effective_from < now:
        raise Malformed(
            "a policy cannot take effect in the past, where it could rule nothing",
            fix="Leave the moment out, or name one that is still to come.",
        )


def evolve(book: PolicyBook | None, event: Event, _position: int) -> PolicyBook | None:
    """Apply one event."""
    match event.data:
        case PolicyAdopted() as body:
            version = Adopted(digest=body.digest, effective_from=body.effective_from)
            return PolicyBook(versions=(*(book or PolicyBook()).versions, version))
    return book
