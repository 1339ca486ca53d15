"""What tests of pages share: a lake of their own, exported when the test says so, and browsers of members."""

from datetime import datetime
from pathlib import Path

import pytest
from django.test import Client

from treaty.jobs.lake import refresh


class OwnLake:
    def __init__(self, where: Path) -> None:
        self.where = where

    def export(self, at: datetime) -> None:
        refresh(at=at, where=self.where)


@pytest.fixture
def lake(tmp_path, monkeypatch) -> OwnLake:
    """Pages read this lake and no other; until `export` there is none."""
    for module in ("here", "context"):
        monkeypatch.setattr(f"treaty.web.{module}.home", lambda: tmp_path)
    return OwnLake(tmp_path)


@pytest.fixture
def as_(world):
    """A browser of a member, by their first name."""

    def client(name: str) -> Client:
        made = Client()
        made.force_login(world.members[name], backend="django.contrib.auth.backends.ModelBackend")
        return made

    return client
