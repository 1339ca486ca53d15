"""Mappings that were saved under a name: what a person said about files once holds for the next ones of their kind."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from treaty.connectors.models import SavedMapping
from treaty.connectors.uploads import Upload
from treaty.journal.actions import record
from treaty.team.models import Member


class NoName(ValueError):
    """A mapping is found again by its name."""


def save(name: str, upload: Upload, *, by: Member, at: datetime) -> SavedMapping:
    """Keep what was said about an upload; what was kept under the same name is replaced. Raises NoName."""
    name = " ".join(name.split())[:60]
    if not name:
        raise NoName("a mapping is found again by its name: give it one, such as the system and what is exported")
    kept, _ = SavedMapping.objects.update_or_create(
        name=name, defaults={"source": upload.source, "mapping": general(upload.mapping), "by": by, "at": at}
    )
    record("mapping.saved", kept, by=by, at=at)
    return kept


def remove(key: str, *, by: Member, at: datetime) -> str:
    """Forget one; its name. Imports that used it keep their own copy. Raises SavedMapping.DoesNotExist."""
    kept = SavedMapping.objects.get(key=key)
    record("mapping.removed", kept, by=by, at=at)
    kept.delete()
    return kept.name


def general(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """The same for files whose names differ in their numbers: `contacts 2026-11.csv` is `contacts *-*.csv`.

    Of two files that become one so, the first one's is kept: they were told apart by their numbers alone.
    """
    files: dict[str, Any] = {}
    for pattern, said in mapping.get("files", {}).items():
        files.setdefault(re.sub(r"\d+", "*", pattern), said)
    return {**mapping, "files": files} if files else dict(mapping)
