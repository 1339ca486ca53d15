"""Beside the forms of a draft: the stages as a map, and what may be imagined of a lead to try the route."""

from typing import Any

from treaty.agreement.forms import tree_asked
from treaty.agreement.forms.kinds import Tree
from treaty.agreement.forms.state import state_of
from treaty.agreement.models import Draft
from treaty.agreement.terms import Terms
from treaty.agreement.words_base import words
from treaty.web import charts
from treaty.web.pages.agreement.sheet import names_of


def stages_map(draft: Draft, terms: Terms | None) -> charts.Drawing | None:
    """The stages of a document that can be read; a click goes to the form of each."""
    if terms is None:
        return None
    at = f"/agreement/draft/{draft.key}/parts/stages/"
    stages = [
        charts.Stage(name=words(name), owner=one.owner, moves=[words(to) for to in one.moves], href=f"{at}#row-stages.{i}")
        for i, (name, one) in enumerate(terms.stages.items())
    ]
    return charts.lifecycle_map(
        stages,
        charts.Caption(
            title=f"A lead begins as {stages[0].name}", note="Solid lines lead onward, dashed ones back. A click opens a stage."
        ),
    )


def to_imagine(terms: Terms | None, people: list[tuple[str, str]]) -> dict[str, Any]:
    """What may be imagined of a lead: segments, owners, who is away, conditions of the route."""
    conditions = [(i, tree_asked.sentence_of(state_of(Tree(), rule.when.model_dump(mode="json", exclude_none=True))))
                  for i, rule in enumerate(terms.routes) if rule.when] if terms else []  # fmt: skip
    emails = sorted({email for pool in terms.pools.values() for email in pool.members}) if terms else []
    return {
        "segments": list(terms.segment_order) if terms else [], "people": people, "conditions": conditions,
        "pooled": list(zip(emails, names_of(emails), strict=True)),
    }  # fmt: skip
