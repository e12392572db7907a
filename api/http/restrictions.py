"""Who sees a project: restricting it to boards, roles and people, and opening it again."""

from api.http.acting import IfMatch, Member, Told
from api.http.section import Section
from domain.base import Code
from domain.restriction import Restriction

router = Section(tags=["projects"])


@router.post("/projects/{code}/restriction", status_code=201)
def restrict_project(
    code: Code, restriction: Restriction, member: Member, if_match: IfMatch
) -> Told:
    """Let only some see a project, of its past too; it replaces what was said before."""
    answer = member.house.restricting.restrict(code, restriction, member.act, if_match)
    return member.made(answer, "/projects/{project}")


@router.post("/projects/{code}/opening", status_code=201)
def lift_restriction(code: Code, member: Member, if_match: IfMatch) -> Told:
    """Let everybody see a project again, of its past too."""
    answer = member.house.restricting.lift(code, member.act, if_match)
    return member.made(answer, "/projects/{project}")
