"""The demo is a whole office: so many of everything, each special happening, all of it sound."""

import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from api.clock import now
from api.demo.accounts import accounts
from api.demo.build import build, is_demo
from api.demo.office import POLICY
from api.demo.script import policy_text
from api.house import House
from api.sign_in import Issuer
from domain.office import OfficeFounded
from domain.refusals import Taken
from domain.review_events import ReviewOpened, ReviewRuled
from projections.reading import Page
from projections.register import Wanted, register
from projections.trail import trail
from tests.api.demo.conftest import LOADED
from workflows.log.verification import Against, verify
from workflows.people import OFFICE_ISSUER, Vouched
from workflows.policy_text import read_policy
from workflows.recheck import recheck
from workflows.store.contract import Recorded
from workflows.store.sqlite import open_log

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
"""The first test of a run builds the demo."""


def everything(house: House) -> Iterator[Recorded]:
    position = 0
    while page := house.log.read(position, 2_000):
        yield from page
        position = page[-1].position


@pytest.fixture(scope="module")
def record(demo: House) -> list[Recorded]:
    return list(everything(demo))


@pytest.fixture(scope="module")
def topics(record: list[Recorded]) -> Counter[str]:
    return Counter(one.event.topic for one in record)


@pytest.fixture(scope="module")
def rulings(record: list[Recorded]) -> list[ReviewRuled]:
    return [one.event.data for one in record if isinstance(one.event.data, ReviewRuled)]


def test_its_first_event_says_that_all_of_it_is_made_up(record: list[Recorded]) -> None:
    founded = record[0].event.data
    assert isinstance(founded, OfficeFounded)
    assert founded.demo
    assert founded.title == "Stadtwerke Auenbruck"


def test_it_has_as_many_of_everything_as_is_said(
    record: list[Recorded], topics: Counter[str]
) -> None:
    opened = [one.event.data for one in record if isinstance(one.event.data, ReviewOpened)]
    assert topics["portfolio.chartered/1"] == 3
    assert topics["project.proposed/1"] == 60
    assert {one.board for one in opened} == {
        *("office", "gate_board", "investment_committee", "change_board", "oversight")
    }
    assert 280 <= len(opened) <= 380
    assert 1_000 <= topics["ballot.cast/1"] <= 2_000
    assert topics["evidence.attached/1"] >= 200
    assert topics["cost.recorded/1"] >= 200
    assert 5 <= len(opened) - topics["review.ruled/1"] <= 25


def test_each_outcome_and_ground_is_there(rulings: list[ReviewRuled]) -> None:
    assert {str(one.verdict.outcome) for one in rulings} == {
        *("approve", "approve_with_conditions", "defer", "hold", "rework", "reject", "cancel"),
        "no_ruling",
    }
    assert {str(one.verdict.ground) for one in rulings} >= {
        *("carried", "tie", "veto", "no_quorum", "must_failed", "must_unknown"),
        *("hurdle_missed", "reported"),
    }


@pytest.mark.parametrize(
    "topic",
    """
    project.resumed/1 project.transferred/1 project.withdrawn/1 project.restored/1
    ruling.set_aside/1 ruling.revoked/1 ruling.reported/1 conflict.declared/1 sitting.recorded/1
    review.postponed/1 question.answered/1 fact.corrected/1 condition.satisfied/1
    condition.waived/1 envelope.set/1 funds.allocated/1 funds.released/1 baseline.set/1
    member.relieved/1 deputy.named/1 authority.delegated/1 projects.prioritised/1 period.closed/1
    project.restricted/1
    """.split(),
)
def test_each_special_happening_is_there(topics: Counter[str], topic: str) -> None:
    assert topics[topic] >= 1


def test_changes_are_approved_and_declined_and_a_round_funds_several(
    record: list[Recorded],
) -> None:
    numbers = [
        one.event.data.as_json()["number"] for one in record if one.event.topic == "baseline.set/1"
    ]
    assert 2 in numbers
    assert 3 in numbers
    several = [
        one
        for one in record
        if isinstance(one.event.data, ReviewOpened) and len(one.event.data.subjects) > 1
    ]
    assert several


def test_it_spans_three_years_and_its_last_act_lies_on_the_day_of_loading(
    record: list[Recorded],
) -> None:
    moments = [one.event.at for one in record]
    assert moments == sorted(moments)
    assert moments[-1] <= LOADED
    assert moments[-1].date() == LOADED.date()
    assert timedelta(days=1_000) < LOADED - moments[0] < timedelta(days=1_100)


def test_every_computed_ruling_comes_out_the_same_again(demo: House) -> None:
    report = recheck(demo.log)
    assert report.faults == ()
    assert report.computed == report.equal
    assert report.computed >= 250


def test_every_project_is_in_the_register_and_has_a_trail(demo: House) -> None:
    rows = register(demo.views.reading, None, Wanted(), Page(limit=None)).found
    assert len(rows) == 60
    for row in rows:
        assert trail(demo.views.reading, f"project:{row.code}").found


def test_no_text_was_left_with_a_gap_in_it(demo: House, record: list[Recorded]) -> None:
    texts = [one.text for one in demo.log.disclosed(range(1, len(record) + 1))]
    assert len(texts) > 2_000
    assert not [text for text in texts if re.search(r"\{[a-z]+\}|Project \d", text)]


def test_the_log_holds_with_every_document_file_and_act(demo: House, topics: Counter[str]) -> None:
    report = verify(demo.log, demo.directory, Against())
    assert report.faults == ()
    assert report.computed + report.reported == topics["review.ruled/1"]
    assert report.files >= topics["evidence.attached/1"]


def test_a_deputy_votes_in_the_place_of_who_is_away(record: list[Recorded]) -> None:
    stood_in = [one.event for one in record if one.event.on_behalf_of is not None]
    assert {one.topic for one in stood_in} == {"ballot.cast/1"}
    assert len(stood_in) >= 4


def test_a_restricted_project_is_not_shown_to_who_only_manages_others(demo: House) -> None:
    (one,) = demo.restrictions.now()
    hidden = demo.views.reading.seen_without(frozenset({one.project}))
    assert register(hidden, None, Wanted(), Page(limit=None)).not_shown == 1


def test_something_waits_for_a_visitor(demo: House, record: list[Recorded]) -> None:
    gatekeeper = accounts()[0]
    person = demo.people.known(Vouched(issuer=OFFICE_ISSUER, subject=gatekeeper.email))
    ruled = {one.event.stream for one in record if one.event.topic == "review.ruled/1"}
    voted = {
        one.event.stream
        for one in record
        if one.event.topic == "ballot.cast/1" and one.event.by == person
    }
    due = [
        one.event.stream
        for one in record
        if isinstance(one.event.data, ReviewOpened)
        and one.event.stream not in ruled | voted
        and person in {seat.person for seat in one.event.data.panel}
    ]
    assert len(due) >= 3


def test_everybody_a_visitor_can_be_is_known(demo: House) -> None:
    for account in accounts():
        vouched = Vouched(issuer=OFFICE_ISSUER, subject=account.email)
        assert demo.people.known(vouched), account


def test_the_policy_holds_together_as_it_lies_there() -> None:
    assert read_policy(policy_text(2001), POLICY).policy.policy == POLICY


# --- how it is built ------------------------------------------------------------------------------


def acts(data: Path) -> list[tuple[str, str, str]]:
    log = open_log(data, writable=False)
    try:
        found, position = [], 0
        while page := log.read(position, 2_000):
            found += [(one.event.topic, one.event.stream, one.event.by) for one in page]
            position = page[-1].position
        return found
    finally:
        log.close()


def test_a_killed_start_leaves_nothing_and_the_next_one_plays_the_same(
    tmp_path: Path, demo_data: Path
) -> None:
    # Given a start that was killed in the middle, and another that is still going on.
    data = tmp_path / "office"
    quorate = [sys.executable, "-c", "from api.cli import main; main()"]
    command = [*quorate, "demo", "--data", str(data), "--port", "0"]
    start = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob(".office.demo-*/evidence/sha256/*")):
        assert time.monotonic() < deadline
        assert start.poll() is None
        time.sleep(0.05)
    os.kill(start.pid, signal.SIGKILL)
    start.wait()
    assert not data.exists()
    (left,) = tmp_path.glob(".office.demo-*")
    going_on = tmp_path / ".office.demo-elsewhere"
    going_on.mkdir()
    with (going_on / "writer.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # When it is started again, at another hour of the same day, into an empty directory.
        data.mkdir()
        build(data, LOADED - timedelta(hours=9))
    # Then there is the whole demo, nothing of the killed start, and the other is left alone.
    assert is_demo(data)
    assert not left.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == [going_on.name, data.name]
    assert acts(data) == acts(demo_data)


def test_an_office_that_is_no_demo_is_refused(tmp_path: Path) -> None:
    run = [sys.executable, "-c", "from api.cli import main; main()"]
    data = ["--data", str(tmp_path / "office")]
    assert subprocess.run([*run, "init", *data], check=False, capture_output=True).returncode == 0
    told = subprocess.run([*run, "demo", *data, "--port", "0"], check=False, capture_output=True)
    assert told.returncode == 1
    assert b"holds an office that is no demo" in told.stderr
    assert b"quorate serve --data" in told.stderr


@pytest.mark.parametrize(("durable", "synchronous"), [(True, 2), (False, 0)])
def test_only_what_is_thrown_away_when_interrupted_does_not_wait_for_the_disk(
    tmp_path: Path, durable: bool, synchronous: int
) -> None:
    log = open_log(tmp_path, writable=True, durable=durable)
    with log._database.writing() as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (synchronous,)
    log.close()


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear all")
    with pytest.raises(Taken, match="other files"):
        is_demo(tmp_path)
    assert not is_demo(tmp_path / "not there yet")


def test_a_demo_is_served_as_it_stands_and_says_who_you_can_be(
    tmp_path: Path, demo_data: Path
) -> None:
    data = tmp_path / "office"
    shutil.copytree(demo_data, data, symlinks=True)
    run = [sys.executable, "-c", "from api.cli import main; main()", "demo"]
    served = subprocess.Popen(
        [*run, "--data", str(data), "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert served.stdout is not None
        said: list[str] = []
        while "Serving" not in "".join(said):
            line = served.stdout.readline()
            assert line, said
            said.append(line)
        base = re.findall(r"http://\S+/api/v1", said[-1])[0]
        account = accounts()[0]
        assert f"--actor {account.email} --role member" in "".join(said)
        token = Issuer(data, now).issue_token(account.email, account.roles)
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(headers=headers, timeout=20, trust_env=False) as http:
            office = http.get(f"{base}/office").json()
            inbox = http.get(f"{base}/inbox").json()
    finally:
        served.terminate()
        served.communicate()
    assert office["office"]["demo"] is True
    assert [one["what"] for one in inbox["waiting"]].count("vote") >= 3
