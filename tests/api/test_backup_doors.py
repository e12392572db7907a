"""Backup and restore at the command line, beside a server that goes on."""

import pytest

from tests.api.conftest import Bridge, made, serving
from tests.api.test_cli import Line
from workflows.backup.manifest import backups_in


def test_a_served_office_is_backed_up_and_comes_back(
    bridge: Bridge, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    data, apart = bridge.served.directory, tmp_path_factory.mktemp("apart")
    backups, restored, line = apart / "b", apart / "r", Line(data, capsys).bare
    told = line("backup", str(backups), "--data", str(data), "--json")
    assert told.code == 0, told.err
    bridge.opened()
    again = line("backup", str(backups), "--data", str(data), "--keys", "--json")
    assert again.json["position"] > told.json["position"]
    assert [str(path) for path in backups_in(backups)] == [told.json["path"], again.json["path"]]
    back = line("restore", str(backups), "--data", str(restored))
    assert (back.code, "quorate verify --data" in back.out) == (0, True), back.err
    with serving(restored) as served:
        bearer = bridge.pm.http.headers["Authorization"].removeprefix("Bearer ")
        same = served.bearing(bearer)
        assert same.get("/projects").json()["position"] == again.json["position"]
        proposal = {"portfolio": "CAP", "title": "Another bridge"}
        assert made(same.post("/projects", proposal))["position"] > again.json["position"]
    refused = line("restore", str(backups), "--data", str(restored))
    assert (refused.code, "nothing is overwritten" in refused.err) == (1, True)
