"""Leaks of leads: never contacted, slow, without an owner, rejected without a reason."""

from collections.abc import Iterator, Sequence

from treaty.diagnosis.figures import answered_from, measure
from treaty.diagnosis.picture import Deal, Lead, Picture, days_between
from treaty.diagnosis.report import Finding
from treaty.diagnosis.say import count, days, percent, verb
from treaty.diagnosis.words import contact_said, is_rejected

SLOW_DAYS = 1.0
"""A first answer later than a day after the lead came. The agreement will say hours; exports seldom do."""


def sees_contact(picture: Picture) -> bool:
    """Whether anything in the files tells that sales was, or was not, in touch with a lead."""
    told = any(contact_said(lead.get("status")) is not None for lead in picture.leads)
    return picture.sees_activities or told or picture.has("leads", "first sales activity", "last sales activity", "attempts")


def never_contacted(picture: Picture) -> Iterator[Finding]:
    if not sees_contact(picture):
        return
    leads = [lead for lead in picture.leads if not lead.is_contacted]
    if leads:
        yield _about("never_contacted", f"{{}} of {{}} {verb(len(leads), 'was')} never contacted ({{}})", leads, len(picture.leads))


def slow(picture: Picture) -> Iterator[Finding]:
    waits = [
        (days_between(start, lead.first_activity), lead)
        for lead in picture.leads
        if lead.first_activity and (start := answered_from(lead)) is not None
    ]
    late = [lead for wait, lead in sorted(waits, key=lambda pair: -pair[0]) if wait > SLOW_DAYS]
    timed = measure([wait for wait, _ in waits])
    if late and timed:
        says = (
            f"{{}} of {{}} waited longer than a day for the first answer ({{}}); "
            f"half waited {days(timed.median)} or less, one in ten longer than {days(timed.p90)}"
        )
        yield _about("slow", says, late, len(waits))


def ownerless(picture: Picture) -> Iterator[Finding]:
    for table in (*picture.of("leads"), *picture.of("opportunities")):
        everyone: list[Lead | Deal] = [*picture.leads, *picture.deals]
        records = [record for record in everyone if record.table is table]
        without = [record for record in records if record.get("owner") is None]
        if table.column("owner") and without:
            yield _about("ownerless", f"{{}} of {{}} {verb(len(without), 'has')} no owner ({{}})", without, len(records))


def rejected_without_reason(picture: Picture) -> Iterator[Finding]:
    if picture.names("leads", "rejected reason"):
        rejected = [x for x in picture.leads if is_rejected(x.get("status")) or x.get("disqualified at") is not None]
        yield from _without_reason([lead for lead in rejected if lead.get("rejected reason") is None], len(rejected), "rejected")
    if picture.names("opportunities", "lost reason"):
        lost = [deal for deal in picture.deals if deal.outcome == "lost"]
        yield from _without_reason([deal for deal in lost if deal.get("lost reason") is None], len(lost), "lost")


def _without_reason(silent: Sequence[Lead | Deal], of: int, how: str) -> Iterator[Finding]:
    if silent:
        yield _about("rejected_without_reason", f"{{}} of {{}} {how} {verb(len(silent), 'has')} no reason ({{}})", silent, of)


def _about(name: str, says: str, records: Sequence[Lead | Deal], of: int) -> Finding:
    """says: with places for how many, of how many, and the share."""
    noun = "lead" if isinstance(records[0], Lead) else "opportunity"
    share = len(records) / of
    files = tuple(dict.fromkeys(file for record in records for file in record.table.files))
    sentence = says.format(count(len(records), noun), f"{of:,}", percent(share))
    return Finding(name, sentence, len(records), share, None, tuple(record.key for record in records[:5]), files)
