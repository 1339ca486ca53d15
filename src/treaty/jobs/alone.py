"""One worker at a time does a thing, where several workers may run (PostgreSQL). SQLite has only one worker."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def alone(name: str) -> Iterator[bool]:
    """True if this worker may do it now; the right ends with the block, or with the connection if the worker dies."""
    if connection.vendor != "postgresql":
        yield True
        return
    number = zlib.crc32(f"treaty {name}".encode())
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [number])
        [is_mine] = cursor.fetchone()
        try:
            yield is_mine
        finally:
            if is_mine:
                cursor.execute("select pg_advisory_unlock(%s)", [number])
