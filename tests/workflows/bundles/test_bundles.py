"""A bundle is verified by somebody else, offline, and rejected after every edit."""

import ast
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from api.signing import sign_once
from domain.base import canonical
from domain.private import disclose
from tests.attacks.owner import Owned
from tests.workflows.bundles.bundled import RULING, Outsider, document_of, made, one_of
from workflows.bundles.gathering import Recipient, Wanted
from workflows.bundles.verifier import verifier
from workflows.log.keys import SigningKey

Files = dict[str, bytes]


def test_an_outsider_verifies_a_ruling_offline(office: Path, outsider: Outsider) -> None:
    files = made(office)
    code, said = outsider.verify(files)
    assert code == 0, said
    assert "was signed by your key" in said
    assert "approve, made again and the same byte for byte" in said
    assert "policy, pack, panel and every ballot are those on record" in said
    assert "That nothing else happened is not shown" in said
    assert "NOT PROVEN, read with care: report.html" in said
    assert "VERIFIED" in said


def test_the_same_bundle_is_the_same_bytes(office: Path) -> None:
    assert made(office) == made(office)


def test_the_verifier_needs_the_standard_library_only_and_says_each_name_once() -> None:
    tree = ast.parse(verifier())
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    assert len(set(names)) == len(names)
    for node in ast.walk(tree):
        modules = []
        if isinstance(node, ast.ImportFrom):
            modules = [node.module or ""]
        elif isinstance(node, ast.Import):
            modules = [one.name for one in node.names]
        assert all(one.partition(".")[0] in sys.stdlib_module_names for one in modules), modules


def swap(name: Callable[[Files], str], old: bytes, new: bytes) -> Callable[[Files], None]:
    def edit(files: Files) -> None:
        assert old in files[name(files)]
        files[name(files)] = files[name(files)].replace(old, new, 1)

    return edit


def event(topic: str, number: int = 0) -> Callable[[Files], str]:
    return lambda files: one_of(files, topic, number)


def proof(topic: str) -> Callable[[Files], str]:
    return lambda files: one_of(files, topic).replace(".json", ".tlog-proof")


def document(field: str) -> Callable[[Files], str]:
    return lambda files: document_of(files, field)


def named(name: str) -> Callable[[Files], str]:
    return lambda _files: name


def evidence(files: Files) -> str:
    return next(name for name in files if name.startswith("evidence/"))


def without(name: Callable[[Files], str]) -> Callable[[Files], None]:
    def edit(files: Files) -> None:
        del files[name(files)]

    return edit


def other_words(files: Files) -> None:
    listed = json.loads(files["disclosures.json"])
    one = next(one for one in listed["shown"] if one["name"] == "comment")
    one["disclosure"] = disclose(bytes(16), "comment", "I was against it.").text
    files["disclosures.json"] = canonical(listed)


def hushed_up(files: Files) -> None:
    listed = json.loads(files["disclosures.json"])
    listed["shown"] = [one for one in listed["shown"] if one["name"] != "comment"]
    files["disclosures.json"] = canonical(listed)


def another_ballot_and_its_ruling(files: Files) -> None:
    """A ballot and what was counted, changed alike: the ruling itself would come out right."""
    swap(event("ballot.cast/1"), b'"choice":"option","option":"go"', b'"choice":"abstain"')(files)
    swap(event("review.ruled/1"), b'"choice":"option","option":"go"', b'"choice":"abstain"')(files)


def signed_by_another(files: Files) -> None:
    """T21: everything re-signed by a key the bundle brings along."""
    key = SigningKey("quorate.local", b"\7" * 32)
    text = files["checkpoint"].decode().split("\n\n")[0] + "\n"
    note = f"{text}\n{key.sign(text).line}".encode()
    for name in [name for name in files if name.endswith(".tlog-proof")]:
        files[name] = files[name].split(b"\n\n")[0] + b"\n\n" + note
    files |= {"checkpoint": note, "log.key": key.verifier.text.encode()}


EDITS: dict[str, tuple[Callable[[Files], None], str]] = {
    "a byte of an event": (
        swap(event("review.ruled/1"), b'"outcome":"approve"', b'"outcome":"approvf"'),
        "not what the checkpoint covers",
    ),
    "an event written otherwise": (
        swap(event("review.ruled/1"), b"{", b"{ "), "not what the checkpoint covers",
    ),
    "a ballot": (
        swap(event("ballot.cast/1"), b'"option":"go"', b'"option":"no"'),
        "not what the checkpoint covers",
    ),
    "a ballot with its ruling": (
        another_ballot_and_its_ruling, "not what the checkpoint covers",
    ),
    "a hash of a proof": (
        swap(proof("review.ruled/1"), b"\n\nquorate", b"\n" + b"A" * 43 + b"=\n\nquorate"),
        "event ",
    ),
    "the place of a proof": (
        swap(proof("review.ruled/1"), b"index ", b"index 1"), "it is no c2sp.org/tlog-proof@v1",
    ),
    "the size of the checkpoint": (
        swap(named("checkpoint"), b"\n", b"\n1"), "has not signed it",
    ),
    "the origin": (
        swap(named("checkpoint"), b"quorate", b"quarote"), "you trust a key of quorate.local",
    ),
    "another key": (signed_by_another, "has not signed it"),
    "the pack": (
        swap(document("pack"), b"90000", b"90001"), "other bytes than its digest says",
    ),
    "the policy": (
        swap(document("policy"), b"50000.00", b"10000.00"), "other bytes than its digest says",
    ),
    "no pack": (without(document("pack")), "its pack is missing"),
    "no policy": (without(document("policy")), "its policy is missing"),
    "the evidence": (swap(evidence, b"three", b"seven"), "other bytes than its digest says"),
    "no evidence": (without(evidence), "it is missing"),
    "other words of a voter": (other_words, "the event does not bind it"),
    "words left out": (hushed_up, "neither shown nor named as not shown"),
    "an event left out": (without(event("ballot.cast/1")), "the events it lists"),
    "no proof": (without(proof("review.ruled/1")), "it is missing"),
    "no checkpoint": (without(named("checkpoint")), "checkpoint: it is missing"),
    "the manifest": (
        swap(named("manifest.json"), b'"kind":"ruling"', b'"kind":"wishes"'), "of no kind",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_after_an_edit_it_is_rejected_and_says_why(
    name: str, office: Path, outsider: Outsider
) -> None:
    files = made(office)
    edit, why = EDITS[name]
    edit(files)
    code, said = outsider.verify(files)
    assert (code, said.startswith("REJECTED."), why in said) == (1, True, True), said


def test_an_event_left_out_of_list_and_bundle_is_missed(office: Path, outsider: Outsider) -> None:
    """Whoever makes a bundle can leave a ballot out of it, and is found out by the ruling."""
    files = made(office)
    name = one_of(files, "ballot.cast/1", 1)
    manifest = json.loads(files["manifest.json"])
    manifest["positions"].remove(int(name[7:-5]))
    listed = json.loads(files["disclosures.json"])
    listed["shown"] = [one for one in listed["shown"] if one["position"] != int(name[7:-5])]
    files |= {"manifest.json": canonical(manifest), "disclosures.json": canonical(listed)}
    del files[name]
    code, said = outsider.verify(files)
    assert (code, "events of its review before it are missing" in said) == (1, True), said


@pytest.mark.parametrize(
    ("edits", "why"),
    [
        ((('"ground":"carried"', '"ground":"veto"'),), "made again it comes out otherwise"),
        (
            (
                ('"ballots":[{"choice":"option","option":"go"', '"ballots":[{"choice":"abstain"'),
                ('"cast":3', '"cast":2'),
                ('"option":"go","votes":3', '"option":"go","votes":2'),
            ),
            "the ballots it counted are not those on record",
        ),
        ((('"conflicts":[]', '"conflicts":["finance"]'),), "made again it comes out otherwise"),
        ((('"waivers":[]', '"waivers":["argued"]'),), "its checks come out otherwise"),
    ],
)
def test_a_false_ruling_is_found_although_it_is_well_signed(
    edits: tuple[tuple[str, str], ...], why: str, office: Path, tmp_path: Path
) -> None:
    """T14: the owner of the log writes another ruling, and the tree and signature to it."""
    shutil.copytree(office, tmp_path / "data", symlinks=True)
    owned = Owned(tmp_path / "data")
    for old, new in edits:
        owned.edit(owned.place("review.ruled/1"), old, new)
    owned.grow_tree()
    for forged in ("log", "signer"):
        shutil.rmtree(owned.data / forged)
    sign_once(owned.data, owned.data / "signer")
    (tmp_path / "outside").mkdir()
    outsider = Outsider(tmp_path / "outside", (owned.data / "log/key").read_text())
    code, said = outsider.verify(made(owned.data))
    assert (code, why in said) == (1, True), said


def test_an_edited_report_is_not_believed_anyway(office: Path, outsider: Outsider) -> None:
    files = made(office)
    files["report.html"] = b"<p>Rejected unanimously.</p>"
    files["note.txt"] = b"trust me"
    code, said = outsider.verify(files)
    assert code == 0
    assert (
        "NOT PROVEN, read with care: report.html, README.txt, log.key, verify.py, note.txt" in said
    )


@pytest.mark.parametrize("words", [("bundle.zip",), ("unpacked", "--key", "unpacked/log.key")])
def test_the_key_of_the_bundle_is_not_trusted(
    words: tuple[str, ...], office: Path, outsider: Outsider
) -> None:
    """T21: without a key of one's own nothing is verified."""
    files = made(office)
    outsider.verify(files)
    for name, content in files.items():
        path = outsider.directory / "unpacked" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    code, said = outsider.run(*words)
    assert (code, "The key in the bundle proves nothing" in said) == (2, True)
    code, said = outsider.run("unpacked", "--key", "trusted.key")
    assert (code, "VERIFIED" in said) == (0, True)


def test_a_range_shows_that_there_is_no_other_event(office: Path, outsider: Outsider) -> None:
    files = made(office, Wanted("range", first=3, last=20))
    code, said = outsider.verify(files)
    assert (code, "There is no other event from position 3 to 20." in said) == (0, True), said
    manifest = json.loads(files["manifest.json"])
    manifest["positions"].remove(7)
    files["manifest.json"] = canonical(manifest)
    del files["events/7.json"]
    code, said = outsider.verify(files)
    assert (code, "events between 3 and 20 are missing" in said) == (1, True)


def test_what_is_not_shown_is_there_as_a_hash(office: Path, outsider: Outsider) -> None:
    blind = Recipient(shows=lambda one: one.position != 9, private=False)
    files = made(office, Wanted("range", first=3, last=20), blind)
    assert ("events/9.json" in files, "events/9.leaf" in files) == (False, True)
    assert json.loads(files["disclosures.json"])["shown"] == []
    code, said = outsider.verify(files)
    assert code == 0, said
    assert "Of 1 of them you are shown the hash only." in said
    files["events/9.leaf"] = bytes(32)
    assert outsider.verify(files)[0] == 1


def test_a_stream_comes_from_its_beginning(office: Path, outsider: Outsider) -> None:
    code, said = outsider.verify(made(office, Wanted("stream", "project:APX-1")))
    assert (code, "project:APX-1 from its beginning" in said) == (0, True), said
    assert "That nothing followed is not shown" in said


def test_a_secret_of_the_office_is_in_no_bundle(office: Path) -> None:
    files = made(office, Wanted("range", first=1, last=30))
    names = {one["name"] for one in json.loads(files["disclosures.json"])["shown"]}
    assert "name" in names
    assert not names & {"pepper", "email", "book"}
    assert b"not_shown" in files["disclosures.json"]


def test_the_report_is_one_page_of_what_the_bundle_holds(office: Path) -> None:
    page = made(office, RULING)["report.html"].decode()
    assert "This page proves nothing." in page
    for word in ("approve", "carried", "As discussed.", "ana", "review.ruled/1"):
        assert word in page
    assert (
        "As discussed."
        not in made(office, RULING, Recipient(private=False))["report.html"].decode()
    )
