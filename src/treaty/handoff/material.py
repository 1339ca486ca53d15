"""Gather what a brief is made from: the person's touches, the buying group, what was said."""

from datetime import datetime

from django.db.models import Count, Max

from treaty.handoff.brief import Colleague, Material, Seen
from treaty.truth.models import BuyingRole, Content, Fact, Lead, Objection, Person, Touch

MOST_TOUCHES = 200


def gather(lead: Lead, at: datetime) -> Material:
    """Five queries, whatever the size of the history; only what was known at `at`."""
    person = lead.person
    touches = _touches(person, at)
    slugs = {t.content.lower() for t in touches if t.content}
    contents = Content.objects.filter(slug__in=slugs) if slugs else []
    return Material(
        name=person.name,
        title=person.title,
        account=str(person.account) if person.account else "",
        stage=lead.stage,
        touches=touches,
        colleagues=_colleagues(person),
        objections=list(Objection.objects.filter(person=person, at__lte=at).order_by("-at").values_list("text", "theme")[:5]),
        answers=_answers(person),
        contents={c.slug: {"title": c.title, "objection": c.objection, "journey_stage": c.journey_stage} for c in contents},
        source=person.lead_source or lead.source,
    )


def _touches(person: Person, at: datetime) -> list[Seen]:
    rows = Touch.objects.filter(person=person, known_at__lte=at).order_by("-occurred_at", "-id")[:MOST_TOUCHES]
    return [
        Seen(
            id=row.pk,
            kind=row.kind,
            at=row.occurred_at,
            path=row.path,
            title=row.title,
            channel=row.channel,
            campaign=row.campaign,
            content=row.content,
            message=str((row.fields or {}).get("message", ""))[:300],
        )
        for row in rows
    ]


def _colleagues(person: Person) -> list[Colleague]:
    if person.account_id is None:
        return []
    rows = (
        Person.objects.filter(account=person.account_id, merged_into=None)
        .exclude(pk=person.pk)
        .exclude(email="")
        .annotate(n=Count("touches"), last=Max("touches__occurred_at"))
        .order_by("-n", "name")[:6]
    )
    roles = dict(BuyingRole.objects.filter(person__in=[r.pk for r in rows]).values_list("person", "role"))
    return [Colleague(r.key, str(r), r.title, roles.get(r.pk, ""), r.n, r.last) for r in rows]


def _answers(person: Person) -> dict[str, str]:
    rows = Fact.objects.filter(subject=Fact.Subject.PERSON, subject_id=person.pk, field__startswith="answer.").order_by("occurred_at", "id")
    return {row.field.removeprefix("answer."): row.text or str(row.number) for row in rows}
