"""What is said of what was put down, from what is true now. What is not so any more is not said."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from treaty.agreement.queries import signed_of
from treaty.config import config
from treaty.diagnosis.say import money
from treaty.feedback.models import Disposition
from treaty.feedback.rules import words
from treaty.funnel.queries import Won as WonDeal
from treaty.funnel.queries import win
from treaty.handoff.models import Handoff
from treaty.notify import messages
from treaty.notify.digest import digest_of
from treaty.notify.messages import Brief, Message, Reason
from treaty.rhythm import drift
from treaty.rhythm.models import Drift
from treaty.sla.models import SlaClock
from treaty.truth.models import Opportunity

DUTIES = {
    "first_contact": "the first contact", "disposition": "an answer", "contact_attempts": "the promised attempts",
    "recycled_lead": "care for a returned lead", "content_request": "a content request",
}  # fmt: skip
THEN = {
    "reroute": "It goes to the next in turn.",
    "tell_manager": "The owner’s manager is told, as agreed.",
    "tell_sponsor": "The sponsor is told, as agreed.",
}


class Gone(Exception):
    """What was to be said is not so any more; the message says what happened instead."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was put down, the zone of whoever reads it, the moment of which it is to be true."""

    body: Mapping[str, Any]
    zone: ZoneInfo
    at: datetime


def message_of(body: Mapping[str, Any], zone: ZoneInfo, *, at: datetime) -> Message:
    """Raises Gone. zone: of whoever reads it."""
    return SAYS[body["kind"]](Asked(body, zone, at))


def address(path: str) -> str:
    return f"{config().address.rstrip('/')}{path}"


def _handed_over(one: Asked) -> Message:
    handoff = _handoff(one.body["handoff"])
    if handoff.ended_at is not None or Disposition.objects.filter(handoff=handoff, withdrawn_at=None).exists():
        raise Gone("it was answered or given to somebody else in the meantime")
    due = _contact_due(handoff)
    return messages.handed_over(
        brief_of(handoff),
        handoff.owner.name,
        f"due {moment(due, one.zone, one.at)}" if due else "",
        address(f"/queue/{handoff.key}/"),
        handoff.key,
        reasons_of(handoff),
    )


def _reason(one: Asked) -> Message:
    handoff = _handoff(one.body["handoff"])
    given = Disposition.objects.filter(handoff=handoff, withdrawn_at=None).first()
    if given is None or given.reason or (given.outcome != "rejected" and handoff.ended_at is not None):
        raise Gone("the reason was given, or the answer taken back, in the meantime")
    return messages.reason_asked(brief_of(handoff), address(f"/leads/{handoff.lead.key}/"), handoff.key, reasons_of(handoff))


def _handoff(key: str) -> Handoff:
    found = Handoff.objects.select_related("lead__person__account", "owner", "version").filter(key=key).first()
    if found is None:
        raise Gone("the handoff is not there any more")
    return found


def brief_of(handoff: Handoff) -> Brief:
    """From the brief as it was handed over."""
    person = handoff.lead.person
    return Brief(
        str(person), str(person.account or ""), person.title, _says(handoff, "problem"), _says(handoff, "last_touch"),
        _says(handoff, "next_action"),
    )  # fmt: skip


def _says(handoff: Handoff, part: str) -> str:
    lines = handoff.brief.get(part) or []
    return str(lines[0].get("says", "")) if lines else ""


def reasons_of(handoff: Handoff) -> list[Reason]:
    return [Reason(one.id, words(one.id), one.asks or "") for one in signed_of(handoff.version).terms.reasons.rejected]


def _contact_due(handoff: Handoff) -> datetime | None:
    clocks = SlaClock.objects.filter(handoff=handoff, ended="", due_at__isnull=False).select_related("version").order_by("due_at")
    return next((clock.due_at for clock in clocks if signed_of(clock.version).terms.promise(clock.promise).do == "first_contact"), None)


def _warned(one: Asked) -> Message:
    clock = _clock(one.body)
    if clock.ended or clock.due_at is None or clock.breached_at is not None:
        raise Gone("it was done, or its time ran out, in the meantime")
    due = clock.due_at
    return messages.warned(_who(clock), _duty(clock), clock.owner.name, moment(due, one.zone, one.at), _page(clock), _records(clock, due))


def _breached(one: Asked) -> Message:
    clock = _clock(one.body)
    if clock.breached_at is None or clock.due_at is None:
        raise Gone("it was kept after all: what was done was told late")
    then, due = [THEN[name] for name in signed_of(clock.version).terms.promise(clock.promise).on_breach if name in THEN], clock.due_at
    who, duty, owner = _who(clock), _duty(clock), clock.owner.name
    return messages.breached(who, duty, owner, moment(due, one.zone, one.at), then, _page(clock), _records(clock, due))


def _drifted(one: Asked) -> Message:
    row = Drift.objects.filter(key=one.body["drift"]).first()
    if row is None:
        raise Gone("it is not there any more")
    return messages.drifted(drift.SHARES[row.measure], drift.said(row.since), drift.said(row.signed), address("/week/#changes"))


def _records(clock: SlaClock, due: datetime) -> messages.Records:
    """Whose lead, which promise of which version, and when it is or was due; the handoff where the promise is about one."""
    told = (("lead", clock.lead.key), ("promise", clock.promise), ("due", f"{due.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"))
    about = (("handoff", clock.handoff.key),) if clock.handoff is not None else ()
    return (*told, *about, ("agreement", clock.version.hash))


def _clock(body: Mapping[str, Any]) -> SlaClock:
    """The newest of this promise for this lead while it was this owner's."""
    rows = SlaClock.objects.filter(lead__key=body["lead"], promise=body["promise"], owner__key=body["owner"])
    found = rows.select_related("lead__person__account", "owner", "version", "handoff").order_by("-starts_at", "-id").first()
    if found is None:
        raise Gone("the promise does not run any more")
    return found


def _who(clock: SlaClock) -> str:
    person = clock.lead.person
    return f"{person} at {person.account}" if person.account else str(person)


def _duty(clock: SlaClock) -> str:
    promise = signed_of(clock.version).terms.promise(clock.promise)
    return DUTIES.get(promise.do or promise.answer or "", clock.promise.replace("_", " ").replace("-", " "))


def _page(clock: SlaClock) -> str:
    return address(f"/leads/{clock.lead.key}/")


def _won(one: Asked) -> Message:
    deal = Opportunity.objects.filter(key=one.body["deal"], outcome="won", gone_at=None).first()
    if deal is None or deal.closed_at is None:
        raise Gone("the deal is not won any more")
    if (found := win(deal)) is None:
        raise Gone("the deal is not won any more")
    return messages.won(won_of(found, one.zone), address(f"/opportunities/{deal.key}/"))


def won_of(won: WonDeal, zone: ZoneInfo) -> messages.Won:
    """Who did what, by the deal's real way: the same as Home shows."""
    deal, first = won.deal, won.first
    people = (("Brought it to the handoff", won.marketer), ("Made the first contact", won.caller), ("Closed it", won.closer))
    began = f"First seen {_day(first.at, zone)}: {first.says[:1].lower()}{first.says[1:]}." if first else ""
    alone = "" if first or not won.closer else "No touch of marketing is on record."
    return messages.Won(
        key=deal.key,
        account=str(deal.account or deal),
        amount=money(deal.amount, deal.currency) if deal.amount is not None else "",
        story=tuple(one for one in (began, alone) if one),
        people=tuple((did, member.name) for did, member in people if member is not None),
        is_of_both=won.marketer is not None and (won.caller or won.closer) is not None,
    )


def _digest(one: Asked) -> Message:
    found = digest_of(one.body["every"], address, at=one.at)
    if found is None:
        raise Gone("there are no figures yet")
    return found


SAYS: dict[str, Callable[[Asked], Message]] = {
    "handoff": _handed_over, "reason": _reason, "warning": _warned, "breach": _breached, "won": _won, "drift": _drifted, "digest": _digest,
}  # fmt: skip


def moment(when: datetime, zone: ZoneInfo, at: datetime) -> str:
    """`today 15:40 CET`, `Wed 11 Mar 09:36 CET`: who reads it elsewhere knows which clock is meant."""
    local = when.astimezone(zone)
    day = "today" if local.date() == at.astimezone(zone).date() else f"{local:%a} {local.day} {local:%b}"
    return f"{day} {local:%H:%M} {local.tzname()}"


def _day(when: datetime, zone: ZoneInfo) -> str:
    local = when.astimezone(zone)
    return f"{local.day} {local:%B %Y}"
