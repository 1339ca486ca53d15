"""One process at a time: a lock that ends with its process however it ends, and a file that says who holds it."""

import fcntl
import os
import time
from pathlib import Path
from typing import IO


class Held(Exception):
    """Another process holds the lock; `pid` is its number, 0 if it has not written it yet."""

    def __init__(self, path: Path, pid: int) -> None:
        super().__init__(f"{path} is held by process {pid}")
        self.path, self.pid = path, pid


class Lock:
    """A held lock. It is released by `release`, or by the end of the process: `kill -9` leaves nothing to clean up."""

    def __init__(self, path: Path, file: IO[str]) -> None:
        self.path, self._file = path, file

    def release(self) -> None:
        self._file.close()

    def __enter__(self) -> "Lock":
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def take(path: Path, *, wait: float = 0) -> Lock:
    """Hold the lock, waiting up to `wait` seconds for a holder that is ending. Raises Held, which names the process."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    until = time.monotonic() + wait
    file = path.open("a+")
    while not _lock(file):
        if time.monotonic() >= until:
            file.close()
            raise Held(path, holder(path))
        time.sleep(0.02)
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return Lock(path, file)


def _lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_held(path: Path) -> bool:
    """Does a living process hold the lock? Asking does not take it."""
    if not path.exists():
        return False
    with path.open("a+") as file:
        return not _lock(file)


def holder(path: Path) -> int:
    """The process that holds or last held the lock, 0 if none ever did."""
    text = path.read_text().strip() if path.exists() else ""
    return int(text) if text.isdecimal() else 0
