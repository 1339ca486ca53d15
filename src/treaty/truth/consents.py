"""Who withdrew, who agreed: read from facts and touches, for everybody of whom anything was said."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import chain

from treaty.moments import to_us
from treaty.truth.actions.columns import PERSON
from treaty.truth.actions.facts import claimants
from treaty.truth.consent import FIELDS, WITHDRAWING, Consent, Said, Word, standing, word_of
from treaty.truth.models import Fact, Identity, Person, Touch


def consents(at: datetime, people: Collection[int] | None = None) -> Mapping[int, Consent]:
    """By person how it stands at a moment, by all that was received until now; whoever is not named is unknown.

    people: those it is asked of, everybody if not given
    """
    facts_of = Fact.objects.all() if people is None else Fact.objects.filter(subject_id__among=people)
    touches_of = Touch.objects.all() if people is None else Touch.objects.filter(person__among=people)
    doubtful = claimants()
    said: dict[int, list[Said]] = defaultdict(list)
    for field in FIELDS:
        facts = facts_of.filter(subject=PERSON, field=field).values_list("subject_id", "text", "number", "occurred_at", "source_id")
        for person, text, number, occurred_at, source in facts.iterator():
            word = word_of(field, number if text is None else text)
            said[person].append(Said(to_us(occurred_at), word, source in doubtful))
    touches = (touches_of.filter(kind=kind).values_list("person_id", "occurred_at", "source_id").iterator() for kind in WITHDRAWING)
    for person, occurred_at, source in chain.from_iterable(touches):
        said[person].append(Said(to_us(occurred_at), Word.WITHDRAWS, source in doubtful))
    return {person: standing(words, to_us(at)) for person, words in said.items()}


def addresses(people: Collection[int]) -> set[str]:
    """Every e-mail address these people were ever known by, as it is written."""
    own = Person.objects.filter(pk__among=people).exclude(email="").values_list("email", flat=True)
    others = Identity.objects.filter(person__among=people, kind="email").values_list("value", flat=True)
    return {*own, *others}


def phones(people: Collection[int]) -> set[tuple[str, str]]:
    """Every telephone number they were ever known by, as it is written, with the country they are in."""
    countries = dict(Person.objects.filter(pk__among=people).values_list("pk", "country"))
    own = Person.objects.filter(pk__among=people).exclude(phone="").values_list("pk", "phone")
    earlier = Fact.objects.filter(subject=PERSON, subject_id__among=people, field="phone", text__isnull=False)
    told = [*own, *earlier.values_list("subject_id", "text")]
    return {(phone, countries.get(person, "")) for person, phone in told if phone}
