"""What became of money: asked for, approved, allocated, given back and spent, with the envelopes.

Three kinds of rows, all folded from what the events themselves say:

``project:CODE``                   the portfolio it belongs to, its latest request, where it spent
``portfolio:CODE``                 the version of its stream, the periods closed
``PORTFOLIO/PROJECT/PERIOD/KIND``  the money of a project there; without a project, the envelope

What was approved, allocated and spent counts in the portfolio the project belonged to then; the
latest request goes with the project. A corrected cost stays where the wrong one was counted. What a
merge or a split divides is taken from the rows of its sources and added to those of its parts, in
their portfolio: so every sum over both stays what it was.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from projections.occurrence import Occurrence
from projections.view import Own, State, View

Line = dict[str, Any]


def project_key(code: str) -> str:
    """Return the key of what is known of a project besides its cells."""
    return f"project:{code}"


def portfolio_key(code: str) -> str:
    """Return the key of what is known of a portfolio besides its cells."""
    return f"portfolio:{code}"


def cell_parts(key: str) -> tuple[str, str, str, str] | None:
    """Return portfolio, project (empty for an envelope), period and kind; none for other rows."""
    parts = key.split("/")
    return (parts[0], parts[1], parts[2], parts[3]) if len(parts) > 1 else None


def _keys(happened: Occurrence, own: Own) -> Iterable[str]:
    noun, _, code = happened.stream.partition(":")
    if noun == "project":
        return _of_project(code, happened, own)
    if noun == "portfolio":
        return (happened.stream, *_of_portfolio(code, happened))
    return ()


def _of_portfolio(code: str, happened: Occurrence) -> list[str]:
    match happened.topic:
        case "envelope.set/1" | "envelope.taken_over/1":
            return _cells(code, "", happened.data["lines"])
        case "funds.allocated/1" | "funds.released/1" | "funds.taken_over/1":
            return _cells(code, happened.data["project"], happened.data["lines"])
        case "funds.divided/1":
            shares = (*happened.data["sources"], *happened.data["parts"])
            every = (_cells(code, share["project"], share["lines"]) for share in shares)
            return list(dict.fromkeys(cell for cells in every for cell in cells))
    return []


def _of_project(code: str, happened: Occurrence, own: Own) -> Iterable[str]:
    key = project_key(code)
    match happened.topic:
        case "project.proposed/1" | "project.taken_over/1":
            return (key,)
        case "project.transferred/1" | "funds.requested/1":
            return (key,)
        case "funds.approved/1":
            known = own(key)
            lines = happened.data["lines"]
            return () if known is None else _cells(known["portfolios"][-1], code, lines)
        case "cost.recorded/1" | "project.succeeded/1":
            known = own(key)
            return () if known is None else _spent(code, known, happened, own)
        case "project.divided/1":
            known = own(key)
            return () if known is None else _counted(code, known, own)
    return ()


def _counted(code: str, known: State, own: Own) -> list[str]:
    """Return the cells in which a project's costs are counted, in whatever portfolio."""
    every = (f"{one}/{code}/{at}" for one in known["portfolios"] for at in known["spent_in"])
    return [key for key in every if (own(key) or _EMPTY)["costs"]]


def _spent(code: str, known: State, happened: Occurrence, own: Own) -> Iterable[str]:
    """Return the cells a cost touches: its own, and those of the record it corrects."""
    lines, portfolio = _lines(happened), known["portfolios"][-1]
    wrong = []
    if happened.corrects is not None:
        mark = str(happened.corrects)
        counted = _counted(code, known, own)
        wrong = [key for key in counted if mark in (own(key) or _EMPTY)["costs"]]
    if wrong:
        portfolio = wrong[0].partition("/")[0]
    touched = dict.fromkeys((*wrong, *_cells(portfolio, code, lines)))
    if not {_at(line) for line in lines} <= {*known["spent_in"]}:
        touched[project_key(code)] = None
    return touched


def _cells(portfolio: str, project: str, lines: Iterable[Line]) -> list[str]:
    return list(dict.fromkeys(f"{portfolio}/{project}/{_at(line)}" for line in lines))


def _lines(happened: Occurrence) -> list[Line]:
    """Return the lines of an event; those of a merge or a split are called costs."""
    found: list[Line] = happened.data.get("lines") or happened.data.get("costs", [])
    return found


def _at(line: Line) -> str:
    return f"{line['period']}/{line['kind']}"


def _fold(key: str, last: State | None, happened: Occurrence) -> State | None:
    parts = cell_parts(key)
    if parts is None:
        if key.startswith("portfolio:"):
            return _portfolio(last, happened)
        return _project(last, happened)
    at = f"{parts[2]}/{parts[3]}"
    if happened.topic == "funds.divided/1":
        return _divide(parts, last, happened)
    lines = [line for line in _lines(happened) if _at(line) == at]
    if not parts[1]:
        return {**lines[-1]["amount"], "portfolios": [parts[0]]}
    state = {**(last or _EMPTY), "portfolios": [parts[0]]}
    _ADD[happened.topic](state, lines, happened)
    return state


def _portfolio(last: State | None, happened: Occurrence) -> State:
    closed = [] if last is None else last["closed"]
    if happened.topic == "period.closed/1":
        told = {name: happened.data.get(name) for name in ("period", "into", "ruling")}
        closed = [*closed, {**told, "position": happened.position}]
    return {"version": happened.version, "closed": closed}


def _project(last: State | None, happened: Occurrence) -> State | None:
    data = happened.data
    if happened.topic in {"project.proposed/1", "project.taken_over/1"}:
        return {"portfolios": [data["portfolio"]], "requested": [], "spent_in": []}
    if last is None:
        return None
    match happened.topic:
        case "project.transferred/1":
            to = data["portfolio"]
            others = [one for one in last["portfolios"] if one != to]
            return {**last, "portfolios": [*others, to]}
        case "funds.requested/1":
            return {**last, "requested": data["lines"]}
    spent_in = {*last["spent_in"], *map(_at, _lines(happened))}
    return {**last, "spent_in": sorted(spent_in)}


_EMPTY: State = {
    "currency": "",
    **dict.fromkeys(("funded", "unfunded", "allocated", "released"), "0"),
    "costs": {},
    "rates": [],
}


def _divide(parts: tuple[str, str, str, str], last: State | None, happened: Occurrence) -> State:
    """Move money allocated from sources to parts: nothing is given back and allocated anew."""
    portfolio, project, *cell = parts
    state = {**(last or _EMPTY), "portfolios": [portfolio]}
    allocated = Decimal(state["allocated"])
    for share, sign in (("sources", -1), ("parts", 1)):
        for one in happened.data[share]:
            for line in one["lines"]:
                if [one["project"], line["period"], line["kind"]] == [project, *cell]:
                    allocated += sign * Decimal(line["amount"]["amount"])
                    state["currency"] = line["amount"]["currency"]
    return {**state, "allocated": str(allocated)}


def _approve(state: State, lines: list[Line], happened: Occurrence) -> None:
    _add(state, "funded" if happened.data["funded"] else "unfunded", lines, "planned")


def _allocate(state: State, lines: list[Line], _happened: Occurrence) -> None:
    _add(state, "allocated", lines, "allocated")


def _take_over(state: State, lines: list[Line], _happened: Occurrence) -> None:
    # What was given before the cut-over was approved, and is held.
    _add(state, "funded", lines, "planned")
    _add(state, "allocated", lines, "planned")


def _release(state: State, lines: list[Line], _happened: Occurrence) -> None:
    _add(state, "released", lines, "released")


def _spend(state: State, lines: list[Line], happened: Occurrence) -> None:
    costs = {at: cost for at, cost in state["costs"].items() if at != str(happened.corrects)}
    if lines:
        costs[str(happened.position)] = str(_planned(state, lines, "planned"))
    state["costs"] = costs


def _hand_over(state: State, _none: list[Line], _happened: Occurrence) -> None:
    state["costs"] = {}


def _add(state: State, name: str, lines: list[Line], field: str) -> None:
    state[name] = str(Decimal(state[name]) + _planned(state, lines, field))


def _planned(state: State, lines: list[Line], field: str) -> Decimal:
    """Return the sum of lines in the planning currency; keep that and the rates with the cell."""
    used = {(line["amount"]["currency"], line["rate"]) for line in lines if "rate" in line}
    used |= {(currency, rate) for currency, rate in state["rates"]}
    state["rates"] = sorted([*one] for one in used)
    state["currency"] = lines[0][field]["currency"]
    return sum((Decimal(line[field]["amount"]) for line in lines), Decimal(0))


_ADD = {
    "funds.approved/1": _approve,
    "funds.allocated/1": _allocate,
    "funds.released/1": _release,
    "funds.taken_over/1": _take_over,
    "cost.recorded/1": _spend,
    "project.divided/1": _hand_over,
    "project.succeeded/1": _spend,
}


def _links(state: State) -> tuple[str, ...]:
    return tuple(state.get("portfolios", ()))


MONEY = View(
    name="money",
    schema=2,
    topics=None,  # any event on a portfolio's stream is a new version of it
    keys=_keys,
    fold=_fold,
    links=_links,
)
