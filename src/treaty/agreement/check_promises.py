"""Can every promise be kept and counted: a clock for each time, a calendar for each clock, a unit for each figure?"""

from treaty.agreement.findings import Finding, Findings, nearest, twice, unknown, warn
from treaty.agreement.quantities import Quantity
from treaty.agreement.terms import Terms
from treaty.agreement.terms_parties import Side
from treaty.agreement.terms_promises import Promise
from treaty.agreement.vocabulary import MEASURES
from treaty.agreement.yamltree import Path

_TAKES = {
    "deliver": {"at_least", "per", "by_segment"},
    "keep": {"at_least", "at_most", "per"},
    "answer": {"within", "in", "warn_at", "on_breach", "calendar"},
    "do": {"at_least", "within", "in", "warn_at", "on_breach", "calendar"},
}
_NEEDS = {"deliver": ("at_least", "per"), "keep": ("per",), "answer": ("within",), "do": ("within",)}


def check(terms: Terms) -> Findings:
    places: list[tuple[Path, str]] = []
    for side in ("marketing", "sales"):
        for i, promise in enumerate(terms.promises.of(side)):
            path: Path = ("promises", side, i)
            places.append(((*path, "id"), promise.id))
            yield from _fields(promise, path)
            yield from _subject(terms, promise, path)
            yield from _clock(terms, promise, path)
            yield from _breach(terms, promise, side, path)
    yield from twice(places, "the promise")
    yield from _calendars(terms)


def _fields(promise: Promise, path: Path) -> Findings:
    said = {name for name in Promise.model_fields if name in promise.model_fields_set and getattr(promise, name) not in (None, [], {})}
    said = {name.rstrip("_") for name in said} - {"id", promise.kind}
    for name in sorted(said - _TAKES[promise.kind]):
        yield Finding((*path, name), f"`{promise.kind}` promises have no {name}", "delete it")
    for name in _NEEDS[promise.kind]:
        if name not in said:
            yield Finding(path, f"promise {promise.id} has no {name}", f"add `{name}:`, without it nobody can say whether it was kept")


def _subject(terms: Terms, promise: Promise, path: Path) -> Findings:
    if promise.deliver:
        yield from _deliver(terms, promise, promise.deliver, path)
    if promise.keep:
        yield from _keep(promise, promise.keep, path)
    if promise.do == "contact_attempts":
        yield from _attempts(promise, path)
    elif promise.do and promise.at_least is not None:
        yield Finding((*path, "at_least"), f"{promise.do} happens once", "delete at_least, or promise contact_attempts")


def _deliver(terms: Terms, promise: Promise, what: str, path: Path) -> Findings:
    amounts = [name for name, measure in MEASURES.items() if measure.unit in ("money", "count")]
    if what not in terms.stages and what not in amounts:
        yield Finding((*path, "deliver"), f"{what!r} cannot be delivered", nearest(what, [*terms.stages, *amounts]))
    for name, figure in promise.by_segment.items():
        if name not in terms.segment_order:
            yield unknown((*path, "by_segment", name), "the segment", name, terms.segment_order)
        yield from plain_figure(figure, (*path, "by_segment", name))
    if promise.at_least is not None:
        yield from plain_figure(promise.at_least, (*path, "at_least"))
        if sum(figure.number for figure in promise.by_segment.values()) > promise.at_least.number:
            yield warn((*path, "by_segment"), f"the segments add up to more than {promise.at_least}", "raise at_least, or lower them")


def plain_figure(figure: Quantity, path: Path) -> Findings:
    if figure.is_share:
        yield Finding(path, f"{figure} of what?", "write a number")
    elif figure.number <= 0:
        yield Finding(path, f"{figure} promises nothing", "write a number above 0")


def _keep(promise: Promise, measure: str, path: Path) -> Findings:
    kept = [name for name, known in MEASURES.items() if known.unit in ("share", "hours", "ratio")]
    if measure not in kept:
        yield Finding((*path, "keep"), f"{measure!r} cannot be kept up", nearest(measure, kept))
        return
    if (promise.at_least is None) == (promise.at_most is None):
        yield Finding(path, f"promise {promise.id} needs one bound", "say at_least or at_most, not both")
    for name in ("at_least", "at_most"):
        if (figure := getattr(promise, name)) is not None:
            yield from fits(figure, measure, (*path, name))


def fits(figure: Quantity, measure: str, path: Path) -> Findings:
    """Whether a figure is written in the unit of its measure."""
    unit = MEASURES[measure].unit
    if (unit == "share") != figure.is_share:
        way_out = "write it with a percent sign, such as 80%" if unit == "share" else "write a number without a percent sign"
        yield Finding(path, f"{measure} is {'a share' if unit == 'share' else f'in {unit}'}, {figure} is not", way_out)
    elif unit == "share" and figure.number > 1:
        yield Finding(path, f"{figure} is more than all of it", "a share is at most 100%")
    elif figure.number < 0:
        yield Finding(path, f"{figure} is below 0", "write a number above 0")


def _attempts(promise: Promise, path: Path) -> Findings:
    if promise.at_least is None:
        yield Finding(path, f"promise {promise.id} does not say how many attempts", "add `at_least: 5`")
    elif promise.at_least.is_share or promise.at_least.number < 1 or promise.at_least.number % 1:
        yield Finding((*path, "at_least"), f"{promise.at_least} attempts", "write a whole number from 1")


def _clock(terms: Terms, promise: Promise, path: Path) -> Findings:
    if promise.within is not None and promise.within.count == 0:
        yield Finding((*path, "within"), f"within {promise.within} nobody can do anything", "write a longer time")
    if promise.in_ == 0:
        yield Finding((*path, "in"), "kept in 0% of cases is no promise", "write a share above 0%")
    if promise.warn_at is not None and not 0 < promise.warn_at < 1:
        yield Finding(
            (*path, "warn_at"), "a warning at the start or the end of the time warns of nothing", "write a share between, such as 75%"
        )
    if promise.needs_calendar and promise.calendar not in terms.calendars:
        says = f"promise {promise.id} counts {promise.within}, but there is no calendar {promise.calendar!r}"
        way_out = (
            nearest(promise.calendar, terms.calendars) if terms.calendars else f"add `calendars: {{{promise.calendar}: {{hours: …}}}}`"
        )
        yield Finding((*path, "within"), says, way_out)


def _breach(terms: Terms, promise: Promise, side: Side, path: Path) -> Findings:
    if promise.do and side == "marketing":
        yield Finding((*path, "do"), f"{promise.do} is done by the owner, who is in sales", "move it under `sales:`")
    for i, what in enumerate(promise.on_breach):
        if what == "reroute" and not promise.do:
            yield Finding((*path, "on_breach", i), "only a lead can be routed again", "delete reroute here")
        if what == "tell_sponsor" and terms.sponsor is None:
            yield Finding((*path, "on_breach", i), "no sponsor is named", "add `sponsor:`, or delete tell_sponsor")


def _calendars(terms: Terms) -> Findings:
    used = {promise.calendar for _, promise in terms.each_promise() if promise.needs_calendar}
    for name, calendar in terms.calendars.items():
        if not calendar.week:
            yield Finding(
                ("promises", "calendars", name, "hours"), f"calendar {name!r} never opens, so its clocks never run out", "add hours"
            )
        if name not in used:
            yield warn(("promises", "calendars", name), f"no promise counts by the calendar {name!r}", "name it in a promise, or delete it")
