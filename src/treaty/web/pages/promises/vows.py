"""Two vows of the same shape: each promise as the agreement says it, how it stands, its last periods."""

from collections.abc import Sequence
from decimal import Decimal
from math import ceil

from treaty.agreement.terms_parties import SIDES, Side
from treaty.funnel.catalogue.rounding import WHOLE, to_places
from treaty.funnel.frame import Frame
from treaty.plan.promises import Kept, PromiseNow
from treaty.plan.promises import Standing as Stands
from treaty.team.models import Member
from treaty.web import formats
from treaty.web.figures import period_words, records, words
from treaty.web.formats import Viewer
from treaty.web.pieces import Faint, Figure, Piece, Promise, PromiseMonth, Standing, Vow, Who

TITLES: dict[Side, str] = {"marketing": "Marketing promised sales", "sales": "Sales promised marketing"}
LISTS = {"acceptance_rate": "answers", "win_rate": "decided", "brief_completeness": "briefs", "first_contact_hours_p90": "first_contact"}


def vows(frame: Frame, found: Sequence[PromiseNow], viewer: Viewer) -> list[Vow]:
    return [
        Vow(
            party=side,
            title=TITLES[side],
            signatory=Who(side, _signatories(frame, side)),
            promises=[_promise(frame, one, viewer) for one in found if one.side == side],
        )
        for side in SIDES
    ]


def _signatories(frame: Frame, side: Side) -> str:
    emails = getattr(frame.terms.signatories, side)
    return formats.listing(sorted(Member.objects.filter(email__in=emails).values_list("name", flat=True)) or emails)


def _promise(frame: Frame, found: PromiseNow, viewer: Viewer) -> Promise:
    return Promise(found.says, _standing(frame, found, viewer), [_month(frame, one, viewer) for one in found.periods], _note(found))


def _note(found: PromiseNow) -> Piece:
    return " ".join(part for part in (found.note, found.then) if part)


def _standing(frame: Frame, found: PromiseNow, viewer: Viewer) -> Standing:
    """How it stands in the running period."""
    if found.standing == Stands.LATER:
        return Standing("", "not carried out yet")
    if not found.periods or found.standing == Stands.NONE:
        return Standing("running", "nothing due yet")
    now = found.periods[-1]
    is_below = now.standing in (Stands.BELOW, Stands.NOT_KEPT)
    if now.due is not None:
        gap = abs((now.value.figure or Decimal(0)) - now.due)
        return Standing(
            "below" if is_below else "running", f"{_gap(frame, now, gap, viewer)} {'below' if is_below else 'ahead of'} pace", now=is_below
        )
    running = f", {now.running} running" if now.running else ""
    return Standing("below" if is_below else "running", f"{'below the line' if is_below else 'on the line'}{running}", now=is_below)


def _gap(frame: Frame, now: Kept, gap: Decimal, viewer: Viewer) -> str:
    """A distance to the pace; a part that is behind may leave none in the whole."""
    if now.unit == "money":
        return formats.money(to_places(gap, WHOLE), frame.terms.currency, viewer.manner)
    behind = [part for part in now.segments if part.n < part.due]
    if now.standing == Stands.BELOW and (now.value.figure or 0) >= (now.due or 0) and behind:
        return f"{words(behind[0].name)} {formats.number(ceil(behind[0].due - behind[0].n), viewer.manner)}"
    return formats.number(ceil(gap), viewer.manner)


def _month(frame: Frame, found: Kept, viewer: Viewer) -> PromiseMonth:
    return PromiseMonth(name(frame, found), Figure(figure(frame, found, viewer), href(found)), _stands(frame, found, viewer))


def name(frame: Frame, found: Kept) -> str:
    return period_words(found.period, frame)


def figure(frame: Frame, found: Kept, viewer: Viewer) -> str:
    value = found.value.figure
    if value is None:
        return "–"
    if found.unit == "money":
        return formats.money(value, frame.terms.currency, viewer.manner)
    if found.unit == "share":
        return formats.percent(value, None, viewer.manner)
    return f"{formats.decimal(value, 1, viewer.manner)} h" if found.unit == "hours" else formats.number(int(value), viewer.manner)


def href(found: Kept) -> str:
    """Where the cases of a period are."""
    promise, period = found.promise, found.period
    if promise.kind in ("answer", "do"):
        return f"/promises/{promise.id}/?period={period.first_on.isoformat()}"
    named = promise.deliver or promise.keep or ""
    if promise.kind == "deliver" and found.unit == "count":
        return records("qualified", period, stage=named)
    if promise.kind == "deliver":
        return records(named, period, side="marketing")
    return records(LISTS.get(named, named), period)


def _stands(frame: Frame, found: Kept, viewer: Viewer) -> Piece:
    """Below the figure: kept or not, of how many; in the second voice what was promised and what ran out."""
    if found.value.figure is None:
        return Faint(f"nothing due{_running(found)}")
    cases = f"{formats.n_of(found.value.k, found.value.n, viewer.manner)}{_running(found)}" if found.unit == "share" else ""
    beside = "; ".join(_beside(frame, found, viewer))
    if found.standing == Stands.KEPT:
        return (Standing("kept", cases or "kept"), Faint(f" {beside}" if beside else ""))
    if found.standing == Stands.NOT_KEPT:
        said = f"{cases}, not kept" if cases else "not kept"
        return (Standing("late", said, now=True), Faint(f" {beside}" if beside else ""))
    return Faint("; ".join(part for part in (cases, beside) if part))


def _running(found: Kept) -> str:
    return f", {found.running} running" if found.running else ""


def _beside(frame: Frame, found: Kept, viewer: Viewer) -> list[str]:
    """What was promised or due, the parts promised by themselves, what ran out."""
    parts = [] if found.unit == "share" else [_wanted(frame, found, viewer)]
    parts += [f"{words(part.name)} {part.n} of {ceil(part.bound if found.is_over else part.due)}" for part in found.segments]
    expired = found.value.parts.get("expired", 0)
    return [*parts, f"{expired} ran out unanswered"] if expired else parts


def _wanted(frame: Frame, found: Kept, viewer: Viewer) -> str:
    wanted = found.bound if found.due is None or found.is_over else found.due
    if found.unit == "money":
        written = formats.money(to_places(wanted, WHOLE), frame.terms.currency, viewer.manner)
    else:
        written = formats.number(ceil(wanted), viewer.manner)
    return f"{written} promised" if found.is_over or found.due is None else f"{written} due by now"


def title(frame: Frame, found: Sequence[PromiseNow]) -> str:
    """`In November, four of eight promises are being kept`; what cannot be judged yet is not counted."""
    judged = [one for one in found if one.standing not in (Stands.LATER, Stands.NONE)]
    month = formats.month(frame.today)
    if not judged:
        return f"It is too early to say how {month} goes"
    good = sum(one.standing in (Stands.ON_LINE, Stands.KEPT) for one in judged)
    if good == len(judged):
        return f"In {month}, all {formats.spell(good)} promises are being kept"
    verb = "is" if good == 1 else "are"
    return f"In {month}, {formats.spell(good)} of {formats.spell(len(judged), 'promise')} {verb} being kept"
