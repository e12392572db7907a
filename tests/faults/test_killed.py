"""A process killed at any moment of anything it does loses nothing, on both stores.

`make soak` runs the same rounds as often as asked, with other seeds.
"""

import os
from random import Random

import pytest

from tests.conftest import SEED
from tests.faults.places import Place, begun
from tests.faults.rounds import killed_again_and_again, scenes

ROUNDS = 5


@pytest.fixture(
    scope="module", params=["files", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Place:
    store = None
    if request.param == "postgres":
        store = request.getfixturevalue("server").database()
    return begun(Place(tmp_path_factory.mktemp("killed") / "data", store))


@pytest.mark.slow
@pytest.mark.parametrize("scene", scenes())
def test_a_killed_process_loses_nothing_tears_nothing_and_needs_no_hand(
    scene: str, office: Place
) -> None:
    chance = Random(f"{os.environ[SEED]} {scene} {office.store is None}")
    assert killed_again_and_again(scene, office, chance, ROUNDS)
