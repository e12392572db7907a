"""Local accounts from the command line: who may sign in on the pages, and by which link first.

A server may be running: accounts are no part of the log, and several processes may use them.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from api.accounts import Account, Accounts
from api.cli_office import DATA, AsJson, Data, require_office
from api.cli_output import Column, note, say, say_json, say_table
from api.clock import now
from api.settings import Settings
from api.sign_in import Role
from api.web.walls import WELCOME

PLACE = "http://127.0.0.1:8000"

app = typer.Typer(no_args_is_help=True, help="Who may sign in on the pages with a password.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="A name or an e-mail address.")]
Roles = Annotated[list[Role], typer.Option("--role", help="Which doors it opens; repeatable.")]
Place = Annotated[str, typer.Option("--url", metavar="URL", help="Where the pages are served.")]


@app.command()
def add(
    name: Name, *, role: Roles, data: Data = DATA, url: Place = PLACE, as_json: AsJson = False
) -> None:
    """Make an account, and print the link with which its person sets a password."""
    accounts = _accounts(data)
    account = accounts.add(name, role)
    _say_link(account, accounts.link(name), url, as_json=as_json)


@app.command()
def link(name: Name, *, data: Data = DATA, url: Place = PLACE, as_json: AsJson = False) -> None:
    """Print a new link for an account whose password is forgotten; older links end."""
    accounts = _accounts(data)
    _say_link(accounts.account(name), accounts.link(name), url, as_json=as_json)


@app.command()
def roles(name: Name, *, role: Roles, data: Data = DATA) -> None:
    """Say which doors an account opens from now on."""
    accounts = _accounts(data)
    accounts.set_roles(name, role)
    note(f"{accounts.account(name).name} now opens the doors of: {', '.join(sorted(role))}.")


@app.command()
def lock(name: Name, *, data: Data = DATA) -> None:
    """Lock an account: its sessions and links end at once."""
    accounts = _accounts(data)
    accounts.set_locked(name, locked=True)
    note(f"{accounts.account(name).name} is locked and signed out.")


@app.command()
def unlock(name: Name, *, data: Data = DATA) -> None:
    """Unlock an account; its password is as it was."""
    accounts = _accounts(data)
    accounts.set_locked(name, locked=False)
    note(f"{accounts.account(name).name} may sign in again.")


@app.command("list")
def list_accounts(*, data: Data = DATA, as_json: AsJson = False) -> None:
    """List the accounts."""
    found = _accounts(data).listed()
    if as_json:
        say_json({"accounts": [account._asdict() for account in found]})
        return
    columns = Column("NAME", gives_way=True), Column("ROLES"), Column("STATE")
    say_table(columns, ((one.name, " ".join(one.roles), _state(one)) for one in found))


def first_steps(data: Path, name: str, place: str, settings: Settings) -> Iterator[str]:
    """Return what a server says of signing in: a link for the first administrator, while needed.

    Args:
        data: the data directory.
        name: of whoever serves; they become the administrator where nobody can sign in yet.
        place: address of the pages.
        settings: how long a link holds.
    """
    accounts = Accounts(data, now, settings)
    found = accounts.listed()
    waiting = [one for one in found if Role.ADMINISTRATOR in one.roles and not one.locked]
    if any(one.has_password for one in found) or (found and not waiting):
        yield f"To sign in: {place}/ (a new account: quorate account add NAME --role member)"
        return
    account = waiting[0] if waiting else accounts.add(name, [Role.ADMINISTRATOR])
    hours = settings.link_lifetime_s // 3600
    yield f"To sign in for the first time, as {account.name} (opens once, within {hours} hours):"
    yield f"  {place}{WELCOME}{accounts.link(account.name)}"


def _accounts(data: Path) -> Accounts:
    require_office(data)
    return Accounts(data, now, Settings.from_environment(os.environ))


def _say_link(account: Account, secret: str, url: str, *, as_json: bool) -> None:
    address = f"{url.rstrip('/')}{WELCOME}{secret}"
    if as_json:
        say_json({"account": account.name, "roles": list(account.roles), "link": address})
        return
    say(address)
    note(f"{account.name} sets a password there; the link opens once.")


def _state(account: Account) -> str:
    if account.locked:
        return "locked"
    return "active" if account.has_password else "not yet used"
