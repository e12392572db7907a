"""The form of a pack: the options of the policy with the fields each requires, to and fro.

A field is called ``OPTION.what``, and where there are several, ``OPTION.what.NUMBER.part``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from api.web.post import Post
from domain.advice import ADVICE_MAX
from domain.event import stream_code, stream_kind

LINES = 6
"""Lines of money, and of conditions, a form has for one option; more go through the API."""
AWARD_LINES = 2
SPARE = 2
"""Empty places for advice below those that are filled in."""
API_ONLY = frozenset({"parts", "unspent"})
"""Fields too large for a form: what a merge or split divides, and money left in a period."""
_PLAIN = ("review_date", "target", "effective_on")
_LINE = ("period", "kind", "sum")
_ADVICE = ("function", "person", "name", "stance", "words")
_CONDITION = ("name", "words", "owner", "due", "evidence")


def content_of(post: Post, review: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """Return what a form says, as `PresentPack` takes it.

    Args:
        post: the form.
        review: the review as the API shows it.
        currency: of lines of money that say none.
    """
    projects = projects_of(review)
    options = [_option(post, name, projects, currency) for name in post.texts("put")]
    words = {
        condition["id"]: text
        for name in post.texts("put")
        for condition, text in _conditions(post, name)
        if text
    }
    advice = list(_advice(post))
    return {
        **post.filled("request", "recommendation", "reasons"),
        "options": options,
        **({"advice": advice} if advice else {}),
        **({"condition_words": words} if words else {}),
    }


def filled_from(pack: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields of the form as the pack before the review has them."""
    if not pack:
        return {}
    content = pack["content"]
    found = {
        "request": pack["request"] or "",
        "reasons": pack["reasons"] or "",
        "recommendation": content.get("recommendation", ""),
    }
    for option in content["options"]:
        found[f"put.{option['id']}"] = "on"
        found |= dict(_fields(option, pack["conditions"]))
    return found | dict(_advice_fields(pack["advice"]))


def heard_first(functions: Sequence[str]) -> dict[str, str]:
    """Return the fields of a form in which the functions to be heard have their places."""
    return {f"advice.{place}.function": one for place, one in enumerate(functions)}


def advice_rows(filled: Mapping[str, str]) -> int:
    """Return how many pieces of advice the form has room for: two more than are filled in."""
    last = max((place for place in range(ADVICE_MAX) if _given(filled, place)), default=-1)
    return min(last + 1 + SPARE, ADVICE_MAX)


def projects_of(review: Mapping[str, Any]) -> list[str]:
    """Return the codes of the projects a review is about."""
    return [stream_code(one) for one in review["subjects"] if stream_kind(one) == "project"]


def _option(post: Post, name: str, projects: list[str], currency: str) -> dict[str, Any]:
    option: dict[str, Any] = {"id": name}
    if post.text(f"{name}.amount"):
        option["amount"] = {"amount": post.text(f"{name}.amount"), "currency": currency}
    amounts = list(_lines(post, f"{name}.amounts", LINES, currency))
    awards = list(_awards(post, name, projects, currency))
    conditions = [condition for condition, _ in _conditions(post, name)]
    ranking = re.findall(r"[^\s,;]+", post.text(f"{name}.ranking"))
    several = {"amounts": amounts, "awards": awards, "conditions": conditions, "ranking": ranking}
    plain = {field: post.text(f"{name}.{field}") for field in _PLAIN}
    return {**option, **{key: value for key, value in {**several, **plain}.items() if value}}


def _lines(post: Post, prefix: str, most: int, currency: str) -> Iterator[dict[str, Any]]:
    for number in range(most):
        period, kind, amount = (post.text(f"{prefix}.{number}.{part}") for part in _LINE)
        if period or amount:
            money = {"amount": amount, "currency": currency}
            yield {"period": period, "kind": kind, "amount": money}


def _awards(post: Post, name: str, projects: list[str], currency: str) -> Iterator[dict[str, Any]]:
    for place, code in enumerate(projects):
        rank = post.text(f"{name}.awards.{place}.rank")
        if rank:
            lines = list(_lines(post, f"{name}.awards.{place}", AWARD_LINES, currency))
            said = int(rank) if rank.isdecimal() and len(rank) < 9 else rank
            yield {"project": code, "rank": said, "amounts": lines}


def _conditions(post: Post, name: str) -> Iterator[tuple[dict[str, Any], str]]:
    for number in range(LINES):
        parts = {part: post.text(f"{name}.conditions.{number}.{part}") for part in _CONDITION}
        if parts["words"] or parts["name"]:
            named = parts["name"] or _name_of(parts["words"])
            kept = {part: parts[part] for part in ("owner", "due", "evidence") if parts[part]}
            yield {"id": named, **kept}, parts["words"]


def _advice(post: Post) -> Iterator[dict[str, str]]:
    for place in range(ADVICE_MAX):
        given = _given(post.fields, place)
        if given:
            yield given


def _given(fields: Mapping[str, str], place: int) -> dict[str, str]:
    parts = {part: fields.get(f"advice.{place}.{part}", "").strip() for part in _ADVICE}
    return {part: text for part, text in parts.items() if text}


def _advice_fields(advice: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for place, one in enumerate(advice):
        person = one["person"] and one["person"]["id"]
        for part, value in {**one, "person": person}.items():
            if part in _ADVICE:
                yield f"advice.{place}.{part}", value or ""


def _name_of(words: str) -> str:
    """Return a name for a condition made of its first words."""
    plain = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")
    return f"c_{plain}"[:40].rstrip("_")


def _fields(option: Mapping[str, Any], words: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    name = option["id"]
    if "amount" in option:
        yield f"{name}.amount", option["amount"]["amount"]
    for field in _PLAIN:
        if field in option:
            yield f"{name}.{field}", option[field]
    yield f"{name}.ranking", ", ".join(option.get("ranking", ()))
    yield from _line_fields(f"{name}.amounts", option.get("amounts", ()))
    for number, one in enumerate(option.get("conditions", ())):
        parts = {**one, "name": one["id"], "words": words.get(one["id"], "")}
        for part in _CONDITION:
            yield f"{name}.conditions.{number}.{part}", parts.get(part, "")
    for place, award in enumerate(option.get("awards", ())):
        yield f"{name}.awards.{place}.rank", str(award["rank"])
        yield from _line_fields(f"{name}.awards.{place}", award.get("amounts", ()))


def _line_fields(prefix: str, lines: Any) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(lines):
        yield f"{prefix}.{number}.period", line["period"]
        yield f"{prefix}.{number}.kind", line["kind"]
        yield f"{prefix}.{number}.sum", line["amount"]["amount"]
