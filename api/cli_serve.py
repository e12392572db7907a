"""Serving an office over HTTP from the command line: one's own, or the made-up one."""

import os
import socket
import sys
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from api import cli_account, cli_demo
from api.app import create_app
from api.cli_office import DATA, Actor, Data, acting
from api.cli_output import say
from api.clock import now
from api.settings import Settings
from api.sign_in import Issuer
from api.signing import SignerBeside, configured_signer
from domain.refusals import Malformed

HOST, PORT = "127.0.0.1", 8000
SHUTDOWN_S = 5
"""How long answers under way may take once the server is told to stop; a live stream never ends."""


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
) -> None:
    """Serve the office over HTTP, until interrupted."""
    with closing(_listening(host, port)) as listener:
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
        address, taken = listener.getsockname()[:2]
        named = f"[{address}]" if ":" in address else address
        place = f"http://{named}:{taken}"
        say(f"Serving {data} at {place}/, the API at {place}/api/v1; interrupt to stop.")
        say(f"For the API: quorate token --data {data} --actor NAME --role office")
        own = cli_account.first_steps(data, operator.person.name, place, settings)
        for line in cli_demo.first_steps(place) if demo else own:
            say(line)
        sys.stdout.flush()
        application = create_app(operator.house, Issuer(data, now, settings), settings)
        config = uvicorn.Config(
            application,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=SHUTDOWN_S,
        )
        with closing(SignerBeside(data, configured_signer(data))) if signing else nullcontext():
            uvicorn.Server(config).run(sockets=[listener])


def _listening(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as fault:
        raise Malformed(
            f"cannot listen at {host}, port {port}: {fault.strerror}",
            fix="End what listens there, or give another --port.",
        ) from None
