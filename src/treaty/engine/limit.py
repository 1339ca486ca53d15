"""A question that takes too long is stopped, on every engine."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SECONDS = 30.0


class TookTooLong(Exception):
    """A statement ran past its limit and was interrupted."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the question took more than {seconds:g} s: ask for a shorter period or fewer dimensions")


@contextmanager
def at_most(seconds: float, stop: Callable[[], None], stopped: type[Exception] | tuple[type[Exception], ...]) -> Iterator[None]:
    """Call `stop` from another thread when the time is over. Raises TookTooLong where `stopped` came of that."""
    is_over = threading.Event()

    def ring() -> None:
        is_over.set()
        stop()

    watchdog = threading.Timer(seconds, ring)
    watchdog.daemon = True
    watchdog.start()
    try:
        yield
    except stopped as error:
        if is_over.is_set():
            raise TookTooLong(seconds) from error
        raise
    finally:
        watchdog.cancel()
