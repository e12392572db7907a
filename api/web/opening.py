"""Opening a review of a project: what can be decided about it now, and why other things cannot."""

from typing import Any

from fastapi import APIRouter, Response

from api.http.acting import Acting, Told
from api.http.changes import list_changes
from api.http.conditions import list_project_conditions
from api.http.decisions import list_decisions
from api.http.openings import list_openings
from api.http.policies import list_policies
from api.http.portfolios import list_portfolios, show_portfolio
from api.http.projects import show_project
from api.http.review_acts import open_review
from api.http.validity import validated
from api.web.policy_words import PolicyWords, policy_words
from api.web.post import Post, Posting
from api.web.refusing import Refusal, refusal, tried
from api.web.visit import Visit, Visiting, told
from domain.refusals import FieldMissing, NotInForce
from domain.review_commands import OpenReview

router = APIRouter(include_in_schema=False)
OK = 200
PATH = "/reviews/new"


@router.get(PATH)
def show_new(visit: Visiting) -> Response:
    """Show what can be taken up about a project."""
    return _page(visit, visit.text("project"), {}, None)


@router.post(PATH)
def open_new(post: Posting, visit: Visiting) -> Response:
    """Open a review, and go on to the pack."""
    code = post.text("project")
    came: Told | Refusal
    if not post.text("what"):
        missing = FieldMissing(visit.words("opening.choose"), fix=visit.words("opening.choose_fix"))
        came = refusal(missing)
    else:
        came = tried(post, lambda member: _opened(post, member))
    if isinstance(came, Refusal):
        return _page(visit, code, dict(post.fields), came)
    review = str(came.model_dump()["review"]).partition(":")[2]
    return post.done(f"/reviews/{review}/present", came.position, "opened_review")


def _opened(post: Post, member: Acting) -> Told:
    what, _, name = post.text("what").partition(":")
    name, _, needs = name.partition(":")
    fields: dict[str, Any] = {"project": post.text("project"), what: name}
    if needs and post.text(needs):
        said = post.text(needs)
        fields[needs] = int(said) if needs == "change" and said.isdecimal() else said
    if post.text("amount"):
        fields["amount"] = {"amount": post.text("amount"), "currency": post.text("currency")}
    return open_review(validated(OpenReview, fields, "form"), member)


def _page(visit: Visit, code: str, filled: dict[str, str], why: Refusal | None) -> Response:
    content: dict[str, Any] = {"code": code, "filled": filled, "refusal": why, "path": PATH}
    if not code:
        return visit.page("opening.html", OK, project=None, **content)
    project = told(show_project(code, visit.look))["project"]
    return visit.page(
        "opening.html",
        OK if why is None else why.status,
        project=project,
        openings=told(list_openings(code, visit.look))["openings"],
        policy=governing_words(visit, project["portfolio"]),
        choices=_choices(visit, code),
        **content,
    )


def governing_words(visit: Visit, portfolio: str) -> PolicyWords:
    """Return the words of the policy that governs a portfolio now.

    Raises:
        NotInForce: none does.
    """
    code = told(show_portfolio(portfolio, visit.look))["portfolio"]["policy"]
    for policy in told(list_policies(visit.look, visit.whole()))["policies"]:
        if policy["code"] == code and policy["in_force"]:
            return policy_words(visit, code, policy["in_force"])
    raise NotInForce(f"policy {code} is not in force", fix="Have a version of it adopted first.")


def _choices(visit: Visit, code: str) -> dict[str, list[tuple[str, str]]]:
    """Return what can be named beside a matter, each with how it is shown."""
    whole = visit.whole()
    changes = told(list_changes(visit.look, whole, of_project=code))["changes"]
    conditions = told(list_project_conditions(code, visit.look, whole))["conditions"]
    portfolios = told(list_portfolios(visit.look, whole))["portfolios"]
    decisions = told(list_decisions(visit.look, whole, project=code))["decisions"]
    return {
        "change": [(str(one["number"]), str(one["number"])) for one in changes],
        "condition": [
            (one["condition"], one["words"] or one["condition"])
            for one in conditions
            if one["status"] == "open"
        ],
        "portfolio": [(one["code"], f"{one['code']} {one['title']}") for one in portfolios],
        "undo": [(one["review"], one["review"].partition(":")[2]) for one in decisions],
        "into": [],
    }
