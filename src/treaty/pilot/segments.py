"""What became of those a definition found, by the segment they belonged to when it found them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import ibis

from treaty.engine.measuring import Fetching, Span, rows_of
from treaty.pilot import belonging, compared, outcomes
from treaty.pilot.replayed import Replayed
from treaty.pilot.shares import Became, Counts, became


def by_segment(lake: Fetching, one: Replayed, entries: Any, span: Span, returns: Sequence[outcomes.Step]) -> dict[str, Became]:
    """By segment, in the order they are tried, and empty for none of them; nothing where the document names no segment.

    entries: (person_id, at_us). Everybody is in the first segment that held at that moment. Raises TookTooLong.
    Source: agreement, profile.segments (R4).
    """
    names = one.terms.segment_order
    if not names:
        return {}
    held = belonging.holding(lake, one, entries, one.terms.profile.segments, span)
    places = ibis.cases(*((held.name == name, place) for place, name in enumerate(names)), else_=len(names))
    first = held.group_by("person_id").agg(place=places.min())
    judged = outcomes.judged(lake, entries, returns=returns).left_join(first, "person_id")
    counts: dict[str, Counts] = defaultdict(dict)
    for row in rows_of(lake, compared.counted(judged.mutate(place=judged.place.fill_null(len(names))), "place")):
        name = names[row["place"]] if row["place"] < len(names) else ""
        counts[name] = {**counts[name], compared.key_of(row): int(row["n"])}
    return {name: became(counts[name]) for name in (*names, "") if name in counts}
