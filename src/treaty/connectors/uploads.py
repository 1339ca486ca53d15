"""Files on their way in: kept under random names until they are imported or a day has passed. A client's name is never a path."""

import hashlib
import json
import re
import secrets
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from treaty.config import home
from treaty.connectors.files.exports import Exports, open_exports
from treaty.connectors.files.limits import FileRefused
from treaty.connectors.files.mapping import Mapping, MapRefused
from treaty.connectors.files.preview import ColumnPreview, Preview, preview
from treaty.connectors.files.rows import Refused
from treaty.connectors.loaders.sets import joined
from treaty.keys import ALPHABET, LENGTH, new_key
from treaty.moments import from_us, to_us

MOST_BYTES = 200_000_000
"""All files of one upload together."""
AT_ONCE = 20_000_000
"""Bytes that are read while somebody waits; more is read in the background."""
KEPT = timedelta(days=1)
_KEY = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")
_TOKEN = re.compile(r"[0-9a-f]{24}")


class NoSuchUpload(LookupError):
    """Nothing lies under this key: it was imported, thrown away or forgotten after a day."""


@dataclass(slots=True)
class Upload:
    """names: file on disk to the name people know · by: key of the member · again: key of the import whose rows were fixed."""

    key: str
    by: str
    at_us: int
    source: str = ""
    names: dict[str, str] = field(default_factory=dict)
    mapping: dict[str, Any] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return folder() / self.key

    @property
    def paths(self) -> list[Path]:
        return [self.folder / token for token in self.names]

    @property
    def bytes(self) -> int:
        return sum(path.stat().st_size for path in self.paths)

    @property
    def said(self) -> Mapping:
        return Mapping.model_validate(self.mapping)

    def place(self) -> Path:
        """Where the next file may be written: a random name."""
        return self.folder / secrets.token_hex(12)

    def add(self, path: Path, name: str) -> None:
        """Note a file that was written, under the name people know; a second of that name is numbered."""
        plain, n = plain_name(name), 2
        while plain in self.names.values():
            stem, dot, end = plain_name(name).rpartition(".")
            plain, n = (f"{stem} ({n}).{end}" if dot else f"{end} ({n})"), n + 1
        self.names[path.name] = plain

    def save(self) -> None:
        _write(self.folder / "upload.json", asdict(self))

    def shown(self, text: str) -> str:
        """The text with the names people know."""
        return _TOKEN.sub(lambda found: self.names.get(found[0], found[0]), text)


def folder() -> Path:
    return home() / "uploads"


def lock_of(key: str) -> Path:
    """Whoever reads an upload holds this; it goes when the upload does."""
    return folder() / key / "reading.lock"


def plain_name(name: str) -> str:
    """The last part of a client's path without what cannot be shown."""
    last = re.split(r"[\\/]", name)[-1]
    return "".join(c for c in last if c.isprintable()).strip()[:150] or "file"


def begin(*, by: str, at: datetime) -> Upload:
    """A new, empty upload. Those that lay here for a day are thrown away."""
    forget(before=at - KEPT)
    upload = Upload(new_key(), by, to_us(at))
    upload.folder.mkdir(parents=True, mode=0o700)
    upload.save()
    return upload


def exists(key: str) -> bool:
    """False also for a key that is none."""
    return bool(_KEY.fullmatch(key)) and (folder() / key / "upload.json").is_file()


def find(key: str) -> Upload:
    """Raises NoSuchUpload, also for a key that is none."""
    if not exists(key):
        raise NoSuchUpload("these files are not here any more: they were imported, or lay here for a day. Upload them again")
    return Upload(**json.loads((folder() / key / "upload.json").read_text("utf-8")))


def discard(key: str) -> None:
    if _KEY.fullmatch(key):
        shutil.rmtree(folder() / key, ignore_errors=True)


def forget(*, before: datetime) -> None:
    """Personal data does not lie about: uploads nobody imported are removed."""
    for path in folder().glob("*/upload.json"):
        if _KEY.fullmatch(path.parent.name) and from_us(json.loads(path.read_text("utf-8"))["at_us"]) < before:
            discard(path.parent.name)


def exports_of(upload: Upload) -> Exports:
    """Everything in it, recognised; tables that a loader left are one set. Raises MapRefused if its mapping does not fit."""
    return joined(open_exports(upload.paths, upload.said, shown=upload.shown))


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found out about an upload under its mapping. problem: why nothing could be, with the way out · system: see Exports"""

    files: list[Preview]
    unread: list[dict[str, str]]
    problem: str = ""
    system: str = ""


def looked(upload: Upload) -> Looked | None:
    """None if nobody looked since its mapping changed."""
    found = _read(upload.folder / "preview.json")
    if found is None or found["mapping"] != _digest(upload):
        return None
    return Looked([_preview(one) for one in found["files"]], found["unread"], found["problem"], found["system"])


def look(upload: Upload) -> Looked:
    """Read everything once and keep what was found out."""
    files: list[Preview] = []
    unread: list[dict[str, str]] = []
    problem = system = ""
    try:
        exports = exports_of(upload)
        system = exports.system
        files = list(preview(exports))
        unread = [{"name": one.name, "problem": one.problem} for one in exports.unread]
    except (MapRefused, FileRefused) as told:
        problem = upload.shown(str(told))
    told_files = [asdict(one) for one in files]
    kept = {"mapping": _digest(upload), "files": told_files, "unread": unread, "problem": problem, "system": system}
    _write(upload.folder / "preview.json", kept)
    return Looked(files, unread, problem, system)


def _preview(told: dict[str, Any]) -> Preview:
    columns = tuple(ColumnPreview(**{**one, "first_values": tuple(one["first_values"])}) for one in told["columns"])
    problems = tuple(Refused(*one) for one in told["problems"])
    return Preview(
        **{**told, "columns": columns, "problems": problems, "rows": tuple(map(tuple, told["rows"])), "notes": tuple(told["notes"])}
    )


def keep_rehearsal(upload: Upload, told: Iterable[Any]) -> None:
    _write(upload.folder / "rehearsal.json", {"mapping": _digest(upload), "files": [asdict(one) for one in told]})


def rehearsed(upload: Upload) -> list[dict[str, Any]] | None:
    """What an import under the present mapping would do, file by file; None if nobody tried."""
    found = _read(upload.folder / "rehearsal.json")
    return found["files"] if found and found["mapping"] == _digest(upload) else None


def _digest(upload: Upload) -> str:
    return hashlib.sha256(json.dumps([upload.mapping, upload.source], sort_keys=True).encode()).hexdigest()


def _read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8")) if path.is_file() else None


def _write(path: Path, value: Any) -> None:
    """Whole or not at all: whoever reads meanwhile has the old one."""
    new = path.with_suffix(f".{secrets.token_hex(4)}")
    new.write_text(json.dumps(value), "utf-8")
    new.replace(path)
