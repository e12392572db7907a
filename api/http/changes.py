"""Change control: requests for another baseline, and the baselines that came of them."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Annotated, Any, Literal

from fastapi import Path, Query, Response

from api.house import House
from api.http.acting import IfMatch, Member, Told
from api.http.looking import Look, Looking, Pages, Seen, dicts
from api.http.section import Section
from api.http.shown import Names, at_answer, texts
from domain.base import INTEGER_MAX, Code, Json
from domain.baseline_events import Promise
from domain.change_commands import RequestChange, WithdrawChange
from domain.promises import compare
from domain.refusals import NotKnown
from projections.baselines import BaselineRow, baselines
from projections.changes import ChangeRow, Requested, changes
from projections.reading import Page
from projections.register import project

router = Section(tags=["changes"])

Number = Annotated[int, Path(ge=1, le=INTEGER_MAX, description="Number of the change.")]
InStatus = Annotated[
    Literal["requested", "withdrawn", "approved", "rejected"] | None, Query(alias="status")
]
OfProject = Annotated[Code | None, Query(alias="project", description="Code of a project.")]
SideBySide = Annotated[
    str | None,
    Query(
        alias="compare",
        max_length=200,
        pattern=r"^(original|current|[1-9][0-9]{0,8})(,(original|current|[1-9][0-9]{0,8}))+$",
        description="Numbers of baselines, `original` or `current`: `1,3` or `original,current`.",
    ),
]


@router.post("/projects/{code}/changes", status_code=201)
def request_change(code: Code, command: RequestChange, member: Member, if_match: IfMatch) -> Told:
    """Ask for another baseline; what is left out stays as it is in the one that holds."""
    answer = member.house.changes.request(code, command, member.act, if_match)
    return member.made(answer, "/projects/{project}/changes")


@router.post("/projects/{code}/changes/{number}/withdrawal")
def withdraw_change(
    code: Code, number: Number, command: WithdrawChange, member: Member, if_match: IfMatch
) -> Told:
    """Take your own request back."""
    answer = member.house.changes.withdraw(code, number, command, member.act, if_match)
    return member.told(answer)


@router.get("/changes", response_model=Seen)
def list_changes(
    look: Look, pages: Pages, status: InStatus = None, of_project: OfProject = None
) -> Response:
    """List the changes that were requested, the last first, each with its impact."""
    found = changes(look.views, look.asked, Requested(of_project, status), pages.by_position())
    return look.page(found, {"changes": shown_changes(look.house, found.found)})


@router.get("/projects/{code}/changes", response_model=Seen)
def list_changes_of_project(
    code: Code, look: Look, pages: Pages, status: InStatus = None
) -> Response:
    """List the changes that were requested of one project, the last first."""
    place = at_answer(project(look.views, code, look.asked))
    found = changes(look.views, place, Requested(code, status), pages.by_position())
    return look.page(found, {"changes": shown_changes(look.house, found.found)})


@router.get("/projects/{code}/baselines", response_model=Seen)
def list_baselines(code: Code, look: Look, side_by_side: SideBySide = None) -> Response:
    """List what was promised, the original first; side by side where asked."""
    place = at_answer(project(look.views, code, look.asked))
    found = baselines(look.views, code, place)
    requested = changes(look.views, place, Requested(code), Page(limit=None)).found
    shown: dict[str, Any] = {"baselines": _with_scopes(look, found.found, requested)}
    if side_by_side is not None:
        shown["comparison"] = _compared(code, found.found, side_by_side.split(","))
    return look.answer(found, shown)


def shown_changes(house: House, rows: Iterable[ChangeRow]) -> list[dict[str, Any]]:
    """Return changes as shown: with names of people, and the words that are still held."""
    kept, names = tuple(rows), Names(house)
    words = texts(house, (row.born for row in kept))
    return [
        {
            **names.of(row._asdict(), "requested_by"),
            "reason": words.get(row.born, {}).get("reason"),
            "scope": words.get(row.born, {}).get("scope"),
        }
        for row in kept
    ]


def _with_scopes(
    look: Looking, rows: Iterable[BaselineRow], requested: Iterable[ChangeRow]
) -> list[dict[str, Any]]:
    # The first to name a digest of a scope is the request whose words it stands for.
    said: dict[str, int] = {}
    for change in sorted(requested, key=lambda row: row.born):
        if "scope" in change.promise:
            said.setdefault(change.promise["scope"], change.born)
    words = texts(look.house, said.values())

    def scope(row: BaselineRow) -> Json | None:
        return words.get(said.get(row.promise.get("scope", ""), 0), {}).get("scope")

    kept = tuple(rows)
    return [{**one, "scope": scope(row)} for one, row in zip(dicts(kept), kept, strict=True)]


def _compared(
    code: str, rows: tuple[BaselineRow, ...], asked: Iterable[str]
) -> list[dict[str, Any]]:
    """Return the difference of each baseline that was asked for to the one asked for before it."""
    chosen = [_chosen(code, rows, name) for name in asked]
    return [
        {
            "from": before.number,
            "to": after.number,
            "difference": compare(
                Promise.model_validate(before.promise), Promise.model_validate(after.promise)
            ).as_json(),
        }
        for before, after in pairwise(chosen)
    ]


def _chosen(code: str, rows: tuple[BaselineRow, ...], name: str) -> BaselineRow:
    found = {str(row.number): row for row in rows}
    standing = [row for row in rows if row.withdrawn is None]
    if standing:
        found["original"] = standing[0]
    if rows and rows[-1].withdrawn is None:
        found["current"] = rows[-1]
    if name not in found:
        raise NotKnown(
            f"project {code} has no baseline {name}",
            fix=f"It has {', '.join(found) or 'none yet'}.",
        )
    return found[name]
