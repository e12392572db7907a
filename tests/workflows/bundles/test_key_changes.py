"""A key was replaced; whoever trusts the one before follows, and nobody else leads them."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.cli import main
from api.signing import sign_once
from domain.base import Json, canonical
from domain.checkpoint import Checkpoint, Note, proof_content, read_checkpoint
from domain.refusals import NotKnown
from tests.oracle.test_ruling import examples
from tests.workflows.bundles.bundled import Outsider, made
from workflows.bundles.gathering import Wanted
from workflows.bundles.outside.form import Rejected
from workflows.bundles.outside.signing import read_trusted_key
from workflows.bundles.outside.succession import KeyChange, follow_keys
from workflows.bundles.outside.tree import leaf_of
from workflows.log.keys import SigningKey, load_key

Files = dict[str, bytes]
WANTED = Wanted("ruling", "review:APX-1/start/1")


def rotated(data: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["signer", "rotate", "--data", str(data)])
    assert not ended.value.code


def grown(data: Path, policy: str) -> None:
    """Somebody acts, and the newest key signs alone."""
    with pytest.raises(SystemExit) as ended:
        main(["policy", "adopt", policy, "--data", str(data)])
    assert not ended.value.code
    sign_once(data, data / "signer")


@pytest.fixture(scope="module")
def keys(office: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """An office whose key was replaced twice, and its three keys."""
    data = tmp_path_factory.mktemp("rotated") / "data"
    shutil.copytree(office, data)
    found = [(data / "log/key").read_text()]
    for policy in ("pep", "cncf"):
        rotated(data)
        found.append((data / "log/key").read_text())
        grown(data, policy)
    return data, found


@pytest.fixture(scope="module")
def files(keys: tuple[Path, list[str]]) -> Files:
    return made(keys[0], WANTED)


@pytest.fixture(scope="module")
def links(files: Files) -> list[KeyChange]:
    return [
        KeyChange(at, files[f"keys/{at}.json"], files[f"keys/{at}.tlog-proof"])
        for at in changes(files)
    ]


def changes(files: Files) -> list[int]:
    """The positions of the changes of key in a bundle."""
    found: list[int] = json.loads(files["manifest.json"])["keys"]
    return found


@pytest.mark.parametrize("which", [0, 1, 2])
def test_whoever_trusts_any_key_the_log_had_verifies_what_the_newest_signed(
    which: int, keys: tuple[Path, list[str]], files: Files, tmp_path: Path
) -> None:
    code, said = Outsider(tmp_path, keys[1][which]).verify(files)
    assert code == 0, said
    followed = ", ".join(map(str, changes(files)[which:]))
    by = f"the key that took the place of yours, as both say of position {followed}"
    assert f"was signed by {by if followed else 'your key'}." in said


def test_a_range_with_the_change_in_it_is_still_a_range(
    keys: tuple[Path, list[str]], tmp_path: Path
) -> None:
    data, trusted = keys
    whole = made(data, Wanted("range", first=3, last=20))
    code, said = Outsider(tmp_path, trusted[0]).verify(whole)
    assert (code, "There is no other event from position 3 to 20." in said) == (0, True), said
    stream = made(data, Wanted("stream", "office:1"))
    code, said = Outsider(tmp_path, trusted[0]).verify(stream)
    assert (code, "office:1 from its beginning" in said) == (0, True), said


def test_a_checkpoint_from_before_the_change_needs_no_change(office: Path, tmp_path: Path) -> None:
    files = made(office, WANTED)
    assert changes(files) == []
    assert not [name for name in files if name.startswith("keys/")]
    manifest = json.loads(files["manifest.json"])
    del manifest["keys"]
    # A bundle from before there were such changes in it names none.
    files["manifest.json"] = canonical(manifest)
    code, said = Outsider(tmp_path, (office / "log/key").read_text()).verify(files)
    assert (code, "was signed by your key" in said) == (0, True), said


def test_two_changes_before_anybody_signed_are_followed(office: Path, tmp_path: Path) -> None:
    """The signer was not at work: one checkpoint bears all three keys."""
    data = tmp_path / "data"
    shutil.copytree(office, data)
    first = (data / "log/key").read_text()
    before = (data / "log/signed").read_bytes(), (data / "log/checkpoint").read_bytes()
    for _ in range(2):
        rotated(data)
    for place in ("log", "signer"):
        (data / place / "signed").write_bytes(before[0])
    (data / "log/checkpoint").write_bytes(before[1])
    sign_once(data, data / "signer")
    assert len(read_checkpoint((data / "log/checkpoint").read_bytes())[1].signatures) == 3
    (tmp_path / "outside").mkdir()
    code, said = Outsider(tmp_path / "outside", first).verify(made(data, WANTED))
    assert code == 0, said


# --- Edits -------------------------------------------------------------------------------------

Edit = Callable[[Files, list[int]], None]


def replace(ending: str, number: int, old: bytes, new: bytes) -> Edit:
    def edit(files: Files, at: list[int]) -> None:
        name = f"keys/{at[number]}.{ending}"
        assert old in files[name]
        files[name] = files[name].replace(old, new, 1)

    return edit


def left_out(*numbers: int, listed: bool) -> Edit:
    def edit(files: Files, at: list[int]) -> None:
        for number in numbers:
            del files[f"keys/{at[number]}.json"], files[f"keys/{at[number]}.tlog-proof"]
        if not listed:
            kept = [one for number, one in enumerate(at) if number not in numbers]
            manifest = {**json.loads(files["manifest.json"]), "keys": kept}
            files["manifest.json"] = canonical(manifest)

    return edit


def without_line(number: int, line: int) -> Edit:
    """One of the two signatures under a change is taken away."""

    def edit(files: Files, at: list[int]) -> None:
        name = f"keys/{at[number]}.tlog-proof"
        head, note = files[name].split(b"\n\n", 1)
        text, signatures = note.split(b"\n\n", 1)
        lines = signatures.splitlines(keepends=True)
        assert len(lines) == 2
        del lines[line]
        files[name] = head + b"\n\n" + text + b"\n\n" + b"".join(lines)

    return edit


def moved(files: Files, at: list[int]) -> None:
    """Both changes are there, the later one in the place of the earlier one."""
    for ending in ("json", "tlog-proof"):
        one, other = (f"keys/{position}.{ending}" for position in at)
        files[one], files[other] = files[other], files[one]


def another_event(files: Files, at: list[int]) -> None:
    """An event that is in the log, and no change of key, in the place of one."""
    name = next(name for name in files if name.startswith("events/") and name.endswith(".json"))
    files[f"keys/{at[0]}.json"] = files[name]


EDITS: dict[str, tuple[Edit, str]] = {
    "the key it brings": (replace("json", 0, b'"key":"quorate', b'"key":"quarote'), "its id is"),
    "how it came": (replace("json", 0, b'"live"', b'"lame"'), "not what the checkpoint covers"),
    "when": (replace("json", 1, b'"at":"2', b'"at":"1'), "not what the checkpoint covers"),
    "its form": (replace("json", 1, b"{", b"{ "), "not the canonical form"),
    "its topic": (replace("json", 0, b"key.rotated/1", b"key.rotated/2"), "no change of key"),
    "no keys in it": (replace("json", 0, b'"replaces":', b'"replacer":'), "it names no keys"),
    "another event": (another_event, "no change of key"),
    "the place of its proof": (replace("tlog-proof", 0, b"index ", b"index 1"), "it is no c2sp"),
    "the size it is proven under": (
        replace("tlog-proof", 0, b"quorate.local\n", b"quorate.local\n1"), "has not signed it",
    ),
    "the old signature": (without_line(0, 1), "has not signed it"),
    "the new signature": (without_line(0, 0), "has not signed it"),
    "the old signature of the second": (without_line(1, 1), "has not signed it"),
    "a byte of a signature": (
        replace("tlog-proof", 1, "\u2014 quorate.local ".encode(), b"\xe2\x80\x94 quorate.local A"),
        "",
    ),
    "one changed with another": (moved, ""),
    "the first left out": (left_out(0, listed=True), "the changes of key it lists"),
    "the first left out of the list too": (left_out(0, listed=False), "neither the key of this"),
    "the second left out of the list too": (left_out(1, listed=False), "has not signed it"),
    "both left out of the list too": (left_out(0, 1, listed=False), "has not signed it"),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_after_an_edit_nobody_is_led_anywhere(
    name: str, keys: tuple[Path, list[str]], files: Files, tmp_path: Path
) -> None:
    edit, why = EDITS[name]
    edited = dict(files)
    edit(edited, changes(files))
    code, said = Outsider(tmp_path, keys[1][0]).verify(edited)
    assert (code, said.startswith("REJECTED."), why in said) == (1, True, True), said


@pytest.mark.parametrize("name", ["how it came", "the old signature", "the new signature"])
def test_an_edit_before_the_key_one_trusts_is_seen_too(
    name: str, keys: tuple[Path, list[str]], files: Files, tmp_path: Path
) -> None:
    edited = dict(files)
    EDITS[name][0](edited, changes(files))
    assert Outsider(tmp_path, keys[1][2]).verify(edited)[0] == 1


@given(st.integers(0, 1), st.booleans(), st.integers(0, 10_000), st.integers(0, 7))
@examples(60)
def test_no_bit_of_a_change_can_be_another(
    links: list[KeyChange], number: int, event: bool, byte: int, bit: int
) -> None:
    change = links[number]
    content = bytearray(change.event if event else change.proof)
    content[byte % len(content)] ^= 1 << bit
    edited = [*links]
    if event:
        edited[number] = change._replace(event=bytes(content))
    else:
        edited[number] = change._replace(proof=bytes(content))
    first = read_trusted_key(json.loads(links[0].event)["data"]["replaces"])
    assert follow_keys(links, first)[1] == [one.position for one in links]
    with pytest.raises(Rejected):
        follow_keys(edited, first)


def forged(files: Files, signers: list[SigningKey], thief: SigningKey) -> Files:
    """A bundle whose last change of key leads to a thief's, signed by whatever keys they have."""
    at = changes(files)[-1]
    event = json.loads(files[f"keys/{at}.json"])
    event["data"]["key"] = thief.verifier.text
    head, note = files[f"keys/{at}.tlog-proof"].split(b"\n\n", 1)
    text = f"{note.decode().partition(chr(10) * 2)[0]}\n"
    note = Note(text, tuple(key.sign(text) for key in signers)).content
    return files | {
        f"keys/{at}.json": canonical(event),
        f"keys/{at}.tlog-proof": head + b"\n\n" + note,
    }


def test_a_thief_without_a_key_of_the_log_leads_nobody(
    keys: tuple[Path, list[str]], files: Files, tmp_path: Path
) -> None:
    """T21: whoever forges a change of key signs it with their own."""
    data, trusted = keys
    thief = SigningKey("quorate.local", b"\7" * 32)
    code, said = Outsider(tmp_path, trusted[0]).verify(forged(files, [thief], thief))
    assert (code, "has not signed it" in said) == (1, True), said
    # Even with every key the log had, the change they write is not in the log that was signed.
    held = [load_key(path) for path in sorted((data / "signer").glob("key*"))]
    code, said = Outsider(tmp_path, trusted[0]).verify(forged(files, [*held, thief], thief))
    assert (code, "not what the checkpoint covers" in said) == (1, True), said


def test_a_change_between_two_keys_of_a_thief_is_no_way_from_ours(links: list[KeyChange]) -> None:
    """A log of their own, one event long and well signed, under our name."""
    one, other = (SigningKey("quorate.local", bytes([number]) * 32) for number in (7, 8))
    data: Json = {"key": other.verifier.text, "replaces": one.verifier.text}
    event = canonical({"data": data, "topic": "key.rotated/1"})
    text = Checkpoint("quorate.local", 1, leaf_of(event)).text
    note = Note(text, (one.sign(text), other.sign(text))).content
    alone = KeyChange(1, event, proof_content(0, (), note))
    assert follow_keys([alone], read_trusted_key(one.verifier.text))[1] == [1]
    ours = read_trusted_key(json.loads(links[0].event)["data"]["replaces"])
    for changes in ([alone], [alone, *links], [*links, alone]):
        with pytest.raises(Rejected, match=r"replaces another key|neither the key of this log"):
            follow_keys(changes, ours)


def test_a_key_the_log_never_had_is_said_to_be_none_of_it(files: Files, tmp_path: Path) -> None:
    stranger = SigningKey("quorate.local", bytes(32)).verifier.text
    code, said = Outsider(tmp_path, stranger).verify(files)
    assert (code, "neither the key of this log" in said) == (1, True), said


def test_without_the_checkpoint_of_both_keys_no_bundle_is_made(
    keys: tuple[Path, list[str]], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(keys[0], data)
    (data / "log/signed").write_bytes(b"")
    with pytest.raises(NotKnown, match="no checkpoint that both keys of the change at position"):
        made(data, WANTED)
    sign_once(data, data / "signer")
    assert changes(made(data, WANTED))
