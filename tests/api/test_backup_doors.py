"""Backup and restore at the command line, beside a server that goes on."""

from pathlib import Path

import pytest

from tests.api import test_cli
from tests.api.conftest import Bridge, made, serving
from tests.api.test_store_doors import Line
from tests.workflows.store.servers import Server
from workflows.backup.manifest import backups_in


def test_a_served_office_is_backed_up_and_comes_back(
    bridge: Bridge, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    data, apart = bridge.served.directory, tmp_path_factory.mktemp("apart")
    backups, restored, line = apart / "b", apart / "r", test_cli.Line(data, capsys).bare
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


@pytest.mark.postgres
@pytest.mark.slow
def test_an_office_in_a_database_is_backed_up_and_comes_back_to_either_store(
    server: Server, tmp_path: Path
) -> None:
    office = Line(tmp_path / "data", server.database())
    assert office("init", "--title", "Works").returncode == 0
    office.told("checkpoint")
    backups = tmp_path / "backups"
    position = office.told("backup", str(backups), "--keys")["position"]
    into = server.database()
    for place, store in (("r1", into), ("r2", None)):
        restored = Line(tmp_path / place, store)
        back = restored("restore", str(backups))
        assert (back.returncode, "quorate verify --data" in back.stdout) == (0, True), back.stderr
        assert ("--store URL" in back.stdout) == (store is not None)
        assert restored.told("checkpoint")["position"] >= position
    full = Line(tmp_path / "r3", into)("restore", str(backups))
    assert (full.returncode, full.stderr) == (0, ""), "it is what was restored, and nothing else"
    assert Line(tmp_path / "data", None)("backup", str(backups)).returncode == 1
    other = Line(tmp_path / "other", server.database())
    assert other("init").returncode == 0
    refused = Line(tmp_path / "r4", other._store)("restore", str(backups))
    assert refused.returncode == 1
    assert "is not empty: quorate.stored_events holds" in refused.stderr
    assert not (tmp_path / "r4").exists()
