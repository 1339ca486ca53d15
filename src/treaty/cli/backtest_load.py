"""How `treaty backtest` prints what a draft would be for sales: per rep and day of work, by segment, and for its promises."""

from collections.abc import Iterator

from treaty.pilot import said
from treaty.pilot.found import Backtest
from treaty.pilot.load import Load, RepLoad

WIDE = 28
FIRST = 34


def said_of_load(found: Backtest) -> Iterator[str]:
    """Nothing where no leads were routed again."""
    loads = [(one.name, one.load) for one in said.documents(found) if one.load]
    if not loads:
        return
    load = loads[0][1]
    yield ""
    yield f"Leads per rep and day of work, from {load.first_on} until {load.end_on}, in brackets the most on one day:"
    yield f"  {'':{WIDE}}" + "".join(f"{name:>{WIDE}}" for name, _ in loads) + f"{'had then':>{WIDE}}"
    reps = {rep.email: rep for _, load in loads for rep in load.reps}
    for email, rep in reps.items():
        yield f"  {rep.name:{WIDE}}" + "".join(f"{_of(email, load):>{WIDE}}" for _, load in loads) + f"{rep.had:>{WIDE},}"
    for segment in dict.fromkeys(segment for _, load in loads for segment in load.segments):
        yield f"  {f'leads in {said.segment_words(segment)}':{WIDE}}" + "".join(
            f"{load.segments.get(segment, 0):>{WIDE}}" for _, load in loads
        )
    yield f"  {said.LOAD}"


def _of(email: str, load: Load) -> str:
    return next((_rep(rep) for rep in load.reps if rep.email == email), "")


def _rep(rep: RepLoad) -> str:
    if rep.per_day is None:
        return f"{rep.leads} leads, no day of work"
    return f"{rep.per_day:.2f} ({rep.busiest}), {rep.leads} in {rep.days} days"


def said_of_segments(found: Backtest) -> Iterator[str]:
    """Nothing where no document names a segment."""
    names, columns = said.segments(found), said.documents(found)
    if not names:
        return
    yield ""
    yield "By segment: people found; sales accepted, of those answered; won, of those that are closed:"
    yield f"  {'':{WIDE}}" + "".join(f"{one.name:>{FIRST}}" for one in columns)
    for name in names:
        there = [one.segments.get(name) for one in columns]
        for place, words in enumerate(("", "  accepted", "  won")):
            cells = (
                ("0" if place == 0 else "") if one is None else said.in_words((one.people, one.accepted, one.won)[place]) for one in there
            )
            yield f"  {words or said.segment_words(name):{WIDE}}" + "".join(f"{cell:>{FIRST}}" for cell in cells)
    yield from (f"  {one}" for one in said.hurt(found))


def said_of_promises(found: Backtest) -> Iterator[str]:
    """Nothing where no document promises anything of sales within a time."""
    rows = list(said.promises(found))
    if not rows:
        return
    yield ""
    yield "Promises of sales, on the leads it had:"
    for duty, cells in rows:
        yield from (f"  {duty}, {one.name}: {cell or 'nothing'}" for one, cell in zip(said.documents(found), cells, strict=True))
    yield f"  {said.BEHAVED}"
