"""Minutes: what is entered for others stands on a file attached to the subject."""

from domain.project import Project
from domain.refusals import FieldMissing


def require_minutes(projects: tuple[Project, ...], sha256: str) -> None:
    """Refuse unless the minutes are attached to one of the projects.

    Raises:
        FieldMissing: no such file is attached.
    """
    attached = {e.sha256 for project in projects for e in project.evidence}
    if sha256 not in attached:
        raise FieldMissing(
            f"no evidence with SHA-256 {sha256} is attached to the subject",
            fix="Attach the minutes to the project first.",
        )
