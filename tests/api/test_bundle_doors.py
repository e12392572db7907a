"""Bundles at the command line and over HTTP: who gets one, and what is in it."""

import json
from pathlib import Path

import pytest

from api.signing import sign_once
from tests.api.conftest import PROJECT, Bridge, made, refused, serving
from tests.api.hushed import MARKS, Hushed
from tests.api.test_cli import Line
from tests.workflows.bundles.bundled import Outsider, opened

RULING = f"/bundles/rulings/{PROJECT.replace(' ', '%20')}/g1/1"


def ruled(bridge: Bridge) -> str:
    """Let the review be ruled and signed; return the key."""
    bridge.opened()
    for seat in ("chair", "finance", "works", "safety"):
        made(bridge.vote(seat, comment="Fine."))
    path = f"/reviews/{PROJECT}/g1/1/ruling"
    made(bridge.members["chair"].post(path, {}))
    directory = bridge.served.directory
    sign_once(directory, directory / "signer")
    return (directory / "log/key").read_text()


def test_an_auditor_takes_a_bundle_away_and_others_verify_it(
    bridge: Bridge, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    outsider = Outsider(outside, ruled(bridge))
    auditor = bridge.served.caller("Aude", "auditor")
    told = auditor.get(RULING)
    assert (told.status_code, told.headers["content-type"]) == (200, "application/zip")
    assert "Fine." in opened(told.content)["report.html"].decode()
    code, said = outsider.verify(opened(told.content))
    assert (code, "approve, made again" in said) == (0, True), said
    for query in ({"first": 1, "last": 20}, {"stream": f"project:{PROJECT}"}):
        kind = "range" if "first" in query else "stream"
        answer = auditor.http.get(f"/api/v1/bundles/{kind}", params=query)
        assert outsider.verify(opened(answer.content))[0] == 0
    refused(bridge.pm.get(RULING), 403, "not_permitted")
    refused(auditor.get(RULING, as_of="20"), 404, "not_known")
    refused(auditor.get("/bundles/range", first=3, last=2), 404, "not_known")
    refused(auditor.get("/bundles/range", first=1, last=9999), 404, "not_known")
    refused(auditor.get("/bundles/stream", stream="project:NONE"), 404, "not_known")


def test_before_anything_is_signed_there_is_no_bundle(bridge: Bridge) -> None:
    auditor = bridge.served.caller("Aude", "auditor")
    problem = refused(auditor.get("/bundles/range", first=1, last=2), 404, "not_known")
    assert problem["fix"] == "Have one signed: quorate checkpoint."


def test_a_bundle_bears_no_mark_of_what_its_recipient_may_not_see(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as served:
        office = Hushed(served).found().lived()
        sign_once(served.directory, served.directory / "signer")
        last = served.house.log.head()
        (tmp_path / "outside").mkdir()
        key = (served.directory / "log/key").read_text()
        outsider = Outsider(tmp_path / "outside", key)
        whole = opened(office.aude.get("/bundles/range", first=1, last=last).content)
        seen = opened(office.olga.get("/bundles/range", first=1, last=last).content)
        for files, marked in ((whole, True), (seen, False)):
            code, said = outsider.verify(files)
            assert (code, f"from position 1 to {last}" in said) == (0, True), said
            content = b"".join(files[name] for name in files if name != "verify.py")
            assert any(mark.encode() in content for mark in MARKS) == marked
        assert json.loads(seen["manifest.json"])["withheld"]
        refused(office.olga.get("/bundles/stream", stream="project:HUSH-7"), 404, "not_known")
        refused(office.olga.get("/bundles/rulings/HUSH-7/g1/1"), 404, "not_known")
        stream = office.olga.get("/bundles/stream", stream="portfolio:CAP")
        refused(stream, 403, "not_permitted")


@pytest.fixture
def quorate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Line:
    line = Line(tmp_path / "data", capsys)
    assert line("init").code == 0
    assert line("policy", "adopt", "pep").code == 0
    assert line("checkpoint").code == 0
    return line


def test_the_command_line_writes_a_bundle_once(quorate: Line, tmp_path: Path) -> None:
    out = tmp_path / "out.zip"
    told = quorate("bundle", "--range", "1-3", "--json", "--out", str(out))
    assert told.code == 0, told.err
    assert told.json["positions"] == [1, 2, 3]
    assert told.json["bytes"] == out.stat().st_size
    again = quorate("bundle", "--range", "1-3", "--out", str(out))
    assert (again.code, "is there already" in again.err) == (1, True)
    outsider = Outsider(tmp_path, (quorate.data / "log/key").read_text())
    assert outsider.run("out.zip", "--key", "trusted.key")[0] == 0


def test_the_verifier_is_handed_out_beforehand(tmp_path: Path, quorate: Line) -> None:
    out = tmp_path / "verify-me.py"
    told = quorate("bundle", "--verifier", "--out", str(out))
    assert (told.code, "SHA-256" in told.out) == (0, True)
    range_ = tmp_path / "range.zip"
    assert quorate("bundle", "--range", "1-2", "--out", str(range_)).code == 0
    assert opened(range_.read_bytes())["verify.py"] == out.read_bytes()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "a bundle is about one thing"),
        (("X/start/1", "--range", "1-2"), "a bundle is about one thing"),
        (("--range", "1-"), "1- is no range"),
        (("--range", "1-99"), "a range lies between 1 and"),
        (("--range", "1-9999999"), "a range lies between 1 and"),
        (("X/start/1",), "no ruling of review:X/start/1"),
        (("--stream", "project:X"), "no event of project:X is signed"),
    ],
)
def test_what_cannot_be_bundled_is_said(
    words: tuple[str, ...], why: str, quorate: Line, tmp_path: Path
) -> None:
    told = quorate("bundle", *words, "--out", str(tmp_path / "out.zip"))
    assert (told.code, why in told.err) == (1, True), told.err
    assert not (tmp_path / "out.zip").exists()
