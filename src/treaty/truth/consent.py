"""Whether a person lets their address be used for marketing: one pure function over everything that was ever said of it."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

FIELDS = ("consent", "opted_out")
"""Facts of a person. `consent`: a yes gives it, anything else withdraws it. `opted_out`: a yes withdraws it, a no takes an
earlier withdrawal back and gives nothing, for who has not opted out has not therefore agreed."""

WITHDRAWING = ("unsubscribed", "email_spam")
"""Kinds of touches that withdraw it."""

_YES = frozenset("true yes y 1 1.0 ja oui si sí sim given granted opt_in opt-in opted_in opted-in subscribed".split())


class Consent(StrEnum):
    GIVEN = "given"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"


class Word(StrEnum):
    """What one value or touch says."""

    GIVES = "gives"
    WITHDRAWS = "withdraws"
    TAKES_BACK = "takes_back"


class Said(NamedTuple):
    """One word on it, from `at_us` on, microseconds UTC. is_claim: it came through a door anybody can use."""

    at_us: int
    word: Word
    is_claim: bool


def word_of(field: str, value: str | float | None) -> Word:
    """What a fact says. A word that cannot be read as a yes counts against use: it may be a no in another language."""
    is_yes = str(value).strip().lower() in _YES
    if field == "opted_out":
        return Word.TAKES_BACK if str(value).strip().lower() in ("false", "no", "0", "0.0", "nein", "non") else Word.WITHDRAWS
    return Word.GIVES if is_yes else Word.WITHDRAWS


def standing(said: Iterable[Said], at_us: int) -> Consent:
    """How things stand at a moment: the last word counts, and of two at once the one that withdraws.

    A claim never lifts a withdrawal that was stated, for anybody can write another's address into a form; it lifts one
    that was itself a claim. A withdrawal dated later than `at_us` counts already, a consent does not.
    Source: the decision what-consent-means.
    """
    found, by_claim = Consent.UNKNOWN, True
    heard = [one for one in said if one.at_us <= at_us or one.word is Word.WITHDRAWS]
    for one in sorted(heard, key=lambda one: (min(one.at_us, at_us), one.word is Word.WITHDRAWS)):
        if one.word is Word.WITHDRAWS:
            by_claim = one.is_claim and (by_claim or found is not Consent.WITHDRAWN)
            found = Consent.WITHDRAWN
        elif found is Consent.WITHDRAWN and one.is_claim and not by_claim:
            continue
        elif one.word is Word.GIVES:
            found = Consent.GIVEN
        elif found is Consent.WITHDRAWN:
            found = Consent.UNKNOWN
    return found
