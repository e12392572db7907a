"""How many decisions there were, from the command line."""

from api.cli_office import Looking
from api.cli_output import Column, say, say_json, say_table
from api.http.decisions import shown_counts
from domain.base import moment_text
from projections.counts import decision_counts

_SUMMED = ("total", "computed", "reported", "imported", "revoked", "set_aside")


def say_counts(look: Looking, *, as_json: bool) -> None:
    """Say the counts of decisions, and their sum."""
    found = decision_counts(look.house.views.reading, look.asked)
    shown = shown_counts(found.found)
    moment = None if found.as_of is None else moment_text(found.as_of)
    if as_json:
        say_json({"position": found.position, "as_of": moment, **shown})
        return
    columns = (
        Column("PORTFOLIO"), Column("MATTER", gives_way=True), Column("OUTCOME"),
        *(Column(name.upper().replace("_", " "), right=True) for name in _SUMMED),
    )  # fmt: skip
    about = ("portfolio", "matter", "outcome")
    lines = [[row[name] for name in (*about, *_SUMMED)] for row in shown["counts"]]
    total = [None, None, "all", *(shown["sum"][name] for name in _SUMMED)]
    say_table(columns, [*lines, total] if lines else [])
    say()
    say(f"Counted at position {found.position}{'' if moment is None else f', {moment[:19]}Z'}")
