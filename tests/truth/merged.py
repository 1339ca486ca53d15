"""What is known, by names instead of row numbers: two histories of the database can be compared."""

from collections import defaultdict

from treaty.truth.models import Activity, BuyingRole, Fact, Identity, Lead, Objection, Opportunity, Person, Touch

COLUMNS = ("email", "name", "title", "country", "phone", "account__domain")


def names() -> dict[int, str]:
    """By record, the first identity it ever had: the same whatever was merged since."""
    found: dict[int, str] = {}
    for one in Identity.objects.order_by("pk"):
        found.setdefault(one.seen_as_id or one.person_id, f"{one.kind}:{one.value}")
    return found


def groups() -> set[frozenset[str]]:
    """Who is one person."""
    of = dict(Person.objects.values_list("pk", "merged_into"))
    together = defaultdict(set)
    for pk, name in names().items():
        root = pk
        while of[root] is not None:
            root = of[root]
        together[root].add(name)
    return {frozenset(some) for some in together.values()}


def known() -> dict[str, object]:
    """Everything that belongs to somebody, by whom it belongs to."""
    who = names()
    return {
        "people": sorted(
            (who[one.pop("pk")], *map(str, one.values())) for one in Person.objects.filter(merged_into=None).values("pk", *COLUMNS)
        ),
        "identities": sorted((who[p], kind, value) for p, kind, value in Identity.objects.values_list("person", "kind", "value")),
        "touches": sorted((who[p], who[s], m) for p, s, m in Touch.objects.values_list("person", "seen_as", "message_id")),
        "facts": sorted(
            (who[one.subject_id], who[one.stated_of_id or one.subject_id], one.field, str(one.text or one.number), one.occurred_at)
            for one in Fact.objects.filter(subject="person").exclude(field="account")
        ),
        "activities": sorted(
            (who[one.person_id], one.external_id, _lead(one.lead, who)) for one in Activity.objects.select_related("lead")
        ),
        "objections": sorted((who[p], text) for p, text in Objection.objects.values_list("person", "text")),
        "roles": sorted(
            (who.get(one.person_id, "nobody"), who[one.seen_as_id or one.person_id], one.opportunity.external_id, one.role)
            for one in BuyingRole.objects.select_related("opportunity")
        ),
        "deals": sorted((one.external_id, _lead(one.lead, who)) for one in Opportunity.objects.select_related("lead")),
        "leads": sorted(
            (who[one.person_id], _lead(one, who), one.stage, one.closed_at is None, one.owner.email, _lead(one.joined_to, who))
            for one in Lead.objects.select_related("owner", "joined_to")
        ),
        "moves": sorted(
            (_lead(one, who), [(m.from_stage, m.to_stage, m.at) for m in one.moves.order_by("pk")]) for one in Lead.objects.all()
        ),
        "owners": sorted(
            (_lead(one, who), [(a.owner.email, a.starts_at, a.ends_at) for a in one.assignments.order_by("pk")])
            for one in Lead.objects.all()
        ),
    }


def _lead(lead: Lead | None, who: dict[int, str]) -> str:
    return "" if lead is None else f"{who[lead.seen_as_id or lead.person_id]} {lead.number}"
