"""Halden's agreement, and the sketch it grew from."""

from importlib.resources import files
from pathlib import Path

import pytest

from treaty.agreement.document import load
from treaty.agreement.terms import Terms

SKETCH = Path(__file__).parents[2].parent / "shared" / "agreement-sketch.yaml"


@pytest.fixture(scope="session")
def text() -> str:
    return (files("treaty.agreement") / "examples" / "halden.yaml").read_text()


@pytest.fixture(scope="session")
def halden(text: str) -> Terms:
    terms = load(text).terms
    assert terms is not None
    return terms


@pytest.fixture(scope="session")
def sketch() -> str:
    if not SKETCH.exists():
        pytest.skip(f"{SKETCH} is absent: the sketch lies beside the project")
    return SKETCH.read_text()
