"""The shapes everything is made of: frozen values, and the one encoder of canonical bytes.

Canonical bytes are what is stored and what is hashed: JSON with sorted ASCII keys, no white space,
unescaped UTF-8, integers below 2**53, no floats and no nulls. Two equal values have equal bytes,
and reading refuses every byte string that is not the canonical form of what it says.

Source: DESIGN.md section 7; RFC 8785 restricted to the profile in which all encoders agree.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PlainSerializer
from typing_extensions import TypeAliasType

INTEGER_MAX = 2**53 - 1
DIGITS_MAX = 30
CODE_CHARACTERS_MAX = 100

Json = TypeAliasType("Json", "str | int | bool | list[Json] | dict[str, Json]")


class NotCanonical(ValueError):  # noqa: N818  a fault of bytes, named for what the bytes are
    """Bytes or a value that have no canonical form, or are not in it."""


def canonical(value: Json) -> bytes:
    """Return the canonical bytes of a JSON value.

    Raises:
        NotCanonical: a float, null, integer of 2**53 or more, key outside ASCII or lone surrogate.
    """
    if not _fits(value):
        _require_profile(value, "")
    try:
        return _WRITER.encode(value).encode()
    except UnicodeEncodeError:
        raise NotCanonical("text holds a lone surrogate, which UTF-8 cannot carry") from None


def read_canonical(data: bytes) -> Json:
    """Return the value canonical bytes stand for.

    Raises:
        NotCanonical: not UTF-8 JSON, a duplicate key, or bytes that re-encode to others.
    """
    value = parse(data)
    if canonical(value) != data:
        raise NotCanonical("the bytes are not the canonical form of their own content")
    return value


def parse(data: bytes) -> Json:
    """Return the JSON value of bytes that somebody else compares with what they re-encode to.

    Raises:
        NotCanonical: not UTF-8 JSON, a duplicate key, or a number with a fraction.
    """
    try:
        value: Json = _READER.decode(data.decode())
    except (ValueError, RecursionError) as fault:
        raise NotCanonical(f"not canonical JSON: {fault}") from None
    return value


def digest(data: bytes) -> str:
    """Return the SHA-256 of bytes, as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def _fits(value: Any) -> bool:
    """Return whether a value surely has a canonical form; where not, it is looked at closely."""
    kind = type(value)
    if kind is dict:
        for key, item in value.items():
            if type(key) is not str or not key.isascii():
                return False
            # Most of what there is is text, and is not worth a call.
            if type(item) is not str and not _fits(item):
                return False
        return True
    if kind is list:
        return all(type(item) is str or _fits(item) for item in value)
    if kind is int:
        return bool(-INTEGER_MAX <= value <= INTEGER_MAX)
    return kind is str or kind is bool


def _require_profile(value: object, path: str) -> None:
    if isinstance(value, str | bool):
        return
    if isinstance(value, int):
        if abs(value) > INTEGER_MAX:
            raise NotCanonical(f"{path or 'value'}: integer {value} is not below 2**53")
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _require_profile(item, f"{path}[{index}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise NotCanonical(f"{path or 'value'}: key {key!r} is not ASCII text")
            _require_profile(item, f"{path}.{key}")
    else:
        raise NotCanonical(f"{path or 'value'}: {type(value).__name__} has no canonical form")


def _without_duplicates(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotCanonical("an object names one key twice")
    return found


def _no_float(text: str) -> Json:
    raise NotCanonical(f"{text}: numbers with a fraction are written as text")


_WRITER = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
)
_READER = json.JSONDecoder(
    object_pairs_hook=_without_duplicates, parse_float=_no_float, parse_constant=_no_float
)


# --- Scalars ---------------------------------------------------------------------------------


def moment_text(moment: datetime) -> str:
    """Return a moment as ``YYYY-MM-DDTHH:MM:SS.ffffffZ``, always six digits, always UTC."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return f"{moment.isoformat('T', 'microseconds')[:26]}Z"


def number_text(number: Decimal) -> str:
    """Return a number without exponent, trailing zeros or minus zero."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def to_utc(moment: datetime) -> datetime:
    """Return a moment in UTC.

    Raises:
        ValueError: it does not say how far from UTC it is.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs its offset from UTC, for example 2026-11-22T09:30:00Z")
    return moment.astimezone(UTC)


def _not_a_float(value: object) -> object:
    if isinstance(value, float | bool):
        raise ValueError('write a number as text, for example "12.50"')  # noqa: TRY004
    return value


def _bounded(number: Decimal) -> Decimal:
    if not number.is_finite():
        raise ValueError("a number must be finite")
    # Looked at before it is ever written out: 1e-999999999 is short to send and a gigabyte long.
    _sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int), "a finite number has a whole exponent"
    before, after = max(len(digits) + exponent, 1), max(-exponent, 0)
    if before + after > DIGITS_MAX:
        raise ValueError(f"a number may have at most {DIGITS_MAX} digits")
    return number


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def _plain_text(text: str) -> str:
    if _CONTROL.search(text.replace("\n", "").replace("\t", "")):
        raise ValueError("text may not hold control characters")
    return text


def _code(text: str) -> str:
    if not text or len(text) > CODE_CHARACTERS_MAX or text != text.strip():
        raise ValueError(f"a code has 1 to {CODE_CHARACTERS_MAX} characters, no space at its ends")
    if _CONTROL.search(text) or "/" in text or text in {".", ".."}:
        raise ValueError("a code may not hold a slash or a control character")
    return text


Moment = Annotated[
    datetime, AfterValidator(to_utc), PlainSerializer(moment_text, str, when_used="json")
]
Number = Annotated[
    Decimal,
    BeforeValidator(_not_a_float),
    AfterValidator(_bounded),
    PlainSerializer(number_text, str, when_used="json"),
]
Text = Annotated[str, AfterValidator(_plain_text)]
Code = Annotated[str, AfterValidator(_code)]


def _sorted_texts(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(texts)))


Texts = Annotated[tuple[str, ...], AfterValidator(_sorted_texts)]
"""A set of texts, kept as a sorted tuple so that its bytes never depend on the order given."""


_set = object.__setattr__


class Value(BaseModel):
    """An immutable value: equal when its fields are equal, closed to unknown fields."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", serialize_by_alias=True, validate_by_name=True
    )

    def as_json(self) -> dict[str, Json]:
        """Return the value as JSON data; absent optional fields are left out, never null."""
        return self.model_dump(mode="json", exclude_none=True)

    def changed(self, **fields: Any) -> Self:
        """Return a copy with some fields replaced; the caller vouches for their types."""
        # What `model_copy` does, for a model that has neither extra nor private attributes.
        made = object.__new__(type(self))
        _set(made, "__dict__", {**self.__dict__, **fields})
        _set(made, "__pydantic_fields_set__", self.__pydantic_fields_set__ | fields.keys())
        _set(made, "__pydantic_extra__", None)
        _set(made, "__pydantic_private__", None)
        return made


class Document(Value):
    """Canonical bytes under their digest: policies, packs, lists of checks."""

    digest: str
    content: bytes


def document(value: Value | Mapping[str, Json]) -> Document:
    """Return the document that holds a value."""
    content = canonical(value.as_json() if isinstance(value, Value) else dict(value))
    return Document(digest=digest(content), content=content)
