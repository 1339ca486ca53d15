"""What is replayed: one stage of one document, with all its definition names."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from treaty.agreement.canonical import lists_of
from treaty.agreement.conditions import Condition
from treaty.agreement.models import Version
from treaty.agreement.queries import signed_of
from treaty.agreement.terms import Terms
from treaty.qualification.counters import Definition
from treaty.qualification.scores import from_terms

Lists = Mapping[str, Sequence[str]]


class NoDefinition(ValueError):
    """Nobody enters that stage by a rule, so there is nothing to replay; the message names those that have one."""


@dataclass(frozen=True)
class Replayed:
    """name: how people call the document: `the draft`, `version 3`. lists: every list its clauses may name."""

    name: str
    terms: Terms
    lists: Lists
    stage: str

    @property
    def zone(self) -> str:
        return self.terms.time_zone

    @property
    def condition(self) -> Condition:
        found = self.terms.stages[self.stage].definition
        assert found is not None  # noqa: S101 - for the type checker: `stage_of` looked
        return found

    @cached_property
    def definition(self) -> Definition:
        return Definition(self.condition, from_terms(self.terms.scores), self.lists)

    @cached_property
    def key(self) -> str:
        """The same for what is replayed alike, whatever else the documents say."""
        return key_of(self.definition, self.zone)


def key_of(definition: Definition, zone: str) -> str:
    """The same for definitions that hold at the same moments: a condition with the scores and the lists it names."""
    asked = {name for node in definition.condition.walk() for name in node.score or {}}
    scores = {name: score for name, score in definition.scores.items() if name in asked}
    nodes = [node for root in (definition.condition, *(rule.when for one in scores.values() for rule in one.rules)) for node in root.walk()]
    tests = [test.in_list for node in nodes for of in (node.person, node.account, node.answer) for test in (of or {}).values()]
    tests += [test.in_list for node in nodes if node.touches for test in node.touches.where.values()]
    named = {name: list(definition.lists[name]) for name in tests if name}
    said = [definition.condition.model_dump_json(), repr(sorted(scores.items())), named, zone]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def of_draft(terms: Terms, stage: str = "") -> Replayed:
    """A document that is not signed yet. stage: empty for the one at which sales takes over. Raises NoDefinition."""
    return Replayed("the draft", terms, lists_of(terms), stage_of(terms, stage, "the draft"))


def of_version(version: Version, stage: str = "") -> Replayed:
    """A version, by its signed bytes. Raises NoDefinition."""
    signed, name = signed_of(version), f"version {version.number}"
    return Replayed(name, signed.terms, signed.lists, stage_of(signed.terms, stage, name))


def stage_of(terms: Terms, stage: str, name: str) -> str:
    """The stage asked for, or the one at which sales takes over. Raises NoDefinition."""
    asked = stage or terms.handoff_stage
    entered = [one for one, told in terms.stages.items() if told.definition is not None]
    if asked not in entered:
        what = "is not in it" if asked not in terms.stages else "is entered by a person or an event"
        raise NoDefinition(f"{name} has no definition of {asked!r}: the stage {what}; ask for one of {', '.join(entered) or 'none'}")
    return asked
