"""What bars a ballot cast in another's place, and how such an act is recorded."""

from collections.abc import Sequence

from domain.event import Draft
from domain.policy import Matter
from domain.refusals import InConflict, NotPermitted, NotYourOwn, ReviewOver
from domain.review import Review
from domain.review_commands import DeclareConflict
from domain.stand_in_events import StandInRecused
from domain.stand_ins import Standing


def require_may_stand_in(review: Review, matter: Matter, standing: Standing, person: str) -> None:
    """Refuse a ballot in another's place: what bars either of the two bars it.

    Raises:
        NotYourOwn: the member proposed the subject.
        InConflict: who stands in declared a conflict of interest of their own.
        NotPermitted: they voted in another place already, or the member has voted.
    """
    if standing.holder in review.proposers and not matter.proposer_may_decide:
        raise NotYourOwn(f"the member of seat {standing.seat} proposed what {review.stream} is on")
    if person in review.recused:
        raise InConflict(f"a conflict of interest was declared in {review.stream} by who stands in")
    for cast in review.counting():
        if cast.ballot.person == person and cast.ballot.seat != standing.seat:
            raise NotPermitted(
                f"who voted for seat {cast.ballot.seat} casts no second ballot in the same panel",
                fix="Let the member vote, or another person stand in.",
            )
        if cast.ballot.seat == standing.seat and cast.ballot.on_behalf_of is None:
            raise NotPermitted(
                f"the member of seat {standing.seat} has voted",
                fix="Only the member replaces their own ballot.",
            )


def recuse(review: Review, command: DeclareConflict, standing: Standing) -> tuple[Draft, ...]:
    """Declare a conflict of one's own where one stands in; the member may still vote.

    Raises:
        ReviewOver: it was ruled or withdrawn.
    """
    if review.status != "open":
        raise ReviewOver(f"review {review.stream} is {review.status}")
    private = {"reason": command.reason}
    draft = Draft(stream=review.stream, data=StandInRecused(seat=standing.seat), private=private)
    return in_place_of(standing, (draft,))


def in_place_of(standing: Standing | None, drafts: Sequence[Draft]) -> tuple[Draft, ...]:
    """Return drafts that say on whose behalf they were made, where it was in another's place."""
    if standing is None:
        return tuple(drafts)
    return tuple(draft.changed(on_behalf_of=standing.holder) for draft in drafts)
