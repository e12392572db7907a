"""What the command line prints: answers on standard output, everything else on standard error."""

import json
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

WIDTH = 80
"""Characters of a line where there is no terminal to say how many it has."""

GIVES_WAY_TO = 12
_BETWEEN = "  "


class Column(NamedTuple):
    """One column of a table.

    Attributes:
        gives_way: whether it is cut short where the line is too narrow for all.
    """

    heading: str
    gives_way: bool = False
    right: bool = False


def say(text: str = "") -> None:
    """Print a line of an answer, as it is: never wrapped, coloured or read as markup."""
    sys.stdout.write(f"{text}\n")


def note(text: str) -> None:
    """Print a line that is no part of the answer."""
    sys.stderr.write(f"{text}\n")


def say_json(content: Mapping[str, Any]) -> None:
    """Print an answer as JSON, its keys in order."""
    say(json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True))


def say_table(columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> None:
    """Print a table, one line for each row: only columns that give way are ever cut short."""
    lines = [tuple(map(_plain, row)) for row in rows]
    lines.insert(0, tuple(column.heading for column in columns))
    widths = [max(cell_len(line[place]) for line in lines) for place in range(len(columns))]
    over = sum(widths) + len(_BETWEEN) * (len(columns) - 1) - _width()
    for place, column in enumerate(columns):
        if column.gives_way and over > 0:
            kept = max(widths[place] - over, min(widths[place], GIVES_WAY_TO))
            over -= widths[place] - kept
            widths[place] = kept
    for line in lines:
        say(_BETWEEN.join(map(_fitted, line, widths, columns)).rstrip())


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on standard error while something takes long, if that is a terminal.

    Yields:
        What is told how much is done, and of how much.
    """
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task(label, total=None)

        def tell(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield tell


def _width() -> int:
    return shutil.get_terminal_size((WIDTH, 24)).columns if sys.stdout.isatty() else WIDTH


def _fitted(text: str, width: int, column: Column) -> str:
    """Return a text cut or filled up to a width."""
    if cell_len(text) > width:
        text = f"{set_cell_size(text, width - 1).rstrip()}\N{HORIZONTAL ELLIPSIS}"
    if column.right:
        return " " * (width - cell_len(text)) + text
    return set_cell_size(text, width)


def _plain(cell: object) -> str:
    return "" if cell is None else " ".join(str(cell).split())
