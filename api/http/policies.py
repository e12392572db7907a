"""Policies: adopted, superseded by the next version, never edited."""

import json
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response

from api.http.acting import Founder, Told
from api.http.looking import Look, Looking, Pages, Seen
from api.http.section import Section
from api.http.validity import validated
from api.problems import Turned
from domain.base import Code, Moment, moment_text
from domain.refusals import NotKnown
from projections.policies import PolicyRow, policies, policy
from workflows.governing import AdoptPolicy

router = Section(tags=["policies"])

YAML = ("application/yaml", "application/x-yaml", "text/yaml")
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": AdoptPolicy.model_json_schema()},
            "application/yaml": {
                "schema": {"type": "string", "description": "The policy as written."}
            },
        },
    }
}


async def _policy_sent(
    request: Request,
    effective_from: Annotated[
        Moment | None,
        Query(description="Since when it is to rule, for a YAML body. Now if absent."),
    ] = None,
) -> AdoptPolicy:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    if kind in YAML:
        sent = {"text": _text(body), "effective_from": effective_from}
        return validated(AdoptPolicy, sent, "body")
    if kind != "application/json":
        raise Turned(
            "bad_request",
            f"a policy comes as application/json or application/yaml, not {kind or 'unnamed'}",
            "Send the YAML text itself with Content-Type: application/yaml.",
        )
    return validated(AdoptPolicy, _json(body), "body")


PolicySent = Annotated[AdoptPolicy, Depends(_policy_sent)]


@router.post("/policies", status_code=201, openapi_extra=_BODY)
def adopt_policy(command: PolicySent, office: Founder) -> Told:
    """Adopt a version of a policy, or open the review that decides on it."""
    return office.made(office.house.governing.adopt(command, office.act), "/policies/{policy}")


@router.get("/policies", response_model=Seen)
def list_policies(look: Look, pages: Pages) -> Response:
    """List the policies in the order of their codes, each with its versions."""
    found = policies(look.views, look.asked, pages.by_code())
    return look.page(found, {"policies": [_shown(row, look) for row in found.found]})


@router.get("/policies/{code}", response_model=Seen)
def show_policy(code: Code, look: Look) -> Response:
    """Show one policy: its versions, and which is in force at that moment."""
    found = policy(look.views, code, look.asked)
    return look.answer(found, {"policy": _shown(found.found, look)})


@router.get("/policies/{code}/versions/{digest}", response_model=Seen)
def show_policy_text(code: Code, digest: str, look: Look) -> Response:
    """Show the text of a version, adopted or only proposed, as canonical JSON."""
    content = look.house.log.document(digest)
    text = None if content is None else json.loads(content)
    if not isinstance(text, dict) or text.get("policy") != code or "lifecycle" not in text:
        raise NotKnown(f"policy {code} has no version with digest {digest}")
    return look.answer(look.here, {"digest": digest, "text": text})


def _shown(row: PolicyRow, look: Looking) -> dict[str, Any]:
    ruling = row.in_force(moment_text(look.moment))
    return {
        "code": row.code,
        "in_force": None if ruling is None else ruling.digest,
        "versions": [version._asdict() for version in row.versions],
    }


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as fault:
        raise Turned(
            "bad_request", f"the policy is not UTF-8: byte {fault.start} is no text", "Save it so."
        ) from None


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as fault:
        raise Turned("malformed_json", f"the body is not JSON: {fault}", "Mend it.") from None
