"""The state of one stream at one place in the log, for nouns that need no view of their own."""

from typing import Any

from api.house import House
from domain.event import stream_kind
from projections.as_of import AsOf
from workflows.loaded import EVOLVES


def folded(house: House, stream: str, at: AsOf) -> Any:
    """Return the state of a stream as it was at a place, None where there was none yet."""
    evolve = EVOLVES[stream_kind(stream)]
    state: Any = None
    for recorded in house.log.stream(stream):
        if recorded.position > at.position:
            break
        state = evolve(state, recorded.event, recorded.position)
    return state
