"""People and authority through both doors: known, linked, joined; delegated, covered, shown."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from api.cli import main
from tests.api import conftest
from tests.api.conftest import REVIEW, Bridge, made, refused, serving, shown
from workflows.people import Vouched

QUORUM = "    quorum: 3\n"
STAND_INS = "    delegation: {}\n    deputies: {named_by: chair}\n"
POLICY = conftest.POLICY.replace(QUORUM, STAND_INS + QUORUM)
BOARD = "/boards/portfolio_board"


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bridge]:
    """An office with an open review, whose board allows delegation and deputies."""
    monkeypatch.setattr(conftest, "POLICY", POLICY)
    with serving(tmp_path) as served:
        yield Bridge(served).found().opened()


def registered(board: Bridge, name: str, **fields: str) -> str:
    return str(made(board.office.post("/people", {"name": name, **fields}))["person"])


def run(arguments: list[str]) -> int:
    """Return what a command of the command line exits with."""
    with pytest.raises(SystemExit) as left:
        main(arguments)
    return int(left.value.code or 0)


def today(board: Bridge, days: int = 0) -> str:
    return (board.served.now().date() + timedelta(days=days)).isoformat()


def named(board: Bridge, person: str) -> None:
    cover = {"policy": "gates", "seat": "finance", "person": person, "until": today(board, 2)}
    assert made(board.members["finance"].post(f"{BOARD}/deputies", cover))["deputy"] == 1


def test_a_deputy_is_named_finds_the_vote_in_the_inbox_and_casts_it(board: Bridge) -> None:
    emil = registered(board, "Emil")
    named(board, emil)
    deputy = board.served.caller("Emil")
    (waiting,) = shown(deputy.get("/inbox"))["waiting"]
    assert (waiting["what"], waiting["seat"]) == ("vote", "finance")
    assert waiting["on_behalf_of"] == board.ids["finance"]
    made(deputy.post(f"{REVIEW}/ballots", {"pack": board.pack, "option": "go"}))
    (ballot,) = shown(board.pm.get(REVIEW))["review"]["ballots"]
    assert ballot["person"] == {"id": emil, "name": "Emil"}
    assert ballot["on_behalf_of"] == {"id": board.ids["finance"], "name": "Ben"}
    assert ballot["right"] == {"kind": "deputy", "number": 1}
    made(board.vote("finance", "no"))
    again = deputy.post(f"{REVIEW}/ballots", {"pack": board.pack, "option": "go"})
    refused(again, 403, "not_permitted")


def test_a_delegation_is_given_reaches_so_far_and_is_revoked(board: Bridge) -> None:
    emil = registered(board, "Emil")
    given = {
        "policy": "gates", "seat": "works", "person": emil,
        "up_to": {"amount": "1199999.99", "currency": "EUR"},
    }  # fmt: skip
    works, delegate = board.members["works"], board.served.caller("Emil")
    made(works.post(f"{BOARD}/delegations", given))
    ballot = {"pack": board.pack, "option": "go"}
    refused(delegate.post(f"{REVIEW}/ballots", ballot), 403, "outside_limits")
    given["up_to"]["amount"] = "1200000.00"  # type: ignore[index]
    made(works.post(f"{BOARD}/delegations", given))
    made(delegate.post(f"{REVIEW}/ballots", ballot))
    revocation = f"{BOARD}/delegations/2/revocation"
    refused(board.pm.post(revocation, {"policy": "gates"}), 403, "not_permitted")
    assert works.post(revocation, {"policy": "gates", "reason": "Back."}).status_code == 200
    refused(delegate.post(f"{REVIEW}/ballots", ballot), 403, "outside_limits")
    refused(works.post(f"{BOARD}/delegations/9/revocation", {"policy": "gates"}), 404, "not_known")


def test_authority_is_shown_for_a_day_and_as_it_was_known(board: Bridge) -> None:
    before = shown(board.pm.get("/authority"))["position"]
    named(board, registered(board, "Emil"))
    seats = shown(board.pm.get("/authority", board="portfolio_board"))["seats"]
    finance = next(seat for seat in seats if seat["seat"] == "finance")
    assert finance["person"]["name"] == "Ben"
    assert [one["person"]["name"] for one in finance["stand_ins"]] == ["Emil"]
    for query in ({"on": today(board, 3)}, {"as_of": str(before)}):
        seats = shown(board.pm.get("/authority", **query))["seats"]
        assert not [seat for seat in seats if seat["stand_ins"]]
    assert shown(board.pm.get("/authority", on="2000-01-01"))["gaps"]
    refused(board.pm.get("/authority", board="nowhere"), 404, "not_known")
    refused(board.pm.get("/authority", on="31.06.2026"), 422, "invalid_request")
    recalled = board.members["chair"].post(f"{BOARD}/deputies/1/recall", {"policy": "gates"})
    assert recalled.status_code == 200


def test_people_are_linked_and_joined_by_the_office_alone(board: Bridge) -> None:
    rosa = registered(board, "Rosa", email="rosa@example.org")
    identity = {"issuer": "https://id.example", "subject": "s-1"}
    refused(board.pm.post(f"/people/{rosa}/identities", identity), 403, "not_permitted")
    made(board.office.post(f"/people/{rosa}/identities", identity))
    known = board.served.house.people.known(Vouched(**identity))
    assert known == rosa
    double = made(board.served.caller("Rosa B.").post("/me"))["person"]
    joining = {"into": rosa, "reason": "One colleague, two names."}
    refused(board.pm.post(f"/people/{double}/joining", joining), 403, "not_permitted")
    assert made(board.office.post(f"/people/{double}/joining", joining))["person"] == rosa
    refused(board.office.post(f"/people/{double}/joining", joining), 409, "taken")
    person = shown(board.pm.get(f"/people/{double}"))["person"]
    assert person["joined_into"] == {"id": rosa, "name": "Rosa"}
    assert shown(board.served.caller("Rosa B.").get("/me"))["me"]["person"]["id"] == rosa
    # An address that signs in by the embedded issuer is whoever was registered by it.
    assert made(board.served.caller("Rosa@example.org").post("/me"))["person"] == rosa


def test_nobody_grants_where_the_policy_says_nothing_of_it(board: Bridge) -> None:
    grant = {
        "policy": "gates", "seat": "chair", "person": board.ids["chair"],
        "matters": ["pass_gate"], "up_to": {"amount": "1.00", "currency": "EUR"},
    }  # fmt: skip
    refused(board.office.post(f"{BOARD}/grants", grant), 422, "not_in_policy")


def test_the_command_line_registers_links_joins_and_shows_authority(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(tmp_path)]
    assert run(["init", "--actor", "Olga", *data]) == 0
    (tmp_path / "gates.yaml").write_text(POLICY)
    assert run(["policy", "adopt", str(tmp_path / "gates.yaml"), "--actor", "Olga", *data]) == 0
    people = ["people", "register", "--actor", "Olga", *data]
    assert run([*people, "Rosa", "--email", "rosa@example.org"]) == 0
    assert run([*people, "Rosa B."]) == 0
    link = ["people", "link", "rosa@example.org", "--issuer", "https://id.example"]
    assert run([*link, "--subject", "s-1", "--actor", "Olga", *data]) == 0
    join = ["people", "join", "Rosa B.", "rosa@example.org", "--reason", "One colleague."]
    assert run([*join, "--actor", "Olga", *data]) == 0
    assert run([*join, "--actor", "Olga", *data]) != 0  # they are one already
    capsys.readouterr()
    assert run(["authority", "--json", *data]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [gap["seat"] for gap in told["gaps"]] == ["chair", "finance", "works", "safety"]
    assert run(["authority", "--board", "portfolio_board", "--on", "2026-12-24", *data]) == 0
    said = capsys.readouterr()
    assert "4 seats on 2026-12-24" in said.out
    assert "Gap: nobody holds seat finance of board portfolio_board." in said.err
    assert run(["authority", "--on", "31.06.2026", *data]) != 0
