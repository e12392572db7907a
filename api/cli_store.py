"""The command line for whoever keeps the log in a database."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

import typer

from api.cli_office import AsJson
from api.cli_output import say, say_json
from api.storing import ENVIRONMENT, configure_store
from domain.refusals import Malformed

Store = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="URL",
        envvar=ENVIRONMENT,
        help="Database that holds the log: postgresql://USER@HOST/DATABASE.",
    ),
]


def migrate_store(*, store: Store = None, as_json: AsJson = False) -> None:
    """Make the log in an empty PostgreSQL database; once, before anything else uses it."""
    if store is None:
        raise Malformed("no database is given", fix="Give its address with --store.")
    configure_store(store)
    # Only here: who keeps files need not wait for the driver of a database to be read.
    from workflows.store.postgres import migrate
    from workflows.store.postgres_link import Address

    made = migrate(store)
    told = Address(store).told
    if as_json:
        say_json({"store": told, "made": made})
    elif made:
        say(f"Made the log in {told}.")
    else:
        say(f"{told} holds a log of the present form already.")


def offer_store(app: typer.Typer) -> None:
    """Give every command that opens an office the option ``--store``."""
    for info in app.registered_commands:
        if info.callback is not None and "data" in inspect.signature(info.callback).parameters:
            info.callback = _taking_store(info.callback)
    for group in app.registered_groups:
        if group.typer_instance is not None:
            offer_store(group.typer_instance)


def _taking_store(command: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(command)
    def taking(*arguments: Any, store: str | None, **options: Any) -> Any:
        if store:
            configure_store(store)
        return command(*arguments, **options)

    signature = inspect.signature(command)
    option = inspect.Parameter(
        "store", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Store
    )
    parameters = [*signature.parameters.values(), option]
    taking.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    taking.__annotations__ = {**command.__annotations__, "store": Store}
    return taking
