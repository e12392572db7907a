"""The policy that rules a portfolio at the place looked at: the words its forms are made of."""

from typing import Any, NamedTuple

from api.http.policies import list_policies
from api.http.portfolios import show_portfolio
from api.http.shown import worded
from api.web.visit import Visit, told
from domain.policy import FactType, Label, Policy


class Term(NamedTuple):
    """One word of a policy, with what it is called in the reader's language."""

    id: str
    label: str
    type: FactType | None = None


def governing(visit: Visit, portfolio: str) -> Policy | None:
    """Return the policy in force over a portfolio, None where there is none then."""
    code = told(show_portfolio(portfolio, visit.look))["portfolio"]["policy"]
    digest = in_force(visit).get(code)
    return None if digest is None else visit.look.house.desk.texts.policy(digest)


def in_force(visit: Visit) -> dict[str, str]:
    """Return the digest of the version in force of every policy that has one, by its code."""
    found = told(list_policies(visit.look, visit.whole()))["policies"]
    return {one["code"]: one["in_force"] for one in found if one["in_force"] is not None}


def every_policy(visit: Visit) -> dict[str, Policy]:
    """Return the policies in force, by their codes."""
    read = visit.look.house.desk.texts.policy
    return {code: read(digest) for code, digest in in_force(visit).items()}


def label(visit: Visit, given: Label | None, name: str) -> str:
    """Return a label in the reader's language, the name where there is none."""
    return worded(given, visit.words.language) if given else name.replace("_", " ")


def facts_of(visit: Visit, policy: Policy | None) -> dict[str, Term]:
    """Return the vocabulary of facts, in the order of the policy."""
    known = {} if policy is None else policy.facts
    return {name: Term(name, label(visit, one.label, name), one) for name, one in known.items()}


def evidence_of(visit: Visit, policy: Policy | None) -> dict[str, Term]:
    """Return the kinds of evidence, in the order of the policy."""
    known = {} if policy is None else policy.evidence
    return {name: Term(name, label(visit, one.label, name)) for name, one in known.items()}


def money_of(policy: Policy | None) -> dict[str, Any] | None:
    """Return what forms about money offer: kinds, currencies, and how a period is written."""
    rule = None if policy is None else policy.money
    if rule is None:
        return None
    others = {currency for rates in rule.rates.values() for currency in rates}
    return {
        "kinds": rule.kinds,
        "currencies": [rule.currency, *sorted(others - {rule.currency})],
        "example": rule.example(),
        "unspent": rule.unspent,
    }
