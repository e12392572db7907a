"""Two real decision histories, through the command line: what goes in is what is shown."""

import csv
import json
import os
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from api.cli import main

DAYS = 40


def shared(name: str) -> Path:
    """Return a file of the shared data; skip where there is none, as on a user's machine."""
    told = os.environ.get("QUORATE_SHARED")
    above = Path(__file__).resolve().parents
    folders = [Path(told)] if told else [folder / "shared" for folder in above]
    for folder in folders:
        path = folder / "data" / name
        if path.exists():
            return path
    pytest.skip(f"shared/data/{name} is not here; QUORATE_SHARED names the folder it is in")


class Told(NamedTuple):
    """A row of the file, as simply as it can be read."""

    moment: datetime
    seq: int
    status: str


class History:
    """What a file says, read by another way than the program's."""

    def __init__(self, path: Path) -> None:
        self.rows: dict[str, list[Told]] = defaultdict(list)
        self.gone: set[str] = set()
        self.cases: set[str] = set()
        with path.open(encoding="utf-8", newline="") as file:
            records = sorted(csv.DictReader(file), key=lambda record: int(record["seq"]))
        lives: dict[str, int] = defaultdict(int)
        closed: set[str] = set()
        for record in records:
            case = record["case_id"]
            self.cases.add(case)
            if record["kind"] == "lifecycle" and record["activity"] != "removed" and case in closed:
                lives[case] += 1
                closed.discard(case)
            if record["activity"] == "removed":
                closed.add(case)
            if record["status_to"]:
                moment = datetime.fromisoformat(record["timestamp"])
                moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
                told = Told(moment, int(record["seq"]), record["status_to"])
                self.rows[f"{case}#{lives[case]}"].append(told)
        self.living = {f"{case}#{lives[case]}": case for case in self.cases - closed}

    def last(self) -> dict[str, str]:
        """The last status recorded for every case that was not removed."""
        return {
            code: max(self.rows[life], key=lambda told: told.seq).status.casefold()
            for life, code in self.living.items()
        }

    def at_end_of(self, day: date) -> dict[str, str]:
        """The status every living case had at the end of a day, by the latest row until then."""
        end = datetime.combine(day + timedelta(days=1), time(), UTC)
        found = {}
        for life, code in self.living.items():
            until = [told for told in self.rows[life] if told.moment < end]
            if until:
                found[code] = max(until)[2].casefold()
        return found

    def days(self) -> list[date]:
        """A sample of days, the first and the last with their neighbours among them."""
        days = sorted(
            {t.moment.astimezone(UTC).date() for told in self.rows.values() for t in told}
        )
        step = max(1, len(days) // (DAYS - 6))
        bounds = [days[0] - timedelta(days=1), days[0], days[-1], days[-1] + timedelta(days=1)]
        return sorted({*bounds, *days[::step], *(day + timedelta(days=1) for day in days[::300])})


class Office:
    """The command line over one data directory."""

    def __init__(self, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.data = data
        self._capsys = capsys

    def ask(self, *arguments: str) -> dict[str, Any]:
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--json", "--data", str(self.data)])
        told = self._capsys.readouterr()
        assert ended.value.code in (0, None), told.err
        answer: dict[str, Any] = json.loads(told.out)
        return answer

    def labels(self, *arguments: str) -> dict[str, str]:
        answer = self.ask("status", *arguments)
        assert {"position", "as_of", "projects"} <= answer.keys()
        return {line["code"]: line["phase_label"].casefold() for line in answer["projects"]}


def imported(office: Office, name: str, preset: str) -> History:
    """Import a file and check everything the issue says of it."""
    path = shared(name)
    history = History(path)
    first = office.ask("import", "history", str(path), "--policy", preset)
    assert (first["refused"], first["imported"], first["skipped"]) == (False, first["rows"], [])
    again = office.ask("import", "history", str(path), "--policy", preset)
    assert (again["imported"], again["already_known"]) == (0, first["rows"])

    before = office.ask("status")
    last, labels = history.last(), office.labels()
    assert {code: labels[code] for code in last} == last
    office.ask("rebuild")
    assert office.ask("status") == before

    days = history.days()
    assert len(days) >= DAYS
    for day in days:
        shown = office.labels("--effective", day.isoformat())
        living = {code: label for code, label in shown.items() if code in history.living.values()}
        assert living == history.at_end_of(day), day
    return history


@pytest.mark.slow
def test_proposals_of_26_years_end_where_the_file_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office = Office(tmp_path / "data", capsys)
    history = imported(office, "peps.csv", "pep")
    assert len(history.cases) == 737

    lines = office.ask("status")["projects"]
    codes = {line["code"] for line in lines}
    assert {"PEP-3000", "PEP-3000~2", "PEP-9999", "PEP-9999~2"} <= codes
    assert len(codes) == 744
    standing = {line["code"]: line["standing"] for line in lines}
    assert (standing["PEP-3000"], standing["PEP-3000~2"]) == ("closed", "withdrawn")

    decisions = office.ask("decisions")["decisions"]
    assert all(line["reported"] for line in decisions)
    decided = {subject for line in decisions for subject in line["subjects"]}
    accepted = {
        code
        for life, code in history.living.items()
        if any(told.status == "Accepted" for told in history.rows[life])
    }
    assert len(accepted) > 270
    assert {f"project:{code}" for code in accepted} <= decided
    assert office.ask("recheck")["reported"] == len(decisions) == 1084


@pytest.mark.slow
def test_levels_of_255_projects_end_where_the_file_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office = Office(tmp_path / "data", capsys)
    history = imported(office, "cncf_projects.csv", "cncf")
    assert len(office.labels()) == len(history.cases) == 255
    assert list(office.labels().values()).count("archived") == 28
