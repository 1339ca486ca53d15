"""Gather what briefs are made from: the people's touches, their buying groups, what was said. For several leads at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from django.db.models import Case, Count, F, Max, Value, When, Window
from django.db.models.functions import RowNumber

from treaty.handoff.brief import Colleague, Material, Seen
from treaty.moments import MomentField
from treaty.truth.models import BuyingRole, Content, Lead, Objection, Person, Touch
from treaty.truth.queries import touch_words

MOST_TOUCHES = 200
"""Of one person: the latest, and the very first beside them."""
MOST_OBJECTIONS = 5
MOST_COLLEAGUES = 6

Moments = Mapping[int, datetime]
"""The moment of the handoff, by row of the lead."""


def gather(wanted: Sequence[tuple[Lead, datetime]]) -> dict[int, Material]:
    """By row of the lead: what was known at the moment beside it, and no more. Seven queries at most, however many leads.

    A lead comes once, with its person.
    """
    moments = {lead.pk: at for lead, at in wanted}
    leads = [lead for lead, _ in wanted]
    touches = _touches(leads, moments)
    slugs = {touch.content.lower() for seen in touches.values() for touch in seen if touch.content}
    contents = {row.slug: row for row in Content.objects.filter(slug__in=slugs)} if slugs else {}
    colleagues, objections = _colleagues(leads, moments), _objections(leads, moments)
    return {
        lead.pk: _material(lead, touches[lead.person_id], contents, colleagues.get(lead.pk, []), objections[lead.person_id])
        for lead in leads
    }


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
    by_person = {lead.person_id: moments[lead.pk] for lead in leads}
    seen = Touch.objects.filter(person__in=by_person, known_at__lte=_moment("person", by_person))
    found: dict[int, list[Touch]] = defaultdict(list)
    for touch in seen.annotate(place=_place("-")).filter(place__lte=MOST_TOUCHES).order_by("person_id", "place"):
        found[touch.person_id].append(touch)
    many = [person for person, touches in found.items() if len(touches) == MOST_TOUCHES]
    for touch in seen.filter(person__in=many).annotate(place=_place("")).filter(place=1) if many else ():
        found[touch.person_id].append(touch)
    return found


def _place(order: str) -> Window:
    """Which of the person's touches it is, from the first on or (`-`) from the latest."""
    by = [F(name).desc() if order else F(name).asc() for name in ("occurred_at", "id")]
    return Window(RowNumber(), partition_by=F("person"), order_by=by)


def _moment(of: str, moments: Moments) -> Case | Value:
    """The moment that counts for a row; of: the path from it to what `moments` names."""
    field = MomentField()
    if len(distinct := set(moments.values())) == 1:
        return Value(distinct.pop(), output_field=field)
    return Case(*(When(**{of: key}, then=Value(at, output_field=field)) for key, at in moments.items()), output_field=field)


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
        content=touch.content.lower(),
        message=str((touch.fields or {}).get("message") or "")[:2000],
    )


def _objections(leads: Sequence[Lead], moments: Moments) -> dict[int, list[tuple[str, str]]]:
    """By person: (text, theme), newest first."""
    by_person = {lead.person_id: moments[lead.pk] for lead in leads}
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    rows = Objection.objects.filter(person__in=by_person).order_by("-at").values_list("person", "at", "text", "theme")
    for person, at, text, theme in rows:
        if at <= by_person[person] and len(found[person]) < MOST_OBJECTIONS:
            found[person].append((text, theme))
    return found


def _colleagues(leads: Sequence[Lead], moments: Moments) -> dict[int, list[Colleague]]:
    """By lead: the others at its account, the most active first, then by name."""
    in_accounts = {lead.pk: lead for lead in leads if lead.person.account_id is not None}
    if not in_accounts:
        return {}
    active = _active({pk: moments[pk] for pk in in_accounts})
    others = _first_by_name({lead.person.account_id for lead in in_accounts.values()}, max(moments.values()))
    people = {person.pk: person for person in others}
    people |= Person.objects.in_bulk({pk for rows in active.values() for pk, _, _ in rows[:MOST_COLLEAGUES]} - set(people))
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


def _active(moments: Moments) -> dict[int, list[Active]]:
    """By lead, who of its account did anything, the most active first, then by name. The lead's own person is not among them."""
    lead = "person__account__people__leads"
    at = _moment(lead, moments)
    known = Touch.objects.filter(
        **{f"{lead}__in": list(moments)},
        known_at__lte=at,
        person__merged_into=None,
        person__made_at__lte=at,
        person__email__gt="",
    )
    rows = known.values_list(lead, f"{lead}__person", "person", "person__name").annotate(n=Count("pk"), last=Max("occurred_at"))
    found: dict[int, list[Active]] = defaultdict(list)
    for pk, own, person, _, n, last in sorted(rows, key=lambda row: (-row[4], row[3], row[2])):
        if person != own:
            found[pk].append((person, n, last))
    return found


def _first_by_name(accounts: AbstractSet[int | None], until: datetime) -> list[Person]:
    """As many of each account as a brief may need who did nothing yet."""
    place = Window(RowNumber(), partition_by=F("account"), order_by=[F("name").asc(), F("id").asc()])
    known = Person.objects.filter(account__in=accounts, merged_into=None, made_at__lte=until).exclude(email="")
    return list(known.annotate(place=place).filter(place__lte=2 * MOST_COLLEAGUES + 1).order_by("account_id", "place"))


def _chosen(lead: Lead, active: Sequence[Active], others: Sequence[Person], at: datetime) -> list[Active]:
    busy = {person for person, _, _ in active} | {lead.person_id}
    idle = [p for p in others if p.account_id == lead.person.account_id and p.pk not in busy and p.made_at <= at]
    return [*active, *((person.pk, 0, None) for person in idle)][:MOST_COLLEAGUES]


def _roles(people: Iterable[int]) -> dict[int, list[tuple[datetime, str]]]:
    """By person: (when it was said, the role), the newest last."""
    found: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    stated = BuyingRole.objects.filter(person__in=set(people)).exclude(role="").order_by("at", "id")
    for person, at, role in stated.values_list("person", "at", "role"):
        found[person].append((at, role))
    return found


def _role(stated: Iterable[tuple[datetime, str]], at: datetime) -> str:
    return next((role for said_at, role in reversed(list(stated)) if said_at <= at), "")
