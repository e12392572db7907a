"""Policies: their versions and texts, the lifecycle they draw, and adopting a text."""

from typing import Any, NamedTuple

import yaml
from fastapi import APIRouter, Response

from api import door
from api.http.policies import adopt_policy, list_policies, show_policy, show_policy_text
from api.http.shown import worded
from api.http.validity import validated
from api.problems import Turned
from api.web import vocabulary
from api.web.landing import landed
from api.web.lifestrip import strip
from api.web.post import Post, Posting
from api.web.project_forms import typed
from api.web.returned import Returned, attempt
from api.web.visit import Visit, Visiting, told
from domain.base import Code
from domain.diagram import diagram
from domain.policy import Policy
from domain.refusals import FieldMissing
from workflows.governing import POLICY_CHARACTERS_MAX, AdoptPolicy
from workflows.policy_text import PolicyText, read_policy

router = APIRouter(include_in_schema=False)
PAGE = "/policies"


class Checked(NamedTuple):
    """A text that was read and has no faults, as it was pasted."""

    found: PolicyText
    text: str


@router.get(PAGE)
def show_policies(visit: Visiting) -> Response:
    """Show the policies with their versions, and to the office the form that adopts one."""
    return _page(visit)


@router.post(PAGE)
def adopt(post: Posting, visit: Visiting) -> Response:
    """Check a text, and adopt it where that was asked for."""
    if post.text("check"):
        return attempt(
            post, "adopt", lambda: _checked(post, visit), lambda sent: _page(visit, sent)
        )

    def act() -> Response:
        content = {
            "text": _text(post),
            "effective_from": typed(visit).moment(post.text("from")),
        }
        command = validated(AdoptPolicy, content, "form")
        answer = adopt_policy(command, post.member(door.FOUNDING))
        return landed(post, answer, PAGE, "adopted")

    return attempt(post, "adopt", act, lambda sent: _page(visit, sent))


@router.get("/policies/{code}")
def show_one_policy(code: Code, visit: Visiting) -> Response:
    """Show one policy: its versions, the text of one of them, and its lifecycle."""
    policy = told(show_policy(code, visit.look))["policy"]
    digest = visit.text("version", 64) or policy["in_force"] or policy["versions"][-1]["digest"]
    text = told(show_policy_text(code, digest, visit.look))["text"]
    read = visit.look.house.desk.texts.policy(digest)
    language = visit.words.language
    return visit.page(
        "policy.html",
        policy=policy,
        digest=digest,
        title=worded(read.title, language),
        text=yaml.safe_dump(text, allow_unicode=True, sort_keys=False, width=100),
        stops=strip(read.lifecycle, {"phase": "", "left_phase": None}, [], language),
        ways=_ways(visit, read),
        drawing=diagram(read.lifecycle, language),
    )


def _ways(visit: Visit, policy: Policy) -> list[dict[str, Any]]:
    """Return the gates: from which phases to which."""
    names = {
        phase.id: vocabulary.label(visit, phase.label, phase.id)
        for phase in policy.lifecycle.phases
    }
    return [
        {
            "label": vocabulary.label(visit, gate.label, gate.id),
            "from": [names.get(one, one) for one in gate.from_],
            "to": names.get(gate.to, gate.to),
        }
        for gate in policy.lifecycle.gates
    ]


def _checked(post: Post, visit: Visit) -> Response:
    """Return the page with what a text was found to be; nothing is recorded."""
    post.member(door.FOUNDING)
    text = _text(post)
    return _page(visit, None, Checked(read_policy(text, "policy"), text))


def _text(post: Post) -> str:
    """Return the text that was pasted, or that of the file that was chosen.

    Raises:
        FieldMissing: there is neither.
        Turned: the file is no text.
    """
    file = post.file("file")
    if file is None:
        if not post.text("text"):
            raise FieldMissing("no text was given", fix="Paste the policy, or choose its file.")
        return post.fields["text"].replace("\r\n", "\n")
    file.file.seek(0)
    content: bytes = file.file.read(POLICY_CHARACTERS_MAX + 1)
    try:
        return content.decode()
    except UnicodeDecodeError as fault:
        why = f"the policy is not UTF-8: byte {fault.start} is no text"
        raise Turned("bad_request", why, "Save it as UTF-8.") from None


def _page(visit: Visit, sent: Returned | None = None, checked: Checked | None = None) -> Response:
    return visit.page(
        "policies.html",
        policies=told(list_policies(visit.look, visit.whole()))["policies"],
        runs=not visit.look.person.roles.isdisjoint(door.FOUNDING),
        checked=checked,
        sent=sent,
    )
