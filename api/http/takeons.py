"""Take-ons: a book that one person prepared, looked at and confirmed by a second one."""

from typing import Annotated

from fastapi import Path, Response

from api.door import FOUNDING, require_role
from api.http.acting import Founder, Told
from api.http.looking import Look, Seen
from api.http.section import Section
from api.http.shown import Names

router = Section(tags=["take-ons"])

Digest = Annotated[
    str, Path(pattern="^[0-9a-f]{64}$", description="Digest of the book, as preparing it told.")
]


@router.get("/take-ons/{digest}", response_model=Seen)
def show_take_on(digest: Digest, look: Look) -> Response:
    """Show a book with its control totals, for whoever is to confirm it."""
    require_role(look.person, FOUNDING)
    found = look.house.takeons.prepared(digest)
    names = Names(look.house)
    shown = {
        "book": digest,
        "status": found.status,
        "office": found.book.office,
        "cut_over": found.book.cut_over.isoformat(),
        "policy": found.book.policy,
        "prepared_by": names.person(found.takeon.prepared_by),
        "confirmed_by": names.person(found.takeon.confirmed_by),
        "totals": found.totals.as_json(),
    }
    return look.answer(look.here, {"take_on": shown})


@router.post("/take-ons/{digest}/confirmation")
def confirm_take_on(digest: Digest, founder: Founder) -> Told:
    """Confirm a book somebody else prepared; from here on its state counts."""
    return founder.told(founder.house.takeons.confirm(digest, founder.act))
