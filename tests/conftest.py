"""What all tests share: where outside data lies, fixed moments, one small world."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
"""A Tuesday, in working hours everywhere our people work."""


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of public data beside the project; tests that need it are skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("needs_shared: no folder ../shared beside the project")
    return SHARED


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test marked needs_shared is skipped, aloud, where the data is absent."""
    if SHARED.is_dir():
        return
    for item in items:
        if item.get_closest_marker("needs_shared"):
            item.add_marker(pytest.mark.skip(reason="needs_shared: no folder ../shared beside the project"))


@pytest.fixture
def world(db: None) -> "object":
    """The small world, built anew for each test."""
    from tests.world import build

    return build()
