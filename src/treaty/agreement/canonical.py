"""The signed bytes of a version: made once, when it is proposed, stored, hashed, never derived again.

They hold every term with its defaults written out, so a later release cannot change what was signed, and
everything a clause names from elsewhere: lists in full, holidays as days, files by their SHA-256.
Format `treaty-agreement/1`, described in docs/agreement.md.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import StringConstraints

from treaty.agreement import built_in
from treaty.agreement.base import Term
from treaty.agreement.conditions import Condition, Name, Text
from treaty.agreement.terms import Terms
from treaty.agreement.terms_parties import Day
from treaty.journal.canonical import canonical

FORMAT = "treaty-agreement/1"
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Bindings(Term):
    """What a document names from elsewhere. lists in full · files: SHA-256 by name · holidays: days by country."""

    lists: dict[Name, list[Text]] = {}
    files: dict[Text, Sha256] = {}
    holidays: dict[Text, list[Day]] = {}


class Unbound(ValueError):
    """A document names something nobody gave. The message says what and how to give it."""


@dataclass(frozen=True, slots=True)
class Needed:
    """What must be given when a version is proposed. holidays: countries; `of_owner` needs those of the owners."""

    lists: tuple[str, ...]
    files: tuple[str, ...]
    holidays: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Signed:
    """Signed bytes read back. Two are the same if their hash is."""

    terms: Terms
    bindings: Bindings
    hash: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Signed) and self.hash == other.hash

    def __hash__(self) -> int:
        return hash(self.hash)

    @property
    def lists(self) -> dict[str, tuple[str, ...]]:
        """Every list a clause of this version may name."""
        return {name: tuple(members) for name, members in {**self.bindings.lists, **self.terms.lists}.items()}


def each_condition(terms: Terms) -> Iterator[Condition]:
    """The root of every condition in the document."""
    yield terms.profile.accounts
    yield from terms.profile.segments.values()
    for stage in terms.stages.values():
        yield from (way for way in (stage.enter, *stage.shortcuts) if way is not None)
    for score in terms.scores.values():
        yield from (rule.when for rule in score.points)
    yield from (rule.when for rule in terms.routes if rule.when is not None)


def lists_named(terms: Terms) -> tuple[str, ...]:
    """The lists that clauses and target accounts name, each once, in document order."""
    nodes = (node for root in each_condition(terms) for node in root.walk())
    parts = (part for node in nodes for part in (node.person, node.account, node.answer, node.touches and node.touches.where))
    named = [test.in_list for part in parts for test in (part or {}).values() if test.in_list]
    target = terms.profile.target_accounts
    return tuple(dict.fromkeys([*named, *([target.list] if target else [])]))


def lists_of(terms: Terms) -> dict[str, tuple[str, ...]]:
    """The lists known without a proposal: those written in the document, and the built-in ones."""
    return {**built_in.LISTS, **{name: tuple(members) for name, members in terms.lists.items()}}


def needed(terms: Terms) -> Needed:
    """What a proposal of these terms must bring along."""
    known = lists_of(terms)
    countries = (c.holidays for c in terms.calendars.values() if isinstance(c.holidays, str) and c.holidays not in ("of_owner", "none"))
    return Needed(
        lists=tuple(name for name in lists_named(terms) if name not in known),
        files=(terms.message.house,) if terms.message else (),
        holidays=tuple(dict.fromkeys(countries)),
    )


def signed_bytes(terms: Terms, given: Bindings | None = None) -> bytes:
    """The bytes both sides sign. Raises Unbound when something the document names was not given."""
    given = given or Bindings()
    _check_given(needed(terms), given)
    known = {**{name: list(members) for name, members in built_in.LISTS.items()}, **given.lists}
    lists = {name: known[name] for name in lists_named(terms) if name not in terms.lists}
    bound = given.model_copy(update={"lists": lists})
    return canonical({"format": FORMAT, "terms": as_data(terms), "bound": as_data(bound)})


def as_data(term: Term) -> dict[str, object]:
    """Plain data in normal form: text, whole numbers and truth only; nothing where nothing was said."""
    return term.model_dump(mode="json", by_alias=True, exclude_none=True)


def _check_given(wanted: Needed, given: Bindings) -> None:
    ways: tuple[tuple[str, tuple[str, ...], Mapping[str, object], str], ...] = (
        ("list", wanted.lists, given.lists, "write it under `lists`, or give it with the proposal"),
        ("file", wanted.files, given.files, "give the file with the proposal; its hash is bound"),
        ("holidays of", wanted.holidays, given.holidays, "give them with the proposal, as days"),
    )
    for what, names, there, way_out in ways:
        for name in names:
            if name not in there:
                raise Unbound(f"{what} {name!r} is named but was not given: {way_out}")


def hash_of(raw: bytes) -> str:
    """Hex SHA-256: the name of a version that nobody can give to another."""
    return hashlib.sha256(raw).hexdigest()


def read(raw: bytes) -> Signed:
    """Signed bytes as terms again. Raises ValueError for another format."""
    data = json.loads(raw)
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise ValueError(f"these bytes are not {FORMAT}: they were made by another release or are no agreement")
    return Signed(Terms.model_validate(data["terms"]), Bindings.model_validate(data["bound"]), hash_of(raw))
