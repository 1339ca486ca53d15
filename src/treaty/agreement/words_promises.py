"""What we promise each other, in words."""

from collections.abc import Callable

from treaty.agreement.quantities import percent
from treaty.agreement.terms import Terms
from treaty.agreement.terms_parties import SIDES, Side
from treaty.agreement.terms_promises import Calendar, Promise, weekdays_of
from treaty.agreement.vocabulary import ANSWERS, DUTIES, MEASURES, ON_BREACH, PAUSES
from treaty.agreement.words_base import Clause, Part, clause, day, listed, mark, of_hundred, quantity, side, term, value, words
from treaty.agreement.yamltree import Path

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def promises(terms: Terms) -> list[Clause]:
    """Every promise of both sides, when clocks stand still, what working time is."""
    found = []
    for name in SIDES:
        for i, promise in enumerate(terms.promises.of(name)):
            found.append(_promise(terms, promise, name, ("promises", name, i)))
    if terms.promises.pauses:
        pauses = [value(PAUSES[name], "promises", "pauses", i) for i, name in enumerate(terms.promises.pauses)]
        found.append(clause(("promises", "pauses"), "Clocks stand still while ", listed(pauses, "or"), "."))
    found += [_calendar(name, calendar) for name, calendar in terms.calendars.items()]
    if any(promise.within is not None and promise.within.unit == "working days" for _, promise in terms.each_promise()):
        text = "A number of working days ends at the close of the last of them; the day on which the clock starts is not counted."
        found.append(clause(("promises",), text, key="promises.working_days"))
    return found


def _promise(terms: Terms, promise: Promise, who: Side, path: Path) -> Clause:
    says: dict[str, Callable[[Terms, Promise, Path], list[Part]]] = {"deliver": _deliver, "keep": _keep, "answer": _answer, "do": _do}
    parts = [
        side(who),
        " ",
        says[promise.kind](terms, promise, path),
        _cases(promise, path),
        ".",
        _warning(promise, path),
        _breach(promise, path),
    ]
    return clause(path, parts, " (", mark(promise.id, *path, "id"), ")", key=f"promises.{promise.id}")


def _deliver(terms: Terms, promise: Promise, path: Path) -> list[Part]:
    what, unit = promise.deliver or "", "count"
    name: Part = [term(what, *path, "deliver"), " leads"]
    if what in MEASURES:
        unit = MEASURES[what].unit
        name = ["of " if unit == "money" else "", value(MEASURES[what].says, *path, "deliver")]
    parts: list[Part] = ["delivers ", _bound(terms, promise, unit, path), " ", name, _each(promise, path)]
    if promise.by_segment:
        shares = [
            ["at least ", value(quantity(figure, unit, terms.currency), *path, "by_segment", segment), f" in {words(segment)}"]
            for segment, figure in promise.by_segment.items()
        ]
        parts += [", of which ", listed(shares)]
    return parts


def _keep(terms: Terms, promise: Promise, path: Path) -> list[Part]:
    measure = MEASURES.get(promise.keep or "")
    says, unit = (measure.says, measure.unit) if measure else (words(promise.keep or ""), "ratio")
    return ["keeps ", value(says, *path, "keep"), " at ", _level(terms, promise, unit, path), _each(promise, path)]


def _answer(terms: Terms, promise: Promise, path: Path) -> list[Part]:  # noqa: ARG001 - all kinds are said alike
    return ["answers ", value(ANSWERS.get(promise.answer or "", ""), *path, "answer"), _within(promise, path)]


def _do(terms: Terms, promise: Promise, path: Path) -> list[Part]:
    duty = value(DUTIES.get(promise.do or "", ""), *path, "do")
    often: list[Part] = [" ", _bound(terms, promise, "count", path), " times"] if promise.at_least is not None else []
    return [duty, often, _within(promise, path)]


def _bound(terms: Terms, promise: Promise, unit: str, path: Path) -> list[Part]:
    parts: list[Part] = []
    for name, says in (("at_least", "at least "), ("at_most", "at most ")):
        figure = getattr(promise, name)
        if figure is not None:
            parts += [" and " if parts else "", says, value(quantity(figure, unit, terms.currency), *path, name)]
    return parts


def _level(terms: Terms, promise: Promise, unit: str, path: Path) -> list[Part]:
    levels: list[Part] = []
    for name, says in (("at_least", " or more"), ("at_most", " or less")):
        if (figure := getattr(promise, name)) is not None:
            levels.append([value(quantity(figure, unit, terms.currency), *path, name), says])
    return listed(levels)


def _each(promise: Promise, path: Path) -> list[Part]:
    return [" each ", value(promise.per, *path, "per")] if promise.per else []


def _within(promise: Promise, path: Path) -> list[Part]:
    if promise.within is None:
        return []
    calendar: list[Part] = []
    if promise.needs_calendar and promise.calendar != "default":
        calendar = [" by the calendar ", value(promise.calendar, *path, "calendar")]
    return [" within ", value(promise.within, *path, "within"), calendar]


def _cases(promise: Promise, path: Path) -> list[Part]:
    if promise.in_ is None:
        return [", every time"] if promise.kind in ("answer", "do") else []
    return [" in at least ", value(of_hundred(promise.in_), *path, "in"), " cases"]


def _warning(promise: Promise, path: Path) -> list[Part]:
    if promise.warn_at is None:
        return []
    return [" The owner is warned after ", value(percent(promise.warn_at), *path, "warn_at"), " of the time."]


def _breach(promise: Promise, path: Path) -> list[Part]:
    if not promise.on_breach:
        return []
    steps = [value(ON_BREACH[what], *path, "on_breach", i) for i, what in enumerate(promise.on_breach)]
    return [" If the time runs out, ", listed(steps), "."]


def _calendar(name: str, calendar: Calendar) -> Clause:
    path: Path = ("promises", "calendars", name)
    hours = [
        [
            value(_days(days), *path, "hours", days),
            " ",
            listed([value(_block(block), *path, "hours", days, i) for i, block in enumerate(blocks)]),
        ]
        if blocks
        else [value(_days(days), *path, "hours", days), " closed"]
        for days, blocks in calendar.hours.items()
    ]
    lead = "Working hours are " if name == "default" else f"Working hours by the calendar {name} are "
    where = "the owner's time zone" if calendar.zone == "of_owner" else f"the time zone {calendar.zone}"
    return clause(path, lead, listed(hours), ", in ", value(where, *path, "zone"), _holidays(calendar, path), ".")


def _holidays(calendar: Calendar, path: Path) -> list[Part]:
    if isinstance(calendar.holidays, list):
        days = [value(day(on), *path, "holidays", i) for i, on in enumerate(calendar.holidays)]
        return [", but not on ", listed(days, "or")] if days else []
    known = {"of_owner": ", but not on the owner's holidays", "none": ", holidays or not"}
    return [value(known.get(calendar.holidays, f", but not on the holidays of {calendar.holidays}"), *path, "holidays")]


def _days(text: str) -> str:
    days = weekdays_of(text)
    return DAYS[days[0]] if len(days) == 1 else f"{DAYS[days[0]]} to {DAYS[days[-1]]}"


def _block(text: str) -> str:
    return " to ".join(edge.removeprefix("0") for edge in text.split("-"))
