"""What was known about a subject, on both clocks: every assertion, the corrected ones included."""

from datetime import datetime
from typing import Any, NamedTuple

from pydantic_core import from_json

from domain.base import moment_text
from projections.as_of import AsOf
from projections.occurrence import Occurrence
from projections.reading import Answer, Reading, Views
from projections.view import Own, State, View, never

_LATEST = "9999-12-31T23:59:59.999999Z"


class Assertion(NamedTuple):
    """What somebody said of a subject.

    Attributes:
        effective_at: since when it is said to hold.
        position: where it was said.
        value: value with its type, one of ``number``, ``money``, ``text``, ``flag``, ``date``.
        by: id of who said it.
        corrects: position of the assertion it corrects, if it does.
        corrected_by: position of the assertion that corrects it, if one was known by then.
    """

    subject: str
    fact: str
    effective_at: str
    position: int
    value: dict[str, Any]
    by: str
    corrects: int | None
    corrected_by: int | None


def known(
    views: Views, subject: str, asked: AsOf | None = None, effective: datetime | None = None
) -> Answer[tuple[Assertion, ...]]:
    """Return what was known of a subject, one assertion per fact, in the order of facts.

    Args:
        views: where to ask.
        subject: a stream, for example ``project:APX-042``.
        asked: what was known there.
        effective: what was known about this moment; about then and before when absent.

    Raises:
        ViewStopped: the view met an event it cannot fold.
    """
    about = _LATEST if effective is None else moment_text(effective)
    with views.at(asked, FACTS) as reading:
        if subject in reading.hidden:
            return reading.answer(())
        keys = reading.connection.execute(
            "SELECT key FROM facts_keys WHERE link = ? AND born <= ? ORDER BY key",
            (subject, reading.position),
        ).fetchall()
        found = (_holding(reading, key, about) for (key,) in keys)
        return reading.answer(tuple(one for one in found if one is not None))


def history(
    views: Views, subject: str, fact: str, asked: AsOf | None = None
) -> Answer[tuple[Assertion, ...]]:
    """Return everything said of one fact of a subject, in the order in which it was said.

    Raises:
        ViewStopped: the view met an event it cannot fold.
    """
    with views.at(asked, FACTS) as reading:
        if subject in reading.hidden:
            return reading.answer(())
        given = {"key": _key(subject, fact), "position": reading.position}
        rows = reading.connection.execute(f"{_ASSERTIONS} ORDER BY v.position", given)
        return reading.answer(tuple(_assertion(row) for row in rows))


_CORRECTED_BY = (
    "(SELECT min(c.position) FROM facts AS c INDEXED BY facts_corrects WHERE c.key = v.key"
    " AND c.corrects = v.position AND c.position <= :position)"
)
_ASSERTIONS = (
    f"SELECT v.key, v.effective_at, v.position, v.corrects, {_CORRECTED_BY}, v.body"
    " FROM facts AS v WHERE v.key = :key AND v.position <= :position"
)
_HOLDING = (
    f"{_ASSERTIONS} AND v.effective_at <= :effective AND {_CORRECTED_BY} IS NULL"
    " ORDER BY v.effective_at DESC, v.position DESC LIMIT 1"
).replace("FROM facts AS v", "FROM facts AS v INDEXED BY facts_effective")


def _holding(reading: Reading, key: str, effective: str) -> Assertion | None:
    given = {"key": key, "position": reading.position, "effective": effective}
    row = reading.connection.execute(_HOLDING, given).fetchone()
    return None if row is None else _assertion(row)


def _assertion(row: tuple[Any, ...]) -> Assertion:
    key, effective_at, position, corrects, corrected_by, body = row
    fact, _, subject = key.partition("@")
    said = from_json(body)
    return Assertion(
        subject, fact, effective_at, position, said["value"], said["by"], corrects, corrected_by
    )


def _key(subject: str, fact: str) -> str:
    # The name of a fact holds no "@", so the first one ends it, whatever the subject holds.
    return f"{fact}@{subject}"


def _keys(happened: Occurrence, _own: Own) -> tuple[str, ...]:
    return (_key(happened.stream, happened.data["fact"]),)


def _fold(_key: str, _last: State | None, happened: Occurrence) -> State:
    corrects = happened.corrects if happened.topic == "fact.corrected/1" else None
    return {
        "subject": happened.stream,
        "corrects": corrects,
        "value": happened.data["value"],
        "by": happened.by,
    }


def _links(state: State) -> tuple[str, ...]:
    return (state["subject"],)


def _about(_key: str, state: State) -> tuple[str, ...]:
    return (state["subject"],)


FACTS = View(
    name="facts",
    schema=1,
    topics=frozenset({"fact.recorded/1", "fact.corrected/1"}),
    keys=_keys,
    fold=_fold,
    columns={"subject": "TEXT NOT NULL", "corrects": "INTEGER"},
    links=_links,
    about=_about,
    remembers=never,
    indexes=(
        "CREATE INDEX facts_effective ON facts (key, effective_at, position)",
        "CREATE INDEX facts_corrects ON facts (key, corrects, position) WHERE corrects IS NOT NULL",
    ),
)
