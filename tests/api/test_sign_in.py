"""Who is let in: tokens of this office's own key, and nothing that only looks like one."""

import base64
import hmac
import json
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey

from api.settings import Settings
from api.sign_in import ALGORITHM, AUDIENCE, KEY_FILE, Issuer, NotSignedIn, Role

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Stopped:
    """A clock that is put forward by hand."""

    moment = NOON

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def clock() -> Stopped:
    return Stopped()


@pytest.fixture
def issuer(tmp_path: Path, clock: Stopped) -> Issuer:
    return Issuer(tmp_path, clock)


@pytest.fixture
def key(issuer: Issuer, tmp_path: Path) -> OKPKey:
    issuer.issue_token("Ana", ["member"])
    return OKPKey.import_key(json.loads((tmp_path / KEY_FILE).read_text()))


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def part(content: dict[str, Any]) -> str:
    return b64(json.dumps(content).encode())


def claims(**changes: Any) -> dict[str, Any]:
    seconds = int(NOON.timestamp())
    whole = {
        "iss": "office",
        "aud": AUDIENCE,
        "sub": "Ana",
        "roles": ["member"],
        "iat": seconds,
        "nbf": seconds,
        "exp": seconds + 60,
        "jti": "t1",
    }
    return {name: value for name, value in {**whole, **changes}.items() if value is not None}


def signed(key: OKPKey, **changes: Any) -> str:
    header = {"alg": ALGORITHM, "kid": key.thumbprint()}
    return jwt.encode(header, claims(**changes), key, algorithms=[ALGORITHM])


def test_a_token_says_who_it_is_and_which_doors_are_open(issuer: Issuer) -> None:
    person = issuer.verify(issuer.issue_token(" Ana ", ["member", "auditor", "member"]))
    assert (person.subject, person.name) == ("Ana", "Ana")
    assert person.roles == {Role.MEMBER, Role.AUDITOR}
    assert person.issued_at == NOON
    assert person.expires == NOON + timedelta(hours=12)
    assert person.token_id


def test_an_address_is_the_same_person_in_any_case(issuer: Issuer) -> None:
    assert issuer.verify(issuer.issue_token("Ana@Example.org", [])).subject == "ana@example.org"


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path, issuer: Issuer) -> None:
    token = issuer.issue_token("Ana", ["member"])
    path = tmp_path / KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(path.parent.iterdir()) == [path]
    assert Issuer(tmp_path, Stopped()).verify(token).subject == "Ana"


def test_another_offices_token_is_refused(tmp_path: Path, issuer: Issuer) -> None:
    foreign = Issuer(tmp_path / "other", Stopped()).issue_token("Ana", ["member"])
    with pytest.raises(NotSignedIn, match="another key"):
        issuer.verify(foreign)


def test_a_token_ends_when_it_says_even_when_it_was_verified_before(
    issuer: Issuer, clock: Stopped
) -> None:
    token = issuer.issue_token("Ana", ["member"], timedelta(minutes=1))
    clock.moment = NOON + timedelta(seconds=59)
    issuer.verify(token)
    clock.moment = NOON + timedelta(seconds=60)
    with pytest.raises(NotSignedIn, match="has expired"):
        issuer.verify(token)


def test_a_verified_token_is_not_verified_again(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = issuer.issue_token("Ana", ["member"])
    first = issuer.verify(token)
    monkeypatch.setattr(jwt, "decode", None)
    assert issuer.verify(token) is first


def test_only_so_many_verified_tokens_are_kept(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path, Stopped(), Settings(tokens_kept_max=2))
    tokens = [issuer.issue_token(name, ["member"]) for name in ("Ana", "Ben", "Cem")]
    kept = [issuer.verify(token) for token in tokens]
    assert issuer.verify(tokens[2]) is kept[2]
    assert issuer.verify(tokens[0]) is not kept[0]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"exp": int(NOON.timestamp())}, "has expired"),
        ({"iat": int(NOON.timestamp()) + 3600}, "issued in the future"),
        ({"nbf": int(NOON.timestamp()) + 3600}, "does not hold yet"),
        ({"aud": "another"}, "another audience"),
        ({"aud": ["quorate", "another"]}, "another audience"),
        ({"iss": "https://elsewhere.example"}, "does not know"),
        ({"exp": "tomorrow"}, "does not say when it expires"),
        ({"exp": 10**30}, "moment that does not exist"),
        ({"sub": ""}, "claim sub"),
        *(
            ({name: None}, f"lacks the claim {name}")
            for name in "iss aud sub exp nbf iat jti".split()
        ),
    ],
)
def test_a_signed_token_whose_claims_do_not_hold_is_refused(
    issuer: Issuer, key: OKPKey, changes: dict[str, Any], why: str
) -> None:
    with pytest.raises(NotSignedIn, match=why):
        issuer.verify(signed(key, **changes))


def _unsigned(key: OKPKey) -> str:
    return ".".join([part({"alg": "none"}), part(claims()), ""])


def _none_with_signature(key: OKPKey) -> str:
    return ".".join([part({"alg": "nOnE"}), part(claims()), "abcd"])


def _stripped(key: OKPKey) -> str:
    return signed(key).rpartition(".")[0] + "."


def _hmac_with_the_public_key(key: OKPKey) -> str:
    body = f"{part({'alg': 'HS256', 'kid': key.thumbprint()})}.{part(claims())}"
    public = json.dumps(key.as_dict(private=False)).encode()
    return f"{body}.{b64(hmac.digest(public, body.encode(), sha256))}"


def _altered(key: OKPKey) -> str:
    header, _, signature = signed(key).split(".")
    return ".".join([header, part(claims(sub="Eve")), signature])


def _of_another_key(key: OKPKey) -> str:
    other = OKPKey.generate_key("Ed25519")
    header = {"alg": ALGORITHM, "kid": key.thumbprint()}
    return jwt.encode(header, claims(), other, algorithms=[ALGORITHM])


def _without_kid(key: OKPKey) -> str:
    return jwt.encode({"alg": ALGORITHM}, claims(), key, algorithms=[ALGORITHM])


FORGERIES: dict[str, tuple[Callable[[OKPKey], str], str]] = {
    "unsigned": (_unsigned, "is not signed"),
    "none in odd case": (_none_with_signature, "is not signed"),
    "signature stripped": (_stripped, "is not signed"),
    "public key as secret": (_hmac_with_the_public_key, "not signed with Ed25519"),
    "altered": (_altered, "signature of the token does not fit"),
    "another key": (_of_another_key, "signature of the token does not fit"),
    "no key named": (_without_kid, "another key"),
    "words": (lambda key: "let me in", "three parts"),
    "no JSON": (lambda key: "a.b.c", "no JSON"),
    "no object": (lambda key: b64(b"[]") + ".b.c", "no JSON object"),
    "too long": (lambda key: "a" * 9000, "longer than 8192 bytes"),
    "not ASCII": (lambda key: "é.é.é", "no JSON"),
}


@pytest.mark.parametrize("kind", FORGERIES)
def test_a_forgery_is_refused_and_told_why(issuer: Issuer, key: OKPKey, kind: str) -> None:
    forge, why = FORGERIES[kind]
    with pytest.raises(NotSignedIn, match=why):
        issuer.verify(forge(key))


def test_nobody_and_no_unknown_role_get_a_token(issuer: Issuer) -> None:
    with pytest.raises(ValueError, match="1 to 200"):
        issuer.issue_token("  ", ["member"])
    with pytest.raises(ValueError, match="king"):
        issuer.issue_token("Ana", ["king"])


def test_every_setting_may_come_from_the_environment() -> None:
    assert Settings.from_environment({"QUORATE_PAGE_LIMIT": "7"}).page_limit == 7
    assert Settings.from_environment({"HOME": "/"}) == Settings()
    assert all(field.description for field in Settings.model_fields.values())
