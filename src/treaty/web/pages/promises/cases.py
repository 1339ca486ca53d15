"""The cases of one promise: every clock of a period, kept, not kept or running. Names are seen by those they concern."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.db.models import Q
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from treaty.agreement.terms_promises import Promise
from treaty.engine.measuring import rows_of
from treaty.engine.periods import ONE_DAY, Period
from treaty.funnel.frame import Frame
from treaty.moments import from_us
from treaty.plan.promises import sentences
from treaty.sla import measures as sla
from treaty.team.models import Member
from treaty.team.queries import may_see_attainment_of, sees_every_lead
from treaty.truth.models import Lead
from treaty.truth.queries import leads
from treaty.web import formats, listing
from treaty.web.figures import here_frame, nothing_yet, period_words
from treaty.web.here import Here, extra, page
from treaty.web.listing import Field, Kind, Pick
from treaty.web.pages.figures.asked import Asked
from treaty.web.pieces import Empty, Faint, Link, Piece, Standing

State = Literal["kept", "not_kept", "running", "moved"]
STATES: dict[State, str] = {"kept": "kept", "not_kept": "not kept", "running": "running", "moved": "given to a colleague in time"}
UNSEEN = "a colleague’s lead"


@dataclass(frozen=True, slots=True)
class Case:
    """One clock. owner: empty for those who may not see one person's attainment."""

    href: str
    lead: str
    account: str
    starts_at: datetime
    due_at: datetime | None
    stopped_at: datetime | None
    state: State
    says: str
    owner: str
    owner_key: str


@require_GET
@page
def cases(here: Here, promise: str) -> HttpResponseBase:
    """`?period=2026-03-01` the period that day lies in, `?from=…&to=…` those days; `?is=not_kept` and `?owner=` narrow it."""
    frame = here_frame(here)
    if frame is None:
        return render(here.request, "treaty/nothing_yet.html", extra(here, empty=nothing_yet(here)))
    found = next((one for _, one in frame.terms.each_promise() if one.id == promise and one.kind in ("answer", "do")), None)
    if found is None:
        raise Http404
    period = _period(here, frame, found)
    rows = _cases(here, frame, found, period)
    return listing.show(
        here,
        _kind(here, found, rows),
        rows,
        title=_title(frame, period, rows),
        eyebrow=sentences(frame.terms)[promise][0],
        lede=_lede(here, frame, rows),
        crumbs=[Link("Promises", "/promises/"), Link(formats.capital(period_words(period, frame)), "")],
    )


def _period(here: Here, frame: Frame, promise: Promise) -> Period:
    asked = Asked(frame, here.request.GET)
    if asked.has_days:
        return Period("day", asked.first_on, asked.last_on + ONE_DAY, frame.zone)
    try:
        day = date.fromisoformat(here.request.GET.get("period", ""))
    except ValueError:
        day = frame.today
    return frame.containing(day if 1990 <= day.year <= 2198 else frame.today, promise.per or "month")


def _cases(here: Here, frame: Frame, promise: Promise, period: Period) -> list[Case]:
    rows = rows_of(frame.lake, sla.judged(frame.lake, promise.id, period.us))
    known = Lead.objects.select_related("person__account").in_bulk({row["lead_id"] for row in rows})
    everyone = sees_every_lead(here.member)
    open_to = set(known) if everyone else set(leads(here.member).filter(pk__in=known).values_list("pk", flat=True))
    owners = Member.objects.select_related("manager").in_bulk({row["owner_id"] for row in rows})
    return [
        _case(here, row, known[row["lead_id"]], owners[row["owner_id"]], row["lead_id"] in open_to)
        for row in rows
        if row["lead_id"] in known
    ]


def _case(here: Here, row: dict[str, Any], lead: Lead, owner: Member, is_open: bool) -> Case:
    is_seen = may_see_attainment_of(here.member, owner)
    return Case(
        f"/leads/{lead.key}/" if is_open else "",
        str(lead.person) if is_open else UNSEEN,
        str(lead.person.account or "") if is_open else "",
        from_us(row["starts_us"]),
        _moment(row["due_us"]),
        _moment(row["stopped_us"]),
        _state(row),
        record_says(row) if row["not_kept"] else "",
        owner.name if is_seen else "",
        owner.key if is_seen else "",
    )


def _moment(us: int | None) -> datetime | None:
    return None if us is None else from_us(us)


def _state(row: dict[str, Any]) -> State:
    if row["kept"]:
        return "kept"
    return "not_kept" if row["not_kept"] else "moved" if row["ended"] == "moved" else "running"


def record_says(row: Mapping[str, Any]) -> str:
    """What the record says of a clock that was not kept."""
    if row["ended"] == "moved":
        return "the time ran out; it went to a colleague"
    if row["stopped_us"] is None:
        return "the time ran out; still open"
    if row["due_us"] is not None:
        return f"{formats.duration(_length(row['due_us'], row['stopped_us']), in_days=True)} later, nights included"
    return ""


def _length(start: int, end: int) -> Any:
    return from_us(end) - from_us(start)


def _kind(here: Here, promise: Promise, rows: list[Case]) -> Kind[Case]:
    """With the owner's column for those who see at least one name."""
    named = any(case.owner for case in rows)
    whose = [Pick(key="owner", words="Whose", narrow=_of_owner, options=_owners, every="Everybody’s")]
    return Kind(
        name=f"{promise.id} cases",
        path=f"/promises/{promise.id}/",
        fields=[*FIELDS, *([OWNER] if named else [])],
        picks=[Pick(key="is", words="Standing", narrow=_of_state, options=lambda _: list(STATES.items())), *(whose if named else [])],
        sort="-due",
        href=lambda case: case.href,
        empty=NOTHING_DUE,
    )


def _of_state(rows: list[Case], state: str) -> list[Case]:
    return [case for case in rows if case.state == state]


def _of_owner(rows: list[Case], key: str) -> list[Case]:
    return [case for case in rows if case.owner_key == key]


def _owners(here: Here) -> Iterable[tuple[str, str]]:
    """Those whose single attainment this member may see: their own, their reports'."""
    seen = Member.objects.filter(Q(pk=here.member.pk) | Q(manager=here.member)).order_by("name")
    return [(one.key, one.name) for one in seen]


def _short(at: datetime | None, here: Here) -> Piece:
    return formats.short(at, here.viewer, here.at) if at else Faint("–")


def _standing(case: Case) -> Standing:
    kinds: dict[State, Literal["kept", "late", "running", ""]] = {"kept": "kept", "not_kept": "late", "running": "running", "moved": ""}
    return Standing(kinds[case.state], STATES[case.state])


FIELDS: tuple[Field[Case], ...] = (
    Field(words="Lead", key="lead", value=lambda case: case.lead),
    Field(words="Account", key="account", value=lambda case: case.account),
    Field(
        words="Clock began",
        key="began",
        value=lambda case: case.starts_at,
        show=lambda case, here: _short(case.starts_at, here),
        is_short=True,
    ),
    Field(words="Due", key="due", value=lambda case: case.due_at, show=lambda case, here: _short(case.due_at, here), is_short=True),
    Field(
        words="Done", key="done", value=lambda case: case.stopped_at, show=lambda case, here: _short(case.stopped_at, here), is_short=True
    ),
    Field(words="Standing", key="standing", value=lambda case: STATES[case.state], show=lambda case, _: _standing(case)),
    Field(words="What the record says", value=lambda case: case.says),
)
OWNER: Field[Case] = Field(
    words="Owner", key="owner", is_short=True, value=lambda case: case.owner, show=lambda case, _: case.owner or Faint("–")
)
NOTHING_DUE = Empty(
    title="Nothing was due",
    words="No case of this promise was due in this time.",
    steps=[Link("All promises", "/promises/", is_go=True)],
)


def _title(frame: Frame, period: Period, rows: list[Case]) -> str:
    kept = sum(case.state == "kept" for case in rows)
    judged = kept + sum(case.state == "not_kept" for case in rows)
    when = _when(period, frame)
    if not judged:
        return f"Nothing was due {when} yet" if not frame.is_over(period) else f"Nothing was due {when}"
    return f"{formats.n_of(kept, judged)} kept {when}"


def _when(period: Period, frame: Frame) -> str:
    """`in November`, `on 9 March`, `from 9 to 15 March`."""
    named = "in" if period.per != "day" else "on" if period.first_on == period.last_on else "from"
    return f"{named} {period_words(period, frame)}"


def _lede(here: Here, frame: Frame, rows: list[Case]) -> str:
    running = sum(case.state == "running" for case in rows)
    parts = [f"{formats.capital(formats.spell(running))} more {'is' if running == 1 else 'are'} running."] if running else []
    mine = [case for case in rows if case.owner_key == here.member.key and case.state in ("kept", "not_kept")]
    if mine:
        parts.append(f"Yours: {formats.n_of(sum(case.state == 'kept' for case in mine), len(mine))}; only you and your manager see that.")
    parts.append(f"As of {formats.short(frame.lake.as_of, here.viewer, here.at)}.")
    return " ".join(parts)
