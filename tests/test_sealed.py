"""Secrets at rest."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from treaty import sealed
from treaty.config import config, home


def test_what_is_sealed_tells_nothing_and_opens_again() -> None:
    text = sealed.seal({"token": "pat-na1-secret"})
    assert "secret" not in text
    assert "token" not in text
    assert sealed.unseal(text) == {"token": "pat-na1-secret"}
    assert sealed.unseal("") == {}
    assert (home() / sealed.FILE).stat().st_mode & 0o777 == 0o600


def test_a_newer_key_opens_the_old_and_seals_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    monkeypatch.setattr(config(), "secrets_keys", old)
    text = sealed.seal({"token": "a"})
    monkeypatch.setattr(config(), "secrets_keys", f"{new},{old}")
    renewed = sealed.renewed(text)
    monkeypatch.setattr(config(), "secrets_keys", new)
    assert sealed.unseal(renewed) == {"token": "a"}
    with pytest.raises(sealed.CannotOpen, match="bring it back"):
        sealed.unseal(text)


def test_two_processes_that_make_the_file_at_once_hold_the_same_key(tmp_path: Path) -> None:
    path = tmp_path / "secrets.keys"
    first = sealed._kept(path)
    sealed._kept.cache_clear()
    assert sealed._kept(path) == first
