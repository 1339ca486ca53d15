"""What the address of a page chooses: one of a few names, and a stretch of time of the agreement's calendar."""

from collections.abc import Mapping
from typing import Any

from treaty.engine.periods import Period
from treaty.funnel.frame import Frame
from treaty.web.here import Here
from treaty.web.listing import Pick

WHEN = {"month": "This month", "last_month": "Last month", "quarter": "This quarter", "last_quarter": "Last quarter", "year": "This year"}


def chosen(here: Here, name: str, known: Mapping[str, str], otherwise: str) -> str:
    """What the address says under this name; anything unknown is what is meant when nothing is said."""
    given = here.request.GET.get(name, "")
    return given if given in known else otherwise


def period_of(frame: Frame, when: str) -> Period:
    """One of `WHEN`."""
    if when.startswith("last_"):
        return frame.last("month" if when == "last_month" else "quarter", 2)[0]
    return frame.period("quarter" if when == "quarter" else "year" if when == "year" else "month")


def pick(key: str, words: str, known: Mapping[str, str], otherwise: str) -> Pick:
    """A choice of what is asked, not of rows: they come as they were asked for. otherwise: the name meant when nothing is said."""
    options = [pair for pair in known.items() if pair[0] != otherwise]
    return Pick(key=key, words=words, narrow=_as_it_is, options=lambda _: options, every=known[otherwise])


def when_pick() -> Pick:
    return pick("when", "When", WHEN, "quarter")


def _as_it_is(rows: Any, value: str) -> Any:
    return rows
