"""Gather what briefs are made from: the people's touches, their buying groups, what was said. For several leads at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import Count, F, Max, QuerySet, Window
from django.db.models.functions import RowNumber

from treaty.handoff.brief import Colleague, Material, Seen
from treaty.prepared import prepared
from treaty.truth.models import BuyingRole, Content, Lead, Objection, Person, Touch
from treaty.truth.origins import slug
from treaty.truth.queries import touch_words

MOST_TOUCHES = 200
"""Of one person: the latest, and the very first beside them."""
MOST_OBJECTIONS = 5
MOST_COLLEAGUES = 6

Moments = Mapping[int, datetime]
"""The moment of the handoff, by row of the lead."""


def gather(wanted: Sequence[tuple[Lead, datetime]]) -> dict[int, Material]:
    """By row of the lead: what was known at the moment beside it, and no more. Eight queries at most for leads of one moment.

    A lead comes once, with its person.
    """
    moments = {lead.pk: at for lead, at in wanted}
    leads = [lead for lead, _ in wanted]
    touches = _touches(leads, moments)
    slugs = {slug(touch.content) for seen in touches.values() for touch in seen if touch.content}
    contents = {row.slug: row for row in _contents(slugs)} if slugs else {}
    colleagues, objections = _colleagues(leads, moments), _objections(leads, moments)
    return {
        lead.pk: _material(lead, touches[lead.person_id], contents, colleagues.get(lead.pk, []), objections[lead.person_id])
        for lead in leads
    }


@prepared
def _contents(slugs: Collection[str]) -> QuerySet[Content]:
    return Content.objects.filter(slug__among=slugs)


def _material(
    lead: Lead,
    touches: Sequence[Touch],
    contents: Mapping[str, Content],
    colleagues: Sequence[Colleague],
    objections: Sequence[tuple[str, str]],
) -> Material:
    titles = {slug: row.title for slug, row in contents.items() if row.title}
    seen = [_seen(touch, titles) for touch in touches]
    read = {one.content for one in seen}
    return Material(
        stage=lead.stage,
        touches=seen[:MOST_TOUCHES],
        first=seen[MOST_TOUCHES] if len(seen) > MOST_TOUCHES else None,
        colleagues=colleagues,
        objections=objections,
        contents={
            slug: {"title": row.title, "objection": row.objection, "journey_stage": row.journey_stage}
            for slug, row in contents.items()
            if slug in read
        },
        source=lead.person.lead_source or lead.source,
    )


def _touches(leads: Sequence[Lead], moments: Moments) -> dict[int, list[Touch]]:
    """By person: their latest touches, newest first, and behind them the very first where it is not among them."""
    found: dict[int, list[Touch]] = defaultdict(list)
    for at, some in _by_moment(leads, moments).items():
        for touch in _latest([lead.person_id for lead in some], at):
            found[touch.person_id].append(touch)
        many = [lead.person_id for lead in some if len(found[lead.person_id]) == MOST_TOUCHES]
        for touch in _very_first(many, at) if many else ():
            found[touch.person_id].append(touch)
    return found


def _by_moment(leads: Iterable[Lead], moments: Moments) -> dict[datetime, list[Lead]]:
    found: dict[datetime, list[Lead]] = defaultdict(list)
    for lead in leads:
        found[moments[lead.pk]].append(lead)
    return found


@prepared
def _latest(people: Collection[int], at: datetime) -> QuerySet[Touch]:
    known = Touch.objects.filter(person__among=people, known_at__lte=at).annotate(place=_place("-"))
    return known.filter(place__lte=MOST_TOUCHES).order_by("person_id", "place")


@prepared
def _very_first(people: Collection[int], at: datetime) -> QuerySet[Touch]:
    return Touch.objects.filter(person__among=people, known_at__lte=at).annotate(place=_place("")).filter(place=1)


def _place(order: str) -> Window:
    """Which of the person's touches it is, from the first on or (`-`) from the latest."""
    by = [F(name).desc() if order else F(name).asc() for name in ("occurred_at", "id")]
    return Window(RowNumber(), partition_by=F("person"), order_by=by)


def _seen(touch: Touch, titles: Mapping[str, str]) -> Seen:
    return Seen(
        id=touch.pk,
        kind=touch.kind,
        at=touch.occurred_at,
        says=touch_words(touch, titles),
        path=touch.path,
        title=touch.title,
        channel=touch.channel,
        campaign=touch.campaign,
        content=slug(touch.content),
        message=str((touch.fields or {}).get("message") or "")[:2000],
    )


def _objections(leads: Sequence[Lead], moments: Moments) -> dict[int, list[tuple[str, str]]]:
    """By person: (text, theme), newest first."""
    by_person = {lead.person_id: moments[lead.pk] for lead in leads}
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for person, at, text, theme in _heard(list(by_person)):
        if at <= by_person[person] and len(found[person]) < MOST_OBJECTIONS:
            found[person].append((text, theme))
    return found


@prepared
def _heard(people: Collection[int]) -> QuerySet[Objection, tuple[int, datetime, str, str]]:
    return Objection.objects.filter(person__among=people).order_by("-at").values_list("person", "at", "text", "theme")


def _colleagues(leads: Sequence[Lead], moments: Moments) -> dict[int, list[Colleague]]:
    """By lead: the others at its account, the most active first, then by name."""
    in_accounts = {lead.pk: lead for lead in leads if lead.person.account_id is not None}
    if not in_accounts:
        return {}
    active = _active(in_accounts.values(), moments)
    others = _first_by_name({lead.person.account_id or 0 for lead in in_accounts.values()}, max(moments.values()))
    people = {person.pk: person for person in others}
    if missing := {pk for rows in active.values() for pk, _, _ in rows[:MOST_COLLEAGUES]} - set(people):
        people |= {person.pk: person for person in _people(missing)}
    chosen = {pk: _chosen(lead, active[pk], others, moments[pk]) for pk, lead in in_accounts.items()}
    roles = _roles(person for rows in chosen.values() for person, _, _ in rows)
    return {
        pk: [_colleague(people[person], _role(roles[person], moments[pk]), n, last) for person, n, last in rows]
        for pk, rows in chosen.items()
    }


Active = tuple[int, int, datetime | None]
"""A person by row, how many touches are known of them, and the last."""


def _colleague(person: Person, role: str, touches: int, last: datetime | None) -> Colleague:
    return Colleague(person.key, str(person), person.title, role, touches, last)


def _active(leads: Iterable[Lead], moments: Moments) -> dict[int, list[Active]]:
    """By lead, who of its account did anything, the most active first, then by name. The lead's own person is not among them."""
    found: dict[int, list[Active]] = defaultdict(list)
    rows = [row for at, some in _by_moment(leads, moments).items() for row in _did([lead.pk for lead in some], at)]
    for pk, own, person, _, n, last in sorted(rows, key=lambda row: (-row[4], row[3], row[2])):
        if person != own:
            found[pk].append((person, n, last))
    return found


@prepared
def _did(leads: Collection[int], at: datetime) -> QuerySet[Touch, tuple[int, int, int, str, int, datetime]]:
    """(lead, its person, a person of its account, their name, how many touches are known of them, the last)."""
    lead = "person__account__people__leads"
    known = Touch.objects.filter(
        **{f"{lead}__among": leads},
        known_at__lte=at,
        person__merged_into=None,
        person__made_at__lte=at,
    ).exclude(person__email="", person__first_known_at=None)
    return known.values_list(lead, f"{lead}__person", "person", "person__name").annotate(n=Count("pk"), last=Max("occurred_at"))


@prepared
def _people(people: Collection[int]) -> QuerySet[Person]:
    return Person.objects.filter(pk__among=people)


@prepared
def _first_by_name(accounts: Collection[int], until: datetime) -> QuerySet[Person]:
    """As many of each account as a brief may need who did nothing yet."""
    place = Window(RowNumber(), partition_by=F("account"), order_by=[F("name").asc(), F("id").asc()])
    known = Person.objects.filter(account__among=accounts, merged_into=None, made_at__lte=until).exclude(email="", first_known_at=None)
    return known.annotate(place=place).filter(place__lte=2 * MOST_COLLEAGUES + 1).order_by("account_id", "place")


def _chosen(lead: Lead, active: Sequence[Active], others: Sequence[Person], at: datetime) -> list[Active]:
    busy = {person for person, _, _ in active} | {lead.person_id}
    idle = [p for p in others if p.account_id == lead.person.account_id and p.pk not in busy and p.made_at <= at]
    return [*active, *((person.pk, 0, None) for person in idle)][:MOST_COLLEAGUES]


def _roles(people: Iterable[int]) -> dict[int, list[tuple[datetime, str]]]:
    """By person: (when it was said, the role), the newest last."""
    found: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    wanted = set(people)
    for person, at, role in _stated(wanted) if wanted else ():
        found[person].append((at, role))
    return found


@prepared
def _stated(people: Collection[int]) -> QuerySet[BuyingRole, tuple[int, datetime, str]]:
    return BuyingRole.objects.filter(person__among=people).exclude(role="").order_by("at", "id").values_list("person", "at", "role")


def _role(stated: Iterable[tuple[datetime, str]], at: datetime) -> str:
    return next((role for said_at, role in reversed(list(stated)) if said_at <= at), "")
