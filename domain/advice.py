"""Advice: what those who were asked say of a request, put before the board beside it.

Who advises is a function the policy names, a person on record, or a name in words for somebody who
is not. Words and names are private texts of the pack; the stance alone is never erased.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field

from domain.base import Text, Value
from domain.policy import Matter, Name, Policy
from domain.private import advice_text, adviser_text
from domain.refusals import FieldMissing, Malformed, UnknownFact
from domain.words import Stance

ADVICE_MAX = 50
"""Pieces of advice in one pack, at most."""
UNEXPLAINED = frozenset({Stance.SUPPORTS, Stance.NO_OBJECTION})
"""Stances that may stand without words; reservations nobody can read are none."""


class Advice(Value):
    """A piece of advice as somebody puts it before a review.

    Attributes:
        function: whose advice it is, as the policy names it, for example ``legal``.
        person: id of who gave it, where they are on record.
        name: who gave it, where they are not: a person or a department in words.
        words: what they say; may be absent where they support it or do not object.
    """

    stance: Stance
    function: Name | None = None
    person: Annotated[Text, Field(min_length=1, max_length=100)] | None = None
    name: Annotated[Text, Field(min_length=1, max_length=200)] | None = None
    words: Annotated[Text, Field(min_length=1, max_length=8000)] | None = None


class PackAdvice(Value):
    """A piece of advice as the pack holds it.

    Attributes:
        name, words: digests of the private texts that hold them.
    """

    stance: Stance
    function: Name | None = None
    person: str | None = None
    name: str | None = None
    words: str | None = None


def advice_texts(advice: tuple[Advice, ...]) -> Iterator[tuple[str, str]]:
    """Yield the private texts of pieces of advice, each under a name of its own."""
    for place, one in enumerate(advice, start=1):
        if one.name is not None:
            yield adviser_text(place), one.name
        if one.words is not None:
            yield advice_text(place, one.person), one.words


def put_advice(
    advice: tuple[Advice, ...], digests: Mapping[str, str]
) -> tuple[PackAdvice, ...] | None:
    """Return pieces of advice as the pack holds them, None where there are none.

    Args:
        advice: the pieces.
        digests: of their private texts, by the names `advice_texts` gives.
    """
    put = (
        PackAdvice(
            stance=one.stance,
            function=one.function,
            person=one.person,
            name=digests.get(adviser_text(place)),
            words=digests.get(advice_text(place, one.person)),
        )
        for place, one in enumerate(advice, start=1)
    )
    return tuple(put) or None


def require_advice(policy: Policy, matter: Matter, advice: tuple[Advice, ...]) -> None:
    """Refuse advice that does not say whose it is or why, and a pack that lacks some.

    Raises:
        FieldMissing: nobody is named, words are missing, or a function was not heard.
        Malformed: two are named for one piece of advice.
        UnknownFact: the policy has no such function.
    """
    for place, one in enumerate(advice, start=1):
        _require_adviser(policy, place, one)
        if one.words is None and one.stance not in UNEXPLAINED:
            raise FieldMissing(
                f"advice {place} is '{one.stance.replace('_', ' ')}' and does not say why",
                fix="Give the words of the advice.",
            )
    heard = {one.function for one in advice}
    missing = [function for function in matter.pack.advice if function not in heard]
    if missing:
        raise FieldMissing(
            f"the pack lacks advice of {', '.join(missing)}",
            fix="Ask them, and present the pack with their advice.",
        )


def _require_adviser(policy: Policy, place: int, one: Advice) -> None:
    if one.function is None and one.person is None and one.name is None:
        raise FieldMissing(
            f"advice {place} does not say whose it is",
            fix="Give a function of the policy, a person on record, or a name.",
        )
    if one.person is not None and one.name is not None:
        raise Malformed(
            f"advice {place} is of a person on record and of {one.name}",
            fix="Give one of the two; put each piece of advice on its own.",
        )
    if one.function is not None and one.function not in policy.advice:
        known = ", ".join(sorted(policy.advice)) or "none"
        raise UnknownFact(
            f"policy {policy.policy} hears no {one.function}; it has {known}",
            fix="Give one of these, or a person or a name.",
        )
