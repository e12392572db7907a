"""Hypothesis strategies for any value of the domain, read off its own field types."""

import datetime
import types
from decimal import Decimal
from enum import Enum
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import annotated_types as at
from hypothesis import reject
from hypothesis import strategies as st
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from domain.base import Value
from domain.facts import FactValue
from domain.money import MINOR_DIGITS, Balance, Money

V = TypeVar("V", bound=Value)

MOMENTS = st.datetimes(
    datetime.datetime(1990, 1, 1),  # noqa: DTZ001  hypothesis adds the zone
    datetime.datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([datetime.UTC, datetime.timezone(datetime.timedelta(hours=5))]),
)
TEXTS = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=40
).filter(lambda text: text == text.strip() and "/" not in text and text not in {".", ".."})


@st.composite
def moneys(draw: st.DrawFn) -> Money:
    currency = draw(st.sampled_from(sorted(MINOR_DIGITS)))
    minor = draw(st.integers(0, 10**15))
    return Money(amount=Decimal(minor).scaleb(-MINOR_DIGITS[currency]), currency=currency)


@st.composite
def balances(draw: st.DrawFn) -> Balance:
    currency = draw(st.sampled_from(sorted(MINOR_DIGITS)))
    minor = draw(st.integers(-(10**15), 10**15))
    return Balance(amount=Decimal(minor).scaleb(-MINOR_DIGITS[currency]), currency=currency)


def numbers() -> st.SearchStrategy[Decimal]:
    return st.decimals(-(10**12), 10**12, allow_nan=False, places=6)


FACTS = st.one_of(
    numbers().map(lambda n: FactValue(number=n)),
    balances().map(lambda m: FactValue(money=m)),
    TEXTS.map(lambda t: FactValue(text=t)),
    st.booleans().map(lambda f: FactValue(flag=f)),
    st.dates().map(lambda d: FactValue(date=d)),
)


def values(kind: type[V], *, full: bool = False) -> st.SearchStrategy[V]:
    """Return values of a kind, every optional field both there and not; all there when full."""
    if kind is Money:
        return moneys()  # type: ignore[return-value]
    if kind is FactValue:
        return FACTS  # type: ignore[return-value]
    return st.fixed_dictionaries(
        {name: _field(field, full) for name, field in kind.model_fields.items()}
    ).map(lambda fields: _made(kind, fields))


def _made(kind: type[V], fields: dict[str, Any]) -> V:
    try:
        return kind(**fields)
    except ValidationError:
        reject()  # fields that do not go together, such as a seat twice on one panel


def _field(field: FieldInfo, full: bool) -> st.SearchStrategy[Any]:
    return _of(field.annotation, list(field.metadata), full)


def _of(kind: Any, metadata: list[Any], full: bool) -> st.SearchStrategy[Any]:
    origin, arguments = get_origin(kind), get_args(kind)
    if hasattr(kind, "__metadata__"):
        return _of(arguments[0], [*kind.__metadata__, *metadata], full)
    if origin in {Union, types.UnionType}:
        kept = [a for a in arguments if not (full and a is type(None))]
        return st.one_of([_of(a, metadata, full) for a in kept])
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is tuple:
        fewest = 1 if full or any(isinstance(m, at.MinLen) for m in metadata) else 0
        most = 1 if full else 3
        return st.lists(_of(arguments[0], [], full), min_size=fewest, max_size=most).map(tuple)
    if isinstance(kind, type) and issubclass(kind, Value):
        return values(kind, full=full)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    return _scalar(kind, metadata)


def _scalar(kind: Any, metadata: list[Any]) -> st.SearchStrategy[Any]:
    flat = [n for m in metadata for n in getattr(m, "metadata", [m])]
    pattern = next((p for m in flat if (p := getattr(m, "pattern", None))), None)
    if kind is str:
        return TEXTS if pattern is None else st.from_regex(pattern, fullmatch=True)
    if kind is int:
        low = next((m.ge for m in flat if isinstance(m, at.Ge)), 0)
        high = next((m.le for m in flat if isinstance(m, at.Le)), 10**6)
        return st.integers(int(str(low)), int(str(high)))
    found: dict[Any, st.SearchStrategy[Any]] = {
        bool: st.booleans(),
        datetime.datetime: MOMENTS,
        datetime.date: st.dates(),
        Decimal: numbers(),
        type(None): st.none(),
    }
    return found[kind]
