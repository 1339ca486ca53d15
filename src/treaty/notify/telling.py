"""What the journal says is put down for whom it concerns, in the outbox; what it will say is read when it is sent.

Reads may be late and may be repeated: what is older than a day is no news, and what was put down once stays one.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max

from treaty.agreement.models import Version
from treaty.agreement.queries import signed_of
from treaty.handoff.models import Handoff
from treaty.journal import outbox
from treaty.journal.actions import record
from treaty.journal.models import Entry, Outgoing
from treaty.journal.outbox import Out
from treaty.notify.directory import Directory, Place
from treaty.notify.models import Digested, Transport
from treaty.notify.rules import APART, NEWS, Kind, digest_day, due, quiet_until, who_is_told
from treaty.team.models import Member
from treaty.truth.models import Opportunity

RECENT = timedelta(days=7)
"""A deal that closed longer ago and is told now comes from an import: nobody celebrates it."""
SNOOZE = timedelta(hours=1)
LAST = 2000
"""More rows than are put down within `APART`; where they are not, a message comes by itself."""
Told = tuple[Kind, str, dict[str, Any], list[Place]]
"""Kind, what makes it one, the ids it is made of, and for whom."""


def tell(entries: Sequence[Entry], at: datetime) -> int:
    """Put down what follows from these entries; how many rows that may have made."""
    news = [entry for entry in entries if entry.verb in TELLS and at - entry.at <= NEWS]
    if not news:
        return 0
    directory = Directory(at)
    if not directory.channels:
        return 0
    found = [(entry, told) for entry in news for told in TELLS[entry.verb](entry, directory)]
    return put([(told, entry.agreement) for entry, told in found], at)


@transaction.atomic
def put(tellings: Sequence[tuple[Told, str]], at: datetime) -> int:
    """Each with its agreement. Those of one kind for one place are due together or `APART`."""
    outs, lasts = [], _lasts(at)
    for (kind, one, body, places), agreement in tellings:
        for place in places:
            last = None if place.door == Transport.WEBHOOK else lasts.get((place.door, place.to, kind))  # programs are not flooded
            moment = due(at, last, place.quiet, place.zone)
            lasts[place.door, place.to, kind] = max(moment, last or moment)
            outs.append(Out(place.door, place.to, f"{kind}:{one}", body={"kind": kind, **body}, agreement=agreement, due_at=moment))
    outbox.put(outs, at=at)
    return len(outs)


def _lasts(at: datetime) -> dict[tuple[str, str, str], datetime]:
    """When the last of each kind to each place was or is due, as far as that still counts; looked for among the last put down."""
    newest = Outgoing.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    rows = Outgoing.objects.filter(pk__gt=newest - LAST, door__in=Transport.values, due_at__gt=at - APART)
    rows = rows.exclude(state__in=[Outgoing.State.CANCELLED, Outgoing.State.DEAD])
    tops = rows.values_list("door", "to", "body__kind").annotate(top=Max("due_at"))
    return {(door, to, kind): top for door, to, kind, top in tops}


def _handed_over(entry: Entry, directory: Directory) -> Iterator[Told]:
    places = [*directory.personal(entry.codes["owner"], Kind.HANDOFF), *directory.shared(Kind.HANDOFF)]
    yield Kind.HANDOFF, str(entry.seq), {"handoff": entry.subject_key}, places


def _warned(entry: Entry, directory: Directory) -> Iterator[Told]:
    places = [*directory.personal(entry.codes["owner"], Kind.WARNING), *directory.shared(Kind.WARNING)]
    yield Kind.WARNING, str(entry.seq), _clock(entry), places


def _breached(entry: Entry, directory: Directory) -> Iterator[Told]:
    """Who is told is what the promise says, in the version it was given under; a channel is told of every one."""
    version = Version.objects.filter(hash=entry.agreement).order_by("-number")[0]
    terms = signed_of(version).terms
    owner = directory.members.get(entry.codes["owner"])
    manager = Member.objects.filter(reports__key=entry.codes["owner"]).values_list("key", flat=True).first() if owner else None
    sponsor = next((key for key, member in directory.members.items() if member.email == (terms.sponsor or "").lower()), "")
    keys = who_is_told(terms.promise(entry.codes["promise"]).on_breach, entry.codes["owner"], manager or "", sponsor)
    places = [place for key in keys for place in directory.personal(key, Kind.BREACH)]
    yield Kind.BREACH, str(entry.seq), _clock(entry), [*places, *directory.shared(Kind.BREACH)]


def _clock(entry: Entry) -> dict[str, Any]:
    return {"lead": entry.subject_key, "promise": entry.codes["promise"], "owner": entry.codes["owner"]}


def _won(entry: Entry, directory: Directory) -> Iterator[Told]:
    """Once for each deal, whoever tells it how often."""
    deal = Opportunity.objects.filter(key=entry.subject_key, outcome="won", gone_at=None).first()
    if deal is not None and deal.closed_at is not None and deal.closed_at > directory.at - RECENT:
        yield Kind.WON, deal.key, {"deal": deal.key}, directory.shared(Kind.WON)


def _drifted(entry: Entry, directory: Directory) -> Iterator[Told]:
    """Those who signed are told, both sides of them."""
    version = Version.objects.filter(hash=entry.agreement).order_by("-number")[0]
    signed = set(signed_of(version).terms.signatories.everyone)
    keys = [key for key, member in directory.members.items() if member.email in signed]
    places = [place for key in keys for place in directory.personal(key, Kind.DRIFT)]
    yield Kind.DRIFT, str(entry.seq), {"drift": entry.subject_key}, [*places, *directory.shared(Kind.DRIFT)]


def _reason_asked(entry: Entry, directory: Directory) -> Iterator[Told]:
    """The owner of the handoff is asked: it was they who gave it back."""
    of = {"key": entry.codes["handoff"]} if "handoff" in entry.codes else {"lead__key": entry.subject_key}
    handoff = Handoff.objects.filter(**of).select_related("owner").order_by("-made_at", "-id").first()
    if handoff is not None:
        yield Kind.REASON, str(entry.seq), {"handoff": handoff.key}, directory.personal(handoff.owner.key, Kind.REASON)


TELLS: dict[str, Callable[[Entry, Directory], Iterator[Told]]] = {
    "handoff.made": _handed_over,
    "handoff.taken_over": _handed_over,
    "clock.warned": _warned,
    "clock.breached": _breached,
    "opportunity.won": _won,
    "opportunity.told": _won,
    "lead.reason_asked": _reason_asked,
    "agreement.drifted": _drifted,
}


@transaction.atomic
def snooze(handoff: Handoff, *, by: Member, ref: str, at: datetime) -> datetime:
    """Say it again to this member in an hour, or when their quiet hours end. Twice from one message is once. Returns when."""
    directory = Directory(at)
    places = directory.personal(by.key, Kind.HANDOFF)
    later = at + SNOOZE
    if not places:
        raise LookupError("nothing reaches you but this page: choose in Settings how you are told")
    moment = quiet_until(later, places[0].quiet, places[0].zone) or later
    body = {"kind": Kind.HANDOFF, "handoff": handoff.key}
    key = f"{Kind.HANDOFF}:again:{ref}"
    before = Outgoing.objects.filter(door__in=Transport.values, by=by, dedup_key__startswith=key)
    waiting: datetime | None = before.filter(state=Outgoing.State.WAITING).order_by("due_at").values_list("due_at", flat=True).first()
    if waiting is not None:
        return waiting
    key = f"{key}:{before.count()}" if before.exists() else key
    outbox.put([Out(one.door, one.to, key, body=body, agreement=handoff.version.hash, by=by, due_at=moment) for one in places], at=at)
    if not Entry.objects.filter(verb="handoff.snoozed", subject_key=handoff.key, codes__ref=ref, actor=by).exists():
        record("handoff.snoozed", handoff, by=by, at=at, agreement=handoff.version.hash, codes={"ref": ref})
    return moment


def digests(*, at: datetime) -> int:
    """Put down the digests whose hour has come; each day's once for each place."""
    directory = Directory(at)
    if not directory.channels:
        return 0
    tellings: list[tuple[Told, str]] = []
    for channel in directory.channels:
        if channel.has_place:
            tellings += _digest(channel, directory.of_channel(channel), at)
    for key, choice in directory.choices.items():
        for place in directory.personal(key, Kind.DIGEST):
            tellings += _digest(choice, place, at)
    return put(tellings, at) if tellings else 0


def _digest(chosen: Digested, place: Place, at: datetime) -> list[tuple[Told, str]]:
    day = digest_day(at, chosen.digest_every, chosen.digest_weekday, chosen.digest_hour, place.zone)
    return [((Kind.DIGEST, day, {"every": chosen.digest_every, "day": day}, [place]), "")] if day else []
