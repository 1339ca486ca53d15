"""Excel, OpenDocument and Parquet: read once by a child process into an unnamed file, then streamed."""

import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from treaty.connectors.files.archives import check_entries
from treaty.connectors.files.limits import CHILD_SECONDS, FileRefused
from treaty.connectors.files.rows import Refused, Row, Rows, bounded


def sheets(path: Path, name: str, kind: str) -> Iterator[tuple[str, Rows]]:
    """Name and rows of every table in the file. Raises FileRefused for bombs, damage, passwords.

    kind: `workbook` or `parquet`. The rows stay readable as long as one of the returned functions lives;
    their store has no name on disk and is gone with the process.
    """
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            check_entries(name, archive.infolist())
    spool = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the functions that read it
    _fill(spool, path, name, kind)
    spool.seek(0)
    while line := spool.readline():
        if line.startswith(b"{"):
            raise FileRefused(f"{name} cannot be read: {json.loads(line)['problem']}")
        if line.startswith(b'"'):
            at = spool.tell()
            yield json.loads(line), _rows(spool, at)
            spool.seek(at)


def _fill(spool: IO[bytes], path: Path, name: str, kind: str) -> None:
    command = [sys.executable, "-m", "treaty.connectors.files.child", kind, str(path)]
    try:
        done = subprocess.run(command, stdout=spool, stderr=subprocess.DEVNULL, timeout=2 * CHILD_SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise FileRefused(f"{name} takes too long to read: save it as CSV") from None
    if done.returncode:
        raise FileRefused(f"{name} needs more memory or time than a table of its size should: save it as CSV")


def _rows(spool: IO[bytes], start: int) -> Rows:
    def read() -> Iterator[Row | Refused]:
        at = start
        while True:
            spool.seek(at)  # several readers may take turns on the one file
            line = spool.readline()
            at = spool.tell()
            if not line.startswith(b"["):
                return
            first, batch = json.loads(line)
            for offset, cells in enumerate(batch):
                yield bounded(Row(first + offset, cells))

    return read
