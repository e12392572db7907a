"""The command line: what each command answers, how it refuses, and with which exit code."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from api.cli import main
from api.clock import now
from api.house import House

HEADER = "seq,case_id,title,kind,activity,status_from,status_to,timestamp,actor,pr,source_ref,attrs"
CREATED = "1,A-1,A long title [red] that is more than any line of eighty can hold in full,lifecycle"
ROWS = (
    f"{CREATED},created,,Draft,2020-01-01,ana,,,",
    "2,A-1,,status,status_changed,Draft,Accepted,2020-02-01,ben,7,ref,",
)
QUORATE = [sys.executable, "-c", "from api.cli import main; main()"]


class Told(NamedTuple):
    code: int | str | None
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.out)
        return answer


class Line:
    """A command line over one data directory."""

    def __init__(self, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.data = data
        self._capsys = capsys

    def __call__(self, *arguments: str) -> Told:
        return self.bare(*arguments, "--data", str(self.data))

    def bare(self, *arguments: str) -> Told:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        told = self._capsys.readouterr()
        return Told(ended.value.code or 0, told.out, told.err)


@pytest.fixture
def quorate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Line:
    return Line(tmp_path / "data", capsys)


@pytest.fixture
def history(tmp_path: Path) -> Path:
    path = tmp_path / "small.csv"
    path.write_text("\n".join((HEADER, *ROWS)))
    return path


@pytest.fixture
def imported(quorate: Line, history: Path) -> Line:
    told = quorate("import", "history", str(history), "--policy", "pep")
    assert told.code == 0, told.err
    assert "Founded an office" in told.err
    return quorate


def test_an_office_is_founded_once(quorate: Line) -> None:
    assert quorate("init", "--title", "Works", "--zone", "Europe/Berlin").code == 0
    again = quorate("init")
    assert (again.code, "already has an office" in again.err) == (1, True)


def test_a_zone_that_is_none_is_refused(quorate: Line) -> None:
    told = quorate("init", "--zone", "Mars/Base")
    assert (told.code, "unknown time zone" in told.err) == (1, True)
    assert "Europe/Berlin" in told.err


@pytest.mark.parametrize("command", ["status", "decisions", "trail", "recheck", "rebuild"])
def test_a_directory_without_an_office_is_named_and_stays_as_it_is(
    quorate: Line, command: str
) -> None:
    told = quorate(command)
    assert told.code == 1
    assert str(quorate.data) in told.err
    assert "quorate init" in told.err
    assert "Traceback" not in told.err
    assert not quorate.data.exists()


def test_unknown_options_are_a_fault_of_usage(quorate: Line) -> None:
    assert quorate("status", "--nonsense").code == 2
    assert quorate.bare("nonsense").code == 2
    assert quorate("token", "--actor", "ana", "--role", "king").code == 2


def test_an_import_tells_what_it_did(quorate: Line, history: Path) -> None:
    first = quorate("import", "history", str(history), "--policy", "pep")
    assert "Imported 2 of 2 rows" in first.out
    again = quorate("import", "history", str(history), "--policy", "pep")
    assert "Nothing changed." in again.out
    assert quorate("import", "history", str(history), "--policy", "pep", "--json").json == {
        "already_known": 2,
        "departures": {},
        "imported": 0,
        "policy": "pep",
        "portfolio": "PEP",
        "refused": False,
        "rows": 2,
        "skipped": [],
        "source": "small",
    }


def test_a_refused_import_lists_every_fault_by_line(quorate: Line, history: Path) -> None:
    history.write_text("\n".join((HEADER, *ROWS, "x", "2,A-1,,field,a,,,never,ana,,,")))
    told = quorate("import", "history", str(history), "--policy", "pep")
    assert told.code == 1
    assert re.findall(r"small\.csv:(\d+): (\w+)", told.err) == [
        ("4", "malformed"),
        ("5", "unparseable_date"),
    ]
    assert "--skip-bad-rows" in told.err
    rest = quorate("import", "history", str(history), "--policy", "pep", "--skip-bad-rows")
    assert (rest.code, "2 left out" in rest.out) == (0, True)


def test_an_import_of_nothing_is_refused(quorate: Line, history: Path) -> None:
    gone = quorate("import", "history", str(history) + "x", "--policy", "pep")
    assert (gone.code, "cannot read" in gone.err) == (1, True)
    other = quorate("import", "history", str(history), "--policy", "nonsense")
    assert (other.code, "presets: cncf, pep" in other.err) == (1, True)
    named = quorate("import", "history", str(history), "--policy", "pep", "--source", "a b")
    assert (named.code, "--source" in named.err) == (1, True)


def test_status_says_where_it_looks_from(imported: Line) -> None:
    answer = imported("status", "--json").json
    (line,) = answer["projects"]
    assert {"position", "as_of"} <= answer.keys()
    assert (line["code"], line["portfolio"], line["phase"], line["standing"]) == (
        "A-1", "PEP", "accepted", "active",
    )  # fmt: skip
    assert line["phase_label"] == "Accepted"
    then = imported("status", "--json", "--effective", "2020-01-15").json
    assert [p["phase_label"] for p in then["projects"]] == ["Draft"]
    assert then["effective"] == "2020-01-15T23:59:59.999999Z"
    assert imported("status", "--json", "--effective", "2019-12-31").json["projects"] == []
    assert imported("status", "--json", "--as-of", "1").json["projects"] == []


def test_tables_keep_to_eighty_characters_and_one_line_each(imported: Line) -> None:
    told = imported("status")
    lines = told.out.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[1].startswith("A-1   A long title [red] that")
    assert lines[1].endswith("2020-02-01")
    assert lines[-1].startswith("1 project at position")


@pytest.mark.parametrize("when", ["soon", "0", "999999", "2026-02-30", "1999-01-01"])
def test_a_moment_that_is_none_is_refused(imported: Line, when: str) -> None:
    told = imported("status", "--as-of", when)
    assert (told.code, "What to do:" in told.err) == (1, True)


def test_decisions_and_trail_tell_who(imported: Line) -> None:
    (line,) = imported("decisions", "--project", "A-1", "--json").json["decisions"]
    assert (line["gate"], line["outcome"], line["reported"]) == ("accept", "approve", True)
    assert line["recorded_by"]["name"]
    entries = imported("trail", "A-1", "--json").json["trail"]
    assert [e["topic"] for e in entries][-1] == "project.proposed/1"
    assert {e["by"]["name"] for e in entries} == {"ana", "ben"}
    assert "ben" in imported("trail", "A-1").out
    assert imported("trail", "B-1").code == 1
    assert imported("decisions", "--project", "B-1").code == 1


def test_views_are_rebuilt_and_rulings_checked_again(imported: Line) -> None:
    before = imported("status", "--json").out
    assert imported("rebuild").code == 0
    assert imported("status", "--json").out == before
    assert imported("recheck", "--json").json["reported"] == 1


def test_policies_are_checked_with_line_and_column(quorate: Line, tmp_path: Path) -> None:
    assert quorate.bare("policy", "check", "pep").code == 0
    drawn = quorate.bare("policy", "check", "cncf", "--diagram")
    assert drawn.out.startswith("stateDiagram-v2\n")
    bad = tmp_path / "bad.yaml"
    bad.write_text("policy: bad\npolicy: worse\n")
    told = quorate.bare("policy", "check", str(bad))
    assert told.code == 1
    assert re.search(r"bad\.yaml: line 2, column 1: ", told.out)
    assert quorate.bare("policy", "check", str(bad), "--json").json["faults"]


def test_a_policy_is_adopted_and_shown(quorate: Line) -> None:
    quorate("init")
    assert quorate("policy", "adopt", "cncf").code == 0
    told = quorate("policy", "show", "cncf", "--json").json
    assert told["policy"]["text"]["policy"] == "cncf"
    assert "in force" in quorate("policy", "show").out
    assert quorate("policy", "show", "nonsense").code == 1
    other = quorate("policy", "adopt", "pep", "--actor", "somebody else")
    assert (other.code, "founder" in other.err) == (1, True)


def test_a_token_is_one_line(quorate: Line) -> None:
    quorate("init")
    told = quorate("token", "--actor", "ana", "--role", "office", "--role", "auditor", "--json")
    assert told.json["roles"] == ["auditor", "office"]
    assert re.fullmatch(r"[\w.-]+\n", quorate("token", "--actor", "ana", "--role", "office").out)


def test_whoever_writes_already_is_named(imported: Line, history: Path) -> None:
    house = House(imported.data, writable=True, now=now)
    try:
        told = imported("import", "history", str(history), "--policy", "pep")
        assert (told.code, str(os.getpid()) in told.err) == (1, True)
        assert imported("status").code == 0
        assert imported("rebuild").code == 1
    finally:
        house.close()


def test_a_directory_that_cannot_be_made_is_named(quorate: Line) -> None:
    told = quorate.bare("init", "--data", "/dev/null/x")
    assert (told.code, "/dev/null/x" in told.err) == (1, True)
    assert "Traceback" not in told.err


def run(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [*QUORATE, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def test_a_full_disk_ends_in_a_clear_error_and_loses_nothing(imported: Line) -> None:
    """A limit on the size of files stands in for a full disk."""
    before = imported("status", "--json").json["position"]
    limited = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096));"
        "from api.cli import main; main()"
    )
    command = [sys.executable, "-c", limited, "policy", "adopt", "cncf"]
    told = subprocess.run(
        [*command, "--data", str(imported.data)], capture_output=True, text=True, check=False
    )
    assert (told.returncode, "Traceback" in told.stderr) == (1, False), told.stderr
    assert imported("status", "--json").json["position"] == before
    assert imported("policy", "adopt", "cncf").code == 0


def test_nobody_reading_on_is_no_fault(imported: Line) -> None:
    command = " ".join((sys.executable, "-c", f"'{QUORATE[-1]}'", "trail", "--json", "--data"))
    told = subprocess.run(
        ["/bin/sh", "-c", f"{command} {imported.data} | head -c 1"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.stderr == ""


def test_serve_founds_an_office_and_says_where_and_how(tmp_path: Path) -> None:
    command = [*QUORATE, "serve", "--port", "0", "--data", str(tmp_path / "data")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            first, second = server.stdout.readline(), server.stdout.readline()
            address = re.search(r"http://127\.0\.0\.1:\d+", first)
            assert address is not None
            assert "quorate token" in second
            with urllib.request.urlopen(f"{address[0]}/health", timeout=20) as answer:
                assert answer.status == 200
            held = run("init", "--data", str(tmp_path / "data"))
            assert (held.returncode, str(server.pid) in held.stderr) == (1, True)
        finally:
            server.send_signal(signal.SIGINT)
            _, told = server.communicate(timeout=20)
    assert "Founded an office" in told
    assert "Traceback" not in told


def test_a_port_that_is_taken_is_named(quorate: Line) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        told = quorate("serve", "--port", port)
    assert (told.code, port in told.err) == (1, True)
    assert not quorate.data.exists()
