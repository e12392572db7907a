"""Duplicates, merges and splits over HTTP and at the command line: links both ways, money whole."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.cli import main
from tests.api.conftest import made, refused, serving, shown
from tests.api.test_http_money import Treasury, line
from tests.workflows import test_dividing
from workflows.policy_text import read_policy


class Dividing(Treasury):
    """An office that merges and splits, made over HTTP."""

    policy = test_dividing.POLICY

    def settled(self, path: str, option: dict[str, Any]) -> int:
        """Put a pack, let the head vote for its option, and rule; returns the position."""
        body = {"request": "Decide.", "options": [option]}
        pack = made(self.pm.post(f"{path}/pack", body))["pack"]
        ballot = {"pack": pack, "option": option["id"]}
        made(self.hana.post(f"{path}/ballots", ballot))
        answer = self.hana.post(f"{path}/ruling", {})
        assert answer.is_success, answer.text
        return int(answer.json()["position"])

    def project(self, code: str, position: int) -> dict[str, Any]:
        found = shown(self.pm.get(f"/projects/{code}?min_position={position}"))["project"]
        assert isinstance(found, dict)
        return found


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Dividing]:
    with serving(tmp_path / "data") as served:
        office = Dividing(served)
        office.found()
        assert office.envelope(line("1000.00")).is_success
        for code in ("A", "B"):
            office.proposed(code)
        yield office


def test_the_policy_of_these_tests_holds_together() -> None:
    assert read_policy(Dividing.policy.encode(), "works").policy.policy == "works"


def test_a_duplicate_points_to_the_right_one_and_back(office: Dividing, tmp_path: Path,
    capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    opening = {"project": "B", "matter": "twin", "into": "A"}
    made(office.pm.post("/reviews", opening))
    before = office.project("B", 1)
    at = office.settled("/reviews/B/twin/1", {"id": "supersede"})
    gone, right = office.project("B", at), office.project("A", at)
    assert (before["superseded_by"], gone["superseded_by"]) == ([], ["A"])
    assert (gone["standing"], right["supersedes"], right["standing"]) == (
        "superseded", ["B"], "proposed",
    )  # fmt: skip
    again = {"project": "A", "matter": "twin", "into": "B"}
    refused(office.pm.post("/reviews", again), 409, "not_now")
    with pytest.raises(SystemExit):
        main(("status", "--json", "--data", str(tmp_path / "data")))
    lines = {one["code"]: one for one in json.loads(capsys.readouterr().out)["projects"]}
    assert (lines["B"]["superseded_by"], lines["A"]["supersedes"]) == (["A"], ["B"])
    with pytest.raises(SystemExit):
        main(("status", "--data", str(tmp_path / "data")))
    assert "superseded by A" in capsys.readouterr().out


def test_two_projects_become_one_and_one_becomes_two(office: Dividing) -> None:
    made(office.pm.post("/projects/A/costs", {"lines": [line("20.00")]}))
    merge = {"projects": ["A", "B"]}
    path = "/reviews/A/join/1"
    assert made(office.pm.post("/portfolios/APX/merges", merge))["review"] == "review:A/join/1"
    short = {"code": "AB", "title": "Both", "costs": [line("19.99")]}
    body = {"request": "Merge.", "options": [{"id": "merge", "parts": [short]}]}
    problem = refused(office.pm.post(f"{path}/pack", body), 422, "malformed")
    assert "costs FY2027 capex: 20.00 before, 19.99 in the parts" in problem["detail"]
    whole = {"code": "AB", "title": "Both", "costs": [line("20.00")]}
    at = office.settled(path, {"id": "merge", "parts": [whole]})
    both = office.project("AB", at)
    assert (both["supersedes"], both["came_from"]) == (["A", "B"], ["A", "B"])
    assert office.project("A", at)["superseded_by"] == ["AB"]
    made(office.pm.post("/reviews", {"project": "AB", "matter": "part"}))
    parts = [{"code": "AB", "costs": [line("15.00")]},
             {"code": "C", "title": "Third", "costs": [line("5.00")]}]  # fmt: skip
    at = office.settled("/reviews/AB/part/1", {"id": "split", "parts": parts})
    third = office.project("C", at)
    assert (third["came_from"], third["proposer"]) == (["AB"], both["proposer"])
    (cell,) = shown(office.pm.get(f"/portfolios/APX/money?min_position={at}"))["portfolio"]["cells"]
    spent = {row["code"]: row["actual"] for row in cell["projects"] if row["actual"] != "0.00"}
    assert (spent, cell["actual"]) == ({"AB": "15.00", "C": "5.00"}, "20.00")


def test_what_cannot_be_merged_is_refused(office: Dividing) -> None:
    for projects, status, code in (
        (["A"], 422, "invalid_request"),
        (["A", "A"], 422, "malformed"),
        (["A", "NONE"], 404, "not_known"),
    ):
        refused(office.pm.post("/portfolios/APX/merges", {"projects": projects}), status, code)
    refused(office.pm.post("/reviews", {"project": "A", "matter": "join"}), 422, "field_missing")
