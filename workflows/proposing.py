"""What a review of a project proposes where the project alone does not say it."""

from domain.conditions import require_named
from domain.policy import Matter
from domain.project import Project
from domain.proposal import Proposal
from domain.refusals import FieldMissing
from domain.review_commands import OpenReview
from domain.words import MatterKind
from workflows.dividing import to_supersede
from workflows.loaded import Loaded


def proposed(
    loaded: Loaded, project: Project, matter: Matter, command: OpenReview
) -> Proposal | None:
    """Return what is proposed beyond the project itself, where the matter needs that.

    Raises:
        FieldMissing: what is proposed was not said.
        NotKnown, NotNow: it is not there, or cannot be done as things stand.
    """
    match matter.kind:
        case MatterKind.TRANSFER:
            if command.portfolio is None:
                raise FieldMissing("a transfer says to which portfolio")
            loaded.portfolio(command.portfolio)
            return Proposal(portfolio=command.portfolio)
        case MatterKind.WAIVE:
            return Proposal(condition=require_named(project, command.condition))
        case MatterKind.SUPERSEDE:
            return to_supersede(loaded, project, matter, command.into)
    return None
