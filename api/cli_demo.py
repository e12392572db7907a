"""The demo at the command line: loaded once, and who a visitor can be."""

from collections.abc import Iterator
from pathlib import Path

from api.cli_output import note, progress_bar, say
from api.clock import now
from api.demo import script
from api.demo.accounts import accounts
from api.demo.build import build, is_demo
from api.demo.office import TITLE
from api.storing import ENVIRONMENT, configured_store
from domain.refusals import Malformed


def load(data: Path) -> None:
    """Load the demo where there is nothing yet; what is there must be a demo already.

    Raises:
        Malformed: a database is given for it.
        Taken: the directory holds another office, or other files.
    """
    if configured_store() is not None:
        raise Malformed(
            "the demo is made up anew, and kept in files",
            fix=f"Leave --store and {ENVIRONMENT} away.",
        )
    if is_demo(data):
        return
    note(f"Loading the demo into {data}: three years of {TITLE}; this takes half a minute.")
    with progress_bar("Days played") as progress:
        build(data, now(), progress)


def say_visitors(data: Path) -> None:
    """Print who a visitor can be, and how."""
    projects = sum(len(script.projects(code)) for code in script.portfolios())
    say(f"{TITLE} is made up, with all its {projects} projects and people. You can be:")
    for account in accounts():
        roles = " ".join(f"--role {role}" for role in account.roles)
        say(f"  {account.name}, {account.does}")
        say(f"    quorate token --data {data} --actor {account.email} {roles}")


def first_steps(place: str) -> Iterator[str]:
    """Return what a server says of signing in to the demo."""
    yield f"To sign in: open {place}/ and choose who to be; one click, no password."
