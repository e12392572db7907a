"""What the API says of itself: its OpenAPI description, in which every error is a problem.

Source: OpenAPI 3.1; RFC 9457 for the problems.
"""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.http.walls import OPEN_PATHS
from api.problems import MEDIA_TYPE, Problem

DESCRIPTION = (
    "Every answer says the position of the log at which it holds; every question may be asked as of"
    " another. Acts take an Idempotency-Key, and answer the same to the same key."
)
TAGS = {
    "authority": "Who may decide on a day: seats, delegations, deputies, grants.",
    "boards": "Who sits where.",
    "changes": "Requests for another baseline, and the baselines that came of them.",
    "conditions": "What approvals oblige people to.",
    "decisions": "Rulings with everything they were made of.",
    "evidence": "Files that show something, by their digest.",
    "exports": "Tables to take away, each with a digest by which it can be checked.",
    "facts": "What is known of a project, and since when.",
    "health": "Whether the record and its views are in order.",
    "inbox": "What waits for whom.",
    "keeping": "How long records are kept, and their disposal by two people.",
    "log": "The log as outsiders check it: checkpoints, tiles, proofs.",
    "money": "Envelopes, requests, allocations, costs.",
    "office": "The office and its founding.",
    "people": "Who is on record, under which identities.",
    "policies": "The rules, version by version.",
    "portfolios": "What projects belong to.",
    "privacy": "Erasing people, and the legal holds that stand against it.",
    "projects": "What is governed.",
    "reviews": "A board's way to a decision, from opening to ruling.",
    "take-ons": "Books by which an office is taken on.",
    "trail": "Who did what when.",
}

_TOKEN = {
    "type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "`quorate token`"
}  # fmt: skip


def described(app: FastAPI) -> dict[str, Any]:
    """Return the description of the API, in which every error is a problem."""
    if app.openapi_schema is None:
        said = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            description=DESCRIPTION,
            routes=app.routes,
            tags=[{"name": name, "description": text} for name, text in TAGS.items()],
            servers=[{"url": "/", "description": "Where this description was asked for."}],
            separate_input_output_schemas=False,
        )
        schemas = said["components"]["schemas"]
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        shape = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(shape.pop("$defs", {}), Problem=shape)
        said["components"]["securitySchemes"] = {"token": _TOKEN}
        for name, path in said["paths"].items():
            for method, operation in path.items():
                if name not in OPEN_PATHS:
                    # The wall asks for it before any route; no dependency has to, once per request.
                    operation["security"] = [{"token": []}]
                operation["responses"] |= _problems_of(method)
                for form in operation["responses"].get("200", {}).get("content", {}).values():
                    # A keyword of a later OpenAPI; 3.1 has no word for the items of a stream.
                    form.pop("itemSchema", None)
        app.openapi_schema = said
    return app.openapi_schema


def _problems_of(method: str) -> dict[str, Any]:
    shape = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    further = ("400", "409", "412", "413") if method == "post" else ()
    codes = ("401", "403", "404", "422", "503", *further)
    return {code: {"description": _SAID[code], "content": shape} for code in sorted(codes)}


_SAID = {
    "400": "The request cannot be read.",
    "401": "No verified identity.",
    "403": "Not permitted.",
    "404": "Not known.",
    "409": "Not now, taken, or in conflict with something else.",
    "412": "Somebody changed it since you looked.",
    "413": "Too large.",
    "422": "The content does not fit.",
    "503": "Not available at the moment; Retry-After says when to come back.",
}
