"""Whose write key is this? All keyed sources fit in memory, so an answer costs one hash and no query."""

import hmac
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from treaty.connectors.sources import OLD_KEY
from treaty.connectors.tracking.keys import digest
from treaty.moments import to_us
from treaty.truth.models import Source

FRESH, MISSED = 2.0, 0.2
"""Seconds until the sources are read again: how long a key that was switched off may still be taken. After an unknown
key they are read again sooner: it may have been made this moment, and clients do not send again what was refused."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a request needs to know of a source."""

    id: int
    key: str
    name: str
    kind: str
    origins: frozenset[str]
    settings: dict[str, Any]
    hash: str
    until_us: int | None = None

    @property
    def is_public(self) -> bool:
        """Its key stands in a page, so whoever sends with it proves nothing."""
        return self.kind != Source.Kind.SERVER


@dataclass(slots=True)
class Keyring:
    """The active keyed sources by the hash of their key, read anew every two seconds."""

    by_hash: dict[str, Known] = field(default_factory=dict)
    lists: frozenset[frozenset[str]] = frozenset()
    """The origin lists of all public keys, for the question a browser asks before it shows its key."""
    read_at: float = float("-inf")

    def find(self, write_key: str, *, at: datetime) -> Known | None:
        """The source of a valid key; None for one that is unknown, outlived or switched off.

        The key is hashed before it is compared, so timing tells nothing about it.
        """
        self.refresh()
        wanted = digest(write_key)
        if wanted not in self.by_hash:
            self.refresh(MISSED)
        known = self.by_hash.get(wanted)
        if known is None or not hmac.compare_digest(known.hash, wanted):
            return None
        return known if known.until_us is None or to_us(at) < known.until_us else None

    def refresh(self, older_than: float = FRESH) -> None:
        """Read the sources again if that was more seconds ago. Two threads doing it at once do no harm."""
        if time.monotonic() - self.read_at < older_than:
            return
        found = list(_read())
        self.by_hash = {known.hash: known for known in found}
        self.lists = frozenset(known.origins for known in found if known.is_public)
        self.read_at = time.monotonic()

    def forget(self) -> None:
        """Read anew at the next question."""
        self.read_at = float("-inf")


def _read() -> Iterator[Known]:
    for source in Source.objects.filter(is_active=True, write_key_hash__isnull=False):
        about = (source.pk, source.key, source.name, source.kind, frozenset(source.origins), source.settings)
        yield Known(*about, hash=str(source.write_key_hash))
        old = source.settings.get(OLD_KEY)
        if old:
            yield Known(*about, hash=old["hash"], until_us=old["until_us"])


KEYRING = Keyring()
