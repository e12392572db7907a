"""What the benchmark measures on has to be a log like any other."""

from contextlib import closing
from pathlib import Path

from bench.large import played, write
from bench.workload import SHARE, Office, code_of
from workflows.log.verification import Against, verify
from workflows.recheck import recheck


def test_lives_written_again_are_as_sound_as_those_that_were_played(tmp_path: Path) -> None:
    with closing(Office(tmp_path, durable=False)) as office:
        office.play(3)
        log, cycle = office.house.log, played(office)
        once = recheck(log)
        write(log, cycle, copies=2)
        verified = verify(log, tmp_path, Against())
        assert (verified.faults, verified.remarks) == ((), ())
        assert verified.position == office.prefix + 3 * len(cycle.lived)
        assert verified.computed == 3 * once.computed == 3 * once.equal
        codes = {one.removeprefix("project:") for one in log.streams("project")}
        assert len(codes) == 9
        assert codes >= {code_of(number) for number in range(3)}


def test_every_seventh_is_deferred_every_eleventh_cancelled_every_fifth_changed(
    tmp_path: Path,
) -> None:
    with closing(Office(tmp_path, durable=False)) as office:
        office.begin(12)
        while office.step():
            pass
        happened = {
            code: [one.event.topic for one in office.house.log.stream(f"project:{code}")]
            for code in map(code_of, range(12))
        }
    rested = {code for code, topics in happened.items() if "project.rested/1" in topics}
    assert rested == {code_of(number) for number in (0, 7, 11)}
    changed = {code for code, topics in happened.items() if "baseline.set/1" in topics}
    assert changed == {code_of(number) for number in (5, 10)}
    assert happened[code_of(1)].count("project.moved/1") == 5


def test_who_joins_an_office_writes_a_share_of_projects_of_their_own(tmp_path: Path) -> None:
    codes: set[str] = set()
    for share in (0, 2):
        with closing(Office(tmp_path, durable=False, share=share)) as office:
            office.play(1)
            log = office.house.log
            codes = {one.removeprefix("project:") for one in log.streams("project")}
            verified = verify(log, tmp_path, Against())
            assert (verified.faults, verified.remarks) == ((), ())
    assert codes == {code_of(0), code_of(2 * SHARE)}
