"""Gather what a brief is made from: the person's touches, the buying group, what was said."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Count, Max, Q

from treaty.handoff.brief import Colleague, Material, Seen
from treaty.truth.models import BuyingRole, Content, Lead, Objection, Person, Touch
from treaty.truth.queries import touch_words

MOST_TOUCHES = 200


def gather(lead: Lead, at: datetime) -> Material:
    """Six queries at most, whatever the size of the history; only what was known at `at`."""
    person = lead.person
    seen = Touch.objects.filter(person=person, known_at__lte=at)
    touches = list(seen.order_by("-occurred_at", "-id")[:MOST_TOUCHES])
    first = seen.order_by("occurred_at", "id").first() if len(touches) == MOST_TOUCHES else None
    slugs = {touch.content.lower() for touch in touches if touch.content}
    contents = {row.slug: row for row in Content.objects.filter(slug__in=slugs)} if slugs else {}
    titles = {slug: row.title for slug, row in contents.items() if row.title}
    return Material(
        stage=lead.stage,
        touches=[_seen(touch, titles) for touch in touches],
        first=_seen(first, titles) if first else None,
        colleagues=_colleagues(person, at),
        objections=list(Objection.objects.filter(person=person, at__lte=at).order_by("-at").values_list("text", "theme")[:5]),
        contents={
            slug: {"title": row.title, "objection": row.objection, "journey_stage": row.journey_stage} for slug, row in contents.items()
        },
        source=person.lead_source or lead.source,
    )


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


def _colleagues(person: Person, at: datetime) -> list[Colleague]:
    if person.account_id is None:
        return []
    known = Q(touches__known_at__lte=at)
    rows = (
        Person.objects.filter(account=person.account_id, merged_into=None, made_at__lte=at)
        .exclude(pk=person.pk)
        .exclude(email="")
        .annotate(n=Count("touches", filter=known), last=Max("touches__occurred_at", filter=known))
        .order_by("-n", "name", "pk")[:6]
    )
    stated = BuyingRole.objects.filter(person__in=[r.pk for r in rows], at__lte=at).exclude(role="").order_by("at", "id")
    roles = dict(stated.values_list("person", "role"))
    return [Colleague(r.key, str(r), r.title, roles.get(r.pk, ""), r.n, r.last) for r in rows]
