"""Canonical bytes: one value has one form, and only that form is read."""

import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.act import Act, Channel
from domain.base import INTEGER_MAX, NotCanonical, canonical, digest, read_canonical
from domain.catalogue import EVENTS, UnreadableEvent, read_event
from domain.event import EVENT_BYTES_MAX, Body, Draft, leaf_hash, seal
from domain.office import ActRefused
from domain.private import disclosure_digest, open_disclosure
from domain.refusals import TooLarge
from tests.domain.anything import MOMENTS, values

ACT = Act(
    by="p1",
    recorded_by="p2",
    command="p2:k",
    now=datetime.datetime(2026, 11, 22, 9, 30, tzinfo=datetime.UTC),
    seed=bytes(range(32)),
)


def refused(act: str = "vote") -> ActRefused:
    return ActRefused(act=act, subject="review:X/g/1", subject_version=3, ground="not_a_seat")


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=9).map("private words {}".format)


@pytest.mark.parametrize("topic", sorted(EVENTS))
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_every_event_round_trips_to_the_same_bytes(topic: str, data: st.DataObject) -> None:
    body: Body = data.draw(values(EVENTS[topic]))
    act = ACT.changed(now=data.draw(MOMENTS), channel=data.draw(st.sampled_from(list(Channel))))
    private = data.draw(st.dictionaries(st.sampled_from(["comment", "name"]), WORDS))
    sealed = seal(Draft(stream="x:1", data=body, private=private), act, 1, 0)
    again = read_event(sealed.content)
    assert again == sealed.event
    assert again.to_bytes() == sealed.content
    for disclosure in sealed.disclosures:
        assert disclosure_digest(disclosure.text) in (again.sd or ())
        assert open_disclosure(disclosure.text) == (disclosure.name, private[disclosure.name])
    assert b"private words" not in sealed.content


def test_the_header_is_exactly_what_the_design_lists() -> None:
    draft = Draft(stream="x:1", data=refused(), private={"why": "x"}, corrects=4, source_ref="r")
    act = ACT.changed(on_behalf_of="p3")
    fields = read_canonical(seal(draft, act, 1, 7).content)
    assert isinstance(fields, dict)
    assert sorted(fields) == sorted(
        "v topic stream version at effective_at by on_behalf_of recorded_by channel command basis"
        " corrects source_ref data _sd".split()
    )
    assert fields["at"] == "2026-11-22T09:30:00.000000Z"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b'{"a":1, "b":2}', "space"),
        (b'{"b":1,"a":2}', "order of keys"),
        (b'{"a":1,"a":1}', "a key twice"),
        (b'{"a":1.0}', "a float"),
        (b'{"a":1e3}', "an exponent"),
        (b'{"a":NaN}', "not a number"),
        (b'{"a":null}', "null"),
        (b'{"a":"\\u00e9"}', "an escape where none is needed"),
        (b'{"a":9007199254740992}', "2**53"),
        ('{"ä":1}'.encode(), "a key outside ASCII"),
        (b'{"a":"\\ud800"}', "a lone surrogate"),
        (b'\xef\xbb\xbf{"a":1}', "a byte order mark"),
        (b'{"a":1}\n', "a line end"),
        (b"\xff", "not UTF-8"),
        (b"", "nothing"),
        (b"[" * 100_000, "too deep"),
        (b'{"a":-0}', "minus zero"),
    ],
)
def test_bytes_that_are_not_canonical_are_a_fault(content: bytes, why: str) -> None:
    with pytest.raises(NotCanonical):
        read_canonical(content)


@pytest.mark.parametrize("value", [1.5, None, 2**53, {"a": None}, [float("nan")], {1: 2}, b"x"])
def test_values_outside_the_profile_have_no_bytes(value: Any) -> None:
    with pytest.raises(NotCanonical):
        canonical(value)


def test_the_bounds_of_integers_are_inside() -> None:
    assert read_canonical(canonical([INTEGER_MAX, -INTEGER_MAX])) == [INTEGER_MAX, -INTEGER_MAX]


JSON = st.recursive(
    st.booleans() | st.integers(-INTEGER_MAX, INTEGER_MAX) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(max_codepoint=127), max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(JSON)
def test_whatever_has_canonical_bytes_is_read_back_from_them(value: Any) -> None:
    assert read_canonical(canonical(value)) == value


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_are_a_fault_and_never_anything_else(content: bytes) -> None:
    try:
        value = read_canonical(content)
    except NotCanonical:
        return
    assert canonical(value) == content


@pytest.mark.parametrize(
    "change",
    [
        {"topic": "act.refused/99"},
        {"topic": "never.heard/1"},
        {"extra": "x"},
        {"at": "2026-11-22T09:30:00Z"},
        {"at": "2026-11-22T09:29:00.000000Z"},
        {"v": "1"},
        {"version": 0},
        {"data": {}},
        {"data": "x"},
    ],
)
def test_foreign_bytes_are_no_event(change: dict[str, Any]) -> None:
    fields = read_canonical(seal(Draft(stream="x:1", data=refused()), ACT, 1, 0).content)
    assert isinstance(fields, dict)
    with pytest.raises(UnreadableEvent):
        read_event(canonical({**fields, **change}))


def test_an_event_may_be_65535_bytes_long_and_not_one_more() -> None:
    size = len(seal(Draft(stream="x:1", data=refused("")), ACT, 1, 0).content)
    fits = refused("x" * (EVENT_BYTES_MAX - size))
    assert len(seal(Draft(stream="x:1", data=fits), ACT, 1, 0).content) == EVENT_BYTES_MAX
    with pytest.raises(TooLarge):
        seal(Draft(stream="x:1", data=refused("x" * (EVENT_BYTES_MAX - size + 1))), ACT, 1, 0)


def test_salts_differ_by_field_and_by_occurrence() -> None:
    drafts = [Draft(stream="x:1", data=refused(), private={"a": "same", "b": "same"})] * 2
    sealed = [seal(draft, ACT, version, 0) for version, draft in enumerate(drafts, 1)]
    assert len({d.digest for s in sealed for d in s.disclosures}) == 4


def test_hashes_are_those_of_the_standards() -> None:
    assert digest(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaf_hash(b"").hex() == (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    )
