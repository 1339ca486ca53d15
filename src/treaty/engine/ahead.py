"""Answers computed ahead: before a version of the lake counts, its keeper asks what pages will ask and lays the answers beside it.

Derived and disposable like the lake itself: a page that finds no answer here asks for it.
"""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from treaty.engine.manifest import write

KEEP = 2
"""Versions whose answers are kept: the newest, and the one before while it still counts."""

_noted: dict[str, bytes] | None = None


@contextmanager
def noting(folder: Path, space: str) -> Iterator[None]:
    """Every answer found inside is laid beside the lake, for the other processes to read."""
    global _noted  # noqa: PLW0603 - one process keeps the lake, in one thread
    _noted = {}
    try:
        yield
        save(folder, space, _noted)
    finally:
        _noted = None


def note(key: Hashable, answer: pa.Table) -> None:
    """Called with every answer; kept while `noting`."""
    if _noted is None:
        return
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, answer.schema) as stream:
        stream.write_table(answer)
    _noted[repr(key)] = sink.getvalue().to_pybytes()


def answer(folder: Path, space: str, key: Hashable) -> pa.Table | None:
    """What was laid there for this version of the lake, None if nothing was."""
    found = None if _noted is not None else _laid(_path(folder, space)).get(repr(key))
    return None if found is None else pa.ipc.open_stream(found).read_all()


def save(folder: Path, space: str, answers: dict[str, bytes]) -> None:
    table = pa.table({"key": list(answers), "answer": pa.array(answers.values(), pa.binary())})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as out:
        out.write_table(table)
    write(_path(folder, space), sink.getvalue().to_pybytes())
    for path in sorted(folder.glob("ahead-*.arrow"), key=lambda path: path.stat().st_mtime_ns)[:-KEEP]:
        path.unlink(missing_ok=True)


def _laid(path: Path) -> dict[str, bytes]:
    try:
        return _read(path, path.stat().st_mtime_ns)
    except (OSError, pa.ArrowInvalid):
        return {}


@lru_cache(maxsize=1)
def _read(path: Path, _written_ns: int) -> dict[str, bytes]:
    table = pa.ipc.open_file(path.read_bytes()).read_all()
    columns: tuple[list[Any], list[Any]] = (table["key"].to_pylist(), table["answer"].to_pylist())
    return dict(zip(*columns, strict=True))


def _path(folder: Path, space: str) -> Path:
    return folder / f"ahead-{space}.arrow"
