"""People at the command line: found by name, though the office registered them by an address."""

import json
from pathlib import Path

import pytest

from tests.api.test_http_authority import run


def office(data: Path) -> list[str]:
    where = ["--data", str(data)]
    assert run(["init", *where, "--actor", "Olga"]) == 0
    for name, email in (("Rosa Gil", "rosa@example.org"), ("Jo", "jo@example.org")):
        assert run(["people", "register", name, "--email", email, *where, "--actor", "Olga"]) == 0
    return where


def found(where: list[str], name: str, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert run(["inbox", "--person", name, *where, "--json"]) == 0
    return str(json.loads(capsys.readouterr().out)["person"]["name"])


def test_who_was_registered_by_an_address_is_found_by_address_and_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = office(tmp_path)
    for name in ("rosa@example.org", "Rosa@Example.org", "Rosa Gil", "rosa gil"):
        assert found(where, name, capsys) == "Rosa Gil"
    assert run(["inbox", "--person", "Rosa", *where]) == 1
    assert "nobody is known as Rosa" in capsys.readouterr().err


def test_a_name_that_two_people_bear_is_asked_about_and_joined_ones_are_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = office(tmp_path)
    again = ["people", "register", "Jo", "--email", "jo.b@example.org", *where, "--actor", "Olga"]
    assert run(again) == 0
    capsys.readouterr()
    assert run(["inbox", "--person", "Jo", *where]) == 1
    assert "several people are known as Jo" in capsys.readouterr().err
    joining = ["people", "join", "jo.b@example.org", "jo@example.org"]
    assert run([*joining, "--reason", "One.", *where, "--actor", "Olga"]) == 0
    assert found(where, "Jo", capsys) == "Jo"
