"""Who is judged together, and where each of them stands: read once for all of them."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from treaty.agreement.models import Version
from treaty.agreement.terms import Terms
from treaty.prepared import prepared
from treaty.qualification import asking
from treaty.qualification.decide import Subject
from treaty.truth.models import Lead, Person


@dataclass(frozen=True, slots=True)
class Subjects:
    """By person: who they are, the lead of theirs that is open, and when their last one ended where none is (see `asking.ended`)."""

    people: dict[int, Person]
    leads: dict[int, Lead]
    over: dict[int, datetime]

    def by_version(self, current: Version) -> dict[Version, "Subjects"]:
        """Open leads are judged under the version they qualified under, everybody else under the one in force."""
        groups: dict[Version, list[int]] = defaultdict(list)
        for pk in self.people:
            groups[self.leads[pk].version if pk in self.leads else current].append(pk)
        return {version: self._only(ids) for version, ids in groups.items()}

    def _only(self, ids: Collection[int]) -> "Subjects":
        return Subjects(
            {pk: self.people[pk] for pk in ids},
            {pk: self.leads[pk] for pk in ids if pk in self.leads},
            {pk: self.over[pk] for pk in ids if pk in self.over},
        )

    def subject(self, pk: int, terms: Terms) -> Subject:
        """Where one of them stands, as the decision takes it."""
        lead = self.leads.get(pk)
        if lead is None:
            return Subject(terms.entry_stage, self.over.get(pk))
        return Subject(lead.stage, lead.stage_since, lead.rests_until, has_lead=True)


def known(person_ids: Collection[int]) -> Subjects:
    """Those of these people who are known, by e-mail or by a system's record, and not merged into another."""
    people = {person.pk: person for person in _known(person_ids)}
    leads = {lead.person_id: lead for lead in _open_leads(people)}
    return Subjects(people, leads, asking.ended(people, leads))


def without_a_lead(person: Person) -> Subjects:
    """One person of whom no lead is open."""
    return Subjects({person.pk: person}, {}, asking.ended([person.pk], {}))


@prepared
def _known(people: Collection[int]) -> QuerySet[Person]:
    return Person.objects.filter(pk__among=people, merged_into=None).exclude(email="", first_known_at=None)


@prepared
def _open_leads(people: Collection[int]) -> QuerySet[Lead]:
    return Lead.objects.filter(person__among=people, closed_at=None).select_related("version")
