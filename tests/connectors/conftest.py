"""What tests of systems share."""

from collections.abc import Iterator

import pytest
import stamina

from tests.connectors.waits import Waits, instead_of_time


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> Iterator[Waits]:
    """Calls are tried again at once, how long is waited is the library's matter; quotas are kept by a clock of our own."""
    stamina.set_testing(True, attempts=30)
    yield instead_of_time(monkeypatch)
    stamina.set_testing(False)
