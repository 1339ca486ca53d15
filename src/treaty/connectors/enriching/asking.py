"""A service is asked about the people of open leads of whom something is missing, within its budget, each once in a while.

What it answers has its own source and proves nothing: it fills what nobody stated and never stands over what a system or a
person said (`truth.claims`), and every value says that it came from there, and when. Who withdrew their consent is not asked about.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from django.db import transaction

from treaty.connectors.enriching.rules import OF_ACCOUNT, filled, values_in
from treaty.connectors.fates import fate_of
from treaty.connectors.files.to_records import Made
from treaty.connectors.models import Enriched, Enricher
from treaty.outward import Answer, Call, NoAnswer, NotReachable, Outward
from treaty.sealed import CannotOpen, unseal
from treaty.truth.consent import Consent
from treaty.truth.consents import consents
from treaty.truth.gaps import known_of
from treaty.truth.models import Lead, Person
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


def is_due(enricher: Enricher, at: datetime) -> bool:
    """Is it to be asked? Whoever is next is looked for by who asks; one for whom nobody was found is looked after later."""
    rests = ((enricher.problem_at, PATIENCE), (enricher.idle_at, IDLE))
    is_resting = any(since is not None and at - since < length for since, length in rests)
    return enricher.source.is_active and not is_resting and left_today(enricher, at) > 0


def left_today(enricher: Enricher, at: datetime) -> int:
    """Calls it may be sent today, by UTC. Those that failed count: a service may charge for them."""
    return max(0, enricher.daily - answered_today(enricher, at) - failed_today(enricher, at))


def answered_today(enricher: Enricher, at: datetime) -> int:
    """People it answered about today, by UTC."""
    today = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return enricher.asked.filter(at__gte=today).count()


def failed_today(enricher: Enricher, at: datetime) -> int:
    """Calls of today, by UTC, that came to nothing for everybody: no answer, or one that says so."""
    return enricher.failed if enricher.failed_on == at.astimezone(UTC).date() else 0


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
    try:
        headers: Mapping[str, str] = unseal(enricher.secrets)
    except CannotOpen as told:
        _stop(enricher, str(told), clock())
        return 0
    people = wanted(enricher, clock(), most=min(TOGETHER, left_today(enricher, clock())))
    for person in people:
        try:
            answer, problem = _answer(outward, Call("GET", filled(enricher.address, person.email), headers=headers))
        except NotReachable:
            _stop(enricher, "its address may not be called: only the open internet is", clock())
            return asked
        except (Stopped, NoAnswer) as told:
            _stop(enricher, str(told), clock(), failed=1)
            return asked
        _keep(enricher, person, answer, problem, clock())
        asked += 1
    Enricher.objects.filter(pk=enricher.pk).update(problem="", problem_at=None, idle_at=None if people else clock())
    return asked


def _stop(enricher: Enricher, problem: str, at: datetime, *, failed: int = 0) -> None:
    """It is left alone for a while. failed: calls that were sent in vain"""
    enricher.failed, enricher.failed_on = failed_today(enricher, at) + failed, at.astimezone(UTC).date()
    enricher.problem, enricher.problem_at = problem[:500], at
    enricher.save(update_fields=["failed", "failed_on", "problem", "problem_at"])


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
