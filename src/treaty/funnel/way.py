"""The way of a lead through the agreed graph. Pure."""

from treaty.agreement.terms import Terms


def walk(terms: Terms) -> list[str]:
    """The stages sales takes a lead through, from the handoff on, by the agreed graph."""
    way = [terms.handoff_stage]
    while True:
        moves = terms.stages[way[-1]].moves
        onward = (name for name in moves if name not in way and terms.stages[name].owner == "sales")
        following = next(onward, None)
        if following is None:
            return way
        way.append(following)


def whole_way(terms: Terms) -> list[str]:
    """The same from the first stage of a lead: up to the handoff by the first move that leads further on in the document.

    The stage every way begins at is that of a person who is no lead yet; no lead ever reaches it.
    """
    order = {name: place for place, name in enumerate(terms.stages)}
    handoff, way = terms.handoff_stage, [terms.entry_stage]
    while way[-1] != handoff:
        onward = [name for name in terms.stages[way[-1]].moves if order[way[-1]] < order[name] <= order[handoff]]
        if not onward:
            return walk(terms)
        way.append(onward[0])
    return [*way[1:-1], *walk(terms)]
