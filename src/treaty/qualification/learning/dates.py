"""What dates say against a column: it is dated after contact, or filled only for those who were contacted."""

import re
from collections.abc import Mapping

import numpy as np

from treaty.qualification.learning.evidence import REFUSES, SUSPECTS, Evidence
from treaty.qualification.learning.tables import DATE, Bools, Column, Floats
from treaty.qualification.learning.words import CONTACT, is_wholly
from treaty.shares import wilson
from treaty.truth.matching.kinds import words_of

_DATED = re.compile(r"(?: |^)(?:at|on|date|time|datum|am|fecha|data|le|changed|updated|modified|set|since|geandert|seit|timestamp)\b")
_LEAST = 30


def contact_column(columns: Mapping[str, Column]) -> str:
    """The date that is called like the first contact of sales; empty if there is none."""
    return next((name for name, one in columns.items() if one.kind == DATE and is_wholly(CONTACT, name)), "")


def dated_by(name: str, columns: Mapping[str, Column]) -> str:
    """The date that says when a column was filled: `quality changed at` beside `quality`. Empty if there is none."""
    own = " ".join(words_of(name))
    for other, column in columns.items():
        words = " ".join(words_of(other))
        if column.kind == DATE and other != name and words.startswith(own) and _DATED.match(words[len(own) :]):
            return other
    return ""


def dated_after(name: str, dates: Floats, contacted: Floats) -> list[Evidence]:
    """name: of the dates. Both in microseconds, NaN where unknown; the same moment is not after."""
    both = ~np.isnan(dates) & ~np.isnan(contacted)
    count, later = int(both.sum()), int((dates[both] > contacted[both]).sum())
    if count < _LEAST:
        return []
    low, high = wilson(later, count)
    if low < 0.2:
        return []
    says = f"{name!r} is after contact in {later} of {count} rows ({low:.0%} to {high:.0%})"
    return [Evidence("dates", REFUSES if low >= 0.5 else SUSPECTS, says)]


def filled_by_contact(filled: Bools, contacted: Floats) -> list[Evidence]:
    """Filled for many who were contacted and for hardly anybody else."""
    was = ~np.isnan(contacted)
    if min(int(was.sum()), int((~was).sum())) < _LEAST:
        return []
    (with_it, of), (without, of_others) = ((int(filled[part].sum()), int(part.sum())) for part in (was, ~was))
    if wilson(with_it, of)[0] < 0.1 or wilson(without, of_others)[1] > 0.05 or with_it * of_others < 5 * without * of:
        return []
    return [Evidence("dates", REFUSES, f"filled for {with_it} of {of} who were contacted and for {without} of {of_others} who were not")]
