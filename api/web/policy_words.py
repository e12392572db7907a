"""What a policy calls things, in the reader's language: its facts, options, seats and phases."""

import re
from collections.abc import Mapping
from typing import Any

from api.http.policies import show_policy_text
from api.web.said import Said
from api.web.visit import Visit, told
from api.web.words import Words

_MONEY = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?) ([A-Z]{3})")
_FIGURE = re.compile(r"-?[0-9]+(\.[0-9]+)?")


class PolicyWords:
    """The words of one version of a policy.

    Attributes:
        text: the policy as it was written.
    """

    def __init__(self, text: Mapping[str, Any], words: Words, said: Said) -> None:
        """Speak for a policy, to a reader."""
        self.text = text
        self._words = words
        self._said = said

    def fact(self, name: str) -> str:
        """Return the label of a fact."""
        return self._label(self.text.get("facts", {}).get(name), name)

    def evidence(self, name: str) -> str:
        """Return the label of a kind of evidence."""
        return self._label(self.text.get("evidence", {}).get(name), name)

    def adviser(self, name: str) -> str:
        """Return the label of a function that is asked for advice."""
        return self._label(self.text.get("advice", {}).get(name), name)

    def board(self, name: str) -> str:
        """Return the label of a board."""
        return self._label(self.text["boards"].get(name), name)

    def seat(self, board: str, name: str) -> str:
        """Return the label of a seat."""
        return self._label(_named(self.text["boards"].get(board, {}).get("seats", ()), name), name)

    def phase(self, name: str) -> str:
        """Return the label of a phase."""
        return self._label(_named(self.text["lifecycle"]["phases"], name), name)

    def gate(self, name: str) -> str:
        """Return the label of a gate."""
        return self._label(_named(self.text["lifecycle"].get("gates", ()), name), name)

    def matter(self, name: str, gate: str | None = None) -> str:
        """Return the label of a matter, or else of the gate it is about."""
        rule = self.text["matters"].get(name)
        plain = self._label(rule, "")
        return plain or (self.gate(gate) if gate else name.replace("_", " "))

    def option(self, matter: str, name: str) -> str:
        """Return the label of an option."""
        return self._label(_named(self.rule(matter).get("options", ()), name), name)

    def criterion(self, matter: str, name: str) -> str:
        """Return the label of a criterion."""
        return self._label(_named(self.rule(matter).get("criteria", ()), name), name)

    def rule(self, matter: str) -> Mapping[str, Any]:
        """Return a matter as it was written."""
        found: Mapping[str, Any] = self.text["matters"].get(matter, {})
        return found

    def value(self, fact: str, value: Mapping[str, Any] | None) -> str:
        """Return the value of a fact with its unit."""
        if not value:
            return self._words("review.unknown")
        ((kind, said),) = value.items()
        match kind:
            case "money":
                return self._said.money(said)
            case "number":
                unit = self.text.get("facts", {}).get(fact, {}).get("unit")
                return f"{self._said.amount(said)} {unit}" if unit else self._said.amount(said)
            case "flag":
                return self._words.of("truth", "yes" if said else "no")
            case "date":
                return self._said.day(said)
        return str(said)

    def limit(self, text: str) -> str:
        """Return the limit of a test, as the policy writes it, in the reader's way."""
        money = _MONEY.fullmatch(text)
        if money is not None:
            return self._said.money({"amount": money[1], "currency": money[2]})
        if _FIGURE.fullmatch(text):
            return self._said.amount(text)
        if text in {"true", "false"}:
            return self._words.of("truth", "yes" if text == "true" else "no")
        return text

    def _label(self, named: Mapping[str, Any] | None, name: str) -> str:
        label = (named or {}).get("label")
        if label is None:
            return name.replace("_", " ")
        return _in_language(label, self._words.language)


def policy_words(visit: Visit, code: str, digest: str) -> PolicyWords:
    """Return the words of a version of a policy."""
    text = told(show_policy_text(code, digest, visit.look))["text"]
    return PolicyWords(text, visit.words, visit.said)


def _named(every: Any, name: str) -> Mapping[str, Any] | None:
    return next((one for one in every if one["id"] == name), None)


def _in_language(label: Any, language: str) -> str:
    if isinstance(label, str):
        return label
    return str(label.get(language) or next(iter(label.values())))
