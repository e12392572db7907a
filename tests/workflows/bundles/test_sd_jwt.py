"""The reference implementation of SD-JWT opens our private values: our bytes, their code.

It reads tokens, and an event is none. So the exact bytes of an event become the payload of a token
with a signature made here for nothing else; digests and disclosures are ours as they stand.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jwcrypto.jwk import JWK  # type: ignore[import-untyped]  # it has no types
from jwcrypto.jws import JWS  # type: ignore[import-untyped]  # as above
from sd_jwt.verifier import SDJWTVerifier  # type: ignore[import-untyped]  # as above

from domain.base import canonical
from domain.private import disclose
from tests.oracle.test_ruling import examples
from tests.workflows.bundles.bundled import made

KEY = JWK.generate(kty="EC", crv="P-256")


def opened(event: bytes, *disclosures: str) -> dict[str, Any]:
    """What their code says an event says, with the private values of some disclosures."""
    token = JWS(event)
    token.add_signature(KEY, alg="ES256", protected='{"alg":"ES256"}')
    presented = "~".join((token.serialize(compact=True), *disclosures, ""))
    said: dict[str, Any] = SDJWTVerifier(presented, lambda *_: KEY).get_verified_payload()
    return said


def private(files: dict[str, bytes]) -> dict[int, dict[str, str]]:
    """The disclosures of a bundle by event and name."""
    found: dict[int, dict[str, str]] = {}
    for one in json.loads(files["disclosures.json"])["shown"]:
        found.setdefault(one["position"], {})[one["name"]] = one["disclosure"]
    return found


@pytest.fixture(scope="module")
def files(office: Path) -> dict[str, bytes]:
    return made(office)


def test_every_private_value_of_a_bundle_is_opened(files: dict[str, bytes]) -> None:
    shown = private(files)
    words = []
    for position, named in shown.items():
        event = files[f"events/{position}.json"]
        said = opened(event, *named.values())
        public = {name: value for name, value in json.loads(event).items() if name != "_sd"}
        assert {name: said[name] for name in public} == public
        assert said.keys() - public.keys() == named.keys()
        words += [said[name] for name in named]
    assert words.count("As discussed.") == 3
    assert {"ana", "ben", "cem"} <= {word for word in words if isinstance(word, str)}


def test_what_is_not_shown_leaves_no_trace_of_its_name(files: dict[str, bytes]) -> None:
    position = next(at for at, named in private(files).items() if "comment" in named)
    said = opened(files[f"events/{position}.json"])
    assert "comment" not in json.dumps(said)


def test_another_value_or_salt_is_not_that_of_the_event(files: dict[str, bytes]) -> None:
    """T16: a disclosure edited."""
    position, named = next(one for one in private(files).items() if "comment" in one[1])
    event = files[f"events/{position}.json"]
    for text in (
        disclose(bytes(16), "comment", "As discussed.").text,  # under another salt
        disclose(bytes(16), "comment", "I was against it.").text,
    ):
        assert "comment" not in opened(event, text)
    assert opened(event, named["comment"])["comment"] == "As discussed."


texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(
    st.binary(min_size=16, max_size=32),
    texts.filter(lambda name: name not in {"_sd", "_sd_alg", "..."}),
    texts | st.integers(-(2**53) + 1, 2**53 - 1) | st.booleans() | st.lists(texts),
)
@examples(60)
def test_any_value_under_any_name_is_opened(salt: bytes, name: str, value: Any) -> None:
    disclosure = disclose(salt, name, value)
    assert opened(canonical({"_sd": [disclosure.digest]}), disclosure.text) == {name: value}
