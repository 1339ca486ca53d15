"""Four questions, each answered in a sentence whose figures open their records."""

from datetime import timedelta
from math import ceil

from treaty.engine.periods import Period
from treaty.funnel.frame import Frame
from treaty.plan.answers import DAYS, Answers, Bottleneck, Converting, Enough, Passage, Prompt, Verdict
from treaty.web import charts, formats
from treaty.web.figures import period_words, records, words
from treaty.web.formats import Viewer
from treaty.web.pieces import Answer, Figure, Piece, Strong

ENOUGH = "Are there enough qualified leads?"
PROMPT = "Are they followed up promptly?"
CONVERTING = "Do they convert as expected?"
WHERE = "Where is the bottleneck?"
EARLY = Strong("Too early to say. ")


def four(frame: Frame, found: Answers, viewer: Viewer) -> list[Answer]:
    return [
        Answer(question=ENOUGH, answer=_enough(frame, found.enough), drawing=_months(frame, found.enough)),
        Answer(question=PROMPT, answer=_prompt(frame, found.prompt), drawing=_dots(found.prompt)),
        Answer(question=CONVERTING, answer=_converting(frame, found.converting), drawing=_interval(found.converting)),
        Answer(question=WHERE, answer=_bottleneck(frame, found.bottleneck), drawing=_steps(found.bottleneck)),
    ]


def _enough(frame: Frame, found: Enough) -> Piece:
    bar = found.bars[-1]
    counted = Figure(f"{bar.n} in {period_words(bar.period, frame)}", records("qualified", bar.period, stage=found.stage))
    if found.now is None or found.now.due is None:
        return (Strong("Nothing is promised. "), counted, " so far; the agreement names no number.")
    due, promised = ceil(found.now.due), formats.number(int(found.now.bound))
    said = (counted, f" where {due} were due by now; {promised} are promised for the {bar.period.per}.", _segments(found))
    verdict = {Verdict.YES: Strong("Yes. "), Verdict.MOSTLY: Strong("Mostly. "), Verdict.NO: Strong("No. ")}.get(found.verdict, EARLY)
    return (verdict, *said)


def _segments(found: Enough) -> str:
    """Parts promised by themselves that are behind: ` In dach 25 of 36 due.`"""
    behind = [part for part in found.now.segments if part.n < part.due] if found.now else []
    said = formats.listing([f"in {words(part.name)} {part.n} of {ceil(part.due)} due" for part in behind])
    return f" {formats.capital(said)}." if said else ""


def _months(frame: Frame, found: Enough) -> charts.Drawing:
    bars = [
        charts.Month(
            name=_short(bar.period),
            value=bar.n,
            words=formats.number(bar.n),
            promised=bar.promised,
            is_before=bar.promised is None,
        )
        for bar in found.bars
    ]
    spoken = ", ".join(f"{bar.n} in {period_words(bar.period, frame)}" for bar in found.bars)
    label = charts.Caption(label=f"Leads that became {words(found.stage)}: {spoken}")
    return charts.month_bars(charts.Months(months=bars), label, is_small=True)


def _short(period: Period) -> str:
    """`Nov`, or for a week the day it begins on."""
    name = formats.month(period.first_on)[:3]
    return f"{period.first_on.day} {name}" if period.per in ("week", "day") else name


def _prompt(frame: Frame, found: Prompt) -> Piece:
    now = found.now
    if now is None:
        return (Strong("Nothing is promised. "), "The agreement names no time for the first contact.")
    more = f"{formats.capital(formats.spell(now.running))} more {'is' if now.running == 1 else 'are'} still running."
    running = f" {more}" if now.running else ""
    moved = now.value.parts.get("moved", 0)
    gone = f" {formats.capital(formats.spell(moved))} went to a colleague when the time ran out." if moved else ""
    month = period_words(now.period, frame)
    if now.value.figure is None:
        return (EARLY, f"No first contact was due in {month} yet.", running)
    href = f"/promises/{now.promise.id}/?period={now.period.first_on.isoformat()}"
    strong = {Verdict.YES: "Yes. ", Verdict.MOSTLY: "Mostly. "}.get(found.verdict, "No. ")
    within = f" first contacts due in {month} came within {now.promise.within}"
    promised = f"; {formats.percent(now.bound)} is promised." if now.bound < 1 else "."
    return (Strong(strong), Figure(formats.n_of(now.value.k, now.value.n), href), within, promised, gone, running)


def _dots(found: Prompt) -> charts.Drawing | None:
    if found.now is None or not found.contacts or found.now.promise.within is None:
        return None
    promised = found.now.promise.within.span
    unit, unit_words = (timedelta(hours=1), "h") if promised >= timedelta(hours=2) else (timedelta(minutes=1), "min")
    length = formats.duration(promised)
    kept = sum(contact.is_kept for contact in found.contacts)
    dots = charts.Dots(
        took=[contact.took for contact in found.contacts],
        promised=promised,
        unit=unit,
        unit_words=unit_words,
        promised_words=f"{length} promised",
    )
    label = f"How long each of {len(found.contacts)} first contacts took: {kept} came in time, {len(found.contacts) - kept} later"
    return charts.dot_strip(dots, charts.Caption(label=label), is_small=True)


def _converting(frame: Frame, found: Converting | None) -> Piece:
    if found is None:
        return (Strong("Nothing to follow. "), "The agreement has no stage after the one sales accepts.")
    before, then = (words(stage) for stage in found.steps)
    if found.last is None or found.verdict == Verdict.EARLY:
        return (EARLY, _young(frame, found), f"A month is judged {DAYS} days after its end, and held against the months before it.")
    k, n = found.usual
    strong = {Verdict.YES: "Yes, within the margin. ", Verdict.MORE: "Yes, more than before. "}.get(found.verdict, "No, less than before. ")
    month = formats.month(found.last.period.first_on)
    share = Figure(f"{formats.share(found.last.k, found.last.n, 0)} of {month}’s", _cohort_href(found, found.last.period))
    usual = Figure(formats.share(k, n, 0), _cohort_href(found, found.before[0].period, found.before[-1].period))
    said = f" {_plain(before)} leads became {then} within {DAYS} days; "
    return (Strong(strong), share, said, usual, " was usual in the months before.")


def _cohort_href(found: Converting, period: Period, until: Period | None = None) -> str:
    last_on = (until or period).last_on.isoformat()
    return records(
        "cohort", None, stage=found.steps[0], then=found.steps[1], days=str(DAYS), **{"from": period.first_on.isoformat(), "to": last_on}
    )


def _young(frame: Frame, found: Converting) -> str:
    if not found.young:
        return ""
    one = found.young[-1]
    return (
        f"Of {formats.count(one.n, 'lead')} {_plain(words(found.steps[0]))} in {period_words(one.period, frame)}, {one.k} went on so far. "
    )


def _plain(stage: str) -> str:
    """`sales accepted` as `accepted`: whose stage it is, is clear where it is said."""
    return stage.removeprefix("sales ").removeprefix("marketing ")


def _interval(found: Converting | None) -> charts.Drawing | None:
    if found is None or found.last is None or found.verdict == Verdict.EARLY:
        return None
    (low, high), (k, n) = found.interval, found.usual
    value, usual = found.last.k / found.last.n, k / n
    bar = charts.Interval(
        value=value,
        low=low,
        high=high,
        value_words=formats.percent(value, 0),
        low_words=formats.percent(low, 0),
        high_words=formats.percent(high, 0),
        agreed=usual,
        agreed_words=f"{formats.percent(usual, 0)} usual",
    )
    lies = f"with {formats.count(found.last.n, 'lead')} the true share lies between {formats.interval(low, high)}"
    label = f"{bar.value_words} went on; {lies}; {bar.agreed_words}"
    return charts.interval_bar(bar, charts.Caption(label=label))


def _bottleneck(frame: Frame, found: Bottleneck) -> Piece:
    step = found.longest
    if step is None:
        return (EARLY, "Fewer than ten leads made any step in the last 90 days.")
    href = records(
        "passage", None, stage=step.from_stage, then=step.to_stage, **{"from": found.first_on.isoformat(), "to": frame.today.isoformat()}
    )
    wait = Figure(
        f"{formats.number(step.waiting)} {'waits' if step.waiting == 1 else 'wait'} there now",
        records("waiting", None, stage=step.from_stage),
    )
    between = f"Between {_plain(words(step.from_stage))} and {_plain(words(step.to_stage))}. "
    return (Strong(between), "Half of the leads took longer than ", Figure(_length(step.median), href), " in the last 90 days; ", wait, ".")


def _length(length: timedelta) -> str:
    return formats.duration(length, in_days=True)


def _steps(found: Bottleneck) -> charts.Drawing | None:
    longest = found.longest
    if longest is None:
        return None
    bars = [_step_bar(step, step == longest) for step in found.passages]
    spoken = ", ".join(f"{_plain(words(step.to_stage))} after {_length(step.median)}" for step in found.passages)
    return charts.month_bars(charts.Months(months=bars), charts.Caption(label=f"Half of the leads became {spoken}"), is_small=True)


def _step_bar(step: Passage, is_longest: bool) -> charts.Month:
    hours = round(step.median / timedelta(hours=1), 1)
    return charts.Month(name=_plain(words(step.to_stage)), value=hours, words=_length(step.median), is_before=not is_longest)
