"""A signer beside a server goes on by itself: killed, with its database gone, or with no room."""

import os
import signal
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from api.signing import SignerBeside, sign_on
from tests.faults.places import PATIENCE_S, Place, begun, until
from tests.faults.working import Clerk
from tests.workflows.store.servers import Server
from workflows.log.signed import published


def until_signed(place: Place, head: int) -> None:
    until(lambda: (found := published(place.data)) and found[0].size == head, "it does not sign")


def until_replaced(beside: SignerBeside, killed: int) -> None:
    until(lambda: beside._process.pid != killed, "nobody took its place")


def grown(place: Place) -> int:
    """Act in an office, and return the position it comes to."""
    with closing(place.house()) as house:
        Clerk(house).acts()
        return house.log.head()


@pytest.mark.slow
def test_a_signer_that_is_killed_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("QUORATE_STORE", raising=False)
    monkeypatch.setattr("api.signing.AGAIN_S", 0.05)
    place = begun(Place(tmp_path / "data", None))
    with closing(SignerBeside(place.data, place.signer)) as beside:
        for _ in range(2):
            until_signed(place, grown(place))
            killed = beside._process.pid
            os.kill(killed, signal.SIGKILL)
            until_replaced(beside, killed)
        until_signed(place, grown(place))
    assert beside._process.returncode == 0
    place.signed()  # the lock of the signer is free again


@pytest.mark.slow
def test_a_signer_that_ends_by_itself_is_not_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("QUORATE_STORE", raising=False)
    monkeypatch.setattr("api.signing.AGAIN_S", 0.05)
    place = begun(Place(tmp_path / "data", None))
    (place.signer / "key").unlink()
    grown(place)
    with closing(SignerBeside(place.data, place.signer)) as beside:
        beside._watching.join(PATIENCE_S)
        assert not beside._watching.is_alive()
    assert capfd.readouterr().err.count("by no key of this signer") == 1


@pytest.mark.postgres
@pytest.mark.slow
def test_a_signer_waits_for_a_database_that_restarts(
    server: Server, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.signing.EVERY_S", 0.02)
    place, stop = begun(Place(tmp_path / "data", database)), threading.Event()
    monkeypatch.setenv("QUORATE_STORE", database)
    thread = threading.Thread(
        target=sign_on, args=(place.data, place.signer, stop, lambda checkpoint: None)
    )
    thread.start()
    try:
        for how in (signal.SIGINT, signal.SIGQUIT):
            until_signed(place, grown(place))
            server.stop(how)
            time.sleep(0.2)
            server.start()
        until_signed(place, grown(place))
        assert thread.is_alive()
    finally:
        stop.set()
        thread.join()
    assert place.verified().log.faults == ()
