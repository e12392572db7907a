"""One office per test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.story import Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    """An office that was founded, and nothing else."""
    told = Story(tmp_path / "data")
    yield told
    told.close()


@pytest.fixture
def office(story: Story) -> Story:
    """An office with its policy, its boards and a portfolio."""
    return story.governed()
