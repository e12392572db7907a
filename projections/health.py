"""How the views are doing, for whoever watches over the office."""

from typing import NamedTuple


class ViewHealth(NamedTuple):
    """How one view is doing.

    Attributes:
        position: last event folded.
        lag: events of the log that are not folded yet.
        stopped_at, topic, message: the event it cannot fold, if there is one.
    """

    name: str
    position: int
    lag: int
    stopped_at: int | None
    topic: str | None
    message: str | None


class Health(NamedTuple):
    """How the views are doing.

    Attributes:
        writes: whether this process keeps them up to date.
        writer: process that does, as far as is known.
        fault: why following is held up, if it is; it goes on by itself once that is over.
    """

    head: int
    writes: bool
    writer: str
    fault: str | None
    views: tuple[ViewHealth, ...]
