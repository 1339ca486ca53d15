"""Many things in one go, and each alone when that fails: one that cannot be done never fails its neighbours."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from django.db import OperationalError

T = TypeVar("T")


def together_or_alone(things: Sequence[T], act: Callable[[Sequence[T]], object], failed: Callable[[T], object]) -> None:
    """Do `act` for all of them in one go; if it raises, for each alone. failed: told, while the fault is known, of one that failed alone.

    act: all or nothing, or safe to do again. A busy, full or lost database is nobody's fault: OperationalError goes on.
    """
    if not things:
        return
    try:
        act(things)
    except OperationalError:
        raise
    except Exception:  # whatever it is, the others must go on
        if len(things) == 1:
            failed(things[0])
            return
        for thing in things:
            together_or_alone([thing], act, failed)
