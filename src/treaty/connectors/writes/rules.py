"""What may be written into a system, and what exactly would change in one record. Values in, values out. Source: R11, R26."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

KINDS = {
    "stage": "Stage",
    "grade": "Grade",
    "fit": "Fit score",
    "engagement": "Engagement score",
    "owner": "Owner",
    "disposition": "Sales’ answer",
    "reason": "Reason of the answer",
}
"""What can be written into a field, in words. The brief is a note of its own."""
CHOSEN = ("stage", "disposition", "reason")
"""Kinds whose values may have an option of the system's each."""
ANSWERS = ("accepted", "rejected", "recycled")
SHARED = ("stage", "owner")
"""Kinds a system may be master of itself; of the others nobody but Treaty decides."""


class Unwritable(Exception):
    """Why a value is not written; the message names it and the way out."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be written into one system.

    fields: the system's own field, by kind of value and target · options: the system's value of one of ours, by kind, target
    and our value · theirs: kinds the system is master of · brief: is it left as a note at each handoff?
    """

    is_on: bool = False
    fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    theirs: Sequence[str] = ()
    brief: bool = False

    @classmethod
    def of(cls, kept: Mapping[str, Any], theirs: Sequence[str] = ()) -> "Allowed":
        """As a connection keeps it."""
        return cls(bool(kept.get("on")), kept.get("fields", {}), kept.get("options", {}), theirs, bool(kept.get("brief")))

    def fields_of(self, target: str) -> dict[str, str]:
        """By kind, the field of that target it may be written into."""
        return {kind: by[target] for kind, by in self.fields.items() if kind in KINDS and by.get(target) and kind not in self.theirs}


@dataclass(frozen=True, slots=True)
class Change:
    """One field that would be written: what stands there, and what is true here. Empty: nothing."""

    kind: str
    field: str
    there: str
    ours: str


@dataclass(frozen=True, slots=True)
class Left:
    """A value that is true here and is not written, and why."""

    kind: str
    why: str


def difference(
    wanted: Mapping[str, str], there: Mapping[str, str], target: str, allowed: Allowed, known: Mapping[str, Any]
) -> tuple[list[Change], list[Left]]:
    """The exact difference of one record.

    wanted: what is true here by kind; a kind without a value says nothing and erases nothing · there: what the record has,
    by the system's own field names · known: what the system said of itself
    """
    changes, left = [], []
    for kind, name in allowed.fields_of(target).items():
        if not wanted.get(kind):
            continue
        try:
            ours = theirs_of(kind, wanted[kind], target, allowed, known)
        except Unwritable as why:
            left.append(Left(kind, str(why)))
            continue
        if not is_same(there.get(name, ""), ours):
            changes.append(Change(kind, name, there.get(name, ""), ours))
    return changes, left


def theirs_of(kind: str, value: str, target: str, allowed: Allowed, known: Mapping[str, Any]) -> str:
    """Our value as the system has it: the option chosen for it, else the one of that name. Raises Unwritable."""
    if kind == "owner":
        return owner_id(value, known)
    chosen = allowed.options.get(kind, {}).get(target, {}).get(value)
    if chosen:
        return chosen
    name = allowed.fields_of(target)[kind]
    options = options_of(known, target, name)
    if not options:
        return value
    like = next((one["value"] for one in options if _plain(value) in (_plain(one["value"]), _plain(one["label"]))), None)
    if like is None:
        raise Unwritable(f"no option of {name} stands for {value.replace('_', ' ')!r}: choose one, or add it there")
    return str(like)


def owner_id(email: str, known: Mapping[str, Any]) -> str:
    """The system's number of an owner; their address where it lists nobody. Raises Unwritable for somebody it does not know."""
    if "owners" not in known:
        return email
    found = next((number for number, theirs in known["owners"].items() if str(theirs).lower() == email.lower()), None)
    if found is None:
        raise Unwritable(f"{email} is no user there: add them, or leave the owner out")
    return str(found)


def options_of(known: Mapping[str, Any], target: str, name: str) -> list[Mapping[str, Any]]:
    """The choices of a field, none for one that takes any text."""
    return next((one.get("options") or [] for one in known.get("properties", {}).get(target, ()) if one["name"] == name), [])


def is_same(one: str, other: str) -> bool:
    """Whether two texts say the same: numbers by their value."""
    if one == other:
        return True
    try:
        return Decimal(one) == Decimal(other)
    except InvalidOperation:
        return False


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", str(text).lower().removesuffix("lead"))


def note_text(brief: Mapping[str, Sequence[Mapping[str, Any]]], head: str, mark: str) -> str:
    """A brief as a note: a line a fact, and the mark alone in the last."""
    lines = [head]
    for part, facts in brief.items():
        said = [str(fact.get("says", "")) + (f" ({fact['title']})" if fact.get("title") else "") for fact in facts]
        if said:
            lines.append(f"{part.replace('_', ' ').capitalize()}: {'; '.join(said)}")
    return "\n".join([*lines, mark])
