"""A service is asked about the people of open leads of whom something is missing, within its budget, each once in a while.

What it answers has its own source and proves nothing: it fills what nobody stated and never stands over what a system or a
person said (`truth.claims`), and every value says that it came from there, and when. Who withdrew their consent is not asked about.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, transaction

from treaty.connectors.enriching.rules import OF_ACCOUNT, check_address, filled, read_fields, values_in
from treaty.connectors.fates import fate_of
from treaty.connectors.files.to_records import Made
from treaty.connectors.models import Enriched, Enricher
from treaty.connectors.sources import NameTaken, check_name
from treaty.journal.actions import record
from treaty.outward import Answer, Call, NoAnswer, NotReachable, Outward
from treaty.sealed import seal, unseal
from treaty.team.models import Member
from treaty.truth.consent import Consent
from treaty.truth.consents import consents
from treaty.truth.gaps import known_of
from treaty.truth.models import Lead, Person, Source
from treaty.truth.records import AccountRecord, AccountRef, PersonRecord, PersonRef, Record, Value

PART = 500
"""Leads looked through at once."""
TOGETHER = 20
"""People asked about before others get their turn."""
IDLE = timedelta(minutes=15)
"""After which time somebody who lacks something is looked for again."""
PATIENCE = timedelta(minutes=10)
"""How long a service is left alone that was busy, away, or did not admit us."""
Clock = Callable[[], datetime]


EVERYBODY = (401, 402, 403, 407, 429)
"""Answers that say nothing of the one person who was asked about."""


class Stopped(Exception):
    """The service does not answer as it should; its words."""


def add(
    name: str, *, address: str, header: str, secret: str, fields: str, daily: int, keep_days: int, at: datetime, by: Member | None = None
) -> Enricher:
    """Set a service up. header, secret: sent with each call, such as `Authorization` and `Bearer …`; neither if it wants none.

    daily: calls a day of UTC at most · keep_days: nobody is asked about again before. Raises BadEnricher, BadName, NameTaken.
    """
    check_name(name)
    said = {"address": check_address(address), "fields": read_fields(fields), "daily": daily, "keep_days": keep_days}
    try:
        with transaction.atomic():
            source = Source.objects.create(name=name.strip(), kind=Source.Kind.ENRICHMENT, made_by=by, made_at=at)
            made = Enricher.objects.create(source=source, secrets=seal({header.strip(): secret.strip()} if header.strip() else {}), **said)
            record("source.added", source, by=by, at=at, codes={"kind": source.kind})
    except IntegrityError:
        raise NameTaken(f"a source named {name.strip()!r} exists: choose another name") from None
    return made


def is_due(enricher: Enricher, at: datetime) -> bool:
    """Is it to be asked? Whoever is next is looked for by who asks; one for whom nobody was found is looked after later."""
    rests = ((enricher.problem_at, PATIENCE), (enricher.idle_at, IDLE))
    is_resting = any(since is not None and at - since < length for since, length in rests)
    return enricher.source.is_active and not is_resting and left_today(enricher, at) > 0


def left_today(enricher: Enricher, at: datetime) -> int:
    """Calls it may be sent today, by UTC."""
    today = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(0, enricher.daily - enricher.asked.filter(at__gte=today).count())


def wanted(enricher: Enricher, at: datetime, *, most: int = TOGETHER) -> list[Person]:
    """People of open leads who lack one of its fields and were not asked about lately, those of the newest leads first."""
    fresh = enricher.asked.filter(at__gte=at - timedelta(days=enricher.keep_days)).values("person_id")
    leads = Lead.objects.filter(closed_at=None, person__merged_into=None).exclude(person__email="").exclude(person__in=fresh)
    rows = leads.select_related("person__account").order_by("-opened_at", "-pk")
    found: dict[int, Person] = {}
    for start in range(0, rows.count(), PART):
        people = [lead.person for lead in rows[start : start + PART]]
        known, said = known_of(people, enricher.fields), consents(at, {person.pk for person in people})
        for person in people:
            if set(enricher.fields) - known[person.pk] and said.get(person.pk) != Consent.WITHDRAWN:
                found[person.pk] = person
        if len(found) >= most:
            break
    return list(found.values())[:most]


def ask(enricher: Enricher, *, clock: Clock, outward: Outward | None = None) -> int:
    """Ask about those who are next, one by one; how many were asked about. What stops it is kept for the person who can mend it."""
    outward, asked = outward or Outward(), 0
    headers: Mapping[str, str] = unseal(enricher.secrets)
    people = wanted(enricher, clock(), most=min(TOGETHER, left_today(enricher, clock())))
    for person in people:
        try:
            answer, problem = _answer(outward, Call("GET", filled(enricher.address, person.email), headers=headers))
        except (Stopped, NoAnswer, NotReachable) as told:
            says = "its address may not be called: only the open internet is" if isinstance(told, NotReachable) else str(told)
            Enricher.objects.filter(pk=enricher.pk).update(problem=says[:500], problem_at=clock())
            return asked
        _keep(enricher, person, answer, problem, clock())
        asked += 1
    Enricher.objects.filter(pk=enricher.pk).update(problem="", problem_at=None, idle_at=None if people else clock())
    return asked


def _answer(outward: Outward, call: Call) -> tuple[object, str]:
    """What is known of somebody, and why nothing is: None where the service knows nobody or cannot be asked about them.

    Raises Stopped for what concerns everybody, NoAnswer, NotReachable.
    """
    came: Answer = outward.send(call)
    if came.status in (204, 404):
        return None, ""
    if 400 <= came.status < 500 and came.status not in EVERYBODY:
        return None, f"the service answered {came.status}"
    if came.status != 200:
        raise Stopped(f"the service answered {came.status}: {came.body[:120].decode('utf-8', 'replace')}")
    return came.json(), ""


@transaction.atomic
def _keep(enricher: Enricher, person: Person, answer: object, problem: str, at: datetime) -> None:
    """The values and that it was asked, both or neither."""
    values = values_in(answer, enricher.fields)
    made = Made(0, [person.key], tuple(_records(person, values, at)))
    fate = fate_of([made], enricher.source, at) if made.records else None
    problem = fate.refused[0].problem if fate and fate.refused else problem
    Enriched.objects.update_or_create(
        enricher=enricher, person=person, defaults={"at": at, "found": sorted(values), "problem": problem[:300]}
    )


def _records(person: Person, values: Mapping[str, Value], at: datetime) -> Sequence[Record]:
    own = {name: value for name, value in values.items() if not name.startswith(OF_ACCOUNT)}
    of_account = {name.removeprefix(OF_ACCOUNT): value for name, value in values.items() if name.startswith(OF_ACCOUNT)}
    records: list[Record] = [PersonRecord(ref=PersonRef(email=person.email), fields=own, occurred_at=at, known_at=at)] if own else []
    if of_account and person.account is not None and (person.account.domain or person.account.name):
        ref = AccountRef(domain=person.account.domain, name=person.account.name)
        records.append(AccountRecord(ref=ref, fields=of_account, occurred_at=at, known_at=at))
    return records
