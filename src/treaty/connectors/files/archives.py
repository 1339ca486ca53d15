"""Compressed exports, inflated as a stream and within bounds; names inside are shown, never used as paths."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from treaty.connectors.files.encoding import Opener
from treaty.connectors.files.limits import FREE_INFLATED, MAX_ENTRIES, MAX_INFLATED, MAX_RATIO, FileRefused


class _Bounded(io.RawIOBase):
    """An inflating stream that stops once it has grown out of proportion to the file it came from."""

    def __init__(self, stream: BinaryIO, packed: int, name: str) -> None:
        self._stream, self._name, self._out = stream, name, 0
        self._most = max(FREE_INFLATED, min(MAX_INFLATED, packed * MAX_RATIO))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed asks for a wider Buffer
        try:
            data = self._stream.read(len(buffer))
        except (EOFError, OSError, zlib.error, zipfile.BadZipFile, NotImplementedError) as error:
            raise FileRefused(f"{self._name} is damaged and ends too early ({error}): export it again") from error
        self._out += len(data)
        if self._out > self._most:
            raise FileRefused(f"{self._name} grows past {self._most >> 20:,} MB when unpacked: unpack it yourself if that is right")
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()


def gzipped(path: Path, name: str) -> Opener:
    """Opens the table inside a .gz, anew each time."""
    return lambda: io.BufferedReader(_Bounded(gzip.open(path), path.stat().st_size, name))  # type: ignore[arg-type]


def members(path: Path, name: str) -> Iterator[tuple[str, Opener]]:
    """The files in a .zip, by the name shown inside. Raises FileRefused for bombs, damage and passwords."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [e for e in archive.infolist() if not e.is_dir() and not e.filename.startswith("__MACOSX/")]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise FileRefused(f"{name} is a damaged archive ({error}): export it again") from error
    check_entries(name, entries)
    for entry in entries:
        yield entry.filename, _member(path, entry, name)


def _member(path: Path, entry: zipfile.ZipInfo, name: str) -> Opener:
    def open_member() -> BinaryIO:
        try:
            stream = zipfile.ZipFile(path).open(entry)  # noqa: SIM115  # the caller closes the member, and with it the archive
        except (RuntimeError, zipfile.BadZipFile, NotImplementedError) as error:
            raise FileRefused(f"{name} cannot be unpacked ({error}): unpack it yourself") from error
        return io.BufferedReader(_Bounded(stream, entry.compress_size, f"{name}: {entry.filename}"))  # type: ignore[arg-type]

    return open_member


def check_entries(name: str, entries: list[zipfile.ZipInfo]) -> None:
    """Judge sizes and ratio by the directory, before anything is inflated. Raises FileRefused."""
    size, packed = sum(e.file_size for e in entries), sum(e.compress_size for e in entries)
    if len(entries) > MAX_ENTRIES:
        raise FileRefused(f"{name} holds {len(entries):,} files: {MAX_ENTRIES:,} is the most that is read")
    if size > MAX_INFLATED or size > max(FREE_INFLATED, packed * MAX_RATIO):
        raise FileRefused(
            f"{name} says it unpacks to {size >> 20:,} MB from {packed / (1 << 20):,.1f} MB: unpack it yourself if that is right"
        )
