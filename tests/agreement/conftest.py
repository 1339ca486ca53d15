"""Halden's agreement, and the sketch it grew from."""

import importlib.util
from importlib.resources import files
from pathlib import Path

import pytest

from treaty.agreement.document import load
from treaty.agreement.terms import Terms


@pytest.fixture(scope="session")
def text() -> str:
    return (files("treaty.agreement") / "examples" / "halden.yaml").read_text()


@pytest.fixture(scope="session")
def halden(text: str) -> Terms:
    terms = load(text).terms
    assert terms is not None
    return terms


@pytest.fixture(scope="session")
def sketch(shared: Path) -> str:
    return (shared / "agreement-sketch.yaml").read_text()


@pytest.fixture(scope="session")
def verifier():
    """The offline verifier, loaded from its file: it shares no code with Treaty."""
    spec = importlib.util.spec_from_file_location("verify", Path(__file__).parents[2] / "verify.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
