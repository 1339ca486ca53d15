"""Names and descriptions that speak of afterwards: of contact, of the end, of what somebody made of a lead, in six languages.

A word alone is weak: the status may be the marital one. Two subjects in one name, or a phrase that leaves little doubt, are strong.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from treaty.truth.matching.kinds import words_of

STRONG, WEAK = 2, 1
_NEVER, _OF_OTHERS, _BEFORE, CONTACT, NOTHING = "never", "of others", "before", "first contact", "nothing"
"""Texts that speak of earlier or of something else altogether; of the person or the company; of what was known before; the name of a
moment of contact; what a list says where nobody has chosen."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was found in a text. subject: of what it speaks · word: as it stands there · weight: STRONG or WEAK."""

    subject: str
    word: str
    weight: int


def spoken(name: str, description: str = "") -> list[Spoken]:
    """Of what a name and its description speak, one finding for each subject; those of the name first.

    A description adds nothing about a subject the name has spoken of already, unless it is plainer. One that says the value is
    known before contact leaves only what is plain.
    """
    named, described = (" ".join(words_of(text)) for text in (name, description))
    of_others = _speaks(_OF_OTHERS, named)
    found: dict[str, Spoken] = {}
    for one in (*(each for each in _in(named) if not of_others or each.subject == "what was last"), *_in(described)):
        if one.subject not in found or found[one.subject].weight < one.weight:
            found[one.subject] = one
    return [one for one in found.values() if one.weight == STRONG or not _speaks(_BEFORE, described)]


def weight(found: list[Spoken]) -> int:
    """How much the words say: up to STRONG for one text that leaves little doubt or two subjects, one more for more than that."""
    return min(3, sum(one.weight for one in found))


def _in(text: str) -> list[Spoken]:
    """Strong ones first. A stretch of the text speaks once: the activity of a last activity is no second subject."""
    if not text or _speaks(_NEVER, text):
        return []
    found: list[Spoken] = []
    taken: list[tuple[int, int]] = []
    for subject, strength, pattern in _patterns():
        match = None if subject in (_NEVER, _OF_OTHERS, _BEFORE, CONTACT, NOTHING) else pattern.search(text)
        if match and not any(match.start() < end and begin < match.end() for begin, end in taken):
            found.append(Spoken(subject, match[0], strength))
            taken.append(match.span())
    return found


def is_wholly(subject: str, text: str) -> bool:
    """Does the whole text say this: CONTACT, or NOTHING? Signs around it do not count; a text of signs alone says nothing."""
    bare = " ".join(words_of(text))
    if not bare:
        return subject == NOTHING and not any(letter.isalnum() for letter in text)
    return any(pattern.fullmatch(bare) for of, _, pattern in _patterns() if of == subject)


def _with(lists: dict[str, str], line: str) -> str:
    for name, words in lists.items():
        line = line.replace(f"{{{name}}}", words)
    return line


def _speaks(subject: str, text: str) -> bool:
    return any(pattern.search(text) for of, _, pattern in _patterns() if of == subject)


@lru_cache
def _patterns() -> tuple[tuple[str, int, re.Pattern[str]], ...]:
    """(subject, weight, pattern), in the order of the file."""
    lists: dict[str, str] = {}
    found = []
    subject, strength = "", WEAK
    for line in Path(__file__).with_name("afterwards.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            subject, _, word = line.strip("[]").rpartition(", ")
            strength = STRONG if word == "strong" else WEAK
        elif not subject:
            name, _, words = line.partition(" = ")
            lists[name] = f"(?:{words})"
        else:
            found.append((subject, strength, re.compile(rf"\b(?:{_with(lists, line)})(?!\w)")))
    return tuple(found)
