"""Two things at once, in order: one is worked on in a thread while the next is fetched."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")


def meanwhile(make: Callable[[Given], Made], items: Iterable[Given]) -> Iterator[Made]:
    """`make` of each item, in order. Items are fetched in the caller's thread, and at most one waits to be made."""
    with ThreadPoolExecutor(1) as other:
        before: Future[Made] | None = None
        for item in items:
            if before:
                yield before.result()
            before = other.submit(make, item)
        if before:
            yield before.result()
