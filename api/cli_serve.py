"""The command line for whoever serves an office: one process, or several over one database."""

import multiprocessing
import os
import signal
import socket
import sys
import threading
from contextlib import AbstractContextManager, closing, nullcontext
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.supervisors import Multiprocess

from api import cli_account, cli_demo
from api.app import create_app
from api.cli_office import DATA, Actor, Data, Operator, acting
from api.cli_output import say
from api.clock import now
from api.house import House
from api.settings import Settings
from api.sign_in import Issuer
from api.signing import SignerBeside, configured_signer
from api.storing import configured_store
from domain.refusals import Malformed

HOST, PORT = "127.0.0.1", 8000
SHUTDOWN_S = 5
"""How long answers under way may take once the server is told to stop; a live stream never ends."""

ANSWERS_S = 60
"""How long a worker may be too busy to say that it lives, before another one takes its place."""


def serve(
    *,
    data: Data = DATA,
    host: Annotated[str, typer.Option(help="Address to listen at.")] = HOST,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = PORT,
    actor: Actor = None,
    signing: Annotated[
        bool,
        typer.Option("--signing/--no-signing", help="Whether a signer runs beside the server."),
    ] = True,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Processes that serve; several need --store.")
    ] = 1,
) -> None:
    """Serve the office over HTTP, until interrupted."""
    if workers > 1 and configured_store() is None:
        raise Malformed(
            f"--workers {workers}: the log in a data directory has one writer process",
            fix="Keep the log in PostgreSQL, with --store, or leave --workers away.",
        )
    with closing(_listening(host, port)) as listener:
        if workers > 1:
            _serve_by_several(data, listener, actor, signing=signing, workers=workers)
        else:
            _serve(data, listener, actor, signing=signing)


def demo(
    *,
    data: Data = DATA,
    host: Annotated[str, typer.Option(help="Address to listen at.")] = HOST,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = PORT,
) -> None:
    """Load a made-up office once, and serve it over HTTP, until interrupted."""
    with closing(_listening(host, port)) as listener:
        cli_demo.load(data)
        cli_demo.say_visitors(data)
        _serve(data, listener, None, signing=True, demo=True)


def _serve(
    data: Path, listener: socket.socket, actor: str | None, *, signing: bool, demo: bool = False
) -> None:
    settings = Settings.from_environment(os.environ)
    with acting(data, actor, founds=True) as operator:
        _say_where(data, listener, operator, settings, demo=demo)
        application = create_app(operator.house, Issuer(data, now, settings), settings)
        config = uvicorn.Config(
            application,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=SHUTDOWN_S,
        )
        with _signer(data, signing=signing):
            uvicorn.Server(config).run(sockets=[listener])


def _serve_by_several(
    data: Path, listener: socket.socket, actor: str | None, *, signing: bool, workers: int
) -> None:
    """Serve by processes that share the listening socket and the database, and nothing else.

    One that ends is replaced; they all end with this process, however that happens.
    """
    settings = Settings.from_environment(os.environ)
    with acting(data, actor, founds=True) as operator:
        _say_where(data, listener, operator, settings)
    config = uvicorn.Config(
        partial(worker, data),
        factory=True,
        workers=workers,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=SHUTDOWN_S,
        timeout_worker_healthcheck=ANSWERS_S,
    )
    with _signer(data, signing=signing):
        Multiprocess(config, sockets=[listener]).run()


def worker(data: Path) -> ASGIApp:
    """Return the application of one of several processes, with a house of its own."""
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    settings = Settings.from_environment(os.environ)
    house = House(
        data,
        writable=True,
        now=now,
        signer=configured_signer(data),
        store=configured_store(),
    )
    application = create_app(house, Issuer(data, now, settings), settings)

    async def closing_at_the_end(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await application(scope, receive, send)
        finally:
            if scope["type"] == "lifespan":
                house.close()

    return closing_at_the_end


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _signer(data: Path, *, signing: bool) -> AbstractContextManager[SignerBeside | None]:
    return closing(SignerBeside(data, configured_signer(data))) if signing else nullcontext()


def _say_where(
    data: Path,
    listener: socket.socket,
    operator: Operator,
    settings: Settings,
    *,
    demo: bool = False,
) -> None:
    address, taken = listener.getsockname()[:2]
    named = f"[{address}]" if ":" in address else address
    place = f"http://{named}:{taken}"
    say(f"Serving {data} at {place}/, the API at {place}/api/v1; interrupt to stop.")
    say(f"For the API: quorate token --data {data} --actor NAME --role office")
    own = cli_account.first_steps(data, operator.person.name, place, settings)
    for line in cli_demo.first_steps(place) if demo else own:
        say(line)
    sys.stdout.flush()


def _listening(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as fault:
        raise Malformed(
            f"cannot listen at {host}, port {port}: {fault.strerror}",
            fix="End what listens there, or give another --port.",
        ) from None
