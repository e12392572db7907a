"""The four plain package names are ours alone, in this environment."""

import importlib.util
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NAMES = ("domain", "workflows", "projections", "api")


@pytest.mark.parametrize("name", NAMES)
def test_no_other_distribution_owns_the_name(name: str) -> None:
    # An editable install lists no modules, so the owner may also be unnamed.
    assert set(packages_distributions().get(name, [])) <= {"quorate"}


@pytest.mark.parametrize("name", NAMES)
def test_the_name_means_the_package_beside_these_tests(name: str) -> None:
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin == str(ROOT / name / "__init__.py")
    assert list(spec.submodule_search_locations or ()) == [str(ROOT / name)]
