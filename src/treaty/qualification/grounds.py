"""Why a definition held for somebody at a moment, in the clauses that made it so: of any document, signed or not."""

from collections.abc import Iterator
from functools import cached_property

from treaty.qualification import rows
from treaty.qualification.accounts import kinds_of
from treaty.qualification.counters import Definition
from treaty.qualification.explained import Explained
from treaty.qualification.explanation import touch_clauses
from treaty.qualification.live import Explainer
from treaty.qualification.why import found_words, says


class Grounds:
    """Explains one definition again and again; the evaluator's expression is compiled when it is first asked."""

    def __init__(self, definition: Definition, zone: str) -> None:
        self._definition, self._zone = definition, zone
        self._kinds = kinds_of(touch_clauses(definition))

    @cached_property
    def _explainer(self) -> Explainer:
        return Explainer(self._definition, self._zone)

    def of(self, person_id: int, at_us: int) -> tuple[str, ...]:
        """The clauses that held and were needed, each a sentence of the agreement with what was found.

        Of several ways the first that held. Empty where it did not hold by what is known today: rows may have been corrected, merged
        or parted since it was asked of the lake. Raises TookTooLong.
        """
        accounts = rows.accounts_of([person_id])
        everyone = {person_id} | (rows.members_of(accounts) if self._definition.account_clauses else set())
        told = self._explainer.explain(rows.touches_of(everyone, self._kinds), rows.facts_of(everyone, accounts), person_id, at_us)
        return tuple(_needed(told)) if told.holds else ()


def _needed(node: Explained) -> Iterator[str]:
    """Leaves that made a node hold: of an `any` those of the first part that holds, of `none` that nothing of it did."""
    if node.kind == "all":
        for part in node.parts:
            yield from _needed(part)
    elif node.kind == "any":
        for part in [part for part in node.parts if part.holds][:1]:
            yield from _needed(part)
    elif node.kind == "none":
        yield from (f"not {_said(part)}" for part in node.parts)
    else:
        found = found_words(node)
        yield f"{says(node)} ({found})" if found else says(node)


JOINED = {"all": " and ", "any": " or ", "none": " nor "}


def _said(node: Explained) -> str:
    """A node without what was found; of a group what it is made of."""
    return JOINED[node.kind].join(map(_said, node.parts)) if node.kind in JOINED else says(node)
