"""The whole API, asked anything its own description allows, as each role.

No answer is a fault of ours (5xx), and none is of a kind, form or media type that the description
does not tell of. What is asked is made up by schemathesis; refusals are answers.
"""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.sign_in import Role
from tests.api.conftest import PROJECT, Bridge, Served, serving
from tests.conftest import SEED

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 8
KNOWN = {
    "code": PROJECT,
    "subject": PROJECT,
    "about": "g1",
    "number": 1,
    "board": "portfolio_board",
}
"""What is there, by the name of a path's parameter: half of what is asked is about these."""
NEVER_ENDING = "text/event-stream"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("fuzz")) as house:
        Bridge(house).found().opened()
        yield house


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("role", list(Role))
def test_whatever_is_asked_the_answer_is_one_the_description_tells_of(
    served: Served, role: Role
) -> None:
    token = served.issuer.issue_token(f"Quisquis {role}", [role], timedelta(hours=1))
    bearer = {"Authorization": f"Bearer {token}"}
    schema = schemathesis.openapi.from_url(f"{served.base}/api/v1/openapi.json", headers=bearer)
    results: Any = schema.get_all_operations()
    operations = [result.ok() for result in results]
    statuses: Counter[int] = Counter()
    asked = [ask(one, bearer, statuses) for one in operations if not never_ends(one)]
    assert len(asked) > 80
    failures = [told for told in asked if told is not None]
    assert not failures, "\n\n".join(failures)
    # Were everybody turned away at the door, nothing would have been tried.
    assert statuses[401] == 0
    assert statuses[200] > len(asked) / 2


def never_ends(operation: Any) -> bool:
    answers = operation.definition.raw.get("responses", {})
    return NEVER_ENDING in answers.get("200", {}).get("content", {})


def ask(operation: Any, bearer: dict[str, str], statuses: Counter[int]) -> str | None:
    """Ask one thing in many ways; return what is wrong with the answers, if anything."""

    @seed(int(os.environ[SEED]))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), known=st.booleans())
    def try_it(case: Any, known: bool) -> None:
        if known:
            case.path_parameters |= {n: v for n, v in KNOWN.items() if n in case.path_parameters}
        response = case.call(headers=bearer, timeout=20)
        statuses[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)

    try:
        try_it()
    except FailureGroup as group:
        told = "; ".join(f"{one.title}: {one.message:.600}" for one in group.exceptions)
        return f"{operation.label}: {told}"
    return None
