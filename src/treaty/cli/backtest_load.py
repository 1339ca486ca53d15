"""How `treaty backtest` says what the leads it finds would be for sales: per rep and day of work, and by segment."""

from collections.abc import Iterator

from treaty.pilot.found import Backtest
from treaty.pilot.load import Load, RepLoad

WIDE = 28


def said_of_load(found: Backtest) -> Iterator[str]:
    """Nothing where no leads were routed again."""
    loads = [(one.name, one.load) for one in (found.new, found.old) if one and one.load]
    if not loads:
        return
    load = loads[0][1]
    yield ""
    yield f"Leads per rep and day of work, from {load.first_on} until {load.end_on}, in brackets the most on one day:"
    yield f"  {'':{WIDE}}" + "".join(f"{name:>{WIDE}}" for name, _ in loads)
    names = {rep.email: rep.name for _, load in loads for rep in load.reps}
    for email, name in names.items():
        yield f"  {name:{WIDE}}" + "".join(f"{_of(email, load):>{WIDE}}" for _, load in loads)
    for segment in dict.fromkeys(segment for _, load in loads for segment in load.segments):
        yield f"  {f'leads in {segment}' if segment else 'leads in no segment':{WIDE}}" + "".join(
            f"{load.segments.get(segment, 0):>{WIDE}}" for _, load in loads
        )
    yield "  Each lead is routed again, from level seats; who had the turns before, and who had no room for more, is not looked at."


def _of(email: str, load: Load) -> str:
    return next((_rep(rep) for rep in load.reps if rep.email == email), "")


def _rep(rep: RepLoad) -> str:
    if rep.per_day is None:
        return f"{rep.leads} leads, no day of work"
    return f"{rep.per_day:.2f} ({rep.busiest}), {rep.leads} in {rep.days} days"
