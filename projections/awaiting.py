"""On whom every review waits: the view that inboxes are read from.

Kept of a review is what says whose turn it is: its panel, the pack before it, the ballots and
questions on it; and after its end nothing but that it ended.
"""

from typing import Any

from projections.occurrence import Occurrence
from projections.view import State, View, own_stream


def _fold(_review: str, last: State | None, happened: Occurrence) -> State | None:
    if last is None:
        begins = happened.topic in {"review.opened/1", "ruling.reported/1"}
        return _begun(happened) if begins else None
    if last["status"] not in {"open", "reported"}:
        return None
    if happened.topic in _ENDS:
        return {"status": _ENDS[happened.topic]}
    return {**last, **_changes(last, happened)}


def _begun(happened: Occurrence) -> State:
    data = happened.data
    return {
        "status": "open" if happened.topic == "review.opened/1" else "reported",
        "matter": data["matter"],
        "gate": data.get("gate"),
        "board": data["board"],
        "amount": data.get("amount"),
        "subjects": data["subjects"],
        "policy": data["policy"],
        "panel": {one["seat"]: one.get("person") for one in data["panel"]},
        "proposers": data.get("proposers", []),
        "closes_at": data.get("closes_at"),
        "opened_by": happened.by,
        "opened": _when(happened),
        "recorder": happened.recorded_by,
        "pack": None,
        "presented": None,
        "cast": {},
        "voters": {},
        "in_room": {},
        "recused": [],
        "freed": {},
        "conflicts": {},
        "asked": {},
        "said": [],
    }


def _changes(last: State, happened: Occurrence) -> State:
    data, when = happened.data, _when(happened)
    match happened.topic:
        case "pack.presented/1":
            return {"pack": data["pack"], "presented": when, "voters": {}}
        case "question.asked/1":
            return {"asked": {**last["asked"], str(data["question"]): when}}
        case "question.answered/1":
            return {"said": sorted({*last["said"], str(data["question"])})}
        case "ballot.cast/1":
            voters = {**last["voters"], data["seat"]: happened.by}
            cast = {**last["cast"], data["seat"]: [data["pack"], *when]}
            said = {**last["in_room"], data["seat"]: happened.channel == "in_room"}
            return {"cast": cast, "voters": voters, "in_room": said}
        case "standin.recused/1":
            return {"recused": sorted({*last["recused"], happened.by}), **_freed(last, happened)}
        case "ballot.contested/1":
            cast = {seat: one for seat, one in last["cast"].items() if one[1] != data["ballot"]}
            freed = {seat: when for seat in last["cast"] if seat not in cast}
            voters = {seat: who for seat, who in last["voters"].items() if seat in cast}
            return {"cast": cast, "voters": voters, "freed": {**last["freed"], **freed}}
        case "conflict.declared/1":
            return {"conflicts": {**last["conflicts"], data["seat"]: when}}
        case _:
            return {"closes_at": data.get("closes_at") or last["closes_at"]}


def _freed(last: State, happened: Occurrence) -> State:
    """Return what is left when nothing that somebody voted counts any longer."""
    gone = [seat for seat, who in last["voters"].items() if who == happened.by]
    return {
        "cast": {seat: one for seat, one in last["cast"].items() if seat not in gone},
        "voters": {seat: who for seat, who in last["voters"].items() if seat not in gone},
        "freed": {**last["freed"], **dict.fromkeys(gone, _when(happened))},
    }


def _when(happened: Occurrence) -> list[Any]:
    return [happened.position, happened.at]


def _people(state: State) -> tuple[str, ...]:
    """Return everybody a review may come to wait for."""
    if "panel" not in state:
        return ()
    held = {person for person in state["panel"].values() if person is not None}
    return tuple(sorted(held | {state["opened_by"]}))


def _about(_key: str, state: State) -> list[str]:
    return [*state.get("subjects", ())]


_ENDS = {"review.withdrawn/1": "withdrawn", "review.ruled/1": "ruled"}
INBOX = View(
    name="inbox",
    schema=3,
    topics=frozenset(
        "review.opened/1 ruling.reported/1 pack.presented/1 question.asked/1 question.answered/1"
        " ballot.cast/1 ballot.contested/1 conflict.declared/1 review.postponed/1"
        " standin.recused/1".split()
    )
    | frozenset(_ENDS),
    keys=own_stream,
    fold=_fold,
    columns={"status": "TEXT NOT NULL"},
    links=_people,
    about=_about,
)
