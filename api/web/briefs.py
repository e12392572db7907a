"""What the page of a review shows: the brief of the API, with values in the reader's words."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from api.http.brief import show_brief
from api.web.policy_words import PolicyWords, policy_words
from api.web.visit import Visit, told
from domain.base import moment_text
from domain.words import Stance

OPENNESS = ("failed", "unknown")
_ADVERSE_FIRST = [*reversed(Stance)]


class Shown(NamedTuple):
    """A review, ready to be shown.

    Attributes:
        brief: as the API answers it.
        policy: the words of the policy that rules it.
    """

    brief: dict[str, Any]
    policy: PolicyWords

    @property
    def pack(self) -> dict[str, Any]:
        """Return the pack before the review; empty where nothing was put."""
        return self.brief["pack"] or {}

    @property
    def matter(self) -> str:
        """Return the name of the matter in the policy."""
        return str(self.brief["matter"]["id"])


def shown(visit: Visit, stream: str) -> Shown:
    """Return a review with its brief.

    Raises:
        NotKnown: there was no such review then.
    """
    brief = told(show_brief(stream, visit.look))["brief"]
    policy = brief["policy"]
    return Shown(brief, policy_words(visit, policy["code"], policy["digest"]))


def open_checks(review: Shown) -> list[dict[str, Any]]:
    """Return the checks that failed or are unknown, each with what is known of what it asks."""
    checks = review.brief["checks"] or {}
    return [
        {
            **check,
            "values": list(_values(review, check)),
            "missing": [_missing(review, name) for name in check.get("missing", ())],
        }
        for truth in OPENNESS
        for check in checks.get(truth, ())
    ]


def closes(review: Shown) -> str | None:
    """Return the last moment at which a vote is in time: midnight would read as a day too many."""
    over = review.brief["review"]["closes_at"]
    if over is None:
        return None
    return moment_text(datetime.fromisoformat(over) - timedelta(microseconds=1))


def advice(pack: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the advice in a pack: the adverse first, wherever whoever presented it put it."""
    return sorted(pack.get("advice", ()), key=lambda one: _ADVERSE_FIRST.index(one["stance"]))


def money(review: Shown) -> dict[str, str] | None:
    """Return the amount that is asked for: of the review, or of the option recommended."""
    amount: dict[str, str] | None = review.brief["review"]["amount"]
    return amount or review.pack.get("content", {}).get("amount")


def awarded(option: Mapping[str, Any], project: str) -> list[Any]:
    """Return the lines of money an option has for a project."""
    awards = option["fields"].get("awards", ())
    found: Mapping[str, Any] = next((one for one in awards if one["project"] == project), {})
    return list(found.get("amounts", ()))


def _missing(review: Shown, name: str) -> str:
    """Return what was not known, as the policy calls it; ``name`` is as `domain.criteria` says."""
    kind, _, of = name.rpartition(":")
    match kind:
        case "evidence":
            return review.policy.evidence(of)
        case "earlier":
            return review.policy.gate(of)
    return review.policy.fact(of)


def _values(review: Shown, check: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    names = list(dict.fromkeys(facts_of(check.get("test", {}))))
    several = len(review.brief["review"]["subjects"]) > 1
    for fact in review.pack.get("content", {}).get("facts", ()):
        if fact["fact"] in names:
            subject = fact["subject"].partition(":")[2] if several else None
            value = review.policy.value(fact["fact"], fact["value"])
            yield {"subject": subject, "fact": review.policy.fact(fact["fact"]), "value": value}


def facts_of(test: Mapping[str, Any]) -> Iterator[str]:
    """Yield the facts a test asks about."""
    if "fact" in test:
        yield test["fact"]
    yield from test.get("ratio", ())
    for group in ("all_of", "any_of", "n_of"):
        for one in test.get(group, ()):
            yield from facts_of(one)
