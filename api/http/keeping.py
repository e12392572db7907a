"""Retention: the schedule, what is due, and disposal by two people."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from api.http.acting import Founder, Told
from api.http.looking import Look, Looking, Pages, Seen
from api.http.shown import Names, texts
from api.keeping import Wanted, disposals_at, due_list, schedule_at, told
from domain.base import INTEGER_MAX, Text, Value
from domain.disposal import (
    ApproveDisposal,
    DeclineDisposal,
    Disposal,
    ProposeDisposal,
    disposal_stream,
)
from domain.disposal_events import DisposalDeclined
from domain.refusals import NotKnown
from domain.retention import SetSchedule
from projections.reading import Answer

router = APIRouter(tags=["keeping"])

Number = Annotated[int, Path(ge=1, le=INTEGER_MAX, description="Number of the disposal.")]
On = Annotated[
    date | None,
    Query(description="The day by which records are due, in the office's zone; today, if absent."),
]


class Declining(Value):
    """Why a disposal is turned down."""

    reason: Text = Field(min_length=1, max_length=8000)


@router.get("/retention", response_model=Seen)
def show_retention(look: Look) -> Response:
    """Show the retention schedule in force: how long which kind of record is kept."""
    found = schedule_at(look.house, look.here)
    shown = {"number": 0, "classes": []} if found is None else found.as_json()
    return look.answer(look.here, {"schedule": shown})


@router.post("/retention", status_code=201)
def set_retention(command: SetSchedule, office: Founder) -> Told:
    """Set the retention schedule, whole; `replaces` says which one it takes the place of."""
    return office.made(office.house.keeping.set_schedule(command, office.act), "/retention")


@router.get("/disposals/due", response_model=Seen)
def list_due(look: Look, pages: Pages, on: On = None) -> Response:
    """List the records that are due to be disposed of, with the legal holds that stand against it.

    Other than acts, it may be asked about a day to come.
    """
    day = on or date.fromisoformat(look.day)
    wanted = Wanted(day, look.sight.hidden, pages.cursor, pages.limit)
    found = due_list(look.house, look.here, wanted)
    rows = [told(one, look.sight.hidden) for one in found.rows]
    answer = Answer(look.here.position, look.here.moment, rows, found.next)
    return look.page(answer, {"on": day.isoformat(), "due": rows})


@router.get("/disposals", response_model=Seen)
def list_disposals(look: Look) -> Response:
    """List the disposals, the newest first: proposed, declined, or approved and carried out."""
    names = Names(look.house)
    found = disposals_at(look.house, look.here, look.sight.hidden)
    return look.answer(look.here, {"disposals": [_briefly(one, names) for one in found]})


@router.get("/disposals/{number}", response_model=Seen)
def show_disposal(number: Number, look: Look) -> Response:
    """Show a disposal: exactly what is to be destroyed, or was, under which class, and by whom."""
    found = disposals_at(look.house, look.here, look.sight.hidden)
    one = next((each for each in found if each.number == number), None)
    if one is None:
        raise NotKnown(f"there is no disposal {number}")
    shown = _briefly(one, Names(look.house)) | {
        "records": [record.as_json() for record in one.records],
        "reason": _reason(look, number),
    }
    return look.answer(look.here, {"disposal": shown})


@router.post("/disposals", status_code=201)
def propose_disposal(command: ProposeDisposal, office: Founder) -> Told:
    """Propose to dispose of records that are due; nothing is destroyed before a second approves."""
    answer = office.house.keeping.propose(command, office.act)
    return office.made(answer, "/disposals/{disposal}")


@router.post("/disposals/{number}/approval")
def approve_disposal(number: Number, office: Founder) -> Told:
    """Approve a disposal somebody else proposed: with that its records are destroyed for good."""
    command = ApproveDisposal(disposal=number)
    return office.told(office.house.keeping.approve(command, office.act))


@router.post("/disposals/{number}/declining")
def decline_disposal(number: Number, declining: Declining, office: Founder) -> Told:
    """Turn a proposed disposal down, or take one's own back."""
    command = DeclineDisposal(disposal=number, reason=declining.reason)
    return office.told(office.house.keeping.decline(command, office.act))


def _briefly(one: Disposal, names: Names) -> dict[str, Any]:
    return {
        "disposal": one.number,
        "status": one.status,
        "schedule": one.schedule,
        "subjects": list(one.subjects),
        "proposed_by": names.person(one.proposed_by),
        "settled_by": names.person(one.settled_by),
        "events": sum(len(record.positions) for record in one.records),
        "files": len({file.sha256 for record in one.records for file in record.files}),
    }


def _reason(look: Looking, number: int) -> Any:
    """Return why a disposal was declined, while that is held."""
    declined = [
        recorded.position
        for recorded in look.house.log.stream(disposal_stream(number))
        if isinstance(recorded.event.data, DisposalDeclined)
        and recorded.position <= look.here.position
    ]
    return next((one.get("reason") for one in texts(look.house, declined).values()), None)
