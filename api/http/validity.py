"""What is wrong with a request, in plain words: where, and what."""

from collections.abc import Sequence
from typing import Any, TypeVar

from fastapi import Request, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError

from api.problems import Complaint

COMPLAINTS_MAX = 50

Model = TypeVar("Model", bound=BaseModel)

_SAYINGS = {
    "missing": "is missing",
    "extra_forbidden": "is not a field of this request; leave it out or check its spelling",
    "json_invalid": "is not JSON: {error}",
    "string_type": "is to be text",
    "string_too_short": "is too short: it has at least {min_length} characters",
    "string_too_long": "is too long: it has at most {max_length} characters",
    "string_pattern_mismatch": "does not have the form {pattern}",
    "int_type": "is to be a whole number",
    "int_parsing": "is to be a whole number",
    "int_from_float": "is to be a whole number",
    "finite_number": "is to be a finite number",
    "bool_type": "is to be true or false",
    "bool_parsing": "is to be true or false",
    "decimal_parsing": 'is to be a number written as text, for example "12.50"',
    "decimal_type": 'is to be a number written as text, for example "12.50"',
    "greater_than_equal": "is to be at least {ge}",
    "less_than_equal": "is to be at most {le}",
    "literal_error": "is to be one of {expected}",
    "enum": "is to be one of {expected}",
    "tuple_type": "is to be a list",
    "list_type": "is to be a list",
    "dict_type": "is to be an object",
    "model_type": "is to be an object",
    "model_attributes_type": "is to be a JSON object, sent with Content-Type: application/json",
    "too_long": "is too long: it has at most {max_length} items",
    "too_short": "is too short: it has at least {min_length} items",
    **dict.fromkeys(
        ("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"),
        "is to be a day, for example 2026-11-22",
    ),
    **dict.fromkeys(
        ("datetime_type", "datetime_parsing", "datetime_from_date_parsing"),
        "is to be a moment with its offset, for example 2026-11-22T09:30:00Z",
    ),
}


def complaints(details: Sequence[Any]) -> tuple[Complaint, ...]:
    """Return what validation found, each with its place and in plain words."""
    return tuple(_complaint(detail) for detail in details[:COMPLAINTS_MAX])


def validated(model: type[Model], content: Any, where: str) -> Model:
    """Return a model of some content.

    Raises:
        RequestValidationError: it does not fit, as if the framework had found out.
    """
    try:
        return model.model_validate(content)
    except ValidationError as fault:
        found = fault.errors(include_url=False, include_input=False)
        raise RequestValidationError(
            [{**detail, "loc": (where, *detail["loc"])} for detail in found]
        ) from None


async def plain_query(request: Request) -> None:
    """Refuse a query that names what its route does not know, or one thing twice.

    A misspelt ``as_of`` would be answered about now, and look like the past.

    Raises:
        RequestValidationError: it does.
    """
    if not request.query_params:
        return
    known = _query_names(request.scope["route"])
    given = [name for name, _ in request.query_params.multi_items()]
    strange = [
        {
            "type": "unknown_query",
            "loc": ("query", name),
            "msg": f"is not asked here; {_list(known)}",
        }
        for name in given
        if name not in known
    ]
    twice = [
        {"type": "repeated_query", "loc": ("query", name), "msg": "is given more than once"}
        for name in dict.fromkeys(given)
        if given.count(name) > 1
    ]
    if strange or twice:
        raise RequestValidationError([*strange, *twice])


def _query_names(route: APIRoute) -> frozenset[str]:
    fields = get_flat_params(route.dependant)
    return frozenset(field.alias for field in fields if isinstance(field.field_info, params.Query))


def _list(names: frozenset[str]) -> str:
    return f"it may be one of: {', '.join(sorted(names))}" if names else "nothing may be"


def _complaint(detail: Any) -> Complaint:
    context = detail.get("ctx", {})
    saying = _SAYINGS.get(detail["type"])
    if saying is None:
        return Complaint(where=_where(detail["loc"]), what=_own_words(detail))
    return Complaint(where=_where(detail["loc"]), what=saying.format_map(context))


def _own_words(detail: Any) -> str:
    """Return what our own check said, or the library's words where it is none of ours."""
    own = detail.get("ctx", {}).get("error")
    return str(own) if own is not None else str(detail["msg"])


def _where(path: Sequence[str | int]) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text or "request"
