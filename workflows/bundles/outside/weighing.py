"""Criteria, tested once more: met, failed or unknown. This is engine 1 written a second time.

Policies are read as they were written, where every number is text.
"""

import re
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

Found = tuple[str, list[str]]
"""``met``, ``failed`` or ``unknown``, and what was not known."""

FIGURE_FORM = re.compile(r"-?[0-9]+(\.[0-9]+)?")
FIGURE_CHARACTERS = 31


def weigh(test: dict[str, Any], policy: dict[str, Any], pack: dict[str, Any], now: str) -> Found:
    """Return how a test comes out: every subject of the pack has to meet it by itself."""
    found = [_weigh_one(test, policy, pack, now, subject) for subject in pack["subjects"]]
    return _together(len(found), found) if len(found) > 1 else found[0]


def _weigh_one(
    test: dict[str, Any], policy: dict[str, Any], pack: dict[str, Any], now: str, subject: str
) -> Found:
    if "fact" in test:
        return _weigh_fact(test, _Known(policy, pack, now, subject))
    if "ratio" in test:
        return _weigh_ratio(test, _Known(policy, pack, now, subject))
    if "evidence" in test:
        kind = test["evidence"]
        rule = policy.get("evidence", {}).get(kind)
        dated = [
            one["dated"]
            for one in pack.get("evidence", [])
            if one["kind"] == kind and one["subject"] in (subject, pack["review"])
        ]
        fresh = rule is not None and any(_is_fresh(at, rule, now) for at in dated)
        return ("met", []) if fresh else ("unknown", [f"evidence:{kind}"])
    if "earlier" in test:
        return _weigh_earlier(test, pack, subject)
    name = next(name for name in ("all_of", "any_of", "n_of") if name in test)
    parts = [_weigh_one(part, policy, pack, now, subject) for part in test[name]]
    needed = {"all_of": len(parts), "any_of": 1}.get(name) or int(test["n"])
    return _together(needed, parts)


def _together(needed: int, parts: list[Found]) -> Found:
    truths = [truth for truth, _missing in parts]
    if truths.count("met") >= needed:
        return "met", []
    if truths.count("met") + truths.count("unknown") < needed:
        return "failed", []
    return "unknown", sorted({name for _truth, missing in parts for name in missing})


class _Known:
    """What is known about one subject: of each fact the latest value, while it is fresh."""

    def __init__(
        self, policy: dict[str, Any], pack: dict[str, Any], now: str, subject: str
    ) -> None:
        self.kinds = policy.get("facts", {})
        self._now = now
        self._latest: dict[str, dict[str, Any]] = {}
        for fact in pack.get("facts", []):
            before = self._latest.get(fact["fact"])
            if fact["subject"] == subject and (before is None or _since(fact) > _since(before)):
                self._latest[fact["fact"]] = fact

    def value(self, name: str) -> dict[str, Any] | None:
        """Return the value of a fact, if the policy has it and it is fresh."""
        fact, kind = self._latest.get(name), self.kinds.get(name)
        if fact is None or kind is None or not _is_fresh(fact["effective_at"], kind, self._now):
            return None
        value: dict[str, Any] = fact["value"]
        return value

    def amount(self, name: str) -> Fraction | None:
        """Return the value of a fact that is a number or money."""
        value, kind = self.value(name), self.kinds.get(name, {}).get("type")
        if value is None or kind not in ("number", "money") or kind not in value:
            return None
        return Fraction(value["money"]["amount"] if kind == "money" else value["number"])


def _weigh_fact(test: dict[str, Any], known: _Known) -> Found:
    name = test["fact"]
    value, kind = known.value(name), known.kinds.get(name)
    form = None if kind is None else {"choice": "text"}.get(kind["type"], kind["type"])
    if value is None or kind is None or form not in value:
        return "unknown", [name]
    own = value[form]
    if form == "money":
        unit = kind.get("unit") or own["currency"]
        if {text.partition(" ")[2] or unit for text in _bounds(test)} - {own["currency"]}:
            return "unknown", [f"currency:{name}"]
        limits = {text: _figure_of(text.partition(" ")[0]) for text in _bounds(test)}
        return _measure(test, name, Fraction(own["amount"]), limits)
    if form == "number":
        return _measure(test, name, Fraction(own), {t: _figure_of(t) for t in _bounds(test)})
    if form == "date":
        own = Fraction(date.fromisoformat(own).toordinal())
        return _measure(test, name, own, {t: _day_of(t) for t in _bounds(test)})
    return _worded_as(test, name, str(own).lower() if form == "flag" else own)


def _weigh_ratio(test: dict[str, Any], known: _Known) -> Found:
    """Compare a quotient without dividing."""
    above, below = test["ratio"]
    upper, lower = known.amount(above), known.amount(below)
    if upper is None or lower is None:
        missing = {above: upper, below: lower}
        return "unknown", sorted(name for name, amount in missing.items() if amount is None)
    if lower <= 0:
        return "unknown", [below]
    values = (known.value(above) or {}, known.value(below) or {})
    if len({one["money"]["currency"] for one in values if "money" in one}) > 1:
        return "unknown", [f"currency:{below}"]
    limits = {text: _figure_of(text) for text in _bounds(test)}
    raised = {text: None if one is None else one * lower for text, one in limits.items()}
    return _measure(test, above, upper, raised)


def _weigh_earlier(test: dict[str, Any], pack: dict[str, Any], subject: str) -> Found:
    name = test["earlier"]
    ruled = [
        (one["position"], one["outcome"])
        for one in pack.get("earlier", [])
        if one["subject"] == subject and name in (one["matter"], one.get("gate"))
    ]
    if not ruled:
        return "unknown", [f"earlier:{name}"]
    return ("met" if max(ruled)[1] in test.get("one_of", []) else "failed"), []


def _bounds(test: dict[str, Any]) -> list[str]:
    single = [test[name] for name in ("at_least", "at_most", "equals") if name in test]
    return [*single, *test.get("one_of", [])]


def _measure(
    test: dict[str, Any], name: str, own: Fraction, limits: dict[str, Fraction | None]
) -> Found:
    """Compare with every bound; bounds are included."""
    known = {text: limit for text, limit in limits.items() if limit is not None}
    if len(known) < len(limits) or not (limits or "one_of" in test):
        return "unknown", [f"limit:{name}"]
    met = (
        ("at_least" not in test or own >= known[test["at_least"]])
        and ("at_most" not in test or own <= known[test["at_most"]])
        and ("equals" not in test or own == known[test["equals"]])
        and ("one_of" not in test or own in [known[text] for text in test["one_of"]])
    )
    return ("met" if met else "failed"), []


def _worded_as(test: dict[str, Any], name: str, own: str) -> Found:
    if "at_least" in test or "at_most" in test or not _bounds(test):
        return "unknown", [f"limit:{name}"]
    same = test.get("equals", own) == own and own in test.get("one_of", [own])
    return ("met" if same else "failed"), []


def _figure_of(text: str) -> Fraction | None:
    fits = len(text) <= FIGURE_CHARACTERS and FIGURE_FORM.fullmatch(text)
    return Fraction(text) if fits else None


def _day_of(text: str) -> Fraction | None:
    try:
        fits = re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text)
        return Fraction(date.fromisoformat(text).toordinal()) if fits else None
    except ValueError:
        return None


def _is_fresh(since: str, rule: dict[str, Any], now: str) -> bool:
    days = rule.get("max_age_days")
    age = datetime.fromisoformat(now) - datetime.fromisoformat(since)
    return days is None or age <= timedelta(days=int(days))


def _since(fact: dict[str, Any]) -> tuple[str, int]:
    return fact["effective_at"], fact["position"]
