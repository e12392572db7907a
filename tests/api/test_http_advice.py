"""Advice over HTTP: put with the pack, shown beside the recommendation, refused where it is not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api import conftest
from tests.api.conftest import NPV, PROJECT, REVIEW, Bridge, made, refused, serving, shown

FUNCTIONS = "advice:\n  legal: {label: {en: Legal department, de: Rechtsabteilung}}\n"
HEARING = conftest.POLICY.replace("boards:\n", f"{FUNCTIONS}boards:\n", 1).replace(
    "evidence: [business_case], ", "evidence: [business_case], advice: [legal], ", 1
)
AGAINST = {"stance": "advises_against", "function": "legal", "words": "The permit is void."}
PACK = {"request": "Build it.", "recommendation": "go"}


@pytest.fixture
def bridge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bridge]:
    """An office whose gate wants the legal department heard, and a review without a pack."""
    monkeypatch.setattr(conftest, "POLICY", HEARING)
    with serving(tmp_path) as served:
        bridge = Bridge(served).found()
        made(bridge.pm.post(f"/projects/{PROJECT}/facts", NPV))
        made(bridge.pm.upload(PROJECT, b"%PDF a case"))
        made(bridge.pm.post("/reviews", {"project": PROJECT, "gate": "g1"}))
        yield bridge


def put(bridge: Bridge, *advice: dict[str, str]) -> Any:
    return bridge.pm.post(f"{REVIEW}/pack", {**PACK, "advice": list(advice)})


def test_advice_is_shown_with_the_pack_and_in_the_brief(bridge: Bridge) -> None:
    by = {"stance": "supports", "person": bridge.ids["works"], "words": "Soil is good."}
    outside = {"stance": "no_objection", "name": "River board"}
    digest = made(put(bridge, AGAINST, by, outside))["pack"]
    pack = shown(bridge.pm.get(f"{REVIEW}/pack"))["pack"]
    works = {"id": bridge.ids["works"], "name": "Cem"}
    blank = {"function": None, "person": None, "name": None, "words": None, "held": True}
    assert pack["advice"] == [
        {**blank, "number": 1, **AGAINST},
        {**blank, "number": 2, **by, "person": works},
        {**blank, "number": 3, **outside},
    ]
    assert pack["digest"] == digest
    assert set(pack["content"]["advice"][0]) == {"stance", "function", "words"}
    assert pack["content"]["advice"][0]["words"] in pack["content"]["texts"]
    brief = shown(bridge.members["chair"].get(f"{REVIEW}/brief"))["brief"]
    assert brief["pack"]["advice"] == pack["advice"]


def test_a_pack_without_advice_shows_none(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        bridge = Bridge(served).found().opened()
        pack = shown(bridge.pm.get(f"{REVIEW}/pack"))["pack"]
        assert pack["advice"] == []
        assert "advice" not in pack["content"]


def test_words_that_were_erased_are_said_to_be_no_longer_held(bridge: Bridge) -> None:
    words = {"stance": "advises_against", "person": bridge.ids["works"], "words": "Soil is bad."}
    made(put(bridge, {**AGAINST, "stance": "supports"}, words))
    admin = bridge.served.caller("Adam", "administrator")
    path = f"/people/{bridge.ids['works']}/erasure"
    assert admin.post(path, {"basis": "GDPR Art. 17(1)(a)"}).status_code in {200, 201}
    first, second = shown(bridge.pm.get(f"{REVIEW}/pack"))["pack"]["advice"]
    assert (first["words"], first["held"]) == ("The permit is void.", True)
    assert (second["words"], second["held"]) == (None, False)
    assert second["stance"] == "advises_against", "what was advised stays on record"
    assert second["person"]["erased"]


@pytest.mark.parametrize(
    ("advice", "status", "code", "why"),
    [
        ([], 422, "field_missing", "the pack lacks advice of legal"),
        ([{**AGAINST, "words": None}], 422, "field_missing", "does not say why"),
        ([{"stance": "supports"}], 422, "field_missing", "does not say whose it is"),
        ([{**AGAINST, "function": "tax"}], 422, "not_in_policy", "policy gates hears no tax"),
        ([AGAINST, {"stance": "supports", "person": "nobody"}], 404, "not_known", "nobody"),
        ([{**AGAINST, "stance": "maybe"}], 422, "invalid_request", "advice"),
        ([AGAINST] * 51, 422, "invalid_request", "advice"),
    ],
)
def test_advice_that_cannot_be_put_is_refused_with_the_reason(
    bridge: Bridge, advice: list[dict[str, Any]], status: int, code: str, why: str
) -> None:
    given = [{name: one for name, one in piece.items() if one is not None} for piece in advice]
    problem = refused(put(bridge, *given), status, code)
    assert why in str(problem)
    refused(bridge.pm.get(f"{REVIEW}/pack"), 409, "no_pack")


def test_the_same_pack_sent_twice_is_put_once(bridge: Bridge) -> None:
    body = {**PACK, "advice": [AGAINST]}
    first = made(bridge.pm.post(f"{REVIEW}/pack", body, Idempotency_Key="one"))
    again = made(bridge.pm.post(f"{REVIEW}/pack", body, Idempotency_Key="one"))
    assert first["pack"] == again["pack"]
    other = {**PACK, "advice": [{**AGAINST, "stance": "supports"}]}
    refused(bridge.pm.post(f"{REVIEW}/pack", other, Idempotency_Key="one"), 409, "key_reused")


def test_the_description_lists_the_stances(bridge: Bridge) -> None:
    schemas = bridge.served.app.openapi()["components"]["schemas"]
    assert schemas["Stance"]["enum"] == [
        *("supports", "no_objection", "supports_with_reservations", "advises_against")
    ]
    assert "advice" in schemas["PresentPack"]["properties"]
