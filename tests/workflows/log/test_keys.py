"""Keys sign notes; whoever trusts one is deceived by nothing else."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.checkpoint import Checkpoint, NotANote, Note, Signature, VerifierKey
from domain.merkle import EMPTY_ROOT
from workflows.log.keys import SigningKey, is_sound, load_key, signed_by

SEED = bytes(range(32))
KEY = SigningKey("log.example", SEED)
TEXT = Checkpoint("log.example", 7, EMPTY_ROOT).text
GOOD = KEY.sign(TEXT)
ORDER = 2**252 + 27742317777372353535851937790883648493
PRIME = 2**255 - 19


def signed(*signatures: Signature, text: str = TEXT) -> list[VerifierKey]:
    return signed_by(Note(text, signatures), [KEY.verifier])


def test_a_key_signs_what_its_public_half_verifies() -> None:
    assert signed(GOOD) == [KEY.verifier]


def test_the_lines_of_others_are_passed_over() -> None:
    stranger = SigningKey("log.example", bytes(32)).sign(TEXT)
    witness = Signature("witness.example", KEY.verifier.id, b"x" * 72)
    assert signed(witness, stranger, GOOD) == [KEY.verifier]
    assert signed(witness, stranger) == []


@pytest.mark.parametrize(
    "made",
    [
        GOOD.made[:-1],
        GOOD.made + b"\0",
        bytes([GOOD.made[0] ^ 1]) + GOOD.made[1:],
        bytes(64),
        # The same signature with the order of the group added: valid to a careless verifier.
        GOOD.made[:32] + (int.from_bytes(GOOD.made[32:], "little") + ORDER).to_bytes(32, "little"),
    ],
)
def test_a_signature_has_one_form_and_a_wrong_one_spoils_the_note(made: bytes) -> None:
    bad = Signature(KEY.verifier.name, KEY.verifier.id, made)
    assert signed(bad) == []
    assert signed(GOOD, bad) == []


def test_a_signature_of_another_text_is_none() -> None:
    assert signed(GOOD, text=TEXT.replace("7", "8")) == []


@pytest.mark.parametrize(
    "height", [0, 1, PRIME - 1, PRIME, PRIME + 1, 2**255 - 1], ids=lambda height: hex(height)[-4:]
)
def test_a_key_that_accepts_what_nobody_signed_is_trusted_by_nobody(height: int) -> None:
    weak = VerifierKey("log.example", height.to_bytes(32, "little"))
    assert not is_sound(weak)
    # The signature that every key of order one accepts.
    forged = Signature("log.example", weak.id, (1).to_bytes(32, "little") + bytes(32))
    assert signed_by(Note(TEXT, (forged,)), [weak]) == []
    assert is_sound(KEY.verifier)


def test_points_of_order_eight_are_known() -> None:
    for height in (
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    ):
        assert not is_sound(VerifierKey("log.example", bytes.fromhex(height)))


def test_a_saved_key_is_only_its_owners_and_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "key"
    KEY.save(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_key(path).sign(TEXT) == GOOD
    with pytest.raises(FileExistsError):
        SigningKey("log.example", bytes(32)).save(path)
    assert load_key(path).verifier == KEY.verifier


@pytest.mark.parametrize(
    ("old", "new"),
    [("PRIVATE+KEY", "PUBLIC+KEY"), ("log.example", "log.other"), ("=", ""), ("+AQ", "+AA")],
)
def test_a_file_that_is_no_key_is_not_loaded(tmp_path: Path, old: str, new: str) -> None:
    KEY.save(tmp_path / "key")
    text = (tmp_path / "key").read_text()
    (tmp_path / "other").write_text(text.replace(old, new, 1) if old != "=" else text[:-6])
    with pytest.raises(NotANote):
        load_key(tmp_path / "other")


def test_the_public_half_is_that_of_the_library() -> None:
    private = Ed25519PrivateKey.from_private_bytes(SEED)
    assert KEY.verifier.public == private.public_key().public_bytes_raw()
