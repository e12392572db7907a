"""The same request twice, another request under the same key, and a version that has moved."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.api.conftest import NPV, PROJECT, REVIEW, Bridge, made, refused, shown

FACTS = f"/projects/{PROJECT}/facts"


def test_the_same_key_and_body_give_the_same_answer(bridge: Bridge) -> None:
    first = bridge.pm.post(FACTS, NPV, Idempotency_Key="k1")
    again = bridge.pm.post(FACTS, NPV, Idempotency_Key="k1")
    assert made(first) == made(again)
    assert first.headers["location"] == again.headers["location"]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert bridge.served.house.log.head() == first.json()["position"]


def test_without_a_key_the_server_makes_one_that_can_be_used_again(bridge: Bridge) -> None:
    first = bridge.pm.post(FACTS, NPV)
    again = bridge.pm.post(FACTS, NPV, Idempotency_Key=first.headers["idempotency-key"])
    assert made(first) == made(again)


def test_a_refusal_is_repeated_as_well_even_when_it_would_pass_by_now(bridge: Bridge) -> None:
    key = {"Idempotency_Key": "early"}
    made(bridge.pm.post("/reviews", {"project": PROJECT, "gate": "g1"}))
    pack = {"request": "Build it.", "recommendation": "go"}
    first = bridge.pm.post(f"{REVIEW}/pack", pack, **key)
    refused(first, 422, "field_missing")
    assert first.headers["idempotency-key"] == "early"
    made(bridge.pm.post(FACTS, NPV))
    made(bridge.pm.upload(PROJECT, b"case"))
    again = bridge.pm.post(f"{REVIEW}/pack", pack, **key)
    assert again.json() == first.json()
    made(bridge.pm.post(f"{REVIEW}/pack", pack, Idempotency_Key="later"))


def test_a_key_reused_with_another_body_is_refused(bridge: Bridge) -> None:
    made(bridge.pm.post(FACTS, NPV, Idempotency_Key="k1"))
    other = {"fact": "risk", "value": {"number": "3"}}
    refused(bridge.pm.post(FACTS, other, Idempotency_Key="k1"), 409, "key_reused")
    refused(bridge.pm.post("/me", Idempotency_Key="two words"), 400, "malformed_header")


def test_a_key_is_its_persons_own(bridge: Bridge) -> None:
    made(bridge.pm.post(FACTS, NPV, Idempotency_Key="k1"))
    other = {"fact": "risk", "value": {"number": "3"}}
    made(bridge.members["chair"].post(FACTS, other, Idempotency_Key="k1"))


def test_any_visible_key_works_and_is_told_apart(bridge: Bridge) -> None:
    positions = set()
    for key in ("!", "a/b", "~" * 128, "sha256-abc", "x" * 70, "x" * 71):
        first = bridge.pm.post(FACTS, NPV, Idempotency_Key=key)
        assert made(first) == made(bridge.pm.post(FACTS, NPV, Idempotency_Key=key))
        assert first.headers["idempotency-key"] == key
        positions.add(first.json()["position"])
    assert len(positions) == 6


@pytest.mark.parametrize("key", ["", "a b", "x" * 129])
def test_a_key_that_is_none_is_a_bad_request(shared_bridge: Bridge, key: str) -> None:
    refused(shared_bridge.pm.post(FACTS, NPV, Idempotency_Key=key), 400, "malformed_header")


def test_of_ten_equal_requests_at_once_one_is_carried_out(bridge: Bridge) -> None:
    def send(_number: int) -> int:
        return int(made(bridge.pm.post(FACTS, NPV, Idempotency_Key="all"))["position"])

    with ThreadPoolExecutor(10) as pool:
        assert len(set(pool.map(send, range(10)))) == 1


def test_somebody_who_comes_in_ten_times_at_once_is_one_person(bridge: Bridge) -> None:
    new = bridge.served.caller("Newcomer")

    def send(_number: int) -> str:
        return str(made(new.post("/me"))["person"])

    with ThreadPoolExecutor(10) as pool:
        assert len(set(pool.map(send, range(10)))) == 1


def test_an_act_on_what_has_moved_is_stale(bridge: Bridge) -> None:
    position = bridge.served.house.log.head()
    seen = bridge.pm.get(f"/projects/{PROJECT}", min_position=position).headers["etag"]
    assert seen == '"1"'
    made(bridge.pm.post(FACTS, NPV, If_Match=seen))
    refused(bridge.pm.post(FACTS, NPV, If_Match=seen), 412, "stale")
    made(bridge.pm.post(FACTS, NPV, If_Match="*"))
    made(bridge.pm.post(FACTS, NPV, If_Match='"3"'))


def test_a_stale_act_may_be_sent_again_under_its_key_with_the_version_it_has_now(
    bridge: Bridge,
) -> None:
    made(bridge.pm.post(FACTS, NPV))
    refused(bridge.pm.post(FACTS, NPV, If_Match='"1"', Idempotency_Key="k"), 412, "stale")
    made(bridge.pm.post(FACTS, NPV, If_Match='"2"', Idempotency_Key="k"))


def test_a_review_has_a_version_too(bridge: Bridge) -> None:
    bridge.opened()
    head = bridge.served.house.log.head()
    seen = bridge.pm.get(REVIEW, min_position=head).headers["etag"]
    made(bridge.vote("chair"))
    refused(bridge.members["chair"].post(f"{REVIEW}/ruling", If_Match=seen), 412, "stale")


@pytest.mark.parametrize("tag", ["7", 'W/"7"', '"x"', '"1", "2"', '""', '"99999999999999999999"'])
def test_an_if_match_that_is_no_tag_of_ours_is_a_bad_request(
    shared_bridge: Bridge, tag: str
) -> None:
    refused(shared_bridge.pm.post(FACTS, NPV, If_Match=tag), 400, "malformed_header")


def test_a_repeated_founding_gives_the_same_answer(bridge: Bridge) -> None:
    head = bridge.served.house.log.head()
    second = bridge.office.post("/office", {"title": "Another"}, Idempotency_Key="f")
    refused(second, 409, "taken")
    assert bridge.office.post("/office", {"title": "Another"}, Idempotency_Key="f").json() == (
        second.json()
    )
    office = shown(bridge.office.get("/office", min_position=head))["office"]
    assert office["title"] == "Works"
    assert office["founder"]["name"] == "Olga"
