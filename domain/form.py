"""The form of an event's bytes, topic by topic: read in one step, written again and compared.

The plain way to read an event (`catalogue.read_event`) goes through JSON data, a body, an event,
JSON data again and bytes again. Here the types of the domain are asked for a reader and a writer of
their own: the reader takes bytes straight to an event, the writer takes it back with all keys in
order. An event that comes back as the very bytes it was read from is the one the plain way finds.
Everything else is left to the plain way, which knows to say what is wrong.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from pydantic import ValidationError
from pydantic_core import (
    PydanticSerializationError,
    SchemaError,
    SchemaSerializer,
    SchemaValidator,
    core_schema,
)

from domain.base import INTEGER_MAX, moment_text, number_text, to_utc
from domain.event import Body, Event
from domain.money import Money

MOMENTS_KEPT_MAX = 1_024
_TOPIC = b'"topic":"'

_PLAIN = frozenset(
    {
        *("model", "model-fields", "model-field", "definitions", "definition-ref"),
        *("nullable", "default", "tuple", "literal", "enum", "str", "int", "bool", "date"),
        *("datetime", "decimal", "function-after", "function-before"),
    }
)
"""Kinds of types whose values have one text each, in the order the writer meets them."""

_WRITERS = (moment_text, number_text, Money.exact)
"""What writes the other values: one text each, keys in order."""


class NoForm(TypeError):  # noqa: N818  a fault of a type, named for what is missing
    """A type whose values can be written in more ways than one; its events go the plain way."""


class Form:
    """The form of the events of one topic."""

    def __init__(self, body: type[Body]) -> None:
        """Make it of the types.

        Raises:
            NoForm: something in the body may be written in more ways than one.
        """
        self._topic = body.TOPIC
        told = _form(body.__pydantic_core_schema__, None)
        known = []
        if told["type"] == "definitions":
            known, told = told["definitions"], told["schema"]
        event = _form(cast(Any, Event.__pydantic_core_schema__)["schema"], told)
        schema = core_schema.definitions_schema(event, known)
        try:
            # What pydantic built for the classes would read and write their keys as declared.
            self._reader = SchemaValidator(schema, _use_prebuilt=False)
            self._writer = SchemaSerializer(schema, _use_prebuilt=False)
        except SchemaError as fault:
            raise NoForm(f"{self._topic}: {fault}") from None

    def read(self, content: bytes) -> Event | None:
        """Return the event whose bytes these are; nothing where they need a closer look."""
        try:
            event = cast(Event, self._reader.validate_json(content))
            written = self._writer.to_json(event, by_alias=True, exclude_none=True)
        except (ValidationError, PydanticSerializationError, TypeError):
            # A moment without a zone, which nothing can be compared with, is a `TypeError`.
            return None
        return event if written == content and event.topic == self._topic else None


def topic_of(content: bytes) -> str:
    """Return the topic canonical bytes of an event bear; anything at all of other bytes."""
    # Keys are in order and no key of the header after it holds text: the last one is the header's.
    start = content.rfind(_TOPIC) + len(_TOPIC)
    return content[start : content.find(b'"', start)].decode(errors="replace")


def _form(schema: Any, body: Any) -> dict[str, Any]:
    """Return the schema of a type with its fields in the order of their keys.

    Args:
        schema: as pydantic made it for the type.
        body: the form of an event's body, where the type is the event.
    """
    kind = schema["type"]
    if kind not in _PLAIN:
        raise NoForm(f"values of kind {kind} have no one order")
    if body is not None and schema.get("serialization", {}).get("type") == "any":
        return cast(dict[str, Any], body)
    if _is_moment(schema):
        return _MOMENT
    made = {
        name: part for name, part in schema.items() if name not in {"metadata", "serialization"}
    }
    if "serialization" in schema:
        made["serialization"] = _writing(schema["serialization"])
    if kind == "int":
        made["le"] = min(schema.get("le", INTEGER_MAX), INTEGER_MAX)
        made["ge"] = max(schema.get("ge", -INTEGER_MAX), -INTEGER_MAX)
    if kind == "model-fields":
        fields = sorted(schema["fields"].items(), key=_key)
        made["fields"] = {name: _form(field, body) for name, field in fields}
    if "schema" in schema:
        made["schema"] = _form(schema["schema"], body)
    for name in ("items_schema", "definitions"):
        if name in schema:
            made[name] = [_form(part, body) for part in schema[name]]
    return made


def _key(field: tuple[str, Mapping[str, Any]]) -> str:
    return str(field[1].get("serialization_alias", field[0]))


def _writing(serialization: Any) -> Any:
    if serialization.get("function") not in _WRITERS:
        raise NoForm(f"{serialization} may write a value in more ways than one")
    return serialization


def _is_moment(schema: Any) -> bool:
    return bool(
        schema["type"] == "function-after"
        and schema["function"]["function"] is to_utc
        and schema.get("serialization", {}).get("function") is moment_text
    )


_MOMENT: dict[str, Any] = {
    **core_schema.no_info_after_validator_function(
        lru_cache(MOMENTS_KEPT_MAX)(datetime.fromisoformat), core_schema.str_schema(strict=True)
    ),
    "serialization": core_schema.plain_serializer_function_ser_schema(
        lru_cache(MOMENTS_KEPT_MAX)(moment_text),
        return_schema=core_schema.str_schema(),
        when_used="json",
    ),
}
"""A moment, read as canonical text only: anything else does not come back as it was.

An event says the same moment two or three times, and those beside it say it again.
"""
