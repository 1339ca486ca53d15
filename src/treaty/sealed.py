"""Secrets at rest: sealed before they reach the database, opened only where they are used.

The keys live outside of the database: in TREATY_SECRETS_KEYS (several, separated by commas, the newest first), or in a
file of the data folder that only its owner can read. Whoever has a copy of the database alone has no secret.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from treaty.config import config, home

FILE = "secrets.keys"


class CannotOpen(Exception):
    """Sealed with a key that is not here any more."""


def seal(secrets: Mapping[str, Any]) -> str:
    """The secrets as one text that tells nothing without the key."""
    return _box().encrypt(json.dumps(dict(secrets)).encode()).decode()


def unseal(text: str) -> dict[str, Any]:
    """What was sealed; empty text holds nothing. Raises CannotOpen."""
    if not text:
        return {}
    try:
        return dict(json.loads(_box().decrypt(text.encode())))
    except InvalidToken:
        raise CannotOpen("the secrets were sealed with a key that is missing: bring it back, or enter them again") from None


def renewed(text: str) -> str:
    """The same secrets under the newest key, after one was added. Raises CannotOpen."""
    return seal(unseal(text))


def _box() -> MultiFernet:
    listed = config().secrets_keys
    return MultiFernet([Fernet(key) for key in (listed.split(",") if listed else _kept(home() / FILE))])


@lru_cache
def _kept(path: Path) -> tuple[str, ...]:
    """The keys of the file, made with one key when there is none; of two processes that make it at once, one does."""
    if not path.exists():
        own = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(Fernet.generate_key().decode() + "\n")
        with suppress(FileExistsError):
            os.link(own, path)
        own.unlink()
    return tuple(path.read_text().split())
