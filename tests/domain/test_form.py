"""Reading an event in one step finds what reading it closely finds, and refuses what it refuses."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.act import Act, Channel, SignedIn
from domain.base import INTEGER_MAX
from domain.catalogue import EVENTS, UnreadableEvent, read_closely, read_event
from domain.event import Body, Draft, Event, seal
from domain.form import Form, NoForm, topic_of
from domain.office import ActRefused
from tests.domain.anything import MOMENTS, TEXTS, values
from tests.domain.golden import golden_file
from tests.domain.test_bytes import ACT

ACTS = st.builds(
    lambda now, channel, on_behalf_of, signed: ACT.changed(
        now=now, channel=channel, on_behalf_of=on_behalf_of, signed_in=signed
    ),
    MOMENTS,
    st.sampled_from(list(Channel)),
    st.none() | TEXTS,
    st.none() | values(SignedIn),
)


def written(body: Body, act: Act) -> bytes:
    return seal(Draft(stream="x:1", data=body, private={"why": "x"}), act, 1, 0).content


def come_to(read: Callable[[bytes], Event], content: bytes) -> Event | str:
    try:
        return read(content)
    except UnreadableEvent as fault:
        return str(fault)


@pytest.mark.parametrize("topic", sorted(EVENTS))
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_events_of_every_topic_are_read_in_one_step(topic: str, data: st.DataObject) -> None:
    content = written(data.draw(values(EVENTS[topic])), data.draw(ACTS))
    assert topic_of(content) == topic
    found = Form(EVENTS[topic]).read(content)
    assert found is not None
    assert found == read_closely(content)
    assert type(found.data) is EVENTS[topic]
    assert found.model_fields_set == read_closely(content).model_fields_set


ODD: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 1.0, -0.0, 1e22, "", "1", "5.0", "-0", "1e3", [], {}, [""]),
    *(INTEGER_MAX, INTEGER_MAX + 1, -INTEGER_MAX - 1, 2**64, 2**200, float("nan")),
    *("2026-11-22", "2026-11-22T09:30:00Z", "2026-11-22T09:30:00.000000+00:00", "live"),
    *("2026-11-22T09:30:00.000000", "2026-11-22 09:30:00.000000Z", "2026-11-22T24:00:00.000000Z"),
    *("2026-11-22T09:30:00.1234567Z", "20261122T093000.000000Z", "ä", "\u0000", "\u007f"),
    *("0001-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z", "\u2028", '"topic":"'),
    *({"amount": "1.5", "currency": "EUR"}, {"currency": "EUR", "amount": "1.50"}),
    *({"amount": "-0.00", "currency": "EUR"}, {"amount": 1, "currency": "JPY"}),
)
Place = tuple[Any, Any]


def places(value: Any) -> list[Place]:
    """Every object or list in a value, with each of its keys."""
    inside = value if isinstance(value, list) else list(value.values())
    found = [(value, key) for key in (value if isinstance(value, dict) else range(len(value)))]
    return found + [one for part in inside if isinstance(part, dict | list) for one in places(part)]


def _changed(fields: dict[str, Any], data: st.DataObject) -> dict[str, Any]:
    """Change one place, take it away, or put something beside it."""
    at, key = data.draw(st.sampled_from(places(fields)))
    match data.draw(st.sampled_from(["odd", "gone", "beside", "order", "again"])):
        case "odd":
            at[key] = data.draw(st.sampled_from(ODD))
        case "gone":
            del at[key]
        case "beside" if isinstance(at, dict):
            at[data.draw(st.sampled_from(["aa", "sd", "zz", "ä", "", "v", "topic"]))] = "x"
        case "order" if isinstance(at, dict):
            at[key] = at.pop(key)
        case _ if isinstance(at, list):
            at.insert(0, at[key])
    return fields


@settings(max_examples=1_000, deadline=None)
@given(data=st.data())
def test_what_was_changed_is_read_or_refused_as_reading_closely_does(data: st.DataObject) -> None:
    body = EVENTS[data.draw(st.sampled_from(sorted(EVENTS)))]
    content = written(data.draw(values(body)), data.draw(ACTS))
    fields = _changed(json.loads(content), data)
    for plain in (True, False):
        changed = json.dumps(
            fields,
            ensure_ascii=not plain,
            separators=(",", ":"),
            sort_keys=data.draw(st.booleans()),
        ).encode("utf-8", "surrogatepass")
        assert come_to(read_event, changed) == come_to(read_closely, changed)


@settings(max_examples=500, deadline=None)
@given(data=st.data())
def test_any_other_bytes_are_read_or_refused_as_reading_closely_does(data: st.DataObject) -> None:
    content = golden_file(data.draw(st.sampled_from(sorted(EVENTS)))).read_bytes()
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(start + 3, len(content))))
    put = data.draw(st.binary(max_size=2) | st.sampled_from([b" ", b".0", b"0", b"-", b"e1", b'"']))
    changed = content[:start] + put + content[end:]
    assert come_to(read_event, changed) == come_to(read_closely, changed)


@pytest.mark.parametrize(
    ("was", "put"),
    [
        (b'"basis":0', b'"basis":0.0'),
        (b'"basis":0', b'"basis":-0'),
        (b'"basis":0', b'"basis":00'),
        (b'"basis":0', b'"basis":"0"'),
        (b'"basis":0', b'"basis":false'),
        (b'"basis":0', b'"basis":0,"basis":0'),
        (b'"basis":0', b'"basis":9007199254740992'),
        (b'"basis":0', b'"basis":18446744073709551616'),
        (b'"basis":0', b'"basis": 0'),
        (b'"corrects":4', b'"corrects":9007199254740992'),
        (b'"corrects":4', b'"corrects":-9007199254740992'),
        (b'"corrects":4', b'"corrects":null'),
        (b'"by":"p1"', b'"by":"\\u0070\\u0031"'),
        (b'"by":"p1"', b'"by":"\xff"'),
        (b'"by":"p1"', b'"by":"\\ud800"'),
        (b"00.000000Z", b"00.000Z"),
        (b"00.000000Z", b"00.000000"),
        (b"00.000000Z", b"00.000000+00:00"),
        (b'"subject_version":3', b'"subject_version":9007199254740992'),
        (b',"v":1', b""),
    ],
)
def test_what_no_canonical_bytes_hold_is_refused_with_the_same_words(
    was: bytes, put: bytes
) -> None:
    refused = ActRefused(act="vote", subject="review:X/g/1", subject_version=3, ground="not_a_seat")
    content = seal(Draft(stream="x:1", data=refused, corrects=4), ACT, 1, 0).content
    assert content.count(was) in {1, 2}
    for count in (1, 2):
        changed = content.replace(was, put, count)
        assert isinstance(come_to(read_event, changed), str)
        assert come_to(read_event, changed) == come_to(read_closely, changed)


@pytest.mark.parametrize("bound", [INTEGER_MAX, -INTEGER_MAX])
def test_the_bounds_of_integers_are_read_in_one_step(bound: int) -> None:
    refused = ActRefused(
        act="vote", subject="review:X/g/1", subject_version=bound, ground="not_a_seat"
    )
    content = seal(Draft(stream="x:1", data=refused), ACT, 1, 0).content
    found = Form(type(refused)).read(content)
    assert found is not None
    assert found.data == refused


class Loose(Body):
    """Something that keeps whatever order it is given."""

    TOPIC = "loose.kept/1"
    places: dict[str, int]


class Vague(Body):
    """Something that says nothing of what it holds."""

    TOPIC = "vague.kept/1"
    what: Any


class Broken(Body):
    """Something with fractions."""

    TOPIC = "broken.kept/1"
    share: float


@pytest.mark.parametrize("body", [Loose, Vague, Broken])
def test_a_body_that_could_be_written_in_two_ways_has_no_form(body: type[Body]) -> None:
    with pytest.raises(NoForm):
        Form(body)


def test_an_event_without_a_form_is_read_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(EVENTS, Loose.TOPIC, Loose)
    content = written(Loose(places={"b": 1, "a": 2}), ACT)
    assert read_event(content).data == Loose(places={"a": 2, "b": 1})
    turned = content.replace(b'{"a":2,"b":1}', b'{"b":1,"a":2}')
    with pytest.raises(UnreadableEvent, match="not the canonical form"):
        read_event(turned)
